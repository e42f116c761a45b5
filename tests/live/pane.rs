//! One pane, which the private tmux server draws wherever it is: what is typed into it and what is on its screen.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::common::Tmux;
use super::elsewhere::Elsewhere;

/// How long to wait between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(15);

/// Between text and Enter: what comes faster is taken for pasted text.
const BREATH: Duration = Duration::from_millis(600);

/// Between two keys, and from the moment a dialog is seen until it takes keys.
const BEAT: Duration = Duration::from_millis(400);

/// A pane in which a shell runs, and in it the assistant.
#[derive(Clone)]
pub(super) struct Pane<'a> {
    tmux: &'a Tmux<'a>,
    /// tmux's id of what draws it.
    drawn: String,
    /// Where it is, if that is no pane of tmux's.
    elsewhere: Option<Elsewhere<'a>>,
}

impl<'a> Pane<'a> {
    /// A new window in `folder` in which `line` runs; the pane outlives it.
    pub(super) fn open(tmux: &'a Tmux<'a>, folder: &Path, line: &str) -> Self {
        Self::of(tmux, &window(tmux, folder, &outlived(line)))
    }

    /// The pane of that id, which somebody else has opened.
    pub(super) fn of(tmux: &'a Tmux<'a>, id: &str) -> Self {
        let drawn = id.to_owned();
        Self {
            tmux,
            drawn,
            elsewhere: None,
        }
    }

    /// The same, which shows what is elsewhere.
    pub(super) fn showing(self, elsewhere: Elsewhere<'a>) -> Self {
        let elsewhere = Some(elsewhere);
        Self { elsewhere, ..self }
    }

    /// The name of its row, and for commands.
    pub(super) fn id(&self) -> &str {
        let elsewhere = self.elsewhere.as_ref();
        elsewhere.map_or(&self.drawn, Elsewhere::row)
    }

    /// The pane of that number beside it, in the same window; it closes itself.
    pub(super) fn leave_for(self, number: &str) -> Option<Self> {
        let elsewhere = self.elsewhere.as_ref()?;
        let beside = elsewhere.beside(number)?;
        elsewhere.close_pane();
        Some(self.showing(beside))
    }

    /// The title that it has for tmux.
    pub(super) fn title(&self) -> String {
        let ask = ["display-message", "-p", "-t", &self.drawn, "#{pane_title}"];
        let output = self.tmux.command(&ask).output();
        let output = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        output.unwrap_or_default()
    }

    /// The text on the screen; empty once the pane is gone.
    pub(super) fn screen(&self) -> String {
        let mut command = self
            .tmux
            .command(&["capture-pane", "-p", "-t", &self.drawn]);
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
        self.tmux.run(&["send-keys", "-t", &self.drawn, "-l", text]);
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
        self.tmux.run(&["send-keys", "-t", &self.drawn, key]);
        Instant::now()
    }

    /// The process of the shell.
    pub(super) fn shell(&self) -> u32 {
        if let Some(elsewhere) = &self.elsewhere {
            return elsewhere.shell();
        }
        let pid = self
            .tmux
            .run(&["display-message", "-p", "-t", &self.drawn, "#{pane_pid}"]);
        pid.parse().expect("a pane has a process")
    }

    /// Closes it; when it was closed.
    pub(super) fn close(&self) -> Instant {
        let closed = self.elsewhere.as_ref().map(Elsewhere::close);
        // It may be gone.
        let _ = self
            .tmux
            .command(&["kill-pane", "-t", &self.drawn])
            .output();
        closed.unwrap_or_else(Instant::now)
    }
}

/// What goes on after `line` has ended.
pub(super) fn outlived(line: &str) -> String {
    format!("{line}; echo the assistant has ended; exec cat")
}

/// A new window of tmux in `folder` in which `line` runs; its pane.
pub(super) fn window(tmux: &Tmux<'_>, folder: &Path, line: &str) -> String {
    let folder = folder.to_string_lossy();
    let place = ["new-window", "-d", "-P", "-F", "#{pane_id}", "-c", &folder];
    tmux.run(&[&place[..], &[line]].concat())
}

/// Whether `text` is on the screen, also where the screen's edge broke it between two words.
fn holds(screen: &str, text: &str) -> bool {
    screen.contains(text) || squeezed(screen).contains(&squeezed(text))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
