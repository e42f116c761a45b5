//! The editor: whom it writes to, its keys, and what is asked for with them.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::TOO_LONG;
use crate::state::Row;
use crate::tui::editor::{EditText, Editing, Way};
use crate::tui::effect::{Effect, Letter};
use crate::tui::keymap::{Action, key_for};
use crate::tui::layout::Layout;
use crate::tui::message::Posted;
use crate::tui::model::writing::{Turn, Whose, is_same};
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels;
use crate::tui::sight::text_area;
use crate::tui::update::mark::is_too_many;
use crate::tui::update::reflow::settle;
use crate::tui::update::{post, unheard};

/// Opens the editor for what is marked, or else for the selected row.
pub(crate) fn begin(model: &mut Model, now: Timestamp) {
    let (whose, to) = if model.marks.is_empty() {
        let Some(row) = selected(model) else {
            let next = "choose one that runs";
            model.advise("there is no assistant to write to", next, now);
            return unheard::begin(model, now);
        };
        (Whose::Row(row.id.clone()), vec![row])
    } else {
        if is_too_many(model, now) {
            return unheard::begin(model, now);
        }
        (Whose::Marked, model.marked_rows())
    };
    model.writing.leave();
    model.open(Panel::Write);
    let queued = match &whose {
        Whose::Row(id) => model.writing.take_back(id),
        Whose::Marked => None,
    };
    model.writing.open(whose, to);
    if let (Some(queued), Some(editor)) = (queued, model.writing.editor.as_mut()) {
        let draft = std::mem::replace(&mut editor.text, EditText::of(&queued.text));
        model.writing.remember(draft.text());
        let next = "Ctrl-Q has it wait again, Esc keeps it as a draft";
        model.advise("it does not wait any more", next, now);
    }
    follow_cursor(model, now);
}

fn selected(model: &Model) -> Option<Arc<Row>> {
    let id = model.selected.as_deref()?;
    model.rows.known(id).map(|known| Arc::clone(&known.row))
}

/// Takes a key for the editor; `None` when none is open.
pub(crate) fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Option<Vec<Effect>> {
    if model.panel != Panel::Write {
        return None;
    }
    model.notice = None;
    let width = room(model);
    let editor = model.writing.editor.as_mut()?;
    let before = editor.text.text().len();
    let editing = editor.text.press(key, width);
    if editor.text.text().len() != before {
        editor.changed();
    }
    match editing {
        Editing::On => {}
        Editing::Beyond(way) => walk(model, way),
        Editing::TooLong => told_too_long(model, now),
        Editing::Leave => leave(model, now),
        Editing::Send => return Some(send(model, false, now)),
        Editing::Queue => return Some(send(model, true, now)),
    }
    follow_cursor(model, now);
    Some(Vec::new())
}

/// Puts pasted text into the editor; false when none is open.
pub(crate) fn paste(model: &mut Model, text: &str, now: Timestamp) -> bool {
    let is_open = model.panel == Panel::Write;
    let Some(editor) = model.writing.editor.as_mut().filter(|_| is_open) else {
        return false;
    };
    editor.changed();
    if editor.text.insert(text) == Editing::TooLong {
        told_too_long(model, now);
    }
    follow_cursor(model, now);
    true
}

fn told_too_long(model: &mut Model, now: Timestamp) {
    model.advise("this does not fit in", TOO_LONG, now);
}

fn walk(model: &mut Model, way: Way) {
    let Some(mut editor) = model.writing.editor.take() else {
        return;
    };
    editor.walk(way, model.writing.remembered());
    model.writing.editor = Some(editor);
}

fn leave(model: &mut Model, now: Timestamp) {
    let editor = model.writing.editor.as_ref();
    let is_kept = editor.is_some_and(|editor| !editor.text.is_blank());
    model.writing.leave();
    model.open(Panel::Detail);
    if is_kept {
        let next = format!("{} goes on with it", key_for(Action::Write));
        model.advise("the text is kept as a draft", &next, now);
    }
}

