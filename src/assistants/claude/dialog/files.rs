//! Whether a dialog of Claude Code shows a file, and what is to be written into it.

use super::compare::{Wanted, differs, file_names, marked_forms, plain_file};
use super::edits;
use super::heading::is_title;
use super::sheet::{Layout, Sheet, filled};
use crate::assistants::facets::dialog::flow::{Breaks, Flow, Tabs};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::state::Bound;

/// What is asked about a file, by its name alone.
const ASKED: [&str; 3] = ["create", "overwrite", "make this edit to"];

/// Said of a file without a line.
pub(super) const EMPTY: &str = "(No content)";

/// How the dialogs are headed.
const CREATE: &[&str] = &["Create", "file"];
const OVERWRITE: &[&str] = &["Overwrite", "file"];
const EDIT: &[&str] = &["Edit", "file"];

impl Sheet {
    pub(super) fn writes(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let Layout::Ruled { head, block } = &self.layout else {
            return Err(Refusal::OtherDialog);
        };
        let input = bound.input.as_ref();
        let path = input.and_then(|input| input["file_path"].as_str());
        let path = path.unwrap_or(message);
        plain(Part::File, path)?;
        let tool = bound.request.tool.as_deref().unwrap_or_default();
        let titles: &[&[&str]] = match tool {
            "Write" => &[CREATE, OVERWRITE],
            "Edit" => &[EDIT, CREATE],
            _ => &[EDIT],
        };
        if !self.is_path(head, titles, path, bound.cwd.as_deref().unwrap_or("/")) {
            return Err(Refusal::Differs(Part::File));
        }
        let Some(input) = input else {
            return Ok(());
        };
        let is_new = self.title().starts_with("Create");
        let created = input["content"].as_str();
        let created = created.or(input["new_string"]
            .as_str()
            .filter(|_| input["old_string"] == ""));
        match created {
            Some(content) if is_new => {
                let said = marked_forms(content)
                    .iter()
                    .map(|content| self.creates(block, content))
                    .reduce(Result::or);
                let said = said.unwrap_or(Err(Refusal::Differs(Part::Content)));
                said.map_err(|why| match plain_file(content) {
                    Err(unseen @ Refusal::Unseen(_)) => unseen,
                    _ => match why {
                        Refusal::Differs(part) => differs(part, content),
                        why => why,
                    },
                })
            }
            _ => edits::are_shown(block, Some(self.width), input),
        }
    }

    /// Whether the rows below one of these titles are the path, in one of the ways in which Claude writes it.
    fn is_path(&self, head: &[String], titles: &[&[&str]], path: &str, cwd: &str) -> bool {
        (1..head.len()).any(|title| {
            let is_titled = titles
                .iter()
                .any(|name| is_title(&head[..title], name, self.width));
            is_titled && self.are_linked_path(&head[title..], path, cwd)
        })
    }

    /// Whether the rows are the path, and perhaps below it what 2.1.197 says of a link. That is Claude's own
    /// word: a path with a line break in it could read so, but not while its dialog is another one's.
    pub(super) fn are_linked_path(&self, rows: &[String], path: &str, cwd: &str) -> bool {
        let are_path = |rows: &[String]| self.are_path(rows, path, cwd, 2);
        are_path(rows)
            || (1..rows.len()).any(|end| are_path(&rows[..end]) && are_of_link(&rows[end..]))
    }

    /// Whether the rows are the path, with `margin` cells less than the pane has.
    pub(crate) fn are_path(&self, rows: &[String], path: &str, cwd: &str, margin: usize) -> bool {
        let forms = file_names(path, cwd);
        !rows.is_empty()
            && forms.iter().any(|form| {
                let end = rows[0]
                    .trim_start()
                    .strip_prefix('…')
                    .filter(|end| rows.len() == 1 && form.ends_with(end));
                // Of a name that is longer than a row the end is there, and all of it where it is asked about.
                let is_cut = end.is_some_and(|end| end.contains('/') || self.asks_about(form));
                is_cut
                    || [Breaks::Words, Breaks::Cells].into_iter().any(|breaks| {
                        let mut shown = self.sunk(rows, 1, margin);
                        shown.flow.breaks = breaks;
                        Wanted::All(form).is_in(&shown)
                    })
            })
    }

