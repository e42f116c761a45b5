//! Starting and stopping from the dashboard: a list to choose from, and a question before anything
//! ends. What is confirmed is the row that was asked about, whatever is selected meanwhile.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::launch::Stopped;
use crate::state::Row;
use crate::tui::effect::{Effect, Split};
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::{Listed, Started};
use crate::tui::model::{Launch, Model, Panel, Stage, Stop};
use crate::tui::undone::NotStarted;
use crate::tui::update::selection::select;
use crate::tui::update::{mark, split, startable};

/// Opens the list of launchers.
pub(crate) fn begin_launch(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let (names, listing) = (&model.setup.launchers, &model.setup.listing);
    if names.is_empty() {
        let none = "no assistant is on PATH, and the settings name no [[launcher]]";
        model.advise(none, "install one, or name one there", now);
        return Vec::new();
    }
    let launch = Launch::of(names, listing);
    model.open(Panel::Launch(launch));
    startable::ask(model, now).into_iter().collect()
}

/// Takes in what the launchers list.
pub(crate) fn listed(model: &mut Model, listed: &Listed) {
    if let Panel::Launch(launch) = &model.panel {
        model.panel = Panel::Launch(launch.listed(&model.setup.launchers, listed));
        model.touch();
    }
}

/// Tells what came of it; beside the dashboard something else may stand now.
pub(crate) fn started(
    model: &mut Model,
    outcome: Result<Started, NotStarted>,
    now: Timestamp,
) -> Vec<Effect> {
    let is_started = matches!(outcome, Ok(_) | Err(NotStarted::NotBeside(_)));
    model.startables.begun(is_started);
    match outcome {
        Ok(started) => welcome_next(model, started, now),
        Err(NotStarted::NotBeside(why)) => {
            let words = format!("started, but not beside the dashboard: {why}");
            model.advise(&words, "its row is in the list", now);
        }
        Err(why @ NotStarted::OnlyAReplay) => model.notify(&format!("not started: {why}"), now),
        Err(why @ NotStarted::OtherList) => {
            let next = "start the dashboard again to choose from them";
            model.advise(&format!("not started: {why}"), next, now);
        }
        Err(why) => {
            let next = format!("{} tries again", key_for(Action::Start));
            model.advise(&format!("not started: {why}"), &next, now);
        }
    }
    let asks = startable::ask_anew(model, now);
    split::look(model).into_iter().chain(asks).collect()
}

/// Says what was started, and waits for its row.
pub(crate) fn welcome_next(model: &mut Model, started: Started, now: Timestamp) {
    model.notify(&started.said, now);
    model.awaited = started.pane;
    welcome(model, now);
}

/// Selects what was started last as soon as it has a row.
pub(crate) fn welcome(model: &mut Model, now: Timestamp) {
    let Some((socket, pane)) = &model.awaited else {
        return;
    };
    let is_it = |row: &Row| {
        let server = row.server.as_ref();
        row.pane == Some(*pane) && server.is_some_and(|server| server.socket == *socket)
    };
    if let Some(id) = model.rows.find(is_it).map(|row| row.id.clone()) {
        model.awaited = None;
        model.is_untouched = false;
        select(model, id, now);
    }
}

/// Asks first whether to stop the selected row.
pub(crate) fn ask_to_stop(model: &mut Model) {
    if let Some(row) = model.selected_row().cloned() {
        model.open(Panel::Stop(Stop {
            row: Box::new(row),
            stage: Stage::Asking,
        }));
    }
}

/// Tells what became of it; where it was beside the dashboard the place is empty now.
pub(crate) fn stopped(
    model: &mut Model,
    row: &Row,
    outcome: Stopped,
    now: Timestamp,
) -> Vec<Effect> {
    model.stopping.retain(|stopping| stopping.id != row.id);
    let name = format!("{} in {}", row.assistant, row.target.shown());
    let leaves = outcome == Stopped::Ended && model.is_split();
    let pane = row.server.clone().zip(row.pane).filter(|_| leaves);
    let empty = pane.map(|(server, pane)| Effect::Split(Split::Empty(server, pane)));
    if mark::stopped(model, row, &outcome, now) {
        return empty.into_iter().collect();
    }
    let is_open = matches!(&model.panel, Panel::Stop(stop) if stop.row.id == row.id);
    match outcome {
        Stopped::OnlyByPane { why, .. } if is_open => {
            model.panel = Panel::Stop(Stop {
                row: Box::new(row.clone()),
                stage: Stage::Stuck(why),
            });
            model.touch();
            return Vec::new();
        }
        Stopped::Ended if row.is_left_behind() => {
            model.notify(&format!("{name} is taken out of the list"), now);
        }
        Stopped::Ended => model.notify(&format!("{name} has ended"), now),
        Stopped::OnlyByPane { why, .. } | Stopped::Failed(why) => {
            let next = format!("{} goes there", key_for(Action::Go));
            model.advise(&format!("{name} still runs: {why}"), &next, now);
        }
    }
    if is_open {
        model.panel = Panel::Detail;
    }
    empty.into_iter().collect()
}
