//! The demo: a private tmux server, or a session of Zellij, with scripted assistants whose payloads go through the
//! real `hook`, and the real dashboard beside them. Everything lives below one temporary folder.
//!
//! | part | does |
//! | --- | --- |
//! | `story` | what each scripted assistant does, as data |
//! | `player` | plays one of them in a pane |
//! | `puppets` | how it passes for the one that it plays |
//! | `dialog`, `screen` | what it shows, and what keys do to that |
//! | `project` | the repositories that they work in |
//! | `leftovers` | the folder of it all, and what a killed one leaves |
//!
//! May import: `assistants`, for where each keeps its files, `mux`'s private servers, and the hooks' words.

mod dialog;
mod leftovers;
mod player;
mod project;
mod puppets;
mod rows;
mod screen;
pub(crate) mod story;

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use leftovers::OnStage;
pub(crate) use player::Player;
pub(crate) use puppets::Place;

use crate::assistants;
use crate::mux::tmux::private::{PrivateServer, Session, Ways};
use crate::mux::zellij::private::{self as zellij, PrivateSession, Tab};
use crate::sys::child::{self, Kept};
use crate::sys::shell;
use leftovers::Root;

/// The tmux session that the dashboard runs in.
const DASHBOARD: &str = "dashboard";

/// Runs the dashboard, and ends the session with it.
const UNTIL_IT_ENDS: &str = "\"$0\" supervisor; exec zellij kill-session \"$ZELLIJ_SESSION_NAME\"";

/// How long the dashboard may take to show every scripted assistant.
const CURTAIN_UP_WITHIN: Duration = Duration::from_secs(20);

/// How often the screen is looked at while waiting for that.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// `pair` prints no more, in bytes.
const MAX_PRINTED: usize = 4096;

/// How long the hooks may take to be registered.
const INSTALLS_WITHIN: Duration = Duration::from_secs(20);

/// How long a scripted assistant waits for somebody who hears it.
const AUDIENCE_WITHIN: Duration = Duration::from_secs(20);

/// Waits until somebody `hears` what scripted assistants report: what they said before would be lost, and
/// so would one that then works for a while.
pub fn wait_for_audience(hears: impl Fn() -> bool) {
    let end = Instant::now() + AUDIENCE_WITHIN;
    while !hears() && Instant::now() < end {
        std::thread::sleep(LOOK_EVERY);
    }
}

/// A private world with assistants and a dashboard; gone when it is dropped.
#[derive(Debug)]
pub struct Stage {
    server: Server,
    environment: Vec<(&'static str, OsString)>,
    /// Removed after all else.
    root: Root,
}

/// What all of it runs in.
#[derive(Debug)]
enum Server {
    Tmux(PrivateServer),
    /// Begun by whoever looks at it.
    Zellij(PrivateSession),
}

/// What a stage is to be set up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hall {
    /// tmux.
    Tmux {
        /// Columns and rows.
        size: (u16, u16),
        /// Whether the page is served.
        page: bool,
    },
    /// Zellij.
    Zellij,
}

impl Stage {
    /// Sets up the folders, the server, the assistants and the dashboard.
    ///
    /// # Errors
    /// The temporary folder cannot be made, the multiplexer is missing or too old, or it refuses a command.
    pub fn set(executable: &Path, path: &OsStr, hall: Hall) -> io::Result<Self> {
        let root = Root::make(hall == Hall::Zellij)?;
        let around = environment(root.path(), path);
        let (server, environment) = match hall {
            Hall::Tmux { .. } => {
                let server = PrivateServer::new(root.socket(), around.clone());
                (Server::Tmux(server), around)
            }
            Hall::Zellij => {
                let session = PrivateSession::new(root.path(), around);
                let environment = session.environment().to_vec();
                (Server::Zellij(session), environment)
            }
        };
        let stage = Self {
            server,
            environment,
            root,
        };
        for folder in [
            "run",
            "state",
            "config/pane-patrol",
            "tmp",
            "home/src",
            "bin",
        ] {
            std::fs::create_dir_all(stage.root.path().join(folder))?;
        }
        stage.furnish(executable)?;
        match (&stage.server, hall) {
            (Server::Tmux(server), Hall::Tmux { size, page }) => {
                stage.start(server, executable, size, page)?;
            }
            (Server::Zellij(session), _) => stage.lay_out(session, executable)?,
            (Server::Tmux(_), Hall::Zellij) => {}
        }
        Ok(stage)
    }

