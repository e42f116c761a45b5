//! Which files the selected assistant has written that others have written, too.

use pane_patrol_hooks::text::printable_line;
use ratatui::text::Line;

use super::sheet::Sheet;
use crate::state::{Conflict, Row};
use crate::tui::labels;

/// Files that the short form names.
const FEW: usize = 3;

impl Sheet<'_> {
    /// `shares src/a.rs, also written by codex in shop:2.0`
    pub(super) fn shares(&self, row: &Row, all: bool) -> Vec<Line<'static>> {
        let count = if all { usize::MAX } else { FEW };
        let theme = self.theme();
        let mut label = "shares";
        let mut lines = Vec::new();
        for conflict in row.conflicts.iter().take(count) {
            let told = format!(
                "{}, also written by {}",
                printable_line(&conflict.path),
                self.others_of(conflict)
            );
            lines.extend(self.labelled(label, theme.trouble(), Some(&told), theme.text()));
            label = "";
        }
        let more = row.conflicts.len().saturating_sub(count);
        let more = (more > 0).then(|| format!("and {}", labels::counted(more, "more file")));
        lines.extend(self.labelled("", theme.dim(), more.as_deref(), theme.dim()));
        lines
    }

    fn others_of(&self, conflict: &Conflict) -> String {
        let names = conflict.with.iter().map(|other| {
            match self.model.rows.get(&other.id).map(labels::target) {
                Some(target) => format!("{} in {target}", other.assistant),
                None => other.assistant.to_string(),
            }
        });
        names.collect::<Vec<_>>().join(", ")
    }
}
