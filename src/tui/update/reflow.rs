//! What follows from a change: the list in order, the selection on its row, all of it in view.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::tui::layout::Layout;
use crate::tui::model::{Entry, Model};
use crate::tui::update::selection::scrolls_panel;
use crate::tui::update::touch;
use crate::tui::view;

/// Rows that come within this time of the first one come as one: the most urgent is selected.
const ROWS_ARRIVE_WITHIN: Duration = Duration::from_secs(2);

/// Which part of the list must stay on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The selected row.
    Selection,
    /// The selected row, if the person had it in view.
    IfVisible,
    /// Whatever the person scrolled to.
    Nothing,
}

/// Brings everything that follows from rows, filter, selection and size into line with them.
pub(crate) fn settle(model: &mut Model, now: Timestamp, follow: Follow) {
    let height = usize::from(Layout::of_model(model).list.height);
    let was_visible = selected_entry(model)
        .is_none_or(|entry| (model.top..model.top + height.max(1)).contains(&entry));
    model.arrange();
    keep_selection(model, now);
    let follow = follow == Follow::Selection || follow == Follow::IfVisible && was_visible;
    keep_top(model, follow);
    let hidden = view::hidden_lines(model, now);
    model.scroll = model.scroll.min(hidden);
    touch(model);
}

/// The selection sticks to its row; when that is gone, to the one that took its place.
fn keep_selection(model: &mut Model, now: Timestamp) {
    if model.arriving_until.is_none() && !model.rows.is_empty() {
        model.arriving_until = Some(now.plus(ROWS_ARRIVE_WITHIN));
    }
    if model.arriving_until.is_some_and(|until| now < until) {
        let most_urgent = model.shown_rows().next().map(|row| row.id.clone());
        model.selected = most_urgent;
    }
    let of_selected = |row: &Row| Some(&row.id) == model.selected.as_ref();
    let position = model.shown_rows().position(of_selected);
    if let Some(position) = position {
        model.position = position;
        return;
    }
    let last = model.shown_rows().count().checked_sub(1);
    model.position = last.map_or(0, |last| model.position.min(last));
    let row = model.shown_rows().nth(model.position);
    model.selected = row.map(|row| row.id.clone());
    if !scrolls_panel(model) {
        model.scroll = 0;
    }
}

fn selected_entry(model: &Model) -> Option<usize> {
    let id = model.selected.as_ref()?;
    let of_selected = |entry: &Entry| matches!(entry, Entry::Row(index) if model.rows.get(*index).is_some_and(|row| row.id == *id));
    model.entries.iter().position(of_selected)
}

/// Scrolls as little as needed; the heading above the first visible row stays with it.
fn keep_top(model: &mut Model, follow: bool) {
    let height = usize::from(Layout::of_model(model).list.height).max(1);
    if let Some(selected) = selected_entry(model).filter(|_| follow) {
        let heading = selected
            .checked_sub(1)
            .filter(|above| height > 1 && matches!(model.entries[*above], Entry::Heading(_)));
        model.top = model.top.min(heading.unwrap_or(selected));
        model.top = model.top.max((selected + 1).saturating_sub(height));
    }
    model.top = model.top.min(model.entries.len().saturating_sub(height));
}
