//! Sessions that run in the background, where no pane shows them, as far as keys and messages are concerned:
//! they are shown in one.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::Started;
use crate::tui::model::Model;
use crate::tui::undone::NotStarted;
use crate::tui::update::{launch, split};

/// Shows it beside the dashboard, if something is shown there, else in a window of its own.
pub(crate) fn bring(model: &mut Model, row: Row, now: Timestamp) -> Vec<Effect> {
    if model.resuming.contains(&row.id) {
        model.notify(&format!("{} is being attached to already", name(&row)), now);
        return Vec::new();
    }
    model.resuming.push(row.id.clone());
    vec![Effect::Bring(Box::new(row), model.split.is_open)]
}

/// Tells what came of it; beside the dashboard something else may stand now.
pub(crate) fn brought(
    model: &mut Model,
    row: &Row,
    outcome: Result<Started, NotStarted>,
    now: Timestamp,
) -> Vec<Effect> {
    model.resuming.retain(|id| *id != row.id);
    match outcome {
        Ok(started) => launch::welcome_next(model, started, now),
        Err(NotStarted::NotBeside(why)) => {
            let words = format!("attached, but not beside the dashboard: {why}");
            model.advise(&words, "its row is in the list", now);
        }
        Err(why) => {
            let next = format!("{} tries again", key_for(Action::Go));
            model.advise(&format!("not attached to {}: {why}", name(row)), &next, now);
        }
    }
    split::look(model)
}

/// What it is called where it has no place.
pub(crate) fn name(row: &Row) -> String {
    let folder = crate::tui::labels::project(row).unwrap_or("the background");
    format!("{} of {folder}", row.assistant)
}
