//! What Claude Code's dialogs show of a cell of a notebook that is changed, inserted or deleted: the
//! notebook, what happens to which cell, and how its text changes.

use super::edits;
use super::sheet::{Layout, Sheet, Wanted, is_title};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::state::Bound;

impl Sheet {
    /// A cell of a notebook: the notebook, what happens to which cell, and how its text changes.
    pub(super) fn edits_cell(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        const TITLE: &[&str] = &["Edit", "notebook"];
        if !self.is_headed(TITLE) {
            return Err(Refusal::OtherDialog);
        }
        let input = bound
            .input
            .as_ref()
            .ok_or(Refusal::NotKnown(Part::Content))?;
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        let path = input["notebook_path"].as_str().unwrap_or(message);
        plain(Part::File, path)?;
        plain(Part::File, text("cell_id"))?;
        plain(Part::Content, text("new_source"))?;
        let (head, block) = match &self.layout {
            Layout::Ruled { head, block } => (head.clone(), &block[..]),
            Layout::Boxed { title, inside } => {
                let empty = inside.iter().position(String::is_empty);
                let (above, below) = inside.split_at(empty.unwrap_or(inside.len()));
                ([title, above].concat(), below.get(1..).unwrap_or_default())
            }
            Layout::Plain { .. } => return Err(Refusal::OtherDialog),
        };
        let does = match text("edit_mode") {
            "" | "replace" => "Replace cell contents for cell",
            "insert" => "Insert new cell for cell",
            "delete" => "Delete cell for cell",
            _ => return Err(Refusal::NotKnown(Part::Input)),
        };
        let kind = match text("cell_type") {
            "" => String::new(),
            kind => format!(" ({kind})"),
        };
        let does = format!("{does} {}{kind}", text("cell_id"));
        let does = does.trim_end();
        let cwd = bound.cwd.as_deref().unwrap_or("/");
        let is_boxed = matches!(self.layout, Layout::Boxed { .. });
        let margins = if is_boxed { 4 } else { 2 };
        let is_headed = (1..head.len()).any(|title| {
            is_title(&head[..title], TITLE)
                && (title + 1..head.len()).any(|end| {
                    self.are_path(&head[title..end], path, cwd, margins)
                        && Wanted::All(does).is_in(&self.sunk(&head[end..], 1, margins))
                })
        });
        if !is_headed {
            return Err(Refusal::Differs(Part::File));
        }
        match text("edit_mode") {
            "insert" => self.creates(&unsunk(block), text("new_source")),
            // What goes is the notebook's, not the request's.
            "delete" => Ok(()),
            _ if block.is_empty() => Err(Refusal::NotKnown(Part::Content)),
            // Newer versions give the text of a cell a last line break of its own.
            _ => edits::are_cell(block, text("new_source"), usize::from(!is_boxed)),
        }
    }
}

/// Rows of a box stand a little further in; as far as all of them do.
fn unsunk(rows: &[String]) -> Vec<String> {
    let blanks = |row: &String| row.len() - row.trim_start_matches(' ').len();
    let deep = rows.first().map_or(0, blanks).saturating_sub(2);
    let row = |row: &String| {
        row.get(deep.min(blanks(row))..)
            .unwrap_or_default()
            .to_owned()
    };
    rows.iter().map(row).collect()
}
