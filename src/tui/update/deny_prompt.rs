//! Denying with a message: a line to type what the assistant should do instead. It is about the
//! request that was on the screen when the line was opened, whatever is selected meanwhile.

use crossterm::event::KeyEvent;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::{Decision, Shown, dialog};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::model::Model;
use crate::tui::model::deny_prompt::DenyPrompt;
use crate::tui::text_input::{EditLine, Typing};
use crate::tui::update::{answer, unheard};

/// Opens the line; says why not when there is nothing to deny.
pub(crate) fn begin(model: &mut Model, now: Timestamp) {
    let denial = Decision::Deny { message: None };
    if let Some(bound) = answer::bound_for(model, &denial, now)
        && !dialog::takes_words(&bound.assistant)
    {
        let why = format!("{} takes no words with a no", bound.assistant);
        let next = format!(
            "{} denies it, {} goes there",
            key_for(Action::Deny),
            key_for(Action::Go)
        );
        model.advise(&why, &next, now);
        unheard::begin(model, now);
    } else if let Some(bound) = answer::bound_for(model, &denial, now) {
        model.denying = Some(DenyPrompt {
            bound,
            line: EditLine::default(),
        });
    } else {
        unheard::begin(model, now);
    }
}

/// Takes a key for the line; `None` when no line is open.
pub(crate) fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Option<Vec<Effect>> {
    let prompt = model.denying.as_mut()?;
    match prompt.line.ask(key) {
        Typing::Done => return Some(send(model, now)),
        Typing::Left => model.denying = None,
        Typing::On => {}
    }
    model.touch();
    Some(Vec::new())
}

/// Puts pasted text into the line; false when none is open.
pub(crate) fn paste(model: &mut Model, text: &str) -> bool {
    let Some(prompt) = &mut model.denying else {
        return false;
    };
    prompt.line.insert(text);
    model.touch();
    true
}

fn send(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(DenyPrompt { bound, line }) = model.denying.clone() else {
        return Vec::new();
    };
    let message = line.text().trim().to_owned();
    if message.is_empty() {
        model.advise(
            "nothing is said yet",
            "say what to do instead, or press Esc",
            now,
        );
        return Vec::new();
    }
    model.denying = None;
    let message = Some(message);
    let shown = Shown {
        digest: None,
        partly: false,
    };
    answer::answer(model, bound, Decision::Deny { message }, shown, now)
}
