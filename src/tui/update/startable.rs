//! What launchers list, as far as keys and messages are concerned: it is asked for anew, and started.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::Listed;
use crate::tui::model::{Follow, Model, Startable};
use crate::tui::update::reflow::{is_seen, settle_from};

/// Takes in what the launchers list.
pub(crate) fn hear(model: &mut Model, listed: &Listed, now: Timestamp) {
    let line = model.place_of_selected().map(|(_, line)| line);
    model.put_listed(listed, now);
    settle_from(model, now, Follow::IfVisible, line);
}

/// Asks for it anew where a person looks at it and it is old: nothing is asked while nobody does anything.
pub(crate) fn follow(model: &mut Model, by_hand: bool, now: Timestamp) -> Option<Effect> {
    let is_shown = by_hand && model.has_overview() && !model.hides_faint;
    (is_shown && model.startables.is_due(now)).then_some(Effect::ListItems)
}

/// Starts it, unless the person cannot have seen yet that it is what stands there, or it runs.
pub(crate) fn start(model: &mut Model, one: &Startable, now: Timestamp) -> Vec<Effect> {
    let Ok(choice) = &one.choice else {
        // It says itself what was wrong.
        return vec![Effect::ListItems];
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
        let why = format!("{name} runs in {} and has not reported", running.target);
        let next = format!("{} starts another one", key_for(Action::Start));
        model.advise(&why, &next, now);
        return Vec::new();
    }
    model.startables.begin(&one.id);
    vec![Effect::Start {
        choice: choice.clone(),
        row: None,
        beside: model.is_split(),
    }]
}
