//! A real terminal whose screen can be read and whose keys can be pressed: a pane of a second tmux
//! server, in which a program, for example a client of the first one, runs.

use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, TestEnv, Tmux};

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(10);

/// One terminal of 100 columns and 30 lines.
#[derive(Debug)]
pub struct Terminal<'env> {
    tmux: Tmux<'env>,
}

impl<'env> Terminal<'env> {
    /// Runs `command` in a terminal that knows nothing of being inside tmux. `name` is unique in `env`.
    pub fn start(env: &'env TestEnv, name: &str, command: &str) -> Option<Self> {
        let command = format!("exec env -u TMUX -u TMUX_PANE {command}");
        let tmux = Tmux::start_on(env, name, "terminal", (100, 30), &command)?;
        tmux.run(&["set-option", "-g", "status", "off"]);
        Some(Self { tmux })
    }

    /// A client of `server` that shows `session`.
    pub fn client_of(
        env: &'env TestEnv,
        name: &str,
        server: &Tmux<'_>,
        session: &str,
    ) -> Option<Self> {
        let socket = server.socket().display();
        let attach = format!("tmux -f /dev/null -S {socket} attach-session -t '{session}'");
        let terminal = Self::start(env, name, &attach)?;
        wait_until("the client is attached", || {
            !server.run(&["list-clients", "-t", session]).is_empty()
        });
        Some(terminal)
    }

    /// The text on the screen.
    pub fn screen(&self) -> String {
        self.tmux.run(&["capture-pane", "-p"])
    }

    /// The same with colours as escape sequences.
    pub fn coloured_screen(&self) -> String {
        self.tmux.run(&["capture-pane", "-e", "-p"])
    }

    /// Presses keys by their names for tmux: `Enter`, `j`, `C-b`.
    pub fn press(&self, keys: &[&str]) {
        self.tmux.run(&[&["send-keys"], keys].concat());
    }

    /// Pastes a text, in brackets where the program there wants them.
    pub fn paste(&self, text: &str) {
        self.tmux.run(&["set-buffer", "-b", "pasted", "--", text]);
        self.tmux.run(&["paste-buffer", "-p", "-d", "-b", "pasted"]);
    }

    /// Waits until the screen holds `text`; the screen.
    pub fn wait_for(&self, text: &str) -> String {
        let mut screen = String::new();
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            thread::sleep(PAUSE);
        }
        panic!("`{text}` should be on the screen:\n{screen}");
    }

    /// Writes every byte that comes to the terminal from now on to `file`; gives it back.
    pub fn record(&self, file: &std::path::Path) -> std::path::PathBuf {
        let into = format!("cat > '{}'", file.display());
        self.tmux.run(&["pipe-pane", &into]);
        file.to_owned()
    }

    /// Has so many columns and lines from now on.
    pub fn resize(&self, (columns, lines): (u16, u16)) {
        let (columns, lines) = (columns.to_string(), lines.to_string());
        self.tmux
            .run(&["resize-window", "-x", &columns, "-y", &lines]);
    }

    /// A format of the terminal's own state.
    pub fn ask(&self, format: &str) -> String {
        self.tmux.ask(format)
    }
}

/// Waits until `condition` holds; panics with `what` when that takes longer than [`PATIENCE`].
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(
            started.elapsed() < PATIENCE,
            "it should be so by now: {what}"
        );
        thread::sleep(PAUSE);
    }
}
