//! The tabs by keyboard and mouse, and what they have read.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::event::State;

use crate::git::{Change, DiffSummary, FileChange, FileStatus, Patch};
use crate::state::Row;
use crate::state::update::Update;
use crate::tasks::{Task, TaskSource, TaskStatus, TaskSummary};
use crate::tui::effect::Effect;
use crate::tui::fixture::{With, model_with, now, row, screen};
use crate::tui::message::Message;
use crate::tui::model::{Focus, Model, Panel, Tab};
use crate::tui::panels;
use crate::tui::update::update;

pub(super) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let press = |c: char| {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        update(model, Message::Key(key), now())
    };
    keys.chars().flat_map(press).collect()
}

pub(super) fn click(model: &mut Model, column: u16, line: u16) -> Vec<Effect> {
    let mouse = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row: line,
        modifiers: KeyModifiers::NONE,
    };
    update(model, Message::Mouse(mouse), now())
}

pub(super) fn file(path: &str, added: u64) -> FileChange {
    FileChange {
        path: path.to_owned(),
        status: FileStatus::Unstaged,
        change: Change::Modified,
        additions: Some(added),
        deletions: Some(1),
        binary: false,
        submodule: false,
        renamed_from: None,
        changed_by: Vec::new(),
    }
}

pub(super) fn diff(root: &str, files: Vec<FileChange>) -> DiffSummary {
    DiffSummary {
        root: Some(root.to_owned()),
        branch: Some("fix-tax".to_owned()),
        upstream: Some("origin/fix-tax".to_owned()),
        ahead: Some(2),
        behind: Some(0),
        additions: files.iter().filter_map(|file| file.additions).sum(),
        deletions: files.iter().filter_map(|file| file.deletions).sum(),
        file_count: files.len() as u64,
        shared_files: files
            .iter()
            .filter(|file| file.changed_by.len() > 1)
            .count() as u64,
        files,
        ..DiffSummary::default()
    }
}

fn tasks() -> TaskSummary {
    let task = |id: u64, title: &str, status| Task::new(id.to_string(), title, status);
    TaskSummary {
        source: Some(TaskSource::Assistant),
        path: Some("/home/ada/.claude/tasks/s".to_owned()),
        total: 4,
        pending: 1,
        in_progress: 1,
        done: 1,
        blocked: 1,
        active: vec!["Round the tax of each line".to_owned()],
        tasks: vec![
            task(
                1,
                "Write a test for the rounding of taxes",
                TaskStatus::Done,
            ),
            task(
                2,
                "Round the tax of each line, and not that of their sum, as the law wants it",
                TaskStatus::InProgress,
            ),
            task(3, "Tell the customers", TaskStatus::Pending),
            task(10, "Publish", TaskStatus::Blocked),
        ],
        ..TaskSummary::default()
    }
}

/// Two assistants in one repository, one of whose files both have written; and a third elsewhere.
pub(super) fn busy() -> (Vec<Row>, Vec<Update>) {
    let folder = "/home/ada/src/shop";
    let one = row(1, "claude", State::Completed, "shop:1.1", 252)
        .says(None, "The tax is rounded by line now")
        .in_folder(folder, Some("fix-tax"));
    let two = row(2, "codex", State::Running, "shop:1.2", 31)
        .says(Some("Bash"), "cargo nextest run")
        .in_folder(folder, Some("fix-tax"));
    let three = row(3, "gemini", State::Idle, "docs:0.1", 900).in_folder("/home/ada/docs", None);
    let mut shared = file("src/tax.rs", 12);
    shared.changed_by = vec![one.id.clone(), two.id.clone()];
    let summary = Arc::new(diff(
        folder,
        vec![
            file(
                "a long folder/with a rather long name/and another one/of a file.rs",
                3,
            ),
            shared,
            file("tests/é.rs", 1),
        ],
    ));
    let feeds = vec![
        Update::Diff(one.id.clone(), Arc::clone(&summary)),
        Update::Diff(two.id.clone(), Arc::clone(&summary)),
        Update::Tasks(one.id.clone(), Arc::new(tasks())),
    ];
    let totals = Arc::new(summary.totals());
    let dressed = |row: Row| Row {
        diff: Some(Arc::clone(&totals)),
        ..row
    };
    let mut one = dressed(one);
    one.tasks = Some(Arc::new(tasks().totals()));
    let none = DiffSummary {
        state: crate::git::DiffState::NotGitRepo,
        ..DiffSummary::default()
    };
    let three = Row {
        diff: Some(Arc::new(none)),
        ..three
    };
    (vec![one, dressed(two), three], feeds)
}

pub(super) fn busy_model(width: u16, height: u16) -> Model {
    let (rows, feeds) = busy();
    let mut model = model_with(rows, width, height);
    for feed in feeds {
        update(&mut model, Message::Update(feed), now());
    }
    model
}

pub(super) fn patch() -> Patch {
    Patch {
        path: "src/tax.rs".to_owned(),
        status: None,
        renamed_from: None,
        is: FileStatus::Unstaged,
        change: Change::Modified,
        context: 3,
        binary: false,
        truncated: false,
        text: "diff --git a/src/tax.rs b/src/tax.rs\n--- a/src/tax.rs\n+++ b/src/tax.rs\n@@ -1,3 +1,3 @@\n fn tax() {\n-\told\n+\tnew\u{1b}[31m\n }\n".to_owned(),
    }
}

