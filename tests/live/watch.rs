//! What `status --json` says, asked for again and again: which rows were shown from when to when.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A row that says only that something runs there which has not reported.
pub(super) const SILENT: &str = "not reported";

/// What is shown of a pane without a row.
pub(super) const NO_ROW: &str = "no row";

/// The place of a row that no pane shows.
pub(super) const BEHIND: &str = "background";

/// What was shown of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The pane of each row, and its state.
    pub(super) rows: Vec<(String, String)>,
}

impl Shown {
    /// What is shown of `pane`, in a word: a state, `no row`, or what should never be.
    pub(super) fn of(&self, pane: &str) -> String {
        let here: Vec<_> = self.rows.iter().filter(|row| row.0 == pane).collect();
        match here.as_slice() {
            [] => NO_ROW.to_owned(),
            [row] => row.1.clone(),
            rows => format!("{} rows", rows.len()),
        }
    }

    /// The panes that have a row and are none of `panes`.
    pub(super) fn strangers(&self, panes: &[&str]) -> Vec<&str> {
        let rows = self.rows.iter().map(|row| row.0.as_str());
        // What was left in the background goes on there.
        let strange = rows.filter(|pane| !panes.contains(pane) && *pane != BEHIND);
        strange.collect()
    }
}

/// A turn that is over in a pane that somebody looks at counts as seen after a bit longer than this, and not before.
const LOOK: Duration = Duration::from_millis(500);

/// The record of one collector.
pub(super) struct Watch {
    assistant: &'static str,
    /// Whether somebody looks at every pane: what is seen is told as where nobody looks.
    is_looked_at: bool,
    seen: Mutex<Vec<(Instant, Shown, String)>>,
    is_over: AtomicBool,
}

impl Watch {
    /// Of a world in which all rows are of this assistant.
    pub(super) fn of(assistant: &'static str, is_looked_at: bool) -> Self {
        Self {
            assistant,
            is_looked_at,
            seen: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Asks by `command` until [`Watch::end`].
    pub(super) fn run(&self, mut command: Command) {
        while !self.is_over.load(Ordering::Relaxed) {
            let asked = Instant::now();
            let output = command.output().expect("the executable can be started");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            self.take(asked, text, &said);
            thread::sleep(PAUSE);
        }
    }

    fn take(&self, asked: Instant, text: String, said: &str) {
        let mut shown = match serde_json::from_str::<Value>(&text) {
            Ok(rows) => self.shown(&rows),
            Err(_) => Shown {
                rows: vec![(String::new(), format!("no answer: {said}"))],
            },
        };
        let mut seen = self.seen.lock().expect("nobody panics with it");
        if self.is_looked_at {
            for (pane, state) in &mut shown.rows {
                if state == "idle" && is_looked_over(&seen, pane, asked) {
                    "completed".clone_into(state);
                }
            }
        }
        if seen.last().is_none_or(|(_, last, _)| *last != shown) {
            seen.push((asked, shown, text));
        } else if let Some(last) = seen.last_mut() {
            last.2 = text;
        }
    }

    /// Stops asking.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// What was shown from `start` on, with the moments since when; the first since before.
    pub(super) fn since(&self, start: Instant) -> Vec<(Instant, Shown)> {
        let seen = self.seen.lock().expect("nobody panics with it");
        let first = seen.iter().rposition(|(at, ..)| *at <= start).unwrap_or(0);
        let later = seen[first..].iter();
        later.map(|(at, shown, _)| (*at, shown.clone())).collect()
    }

    /// The last answer as it came.
    pub(super) fn last(&self) -> String {
        let seen = self.seen.lock().expect("nobody panics with it");
        seen.last().map(|seen| seen.2.clone()).unwrap_or_default()
    }

    /// Every change, for a transcript: ms since `start`, and what was shown.
    pub(super) fn transcript(&self, start: Instant) -> String {
        let seen = self.seen.lock().expect("nobody panics with it");
        let lines = seen.iter().map(|(at, shown, text)| {
            let millis = at.saturating_duration_since(start).as_millis();
            format!("{millis:>8} ms {:?}\n{text}\n", shown.rows)
        });
        lines.collect()
    }
}

impl Watch {
    /// A row of another assistant is in no state that is right.
    fn shown(&self, rows: &Value) -> Shown {
        let rows = rows.as_array().into_iter().flatten();
        let state = |row: &Value| match word(row, "assistant") {
            _ if row["silent"] == true => SILENT.to_owned(),
            own if own == self.assistant => word(row, "state"),
            other => format!("{other} {}", word(row, "state")),
        };
        Shown {
            rows: rows.map(|row| (place(row), state(row))).collect(),
        }
    }
}

/// Whether what was shown last of `pane` was the end of a turn, for so long that it counts as seen.
fn is_looked_over(seen: &[(Instant, Shown, String)], pane: &str, now: Instant) -> bool {
    let ended = seen.iter().rev();
    let ended = ended.take_while(|(_, shown, _)| shown.of(pane) == "completed");
    let since = ended.last().map(|(at, ..)| *at);
    since.is_some_and(|since| now.saturating_duration_since(since) >= LOOK)
}

/// The name by which whoever opened the pane of this row knows it: tmux's number, where that is a pane of tmux's, the
/// whole id in Zellij, and a plain terminal's own name.
pub(super) fn place(row: &Value) -> String {
    let (pane, target) = (word(row, "pane"), word(row, "target"));
    if target.starts_with(BEHIND) {
        BEHIND.to_owned()
    } else if pane.starts_with("zellij:") {
        word(row, "id")
    } else if let (true, Some((terminal, _))) = (row["pane"].is_null(), target.split_once('@')) {
        terminal.to_owned()
    } else {
        pane
    }
}

fn word(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or("?").to_owned()
}
