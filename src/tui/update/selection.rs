//! Choosing a row, and scrolling what is open.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::{Attention, Row};
use crate::tui::layout::Layout;
use crate::tui::model::{Model, Panel};
use crate::tui::update::notify;
use crate::tui::update::reflow::{Follow, settle};

/// Whether j and k scroll what is open instead of choosing a row.
pub(crate) fn scrolls_panel(model: &Model) -> bool {
    matches!(
        model.panel,
        Panel::Help
            | Panel::Install(_)
            | Panel::Launch(_)
            | Panel::Stop(_)
            | Panel::Request
            | Panel::Confirm(_)
    )
}

pub(crate) fn page(model: &mut Model, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    let lines = |height: u16| by * isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    if model.panel == Panel::Detail {
        move_by(model, lines(layout.list.height), now);
    } else if model.panel == Panel::Help {
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
    let last = model.shown_rows().count().saturating_sub(1);
    let position = position.min(last);
    let id = model.shown_rows().nth(position).map(|row| row.id.clone());
    if let Some(id) = id {
        select(model, id, now);
    }
}

pub(crate) fn select(model: &mut Model, id: String, now: Timestamp) {
    if model.selected.as_ref() != Some(&id) {
        model.selected = Some(id);
        if !scrolls_panel(model) {
            model.scroll = 0;
        }
    }
    settle(model, now, Follow::Selection);
}

/// Selects the next row that needs the person, round and round.
pub(crate) fn next_waiting(model: &mut Model, step: isize, now: Timestamp) {
    let waits = |(place, row): (usize, &Row)| {
        (Attention::from(row.state) == Attention::NeedsYou).then_some(place)
    };
    let places: Vec<usize> = model.shown_rows().enumerate().filter_map(waits).collect();
    let here = model.position;
    let next = if step > 0 {
        let after = places.iter().find(|place| **place > here);
        after.or(places.first())
    } else {
        let before = places.iter().rev().find(|place| **place < here);
        before.or(places.last())
    };
    match next {
        Some(place) => move_to(model, *place, now),
        None if model.count(Attention::NeedsYou) > 0 => {
            notify(model, "what needs you is hidden by the filter", now);
        }
        None => notify(model, "nobody needs you", now),
    }
}
