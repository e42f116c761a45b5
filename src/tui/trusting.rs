//! Trusting the selected row for a while: the key, the time that is left, and when that changes.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::effect::Effect;
use super::model::Model;
use crate::state::Row;

/// For how long a press trusts.
const MINUTES: u64 = 10;

/// Ten minutes, or, when it is trusted already, not any longer.
pub(super) fn press(model: &Model, now: Timestamp) -> Vec<Effect> {
    let Some(row) = model.selected_row() else {
        return Vec::new();
    };
    let minutes = if minutes_left(row, now).is_some() {
        0
    } else {
        MINUTES
    };
    vec![Effect::Trust(Box::new(row.clone()), minutes)]
}

/// How many minutes the row is trusted for, the last one begun included.
pub(super) fn minutes_left(row: &Row, now: Timestamp) -> Option<u64> {
    let until = row.trusted_until.filter(|until| *until > now)?;
    Some(until.since(now).as_secs().div_ceil(60).max(1))
}

/// When there is a minute less.
pub(super) fn next_change(row: &Row, now: Timestamp) -> Option<Timestamp> {
    let left = minutes_left(row, now)?;
    let later = Duration::from_secs((left - 1) * 60);
    row.trusted_until.map(|until| until.minus(later))
}
