//! A tmux server of our own, apart from the person's: started, dressed and ended by us.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Call, Format};
use crate::sys::child::{self, Kept};

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
pub(crate) struct Ways {
    /// What the status line says at its right.
    pub(crate) says: &'static str,
    /// The key that leads to a session.
    pub(crate) back: (&'static str, &'static str),
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

    /// Where it listens.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Starts a session.
    pub(crate) fn start(&self, session: &Session<'_>) -> io::Result<()> {
        let call = Call::new("new-session").flag("-E").flag("-d");
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
        self.run(&session.words.iter().fold(call, Call::operand))
            .map(drop)
    }

    /// Shows the person her ways on the status line, and makes them.
    pub(crate) fn show_ways(&self, ways: &Ways) -> io::Result<()> {
        let words = |words: &[&'static str]| {
            let call = Call::new("set-option").flag("-g");
            words.iter().fold(call, Call::operand)
        };
        let bind = |key: &'static str| Call::new("bind-key").flag("-n").operand(key);
        let (back, session) = ways.back;
        for call in [
            words(&["status-right", ways.says]),
            words(&["status-left", "[#S] "]),
            words(&["status-right-length", "60"]),
            words(&["mouse", "on"]),
            bind(back)
                .operand("switch-client")
                .operand("-t")
                .operand(session),
            bind(ways.leave).operand("detach-client"),
        ] {
            self.run(&call)?;
        }
        Ok(())
    }

    /// Shows a session on the terminal of this process until the person leaves or it ends.
    pub(crate) fn attach(&self, session: &'static str) -> io::Result<()> {
        // Once attached, not before: the server would end for want of a client. If this process is
        // killed, the server goes with the person's terminal.
        let attach = Call::new("attach-session").flag("-E").target(session);
        let end = Call::new("set-option").flag("-g");
        let end = end.operand("exit-unattached").operand("on");
        self.command()
            .args(attach.then(end).arguments())
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .status()
            .map(drop)
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

    fn run(&self, call: &Call) -> io::Result<Output> {
        let mut command = self.command();
        command.args(call.arguments());
        let output = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()?;
        if output.status.success() {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("tmux {call}: {}", words.trim())))
    }

    fn command(&self) -> Command {
        let mut command = child::ours("tmux", Kept::TERMINAL);
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .arg("-u")
            .arg("-S")
            .arg(&self.socket)
            .args(["-f", "/dev/null"]);
        command
    }
}
