//! Changes of lists as text: generated ones, as many hands write them.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::tasks::taskmaster::trace::Fate;

/// A list with tags as Taskmaster writes one.
const LIST: &str = r#"{
  "master": {
    "tasks": [
      {
        "id": 1,
        "title": "one",
        "status": "pending",
        "updatedAt": "2026-11-29T20:25:52.764Z",
        "subtasks": [
          {
            "id": 1,
            "title": "part",
            "status": "pending"
          }
        ]
      },
      {
        "id": "7",
        "title": "seven"
      }
    ],
    "metadata": {
      "created": "2026-01-01T00:00:00.000Z"
    }
  },
  "side": {
    "tasks": []
  }
}"#;

fn set(id: &str, status: Mark) -> TaskChange {
    TaskChange::Set {
        id: id.to_owned(),
        status,
        tag: None,
    }
}

fn add(title: &str, tag: Option<&str>) -> TaskChange {
    TaskChange::Add {
        title: title.to_owned(),
        tag: tag.map(str::to_owned),
    }
}

fn rename(id: &str, title: &str) -> TaskChange {
    TaskChange::Edit {
        id: id.to_owned(),
        title: title.to_owned(),
        tag: None,
    }
}

fn edited(list: &str, change: &TaskChange) -> String {
    let edited = edit(list, None, change).unwrap();
    edited.text.expect("it was not so before")
}

#[test]
fn a_status_a_title_and_a_part_change_in_their_own_bytes() {
    let swap = |from: &str, to: &str| {
        assert_eq!(LIST.matches(from).count(), 1, "{from}");
        LIST.replace(from, to)
    };
    assert_eq!(
        edited(LIST, &set("1", Mark::Done)),
        swap(
            "\"one\",\n        \"status\": \"pending\"",
            "\"one\",\n        \"status\": \"done\""
        )
    );
    assert_eq!(
        edited(LIST, &set("1.1", Mark::InProgress)),
        swap(
            "\"part\",\n            \"status\": \"pending\"",
            "\"part\",\n            \"status\": \"in-progress\""
        )
    );
    assert_eq!(
        edited(LIST, &set("7", Mark::Blocked)),
        swap(
            "\"title\": \"seven\"",
            "\"title\": \"seven\",\n        \"status\": \"blocked\""
        )
    );
    assert_eq!(
        edited(LIST, &rename("7", " \"7\" é ")),
        swap("\"seven\"", "\"\\\"7\\\" é\"")
    );
    let so = edit(LIST, None, &set("1", Mark::Pending)).unwrap();
    assert_eq!(so.text, None);
}

#[test]
fn what_is_added_looks_as_if_taskmaster_had_added_it() {
    let added = edited(LIST, &add("more", None));
    let task = r#"
      {
        "id": "8",
        "title": "more",
        "description": "more",
        "details": "",
        "testStrategy": "",
        "status": "pending",
        "dependencies": [],
        "priority": "medium",
        "subtasks": []
      }"#;
    let before = "        \"title\": \"seven\"\n      }";
    assert_eq!(added, LIST.replace(before, &format!("{before},{task}")));
    let first = edited(LIST, &add("first", Some("side")));
    let first: Json = serde_json::from_str(&first).unwrap();
    assert_eq!(first["side"]["tasks"][0]["id"], 1);
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let why = |list: &str, change: &TaskChange| edit(list, None, change).unwrap_err().to_string();
    assert_eq!(why(LIST, &set("2", Mark::Done)), "there is no task 2 in it");
    assert_eq!(
        why(LIST, &set("1.2", Mark::Done)),
        "there is no task 1.2 in it"
    );
    assert_eq!(
        why(LIST, &add("x", Some("gone"))),
        "there is no tag `gone`, only master, side"
    );
    let tag = TaskChange::Tag {
        name: "master".to_owned(),
    };
    assert_eq!(why("{\"tasks\":[]}", &tag), "there are no tags in it");
    assert_eq!(
        why("{\"master\": {\"tasks\": [,]}}", &set("1", Mark::Done)),
        "it cannot be understood: line 1, column 23: expected a value"
    );
    let twice = "{\"tasks\":[{\"id\":1,\"title\":\"a\"},{\"id\":\"1\",\"title\":\"b\"}]}";
    assert_eq!(
        why(twice, &rename("1", "x")),
        "there is more than one task 1 in it"
    );
    assert_eq!(
        why("{}", &set("1", Mark::Done)),
        "there is no list of tasks in it"
    );
    let setting = |text: &str| {
        let tag = TaskChange::Tag {
            name: "side".to_owned(),
        };
        edit(LIST, Some(text), &tag).unwrap_err().to_string()
    };
    assert_eq!(
        setting("{\"currentTag\": 3}"),
        "it cannot be understood: line 1, column 16: `currentTag` is no text"
    );
    assert_eq!(
        setting("[]"),
        "it cannot be understood: line 1, column 1: no object"
    );
}

