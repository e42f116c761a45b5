//! The place beside the dashboard, as far as keys and messages are concerned.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::mux::Beside;
use crate::state::update::Update;
use crate::tui::effect::{Effect, Split};
use crate::tui::model::Model;
use crate::tui::update::jump::go;

/// Opens the place with the selected row in it, or closes it. Outside of any multiplexer there is no place: the
/// screen is handed over, as by Enter.
pub(crate) fn press(model: &mut Model) -> Vec<Effect> {
    if !model.setup.in_multiplexer {
        return go(model);
    }
    let row = model.selected_row().filter(|_| !model.split.is_open);
    let row = row.cloned();
    let step = row.map_or(Split::Toggle, |row| Split::Show(Box::new(row)));
    // Enter may come before that is answered, and is meant for the place already.
    model.split.is_open = !model.split.is_open;
    vec![Effect::Split(step)]
}

/// Takes in what is beside the dashboard now.
pub(crate) fn hear(model: &mut Model, place: Beside, now: Timestamp) {
    if place.turn < model.split.turn {
        return;
    }
    if let Some(note) = &place.note {
        model.notify(note, now);
    }
    model.split = Beside {
        note: None,
        ..place
    };
    model.touch();
}

/// Whether the collector says that the row beside the dashboard is gone.
pub(crate) fn has_left(model: &Model, feed: &Update) -> bool {
    let Update::Gone(id) = feed else {
        return false;
    };
    let row = model.rows.get(id);
    row.is_some_and(|row| model.is_beside(row))
}

/// Looks what became of what is shown.
pub(crate) fn look(model: &Model) -> Vec<Effect> {
    if model.split.is_open {
        return vec![Effect::Split(Split::Refresh)];
    }
    Vec::new()
}
