//! Sessions that are over, as far as keys and messages are concerned: they are hidden and shown, and taken up again.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::STARTED_ALREADY;
use crate::state::EndedSession;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::Started;
use crate::tui::model::{Follow, Model};
use crate::tui::undone::NotStarted;
use crate::tui::update::reflow::{is_seen, settle, settle_from};
use crate::tui::update::{background, jump, launch, split, startable};

/// Takes in all that there are now. Who has selected one that lives again goes on with its row.
pub(crate) fn hear(model: &mut Model, sessions: &[EndedSession], now: Timestamp) {
    let line = model.place_of_selected().map(|(_, line)| line);
    let selected = model.selected_past().map(|past| past.session.clone());
    model.put_ended(sessions, now);
    if let Some(session) = selected
        && model.selected_past().is_none()
    {
        let lives = model.rows.in_order().iter().map(|known| &known.row);
        let mut lives = lives.filter(|row| session.is(&row.assistant, row.instance_id.as_deref()));
        let row = lives.next().map(|row| row.id.clone());
        model.selected = row.or(model.selected.take());
    }
    settle_from(model, now, Follow::IfVisible, line);
}

/// Hides them, or shows them again.
pub(crate) fn toggle(model: &mut Model, now: Timestamp) {
    if !model.has_faint() {
        model.notify("no session has ended lately", now);
        return;
    }
    model.hides_faint = !model.hides_faint;
    model.arrange();
    if model.hides_faint {
        let next = format!("{} shows them", key_for(Action::Ended));
        let what = match (model.ended.is_empty(), model.startables.is_empty()) {
            (_, true) => "ended sessions",
            (true, false) => "startable ones",
            (false, false) => "ended sessions and startable ones",
        };
        model.advise(&format!("{what} are hidden"), &next, now);
    }
    settle(model, now, Follow::Selection);
}

/// Goes to the selected row's pane, or has it shown in one; a session that is over is taken up again, unless the person
/// cannot have seen yet that it is. What can be started is.
pub(crate) fn go(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(one) = model.selected_startable().cloned() {
        return startable::start(model, &one, now);
    }
    let Some(past) = model.selected_past().cloned() else {
        let behind = model.selected_row().filter(|row| row.is_in_background());
        return match behind.cloned() {
            Some(row) => background::bring(model, row, now),
            None => jump::go(model),
        };
    };
    let name = name(&past.session);
    if !is_seen(model, past.told, now) {
        let next = format!("{} resumes it", key_for(Action::Go));
        model.advise(&format!("{name} has ended"), &next, now);
        return Vec::new();
    }
    if past.session.resuming || model.resuming.contains(&past.id) {
        model.notify(&format!("{name} is being started already"), now);
        return Vec::new();
    }
    model.resuming.push(past.id.clone());
    let beside = model.split.is_open;
    vec![Effect::Resume(Box::new(past.session.clone()), beside)]
}

/// Tells what came of it; beside the dashboard something else may stand now.
pub(crate) fn resumed(
    model: &mut Model,
    session: &EndedSession,
    outcome: Result<Started, NotStarted>,
    now: Timestamp,
) -> Vec<Effect> {
    model.resuming.retain(|id| *id != session.id());
    match outcome {
        Ok(started) => launch::welcome_next(model, started, now),
        Err(NotStarted::NotBeside(why)) => {
            let words = format!("resumed, but not beside the dashboard: {why}");
            model.advise(&words, "its row is in the list", now);
        }
        Err(NotStarted::Refused(why)) if why == STARTED_ALREADY => {
            let words = format!("{} not resumed: {why}", name(session));
            model.advise(&words, "its row comes as soon as it reports", now);
        }
        Err(why) => {
            let next = format!("{} tries again", key_for(Action::Go));
            model.advise(&format!("{} not resumed: {why}", name(session)), &next, now);
        }
    }
    split::look(model)
}

fn name(session: &EndedSession) -> String {
    format!("{} of {}", session.assistant, session.label())
}
