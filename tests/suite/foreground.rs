//! A key goes only to the assistant itself: what another program shows in its pane is never answered,
//! however much it looks like the dialog.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, PROGRAM, TestEnv, Tmux, finish, finish_with_stdin, fixture, payload_about,
    skip, until, wait_until, write_program,
};

/// Shows the dialog and writes down the key that it gets; or leaves its terminal
/// alone; or leaves the dialog there.
const ASSISTANT: &str = r#"#!/bin/bash
echo $$ > "$1/pid.new" && mv "$1/pid.new" "$1/pid"
if [ "$2" = deaf ]; then exec sleep 600; fi
show() { printf '\033[2J\033[H'; cat "$1/dialog"; }
trap 'show "$1"' USR1
show "$1"
until IFS= read -rsn1 key; do :; done
printf %s "$key" > "$1/keys"
[ "$2" = stays ] || printf '\033[2J\033[H'
exec sleep 600
"#;

/// Empties the screen.
const CLEAR: &str = r"printf '\033[2J\033[H'";

/// A shell with job control in a pane, and an assistant in it that asks.
pub(super) struct Stage<'env> {
    env: &'env TestEnv,
    pub(super) server: Tmux<'env>,
    pub(super) folder: PathBuf,
    /// What stands before the assistant's name where it is started.
    before: String,
}

impl<'env> Stage<'env> {
    pub(super) fn new(env: &'env TestEnv) -> Option<Self> {
        let shell = "exec bash --norc --noprofile -i";
        let server = Tmux::start_on(env, "tmux.sock", "work", (120, 40), shell)?;
        let folder = env.path("stage");
        fs::create_dir_all(&folder).expect("it can be made");
        let stage = Self {
            env,
            server,
            folder,
            before: String::new(),
        };
        fs::write(stage.folder.join("dialog"), dialog()).expect("it can be written");
        write_program(&stage.folder.join("claude"), ASSISTANT);
        env.write_transcript(&[input()]);
        Some(stage)
    }

    /// Has the assistant show another dialog than it asked with.
    pub(super) fn redraw(&self, dialog: &str) {
        fs::write(self.folder.join("dialog"), dialog).expect("it can be written");
        let pid = fs::read_to_string(self.folder.join("pid")).expect("it runs");
        let mut kill = self.env.command("kill");
        finish(kill.args(["-USR1", pid.trim()]));
        let last = dialog.lines().rfind(|line| line.contains("touch"));
        let last = last.expect("it asks for that").trim();
        wait_until("it is shown anew", || self.screen().contains(last));
        self.until_shown();
    }

    fn types(&self, line: &str) {
        self.server.run(&["send-keys", "-t", "%0", "-l", line]);
        self.server.run(&["send-keys", "-t", "%0", "Enter"]);
    }

    /// Ends what is in front of the shell. Not by an interrupt: the shell forgets with it what was
    /// typed since.
    fn leaves(&self, key: &str) {
        self.server.run(&["send-keys", "-t", "%0", key]);
        wait_until("the shell is in front again", || {
            self.server.ask("#{pane_current_command}") == "bash"
        });
    }

    fn screen(&self) -> String {
        self.server.screen_of("%0")
    }

    /// Until the dialog is the last word on the screen.
    pub(super) fn until_shown(&self) {
        wait_until("the dialog is shown", || {
            let screen = self.screen();
            let last = screen.lines().rfind(|line| !line.trim().is_empty());
            last.is_some_and(|line| line.contains("Esc to cancel"))
        });
    }

    /// Starts the assistant with what `line` has behind its name, and lets it ask.
    pub(super) fn asks(&self, rest: &str, collector: &Collector<'_>) {
        self.begins_to_ask(rest);
        collector.until_state("waiting_approval");
    }

    /// The same, whoever collects.
    pub(super) fn begins_to_ask(&self, rest: &str) {
        let (program, folder) = (self.folder.join("claude"), self.folder.display());
        let before = &self.before;
        self.types(&format!("{before}{} {folder} {rest}", program.display()));
        let pid = until("it runs", || {
            fs::read_to_string(self.folder.join("pid")).ok()
        });
        let mut hook = self.server.claude_hook_of("%0", pid.trim());
        let payload = fixture("claude/permission_request.bash.json");
        let mut payload: Value = serde_json::from_str(&payload).expect("JSON");
        payload["tool_input"] = input();
        payload["transcript_path"] = json!(self.env.transcript());
        let payload = payload.to_string();
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    }

    /// Has a sub-agent of the assistant that runs ask for `command`.
    pub(super) fn sub_agent_asks(&self, command: &str) {
        let pid = fs::read_to_string(self.folder.join("pid")).expect("it runs");
        let mut hook = self.server.claude_hook_of("%0", pid.trim());
        let mut payload = payload_about("claude/permission_request.bash.json", command);
        payload["transcript_path"] = json!(self.env.transcript());
        payload["agent_id"] = json!("a1");
        payload["agent_type"] = json!("general-purpose");
        let payload = payload.to_string();
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    }

