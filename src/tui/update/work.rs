//! The tabs of the panel, and what the Work and Diff tabs show: keeps the lists of the selected row
//! in line with its sums, and a patch in line with its file.

use std::sync::Arc;

use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::git::{DiffSummary, Patch, PatchRequest, USUAL_CONTEXT};
use crate::tasks::TaskSummary;
use crate::tui::effect::{Effect, PROJECT, Whose};
use crate::tui::model::work::{OpenPatch, files};
use crate::tui::model::{Changes, Focus, Follow, Model, Panel, Tab};
use crate::tui::panels;
use crate::tui::undone::NoPatch;
use crate::tui::update::reflow::settle;

/// More lines of a patch than anybody reads here; the rest is told of.
const MAX_LINES: usize = 5000;

/// Opens the tab so many to the right, round and round.
pub(crate) fn turn(model: &mut Model, by: isize, now: Timestamp) {
    let open_one = panels::of(model).tab;
    let tabs = model.tabs();
    let here = open_one.and_then(|tab| tabs.iter().position(|other| *other == tab));
    let Some(here) = here else { return };
    let count = tabs.len().cast_signed();
    let there = (here.cast_signed() + by).rem_euclid(count);
    open(model, tabs[there.unsigned_abs()], now);
}

/// Opens a tab from its beginning.
pub(crate) fn open(model: &mut Model, tab: Tab, now: Timestamp) {
    model.open(tab.panel());
    model.work.patch = None;
    settle(model, now, Follow::Selection);
}

// ---- what is known

pub(crate) fn hear_diff(model: &mut Model, id: String, diff: Arc<DiffSummary>) {
    if is_known(model, &id) {
        model.work.diffs.insert(id, diff);
    }
}

pub(crate) fn hear_tasks(model: &mut Model, id: String, tasks: Arc<TaskSummary>) {
    if is_known(model, &id) {
        model.work.tasks.insert(id, tasks);
    }
}

fn is_known(model: &Model, id: &str) -> bool {
    id == PROJECT || model.rows.get(id).is_some()
}

/// Tells in the tabs of the folder that we run in, or of the selected row again.
pub(crate) fn turn_to_folder(model: &mut Model, now: Timestamp) {
    if model.setup.pulse.is_none() {
        let next = "`pane-patrol pulse` shows its tasks and changes";
        model.advise("this dashboard shows rows alone", next, now);
        return;
    }
    model.work.here = !model.work.here && model.has_overview();
    model.work.patch = None;
    let tab = panels::of(model).tab;
    match tab.filter(|tab| *tab != Tab::Overview) {
        Some(tab) => open(model, tab, now),
        None => open(model, Tab::Work, now),
    }
}

/// Takes in what was read by hand.
pub(crate) fn read(
    model: &mut Model,
    id: &str,
    diff: DiffSummary,
    tasks: TaskSummary,
    now: Timestamp,
) {
    // What was told while it was read is the newer one.
    let row = model.rows.get(id);
    if row.is_none_or(|row| model.work.are_behind(row)) {
        hear_diff(model, id.to_owned(), Arc::new(diff));
        hear_tasks(model, id.to_owned(), Arc::new(tasks));
    }
    settle(model, now, Follow::IfVisible);
}

/// Takes in a patch, if it is still looked at.
pub(crate) fn patch_read(
    model: &mut Model,
    id: &str,
    asked: &str,
    patch: Result<Patch, NoPatch>,
    now: Timestamp,
) {
    let shown = model.work.patch.as_mut();
    if let Some(shown) = shown.filter(|shown| shown.row == id && shown.path == asked) {
        shown.lines = Some(patch.map(|patch| Arc::new(lines(&patch))));
        settle(model, now, Follow::IfVisible);
    }
}

/// A patch as it can be drawn: what would move the cursor, or would not be seen, is spelt out.
pub(crate) fn lines(patch: &Patch) -> Vec<String> {
    let all = patch.text.lines().count();
    let mut lines: Vec<String> = patch
        .text
        .lines()
        .take(MAX_LINES)
        .map(|line| printable_line(&line.replace('\t', "    ")))
        .collect();
    if all > MAX_LINES || patch.truncated {
        let more = all.saturating_sub(MAX_LINES);
        lines.push(match (more, patch.truncated) {
            (0, _) => "… cut: the patch is longer than 1 MB".to_owned(),
            (more, true) => format!("… {more} lines more, and cut at 1 MB"),
            (more, false) => format!("… {more} lines more"),
        });
    }
    lines
}

/// Has read what the open tab shows and nobody has told.
pub(crate) fn follow(model: &mut Model) -> Option<Effect> {
    forget(model);
    let Panel::Diff(Changes { focus, file }) = model.panel else {
        return matches!(model.panel, Panel::Work(_))
            .then(|| read_lists(model))
            .flatten();
    };
    let lists = read_lists(model);
    if focus == Focus::Patch {
        return read_patch(model, file).or(lists);
    }
    lists
}

/// Another row has another patch.
fn forget(model: &mut Model) {
    let subject = model.subject().map(|subject| subject.id.to_owned());
    let is_other = |shown: &OpenPatch| Some(&*shown.row) != subject.as_deref();
    if model.work.patch.take_if(|shown| is_other(shown)).is_some()
        && matches!(model.panel, Panel::Diff(_))
    {
        model.open(Panel::Diff(Changes::default()));
    }
}

fn read_lists(model: &mut Model) -> Option<Effect> {
    // Of the folder that we run in, everything is told.
    let row = model.selected_row().filter(|_| !model.work.here)?;
    let sums = (row.id.clone(), row.diff.clone(), row.tasks.clone());
    // Once for the same sums: what is read may be newer than they are.
    if row.cwd.is_none() || model.work.asked.as_ref() == Some(&sums) || !model.work.are_behind(row)
    {
        return None;
    }
    let effect = Effect::ReadWork(Box::new(row.clone()));
    model.work.asked = Some(sums);
    Some(effect)
}

/// Whose changes the tabs tell of.
fn whose(model: &Model) -> Option<Whose> {
    match model.shown_folder() {
        Some(pulse) => Some(Whose::Project(pulse.folder.clone())),
        None => Some(Whose::Row(Box::new(model.selected_row()?.clone()))),
    }
}

fn read_patch(model: &mut Model, file: usize) -> Option<Effect> {
    let of = whose(model)?;
    let diff = model.subject()?.diff.cloned();
    let shown = model.work.patch.as_ref();
    let path = match shown {
        Some(shown) if shown.of == diff => return None,
        // It stays with its file when others come before it.
        Some(shown) => shown.path.clone(),
        None => files(model).get(file)?.path.clone(),
    };
    let known = shown.and_then(|shown| shown.lines.clone());
    model.work.patch = Some(OpenPatch {
        row: of.id().to_owned(),
        path: path.clone(),
        lines: known,
        of: diff,
    });
    let request = PatchRequest {
        path,
        status: None,
        context: USUAL_CONTEXT,
        with_untracked: true,
    };
    Some(Effect::ReadPatch(of, request))
}
