//! One pane of the private tmux server: what is typed into it and what is on its screen.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::common::Tmux;

/// How long to wait between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(15);

/// Between text and Enter: what comes faster is taken for pasted text.
const BREATH: Duration = Duration::from_millis(600);

/// Between two keys, and from the moment a dialog is seen until it takes keys.
const BEAT: Duration = Duration::from_millis(400);

/// A pane in which a shell runs, and in it the assistant.
pub(super) struct Pane<'a> {
    tmux: &'a Tmux<'a>,
    id: String,
}

impl<'a> Pane<'a> {
    /// A new window in `folder` in which `line` runs; the pane outlives it.
    pub(super) fn open(tmux: &'a Tmux<'a>, folder: &Path, line: &str) -> Self {
        let line = format!("{line}; echo the assistant has ended; exec cat");
        let folder = folder.to_string_lossy();
        let place = ["new-window", "-d", "-P", "-F", "#{pane_id}", "-c", &folder];
        let id = tmux.run(&[&place[..], &[&line]].concat());
        Self { tmux, id }
    }

    /// The pane of that id, which somebody else has opened.
    pub(super) fn of(tmux: &'a Tmux<'a>, id: &str) -> Self {
        let id = id.to_owned();
        Self { tmux, id }
    }

    /// tmux's id of it.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The text on the screen; empty once the pane is gone.
    pub(super) fn screen(&self) -> String {
        let mut command = self.tmux.command(&["capture-pane", "-p", "-t", &self.id]);
        let output = command.output().expect("tmux can be started");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until one of `texts` is on the screen; when that was, or the screen without it.
    pub(super) fn wait_for(&self, texts: &[&str], patience: Duration) -> Result<Instant, String> {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            let now = Instant::now();
            if texts.iter().any(|text| holds(&screen, text)) {
                return Ok(now);
            }
            if start.elapsed() > patience {
                return Err(screen);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Types `text` and Enter.
    pub(super) fn say(&self, text: &str) -> Instant {
        self.tmux.run(&["send-keys", "-t", &self.id, "-l", text]);
        thread::sleep(BREATH);
        self.key("Enter")
    }

    /// Presses keys by their names for tmux, with a pause before each; when the last was pressed.
    pub(super) fn press(&self, keys: &[&str]) -> Instant {
        let mut pressed = Instant::now();
        for key in keys {
            thread::sleep(BEAT);
            pressed = self.key(key);
        }
        pressed
    }

    /// Presses one key at once.
    pub(super) fn press_now(&self, key: &str) -> Instant {
        self.key(key)
    }

    fn key(&self, key: &str) -> Instant {
        self.tmux.run(&["send-keys", "-t", &self.id, key]);
        Instant::now()
    }

    /// The process of the shell.
    pub(super) fn shell(&self) -> u32 {
        let pid = self
            .tmux
            .run(&["display-message", "-p", "-t", &self.id, "#{pane_pid}"]);
        pid.parse().expect("a pane has a process")
    }

    /// Closes it.
    pub(super) fn close(&self) -> Instant {
        Self::close_by_id(self.tmux, &self.id)
    }

    /// Closes the pane of that id.
    pub(super) fn close_by_id(tmux: &Tmux<'_>, id: &str) -> Instant {
        // It may be gone.
        let _ = tmux.command(&["kill-pane", "-t", id]).output();
        Instant::now()
    }
}

/// Whether `text` is on the screen, also where the screen's edge broke it between two words.
fn holds(screen: &str, text: &str) -> bool {
    screen.contains(text) || squeezed(screen).contains(&squeezed(text))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
