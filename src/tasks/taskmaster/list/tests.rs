//! What is malformed is neither shown nor written, and what is not is both, with the same words.

use std::fs;

use crate::tasks::taskmaster::{self, Mark, TaskChange};
use crate::tasks::{TaskState, TaskSummary};

/// A list whose first task is `task`, with `beside` behind its tag.
fn list(task: &str, beside: &str) -> String {
    let second = r#"{"id": 2, "title": "two", "status": "pending"}"#;
    format!(r#"{{"master": {{"tasks": [{task}, {second}]}}{beside}}}"#)
}

fn with(more: &str) -> String {
    list(&format!(r#"{{"id": 1, "title": "one"{more}}}"#), "")
}

/// What is shown of a list, and what is in the file after its second task was set to done.
fn tried(text: &str) -> (TaskSummary, Result<String, String>) {
    let project = tempfile::tempdir().unwrap();
    let file = project.path().join(".taskmaster/tasks/tasks.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    let shown = taskmaster::read(&file);
    let done = TaskChange::Set {
        id: "2".to_owned(),
        status: Mark::Done,
        tag: None,
    };
    let uid = rustix::process::getuid().as_raw();
    let changed = taskmaster::change(&file, uid, &done);
    let after = fs::read_to_string(&file).unwrap();
    let changed = changed
        .map_err(|why| why.to_string())
        .map(|_| after.clone());
    if changed.is_err() {
        assert_eq!(after, text, "what is refused stays");
    }
    (shown, changed)
}

#[test]
fn a_list_that_is_malformed_is_neither_shown_nor_written_and_says_where() {
    // The fault is where `^` stands.
    for (text, why) in [
        (with(r#", "status": ^3"#), "`status` is no text"),
        (with(r#", "priority": ^3"#), "`priority` is no text"),
        (with(r#", "subtasks": ^{}"#), "`subtasks` is no list"),
        (with(r#", "subtasks": [^7]"#), "a task is an object"),
        (
            with(r#", "dependencies": ^"2""#),
            "`dependencies` is no list",
        ),
        (
            with(r#", "dependencies": [^{}]"#),
            "an id in `dependencies` that is neither a number nor a text",
        ),
        (list("^null", ""), "a task is an object"),
        (list(r#"^{"id": 1}"#, ""), "a task without `title`"),
        (list(r#"^{"title": "one"}"#, ""), "a task without `id`"),
        (
            list(r#"{"id": ^true, "title": "one"}"#, ""),
            "an id in `id` that is neither a number nor a text",
        ),
        (list(r#"{"id": 1, "title": ^1}"#, ""), "`title` is no text"),
        (
            r#"{"master": {"tasks": ^{}}}"#.to_owned(),
            "`tasks` is no list",
        ),
        ("^[]".to_owned(), "no object with `tasks` or with tags"),
        (with("^,}"), "a trailing comma"),
    ] {
        let at = text.find('^').expect("a mark") as u64 + 1;
        let text = text.replace('^', "");
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
        let at = text.rfind("\"pending\"").expect("that of the second");
        let expected = [&text[..at], "\"done\"", &text[at + 9..]].concat();
        assert_eq!(after, expected);
    }
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
        assert_eq!(shown.why.as_deref(), Some("parts of parts, too deep"));
        changed.unwrap_err();
    }
}
