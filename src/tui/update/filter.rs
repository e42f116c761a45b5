//! The filter's line: what is typed there, and what follows from it. When it is typed the line stays open, and two keys
//! go from match to match; whatever else is pressed then closes it and means what it always means.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::Bound;
use crate::assistants::request::{Known, Part};
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Action};
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels;
use crate::tui::update::reflow::settle;
use crate::tui::update::selection::select;

/// Longest filter, in characters.
const MAX_FILTER_CHARS: usize = 60;

/// Of so many rows it is read what they ask in full, to be looked in: each costs a look at a file.
const MOST_READ: usize = 32;

/// Of a request in full so many bytes are looked in.
const MOST_LOOKED_IN: usize = 1 << 16;

/// Opens it, and has read in full what is asked, most urgent first.
pub(crate) fn begin_filter(model: &mut Model) -> Vec<Effect> {
    model.typing = true;
    model.stepping = false;
    if panels::of(model).over.is_some() {
        model.panel = Panel::Detail;
    }
    let asking = model
        .rows
        .in_order()
        .iter()
        .take_while(|known| known.needs_you());
    let unread = asking.filter(|known| !model.rows.has_full(&known.row.id));
    let bounds = unread.filter_map(|known| Bound::to(&known.row).ok());
    let read = |bound| Effect::ReadRequest(Box::new(bound));
    bounds.take(MOST_READ).map(read).collect()
}

/// Takes in what a request asks in full, to be looked in.
pub(crate) fn hear(model: &mut Model, bound: &Bound, known: &Known, now: Timestamp) {
    let Some(full) = known.full() else {
        return;
    };
    let mut words = String::new();
    for part in &full.parts {
        let texts = match part {
            Part::Note(text) | Part::Text(text) => vec![&**text],
            Part::Field(name, value) => vec![&**name, &**value],
            Part::Diff(lines) => lines.iter().map(|line| &**line).collect(),
        };
        for text in texts {
            words.push_str(text);
            words.push('\n');
        }
    }
    let end = (0..=MOST_LOOKED_IN.min(words.len()))
        .rev()
        .find(|end| words.is_char_boundary(*end));
    words.truncate(end.unwrap_or(0));
    if model.put_full(&bound.row, &bound.request, &words) && !model.filter.is_empty() {
        settle(model, now, Follow::IfVisible);
    }
}

/// Takes a key for the filter; false when the key means what it always means.
pub(crate) fn type_filter(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    let plain = is_plain(key);
    match key.code {
        KeyCode::Char(c) if plain => model.filter.push(c),
        KeyCode::Char('u') if !plain => model.filter.clear(),
        KeyCode::Char('w') if !plain => drop_word(&mut model.filter),
        KeyCode::Backspace if model.filter.is_empty() => model.typing = false,
        KeyCode::Backspace => {
            model.filter.pop();
        }
        KeyCode::Enter => {
            model.typing = false;
            model.stepping = !model.filter.trim().is_empty();
        }
        KeyCode::Esc => {
            model.typing = false;
            model.filter.clear();
        }
        _ => return false,
    }
    filtered(model, now);
    true
}

/// Takes a key while the line stays open; false when the key means what it always means.
pub(crate) fn step(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    let by = match key.code {
        KeyCode::Char('n') if is_plain(key) => 1,
        KeyCode::Char('N') if is_plain(key) => -1,
        _ => {
            let goes_on = matches!(
                keymap::action(key),
                None | Some(
                    Action::Move(_)
                        | Action::Page(_)
                        | Action::Scroll(_)
                        | Action::First
                        | Action::Last
                        | Action::Redraw
                )
            );
            model.stepping &= goes_on;
            return false;
        }
    };
    let choices = isize::try_from(model.list.choices()).unwrap_or(isize::MAX);
    if choices > 0 {
        let here = isize::try_from(model.position).unwrap_or(0);
        let next = (here + by).rem_euclid(choices).unsigned_abs();
        model.notice = None;
        model.is_untouched = false;
        if let Some(id) = model.list.id(next).map(str::to_owned) {
            select(model, id, now);
        }
    }
    true
}

fn is_plain(key: KeyEvent) -> bool {
    !key.modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
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
