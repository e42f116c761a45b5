//! The mouse: a click chooses, a click on what is chosen goes there, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Position;

use crate::tui::effect::Effect;
use crate::tui::layout::Layout;
use crate::tui::model::{Entry, Model, Panel};
use crate::tui::update::jump::go;
use crate::tui::update::reflow::{Follow, settle};
use crate::tui::update::selection::{scroll, select};
use crate::tui::update::touch;
use crate::tui::update::work;

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
    touch(model);
    model.arriving_until = Some(now);
    if matches!(
        model.panel,
        Panel::Help | Panel::Launch(_) | Panel::Stop(_) | Panel::Confirm(_)
    ) {
        model.panel = Panel::Detail;
        return Vec::new();
    }
    let layout = Layout::of_model(model);
    if layout.tabs.contains(at) && work::tab(model).is_some() {
        let tabs = work::tabs(model, layout.tabs);
        if let Some((tab, ..)) = tabs.into_iter().find(|(_, _, place)| place.contains(at)) {
            work::open(model, tab, now);
        }
        return Vec::new();
    }
    if layout.panel.contains(at) {
        let line = model.scroll + usize::from(at.y - layout.panel.y);
        work::click(model, line, now);
        return Vec::new();
    }
    let list = layout.list;
    if !list.contains(at) {
        return Vec::new();
    }
    let entry = model.entries.get(model.top + usize::from(at.y - list.y));
    let Some(Entry::Row(index)) = entry else {
        return Vec::new();
    };
    let id = model.rows[*index].id.clone();
    if model.selected.as_ref() == Some(&id) {
        return go(model);
    }
    select(model, id, now);
    Vec::new()
}

fn wheel(model: &mut Model, at: Position, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    if model.panel == Panel::Help || layout.panel.contains(at) {
        scroll(model, by, now);
    } else {
        model.top = model.top.saturating_add_signed(by);
        settle(model, now, Follow::Nothing);
    }
}
