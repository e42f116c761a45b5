//! What tmux itself checks in the moment of a key press: that the pane is the one that was looked at, and
//! that each line of the dialog stands where it stood.

use std::ops::Range;

use super::keys::Guard;
use crate::mux::tmux::{Format, LinePattern};

/// So many bytes of patterns fit into one message to tmux, which holds 16 kB.
const MAX_PATTERNS: usize = 12_000;

/// What a pane is asked beside its text, in this order; the first line of the answer. The last one may
/// hold blanks.
pub(super) const FLAGS: &str = "#{pid} #{pane_dead} #{pane_in_mode} #{pane_synchronized} \
    #{pane_input_off} #{pane_width} #{pane_height} #{pane_pid} #{alternate_on} #{pane_current_command}";

/// Which of them must be as they were.
pub(super) const STAMPED: [&str; 5] = [
    "pane_width",
    "pane_height",
    "pane_pid",
    "alternate_on",
    "pane_current_command",
];

/// The condition that tmux checks: its own process, the pane's state, and that each line of the dialog
/// is the one it was, in the same row (`#{C/r:...}` gives the first row that matches).
pub(super) fn condition(guard: &Guard, server_pid: u32) -> Format {
    let is = [
        ("pid", server_pid),
        ("pane_in_mode", 0),
        ("pane_synchronized", 0),
        ("pane_input_off", 0),
        ("pane_dead", 0),
    ];
    let is = is.map(|(variable, value)| Format::is(variable, value));
    let stamp = guard.stamp.iter();
    let stamp = stamp.filter_map(|(name, value)| Format::is_word(name, value));
    let mut conditions: Vec<Format> = is.into_iter().chain(stamp).collect();
    conditions.extend(lines(&guard.screen, &guard.rows));
    Format::all(&conditions)
}

/// One condition for each line of the dialog; of more than one message holds those nearest to the options,
/// and the first.
fn lines(screen: &[String], rows: &Range<usize>) -> Vec<Format> {
    let patterns: Vec<LinePattern> = screen.iter().map(|line| LinePattern::of(line)).collect();
    let mut left = MAX_PATTERNS;
    let mut found = Vec::new();
    let last_first = rows.clone().rev();
    for row in rows.clone().take(2).chain(last_first) {
        let Some(pattern) = patterns.get(row).filter(|_| !screen[row].is_empty()) else {
            continue;
        };
        let first = patterns.iter().position(|other| other == pattern);
        let condition = Format::shows(pattern, first.unwrap_or(row) + 1);
        if found.contains(&condition) {
            continue;
        }
        let Some(rest) = left.checked_sub(condition.length()) else {
            break;
        };
        left = rest;
        found.push(condition);
    }
    found
}
