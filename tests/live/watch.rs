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

/// The record of one collector.
pub(super) struct Watch {
    assistant: &'static str,
    seen: Mutex<Vec<(Instant, Shown, String)>>,
    is_over: AtomicBool,
}

impl Watch {
    /// Of a world in which all rows are of this assistant.
    pub(super) fn of(assistant: &'static str) -> Self {
        Self {
            assistant,
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
        let shown = match serde_json::from_str::<Value>(&text) {
            Ok(rows) => self.shown(&rows),
            Err(_) => Shown {
                rows: vec![(String::new(), format!("no answer: {said}"))],
            },
        };
        let mut seen = self.seen.lock().expect("nobody panics with it");
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
        let word = |row: &Value, key: &str| row[key].as_str().unwrap_or("?").to_owned();
        let state = |row: &Value| match word(row, "assistant") {
            _ if row["silent"] == true => SILENT.to_owned(),
            own if own == self.assistant => word(row, "state"),
            other => format!("{other} {}", word(row, "state")),
        };
        let place = |row: &Value| {
            let is_behind = word(row, "target").starts_with(BEHIND);
            if is_behind {
                BEHIND.to_owned()
            } else {
                word(row, "pane")
            }
        };
        Shown {
            rows: rows.map(|row| (place(row), state(row))).collect(),
        }
    }
}
