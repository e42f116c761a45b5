//! Trusting the selected row for a while: the key, the time that is left, and when that changes.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::update::answer as request;
use crate::tui::update::seen;

/// For how long a press trusts.
const MINUTES: u64 = 10;

/// Ten minutes, or, when it is trusted already, not any longer. Whoever trusts it has read to the last
/// line what it asks now.
pub(crate) fn press(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(row) = model.selected_row().cloned() else {
        return Vec::new();
    };
    if minutes_left(&row, now).is_some() {
        return vec![Effect::Trust(Box::new(row), 0)];
    }
    if let Some(asked) = &model.asked {
        if asked.known.is_none() {
            request::being_read(model, now);
            return Vec::new();
        }
        if !seen::is_ready(model, now) {
            return Vec::new();
        }
    }
    vec![Effect::Trust(Box::new(row), MINUTES)]
}

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
