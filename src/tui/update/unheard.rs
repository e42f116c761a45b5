//! What is typed for a line that was not opened: a sentence for nobody, of which each letter would be a key.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::model::Model;

/// After a pause of this length keys are keys again.
const PAUSE: Duration = Duration::from_secs(1);

/// A line was wanted and is not there; the person may be typing already.
pub(super) fn begin(model: &mut Model, now: Timestamp) {
    model.unheard_until = Some(now.plus(PAUSE));
}

/// Whether the key belongs to such a sentence. Enter and Esc end it, as they would end the line.
pub(super) fn takes(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    if model.unheard_until.take().is_none_or(|until| until <= now) {
        return false;
    }
    match key.code {
        KeyCode::Enter | KeyCode::Esc => true,
        KeyCode::Char(_) | KeyCode::Backspace
            if !key
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
        {
            begin(model, now);
            true
        }
        _ => false,
    }
}
