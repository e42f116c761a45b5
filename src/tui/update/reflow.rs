//! What follows from a change: the selection on its row, all of it in view.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::layout::Layout;
use crate::tui::model::{Entry, Fall, Follow, Followed, Model, Panel};
use crate::tui::{panels, sight};

/// Whoever presses Enter has seen for so long that what is selected is no assistant.
const SEEN_FOR: Duration = Duration::from_secs(1);

/// A session has a row again within this time, if it goes on.
const COMES_AGAIN: Duration = Duration::from_secs(2);

/// Whether the person can have seen what is selected since it was told.
pub(crate) fn is_seen(model: &Model, told: Timestamp, now: Timestamp) -> bool {
    let since = model.fell.map_or(told, |(fell, _)| fell.max(told));
    now >= since.plus(SEEN_FOR)
}

/// Brings everything that follows from rows, filter, selection and size into line with them.
pub(crate) fn settle(model: &mut Model, now: Timestamp, follow: Follow) {
    let line = model.place_of_selected().map(|(_, line)| line);
    settle_from(model, now, follow, line);
}

/// The same after rows have changed: the selected row stood in `line` of the list before that.
pub(crate) fn settle_from(model: &mut Model, now: Timestamp, follow: Follow, line: Option<usize>) {
    let was_visible = || {
        let height = Layout::of_model(model).list.height;
        let shown = model.shown_on(height).max(1);
        line.is_none_or(|line| (model.top..model.top + shown).contains(&line))
    };
    let follow = match follow {
        Follow::Selection => true,
        Follow::IfVisible => was_visible(),
    };
    keep_selection(model, now);
    keep_top(model, follow);
    if model.scroll > 0 {
        model.scroll = model.scroll.min(sight::hidden_lines(model, now));
    }
    model.touch();
}

/// The selection sticks to its row, once the person has done anything; when that is gone, to the one that took its
/// place.
fn keep_selection(model: &mut Model, now: Timestamp) {
    if model.is_untouched {
        let most_urgent = model.list.id(0).map(str::to_owned);
        let was_none = model.selected.is_none();
        let why = if was_none {
            Fall::Settled
        } else {
            Fall::Displaced
        };
        fall_to(model, most_urgent, why, now);
    }
    follow_session(model, now);
    if let Some((position, _)) = model.place_of_selected() {
        model.position = position;
        return;
    }
    let was_none = model.selected.is_none();
    let why = if was_none {
        Fall::Settled
    } else {
        Fall::Replaced
    };
    let last = model.list.choices().checked_sub(1);
    model.position = last.map_or(0, |last| model.position.min(last));
    let next = model.list.id(model.position).map(str::to_owned);
    fall_to(model, next, why, now);
    if !panels::scrolls(model) {
        model.scroll = 0;
    }
}

/// A session that is brought into a pane, or left there, goes on as another row in a moment: so does the selection.
fn follow_session(model: &mut Model, now: Timestamp) {
    let selected = model.selected_row().and_then(Followed::of);
    let is_selected = |it: &Followed| selected.as_ref().is_some_and(|own| own.row == it.row);
    let Some(mut followed) = model.followed.take().filter(|it| !is_selected(it)) else {
        model.followed = selected;
        return;
    };
    let is_gone = model.rows.get(&followed.row).is_none();
    let gone = followed.gone.or_else(|| is_gone.then_some(now));
    if gone.is_none_or(|gone| now >= gone.plus(COMES_AGAIN)) {
        model.followed = selected;
        return;
    }
    let mut rows = model.rows.in_order().iter().map(|known| &known.row);
    let again = rows.find(|row| followed.is_of(row));
    if let Some(again) = again.and_then(|row| Followed::of(row)) {
        fall_to(model, Some(again.row.clone()), Fall::Replaced, now);
        model.followed = Some(again);
    } else {
        followed.gone = gone;
        model.followed = Some(followed);
    }
}

/// The selection moves without the person.
fn fall_to(model: &mut Model, id: Option<String>, why: Fall, now: Timestamp) {
    if model.selected != id {
        model.selected = id;
        model.fell = Some((now, why));
    }
}

/// Scrolls as little as needed; the heading above the first visible row stays with it.
fn keep_top(model: &mut Model, follow: bool) {
    let height = Layout::of_model(model).list.height.max(1);
    let selected = model.place_of_selected().filter(|_| follow);
    if let Some((_, selected)) = selected {
        let heading = selected.checked_sub(1).filter(|above| {
            height > 1 && matches!(model.list.entry(*above), Some(Entry::Heading(..)))
        });
        model.top = model.top.min(heading.unwrap_or(selected));
        model.top = model.top.max(model.top_of_those_to(selected + 1, height));
    }
    model.top = model
        .top
        .min(model.top_of_those_to(model.list.len(), height));
}

/// Opens a panel from its beginning, or goes back to the usual one where it is open.
pub(crate) fn toggle(model: &mut Model, panel: Panel, now: Timestamp) {
    let is_open = model.panel == panel;
    model.open(if is_open { Panel::Detail } else { panel });
    settle(model, now, Follow::Selection);
}
