//! Trusting the selected row for a while: the key, the time that is left, and when that changes.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::model::trust::minutes_left;
use crate::tui::update::answer;
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
            answer::being_read(model, now);
            return Vec::new();
        }
        if !seen::is_ready(model, now) {
            return Vec::new();
        }
    }
    vec![Effect::Trust(Box::new(row), MINUTES)]
}
