//! Changes written while others write: by renaming, in place, with a lock and without.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::tasks::Mark;

struct Project(tempfile::TempDir);

impl Project {
    fn new(list: &str) -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir_all(project.path("tasks")).expect("it is new");
        fs::write(project.list(), list).expect("it can be written");
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(".taskmaster").join(name)
    }

    fn list(&self) -> PathBuf {
        self.path("tasks/tasks.json")
    }

    fn change(&self, wanted: &TaskChange) -> Result<Changed, NotChanged> {
        change(&self.list(), rustix::process::getuid().as_raw(), wanted)
    }

    fn read(&self) -> String {
        fs::read_to_string(self.list()).expect("it is there")
    }

    /// What else lies beside the list.
    fn others(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("tasks")).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name != "tasks.json").collect()
    }
}

fn set(id: &str, status: Mark) -> TaskChange {
    TaskChange::Set {
        id: id.to_owned(),
        status,
        tag: None,
    }
}

fn list(count: u64) -> Value {
    let task = |id| json!({"id": id, "title": format!("task {id}"), "status": "pending"});
    let tasks: Vec<Value> = (1..=count).map(task).collect();
    json!({"master": {"tasks": tasks}})
}

#[test]
fn one_value_is_another_and_the_file_is_what_it_was() {
    let text = serde_json::to_string_pretty(&list(2)).unwrap();
    let project = Project::new(&text);
    let rights = fs::Permissions::from_mode(0o640);
    fs::set_permissions(project.list(), rights).unwrap();
    let changed = project.change(&set("2", Mark::Done)).unwrap();
    let expected = Changed {
        id: Some("2".to_owned()),
        tag: Some("master".to_owned()),
        was_so: false,
    };
    assert_eq!(changed, expected);
    let at = text.rfind("pending").unwrap();
    assert_eq!(
        project.read(),
        [&text[..at], "done", &text[at + 7..]].concat()
    );
    let mode = project.list().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let again = project.change(&set("2", Mark::Done)).unwrap();
    assert!(again.was_so);
    assert!(project.others().is_empty(), "{:?}", project.others());
}

#[test]
fn a_link_stays_one_and_what_it_leads_to_is_changed() {
    let project = Project::new("");
    let real = project.0.path().join("elsewhere.json");
    fs::write(&real, list(1).to_string()).unwrap();
    fs::remove_file(project.list()).unwrap();
    symlink(&real, project.list()).unwrap();
    project.change(&set("1", Mark::Blocked)).unwrap();
    assert_eq!(fs::read_link(project.list()).unwrap(), real);
    assert!(fs::read_to_string(real).unwrap().contains("\"blocked\""));
}

/// In place nobody could take a half-written list back, nor what somebody else has written in between.
#[test]
fn a_second_name_of_the_file_keeps_what_was_there_before() {
    let text = list(1).to_string();
    let project = Project::new(&text);
    let other = project.0.path().join("other.json");
    fs::hard_link(project.list(), &other).unwrap();
    project.change(&set("1", Mark::Done)).unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), text);
    assert!(project.read().contains("\"done\""));
    assert_eq!(other.metadata().unwrap().nlink(), 1);
}

#[test]
fn what_is_not_to_be_written_is_left_as_it_is() {
    let why = |project: &Project| {
        let why = project
            .change(&set("1", Mark::Done))
            .unwrap_err()
            .to_string();
        let list = project.list();
        why.replace(&*list.to_string_lossy(), "LIST")
    };
    let text = list(1).to_string();
    let project = Project::new(&text);
    fs::set_permissions(project.list(), fs::Permissions::from_mode(0o440)).unwrap();
    assert_eq!(why(&project), "LIST is read-only");
    assert_eq!(project.read(), text);
    for malformed in ["", "{", "{\"master\": {\"tasks\": [{\"id\": 1,}]}}"] {
        let project = Project::new(malformed);
        let why = why(&project);
        assert!(
            why.starts_with("LIST: it cannot be understood: line 1"),
            "{why}"
        );
        assert_eq!(project.read(), malformed);
    }
    let project = Project::new(&text);
    fs::write(project.list(), b"{\"a\": \"\xff\"}").unwrap();
    assert_eq!(why(&project), "LIST is not UTF-8 at byte 7");
    fs::remove_file(project.list()).unwrap();
    assert_eq!(why(&project), "there is no LIST any more");
    fs::create_dir(project.list()).unwrap();
    assert_eq!(why(&project), "LIST is a folder, not a file");
    let project = Project::new(&text);
    fs::create_dir(project.path("tasks/tasks.json.lock")).unwrap();
    assert_eq!(
        why(&project),
        "LIST.lock is there: another program is at work on the list"
    );
    assert_eq!(project.read(), text);
    for (title, why) in [
        (" ", "a task has a title"),
        ("a\nb", "a title is one line without control characters"),
        (&*"x".repeat(201), "the title is longer than 200 characters"),
    ] {
        let add = TaskChange::Add {
            title: title.to_owned(),
            tag: None,
        };
        assert_eq!(project.change(&add).unwrap_err().to_string(), why);
    }
}

