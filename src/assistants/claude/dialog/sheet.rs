//! The layouts that a dialog of Claude Code has between its rule and its options, and how its rows are read.

use unicode_width::UnicodeWidthStr;

use super::compare::BareRows;
use super::heading::{has_gap, is_sub_agents, may_begin};
use crate::assistants::facets::dialog::flow::{Flow, Tabs};
use crate::assistants::facets::dialog::{Kind, is_whole_rule};

/// Stands in the place of a diff until that is drawn.
const NOT_YET: &str = "…";

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) width: usize,
    pub(super) kind: Kind,
    pub(crate) layout: Layout,
    /// What Claude asks below the second dotted rule.
    pub(super) asks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// What stands above the first dotted rule and between both; below them only Claude itself speaks.
    Ruled {
        head: Vec<String>,
        block: Vec<String>,
    },
    /// A title above a box as wide as the pane, and what stands in that.
    Boxed {
        title: Vec<String>,
        inside: Vec<String>,
    },
    /// The title, and what stands three cells in below it; further out only Claude itself speaks.
    Plain {
        title: Vec<String>,
        block: Vec<String>,
    },
}

impl Sheet {
    /// Reads the rows between the upper rule and the first option.
    pub(crate) fn read(rows: &[&str], width: usize, kind: Kind) -> Option<Self> {
        let mut rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        if has_gap(&rows, width) {
            rows.remove(1);
        }
        let is_dotted = |row: &String| is_whole_rule(row, '╌', width);
        let dotted: Vec<usize> = (0..rows.len()).filter(|at| is_dotted(&rows[*at])).collect();
        let asks = dotted.get(1).map_or(&[][..], |second| &rows[second + 1..]);
        let asks = asks[..filled(asks)].to_vec();
        let layout = match dotted[..] {
            // What it is about is not drawn yet.
            [first, second] if rows[first + 1..second] == [NOT_YET] => return None,
            [first, second] => Layout::Ruled {
                head: rows[..first].to_vec(),
                block: rows[first + 1..second].to_vec(),
            },
            [] => read_boxed(&rows, width).unwrap_or_else(|| read_plain(&rows, kind)),
            _ => return None,
        };
        let sheet = Self {
            width,
            kind,
            layout,
            asks,
        };
        (!sheet.title().is_empty()).then_some(sheet)
    }

    /// The cells of its pane.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Its first line, for example `Bash command`.
    pub(crate) fn title(&self) -> &str {
        self.head().first().map_or("", |row| row.trim())
    }

    /// The rows that begin with its heading.
    fn head(&self) -> &[String] {
        match &self.layout {
            Layout::Ruled { head, .. } => head,
            Layout::Plain { title, .. } | Layout::Boxed { title, .. } => title,
        }
    }

    /// Whether a sub-agent asks.
    pub(super) fn is_sub_agents(&self) -> bool {
        may_begin(self.title())
    }

    /// Whether a command stands in it as it is, if it is about one: not as the change that it makes.
    pub(super) fn shows_commands(&self) -> bool {
        !self.title().starts_with("Edit")
    }

    /// Whether it asks for a permission.
    pub(super) fn is_permission(&self) -> bool {
        self.kind == Kind::Permission
    }

    /// The words of its first row; in a narrow pane the heading's columns begin there, too.
    fn top_words(&self) -> Vec<&str> {
        self.title().split_whitespace().collect()
    }

    /// Whether its first row begins with the words of that title, in whatever columns, or its first rows
    /// are that title beside whose it is.
    pub(crate) fn is_headed(&self, name: &[&str]) -> bool {
        let words = self.top_words();
        let head = self.head();
        let is_title = |end: usize| is_sub_agents(&head[..end], name, self.width);
        name.iter().all(|word| words.contains(word)) || (1..=head.len()).any(is_title)
    }

