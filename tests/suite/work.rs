//! What a row tells of the code and the tasks of its folder, on the real executable and the real git.

#![cfg_attr(not(target_os = "linux"), allow(unused_imports))]

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{Collector, PROGRAM, Terminal, TestEnv, finish, wait_until, write_program};

/// A repository with one commit of one file.
fn repository(env: &TestEnv) -> PathBuf {
    let folder = env.path("repo");
    fs::create_dir(&folder).expect("the folder is new");
    env.git(&folder, &["init", "-q", "-b", "main"]);
    fs::write(folder.join("a"), "1\n2\n").expect("a file can be written");
    env.git(&folder, &["add", "a"]);
    env.git(&folder, &["commit", "-q", "-m", "x"]);
    folder
}

/// An event of Claude in the pane `target`, working in `folder`.
fn send(env: &TestEnv, target: &str, folder: &Path, kind: &str, tool: Option<&str>) {
    let event = json!({
        "assistant": "claude", "state": "running", "kind": kind, "target": target, "tool": tool,
        "cwd": folder, "instance_id": "s1", "ts": Timestamp::now(),
    });
    env.send(event.to_string().as_bytes());
}

fn numbers(row: &Value) -> [Option<i64>; 3] {
    ["additions", "deletions", "file_count"].map(|name| row["diff"][name].as_i64())
}

fn until_numbers(collector: &Collector<'_>, expected: [i64; 3]) -> Vec<Value> {
    collector.until(&format!("all rows tell {expected:?}"), |rows| {
        !rows.is_empty() && rows.iter().all(|row| numbers(row) == expected.map(Some))
    })
}

#[test]
fn rows_in_one_folder_tell_its_changes_when_files_change() {
    let env = TestEnv::new();
    let folder = repository(&env);
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    until_numbers(&collector, [0, 0, 0]);
    send(&env, "a:0.1", &folder, "turn_started", None);
    collector.until("there are two rows", |rows| rows.len() == 2);
    until_numbers(&collector, [0, 0, 0]);
    fs::write(folder.join("a"), "1\nb\nc\n").unwrap();
    let rows = until_numbers(&collector, [2, 1, 1]);
    assert_eq!(rows[0]["diff"]["branch"], "main");
    assert_eq!(rows[0]["diff"].get("files"), None, "a row carries the sums");
    fs::create_dir_all(folder.join("new/deep")).unwrap();
    fs::write(folder.join("new/deep/er"), "1\n").unwrap();
    until_numbers(&collector, [3, 1, 2]);
    fs::write(folder.join("new/deep/er"), "1\n2\n").unwrap();
    until_numbers(&collector, [4, 1, 2]);
    env.git(&folder, &["add", "-A"]);
    env.git(&folder, &["commit", "-q", "-m", "y"]);
    until_numbers(&collector, [0, 0, 0]);
}

#[test]
fn the_end_of_a_tool_is_a_reason_to_look_also_where_nothing_is_watched() {
    let env = TestEnv::new();
    let folder = repository(&env);
    for n in 0..600 {
        let many = folder.join(format!("d{n}"));
        fs::create_dir(&many).unwrap();
        fs::write(many.join("f"), "x\n").unwrap();
    }
    env.git(&folder, &["add", "-A"]);
    env.git(&folder, &["commit", "-q", "-m", "y"]);
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    until_numbers(&collector, [0, 0, 0]);
    fs::write(folder.join("d7/f"), "x\ny\n").unwrap();
    send(&env, "a:0.0", &folder, "tool_finished", Some("Edit"));
    until_numbers(&collector, [1, 0, 1]);
}

#[test]
fn a_folder_without_git_and_a_malformed_list_degrade_their_own_part_only() {
    let env = TestEnv::new();
    let folder = env.path("plain");
    fs::create_dir_all(folder.join(".taskmaster/tasks")).unwrap();
    let list = folder.join(".taskmaster/tasks/tasks.json");
    fs::write(&list, "{\n  \"tasks\": [,]\n}").unwrap();
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    let told = |rows: &[Value]| rows.len() == 1 && rows[0]["tasks"]["state"] == "tasks_malformed";
    let rows = collector.until("the list is malformed", told);
    assert_eq!(
        (&rows[0]["tasks"]["line"], &rows[0]["tasks"]["column"]),
        (&json!(2), &json!(13))
    );
    assert_eq!(rows[0]["state"], "running");
    collector.until("there is no repository", |rows| {
        rows[0]["diff"]["state"] == "not_git_repo"
    });

    let tasks = finish(env.pane_patrol().args(["tasks", "a:0.0"]));
    assert!(
        tasks.stdout.contains("tasks.json:2:13: expected a value"),
        "{tasks:?}"
    );
    let diff = finish(env.pane_patrol().args(["diff", "a:0.0"]));
    assert!(diff.stdout.ends_with("in no git repository\n"), "{diff:?}");
    let without = finish(
        env.pane_patrol()
            .args(["diff", "a:0.0"])
            .env("PATH", "/nowhere"),
    );
    assert_eq!(
        without.stdout, "a:0.0  git is not installed\n",
        "{without:?}"
    );

    let fixed = json!({"master": {"tasks": [
        {"id": 1, "title": "one", "status": "done"}, {"id": 2, "title": "two", "status": "in-progress"},
    ]}});
    fs::write(&list, fixed.to_string()).unwrap();
    let told = |rows: &[Value]| rows[0]["tasks"]["done"] == 1 && rows[0]["tasks"]["total"] == 2;
    let rows = collector.until("the list is counted", told);
    assert_eq!(rows[0]["tasks"]["active"], json!(["two"]));
    assert_eq!(rows[0]["tasks"]["source"], "taskmaster");
}

