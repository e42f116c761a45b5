//! A tmux server of our own, apart from the person's: started, dressed and ended by us.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pane_patrol_hooks::mux::tmux::speaking;

use super::{Call, Format};
use crate::sys::child::{self, Kept};

/// The session's name, where there is room for it.
const NARROW_LEFT: &str = "#{?#{e|<:#{client_width},70},,[#S] }";

/// A window's number and name, where there is room for it.
const NARROW_WINDOW: &str = "#{?#{e|<:#{client_width},70},,#I:#W#F}";

fn bind_prefix(key: &str) -> Call {
    Call::new("bind-key").operand(key).operand("send-prefix")
}

/// A server on a socket of its own, without the person's settings.
#[derive(Debug)]
pub(crate) struct PrivateServer {
    socket: PathBuf,
    /// What its programs get beside the terminal's own variables.
    environment: Vec<(&'static str, OsString)>,
}

/// A session with one program in it.
pub(crate) struct Session<'a> {
    pub(crate) name: &'static str,
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// Where its program starts; `None`: where the server was.
    pub(crate) folder: Option<&'a Path>,
    /// The name of its window; `None`: that of its program.
    pub(crate) window: Option<&'static str>,
    /// The program and its arguments.
    pub(crate) words: Vec<OsString>,
}

/// The person's way about on the server.
pub(crate) struct Ways<'a> {
    /// What the status line says at its right.
    pub(crate) says: &'static str,
    /// The key that leads to a pane, which is left with everything when its program ends.
    pub(crate) back: (&'static str, &'a str),
    /// The key before all keys of tmux's own.
    pub(crate) prefix: &'static str,
    /// The key that leaves.
    pub(crate) leave: &'static str,
}

impl PrivateServer {
    /// The server on that socket; it is begun with its first session.
    pub(crate) fn new(socket: PathBuf, environment: Vec<(&'static str, OsString)>) -> Self {
        Self {
            socket,
            environment,
        }
    }

    /// Starts a session; the pane of its program, for example `%3`.
    pub(crate) fn start(&self, session: &Session<'_>) -> io::Result<String> {
        let call = Call::new("new-session").flag("-E").flag("-d").flag("-P");
        let call = call.option("-F", "#{pane_id}");
        let call = call.format("-s", &Format::own(session.name));
        let (columns, rows) = session.size;
        let call = call.option("-x", columns.to_string());
        let mut call = call.option("-y", rows.to_string());
        if let Some(folder) = session.folder {
            call = call.format("-c", &Format::text(folder));
        }
        if let Some(window) = session.window {
            call = call.option("-n", window);
        }
        let output = self.run(&session.words.iter().fold(call, Call::operand))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Shows the person her ways on the status line, and makes them.
    pub(crate) fn show_ways(&self, ways: &Ways<'_>) -> io::Result<()> {
        let words = |words: &[&str]| {
            let call = Call::new("set-option").flag("-g");
            words.iter().fold(call, Call::operand)
        };
        let bind = |key: &'static str| Call::new("bind-key").flag("-n").operand(key);
        let (back, pane) = ways.back;
        let ends = format!("if-shell -F '#{{==:#{{hook_pane}},{pane}}}' kill-server");
        let mut calls = vec![
            words(&["status-right", ways.says]),
            words(&["status-left", NARROW_LEFT]),
            words(&["window-status-format", NARROW_WINDOW]),
            words(&["window-status-current-format", NARROW_WINDOW]),
            words(&["status-left-length", "20"]),
            words(&["status-right-length", "60"]),
            words(&["mouse", "on"]),
            // Nobody waits for what follows Esc, and the outer tmux has a prefix of its own.
            words(&["escape-time", "10"]),
            words(&["prefix", ways.prefix]),
            Call::new("unbind-key").operand("C-b"),
            bind_prefix(ways.prefix),
            // What ends while it is looked at leads to another session, not out.
            words(&["detach-on-destroy", "off"]),
            bind(back)
                .operand("switch-client")
                .operand("-t")
                .operand(pane),
            bind(ways.leave).operand("detach-client"),
            Call::new("set-hook")
                .flag("-g")
                .operand("pane-exited")
                .operand(ends),
        ];
        if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            calls.push(words(&["status-style", "reverse"]));
        }
        calls.iter().try_for_each(|call| self.run(call).map(drop))
    }

    /// Shows a session on the terminal of this process until the person leaves or it ends.
    pub(crate) fn attach(&self, session: &'static str) -> io::Result<()> {
        // Once attached, not before: the server would end for want of a client. If this process is
        // killed, the server goes with the person's terminal.
        let attach = Call::new("attach-session").flag("-E").target(session);
        let end = Call::new("set-option").flag("-g");
        let end = end.operand("exit-unattached").operand("on");
        // A client that outlives this process would share the terminal with the person's shell.
        let output = self
            .with(speaking(child::tied("tmux", Kept::TERMINAL)))
            .args(attach.then(end).arguments())
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::piped())
            .output()?;
        // It is no failure that the server ends, which a client says on stdout.
        let words = String::from_utf8_lossy(&output.stderr);
        match words.trim() {
            "" => Ok(()),
            _ if output.status.success() => Ok(()),
            words => Err(io::Error::other(format!("tmux: {words}"))),
        }
    }

    /// What a session shows now.
    pub(crate) fn screen(&self, session: &'static str) -> io::Result<String> {
        let output = self.run(&Call::new("capture-pane").flag("-p").target(session))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Ends everything on it; whoever is attached is let go.
    pub(crate) fn end(&self) {
        self.run(&Call::new("kill-server")).ok();
    }

    /// What tmux says to a call, whether it does it or not.
    pub(crate) fn ask(&self, call: &Call) -> io::Result<Output> {
        let mut command = self.command();
        command.args(call.arguments());
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
    }

    fn run(&self, call: &Call) -> io::Result<Output> {
        let output = self.ask(call)?;
        if output.status.success() {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("tmux {call}: {}", words.trim())))
    }

    fn command(&self) -> Command {
        self.with(child::ours("tmux", Kept::TERMINAL))
    }

    fn with(&self, mut command: Command) -> Command {
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .arg("-u")
            .arg("-S")
            .arg(&self.socket)
            .args(["-f", "/dev/null"]);
        command
    }
}