#[test]
fn the_tabs_turn_round_by_keyboard() {
    let mut model = busy_model(100, 30);
    let mut seen = vec![panels::of(&model).tab];
    for key in ["l", "l", "l", "l", "h"] {
        press(&mut model, key);
        seen.push(panels::of(&model).tab);
    }
    let [overview, health] = [Tab::Overview, Tab::Health];
    let expected = [overview, Tab::Work, Tab::Diff, health, overview, health];
    assert_eq!(seen, expected.map(Some));
    press(&mut model, "\u{1b}");
    assert_eq!(model.panel, Panel::Detail);
}

#[test]
fn a_tab_and_a_file_open_by_a_click_and_the_patch_closes_by_one() {
    for (width, height) in [(40, 24), (100, 30), (200, 50)] {
        let mut model = busy_model(width, height);
        let find = |model: &Model, text: &str| {
            let screen = screen(model);
            let found = screen.lines().enumerate().find_map(|(y, line)| {
                let x = line.find(text)?;
                Some((super::text::width(&line[..x]), y))
            });
            let (x, y) = found.unwrap_or_else(|| panic!("no {text} in\n{screen}"));
            (u16::try_from(x).unwrap() + 1, u16::try_from(y).unwrap())
        };
        let (x, y) = find(&model, " Diff");
        click(&mut model, x, y);
        assert_eq!(panels::of(&model).tab, Some(Tab::Diff));
        let (x, y) = find(&model, "tests/é.rs");
        let effects = click(&mut model, x, y);
        let Some(Effect::ReadPatch(_, request)) = effects.first() else {
            panic!("{effects:?}");
        };
        assert_eq!(request.path, "tests/é.rs");
        let (x, y) = find(&model, "← tests/é.rs");
        click(&mut model, x, y);
        assert!(matches!(model.panel, Panel::Diff(changes) if changes.focus == Focus::Files));
    }
}

#[test]
fn a_patch_is_read_once_and_again_when_the_changes_are_others() {
    let mut model = busy_model(100, 30);
    let asked = |effects: &[Effect]| {
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::ReadPatch(..)))
            .count()
    };
    assert_eq!(asked(&press(&mut model, "ll j")), 0);
    assert_eq!(asked(&press(&mut model, "\n")), 1);
    let id = model.selected_row().unwrap().id.clone();
    let read = Message::PatchRead(id.clone(), "src/tax.rs".to_owned(), Ok(patch()));
    assert_eq!(asked(&update(&mut model, read, now())), 0);
    assert!(
        screen(&model).contains("+    new<U+001B>[31m"),
        "{}",
        screen(&model)
    );
    assert_eq!(
        asked(&press(&mut model, "jjk")),
        0,
        "the lines are scrolled"
    );
    let other = Arc::new(diff(
        "/home/ada/src/shop",
        vec![file("first", 1), file("src/tax.rs", 13)],
    ));
    let effects = update(&mut model, Message::Update(Update::Diff(id, other)), now());
    assert_eq!(asked(&effects), 1);
    assert!(screen(&model).contains("← src/tax.rs"));
    press(&mut model, "\u{1b}\u{1b}\u{1b}");
    assert_eq!(model.panel, Panel::Detail);
}

#[test]
fn lists_that_nobody_told_are_read_when_their_tab_is_opened_and_only_once() {
    let (rows, _) = busy();
    let mut model = model_with(rows, 100, 30);
    let effects = press(&mut model, "l");
    assert!(matches!(effects[..], [Effect::ReadWork(_)]), "{effects:?}");
    assert!(press(&mut model, "l").is_empty(), "it is being read");
    let row = model.selected_row().unwrap().clone();
    let read = Message::WorkRead(
        row.id,
        Box::new(diff("/r", vec![file("x", 1)])),
        Box::new(tasks()),
    );
    assert!(update(&mut model, read, now()).is_empty(), "once is enough");
    assert!(screen(&model).contains(" x"));
}

#[test]
fn what_is_told_while_lists_are_read_is_the_newer_one() {
    let (rows, _) = busy();
    let mut model = model_with(rows, 100, 30);
    press(&mut model, "l");
    let mut row = model.selected_row().unwrap().clone();
    let newer = TaskSummary {
        total: 1,
        done: 1,
        tasks: vec![Task::new(
            "9".to_owned(),
            "The newest of all",
            TaskStatus::Done,
        )],
        ..TaskSummary::default()
    };
    (row.diff, row.tasks) = (None, Some(Arc::new(newer.totals())));
    let id = row.id.clone();
    for feed in [
        Update::Row(Arc::new(row)),
        Update::Tasks(id.clone(), Arc::new(newer)),
    ] {
        update(&mut model, Message::Update(feed), now());
    }
    let older = Message::WorkRead(id, Box::default(), Box::new(tasks()));
    update(&mut model, older, now());
    assert!(
        screen(&model).contains("The newest of all"),
        "{}",
        screen(&model)
    );
}

#[test]
fn the_sums_count_a_repository_once() {
    let screen = screen(&busy_model(120, 30));
    let header = screen.lines().next().unwrap();
    assert!(header.contains("+16 -3 in 3 files · 1/4 tasks"), "{header}");
}
