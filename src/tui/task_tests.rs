//! Taskmaster's list in the Work tab, by keyboard and mouse.

use std::fmt::Write as _;
use std::sync::Arc;

use pane_patrol_hooks::event::State;

use crate::state::update::Update;
use crate::tasks::{Mark, Task, TaskChange, TaskSource, TaskState, TaskStatus, TaskSummary};
use crate::tui::effect::Effect;
use crate::tui::fixture::{With, model_with, now, row, screen};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::text;
use crate::tui::update::update;
use crate::tui::work_tests::{click, press};

#[test]
fn a_malformed_list_says_so_whatever_is_to_be_changed() {
    let malformed = TaskSummary {
        state: TaskState::TasksMalformed,
        why: Some("expected value".to_owned()),
        tasks: Vec::new(),
        ..list()
    };
    for keys in [" 3", " n", " e", " t"] {
        let mut model = with_list(malformed.clone(), 100, 30);
        assert!(press(&mut model, keys).is_empty(), "{keys}");
        let said = model.notice.as_ref().map(|notice| &*notice.text);
        assert!(
            said.is_some_and(|said| said.starts_with("the list of tasks is malformed")),
            "{keys}"
        );
    }
}

pub(in crate::tui) fn list() -> TaskSummary {
    let task = |id: &str, title: &str, status| Task::new(id, title, status);
    let mut waits = task("3", "Tell the customers", TaskStatus::Pending);
    waits.priority = Some("high".to_owned());
    waits.dependencies = vec!["1".to_owned(), "2".to_owned()];
    let mut worked_on = task("2", "Round the tax of each line", TaskStatus::InProgress);
    worked_on.subtasks = vec![
        task("2.1", "Those of a sum", TaskStatus::Done),
        task(
            "2.2",
            "Those of a discount, which are not the same everywhere",
            TaskStatus::Pending,
        ),
    ];
    let mut put_off = task("4", "Publish", TaskStatus::Pending);
    put_off.word = Some("deferred".to_owned());
    TaskSummary {
        source: Some(TaskSource::Taskmaster),
        path: Some("/home/ada/src/shop/.taskmaster/tasks/tasks.json".to_owned()),
        tag: Some("master".to_owned()),
        tags: vec!["master".to_owned(), "release".to_owned()],
        total: 4,
        pending: 2,
        in_progress: 1,
        done: 1,
        active: vec![worked_on.title.clone()],
        tasks: vec![
            task("1", "Write a test", TaskStatus::Done),
            worked_on,
            waits,
            put_off,
        ],
        ..TaskSummary::default()
    }
}

/// A row whose project has that list, with the Work tab open.
pub(in crate::tui) fn with_list(list: TaskSummary, width: u16, height: u16) -> Model {
    let folder = "/home/ada/src/shop";
    let mut row = row(1, "claude", State::Completed, "shop:1.1", 252).in_folder(folder, None);
    row.tasks = Some(Arc::new(list.totals()));
    let id = row.id.clone();
    let mut model = model_with(vec![row], width, height);
    let feed = Update::Tasks(id, Arc::new(list));
    update(&mut model, Message::Update(feed), now());
    press(&mut model, "l");
    model
}

/// The one change that is asked for.
fn asked(effects: &[Effect]) -> TaskChange {
    match effects {
        [Effect::ChangeTask(_, wanted)] => wanted.clone(),
        other => panic!("{other:?}"),
    }
}

fn set(id: &str, status: Mark) -> TaskChange {
    TaskChange::Set {
        id: id.to_owned(),
        status,
        tag: Some("master".to_owned()),
    }
}

#[test]
fn keys_say_how_far_the_chosen_task_is_beginning_with_the_one_that_is_worked_on() {
    let mut model = with_list(list(), 100, 30);
    assert!(press(&mut model, "3").is_empty(), "no task is chosen yet");
    assert_eq!(asked(&press(&mut model, " 3")), set("2", Mark::Done));
    assert_eq!(asked(&press(&mut model, "jj1")), set("2.2", Mark::Pending));
    assert_eq!(asked(&press(&mut model, "g2")), set("1", Mark::InProgress));
    assert_eq!(asked(&press(&mut model, "G4")), set("4", Mark::Blocked));
    assert_eq!(asked(&press(&mut model, "k5")), set("3", Mark::Deferred));
    assert!(press(&mut model, "69").is_empty());
    press(&mut model, "\u{1b}");
    assert!(press(&mut model, "3").is_empty(), "it is left");
}