/// How many columns a line of the text may have.
fn room(model: &Model) -> usize {
    panels::write::room(Layout::of_model(model).panel.width)
}

/// Keeps the line with the cursor in view.
fn follow_cursor(model: &mut Model, now: Timestamp) {
    settle(model, now, Follow::IfVisible);
    let Some(editor) = model.writing.editor.as_ref() else {
        return;
    };
    let panel = Layout::of_model(model).panel;
    let rows = editor.text.rows(panels::write::room(panel.width));
    let title = panels::write::title(model, editor, panel.width).len();
    let line = title + editor.text.row_of_cursor(&rows);
    let height = usize::from(text_area(panel, title + rows.len()).height).max(1);
    let least = (line + 1).saturating_sub(height);
    // Whom it is for stays in view as long as there is room.
    let most = if line < height { 0 } else { line };
    model.scroll = model.scroll.min(most).max(least);
    model.touch();
}

/// Has it sent, at once or as soon as no turn runs, to all that can take it; says why not.
fn send(model: &mut Model, waits: bool, now: Timestamp) -> Vec<Effect> {
    let Some(editor) = model.writing.editor.clone() else {
        return Vec::new();
    };
    if editor.text.is_blank() {
        let next = "write what is to be done, or press Esc";
        model.advise("nothing is written yet", next, now);
        return Vec::new();
    }
    let objection = |known: &Row| objection(model, known, waits);
    let objections: Vec<_> = editor.to.iter().map(|known| objection(known)).collect();
    if let [known] = &*editor.to
        && let [Some(why)] = &*objections
    {
        let words = format!("{}: not sent: {why}", known.target.shown());
        model.advise(&words, next(why), now);
        return Vec::new();
    }
    let text: Arc<str> = editor.text.text().into();
    let mut effects = vec![Effect::Remember(text.to_string())];
    model.writing.remember(&text);
    model.writing.editor = None;
    model.open(Panel::Detail);
    let mut queued = 0;
    for (known, objection) in editor.to.iter().zip(objections) {
        let letter = Letter {
            row: Arc::clone(known),
            text: Arc::clone(&text),
            generation: None,
            is_marked: editor.whose == Whose::Marked,
        };
        let turn = model.rows.get(&known.id).map(Turn::of);
        if let Some(why) = objection {
            post::came(model, &letter, Posted::Nothing(why.to_owned()));
        } else if waits && matches!(turn, Some(Turn::Runs | Turn::Asks)) {
            model.writing.queue(letter);
            queued += 1;
        } else {
            model.writing.post(letter);
        }
    }
    tell_begun(model, queued, &editor.to, now);
    effects.extend(post::go_on(model, now));
    settle(model, now, Follow::Selection);
    effects
}

fn tell_begun(model: &mut Model, queued: usize, to: &[Arc<Row>], now: Timestamp) {
    let name = match to {
        [one] => one.target.shown(),
        several => format!("{} marked ones", several.len()),
    };
    if queued > 0 {
        let next = format!("{} takes it back", key_for(Action::Write));
        let words = format!("{name}: the text waits until the turn ends");
        model.advise(&words, &next, now);
    } else if !model.writing.is_quiet() {
        model.notify(&format!("{name}: sending …"), now);
    }
}

/// Said while something is asked; the part that sends says so again.
const ASKS: &str = "it asks something";

/// Why nothing is sent to the session of `known`.
fn objection(model: &Model, known: &Row, waits: bool) -> Option<&'static str> {
    let row = model.rows.get(&known.id);
    match row {
        None => Some("it is gone"),
        Some(row) if !is_same(row, known) => Some("another session has taken its place"),
        Some(_) if waits && model.writing.queued_for(&known.id).is_some() => {
            Some("another text waits there already")
        }
        Some(row) if !waits && Turn::of(row) == Turn::Asks => Some(ASKS),
        Some(_) => None,
    }
}

fn next(why: &str) -> &'static str {
    if why == ASKS {
        "answer that first, or Ctrl-Q has the text wait until the turn ends"
    } else {
        "Esc keeps the text as a draft"
    }
}
