//! The place beside the dashboard, as far as keys and messages are concerned.

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::mux::{Beside, Mirrored};
use crate::state::Row;
use crate::state::update::Update;
use crate::tui::effect::{Effect, Split};
use crate::tui::model::Model;
use crate::tui::model::mirror::Mirror;
use crate::tui::update::jump::go;

/// Opens the place with the selected row in it, or closes it. Outside of any multiplexer there is no place: the
/// screen is handed over, as by Enter.
pub(crate) fn press(model: &mut Model) -> Vec<Effect> {
    if !model.setup.in_multiplexer {
        return go(model);
    }
    let row = model.selected_row().filter(|_| !model.split.is_open);
    // It is nowhere yet that could be shown.
    let row = row.filter(|row| row.target.process().is_none());
    let row = row.cloned();
    if let Some(row) = &row {
        model.mirror.ask(row);
    }
    let step = row.map_or(Split::Toggle, |row| Split::Show(Box::new(row)));
    // Enter may come before that is answered, and is meant for the place already.
    model.split.is_open = !model.split.is_open;
    model.split_keys += 1;
    vec![Effect::Split(step)]
}

/// Takes in what is beside the dashboard now, as the answer to a key.
pub(crate) fn answered(model: &mut Model, place: Beside, now: Timestamp) {
    model.split_keys = model.split_keys.saturating_sub(1);
    let opened = place.is_open && place.note.is_some();
    let drawn = place.drawn.as_ref().filter(|_| opened);
    let lacking = drawn.and_then(|drawn| drawn.room.lacking(model.setup.size));
    hear(model, place, now);
    if let Some(why) = lacking {
        // It is drawn as soon as there is room.
        model.notify(&why, now);
    }
}

/// Takes in what is beside the dashboard now. What keys have asked for since is still to come.
pub(crate) fn hear(model: &mut Model, place: Beside, now: Timestamp) {
    if place.turn < model.split.turn {
        return;
    }
    if let Some(note) = &place.note {
        model.notify(note, now);
    }
    if place.drawn.is_none() || !place.is_open {
        model.mirror = Mirror::default();
    }
    let is_open = match model.split_keys {
        0 => place.is_open,
        _ => model.split.is_open,
    };
    model.split = Beside {
        is_open,
        note: None,
        ..place
    };
    model.touch();
}

/// Takes in what a pane shows.
pub(crate) fn mirror(model: &mut Model, mirrored: &Mirrored) {
    let is_shown = model.split.shows.as_ref() == Some(&mirrored.pane);
    // It may be told before it is said that the pane is shown.
    if model.mirror.take(mirrored.pane.clone(), &mirrored.image) && is_shown {
        model.touch();
    }
}

/// Has the selected row's pane drawn, one after the other: who goes through the list quickly sees the last.
pub(crate) fn follow(model: &mut Model) -> Option<Effect> {
    let is_drawn = model.split.is_open && model.split.drawn.is_some();
    if !is_drawn || model.split_keys > 0 {
        return None;
    }
    let row = model.selected_row().filter(|row| !row.is_in_background());
    let row = row.cloned()?;
    if !model.mirror.ask(&row) {
        return None;
    }
    model.split_keys += 1;
    Some(Effect::Split(Split::Show(Box::new(row))))
}

/// What has to be looked at after the collector has told this.
pub(crate) fn heed(model: &Model, feed: &Update) -> Vec<Effect> {
    match feed {
        // Its stand-in was moved or closed, or it was moved itself.
        Update::Row(row) if model.is_beside(row) => {
            let known = model.rows.get(&row.id);
            let stays = |known: &Row| known.target == row.target && known.shown_at == row.shown_at;
            if known.is_none_or(stays) {
                return Vec::new();
            }
            look(model)
        }
        Update::Gone(id) if model.rows.get(id).is_some_and(|row| is_near(model, row)) => {
            vec![Effect::Split(Split::RefreshLater(stopping(model)))]
        }
        _ => Vec::new(),
    }
}

/// Whether the row is beside the dashboard, or belongs to the window where the pane beside it does.
fn is_near(model: &Model, row: &Row) -> bool {
    let window = |row: &Row| match &row.target {
        Target::Address {
            session, window, ..
        } => Some((session.clone(), *window)),
        _ => None,
    };
    let shown = model.rows.find(|row| model.is_beside(row));
    let is_neighbour = |shown: &Row| {
        shown.server == row.server && window(shown).is_some() && window(shown) == window(row)
    };
    model.is_beside(row) || shown.is_some_and(is_neighbour)
}

/// Looks what became of the place and of what is shown.
pub(crate) fn look(model: &Model) -> Vec<Effect> {
    if model.is_split() {
        return vec![Effect::Split(Split::Refresh(stopping(model)))];
    }
    Vec::new()
}

/// The panes that are being stopped.
fn stopping(model: &Model) -> Vec<(Server, PaneId)> {
    let pane = |row: &Row| row.server.clone().zip(row.pane);
    model.stopping.iter().filter_map(pane).collect()
}