#[test]
fn a_title_is_typed_for_the_row_and_the_list_that_were_shown() {
    let mut model = with_list(list(), 100, 30);
    press(&mut model, " jje");
    assert!(
        screen(&model).contains("Task 2.2 of shop:1.1: Those of a discount"),
        "{}",
        screen(&model)
    );
    let wanted = asked(&press(&mut model, "!\n"));
    let TaskChange::Edit { id, title, tag } = wanted else {
        panic!("{wanted:?}");
    };
    assert_eq!((&*id, tag.as_deref()), ("2.2", Some("master")));
    assert!(title.ends_with("everywhere!"), "{title}");
    press(&mut model, "n");
    assert!(press(&mut model, "\n").is_empty(), "nothing is said yet");
    assert!(screen(&model).contains("New task for shop:1.1: "));
    update(&mut model, Message::Paste(" more\nof it".to_owned()), now());
    let wanted = asked(&press(&mut model, "\n"));
    let TaskChange::Add { title, .. } = wanted else {
        panic!("{wanted:?}");
    };
    assert_eq!(title, "more of it");
    press(&mut model, "nx\u{1b}");
    assert_eq!(asked(&press(&mut model, "t")), switch("release"));
}

fn switch(name: &str) -> TaskChange {
    TaskChange::Tag {
        name: name.to_owned(),
    }
}

#[test]
fn a_title_of_which_only_the_beginning_is_known_is_not_taken_for_all_of_it() {
    let mut long = list();
    long.tasks[0].title = format!("{}…", "x".repeat(199));
    let mut model = with_list(long, 100, 30);
    press(&mut model, " ge");
    let prompt = model.titling.as_ref().expect("a line is open");
    assert_eq!(prompt.line.text(), "");
}

#[test]
fn a_click_chooses_a_task_says_how_far_it_is_and_switches_the_tag() {
    for (width, height) in [(40, 30), (80, 30), (200, 50)] {
        let mut model = with_list(list(), width, height);
        let mut click_on = |words: &str| {
            let screen = screen(&model);
            let found = screen.lines().enumerate().find_map(|(y, line)| {
                let x = line.find(words)?;
                Some((text::width(&line[..x]), y))
            });
            let (x, y) = found.unwrap_or_else(|| panic!("no {words} in\n{screen}"));
            let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            click(&mut model, x + 1, y)
        };
        assert!(click_on("Tell the customers").is_empty());
        assert_eq!(asked(&click_on("4 blocked")), set("3", Mark::Blocked));
        assert_eq!(asked(&click_on(" release")), switch("release"));
    }
}

#[test]
fn a_list_that_an_assistant_keeps_is_read_and_not_changed() {
    let mut own = list();
    (own.source, own.tag) = (Some(TaskSource::Assistant), None);
    own.tags.clear();
    for keys in ["3", "n", "e", "t"] {
        let mut model = with_list(own.clone(), 100, 30);
        press(&mut model, " j");
        let offered = screen(&model);
        assert!(offered.contains("j k task") && !offered.contains("how far"));
        assert!(press(&mut model, keys).is_empty());
        assert!(model.titling.is_none());
        let said = model.notice.as_ref().map(|notice| notice.text.clone());
        let said = said.unwrap_or_default();
        assert!(
            said.starts_with("claude keeps this list itself"),
            "{keys}: {said}"
        );
    }
}

#[test]
fn the_list_at_each_width() {
    let mut shown = String::new();
    for (width, height) in [(40, 30), (80, 24), (120, 24)] {
        for keys in ["", " jj"] {
            let mut model = with_list(list(), width, height);
            press(&mut model, keys);
            let screen = screen(&model);
            let _ = writeln!(shown, "── {width} x {height} {keys:?} ──\n{screen}");
        }
    }
    insta::assert_snapshot!(shown);
}
