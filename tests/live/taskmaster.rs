//! The real Taskmaster from npm and a dashboard change one list at the same time, again and again, the dashboard just
//! when Taskmaster has read it and has not written yet: both changes must be there each time.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::common::{PROGRAM, Terminal, TestEnv, wait_until};
use super::packages::{Packages, Runnable};

/// Says that nothing is wrong but that it was left out.
const LEFT_OUT: u8 = 77;

/// Has Taskmaster say when it has read the list, and think for a while before it goes on: what it has read is old
/// then, and it does not know.
const SLOWLY: &str = r"const files = require('fs/promises'), { writeFileSync } = require('fs');
const read = files.readFile;
let isFirst = true;
files.readFile = async function (file, ...more) {
    const text = await read.call(this, file, ...more);
    if (isFirst && String(file).endsWith('tasks.json')) {
        isFirst = false;
        writeFileSync(process.env.HAS_READ, '');
        await new Promise((goOn) => setTimeout(goOn, Number(process.env.THINKS)));
    }
    return text;
};
";

/// For so many milliseconds it thinks, one after the other.
const THINKS: [u32; 6] = [0, 5, 20, 60, 150, 300];

/// A project whose list both change.
struct Scene<'env> {
    env: &'env TestEnv,
    taskmaster: Runnable,
    project: PathBuf,
}

/// Tries it so often.
pub(super) fn run(packages: &Packages, times: u32) -> ExitCode {
    let taskmaster = match packages.install(&["task-master-ai"]) {
        Ok(taskmaster) => taskmaster,
        Err(why) => {
            eprintln!("LEFT OUT: Taskmaster cannot be had, so nothing of this was tried.\n  {why}");
            return ExitCode::from(LEFT_OUT);
        }
    };
    println!("taskmaster {} ...", taskmaster.version);
    let env = TestEnv::new();
    let project = env.path("shop");
    fs::create_dir_all(project.join(".taskmaster/tasks")).expect("a folder");
    let scene = Scene {
        env: &env,
        taskmaster,
        project,
    };
    let both = scene.play(times);
    match both {
        None => {
            eprintln!("LEFT OUT: there is no tmux, so nothing of this was tried.");
            ExitCode::from(LEFT_OUT)
        }
        Some(both) => {
            println!("both changes were there {both} of {times} times");
            ExitCode::from(u8::from(both < times))
        }
    }
}

impl Scene<'_> {
    /// In how many of so many rounds both changes are there.
    fn play(&self, times: u32) -> Option<u32> {
        self.write_list(times);
        fs::write(self.env.path("slowly.cjs"), SLOWLY).expect("it can be written");
        let dashboard = Terminal::start(self.env, "t.sock", PROGRAM)?;
        wait_until("it listens", || self.env.places().events_socket.exists());
        self.works();
        dashboard.wait_for("Work 0/");
        dashboard.press(&["l", "Space", "g"]);
        let has_read = self.env.path("has-read");
        let mut both = 0;
        for (round, thinks) in (1..=times).zip(THINKS.into_iter().cycle()) {
            // A row of which nothing is heard goes after a while.
            self.works();
            let (ours, theirs) = (round + 1, times + round + 1);
            dashboard.press(&["j"]);
            let taskmaster = self.set(theirs, thinks);
            wait_until("Taskmaster has read the list", || has_read.exists());
            fs::remove_file(&has_read).expect("it is there");
            dashboard.press(&["3"]);
            dashboard.wait_for(&format!("task {ours} is done"));
            finish(taskmaster);
            let list = self.read();
            let status = |id: u32| list[id as usize - 1]["status"].as_str().unwrap_or_default();
            let found = (status(ours), status(theirs));
            if found == ("done", "in-progress") {
                both += 1;
            } else {
                println!("round {round}: ours is {}, theirs is {}", found.0, found.1);
            }
        }
        Some(both)
    }

    /// An assistant says that it works in the project.
    fn works(&self) {
        let event = json!({
            "assistant": "claude", "state": "running", "kind": "turn_started", "target": "a:0.0",
            "cwd": self.project, "instance_id": "s1", "ts": Timestamp::now(),
        });
        self.env.send(event.to_string().as_bytes());
    }

    /// One task for each change of either.
    fn write_list(&self, times: u32) {
        let task = |id: u32| {
            json!({"id": id, "title": format!("task {id}"), "description": "d", "status": "pending",
                "dependencies": [], "priority": "medium", "details": "", "testStrategy": "", "subtasks": []})
        };
        let tasks: Vec<Value> = (1..=2 * times + 1).map(task).collect();
        let list = json!({"master": {"tasks": tasks, "metadata": {"created": "2026-01-01T00:00:00.000Z"}}});
        let text = serde_json::to_string_pretty(&list).expect("JSON");
        fs::write(self.list(), text).expect("it can be written");
        let setting = self.project.join(".taskmaster/state.json");
        fs::write(setting, r#"{"currentTag": "master"}"#).expect("it can be written");
    }

    fn list(&self) -> PathBuf {
        self.project.join(".taskmaster/tasks/tasks.json")
    }

    fn read(&self) -> Value {
        let text = fs::read_to_string(self.list()).expect("there is a list");
        let mut list: Value = serde_json::from_str(&text).expect("it is whole");
        list["master"]["tasks"].take()
    }

    /// Taskmaster, on its way to say that this task is worked on.
    fn set(&self, id: u32, thinks: u32) -> Child {
        let programs = std::env::join_paths(&self.taskmaster.programs);
        let mut path = programs.expect("plain names");
        path.push(":/usr/bin:/bin");
        let slowly = format!("--require={}", self.env.path("slowly.cjs").display());
        let mut command: Command = self.env.command("task-master");
        command.env("PATH", path).env("NODE_OPTIONS", slowly);
        command.env("TASKMASTER_SKIP_AUTO_UPDATE", "1");
        command.env("HAS_READ", self.env.path("has-read"));
        command.env("THINKS", thinks.to_string());
        command.args(["set-status", &format!("--id={id}"), "--status=in-progress"]);
        command.current_dir(&self.project);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let taskmaster = quiet.stderr(Stdio::null()).spawn();
        taskmaster.expect("Taskmaster can be started")
    }
}

fn finish(mut taskmaster: Child) {
    let ended = taskmaster.wait().expect("it is ours");
    assert!(ended.success(), "Taskmaster: {ended}");
}
