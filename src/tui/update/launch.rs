//! Starting and stopping from the dashboard: a list to choose from, and a question before anything
//! ends. What is confirmed is the row that was asked about, whatever is selected meanwhile.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::launch::Stopped;
use crate::state::Row;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Panel};
use crate::tui::update::split;
use crate::tui::update::{notify, touch};

/// The launchers' names, and which one is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) names: Vec<String>,
    pub(crate) chosen: usize,
}

/// A row that is to be stopped, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) row: Box<Row>,
    pub(crate) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The person is asked whether its process is to end.
    Asking,
    /// It is being done.
    Stopping,
    /// It did not go, for this reason; the person is asked whether the pane is to be closed.
    Stuck(String),
}

/// Opens the list of launchers.
pub(crate) fn begin_launch(model: &mut Model, now: Timestamp) {
    let names = model.setup.launchers.clone();
    if names.is_empty() {
        let none = "no assistant is on PATH, and the settings name no [[launcher]]";
        notify(model, none, now);
        return;
    }
    model.panel = Panel::Launch(Launch { names, chosen: 0 });
    model.scroll = 0;
}

/// Chooses another launcher; false when no list is open.
pub(crate) fn choose(model: &mut Model, by: isize) -> bool {
    let Panel::Launch(launch) = &mut model.panel else {
        return false;
    };
    let last = launch.names.len().saturating_sub(1);
    launch.chosen = launch.chosen.saturating_add_signed(by).min(last);
    true
}

/// Starts the chosen one where the selected row works.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    let Panel::Launch(launch) = &model.panel else {
        return Vec::new();
    };
    let launcher = launch.chosen;
    let row = model.selected_row().cloned().map(Box::new);
    model.panel = Panel::Detail;
    let beside = model.split.is_open;
    vec![Effect::Start {
        launcher,
        row,
        beside,
    }]
}

/// Tells what came of it; beside the dashboard something else may stand now.
pub(crate) fn started(
    model: &mut Model,
    outcome: Result<String, String>,
    now: Timestamp,
) -> Vec<Effect> {
    let said = outcome.unwrap_or_else(|why| format!("not started: {why}"));
    notify(model, &said, now);
    split::look(model)
}

/// Asks, then does what was asked about.
pub(crate) fn stop(model: &mut Model) -> Vec<Effect> {
    let Panel::Stop(stop) = &mut model.panel else {
        if let Some(row) = model.selected_row().cloned() {
            model.panel = Panel::Stop(Stop {
                row: Box::new(row),
                stage: Stage::Asking,
            });
            model.scroll = 0;
        }
        return Vec::new();
    };
    let effect = match stop.stage {
        Stage::Asking => Effect::Stop(stop.row.clone()),
        Stage::Stuck(_) => Effect::ClosePane(stop.row.clone()),
        Stage::Stopping => return Vec::new(),
    };
    stop.stage = Stage::Stopping;
    vec![effect]
}

pub(crate) fn stopped(model: &mut Model, row: &Row, outcome: Stopped, now: Timestamp) {
    let name = format!("{} in {}", row.assistant, row.target);
    let is_open = matches!(&model.panel, Panel::Stop(stop) if stop.row.id == row.id);
    match outcome {
        Stopped::OnlyByPane(why) if is_open => {
            model.panel = Panel::Stop(Stop {
                row: Box::new(row.clone()),
                stage: Stage::Stuck(why),
            });
            touch(model);
            return;
        }
        Stopped::Ended => notify(model, &format!("{name} has ended"), now),
        Stopped::OnlyByPane(why) | Stopped::Failed(why) => {
            notify(model, &format!("{name} still runs: {why}"), now);
        }
    }
    if is_open {
        model.panel = Panel::Detail;
    }
}
