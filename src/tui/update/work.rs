//! The tabs of the panel, and what the Work and Diff tabs show: keeps the lists of the selected row
//! in line with its sums, and a patch in line with its file.

use std::collections::BTreeMap;
use std::sync::Arc;

use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Rect;

use crate::git::{DiffSummary, FileChange, Patch, PatchRequest, USUAL_CONTEXT};
use crate::state::Row;
use crate::state::update::Role;
use crate::tasks::TaskSummary;
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::layout::Layout;
use crate::tui::model::{Model, Panel};
use crate::tui::text;
use crate::tui::update::reflow::{Follow, settle};
use crate::tui::update::selection::scroll;

/// More lines of a patch than anybody reads here; the rest is told of.
const MAX_LINES: usize = 5000;

/// One of the four sides of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What it asks and why we say so.
    Overview,
    /// Its tasks.
    Work,
    /// What is changed in its folder.
    Diff,
    /// How well it is heard.
    Health,
}

/// All of them, from left to right.
const TABS: [Tab; 4] = [Tab::Overview, Tab::Work, Tab::Diff, Tab::Health];

/// What the person looks at in the Diff tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) focus: Focus,
    /// The place of the chosen file in the list.
    pub(crate) file: usize,
}

/// What j and k do in the Diff tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// Choose a row, as everywhere.
    #[default]
    Rows,
    /// Choose a file.
    Files,
    /// Scroll the file's patch.
    Patch,
}

/// What is known of the work of rows, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    diffs: BTreeMap<String, Arc<DiffSummary>>,
    tasks: BTreeMap<String, Arc<TaskSummary>>,
    /// The row that was read by hand last, with the sums it had then.
    asked: Option<Sums>,
    pub(crate) patch: Option<Shown>,
}

type Sums = (String, Option<Arc<DiffSummary>>, Option<Arc<TaskSummary>>);

/// The patch on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    row: String,
    pub(crate) path: String,
    /// Its lines, or why there are none; `None` while it is being made.
    pub(crate) lines: Option<Result<Arc<Vec<String>>, String>>,
    /// The changes of the row when it was asked for.
    of: Option<Arc<DiffSummary>>,
}

impl Lists {
    /// All changes in the row's repository, as far as they are known.
    pub(crate) fn diff<'a>(&'a self, row: &'a Row) -> Option<&'a Arc<DiffSummary>> {
        self.diffs.get(&row.id).or(row.diff.as_ref())
    }

    /// All tasks of the row, as far as they are known.
    pub(crate) fn tasks<'a>(&'a self, row: &'a Row) -> Option<&'a Arc<TaskSummary>> {
        self.tasks.get(&row.id).or(row.tasks.as_ref())
    }

    /// Whether a list does not belong to the sums of the row, or is not there.
    fn are_behind(&self, row: &Row) -> bool {
        let diff = self.diffs.get(&row.id).map(|diff| diff.totals());
        let tasks = self.tasks.get(&row.id).map(|tasks| tasks.totals());
        row.diff.is_some() && diff.as_ref() != row.diff.as_deref()
            || row.tasks.is_some() && tasks.as_ref() != row.tasks.as_deref()
    }
}

// ---- tabs

/// The tab that is open; `None` where the panel shows something else.
pub(crate) fn tab(model: &Model) -> Option<Tab> {
    match &model.panel {
        Panel::Detail | Panel::Explain | Panel::Request | Panel::Help => Some(Tab::Overview),
        Panel::Work => Some(Tab::Work),
        Panel::Diff(_) => Some(Tab::Diff),
        Panel::Health => Some(Tab::Health),
        Panel::Confirm(_) | Panel::Install(_) | Panel::Launch(_) | Panel::Stop(_) => None,
    }
}

/// Each tab's words and place in the line `area`; with numbers where there is room for them.
pub(crate) fn tabs(model: &Model, area: Rect) -> Vec<(Tab, String, Rect)> {
    let row = model.selected_row();
    let long = TABS.map(|tab| label(model, row, tab));
    let width = |labels: &[String]| {
        labels
            .iter()
            .map(|label| text::width(label) + 3)
            .sum::<usize>()
    };
    let labels = if width(&long) < usize::from(area.width) {
        long
    } else {
        TABS.map(|tab| name(tab).to_owned())
    };
    let mut x = area.x + 1;
    let mut placed = Vec::new();
    for (tab, label) in TABS.into_iter().zip(labels) {
        let width = u16::try_from(text::width(&label) + 2).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        placed.push((tab, label, Rect { x, width, ..area }));
        x += width + 1;
    }
    placed
}

fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Overview => "Overview",
        Tab::Work => "Work",
        Tab::Diff => "Diff",
        Tab::Health => "Health",
    }
}

fn label(model: &Model, row: Option<&Row>, tab: Tab) -> String {
    let name = name(tab);
    let tasks = row.and_then(|row| row.tasks.as_ref());
    let files = row.and_then(|row| row.diff.as_ref());
    match tab {
        Tab::Work => match tasks.filter(|tasks| tasks.total > 0) {
            Some(tasks) => format!("{name} {}/{}", tasks.done, tasks.total),
            None => name.to_owned(),
        },
        Tab::Diff => match files.map_or(0, |diff| diff.file_count) {
            0 => name.to_owned(),
            count => format!("{name} {count}"),
        },
        Tab::Health if is_ill(model) => format!("{name} ×"),
        Tab::Overview | Tab::Health => name.to_owned(),
    }
}

fn is_ill(model: &Model) -> bool {
    let health = &model.health;
    matches!(model.role, Some(Role::Nobody(_)))
        || !health.troubles.is_empty()
        || !health.rejected.is_empty()
}

/// Opens the tab so many to the right, round and round.
pub(crate) fn turn(model: &mut Model, by: isize, now: Timestamp) {
    let here = tab(model).and_then(|tab| TABS.iter().position(|other| *other == tab));
    let Some(here) = here else { return };
    let count = TABS.len().cast_signed();
    let there = (here.cast_signed() + by).rem_euclid(count);
    open(model, TABS[there.unsigned_abs()], now);
}

/// Opens a tab from its beginning.
pub(crate) fn open(model: &mut Model, tab: Tab, now: Timestamp) {
    model.panel = match tab {
        Tab::Overview => Panel::Detail,
        Tab::Work => Panel::Work,
        Tab::Diff => Panel::Diff(Changes::default()),
        Tab::Health => Panel::Health,
    };
    model.scroll = 0;
    model.work.patch = None;
    settle(model, now, Follow::Selection);
}

// ---- the Diff tab

/// Whether the key means something else here than everywhere; then it was taken.
pub(crate) fn take(model: &mut Model, action: Action, now: Timestamp) -> bool {
    let Panel::Diff(changes) = model.panel else {
        return false;
    };
    match (action, changes.focus) {
        (Action::Read | Action::Go, Focus::Files) => focus(model, Focus::Patch, now),
        (Action::Read, Focus::Rows) | (Action::Read | Action::Close, Focus::Patch) => {
            focus(model, Focus::Files, now);
        }
        (Action::Close, Focus::Files) => focus(model, Focus::Rows, now),
        (Action::Move(by), Focus::Files) => {
            choose(model, changes.file.saturating_add_signed(by), now);
        }
        (Action::Page(by), Focus::Files) => {
            let height = isize::try_from(Layout::of_model(model).panel.height).unwrap_or(1);
            choose(model, changes.file.saturating_add_signed(by * height), now);
        }
        (Action::First, Focus::Files) => choose(model, 0, now),
        (Action::Last, Focus::Files) => choose(model, usize::MAX, now),
        (Action::Move(by), Focus::Patch) => scroll(model, by, now),
        (Action::First, Focus::Patch) => scroll(model, isize::MIN / 2, now),
        (Action::Last, Focus::Patch) => scroll(model, isize::MAX / 2, now),
        _ => return false,
    }
    true
}

/// A click on this line of the panel, from 0; whether it meant something.
pub(crate) fn click(model: &mut Model, line: usize, now: Timestamp) -> bool {
    let Panel::Diff(changes) = model.panel else {
        return false;
    };
    match (changes.focus, line) {
        (Focus::Patch, 0) => focus(model, Focus::Files, now),
        (Focus::Rows | Focus::Files, 1..) if line <= files(model).len() => {
            choose(model, line - 1, now);
            focus(model, Focus::Patch, now);
        }
        _ => return false,
    }
    true
}

