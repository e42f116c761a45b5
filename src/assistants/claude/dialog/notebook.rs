//! What Claude Code's dialogs show of a cell of a notebook that is changed, inserted or deleted: the
//! notebook, what happens to which cell, and how its text changes.

use unicode_width::UnicodeWidthStr;

use super::compare::{BareRows, Wanted};
use super::edits;
use super::files::are_of_link;
use super::heading::is_title;
use super::sheet::{Layout, Sheet};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain, plain_inside};
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
        plain(Part::Cell, text("cell_id"))?;
        plain_inside(Part::Content, text("new_source"))?;
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
        plain(Part::Cell, &kind)?;
        let which = format!("{does} {}", text("cell_id"));
        let does = format!("{which}{kind}");
        let does = does.trim_end();
        let cwd = bound.cwd.as_deref().unwrap_or("/");
        let is_boxed = matches!(self.layout, Layout::Boxed { .. });
        let margins = if is_boxed { 4 } else { 2 };
        let head = &head[..];
        let titles = (1..head.len()).filter(|title| is_title(&head[..*title], TITLE, self.width()));
        // What is said of a link stands above the box.
        let starts = titles.flat_map(|title| {
            let is_start = move |start: &usize| {
                *start == title || is_boxed && are_of_link(&head[title..*start])
            };
            (title..head.len()).filter(is_start)
        });
        let ends = starts.flat_map(|start| (start + 1..head.len()).map(move |end| (start, end)));
        let mut below = ends
            .filter(|(start, end)| self.are_path(&head[*start..*end], path, cwd, margins))
            .map(|(_, end)| self.sunk(&head[end..], 1, margins))
            .peekable();
        if below.peek().is_none() {
            return Err(Refusal::Differs(Part::File));
        }
        let said = below.find_map(|shown| Said::by(&shown, does));
        let said = said.ok_or(Refusal::Differs(Part::Cell))?;
        match text("edit_mode") {
            "insert" => self.creates(&unsunk(block), text("new_source")),
            // What goes is the notebook's, not the request's.
            "delete" => Ok(()),
            _ if block.is_empty() => Err(Refusal::NotKnown(Part::Content)),
            // In a box 2.1.197 draws over what has no room.
            _ if is_boxed => edits::are_cell(block, None, text("new_source"), 0),
            // Newer versions give the text of a cell a last line break of its own.
            _ => {
                let edge = self.width.saturating_sub(1);
                edits::are_cell(block, Some(edge), text("new_source"), 1)
            }
        }?;
        said.names(&which)
    }
}

/// How much is said of what happens to which cell. Newer versions give it one row, and leave out of it
/// what has no room there.
enum Said {
    All,
    Beginning(String),
}

impl Said {
    /// `None` where it is something else.
    fn by(shown: &BareRows, does: &str) -> Option<Self> {
        if Wanted::All(does).is_in(shown) {
            return Some(Self::All);
        }
        let [row] = &shown.rows[..] else {
            return None;
        };
        let beginning = row.strip_suffix('…')?;
        let columns = shown.flow.columns;
        // A sign of two cells leaves one free.
        let is_full = (columns.saturating_sub(1)..=columns).contains(&row.width());
        let is_its = does.width() > columns && does.starts_with(beginning);
        (is_full && is_its).then(|| Self::Beginning(beginning.to_owned()))
    }

    /// Refuses where it does not name the cell: no more than its kind may be missing.
    fn names(&self, which: &str) -> Result<(), Refusal> {
        match self {
            Self::Beginning(beginning) if !beginning.starts_with(which) => {
                Err(Refusal::CutOff(Part::Cell))
            }
            Self::All | Self::Beginning(_) => Ok(()),
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