    /// Whether it is asked about a file of that name, whatever folder it is in.
    fn asks_about(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut shown = self.sunk(&self.asks, 1, 2);
        let mut is_in = |breaks| {
            shown.flow.breaks = breaks;
            let mut asked = ASKED.iter();
            asked.any(|what| Wanted::All(&format!("Do you want to {what} {name}?")).is_in(&shown))
        };
        is_in(Breaks::Words) || is_in(Breaks::Cells)
    }

    /// `  1 first line`: each line of a new file with its number.
    pub(crate) fn creates(&self, block: &[String], content: &str) -> Result<(), Refusal> {
        let mut rows = block.iter().peekable();
        let lines: Vec<&str> = content.lines().collect();
        let has_return = |(_, line): &(usize, &str)| line.ends_with("\r\n");
        let ends = content.split_inclusive('\n').enumerate().filter(has_return);
        let ends: Vec<usize> = ends.map(|(index, _)| index).collect();
        // An empty file is said to be so.
        let lines = if lines.is_empty() { vec![EMPTY] } else { lines };
        for (index, line) in lines.iter().enumerate() {
            let number = (index + 1).to_string();
            let Some(first) = rows.next() else {
                return Err(Refusal::Differs(Part::Content));
            };
            let Some((gutter, text)) = numbered(first, &number) else {
                return Err(Refusal::Differs(Part::Content));
            };
            let mut shown = vec![text.to_owned()];
            let next = (index + 2).to_string();
            while let Some(row) = rows.next_if(|row| numbered(row, &next).is_none()) {
                shown.push(row.get(gutter..).unwrap_or_default().to_owned());
            }
            let fits = |margin: usize| {
                let flow = Flow {
                    columns: self.width.saturating_sub(gutter + margin),
                    breaks: Breaks::Cells,
                    tabs: Tabs::Loose,
                };
                // Newer versions have a sign for the other half of a line break.
                flow.shows(&shown, line)
                    || ends.contains(&index) && flow.shows(&shown, &format!("{line}\u{fffd}"))
            };
            // In a box there is less room.
            if !(fits(1) || fits(3) || fits(7)) {
                return Err(Refusal::Differs(Part::Content));
            }
        }
        match rows.next() {
            None => Ok(()),
            Some(_) => Err(Refusal::Differs(Part::Content)),
        }
    }
}

/// Whether the rows say where a link leads, in as many rows as that needs.
pub(super) fn are_of_link(rows: &[String]) -> bool {
    let rows = &rows[..filled(rows)];
    let is_sunk = |row: &String| {
        row.strip_prefix(' ')
            .is_some_and(|row| !row.starts_with(' '))
    };
    let words: Vec<&str> = rows.iter().map(|row| row.trim()).collect();
    let said = words.join(" ");
    let is_within = said.starts_with("Symlink target: /");
    let is_outside = said.starts_with("This will modify /")
        && said.ends_with("(outside working directory) via a symlink");
    rows.iter().all(is_sunk) && (is_within || is_outside)
}

/// `  12 text`: how far its text is in, and the text.
fn numbered<'a>(row: &'a str, number: &str) -> Option<(usize, &'a str)> {
    let blanks = row.len() - row.trim_start_matches(' ').len();
    if !(1..=4).contains(&blanks) {
        return None;
    }
    let rest = row.trim_start_matches(' ').strip_prefix(number)?;
    let gutter = blanks + number.len() + 1;
    match rest.strip_prefix(' ') {
        Some(text) => Some((gutter, text)),
        None => rest.is_empty().then_some((gutter, "")),
    }
}
