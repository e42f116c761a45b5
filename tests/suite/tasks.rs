//! Taskmaster's list of a project: seen however it changes, and changed from here by command, over the hub and
//! in the dashboard, on the real executable.

use std::fs;
use std::path::PathBuf;

use pane_patrol::hub::protocol::Right;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, Listening, PROGRAM, Terminal, TestEnv, finish, lines_so_far, until,
};
use crate::either::Client;

/// Each situation is brought about so often; 20 times with `PANE_PATROL_STRESS`.
fn rounds() -> u64 {
    std::env::var_os("PANE_PATROL_STRESS").map_or(3, |_| 20)
}

/// A project, and an assistant that works there.
struct Project<'env> {
    env: &'env TestEnv,
    folder: PathBuf,
}

impl<'env> Project<'env> {
    /// One without a list.
    fn new(env: &'env TestEnv) -> Self {
        let folder = env.path("shop");
        fs::create_dir_all(folder.join("src")).expect("the folder is new");
        Self { env, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(".taskmaster").join(name)
    }

    fn list(&self) -> PathBuf {
        self.path("tasks/tasks.json")
    }

    /// Writes the list, folders included.
    fn write(&self, list: &Value) {
        fs::create_dir_all(self.path("tasks")).expect("a folder");
        let text = serde_json::to_string_pretty(list).expect("JSON");
        fs::write(self.list(), text).expect("it can be written");
    }

    fn read(&self) -> String {
        fs::read_to_string(self.list()).expect("there is a list")
    }

    /// The assistant says that it works in the project.
    fn works(&self) {
        let event = json!({
            "assistant": "claude", "state": "running", "kind": "turn_started", "target": "a:0.0",
            "cwd": self.folder.join("src"), "instance_id": "s1", "ts": Timestamp::now(),
        });
        self.env.send(event.to_string().as_bytes());
    }

    fn tasks(&self, arguments: &[&str]) -> Finished {
        finish(
            self.env
                .pane_patrol()
                .args(["tasks", "a:0.0"])
                .args(arguments),
        )
    }
}

/// Two tags, of which the first has so many tasks that are done, of three.
fn tags(done: u64) -> Value {
    let task = |id: u64| {
        let status = if id <= done { "done" } else { "pending" };
        json!({"id": id, "title": format!("task {id}"), "status": status, "subtasks": []})
    };
    let tasks: Vec<Value> = (1..=3).map(task).collect();
    let side = json!({"id": 1, "title": "aside", "status": "in-progress"});
    json!({"master": {"tasks": tasks}, "side": {"tasks": [side]}})
}

fn told(rows: &[Value]) -> [Option<&Value>; 3] {
    let tasks = rows.first().map(|row| &row["tasks"]);
    ["state", "done", "total"].map(|name| tasks.and_then(|tasks| tasks.get(name)))
}

#[test]
fn a_list_is_seen_however_it_comes_changes_and_goes() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    let collector = Collector::start(&env);
    project.works();
    let until = |what: &str, state: &str, done: u64, total: u64| {
        let expected = [json!(state), json!(done), json!(total)];
        collector.until(what, |rows| told(rows) == expected.each_ref().map(Some));
    };
    until("there is none", "tasks_missing", 0, 0);
    for round in 0..rounds() {
        // All at once, or folder by folder, with time to be looked at between them.
        if round % 2 == 1 {
            fs::create_dir(project.path("")).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        project.write(&tags(0));
        until("the folder has come", "ok", 0, 3);
        let new = project.path("tasks/.tasks.json.tmp");
        fs::write(&new, tags(1).to_string()).unwrap();
        fs::rename(&new, project.list()).unwrap();
        until("it was written by renaming", "ok", 1, 3);
        project.write(&tags(2));
        until("it was written in place", "ok", 2, 3);
        fs::write(project.path("state.json"), r#"{"currentTag": "side"}"#).unwrap();
        until("the tag was switched", "ok", 0, 1);
        fs::remove_file(project.path("state.json")).unwrap();
        until("nobody has chosen one", "ok", 2, 3);
        fs::remove_file(project.list()).unwrap();
        until("the file was removed", "tasks_missing", 0, 0);
        project.write(&tags(3));
        until("it was written again", "ok", 3, 3);
        fs::rename(project.path(""), project.folder.join("away")).unwrap();
        until("the folder was taken away", "tasks_missing", 0, 0);
        let away = project.folder.join("away/tasks/tasks.json");
        fs::write(&away, tags(1).to_string()).unwrap();
        fs::rename(project.folder.join("away"), project.path("")).unwrap();
        until("it was put back with another list", "ok", 1, 3);
        fs::remove_dir_all(project.path("")).unwrap();
        until("the folder was removed", "tasks_missing", 0, 0);
    }
}

#[test]
fn a_command_changes_one_value_and_says_what_is_so() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    project.write(&tags(1));
    let collector = Collector::start(&env);
    project.works();
    collector.until("it is told", |rows| rows.len() == 1);
    let before = project.read();
    let done = project.tasks(&["set", "2", "done"]);
    assert_eq!(
        done.stderr, "claude in a:0.0: task 2 is done.\n",
        "{done:?}"
    );
    let at = before.find("\"pending\"").unwrap();
    let after = [&before[..at], "\"done\"", &before[at + 9..]].concat();
    assert_eq!(project.read(), after);
    let again = project.tasks(&["set", "2", "completed"]);
    assert!(
        again.stderr.contains("task 2 was done already"),
        "{again:?}"
    );
    assert_eq!(project.read(), after);
    let added = project.tasks(&["add", "Tell the customers", "--tag", "side", "--json"]);
    let result: Value = serde_json::from_str(&added.stdout).expect("JSON");
    assert_eq!(result["task"], json!({"id": "2", "tag": "side"}));
    project.tasks(&["edit", "1", "Another title"]);
    project.tasks(&["tag", "side"]);
    let listed = project.tasks(&[]);
    assert_eq!(
        listed.stdout,
        "a:0.0  0/2 done, 1 in progress, 1 pending  (Taskmaster, tag side)\n  \
         in progress    1  aside\n  pending        2  Tell the customers\n"
    );
    let list: Value = serde_json::from_str(&project.read()).unwrap();
    assert_eq!(list["master"]["tasks"][0]["title"], "Another title");
    collector.until("the row tells it", |rows| {
        rows[0]["tasks"]["tag"] == "side" && rows[0]["tasks"]["total"] == 2
    });
    let path = env.places().decisions().expect("a state folder");
    let lines = lines_so_far(&path);
    let line: Value = serde_json::from_str(&lines[1]).expect("JSON");
    let fields = ["decision", "outcome", "way", "message", "door", "right"];
    let fields = fields.map(|name| line[name].as_str().unwrap_or_default());
    assert_eq!(fields[..4], ["task", "done", "file", "set 2 done"]);
    assert!(fields[4].starts_with("hub tasks-"), "{line}");
    assert_eq!(fields[5], "own");
}

#[test]
fn what_cannot_be_changed_is_refused_in_words_and_stays() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    let collector = Collector::start(&env);
    project.works();
    collector.until("it is told", |rows| rows.len() == 1);
    let refused = |arguments: &[&str], words: &str| {
        let refused = project.tasks(arguments);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(refused.stderr.contains(words), "{words}: {refused:?}");
        assert!(
            refused.stderr.contains("nothing was changed"),
            "{refused:?}"
        );
    };
    refused(
        &["set", "1", "done"],
        "there is no list that could be changed",
    );
    project.write(&tags(1));
    let text = project.read();
    refused(&["set", "9", "done"], "there is no task 9 in it");
    refused(
        &["tag", "gone"],
        "there is no tag `gone`, only master, side",
    );
    refused(&["add", " "], "a task has a title");
    let typed = project.tasks(&["set", "1", "finished"]);
    assert_eq!(typed.status.code(), Some(2), "{typed:?}");
    assert_eq!(project.read(), text);
    fs::write(project.list(), "{\"master\": {\"tasks\": [,]}}").unwrap();
    refused(&["set", "1", "done"], "line 1, column 23: expected a value");
    assert_eq!(project.read(), "{\"master\": {\"tasks\": [,]}}");
    project.write(&tags(1));
    let own = env.home().join(".claude/tasks/s1");
    fs::create_dir_all(&own).unwrap();
    let task = json!({"id": "1", "subject": "its own", "status": "pending", "blockedBy": []});
    fs::write(own.join("1.json"), task.to_string()).unwrap();
    refused(
        &["set", "1", "done"],
        "claude keeps this list itself: it can be read here, and nobody but claude changes it",
    );
    assert_eq!(project.read(), text);
    assert_eq!(
        fs::read_to_string(own.join("1.json")).unwrap(),
        task.to_string()
    );
}

