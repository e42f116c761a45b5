//! A world in which the lines of the book can be typed: an assistant in `shop:1.1` that waits for an
//! approval at its hook, in a repository with a change and a list of tasks, on a server with a client.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command};

use serde_json::Value;

use crate::common::{
    Collector, PROGRAM, Terminal, TestEnv, Tmux, finish, fixture, started, wait_until,
    write_program,
};

/// The pane that the book calls `shop:1.1`.
const PANE: &str = "%0";

/// Everything that is in it.
pub(super) struct World<'env> {
    env: &'env TestEnv,
    tmux: Tmux<'env>,
    // Dropped before the server.
    _client: Terminal<'env>,
    _collector: Collector<'env>,
    asking: Option<Child>,
}

impl<'env> World<'env> {
    /// Sets it up; nothing, loudly, where tmux is not installed.
    pub(super) fn new(env: &'env TestEnv) -> Option<Self> {
        programs(env);
        repository(env);
        let tmux = Tmux::start(env, "shop")?;
        for option in ["base-index", "pane-base-index"] {
            tmux.run(&["set-option", "-g", option, "1"]);
        }
        // A login shell would make a PATH of its own; tmux gives a new window that of whoever asks for it.
        tmux.run(&["set-option", "-g", "default-command", "/bin/sh"]);
        tmux.run(&["move-window", "-s", "shop:0", "-t", "shop:1"]);
        let client = Terminal::client_of(env, "client.sock", &tmux, "shop")?;
        let mut collects = env.pane_patrol();
        collects.env("TMUX", tmux.variable()).env("PATH", path(env));
        let collector = Collector::start_with(env, &mut collects);
        let world = Self {
            env,
            tmux,
            _client: client,
            _collector: collector,
            asking: None,
        };
        world.succeed("pane-patrol install --assistant claude --approvals");
        world.succeed("pane-patrol mirror on");
        Some(world)
    }

    /// A shell in which `line` is typed in another pane of the server, with the programs on its PATH.
    pub(super) fn shell(&self, line: &str) -> Command {
        let mut shell = self.env.command("/bin/sh");
        shell.args(["-c", line]);
        shell.env("PATH", self.path());
        shell.env("TMUX", self.tmux.variable());
        shell
    }

    /// The folder for `make`, `tmux` and what else is no program of ours.
    fn path(&self) -> String {
        path(self.env)
    }

    fn succeed(&self, line: &str) {
        let finished = finish(&mut self.shell(line));
        assert!(finished.status.success(), "{line}: {finished:?}");
    }

    /// Has the assistant ask again, unless it waits for an answer.
    pub(super) fn ask(&mut self) {
        let is_over = |child: &mut Child| child.try_wait().expect("it can be asked").is_some();
        if self.asking.as_mut().is_some_and(|child| !is_over(child)) && self.waits() {
            return;
        }
        let payload = self.payload("claude/permission_request.bash.json");
        wait_until("the assistant asks", || {
            let mut hook = self.tmux.claude_hook(PANE);
            let (mut child, mut stdin) = started(hook.arg("--decide"));
            stdin.write_all(payload.as_bytes()).expect("it reads");
            drop(stdin);
            wait_until("it is heard, or leaves", || {
                self.waits() || is_over(&mut child)
            });
            let waits = self.waits() && !is_over(&mut child);
            self.asking = Some(child);
            waits
        });
    }

    /// Has its turn end.
    pub(super) fn end_turn(&self) {
        self.tmux
            .report(PANE, &self.payload("claude/stop.plain.json"), "completed");
    }

    fn waits(&self) -> bool {
        let status = finish(self.env.pane_patrol().args(["status", "--json"]));
        let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
        let waits = |row: &Value| row["target"] == "shop:1.1" && row["state"] == "waiting_approval";
        rows.iter().any(waits)
    }

    /// A recorded payload, of an assistant that works in the repository.
    fn payload(&self, name: &str) -> String {
        let mut payload: Value = serde_json::from_str(&fixture(name)).expect("a payload is JSON");
        payload["cwd"] = folder(self.env).display().to_string().into();
        payload.to_string()
    }

    /// Types `line` in a window of its own until its screen shows `words`.
    pub(super) fn until_shown(&self, line: &str, words: &str) {
        let typed = format!("PATH='{}'; export PATH; {line}", self.path());
        let pane = self.tmux.window("shop", &typed);
        wait_until(&format!("`{line}` shows {words}"), || {
            self.tmux.screen_of(&pane).contains(words)
        });
        self.tmux.run(&["kill-pane", "-t", &pane]);
    }

    /// Has tmux take these settings.
    pub(super) fn take_settings(&self, text: &str) {
        let file = self.env.path("typed.conf");
        fs::write(&file, text).expect("it can be written");
        self.tmux.run(&["source-file", &file.display().to_string()]);
    }
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.asking.take() {
            // It may have ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn path(env: &TestEnv) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", env.path("bin").display())
}

fn folder(env: &TestEnv) -> PathBuf {
    env.home().join("src/shop")
}

/// Programs that the book speaks of: ours, an assistant, and one that reports nothing.
fn programs(env: &TestEnv) {
    let bin = env.path("bin");
    fs::create_dir_all(&bin).expect("the folder can be made");
    symlink(PROGRAM, bin.join("pane-patrol")).expect("it is new");
    let claude = "#!/bin/sh\n[ \"$1\" = --version ] && echo '2.1.332 (Claude Code)' && exit\nexec sleep 600\n";
    write_program(&bin.join("claude"), claude);
    write_program(&bin.join("my-agent"), "#!/bin/sh\necho \"$@\"\n");
}

/// The repository that the assistant works in.
fn repository(env: &TestEnv) {
    let folder = folder(env);
    for below in ["src", ".taskmaster/tasks"] {
        fs::create_dir_all(folder.join(below)).expect("the folder can be made");
    }
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("it is ours");
    write("src/tax.rs", "fn tax() {}\n");
    env.git(&folder, &["init", "-q", "-b", "main"]);
    env.git(&folder, &["add", "src"]);
    env.git(&folder, &["commit", "-q", "-m", "Begin"]);
    write("src/tax.rs", "fn tax() -> u32 {\n    19\n}\n");
    let tasks = r#"{"master": {"tasks": [
        {"id": 1, "title": "Tax", "status": "pending"},
        {"id": 3, "title": "Publish", "status": "pending", "subtasks": [
            {"id": 1, "title": "Tag it", "status": "pending"}
        ]}
    ]}, "release": {"tasks": []}}"#;
    write(".taskmaster/tasks/tasks.json", tasks);
}
