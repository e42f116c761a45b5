//! Marking rows, and what is done with all that are marked. Nothing is approved for several, see `round`.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::snooze::{LONG, SHORT};
use crate::launch::Stopped;
use crate::log::when::spoken;
use crate::notify::Snoozes;
use crate::state::Row;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, key_for};
use crate::tui::model::marks::{Ending, MOST};
use crate::tui::model::{Entry, Model, Panel};
use crate::tui::undone::Unchanged;

/// Marks the selected row, or takes its mark away.
pub(crate) fn toggle(model: &mut Model, now: Timestamp) {
    let Some(id) = model.selected_row().map(|row| row.id.clone()) else {
        let next = "choose one that runs";
        return model.advise("only assistants are marked", next, now);
    };
    let is_marked = model.marks.has(&id);
    model.mark([&*id], !is_marked);
}

/// Marks all rows that are shown; where all of them are, none.
pub(crate) fn toggle_all(model: &mut Model) {
    let entries = model.list.entries_from(0);
    let shown: Vec<String> = entries
        .filter_map(|entry| match entry {
            Entry::Row(row) => Some(row.id.clone()),
            _ => None,
        })
        .collect();
    let has_all = shown.iter().all(|id| model.marks.has(id));
    if has_all {
        let marked: Vec<String> = model.marks.ids().map(str::to_owned).collect();
        model.mark(marked.iter().map(|id| &**id), false);
    } else {
        model.mark(shown.iter().map(|id| &**id), true);
    }
}

/// Whether more are marked than a person can have in view; says so.
pub(crate) fn is_too_many(model: &mut Model, now: Timestamp) -> bool {
    let is_so = model.marks.len() > MOST;
    if is_so {
        let why = format!(
            "{} are marked: at most {MOST} at one time",
            model.marks.len()
        );
        let next = format!("{} marks none", key_for(Action::MarkAll));
        model.advise(&why, &next, now);
    }
    is_so
}

/// Asks first whether to stop all that are marked.
pub(crate) fn ask_to_stop(model: &mut Model, now: Timestamp) {
    if !is_too_many(model, now) {
        let rows = model.marked_rows();
        model.open(Panel::StopMarked(rows));
    }
}

/// Takes in what became of stopping one of several; false where it was asked for alone.
pub(crate) fn stopped(model: &mut Model, row: &Row, outcome: &Stopped, now: Timestamp) -> bool {
    if !model.ending.left.remove(&row.id) {
        return false;
    }
    match outcome {
        Stopped::Ended => model.ending.ended += 1,
        Stopped::OnlyByPane { why, .. } | Stopped::Failed(why) => {
            let name = row.target.shown();
            model.ending.run.push(format!("{name} still runs: {why}"));
        }
    }
    if model.ending.left.is_empty() {
        let Ending { ended, run, .. } = std::mem::take(&mut model.ending);
        let all = ended + run.len();
        let mut words = vec![format!("{ended} of {all} marked ones have ended")];
        words.extend(run.iter().cloned());
        if run.is_empty() {
            model.notify(&words.join("; "), now);
        } else {
            let next = format!("{} goes there", key_for(Action::Go));
            model.advise(&words.join("; "), &next, now);
        }
    }
    true
}

/// Ten minutes for all that are marked, then an hour, then not any longer.
pub(super) fn snooze(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if is_too_many(model, now) {
        return Vec::new();
    }
    let ids: Vec<String> = model.marks.ids().map(str::to_owned).collect();
    let left = |id: &String| model.snoozes.until(id, now).map(|until| until.since(now));
    let least = ids.iter().map(left).min().flatten();
    let until = match least {
        None => Some(now.plus(SHORT)),
        Some(left) if left <= SHORT => Some(now.plus(LONG)),
        Some(_) => None,
    };
    vec![Effect::SnoozeAll(ids, until)]
}

/// Tells which are snoozed now.
pub(super) fn snoozed(
    model: &mut Model,
    count: usize,
    until: Option<Timestamp>,
    snoozes: Result<Snoozes, Unchanged>,
    now: Timestamp,
) {
    match snoozes {
        Ok(snoozes) => model.snoozes = snoozes,
        Err(why) => {
            let words = format!("not all of the marked ones: {why}");
            return model.notify(&words, now);
        }
    }
    let left = until.map(|until| until.since(now).as_secs().div_ceil(60));
    let said = match left {
        None => format!("notices of {count} marked ones are given again"),
        Some(minutes) => {
            let span = spoken(Duration::from_secs(minutes * 60));
            format!("no notice of {count} marked ones for {span}")
        }
    };
    model.notify(&said, now);
}
