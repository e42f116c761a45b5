//! The dashboard that only follows: the folder it runs in beside the rows, and without any.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::event::State;

use super::work_tests::{diff, file};
use crate::git::PatchRequest;
use crate::state::Row;
use crate::state::update::{Role, Update};
use crate::tasks::{Task, TaskSource, TaskStatus, TaskSummary};
use crate::tui::effect::{Effect, PROJECT, Whose};
use crate::tui::fixture::{With, model, now, row, screen};
use crate::tui::message::{Hooks, Message, Need};
use crate::tui::model::{Model, Panel, Setup, Tab, Tasks};
use crate::tui::panels;
use crate::tui::setup::Pulse;
use crate::tui::update::update;

const SHOP: &str = "/home/ada/src/shop";

fn tell(model: &mut Model, message: Message) -> Vec<Effect> {
    update(model, message, now())
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let press = |c: char| {
        let code = match c {
            '\n' => KeyCode::Enter,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        tell(model, Message::Key(key))
    };
    keys.chars().flat_map(press).collect()
}

/// Follows nobody, in a folder with two changed files and three tasks.
fn alone(overview: bool, rows: Vec<Row>, (width, height): (u16, u16)) -> Model {
    let mut model = Model::new(Setup {
        pulse: Some(Pulse {
            folder: SHOP.to_owned(),
            overview,
            remark: None,
        }),
        ..model(width, height).setup
    });
    let role = Role::Alone("session files and processes");
    let task = |id: &str, title: &str, status| Task::new(id, title, status);
    let tasks = TaskSummary {
        source: Some(TaskSource::Taskmaster),
        total: 2,
        done: 1,
        in_progress: 1,
        tasks: vec![
            task("1", "Write the tax table", TaskStatus::Done),
            task("2", "Round as the law says", TaskStatus::InProgress),
        ],
        ..TaskSummary::default()
    };
    let diff = diff(SHOP, vec![file("src/tax.rs", 12), file("src/law.rs", 3)]);
    for message in [
        Message::Hooks(Hooks::Installed),
        Message::Update(Update::Snapshot(rows)),
        Message::Update(Update::Role(role)),
        Message::Update(Update::Diff(PROJECT.to_owned(), Arc::new(diff))),
        Message::Update(Update::Tasks(PROJECT.to_owned(), Arc::new(tasks))),
    ] {
        tell(&mut model, message);
    }
    model
}

fn other_project() -> Vec<Row> {
    vec![row(1, "claude", State::Running, "api:1.0", 65).in_folder("/home/ada/src/api", None)]
}

#[test]
fn without_a_row_the_folder_stands_where_the_row_would() {
    insta::assert_snapshot!(screen(&alone(true, Vec::new(), (80, 16))));
    insta::assert_snapshot!(screen(&alone(true, Vec::new(), (40, 14))));
}

#[test]
fn without_the_overview_the_tabs_have_the_whole_screen() {
    let mut model = alone(false, other_project(), (80, 12));
    insta::assert_snapshot!(screen(&model));
    assert_eq!(model.rows.len(), 0, "rows are not even kept");
    let asks = press(&mut model, "h");
    assert!(matches!(asks[..], [Effect::ReadNeeds]), "{asks:?}");
    let need = |what: &str, words: &str, is_well| Need {
        what: what.to_owned(),
        words: words.to_owned(),
        is_well,
    };
    let found = vec![need("tmux", "tmux is not installed; install it", false)];
    tell(&mut model, Message::NeedsRead(found));
    insta::assert_snapshot!(screen(&model));
    assert_eq!(press(&mut model, "h"), [], "the tab is another one");
    press(&mut model, "l");
    press(&mut model, "l");
    assert_eq!(
        model.panel,
        Panel::Work(Tasks::default()),
        "round and round, without one"
    );
    for key in ['\n', 'x', 'z', '/', 'e', 's', 'n'] {
        assert_eq!(press(&mut model, &key.to_string()), [], "{key:?}");
        let said = model.notice.take().expect("it is said").text;
        assert!(said.starts_with("the overview is switched off"), "{said}");
    }
}

#[test]
fn the_tabs_tell_of_the_row_or_by_a_key_of_the_folder() {
    let mut model = alone(true, other_project(), (100, 24));
    let tells = |model: &Model| model.subject().map(|subject| subject.id.to_owned());
    let row = model.selected.clone();
    assert_eq!(tells(&model), row);
    press(&mut model, ".");
    assert_eq!(tells(&model).as_deref(), Some(PROJECT));
    assert_eq!(panels::of(&model).tab, Some(Tab::Work));
    assert!(
        screen(&model).contains(" shop  1/2 done"),
        "{}",
        screen(&model)
    );
    press(&mut model, "l");
    assert!(
        screen(&model).contains(" shop  fix-tax"),
        "{}",
        screen(&model)
    );
    // A patch is one of the folder's.
    let effects = press(&mut model, " \n");
    let [Effect::ReadPatch(of, PatchRequest { path, .. })] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(*of, Whose::Project(SHOP.to_owned()));
    assert_eq!(path, "src/tax.rs");
    press(&mut model, ".");
    assert_eq!(tells(&model), row);
    // Whoever moves means the rows.
    press(&mut model, ".j");
    assert_eq!(tells(&model), row);
}

#[test]
fn what_is_known_of_the_folder_outlives_every_row() {
    let mut model = alone(true, other_project(), (80, 24));
    tell(&mut model, Message::Update(Update::Snapshot(Vec::new())));
    let subject = model.subject().expect("the folder is there");
    assert_eq!(subject.tasks.map(|tasks| tasks.total), Some(2));
    assert_eq!(subject.diff.map(|diff| diff.file_count), Some(2));
}

#[test]
fn where_the_overview_is_switched_off_no_install_is_offered() {
    let mut model = alone(false, Vec::new(), (100, 30));
    tell(&mut model, Message::Hooks(Hooks::Missing));
    let shown = screen(&model);
    assert!(!shown.contains("i install"), "{shown}");
    let mut whole = alone(true, Vec::new(), (100, 30));
    tell(&mut whole, Message::Hooks(Hooks::Missing));
    assert!(screen(&whole).contains("i install"));
}
