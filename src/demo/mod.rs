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
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let executable = executable.display().to_string();
        let size = ["-x", &columns, "-y", &rows];
        for script in SCRIPTS {
            let folder = self.project(script)?;
            let folder = folder.display().to_string();
            let session = [
                "new-session",
                "-d",
                "-s",
                script.name,
                "-n",
                "assistant",
                "-c",
                &folder,
            ];
            self.run(
                &[
                    &session[..],
                    &size,
                    &[&executable, "demo", "--play", script.name],
                ]
                .concat(),
            )?;
        }
        self.run(
            &[
                &["new-session", "-d", "-s", DASHBOARD][..],
                &size,
                &[&executable, "supervisor"],
            ]
            .concat(),
        )?;
        self.dress()
    }

    /// The status line says how to come back to the dashboard and how to leave.
    fn dress(&self) -> io::Result<()> {
        for command in [
            &[
                "set",
                "-g",
                "status-right",
                " F1 dashboard · F10 leave the demo ",
            ][..],
            &["set", "-g", "status-left", "[#S] "],
            &["set", "-g", "status-right-length", "60"],
            &["set", "-g", "mouse", "on"],
            &["bind", "-n", "F1", "switch-client", "-t", DASHBOARD],
            &["bind", "-n", "F10", "detach-client"],
        ] {
            self.run(command)?;
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
        let arguments = [
            "attach-session",
            "-t",
            DASHBOARD,
            ";",
            "set",
            "-g",
            "exit-unattached",
            "on",
        ];
        self.tmux()
            .args(arguments)
            .stderr(Stdio::null())
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
        let output = self.run(&["capture-pane", "-p", "-t", DASHBOARD])?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Ends everything on the stage; whoever is attached is let go.
    pub fn end(&self) {
        self.run(&["kill-server"]).ok();
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

    fn run(&self, arguments: &[&str]) -> io::Result<Output> {
        let output = self.tmux().args(arguments).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!(
            "tmux {}: {}",
            arguments.join(" "),
            words.trim()
        )))
    }

    /// tmux on the stage's own socket, with an environment that holds nothing of the person's.
    fn tmux(&self) -> Command {
        let below = |name: &str| self.root.path().join(name);
        let mut command = Command::new(&self.tmux);
        command
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", below("home"))
            .env("XDG_RUNTIME_DIR", below("run"))
            .env("XDG_STATE_HOME", below("state"))
            .env("XDG_CONFIG_HOME", below("config"))
            .env("TMPDIR", below("tmp"))
            .env(
                "TERM",
                std::env::var_os("TERM").unwrap_or_else(|| "xterm-256color".into()),
            )
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
