//! The demo: a private tmux server with scripted assistants whose payloads go through the real
//! `hook`, and the real dashboard beside them. Everything lives below one temporary folder.

mod player;
mod script;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

pub use player::Player;
pub use script::{SCRIPTS, Script, Step, find};

use crate::mux::tmux::{Call, Format};
use crate::sys::child::{self, Kept};

/// The tmux session that the dashboard runs in.
const DASHBOARD: &str = "dashboard";

/// How long the dashboard may take to show every scripted assistant.
const CURTAIN_UP_WITHIN: Duration = Duration::from_secs(20);

/// How often the screen is looked at while waiting for that.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A private world with assistants and a dashboard; gone when it is dropped.
#[derive(Debug)]
pub struct Stage {
    root: tempfile::TempDir,
    tmux: PathBuf,
    /// `PATH` of everything on the stage.
    path: std::ffi::OsString,
}

impl Stage {
    /// Sets up the folders, the server, the assistants and the dashboard, `columns` by `rows` cells.
    ///
    /// # Errors
    /// The temporary folder cannot be made, tmux is missing, or it refuses a command.
    pub fn set(executable: &Path, path: &OsStr, columns: u16, rows: u16) -> io::Result<Self> {
        // Below /tmp whatever TMPDIR says: the path of a socket must stay near 100 bytes.
        let root = tempfile::Builder::new()
            .prefix("pane-patrol-demo-")
            .tempdir_in("/tmp")?;
        let stage = Self {
            root,
            tmux: PathBuf::from("tmux"),
            path: path.to_owned(),
        };
        for folder in ["run", "state", "config", "tmp", "home/.claude/projects"] {
            std::fs::create_dir_all(stage.root.path().join(folder))?;
        }
        std::fs::create_dir_all(player::session_folder(&stage.config_folder()))?;
        stage.start(executable, columns, rows)?;
        Ok(stage)
    }

    fn start(&self, executable: &Path, columns: u16, rows: u16) -> io::Result<()> {
        let session = |name: &'static str| {
            let call = Call::new("new-session").flag("-E").flag("-d");
            let call = call.format("-s", &Format::own(name));
            let call = call.option("-x", columns.to_string());
            call.option("-y", rows.to_string())
        };
        for script in SCRIPTS {
            let folder = Format::text(self.project(script)?);
            let call = session(script.name).format("-c", &folder);
            let call = call.option("-n", "assistant").operand(executable);
            self.run(&call.operand("demo").operand("--play").operand(script.name))?;
        }
        let dashboard = session(DASHBOARD).operand(executable);
        self.run(&dashboard.operand("supervisor"))?;
        self.dress()
    }

    /// The status line says how to come back to the dashboard and how to leave.
    fn dress(&self) -> io::Result<()> {
        let words = |words: &[&'static str]| {
            let call = Call::new("set-option").flag("-g");
            words.iter().fold(call, Call::operand)
        };
        let bind = |key: &'static str| Call::new("bind-key").flag("-n").operand(key);
        for call in [
            words(&["status-right", " F1 dashboard · F10 leave the demo "]),
            words(&["status-left", "[#S] "]),
            words(&["status-right-length", "60"]),
            words(&["mouse", "on"]),
            bind("F1")
                .operand("switch-client")
                .operand("-t")
                .operand(DASHBOARD),
            bind("F10").operand("detach-client"),
        ] {
            self.run(&call)?;
        }
        Ok(())
    }

    /// Shows the stage on the terminal of this process until the person leaves or quits the dashboard.
    ///
    /// # Errors
    /// tmux cannot be started.
    pub fn attach(&self) -> io::Result<()> {
        // Once attached, not before: the server would end for want of a client. If this process is
        // killed, the server goes with the person's terminal.
        let attach = Call::new("attach-session").flag("-E").target(DASHBOARD);
        let end = Call::new("set-option").flag("-g");
        let end = end.operand("exit-unattached").operand("on");
        self.tmux()
            .args(attach.then(end).arguments())
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .status()
            .map(drop)
    }

    /// The dashboard's screen as text, once it shows every scripted assistant.
    ///
    /// # Errors
    /// It does not within 20 seconds; the error holds the screen as it was.
    pub fn screen(&self) -> io::Result<String> {
        let end = Instant::now() + CURTAIN_UP_WITHIN;
        loop {
            let screen = self.capture()?;
            let all = SCRIPTS.iter().all(|script| screen.contains(script.name));
            if all && screen.contains("need you") {
                return Ok(screen);
            }
            if Instant::now() > end {
                return Err(io::Error::other(format!(
                    "the dashboard does not show every assistant:\n{screen}"
                )));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn capture(&self) -> io::Result<String> {
        let output = self.run(&Call::new("capture-pane").flag("-p").target(DASHBOARD))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Ends everything on the stage; whoever is attached is let go.
    pub fn end(&self) {
        self.run(&Call::new("kill-server")).ok();
    }

    /// Where the server of this stage listens.
    pub fn socket(&self) -> PathBuf {
        self.root.path().join("tmux.sock")
    }

    fn config_folder(&self) -> PathBuf {
        self.root.path().join("home/.claude")
    }

    /// The project folder of a script, with a branch to show.
    fn project(&self, script: &Script) -> io::Result<PathBuf> {
        let folder = self.root.path().join("home/src").join(script.name);
        std::fs::create_dir_all(folder.join(".git"))?;
        std::fs::write(
            folder.join(".git/HEAD"),
            format!("ref: refs/heads/{}\n", script.branch),
        )?;
        Ok(folder)
    }

    fn run(&self, call: &Call) -> io::Result<Output> {
        let mut tmux = self.tmux();
        tmux.args(call.arguments());
        let output = tmux
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()?;
        if output.status.success() {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("tmux {call}: {}", words.trim())))
    }

    /// tmux on the stage's own socket, with an environment that leads to nothing of the person's.
    fn tmux(&self) -> Command {
        let below = |name: &str| self.root.path().join(name);
        let mut command = child::ours(&self.tmux, Kept::TERMINAL);
        command
            .env("PATH", &self.path)
            .env("HOME", below("home"))
            .env("XDG_RUNTIME_DIR", below("run"))
            .env("XDG_STATE_HOME", below("state"))
            .env("XDG_CONFIG_HOME", below("config"))
            .env("TMPDIR", below("tmp"))
            .env("LANG", "C.UTF-8")
            .env("SHELL", "/bin/sh")
            .arg("-u")
            .arg("-S")
            .arg(self.socket())
            .args(["-f", "/dev/null"]);
        command
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
    }
}