#[test]
fn claudes_own_list_comes_before_that_of_the_project() {
    let env = TestEnv::new();
    let folder = repository(&env);
    let list = env.home().join(".claude/tasks/s1");
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    collector.until("there are no tasks", |rows| {
        rows.len() == 1 && rows[0]["tasks"]["state"] == "tasks_missing"
    });
    fs::create_dir_all(&list).unwrap();
    let task = |id: &str, status: &str| {
        let task =
            json!({"id": id, "subject": format!("task {id}"), "status": status, "blockedBy": []});
        fs::write(list.join(format!("{id}.json")), task.to_string()).unwrap();
    };
    task("1", "in_progress");
    send(&env, "a:0.0", &folder, "tool_finished", Some("TaskCreate"));
    let rows = collector.until("the task is told", |rows| {
        rows[0]["tasks"]["in_progress"] == 1
    });
    assert_eq!(rows[0]["tasks"]["source"], "assistant");
    task("1", "completed");
    task("2", "pending");
    collector.until("its end is told", |rows| {
        rows[0]["tasks"]["done"] == 1 && rows[0]["tasks"]["total"] == 2
    });
    let tasks = finish(env.pane_patrol().args(["tasks", "a:0.0", "--json"]));
    let told: Value = serde_json::from_str(&tasks.stdout).unwrap();
    assert_eq!(
        told["tasks"][1],
        json!({"id": "2", "title": "task 2", "status": "pending"})
    );
}

#[test]
fn a_patch_is_printed_as_git_would_and_only_of_changed_files() {
    let env = TestEnv::new();
    let folder = repository(&env);
    fs::write(folder.join("a"), "1\nb\n").unwrap();
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    until_numbers(&collector, [1, 1, 1]);
    let diff =
        |arguments: &[&str]| finish(env.pane_patrol().args(["diff", "a:0.0"]).args(arguments));
    let patch = diff(&["--patch", "a", "--context", "0"]);
    assert!(patch.stdout.ends_with("@@ -2 +2 @@\n-2\n+b\n"), "{patch:?}");
    let told: Value = serde_json::from_str(&diff(&["--json"]).stdout).unwrap();
    assert_eq!(told["files"][0]["path"], "a");
    let refused = diff(&["--patch", "../home/secret"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        refused.stderr.contains("is not among the changed files"),
        "{refused:?}"
    );
}

/// Processor time a process has used, in clock ticks.
#[cfg(target_os = "linux")]
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the collector runs");
    let fields: Vec<&str> = stat[stat.rfind(')').expect("a name in brackets") + 2..]
        .split(' ')
        .collect();
    // Its own in user and kernel mode, and that of the children it has waited for.
    fields[11..15]
        .iter()
        .map(|field| field.parse::<u64>().expect("a number of ticks"))
        .sum()
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_looked_at_while_nothing_happens() {
    let env = TestEnv::new();
    let folder = repository(&env);
    let count = env.path("count");
    let bin = env.path("bin");
    fs::create_dir(&bin).unwrap();
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.exists())
        .expect("git is installed");
    let script = format!(
        "#!/bin/sh\necho >> '{}'\nexec '{}' \"$@\"\n",
        count.display(),
        real.display()
    );
    write_program(&bin.join("git"), &script);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let collector = Collector::start_with(&env, env.pane_patrol().env("PATH", path));
    send(&env, "a:0.0", &folder, "turn_started", None);
    until_numbers(&collector, [0, 0, 0]);
    let starts = || fs::read_to_string(&count).unwrap().lines().count();
    // Idleness is a matter of time. What was touched by the start itself is looked at once more, on a busy machine late. Whoever looks
    // every now and then comes to no rest at all.
    crate::common::until("it has come to rest", || {
        let (started, used) = (starts(), ticks(collector.pid()));
        std::thread::sleep(std::time::Duration::from_secs(3));
        (starts() == started && ticks(collector.pid()) - used <= 2).then_some(())
    });
}

/// From the rows to a patch that follows its file, by keys alone.
fn read_a_patch(dashboard: &Terminal<'_>, folder: &Path) {
    fs::write(folder.join("a"), "1\nb\n").expect("it can be written");
    dashboard.wait_for("Diff 1");
    dashboard.press(&["l", "l"]);
    dashboard.wait_for("modified  a");
    dashboard.press(&["Space", "Enter"]);
    dashboard.wait_for("+b");
    fs::write(folder.join("a"), "1\nanother line\n").expect("it can be written");
    dashboard.wait_for("+another line");
}

#[test]
fn a_dashboard_that_collects_shows_a_patch_as_its_file_is_now() {
    let env = TestEnv::new();
    let folder = repository(&env);
    let Some(dashboard) = Terminal::start(&env, "t.sock", PROGRAM) else {
        return;
    };
    wait_until("it listens", || env.places().events_socket.exists());
    send(&env, "a:0.0", &folder, "turn_started", None);
    dashboard.wait_for("a:0.0");
    read_a_patch(&dashboard, &folder);
}

#[test]
fn so_does_a_dashboard_whose_rows_another_one_collects() {
    let env = TestEnv::new();
    let folder = repository(&env);
    let collector = Collector::start(&env);
    send(&env, "a:0.0", &folder, "turn_started", None);
    until_numbers(&collector, [0, 0, 0]);
    let Some(dashboard) = Terminal::start(&env, "t.sock", PROGRAM) else {
        return;
    };
    dashboard.wait_for("a:0.0");
    read_a_patch(&dashboard, &folder);
}
