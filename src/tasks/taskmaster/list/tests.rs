//! What is malformed is neither shown nor written, and what is not is both, with the same words.

use std::fs;

use super::MAX_DEPTH;
use crate::tasks::taskmaster::{self, Mark, TaskChange};
use crate::tasks::{TaskState, TaskSummary, words};

/// A list whose first task is `task`, with `beside` behind its tag.
fn list(task: &str, beside: &str) -> String {
    let second = r#"{"id": 2, "title": "two", "status": "pending"}"#;
    format!(r#"{{"master": {{"tasks": [{task}, {second}]}}{beside}}}"#)
}

fn with(more: &str) -> String {
    list(&format!(r#"{{"id": 1, "title": "one"{more}}}"#), "")
}

fn set(id: &str) -> TaskChange {
    TaskChange::Set {
        id: id.to_owned(),
        status: Mark::Done,
        tag: None,
    }
}

fn rename(id: &str) -> TaskChange {
    TaskChange::Edit {
        id: id.to_owned(),
        title: "another".to_owned(),
        tag: None,
    }
}

/// What is shown of a list, and what is in the file after its second task was set to done.
fn tried(text: &str) -> (TaskSummary, Result<String, String>) {
    tried_with(text, &set("2"))
}

/// The same after that change.
fn tried_with(text: &str, change: &TaskChange) -> (TaskSummary, Result<String, String>) {
    let project = tempfile::tempdir().unwrap();
    let file = project.path().join(".taskmaster/tasks/tasks.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    let shown = taskmaster::read(&file);
    let uid = rustix::process::getuid().as_raw();
    let changed = taskmaster::change(&file, uid, change);
    let after = fs::read_to_string(&file).unwrap();
    let changed = changed
        .map_err(|why| why.to_string())
        .map(|_| after.clone());
    if changed.is_err() {
        assert_eq!(after, text, "what is refused stays");
    }
    (shown, changed)
}

/// The text without the mark `^`, and the column at which that stood.
fn marked(text: &str) -> (String, u64) {
    let at = text.find('^').expect("a mark") as u64 + 1;
    (text.replace('^', ""), at)
}

#[test]
fn a_list_that_is_malformed_is_neither_shown_nor_written_and_says_where() {
    for (text, why) in [
        (
            r#"{"master": {"tasks": ^{}}}"#.to_owned(),
            "`tasks` is no list",
        ),
        ("^[]".to_owned(), "no object with `tasks` or with tags"),
        (with("^,}"), "a trailing comma"),
    ] {
        let (text, at) = marked(&text);
        let (shown, changed) = tried(&text);
        assert_eq!(shown.state, TaskState::TasksMalformed, "{text}");
        let told = shown.why.expect("it says why");
        assert!(told.starts_with(why), "{told} instead of {why}: {text}");
        assert_eq!(shown.column, Some(at), "{told}: {text}");
        let refused = changed.expect_err("it is not written");
        let same = format!("it cannot be understood: line 1, column {at}: {told}");
        assert!(refused.ends_with(&same), "{refused}");
    }
}

#[test]
fn a_task_that_is_none_is_shown_as_it_is_and_never_written_while_all_others_are() {
    // Its id, title and word as they are shown.
    for (task, told, why) in [
        (
            r#"{"id": 1, "title": "one", "status": ^3}"#,
            ["1", "one", "3"],
            "`status` is no text",
        ),
        (
            r#"{"id": 1, "title": "one", "status": ^{"is": 3}}"#,
            ["1", "one", "?"],
            "`status` is no text",
        ),
        (
            r#"{"id": 1, "title": "one", "priority": ^3}"#,
            ["1", "one", "pending"],
            "`priority` is no text",
        ),
        (
            r#"{"id": 1, "title": "one", "subtasks": ^{}}"#,
            ["1", "one", "pending"],
            "`subtasks` is no list",
        ),
        (
            r#"{"id": 1, "title": "one", "dependencies": ^"2"}"#,
            ["1", "one", "pending"],
            "`dependencies` is no list",
        ),
        (
            r#"{"id": 1, "title": "one", "dependencies": [^{}]}"#,
            ["1", "one", "pending"],
            "an id in `dependencies` that is neither a number nor a text",
        ),
        (
            "^null",
            ["?", "(no title)", "pending"],
            "a task is an object",
        ),
        (
            r#"^{"id": 1}"#,
            ["1", "(no title)", "pending"],
            "a task without `title`",
        ),
        (
            r#"^{"title": "one"}"#,
            ["?", "one", "pending"],
            "a task without `id`",
        ),
        (
            r#"{"id": ^true, "title": "one"}"#,
            ["?", "one", "pending"],
            "an id in `id` that is neither a number nor a text",
        ),
        (
            r#"{"id": 1, "title": ^1}"#,
            ["1", "1", "pending"],
            "`title` is no text",
        ),
    ] {
        let (text, at) = marked(&list(task, ""));
        let (shown, changed) = tried(&text);
        assert_eq!((shown.state, shown.total), (TaskState::Ok, 2), "{text}");
        let first = &shown.tasks[0];
        let shown = [&*first.id, &*first.title, &*words::status(first)];
        assert_eq!(shown, told, "{text}");
        assert_eq!(changed.expect("the other one"), with_second_done(&text));
        for change in [set(told[0]), rename(told[0])] {
            let refused = tried_with(&text, &change).1.expect_err("not this one");
            let words = format!(
                "task {} is no whole task, and is left to whoever wrote it: line 1, column {at}: {why}",
                told[0]
            );
            assert!(refused.ends_with(&words), "{refused}");
        }
    }
    // So is a part of one, and what it is a part of is not.
    let parts = with(r#", "subtasks": [7, {"id": 2, "status": "deferred"}]"#);
    assert!(tried_with(&parts, &set("1.?")).1.is_err());
    for id in ["1", "1.2"] {
        tried_with(&parts, &set(id)).1.expect("it is whole");
    }
}

#[test]
fn what_taskmaster_goes_on_with_is_shown_and_written() {
    for text in [
        list(r#"{"id": 1, "title": "one"}"#, r#", "version": "1.0""#),
        list(
            r#"{"id": 1, "title": "one"}"#,
            r#", "version": 3, "x": null, "meta": [1]"#,
        ),
        list(
            r#"{"id": 1, "title": "one"}"#,
            r#", "side": {"tasks": null}, "odd": {"tasks": [3]}"#,
        ),
        with(r#", "odd": [1.50, {"status": 3}], "status": null"#),
        with(r#", "status": "finished", "priority": null, "dependencies": [1.5, "x"]"#),
        with(r#", "subtasks": [{"id": 1}]"#),
        with(r#", "status": "pending", "status": "done", "title": "later""#),
        list(r#"{"id": -1.5, "title": ""}"#, ""),
        format!("\u{feff}{}", with("")),
        r#"{"tasks": [{"id": 2, "title": "two", "status": "pending"}], "version": 1}"#.to_owned(),
    ] {
        let (shown, changed) = tried(&text);
        assert_eq!(shown.state, TaskState::Ok, "{text}: {shown:?}");
        let after = changed.unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(after, with_second_done(&text));
    }
}

/// All bytes but those of the second task's status.
fn with_second_done(text: &str) -> String {
    let at = text.rfind("\"pending\"").expect("that of the second");
    [&text[..at], "\"done\"", &text[at + 9..]].concat()
}

#[test]
fn of_a_key_that_stands_twice_the_last_one_is_shown_and_changed() {
    let text =
        r#"{"tasks": [{"id": 2, "title": "a", "status": 3, "title": "b", "status": "review"}]}"#;
    let (shown, changed) = tried(text);
    let task = &shown.tasks[0];
    assert_eq!((&*task.title, task.word.as_deref()), ("b", Some("review")));
    assert_eq!(changed.unwrap(), text.replace("review", "done"));
}

#[test]
fn however_deep_parts_have_parts_a_list_is_judged() {
    let deep = |depth: usize| {
        let parts = "[{\"id\": 1, \"subtasks\": ".repeat(depth);
        with(&format!(", \"subtasks\": {parts}[]{}", "}]".repeat(depth)))
    };
    assert_eq!(tried(&deep(10)).0.state, TaskState::Ok);
    for depth in [40, 100_000] {
        let (shown, changed) = tried(&deep(depth));
        assert_eq!((shown.state, shown.total), (TaskState::Ok, 2));
        changed.unwrap();
    }
    let deepest = ["1"; MAX_DEPTH + 1].join(".");
    let refused = tried_with(&deep(40), &set(&deepest)).1.unwrap_err();
    assert!(refused.ends_with("parts of parts, too deep"), "{refused}");
}
