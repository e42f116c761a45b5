//! The words for what happened, each one once, for the command and for the dashboard.

use std::time::Duration;

use super::{Counts, Told, What};
use crate::log::when::{Grain, age};

/// A span as it is told, in its two largest units.
fn span(seconds: u64) -> String {
    age(Duration::from_secs(seconds), Grain::Fine)
}

/// What is counted, but for what there was none of: `12 turns, 3 asked (waited 14m), 11 done`.
pub(crate) fn counts(counts: &Counts) -> String {
    let counted = |count: u64, one: &str, more: &str| {
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { more }))
    };
    let asked = counted(counts.asked, "asked", "asked");
    let asked = asked.map(|asked| match counts.waited {
        0 => asked,
        waited => format!("{asked} (waited {})", span(waited)),
    });
    let waited =
        (counts.asked == 0 && counts.waited > 0).then(|| format!("waited {}", span(counts.waited)));
    [
        counted(counts.turns, "turn", "turns"),
        asked,
        waited,
        counted(counts.finished, "done", "done"),
        counted(counts.failed, "failed", "failed"),
        counted(counts.files, "file", "files"),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

/// What it asks, or said at the end of its last turn, with a word before it that says which.
pub(crate) fn words(told: &Told) -> Option<String> {
    let last = told.last()?;
    let what = match last.what {
        What::Asked => "asks",
        What::Finished => "done",
        What::Failed => "failed",
    };
    Some(match &last.words {
        Some(words) => format!("{what}: {words}"),
        None => what.to_owned(),
    })
}
