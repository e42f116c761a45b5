//! The filter's line: what is typed there, and what follows from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels;
use crate::tui::update::reflow::settle;

/// Longest filter, in characters.
const MAX_FILTER_CHARS: usize = 60;

pub(crate) fn begin_filter(model: &mut Model) {
    model.typing = true;
    if panels::of(model).over.is_some() {
        model.panel = Panel::Detail;
    }
}

/// Takes a key for the filter; false when the key means what it always means.
pub(crate) fn type_filter(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c) if plain => model.filter.push(c),
        KeyCode::Char('u') if !plain => model.filter.clear(),
        KeyCode::Char('w') if !plain => drop_word(&mut model.filter),
        KeyCode::Backspace if model.filter.is_empty() => model.typing = false,
        KeyCode::Backspace => {
            model.filter.pop();
        }
        KeyCode::Enter => model.typing = false,
        KeyCode::Esc => {
            model.typing = false;
            model.filter.clear();
        }
        _ => return false,
    }
    filtered(model, now);
    true
}

pub(crate) fn paste(model: &mut Model, text: &str, now: Timestamp) {
    if model.typing {
        model.filter.push_str(&one_line(text, MAX_FILTER_CHARS));
        filtered(model, now);
    }
}

fn filtered(model: &mut Model, now: Timestamp) {
    if let Some((end, _)) = model.filter.char_indices().nth(MAX_FILTER_CHARS) {
        model.filter.truncate(end);
    }
    model.arrange();
    settle(model, now, Follow::Selection);
}

fn drop_word(filter: &mut String) {
    let kept = filter.trim_end().rfind(' ').map_or(0, |space| space + 1);
    filter.truncate(kept);
}