#[test]
fn the_tag_is_switched_in_its_own_bytes_and_the_file_is_made_where_there_is_none() {
    let tag = TaskChange::Tag {
        name: "side".to_owned(),
    };
    let switched = |setting| edit(LIST, setting, &tag).unwrap().text;
    assert_eq!(
        switched(Some("{\n \"currentTag\":\"master\",\"lastSwitched\": 1}")).unwrap(),
        "{\n \"currentTag\":\"side\",\"lastSwitched\": 1}"
    );
    assert_eq!(
        switched(Some("{\"lastSwitched\": 1}")).unwrap(),
        "{\"lastSwitched\": 1, \"currentTag\": \"side\"}"
    );
    assert_eq!(switched(None).unwrap(), "{\n  \"currentTag\": \"side\"\n}");
    assert_eq!(switched(Some("{\"currentTag\":\"side\"}")), None);
}

#[test]
fn a_change_that_is_taken_back_unknowingly_is_told_from_another_change() {
    let done = edit(LIST, None, &set("1", Mark::Done)).unwrap();
    let text = done.text.unwrap();
    let fate = |text: &str| done.trace.fate(text).unwrap();
    assert_eq!(fate(&text), Fate::Holds);
    let minified = serde_json::from_str::<Json>(&text).unwrap().to_string();
    assert_eq!(fate(&minified), Fate::Holds);
    assert_eq!(fate(LIST), Fate::Undone);
    // So Taskmaster writes that somebody has set it back.
    assert_eq!(fate(&LIST.replace("52.764", "53.001")), Fate::Changed);
    assert_eq!(fate(&text.replace("\"done\"", "\"review\"")), Fate::Changed);
    assert_eq!(fate("{\"other\": {\"tasks\": []}}"), Fate::Changed);
    let added = edit(LIST, None, &add("seven", None)).unwrap();
    assert_eq!(added.trace.fate(LIST).unwrap(), Fate::Undone);
    assert_eq!(added.trace.fate(&added.text.unwrap()).unwrap(), Fate::Holds);
    let theirs = edited(LIST, &add("another with that id", None));
    assert_eq!(added.trace.fate(&theirs).unwrap(), Fate::Undone);
}

// ---- generated lists

/// Texts that are easily spelt in more than one way.
fn texts() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        "[a-z ]{1,12}",
        "\\PC{1,8}",
        Just("q\"\\/\u{1f600}é".to_owned())
    ];
    // What a hand writes otherwise stands in no text.
    any.prop_filter("a hand's own", |text| {
        !text.contains("  ") && !text.contains("\": ")
    })
}

fn tasks() -> impl Strategy<Value = Vec<Json>> {
    let status = prop::option::of(prop::sample::select(vec![
        "pending",
        "in-progress",
        "done",
        "review",
        "finished",
    ]));
    let parts = prop::collection::vec(texts(), 0..3);
    let task = (texts(), status, any::<bool>(), parts);
    prop::collection::vec(task, 0..6).prop_map(|tasks| {
        let tasks = tasks.into_iter().zip(1_u64..);
        let task =
            |((title, status, is_text, parts), number): ((String, _, bool, Vec<String>), u64)| {
                let id = if is_text {
                    json!(number.to_string())
                } else {
                    json!(number)
                };
                let mut task = json!({"id": id, "title": title, "odd": [1.50, {"deep": null}]});
                if let Some(status) = status {
                    task["status"] = json!(status);
                }
                let parts = parts.into_iter().zip(1_u64..);
                task["subtasks"] = parts
                .map(|(title, number)| json!({"id": number, "title": title, "status": "pending"}))
                .collect();
                task
            };
        tasks.map(task).collect()
    })
}

