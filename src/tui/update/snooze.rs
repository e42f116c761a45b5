//! Snoozing the selected row: the key, and what came of it.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::log::when::spoken;
use crate::notify::Snoozes;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::model::Model;
use crate::tui::undone::Unchanged;

/// The first and the second press of the key.
pub(super) const SHORT: Duration = Duration::from_secs(10 * 60);
pub(super) const LONG: Duration = Duration::from_secs(60 * 60);

/// Ten minutes, then an hour, then not any longer.
pub(super) fn press(model: &Model, now: Timestamp) -> Vec<Effect> {
    let Some(row) = model.selected_row() else {
        return Vec::new();
    };
    let left = model.snoozes.until(&row.id, now);
    let until = match left.map(|until| until.since(now)) {
        None => Some(now.plus(SHORT)),
        Some(left) if left <= SHORT => Some(now.plus(LONG)),
        Some(_) => None,
    };
    vec![Effect::Snooze(row.id.clone(), until)]
}

/// What has changed is said, with what the key does next.
pub(super) fn hear(
    model: &mut Model,
    id: &str,
    snoozes: Result<Snoozes, Unchanged>,
    now: Timestamp,
) {
    match snoozes {
        Ok(snoozes) => model.snoozes = snoozes,
        Err(why) => return model.notify(&why.to_string(), now),
    }
    let row = model.rows.get(id);
    let name = row.map_or_else(|| "it".to_owned(), |row| row.target.shown());
    let key = key_for(Action::Snooze);
    let left = model.snoozes.until(id, now).map(|until| until.since(now));
    let said = match left {
        None => format!("notices of {name} are given again"),
        Some(left) => {
            let minutes = Duration::from_secs(left.as_secs().div_ceil(60) * 60);
            let next = if left <= SHORT {
                spoken(LONG)
            } else {
                "again".to_owned()
            };
            format!(
                "no notice of {name} for {} · {key}: {next}",
                spoken(minutes)
            )
        }
    };
    model.notify(&said, now);
}
