//! Choosing a row, and scrolling what is open.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Attention;
use crate::tui::keymap::{Action, key_for};
use crate::tui::layout::Layout;
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels::{self, Asks, Moves};
use crate::tui::update::reflow::settle;

pub(crate) fn page(model: &mut Model, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    let lines = |height: u16| by * isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    let panel = panels::of(model);
    if panel.moves == Moves::List {
        move_by(model, lines(layout.list.height), now);
    } else if panel.over.is_some() {
        scroll(model, lines(model.setup.size.1), now);
    } else {
        scroll(model, lines(layout.panel.height), now);
    }
}

pub(crate) fn scroll(model: &mut Model, by: isize, now: Timestamp) {
    model.scroll = model.scroll.saturating_add_signed(by);
    settle(model, now, Follow::IfVisible);
}

pub(crate) fn move_by(model: &mut Model, by: isize, now: Timestamp) {
    move_to(model, model.position.saturating_add_signed(by), now);
}

pub(crate) fn move_to(model: &mut Model, position: usize, now: Timestamp) {
    let last = model.list.choices().saturating_sub(1);
    let id = model.list.id(position.min(last)).map(str::to_owned);
    if let Some(id) = id {
        model.work.here = false;
        select(model, id, now);
    }
}

pub(crate) fn select(model: &mut Model, id: String, now: Timestamp) {
    if model.selected.as_ref() != Some(&id) {
        model.selected = Some(id);
        if !panels::scrolls(model) {
            model.scroll = 0;
        }
    }
    settle(model, now, Follow::Selection);
}

/// Selects the next row that needs the person, round and round.
pub(crate) fn next_waiting(model: &mut Model, step: isize, now: Timestamp) {
    match model.list.next_needing(model.position, step) {
        Some(place) => {
            // Whoever reads something else about another row comes back to what is asked.
            if panels::of(model).asks == Asks::Nothing {
                model.open(Panel::Detail);
            }
            move_to(model, place, now);
        }
        None if model.rows.count(Attention::NeedsYou) > 0 => {
            let next = format!("{} shows all rows", key_for(Action::Close));
            model.advise("what needs you is hidden by the filter", &next, now);
        }
        None => model.notify("nobody needs you", now),
    }
}