#[test]
fn without_a_collector_a_command_changes_the_list_by_what_the_event_log_says() {
    let env = TestEnv::new();
    let log = env.mirror_on();
    let project = Project::new(&env);
    project.write(&tags(0));
    let event = json!({
        "assistant": "claude", "state": "running", "kind": "turn_started", "target": "a:0.0",
        "cwd": project.folder, "instance_id": "s1", "ts": Timestamp::now(),
    });
    fs::write(log, format!("{event}\n")).unwrap();
    let done = project.tasks(&["set", "3", "blocked"]);
    assert!(done.stderr.contains("task 3 is blocked"), "{done:?}");
    assert!(project.read().contains("\"blocked\""));
}

/// What a subscriber hears of that type next.
fn heard(client: &mut Client, kind: &str) -> Value {
    loop {
        let mut heard = client.hear();
        if heard["type"] == kind {
            return heard["payload"].take();
        }
    }
}

#[test]
fn a_program_with_the_right_to_manage_changes_a_task_and_subscribers_are_told() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    project.write(&tags(0));
    let listening = Listening::start(&env);
    project.works();
    let mut client = Client::with(Right::Manage, &env, &listening);
    let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": []});
    client.say("hello", &hello);
    let agent = loop {
        let summary = heard(&mut client, "task_summary");
        if summary["counts"]["total"] == 3 {
            break summary["agent_id"].clone();
        }
    };
    let act = json!({"act_id": "1", "agent_id": agent, "act": "task", "change": "set",
        "id": "2", "status": "in-progress", "tag": "master"});
    client.say("act", &act);
    let (mut update, mut result) = (None, None);
    while update.is_none() || result.is_none() {
        let mut heard = client.hear();
        match heard["type"].as_str() {
            Some("task_update") => update = Some(heard["payload"].take()),
            Some("act_result") => result = Some(heard["payload"].take()),
            _ => {}
        }
    }
    assert_eq!(
        update.expect("it was heard"),
        json!({"agent_id": agent, "tag": "master", "action": "update", "task":
            {"id": "2", "title": "task 2", "status": "in_progress", "active_agent": false}})
    );
    let result = result.expect("it was heard");
    assert_eq!(
        (&result["outcome"], &result["task"]["id"]),
        (&json!("done"), &json!("2"))
    );
    assert!(project.read().contains("in-progress\",\n"));
    // What it names may hold anything, and is repeated in words.
    let act = json!({"act_id": "2", "agent_id": agent, "act": "task", "change": "tag", "name": "a\0\u{1b}b"});
    client.say("act", &act);
    let refused = heard(&mut client, "act_result");
    let why = refused["why"].as_str().expect("it says why");
    assert!(
        why.contains("there is no tag `a") && !why.contains(char::is_control),
        "{why:?}"
    );
}