    /// Programs that are called like the assistants, settings that offer just these, and their hooks.
    fn furnish(&self, executable: &Path) -> io::Result<()> {
        let mut settings = String::new();
        for name in story::played() {
            let Some(known) = assistants::named(name) else {
                continue;
            };
            let program = self.root.path().join("bin").join(known.row().program);
            let words = shell::word(executable).map_err(io::Error::other)?;
            let mut script = OsString::from("#!/bin/sh\n# One that is played from a script.\n");
            let version = puppets::version(name);
            script.push(format!(
                "[ \"$1\" = --version ] && echo '{version}' && exit\nexec "
            ));
            script.push(words);
            script.push(format!(" demo --play {name}\n"));
            std::fs::write(&program, script.as_encoded_bytes())?;
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755))?;
            let words = shell::word(&program).map_err(io::Error::other)?;
            // A text of JSON is one of TOML, too.
            let words = serde_json::Value::from(words.to_string_lossy());
            let _ = writeln!(
                settings,
                "[[launcher]]\nname = \"{name}\"\ncommand = {words}\n"
            );
        }
        if matches!(self.server, Server::Zellij(_)) {
            // What is played is nobody's work.
            settings += "[zellij]\nanswer_by_keys = true\n";
        }
        let file = self.root.path().join("config/pane-patrol/config.toml");
        std::fs::write(file, settings)?;
        let mut install = child::ours(executable, Kept::NOTHING);
        install
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(["install", "--approvals", "--assistant"])
            .arg(story::played().join(","));
        // Without them all goes on, but for what answers by a hook.
        child::feed(&mut install, b"", Instant::now() + INSTALLS_WITHIN).map(drop)
    }

    /// The project of a script, made; its folder.
    fn project(&self, script: &story::Script) -> io::Result<PathBuf> {
        let home = self.root.path().join("home");
        let folder = home.join("src").join(script.name);
        project::make(script, &folder, home.as_os_str())?;
        Ok(folder)
    }

    /// What Zellij is to begin with: the dashboard, whose end is the end of all, and a tab for each assistant.
    fn lay_out(&self, session: &PrivateSession, executable: &Path) -> io::Result<()> {
        let home = self.root.path().join("home");
        let folders: Vec<PathBuf> = story::ALL
            .iter()
            .map(|script| self.project(script))
            .collect::<io::Result<_>>()?;
        let dashboard = Tab {
            name: DASHBOARD,
            folder: &home,
            words: [
                OsStr::new("sh"),
                OsStr::new("-c"),
                OsStr::new(UNTIL_IT_ENDS),
            ]
            .into_iter()
            .chain([executable.as_os_str()])
            .map(OsStr::to_owned)
            .collect(),
        };
        let mut tabs = vec![dashboard];
        for (script, folder) in story::ALL.iter().zip(&folders) {
            let words = ["demo", "--play", script.name].map(OsString::from);
            tabs.push(Tab {
                name: script.name,
                folder,
                words: std::iter::once(executable.into()).chain(words).collect(),
            });
        }
        let ways = zellij::Ways {
            back: "F1",
            leave: "F10",
        };
        session.furnish(&ways, &tabs)
    }

    fn start(
        &self,
        server: &PrivateServer,
        executable: &Path,
        size: (u16, u16),
        page: bool,
    ) -> io::Result<()> {
        let session = |name, words: &[&str]| {
            let words = words.iter().map(OsString::from);
            Session {
                name,
                size,
                folder: None,
                window: None,
                words: std::iter::once(executable.into()).chain(words).collect(),
            }
        };
        for script in story::ALL {
            let folder = self.project(script)?;
            server.start(&Session {
                folder: Some(&folder),
                window: Some("assistant"),
                ..session(script.name, &["demo", "--play", script.name])
            })?;
        }
        let words: &[&str] = if page {
            &["supervisor", "--listen", "127.0.0.1:0"]
        } else {
            &["supervisor"]
        };
        let dashboard = server.start(&session(DASHBOARD, words))?;
        server.show_ways(&Ways {
            says: " F1 dashboard · F9 prefix · F10 leave ",
            back: ("F1", &dashboard),
            prefix: "F9",
            leave: "F10",
        })
    }

    /// Shows the stage on the terminal of this process until the person leaves or quits the dashboard.
    ///
    /// # Errors
    /// The multiplexer cannot be started.
    pub fn attach(&self) -> io::Result<()> {
        match &self.server {
            Server::Tmux(server) => server.attach(DASHBOARD),
            Server::Zellij(session) => session.attach(),
        }
    }

    /// The dashboard's screen as text, once it shows every scripted assistant.
    ///
    /// # Errors
    /// It does not within 20 seconds; the error holds the screen as it was.
    pub fn screen(&self) -> io::Result<String> {
        let end = Instant::now() + CURTAIN_UP_WITHIN;
        loop {
            let Server::Tmux(server) = &self.server else {
                return Err(io::Error::other("nobody looks at it"));
            };
            let screen = server.screen(DASHBOARD)?;
            let all = story::ALL.iter().all(|script| screen.contains(script.name));
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

    /// Where a browser finds the page, with a code that is good once, for two minutes.
    ///
    /// # Errors
    /// The dashboard does not show every assistant in time, or gives no code.
    pub fn page(&self, executable: &Path) -> io::Result<String> {
        self.screen()?;
        let mut pair = child::ours(executable, Kept::NOTHING);
        pair.envs(self.environment.iter().map(|(name, value)| (name, value)));
        pair.args(["pair", "--json", "--manage", "--name", "browser"]);
        let printed = child::printed(&mut pair, MAX_PRINTED, Instant::now() + INSTALLS_WITHIN);
        let offered = printed.and_then(|text| serde_json::from_slice(&text).ok());
        let address = offered.and_then(|offered: serde_json::Value| {
            let address = offered["address"].as_str();
            address.map(str::to_owned)
        });
        address.ok_or_else(|| io::Error::other("nobody is let in to its page"))
    }

    /// Ends everything on the stage; whoever is attached is let go.
    pub fn end(&self) {
        match &self.server {
            Server::Tmux(server) => server.end(),
            Server::Zellij(session) => session.end(),
        }
    }

    /// Where the tmux of this stage listens.
    pub fn socket(&self) -> PathBuf {
        self.root.socket()
    }
}

/// An environment that leads to nothing of the person's.
fn environment(root: &Path, path: &OsStr) -> Vec<(&'static str, OsString)> {
    let below = |name: &str| root.join(name).into_os_string();
    let own = std::iter::once(root.join("bin")).chain(std::env::split_paths(path));
    vec![
        (
            "PATH",
            std::env::join_paths(own).unwrap_or_else(|_| path.to_owned()),
        ),
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
