//! The demo: a private tmux server with scripted assistants whose payloads go through the real
//! `hook`, and the real dashboard beside them. Everything lives below one temporary folder.
//!
//! May import: `assistants`, for which of them can be played and how, `mux`'s private server, and the hooks'
//! words.

mod player;
mod script;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use player::Player;
pub use script::{SCRIPTS, Script, Step, find};

use crate::mux::tmux::private::{PrivateServer, Session, Ways};

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
    server: PrivateServer,
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
        let socket = root.path().join("tmux.sock");
        let stage = Self {
            server: PrivateServer::new(socket, environment(root.path(), path)),
            root,
        };
        for folder in ["run", "state", "config", "tmp", "home"] {
            std::fs::create_dir_all(stage.root.path().join(folder))?;
        }
        for folder in player::folders(&stage.root.path().join("home")) {
            std::fs::create_dir_all(folder)?;
        }
        stage.start(executable, columns, rows)?;
        Ok(stage)
    }

    fn start(&self, executable: &Path, columns: u16, rows: u16) -> io::Result<()> {
        let session = |name, words: &[&str]| {
            let words = words.iter().map(OsString::from);
            Session {
                name,
                size: (columns, rows),
                folder: None,
                window: None,
                words: std::iter::once(executable.into()).chain(words).collect(),
            }
        };
        for script in SCRIPTS {
            let folder = self.project(script)?;
            self.server.start(&Session {
                folder: Some(&folder),
                window: Some("assistant"),
                ..session(script.name, &["demo", "--play", script.name])
            })?;
        }
        self.server.start(&session(DASHBOARD, &["supervisor"]))?;
        // The status line says how to come back to the dashboard and how to leave.
        self.server.show_ways(&Ways {
            says: " F1 dashboard · F10 leave the demo ",
            back: ("F1", DASHBOARD),
            leave: "F10",
        })
    }

    /// Shows the stage on the terminal of this process until the person leaves or quits the dashboard.
    ///
    /// # Errors
    /// tmux cannot be started.
    pub fn attach(&self) -> io::Result<()> {
        self.server.attach(DASHBOARD)
    }

    /// The dashboard's screen as text, once it shows every scripted assistant.
    ///
    /// # Errors
    /// It does not within 20 seconds; the error holds the screen as it was.
    pub fn screen(&self) -> io::Result<String> {
        let end = Instant::now() + CURTAIN_UP_WITHIN;
        loop {
            let screen = self.server.screen(DASHBOARD)?;
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

    /// Ends everything on the stage; whoever is attached is let go.
    pub fn end(&self) {
        self.server.end();
    }

    /// Where the server of this stage listens.
    pub fn socket(&self) -> &Path {
        self.server.socket()
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
}

/// An environment that leads to nothing of the person's.
fn environment(root: &Path, path: &OsStr) -> Vec<(&'static str, OsString)> {
    let below = |name: &str| root.join(name).into_os_string();
    vec![
        ("PATH", path.to_owned()),
        ("HOME", below("home")),
        ("XDG_RUNTIME_DIR", below("run")),
        ("XDG_STATE_HOME", below("state")),
        ("XDG_CONFIG_HOME", below("config")),
        ("TMPDIR", below("tmp")),
        ("LANG", "C.UTF-8".into()),
        ("SHELL", "/bin/sh".into()),
    ]
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
    }
}
