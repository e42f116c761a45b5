//! A private tmux server: own socket, no configuration, gone with its handle even when it was stopped.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use serde_json::Value;

use super::{PROGRAM, TestEnv, finish, finish_with_stdin, skip, wait_until};

/// A running tmux server of one [`TestEnv`].
#[derive(Debug)]
pub struct Tmux<'env> {
    env: &'env TestEnv,
    socket: PathBuf,
    pid: i32,
}

impl<'env> Tmux<'env> {
    /// Starts a server with one session (80x24, running `cat`); `None`, loudly, where tmux is not installed.
    pub fn start(env: &'env TestEnv, session: &str) -> Option<Self> {
        Self::start_on(env, "tmux.sock", session, (80, 24), "cat")
    }

    /// The same on a socket of that name, with columns and lines, running `command`.
    pub fn start_on(
        env: &'env TestEnv,
        socket: &str,
        session: &str,
        (columns, lines): (u16, u16),
        command: &str,
    ) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            skip("tmux is not installed");
            return None;
        }
        let socket = env.path(socket);
        let mut tmux = Self {
            env,
            socket,
            pid: 0,
        };
        let (columns, lines) = (columns.to_string(), lines.to_string());
        let size = ["-x", &columns, "-y", &lines];
        let begin = ["new-session", "-d", "-s", session];
        tmux.run(&[&begin[..], &size, &[command]].concat());
        // Its name may be one that tmux takes for none.
        tmux.resize("%0", &size);
        tmux.pid = tmux.ask("#{pid}").parse().expect("a server has a pid");
        Some(tmux)
    }

    /// One that something in this world has started on that socket, once it answers.
    pub fn found(env: &'env TestEnv, socket: &str) -> Self {
        let socket = env.path(socket);
        let mut tmux = Self {
            env,
            socket,
            pid: 0,
        };
        tmux.pid = super::until("it answers", || {
            let said = finish(&mut tmux.command(&["display-message", "-p", "#{pid}"]));
            said.stdout.trim().parse().ok()
        });
        tmux
    }

    /// Gives the window of a session that nobody looks at the size that was asked for: before 3.3 all
    /// such windows begin with 80x23. Afterwards it follows those who look, as any other.
    pub fn resize(&self, session: &str, size: &[&str]) {
        let is = "#{window_width} #{window_height}";
        let is = self.run(&["display-message", "-p", "-t", session, is]);
        if is != format!("{} {}", size[1], size[3]) {
            self.run(&[&["resize-window", "-t", session], size].concat());
            self.run(&["set-option", "-wu", "-t", session, "window-size"]);
        }
    }

    /// A tmux command for this server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.env.command("tmux");
        command.args(["-f", "/dev/null", "-S"]).arg(&self.socket);
        command.args(arguments);
        command
    }

    /// Runs a tmux command that must succeed; what it printed, without the last line end.
    pub fn run(&self, arguments: &[&str]) -> String {
        let finished = finish(&mut self.command(arguments));
        assert!(
            finished.status.success(),
            "tmux {arguments:?}: {finished:?}"
        );
        finished.stdout.trim_end_matches('\n').to_owned()
    }

    /// A new window of `session`, not in front, in which `command` runs; its pane.
    pub fn window(&self, session: &str, command: &str) -> String {
        let window = ["new-window", "-d", "-P", "-F", "#{pane_id}"];
        self.run(&[&window[..], &["-t", session, command]].concat())
    }

    /// Runs the dashboard in `pane` instead of what runs there, until it listens and has drawn.
    pub fn dashboard_in(&self, pane: &str) {
        self.run(&["respawn-pane", "-k", "-t", pane, PROGRAM]);
        wait_until("it listens", || self.env.places().events_socket.exists());
        wait_until("it has drawn", || {
            self.screen_of(pane).contains("pane-patrol")
        });
    }

    /// The text that `pane` shows.
    pub fn screen_of(&self, pane: &str) -> String {
        self.run(&["capture-pane", "-p", "-t", pane])
    }

    /// The value of a format, for the server's current pane.
    pub fn ask(&self, format: &str) -> String {
        self.run(&["display-message", "-p", format])
    }

    /// The process of a pane, as a text.
    pub fn process_of(&self, pane: &str) -> String {
        self.run(&["display-message", "-p", "-t", pane, "#{pane_pid}"])
    }

    /// Claude's hook as Claude starts it in `pane`. The pane's own process stands for Claude: a hook that
    /// has ended before anybody looked at it is believed by a process of its pane, and by nothing else.
    pub fn claude_hook(&self, pane: &str) -> Command {
        self.claude_hook_of(pane, &self.process_of(pane))
    }

    /// The same where the process `pid` is Claude.
    pub fn claude_hook_of(&self, pane: &str, pid: &str) -> Command {
        let mut hook = self.env.pane_patrol();
        hook.args(["hook", "claude"]).envs([
            ("TMUX", self.variable().as_str()),
            ("TMUX_PANE", pane),
            ("CLAUDE_PID", pid),
            ("CLAUDE_CODE_ENTRYPOINT", "cli"),
        ]);
        hook
    }

    /// Reports `payload` from Claude in `pane` until its row is in `state`: a hook that finds the machine
    /// too busy drops its event.
    pub fn report(&self, pane: &str, payload: &str, state: &str) {
        let id = format!("{},{}::{pane}", self.socket.display(), self.pid);
        let is_heard = |row: &Value| row["id"] == id.as_str() && row["state"] == state;
        wait_until("the report is heard", || {
            let mut hook = self.claude_hook(pane);
            finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
            let status = finish(self.env.pane_patrol().args(["status", "--json"]));
            let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
            rows.iter().any(is_heard)
        });
    }

    /// The server's socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// `$TMUX` as programs in this server's panes see it.
    pub fn variable(&self) -> String {
        format!("{},{},0", self.socket.display(), self.pid)
    }

    /// Stops the server, so that whoever asks it waits for ever.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a stopped server go on.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.pid) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        self.go_on();
        let _ = self.command(&["kill-server"]).output();
    }
}