    fn approve(&self) -> Finished {
        let mut command = self.env.pane_patrol();
        command.env("TMUX", self.server.variable());
        finish(command.args(["approve", "%0", "--yes"]))
    }

    fn keys(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("keys")).ok()
    }

    /// That it is refused in these words, and no key has come to anybody.
    fn is_refused(&self, words: &str) {
        let before = self.screen();
        let finished = self.approve();
        assert_ne!(finished.status.code(), Some(0), "{finished:?}\n{before}");
        assert!(finished.stderr.contains(words), "{finished:?}\n{before}");
        assert!(finished.stderr.contains("nothing was sent"), "{finished:?}");
        assert_eq!(self.keys(), None);
        assert_eq!(self.screen(), before);
    }
}

pub(super) fn input() -> Value {
    json!({"command": "touch f1 && sleep 9", "description": "lab command"})
}

/// The recorded dialog of that command.
fn dialog() -> String {
    let screen = fixture("claude/screens/permission_bash.txt");
    let rule = "─".repeat(120);
    let from = screen.rfind(&format!("{rule}\n Bash")).expect("its rule");
    format!("{}\n", screen[from..].trim_end())
}

fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .output();
    found.is_ok_and(|found| found.status.success())
}

#[test]
fn an_assistant_in_front_of_its_pane_gets_the_key() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("", &collector);
    stage.until_shown();
    let finished = stage.approve();
    let screen = stage.screen();
    assert_eq!(finished.status.code(), Some(0), "{finished:?}\n{screen}");
    assert_eq!(stage.keys().as_deref(), Some("1"));
}

#[test]
fn a_file_that_looks_like_the_dialog_of_a_suspended_assistant_is_not_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("", &collector);
    stage.until_shown();
    stage.server.run(&["send-keys", "-t", "%0", "C-z"]);
    wait_until("it is suspended", || stage.screen().contains("Stopped"));
    let show = format!("{CLEAR}; cat {} -", shown(&stage.folder.join("dialog")));
    stage.types(&show);
    stage.until_shown();
    stage.is_refused("the assistant is suspended");
}

#[test]
fn a_file_that_looks_like_the_dialog_in_front_of_the_assistant_is_not_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("deaf &", &collector);
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    stage.is_refused("another program is in front of the assistant");
    stage.leaves("C-d");
    for pager in ["less", "more"] {
        if !has(pager) {
            skip(&format!("{pager} is not there"));
            continue;
        }
        let file = stage.folder.join("long");
        let text = format!("{}{}", self::dialog(), "\n".repeat(80));
        fs::write(&file, text).expect("it can be written");
        stage.types(&format!("{CLEAR}; {pager} {}", shown(&file)));
        wait_until("the pager shows it", || {
            let is_in_front = stage.server.ask("#{pane_current_command}") == pager;
            is_in_front && stage.screen().contains("Esc to cancel")
        });
        stage.is_refused("another program is in front of the assistant");
        stage.leaves("q");
    }
}

#[test]
fn a_wrapped_assistant_is_one_row_and_gets_the_key_while_it_is_in_front() {
    let env = TestEnv::new();
    let Some(mut stage) = Stage::new(&env) else {
        return;
    };
    stage.before = format!("{PROGRAM} wrap -- ");
    let collector = Collector::start_in(&env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    stage.server.run(&["send-keys", "-t", "%0", "C-z"]);
    wait_until("it is suspended", || stage.screen().contains("Stopped"));
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    stage.is_refused("the assistant is suspended");
    stage.leaves("C-d");
    stage.types(&format!("{CLEAR}; fg"));
    wait_until("it is in front again", || {
        stage.server.ask("#{pane_current_command}") == "pane-patrol"
    });
    stage.redraw(&self::dialog());
    let finished = stage.approve();
    let screen = stage.screen();
    assert_eq!(finished.status.code(), Some(0), "{finished:?}\n{screen}");
    assert_eq!(stage.keys().as_deref(), Some("1"));
    assert_eq!(collector.rows().len(), 1);
}

#[test]
fn an_assistant_behind_another_program_in_a_wrapped_shell_gets_no_key() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    // Of whose shell nobody tells.
    let untold = format!("PANE_PATROL_HUB=127.0.0.1:1 {PROGRAM} wrap --");
    stage.types(&format!("{untold} bash --norc --noprofile -i"));
    wait_until("the shell inside is there", || {
        stage.server.ask("#{pane_current_command}") == "pane-patrol"
    });
    stage.asks("deaf &", &collector);
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    stage.is_refused("another program is in front of the assistant");
}

fn shown(path: &Path) -> String {
    format!("'{}'", path.display())
}