    /// Rows in a box that newer versions draw as a bar where there are several lines.
    pub(crate) fn framed(&self, rows: &[String]) -> BareRows {
        let inside = |row: &String| {
            let rest = row.strip_prefix(" │")?;
            Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned())
        };
        match rows.iter().map(inside).collect::<Option<Vec<String>>>() {
            Some(rows) if rows.len() > 1 || is_barred_alone(&rows) => BareRows {
                rows,
                flow: Flow::words(self.width.saturating_sub(4)),
            },
            _ => self.sunk(rows, 1, 2),
        }
    }

    /// Rows that begin `indent` cells in, with so many cells less than the pane has.
    pub(crate) fn sunk(&self, rows: &[String], indent: usize, margin: usize) -> BareRows {
        let inside = |row: &String| match row.get(..indent) {
            Some(blank) if blank.trim().is_empty() => row[indent..].to_owned(),
            _ if row.trim().is_empty() => String::new(),
            // Nothing that is looked for has a mark like this.
            _ => '\0'.to_string(),
        };
        let stops = if indent == 3 { 3 } else { 0 };
        BareRows {
            rows: rows.iter().map(inside).collect(),
            flow: Flow {
                tabs: Tabs::Stops(stops),
                ..Flow::words(self.width.saturating_sub(margin))
            },
        }
    }
}

/// Whether Claude draws a bar beside this single row. It does where it is wider than 80 cells, however
/// wide the pane is (78 have none, 81 have one). A row of 79 with a bar of its own would be wider than
/// that and get another one, so none of those can be taken for this.
fn is_barred_alone(rows: &[String]) -> bool {
    rows.first().is_some_and(|row| row.width() > 78)
}

/// The older layout: a title up to an empty line, then what stands three cells in. A question has a
/// line of headings instead.
fn read_plain(rows: &[String], kind: Kind) -> Layout {
    let is_empty = |row: &String| row.trim().is_empty();
    let start = rows.iter().position(|row| !is_empty(row));
    let start = start.unwrap_or(rows.len());
    let title = rows[start..]
        .iter()
        .take_while(|row| !is_empty(row))
        .count();
    let (title, rest) = rows[start..].split_at(title);
    // What is to be read stands two cells in.
    let indent = if title.iter().any(|row| row.contains("Read file")) {
        "  "
    } else {
        "   "
    };
    let is_its = |row: &&String| is_empty(row) || row.starts_with(indent);
    let block: Vec<String> = match kind {
        Kind::Question => rest.to_vec(),
        Kind::Permission => rest.iter().take_while(is_its).cloned().collect(),
    };
    let block = block.get(1..).unwrap_or_default();
    Layout::Plain {
        title: title.to_vec(),
        block: block[..filled(block)].to_vec(),
    }
}

/// A title, and a box below it that fills the rest.
fn read_boxed(rows: &[String], width: usize) -> Option<Layout> {
    let edge = |row: &str, left: char, right: char| {
        let dashes = row
            .strip_prefix(left)
            .and_then(|row| row.strip_suffix(right));
        dashes.is_some_and(|dashes| is_whole_rule(dashes, '─', width.saturating_sub(2)))
    };
    let top = rows.iter().position(|row| edge(row, '╭', '╮'))?;
    let end = rows.iter().position(|row| edge(row, '╰', '╯'))?;
    let inside = |row: &String| {
        let row = row.strip_prefix('│')?.strip_suffix('│')?;
        (row.width() + 2 == width).then(|| row.trim_end_matches(' ').to_owned())
    };
    let inside: Option<Vec<String>> = rows.get(top + 1..end)?.iter().map(inside).collect();
    Some(Layout::Boxed {
        title: rows[..top].to_vec(),
        inside: inside?,
    })
}

/// How many rows there are up to the last one that is not empty.
pub(super) fn filled(rows: &[String]) -> usize {
    let last = rows.iter().rposition(|row| !row.trim().is_empty());
    last.map_or(0, |at| at + 1)
}
