//! How long a row is trusted still, and when that changes.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;

/// How many minutes the row is trusted for, the last one begun included.
pub(crate) fn minutes_left(row: &Row, now: Timestamp) -> Option<u64> {
    let until = row.trusted_until.filter(|until| *until > now)?;
    Some(until.since(now).as_secs().div_ceil(60).max(1))
}

/// When there is a minute less.
pub(crate) fn next_change(row: &Row, now: Timestamp) -> Option<Timestamp> {
    let left = minutes_left(row, now)?;
    let later = Duration::from_secs((left - 1) * 60);
    row.trusted_until.map(|until| until.minus(later))
}