#[test]
fn the_tag_is_switched_whether_the_file_is_there_or_not() {
    let tags = json!({"master": {"tasks": []}, "side": {"tasks": []}});
    let project = Project::new(&tags.to_string());
    let tag = |name: &str| TaskChange::Tag {
        name: name.to_owned(),
    };
    project.change(&tag("side")).unwrap();
    let setting = project.path("state.json");
    assert_eq!(
        fs::read_to_string(&setting).unwrap(),
        "{\n  \"currentTag\": \"side\"\n}"
    );
    fs::write(&setting, "{\"currentTag\": \"side\", \"x\": [ ]}\n").unwrap();
    project.change(&tag("master")).unwrap();
    assert_eq!(
        fs::read_to_string(&setting).unwrap(),
        "{\"currentTag\": \"master\", \"x\": [ ]}\n"
    );
    let why = project.change(&tag("gone")).unwrap_err().to_string();
    assert!(
        why.ends_with("there is no tag `gone`, only master, side"),
        "{why}"
    );
}

/// How another program writes the list.
#[derive(Clone, Copy, Debug)]
enum Way {
    Rename,
    InPlace,
}

fn write(project: &Project, text: &str, way: Way) {
    match way {
        Way::InPlace => fs::write(project.list(), text).unwrap(),
        Way::Rename => {
            let new = project.path("tasks/theirs.tmp");
            fs::write(&new, text).unwrap();
            fs::rename(new, project.list()).unwrap();
        }
    }
}

/// Another program reads the list, takes its time, and writes all of it with one title more of its own, without
/// any lock, a hundred times. Every task is set to done meanwhile.
fn rewritten_meanwhile(way: Way) {
    let project = Project::new(&list(4).to_string());
    let refused = std::thread::scope(|scope| {
        let project = &project;
        scope.spawn(move || {
            for number in 0..100 {
                // Nothing of ours is ever half written, and nothing of theirs is ever lost.
                let mut list: Value = serde_json::from_str(&project.read()).expect("it is whole");
                for before in 0..number {
                    let before = before.to_string();
                    assert!(
                        list["theirs"].get(&before).is_some(),
                        "{before} of {number}"
                    );
                }
                sleep(Duration::from_millis(number % 7));
                let theirs = format!("{number}");
                list["theirs"][&theirs] = json!(number);
                write(project, &list.to_string(), way);
                sleep(Duration::from_millis(30));
            }
        });
        let mut refused = Vec::new();
        for number in 1..=4 {
            let id = number.to_string();
            if let Err(why) = project.change(&set(&id, Mark::Done)) {
                assert!(matches!(why, NotChanged::Contended { .. }), "{why}");
                refused.push(id);
            }
        }
        refused
    });
    let after: Value = serde_json::from_str(&project.read()).unwrap();
    for task in after["master"]["tasks"].as_array().unwrap() {
        let id = task["id"].to_string();
        let is_done = task["status"] == "done";
        assert!(is_done || refused.contains(&id), "{way:?} {id}: {after}");
    }
    assert_eq!(after["theirs"]["99"], 99, "{way:?}: the last one is theirs");
}

#[test]
fn while_another_program_renames_a_hundred_times_nothing_is_lost() {
    rewritten_meanwhile(Way::Rename);
}

#[test]
fn while_another_program_writes_a_hundred_times_in_place_nothing_is_lost() {
    rewritten_meanwhile(Way::InPlace);
}

#[test]
fn of_a_hundred_writes_of_others_that_read_under_the_lock_each_is_there() {
    let project = Project::new(&list(20).to_string());
    std::thread::scope(|scope| {
        let project = &project;
        scope.spawn(move || {
            for number in 0..100 {
                let _lock = Lock::take(&project.list()).expect("it is given back");
                let mut list: Value = serde_json::from_str(&project.read()).expect("whole");
                let theirs = list["theirs"].as_u64().unwrap_or_default();
                assert_eq!(theirs, number, "none of theirs is lost");
                list["theirs"] = json!(number + 1);
                write(project, &list.to_string(), Way::Rename);
            }
        });
        for number in 1..=3 {
            let wanted = set(&number.to_string(), Mark::Done);
            project.change(&wanted).expect("each keeps to the lock");
        }
    });
    let after: Value = serde_json::from_str(&project.read()).unwrap();
    assert_eq!(after["theirs"], 100);
    let done = after["master"]["tasks"].as_array().unwrap().iter();
    assert_eq!(done.filter(|task| task["status"] == "done").count(), 3);
}

#[test]
fn who_writes_what_it_read_long_ago_all_the_time_is_not_fought_for_good() {
    let text = list(1).to_string();
    let project = Project::new(&text);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (project, text, is_over) = (&project, &text, &is_over);
        scope.spawn(move || {
            while !is_over.load(Ordering::SeqCst) {
                write(project, text, Way::Rename);
                sleep(Duration::from_millis(5));
            }
        });
        let why = project.change(&set("1", Mark::Done)).unwrap_err();
        is_over.store(true, Ordering::SeqCst);
        assert!(matches!(why, NotChanged::Contended { .. }), "{why}");
    });
}