#[test]
fn a_folder_that_only_a_token_to_publish_has_named_has_its_list_changed_by_nobody() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    project.write(&tags(0));
    let text = project.read();
    let listening = Listening::start(&env);
    let mut publisher = Client::with(Right::Publish, &env, &listening);
    assert!(publisher.greets("publisher"));
    let event = json!({
        "assistant": "claude", "state": "running", "target": "a:0.0", "cwd": project.folder,
        "ts": Timestamp::now(),
    });
    publisher.say("agent_status", &event);
    let row = until("its row is there", || {
        let rows = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        let rows: Vec<Value> = serde_json::from_str(&rows).ok()?;
        rows.into_iter().find(|row| row["hearsay"] == true)
    });
    for right in [Right::Manage, Right::Own] {
        let mut client = Client::with(right, &env, &listening);
        let hello = json!({"client_id": "x", "role": "subscriber", "capabilities": ["pong"]});
        client.say("hello", &hello);
        let act = json!({"act_id": right.as_str(), "agent_id": row["id"], "act": "task",
            "change": "set", "id": "1", "status": "done"});
        client.say("act", &act);
        let result = heard(&mut client, "act_result");
        assert_eq!(result["outcome"], "refused", "{result}");
        let why = result["why"].as_str().expect("a reason");
        assert!(why.contains("may be another machine's"), "{why}");
    }
    assert_eq!(project.read(), text);
}

#[test]
fn the_dashboard_sets_adds_and_renames_tasks_and_switches_the_tag() {
    let env = TestEnv::new();
    let project = Project::new(&env);
    project.write(&tags(0));
    let Some(dashboard) = Terminal::start(&env, "t.sock", PROGRAM) else {
        return;
    };
    crate::common::wait_until("it listens", || env.places().events_socket.exists());
    project.works();
    dashboard.wait_for("Work 0/3");
    dashboard.press(&["l", "Space"]);
    dashboard.wait_for("3 done");
    dashboard.press(&["j", "3"]);
    dashboard.wait_for("✓ 2");
    dashboard.wait_for("task 2 is done");
    let list = || -> Value { serde_json::from_str(&project.read()).expect("JSON") };
    assert_eq!(list()["master"]["tasks"][1]["status"], "done");
    dashboard.press(&["n"]);
    dashboard.wait_for("New task for a:0.0");
    dashboard.press(&["one more", "Enter"]);
    dashboard.wait_for("○ 4   one more");
    dashboard.press(&["G", "e"]);
    dashboard.wait_for("Task 4 of a:0.0");
    dashboard.press(&[" thing", "Enter"]);
    dashboard.wait_for("○ 4   one more thing");
    dashboard.press(&["t"]);
    dashboard.wait_for("[side]");
    dashboard.wait_for("● 1   aside");
    let setting = fs::read_to_string(project.path("state.json")).unwrap();
    assert_eq!(setting, "{\n  \"currentTag\": \"side\"\n}");
}