/// The text of a list as one of many hands would have written it.
fn written(list: &Json, hand: usize) -> String {
    let pretty = serde_json::to_string_pretty(list).expect("JSON");
    match hand {
        0 => pretty,
        1 => list.to_string(),
        2 => pretty.replace("  ", "\t") + "\n",
        3 => format!("\u{feff}{}\r\n", pretty.replace('\n', "\r\n")),
        4 => pretty.replace("  ", "    ").replace("\": ", "\" :"),
        _ => pretty.replace('\n', " "),
    }
}

fn read(text: &str) -> Json {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON")
}

/// How many bytes two texts have in common at their beginning and their end, each byte once.
fn common(one: &str, other: &str) -> (usize, usize) {
    let most = one.len().min(other.len());
    let same = |(a, b): &(u8, u8)| a == b;
    let begin = one.bytes().zip(other.bytes()).take_while(same).count();
    let rest = most - begin;
    let end = one.bytes().rev().zip(other.bytes().rev()).take(rest);
    (begin, end.take_while(same).count())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn of_any_list_only_the_value_that_changes_is_another(
        tasks in tasks(), hand in 0..6_usize, is_tagged: bool, which: prop::sample::Index,
        mark in prop::sample::select(Mark::ALL.to_vec()), title in texts(), what in 0..3_usize,
    ) {
        let mut list = if is_tagged {
            json!({"master": {"tasks": tasks, "metadata": {"n": 1e3}}, "z": {"tasks": []}})
        } else {
            json!({"tasks": tasks})
        };
        let text = written(&list, hand);
        let wanted = match what {
            _ if tasks.is_empty() => add(&title, None),
            0 => set(&(which.index(tasks.len()) + 1).to_string(), mark),
            1 => rename(&(which.index(tasks.len()) + 1).to_string(), &title),
            _ => add(&title, None),
        };
        prop_assume!(!title.trim().is_empty());
        let edited = edit(&text, None, &wanted).unwrap();
        let after = edited.text.unwrap_or_else(|| text.clone());
        prop_assert_eq!(edited.trace.fate(&after).unwrap(), Fate::Holds);
        // Nothing but one run of bytes is another, and outside of it stands what stood there.
        let (begin, end) = common(&text, &after);
        if matches!(wanted, TaskChange::Add { .. }) && !tasks.is_empty() {
            prop_assert_eq!(begin + end, text.len(), "nothing is taken away: {}", after);
        }
        let known = if is_tagged { &mut list["master"]["tasks"] } else { &mut list["tasks"] };
        let known = known.as_array_mut().unwrap();
        match &wanted {
            TaskChange::Set { id, status, .. } => {
                let task = &mut known[id.parse::<usize>().unwrap() - 1];
                let was = task["status"].as_str().and_then(Mark::parse);
                if was != Some(*status) {
                    task["status"] = json!(status.word());
                }
            }
            TaskChange::Edit { id, title, .. } => {
                known[id.parse::<usize>().unwrap() - 1]["title"] = json!(title.trim());
            }
            TaskChange::Add { title, .. } => {
                let is_text = known.last().is_some_and(|task| task["id"].is_string());
                let number = known.len() as u64 + 1;
                let id = if is_text { json!(number.to_string()) } else { json!(number) };
                known.push(json!({"id": id, "title": title.trim(), "description": title.trim(), "details": "",
                    "testStrategy": "", "status": "pending", "dependencies": [], "priority": "medium",
                    "subtasks": []}));
            }
            TaskChange::Tag { .. } => unreachable!("it is not tried here"),
        }
        prop_assert_eq!(read(&after), list);
    }

    #[test]
    fn what_is_cut_anywhere_is_never_written(tasks in tasks(), at: prop::sample::Index) {
        let text = json!({"master": {"tasks": tasks}}).to_string();
        let cut = (0..at.index(text.len())).rev().find(|cut| text.is_char_boundary(*cut));
        let refused = edit(&text[..cut.unwrap_or(0)], None, &add("x", None));
        prop_assert!(matches!(refused, Err(Unfit::Malformed(_))), "{refused:?}");
    }
}
