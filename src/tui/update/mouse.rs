//! The mouse: a click chooses, a click on what is chosen goes there, one on a key in the last line presses it; the wheel
//! chooses in the list and scrolls what is open; one on a heading folds its group or opens it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Position;

use crate::tui::effect::Effect;
use crate::tui::layout::Layout;
use crate::tui::model::{Entry, Model, Panel};
use crate::tui::panels::{self, Asks, tabs};
use crate::tui::update::ended::go;
use crate::tui::update::keys::{finish, take};
use crate::tui::update::selection::{move_by, scroll, select};
use crate::tui::update::{arrange, preview, type_into, work};
use crate::tui::view;

/// Lines that one turn of the wheel scrolls.
const WHEEL: isize = 3;

pub(crate) fn point(model: &mut Model, mouse: MouseEvent, now: Timestamp) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => return click(model, at, now),
        MouseEventKind::ScrollDown => wheel(model, at, WHEEL, now),
        MouseEventKind::ScrollUp => wheel(model, at, -WHEEL, now),
        _ => {}
    }
    Vec::new()
}

/// A click selects; a click on what is selected goes there.
fn click(model: &mut Model, at: Position, now: Timestamp) -> Vec<Effect> {
    if let Some(action) = view::footer_action(model, now, at) {
        return take(model, action, now);
    }
    model.touch();
    model.is_untouched = false;
    model.awaited = None;
    if panels::of(model).is_passing {
        model.open(Panel::Detail);
        return Vec::new();
    }
    let layout = Layout::of_model(model);
    if layout.mirror.contains(at) {
        return Vec::new();
    }
    type_into::leave(model);
    if layout.tabs.contains(at) && panels::of(model).tab.is_some() {
        let tabs = tabs::tabs(model, layout.tabs);
        if let Some((tab, ..)) = tabs.into_iter().find(|(_, _, place)| place.contains(at)) {
            work::open(model, tab, now);
        }
        return Vec::new();
    }
    if layout.panel.contains(at) {
        let line = model.scroll + usize::from(at.y - layout.panel.y);
        let column = usize::from(at.x - layout.panel.x);
        let taken = (panels::of(model).click)(model, (line, column), layout.panel.width);
        return taken.map_or_else(Vec::new, |taken| finish(model, taken, now));
    }
    let list = layout.list;
    if !list.contains(at) {
        return Vec::new();
    }
    let entry = model.entry_at(at.y - list.y);
    let id = match entry {
        Some(Entry::Row(row)) => row.id.clone(),
        Some(Entry::Past(past)) => past.id.clone(),
        Some(Entry::Startable(one)) => one.id.clone(),
        Some(Entry::Heading(heading, _)) => {
            let heading = heading.clone();
            arrange::turn(model, &heading, now);
            return Vec::new();
        }
        None => return Vec::new(),
    };
    if model.selected.as_ref() == Some(&id) {
        return go(model, now);
    }
    select(model, id, now);
    Vec::new()
}

fn wheel(model: &mut Model, at: Position, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    if panels::of(model).over.is_none() && layout.preview.contains(at) {
        preview::scroll(model, by, layout.preview);
    } else if panels::of(model).over.is_some() || layout.panel.contains(at) {
        scroll(model, by, now);
    } else if !layout.mirror.contains(at) && panels::of(model).asks != Asks::OfPanel {
        model.is_untouched = false;
        move_by(model, by.signum(), now);
    }
}
