//! Typing into the pane that the split draws: every key but one goes there, until the person wants no more of it or
//! the pane is not drawn any longer.

use crossterm::event::KeyEvent;
use pane_patrol_hooks::timestamp::Timestamp;

use super::unheard;
use crate::mux::Typed;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, LEAVES_PANE, key_for, leaves_pane};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::typed;

/// From now on keys go there.
pub(super) fn begin(model: &mut Model, now: Timestamp) {
    let pane = model.drawn_pane().filter(|_| has_room(model)).cloned();
    if pane.is_none() {
        let next = format!("{} goes to the pane", key_for(Action::Go));
        model.advise("nothing is drawn that could be typed into", &next, now);
        // The person may be typing already.
        unheard::begin(model, now);
    }
    model.typing_into = pane;
    model.typing_turn += 1;
}

/// Takes a key for the pane; `None` where keys are the dashboard's.
pub(super) fn press(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    model.typing_into.as_ref()?;
    if leaves_pane(key) {
        leave(model);
        return Some(Vec::new());
    }
    let typed = typed::key(key);
    Some(
        typed
            .and_then(|typed| send(model, typed))
            .into_iter()
            .collect(),
    )
}

/// Takes pasted text for it; `None` where that is the dashboard's.
pub(super) fn paste(model: &Model, text: &str) -> Option<Effect> {
    send(model, typed::pasted(text))
}

fn send(model: &Model, typed: Typed) -> Option<Effect> {
    let pane = model.typing_into.clone()?;
    Some(Effect::Type(model.typing_turn, pane, typed))
}

/// Keys are the dashboard's again.
pub(super) fn leave(model: &mut Model) {
    model.typing_into = None;
    model.touch();
}

/// Takes in what became of what was typed.
pub(super) fn answered(model: &mut Model, turn: u64, typed: Result<(), String>, now: Timestamp) {
    if let Err(why) = typed
        && turn == model.typing_turn
    {
        stop(model, &format!("typing has ended: {why}"), now);
    }
}

/// Ends it where the pane is not on the screen any more: nobody types blindly.
pub(super) fn heed(model: &mut Model, now: Timestamp) {
    let Some(pane) = &model.typing_into else {
        return;
    };
    if model.drawn_pane() != Some(pane) || !has_room(model) {
        stop(model, "what you type does not go there any more", now);
    }
}

fn stop(model: &mut Model, why: &str, now: Timestamp) {
    model.typing_into = None;
    let next = format!("keys are the dashboard's again after a pause, as after {LEAVES_PANE}");
    model.advise(why, &next, now);
    unheard::begin(model, now);
}

fn has_room(model: &Model) -> bool {
    !Layout::of_model(model).mirror.is_empty()
}
