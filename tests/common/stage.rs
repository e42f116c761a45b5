//! An assistant in a pane that asks, with the dialog that the real one draws: what keys can be pressed on.
#![allow(
    dead_code,
    reason = "used by several test programs, not by each of them in full"
)]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, payload_about, until, wait_until,
    write_program,
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

/// A shell with job control in a pane, and an assistant in it that asks.
pub struct Stage<'env> {
    pub env: &'env TestEnv,
    pub server: Tmux<'env>,
    pub folder: PathBuf,
    /// What stands before the assistant's name where it is started.
    pub before: String,
}

impl<'env> Stage<'env> {
    pub fn new(env: &'env TestEnv) -> Option<Self> {
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
    pub fn redraw(&self, dialog: &str) {
        fs::write(self.folder.join("dialog"), dialog).expect("it can be written");
        let pid = fs::read_to_string(self.folder.join("pid")).expect("it runs");
        let mut kill = self.env.command("kill");
        finish(kill.args(["-USR1", pid.trim()]));
        let last = dialog.lines().rfind(|line| line.contains("touch"));
        let last = last.expect("it asks for that").trim();
        wait_until("it is shown anew", || self.screen().contains(last));
        self.until_shown();
    }

    pub fn types(&self, line: &str) {
        self.server.run(&["send-keys", "-t", "%0", "-l", line]);
        self.server.run(&["send-keys", "-t", "%0", "Enter"]);
    }

    /// Ends what is in front of the shell. Not by an interrupt: the shell forgets with it what was
    /// typed since.
    pub fn leaves(&self, key: &str) {
        self.server.run(&["send-keys", "-t", "%0", key]);
        wait_until("the shell is in front again", || {
            self.server.ask("#{pane_current_command}") == "bash"
        });
    }

    pub fn screen(&self) -> String {
        self.server.screen_of("%0")
    }

    /// Until the dialog is the last word on the screen.
    pub fn until_shown(&self) {
        wait_until("the dialog is shown", || {
            let screen = self.screen();
            let last = screen.lines().rfind(|line| !line.trim().is_empty());
            last.is_some_and(|line| line.contains("Esc to cancel"))
        });
    }

    /// Starts the assistant with what `line` has behind its name, and lets it ask.
    pub fn asks(&self, rest: &str, collector: &Collector<'_>) {
        self.begins_to_ask(rest);
        collector.until_state("waiting_approval");
    }

    /// The same, whoever collects.
    pub fn begins_to_ask(&self, rest: &str) {
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

    /// Has the assistant that runs ask for `command`, whatever its dialog shows.
    pub fn asks_for(&self, command: &str) {
        let payload = payload_about("claude/permission_request.bash.json", command);
        self.reports(payload);
    }

    /// Has a sub-agent of the assistant that runs ask for `command`.
    pub fn sub_agent_asks(&self, command: &str) {
        let mut payload = payload_about("claude/permission_request.bash.json", command);
        payload["agent_id"] = json!("a1");
        payload["agent_type"] = json!("general-purpose");
        self.reports(payload);
    }

    fn reports(&self, mut payload: Value) {
        let pid = fs::read_to_string(self.folder.join("pid")).expect("it runs");
        let mut hook = self.server.claude_hook_of("%0", pid.trim());
        payload["transcript_path"] = json!(self.env.transcript());
        let payload = payload.to_string();
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    }

    /// The key that it got, if it got one.
    pub fn keys(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("keys")).ok()
    }
}

/// What it asks for.
pub fn input() -> Value {
    json!({"command": "touch f1 && sleep 9", "description": "lab command"})
}

/// The recorded dialog of that command.
pub fn dialog() -> String {
    let screen = fixture("claude/screens/permission_bash.txt");
    let rule = "─".repeat(120);
    let from = screen.rfind(&format!("{rule}\n Bash")).expect("its rule");
    format!("{}\n", screen[from..].trim_end())
}
