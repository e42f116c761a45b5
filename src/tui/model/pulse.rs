//! The folder that a dashboard runs in which only follows, and whose work the tabs tell of: the selected
//! row's, or that folder's.

use std::sync::Arc;

use pane_patrol_hooks::text::printable_line;

use super::{Model, Panel, Tab, Tasks};
use crate::git::DiffSummary;
use crate::tasks::TaskSummary;
use crate::tui::effect::PROJECT;
use crate::tui::labels::last_folder;
use crate::tui::setup::Pulse;

/// Whose work is told.
pub(crate) struct Subject<'a> {
    /// The row's, or [`PROJECT`].
    pub(crate) id: &'a str,
    /// All changes there, as far as they are known.
    pub(crate) diff: Option<&'a Arc<DiffSummary>>,
    /// All tasks, as far as they are known.
    pub(crate) tasks: Option<&'a Arc<TaskSummary>>,
}

impl Model {
    /// Whose work the tabs tell of, if anybody's.
    pub(crate) fn subject(&self) -> Option<Subject<'_>> {
        if self.shown_folder().is_some() {
            return Some(Subject {
                id: PROJECT,
                diff: self.work.diffs.get(PROJECT),
                tasks: self.work.tasks.get(PROJECT),
            });
        }
        let row = self.selected_row()?;
        Some(Subject {
            id: &row.id,
            diff: self.work.diff(row),
            tasks: self.work.tasks(row),
        })
    }

    /// The folder we run in, where its own work is told and not the selected row's.
    pub(crate) fn shown_folder(&self) -> Option<&Pulse> {
        let is_shown = self.work.here || self.selected_row().is_none();
        self.setup.pulse.as_ref().filter(|_| is_shown)
    }

    /// What the tabs tell begins with: the folder, where it is not the selected row's.
    pub(crate) fn whose(&self) -> String {
        let folder = self.shown_folder().map(|pulse| &*pulse.folder);
        let name = folder.and_then(last_folder).or(folder);
        name.map_or_else(String::new, |name| format!("{}  ", printable_line(name)))
    }

    /// Whether rows are shown at all.
    pub(crate) fn has_overview(&self) -> bool {
        self.setup.pulse.as_ref().is_none_or(|pulse| pulse.overview)
    }

    /// The tabs that there are, from left to right.
    pub(crate) fn tabs(&self) -> &'static [Tab] {
        &Tab::ALL[usize::from(!self.has_overview())..]
    }

    /// The panel, or what stands for one that is about rows where there are none.
    pub(super) fn instead_of(&self, panel: Panel) -> Panel {
        match panel {
            Panel::Detail | Panel::Explain | Panel::Request if !self.has_overview() => {
                Panel::Work(Tasks::default())
            }
            panel => panel,
        }
    }
}