fn focus(model: &mut Model, focus: Focus, now: Timestamp) {
    let count = files(model).len();
    let Panel::Diff(changes) = &mut model.panel else {
        return;
    };
    changes.focus = if count == 0 { Focus::Rows } else { focus };
    changes.file = changes.file.min(count.saturating_sub(1));
    let file = changes.file;
    model.scroll = 0;
    model.work.patch = None;
    settle(model, now, Follow::Selection);
    if focus == Focus::Files {
        choose(model, file, now);
    }
}

/// Chooses a file and brings it into view.
fn choose(model: &mut Model, file: usize, now: Timestamp) {
    let last = files(model).len().saturating_sub(1);
    let file = file.min(last);
    if let Panel::Diff(changes) = &mut model.panel {
        changes.file = file;
    }
    let height = usize::from(Layout::of_model(model).panel.height).max(1);
    // The first line tells of the repository.
    let line = if file == 0 { 0 } else { file + 1 };
    model.scroll = model
        .scroll
        .min(line)
        .max((line + 1).saturating_sub(height));
    settle(model, now, Follow::Selection);
}

/// The changes of the selected row.
pub(crate) fn files(model: &Model) -> &[FileChange] {
    let diff = model.selected_row().and_then(|row| model.work.diff(row));
    diff.map_or(&[], |diff| diff.files.as_slice())
}

// ---- what is known

pub(crate) fn hear_diff(model: &mut Model, id: String, diff: Arc<DiffSummary>) {
    model.work.diffs.insert(id, diff);
}

pub(crate) fn hear_tasks(model: &mut Model, id: String, tasks: Arc<TaskSummary>) {
    model.work.tasks.insert(id, tasks);
}

/// Takes in what was read by hand.
pub(crate) fn read(
    model: &mut Model,
    id: &str,
    diff: DiffSummary,
    tasks: TaskSummary,
    now: Timestamp,
) {
    model.work.diffs.insert(id.to_owned(), Arc::new(diff));
    model.work.tasks.insert(id.to_owned(), Arc::new(tasks));
    settle(model, now, Follow::IfVisible);
}

/// Takes in a patch, if it is still looked at.
pub(crate) fn patch_read(
    model: &mut Model,
    id: &str,
    asked: &str,
    patch: Result<Patch, String>,
    now: Timestamp,
) {
    let shown = model.work.patch.as_mut();
    if let Some(shown) = shown.filter(|shown| shown.row == id && shown.path == asked) {
        shown.lines = Some(patch.map(|patch| Arc::new(lines(&patch))));
        settle(model, now, Follow::IfVisible);
    }
}

/// A patch as it can be drawn: what would move the cursor, or would not be seen, is spelt out.
fn lines(patch: &Patch) -> Vec<String> {
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
        return (model.panel == Panel::Work)
            .then(|| read_lists(model))
            .flatten();
    };
    let lists = read_lists(model);
    if focus == Focus::Patch {
        return read_patch(model, file).or(lists);
    }
    lists
}

/// Rows that are gone have no work; another row has another patch.
fn forget(model: &mut Model) {
    let rows = &model.rows;
    let is_there = |id: &str| rows.iter().any(|row| row.id == id);
    model.work.diffs.retain(|id, _| is_there(id));
    model.work.tasks.retain(|id, _| is_there(id));
    let selected = model.selected.as_deref();
    let is_other = |shown: &Shown| Some(&*shown.row) != selected;
    if model.work.patch.take_if(|shown| is_other(shown)).is_some()
        && matches!(model.panel, Panel::Diff(_))
    {
        model.panel = Panel::Diff(Changes::default());
        model.scroll = 0;
    }
}

fn read_lists(model: &mut Model) -> Option<Effect> {
    let row = model.selected_row()?;
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

fn read_patch(model: &mut Model, file: usize) -> Option<Effect> {
    let row = model.selected_row()?.clone();
    let shown = model.work.patch.as_ref();
    let diff = model.work.diff(&row).cloned();
    let path = match shown {
        Some(shown) if shown.of == diff => return None,
        // It stays with its file when others come before it.
        Some(shown) => shown.path.clone(),
        None => files(model).get(file)?.path.clone(),
    };
    let known = shown.and_then(|shown| shown.lines.clone());
    model.work.patch = Some(Shown {
        row: row.id.clone(),
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
    Some(Effect::ReadPatch(Box::new(row), request))
}
