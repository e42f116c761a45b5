//! What launchers list, as far as keys and messages are concerned: it is asked for anew, and started.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::effect::{Choice, Effect};
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::Listed;
use crate::tui::model::{Follow, Model, Startable};
use crate::tui::update::reflow::{is_seen, settle_from};

/// Has the launchers asked what they list, if any lists anything and they are not being asked.
pub(crate) fn ask(model: &mut Model, now: Timestamp) -> Option<Effect> {
    let begins = !model.setup.listing.is_empty() && model.startables.ask(now);
    begins.then_some(Effect::ListItems)
}

/// The same where they may say otherwise from now on: behind the answer that they are being asked for.
pub(crate) fn ask_anew(model: &mut Model, now: Timestamp) -> Option<Effect> {
    let begins = !model.setup.listing.is_empty() && model.startables.ask_anew(now);
    begins.then_some(Effect::ListItems)
}

/// Takes in what the launchers list, and starts what Enter was pressed on if it runs no longer.
pub(crate) fn hear(model: &mut Model, listed: &Listed, now: Timestamp) -> Vec<Effect> {
    let will_do = model.startables.answered();
    if !will_do {
        return ask(model, now).into_iter().collect();
    }
    let line = model.place_of_selected().map(|(_, line)| line);
    let doubted = model.startables.take_doubted();
    model.put_listed(listed, now);
    settle_from(model, now, Follow::IfVisible, line);
    // Whoever has gone to something else meanwhile does not wait for it.
    let selected = model.selected_startable().cloned();
    match selected.filter(|one| doubted.as_ref() == Some(&one.id)) {
        Some(one) => decide(model, &one, now),
        None => Vec::new(),
    }
}

/// Asks for it anew where a person looks at it and it is old: nothing is asked while nobody does anything.
pub(crate) fn follow(model: &mut Model, by_hand: bool, now: Timestamp) -> Option<Effect> {
    let is_shown = by_hand && model.has_overview() && !model.hides_faint;
    let is_due = is_shown && model.startables.is_due(now);
    is_due.then(|| ask(model, now)).flatten()
}

/// Starts it, unless the person cannot have seen yet that it is what stands there. Where it is said to run, that may be
/// over: the launchers are asked anew, and their answer decides.
pub(crate) fn start(model: &mut Model, one: &Startable, now: Timestamp) -> Vec<Effect> {
    let Ok(choice) = &one.choice else {
        // It says itself what was wrong.
        return ask(model, now).into_iter().collect();
    };
    let name = one.called();
    if !is_seen(model, one.told, now) {
        let next = format!("{} starts {name}", key_for(Action::Go));
        model.advise("what stood here is gone", &next, now);
        return Vec::new();
    }
    if model.startables.is_starting(&one.id) {
        model.notify(&format!("{name} is being started already"), now);
        return Vec::new();
    }
    if let Some(running) = &one.runs {
        let looks = format!("looking again whether {name} runs in {}", running.target);
        model.notify(&looks, now);
        model.startables.doubt(&one.id);
        return ask_anew(model, now).into_iter().collect();
    }
    begin(model, one, choice)
}

/// Starts what was said to run, unless it still does.
fn decide(model: &mut Model, one: &Startable, now: Timestamp) -> Vec<Effect> {
    let Ok(choice) = &one.choice else {
        return Vec::new();
    };
    let Some(running) = &one.runs else {
        return begin(model, one, choice);
    };
    let (name, place) = (one.called(), &running.target);
    let why = format!("{name} runs in {place} and has not reported");
    let next = format!("{} starts another one", key_for(Action::Start));
    model.advise(&why, &next, now);
    Vec::new()
}

fn begin(model: &mut Model, one: &Startable, choice: &Choice) -> Vec<Effect> {
    model.startables.begin(&one.id);
    vec![Effect::Start {
        choice: choice.clone(),
        row: None,
        beside: model.is_lent(),
    }]
}
