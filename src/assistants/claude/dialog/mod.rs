//! The dialogs of Claude Code 2.1.197 and of 2.1.329 and later, read from `capture-pane`.
//!
//! Both are a rule as wide as the pane, a title, what it is about, a question, numbered options and a
//! footer. The older one has the command above its description, both three cells in; the newer one has
//! the description first, and the command between two dotted rules as wide as the pane. Every line of
//! what an assistant asks is drawn at least one cell in, so no text of it can draw a rule.

mod about;
mod address;
mod beginnings;
pub(crate) mod calls;
mod commands;
mod compare;
mod drawn;
pub(crate) mod edits;
mod files;
mod heading;
mod literal;
mod notebook;
pub(crate) mod options;
mod places;
mod plain;
pub(crate) mod plan;
mod quotes;
mod sed;
pub(crate) mod sheet;
mod skill;
mod tabs;
mod tame;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod tools;
#[cfg(test)]
pub(crate) mod tools_tests;
mod values;
mod workflow;

use crate::assistants::facets::Dialogs;
use crate::assistants::facets::dialog::drawn::Drawn;
use crate::assistants::facets::dialog::own::{Certainty, Own, Shows};
use crate::assistants::facets::dialog::refusal::{Part, Refusal};
use crate::assistants::facets::dialog::{
    About, Dialog, Kind, Press, is_whole_rule, option, read_options,
};
use crate::state::Bound;
use sheet::Sheet;

/// Stands before the option the cursor is on.
const CURSOR: char = '❯';

/// How 2.1.197 draws "No" over the end of a wrapped option.
const OVERDRAWN: &str = "Nooject";

/// Stands before the footer where a diff is folded.
const PARTLY_SHOWN: &str = "One-time Yes only: places not shown";

/// What 2.1.197 says of sub-agents that run; below a dialog, too, where the rows of those became less.
const TO_BACKGROUND: [&str; 2] = [
    "(ctrl+b ctrl+b (twice) to run in background)",
    "(ctrl+b to run in background)",
];

/// So many cells in it is said.
const AGENTS: &str = "     ";

/// How the last option of a dialog without a footer ends.
const DENIES_BY_ESCAPE: &str = "No, and tell Claude what to do differently (esc)";

/// All of them.
pub(crate) struct Sheets;

impl Dialogs for Sheets {
    fn read(&self, screen: &str, width: usize) -> Option<Dialog> {
        let plan = || plan::read(screen);
        let workflow = || workflow::read(screen, width);
        read(screen, width).or_else(plan).or_else(workflow)
    }

    fn is_cut_off(&self, screen: &str, width: usize) -> bool {
        is_cut_off(screen, width)
    }

    fn drop_early_keys(&self) -> bool {
        true
    }

    fn take_words(&self) -> bool {
        true
    }
}

impl Shows for Sheet {
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal> {
        self.is_about(bound, message).map_err(|why| match why {
            Refusal::Differs(part @ Part::Content) if self.is_but_for_quotes(bound) => {
                Refusal::Rewritten(part)
            }
            why => why,
        })?;
        let input = bound.input.as_ref();
        let input = input.filter(|_| dialog.kind == Kind::Question);
        input.map_or(Ok(()), |input| {
            options::are_those(dialog, input, self.width())
        })
    }

    fn may_head(&self, _dialog: &Dialog, bound: &Bound) -> bool {
        self.heads(bound)
    }

    fn drawn(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Drawn {
        self.draws(dialog.kind, bound, message)
    }

    fn certainty(&self, bound: &Bound, other: &Bound) -> Certainty {
        let columns = self.shows_commands().then(|| self.width());
        match tame::certainty(bound, other, columns) {
            Certainty::None if tame::is_told_but_for_quotes(bound, other, columns) => {
                if self.differs_but_for_quotes(other) {
                    Certainty::ByRows
                } else {
                    Certainty::None
                }
            }
            known => known,
        }
    }

    /// A server may give its tools whatever names to be shown.
    fn named_alike(&self, bound: &Bound, other: &Bound) -> Bound {
        let is_server = |bound: &Bound| {
            let tool = bound.request.tool.as_deref();
            tool.is_some_and(|tool| tool.starts_with("mcp__"))
        };
        let mut other = other.clone();
        if is_server(bound) && is_server(&other) {
            other.request.tool.clone_from(&bound.request.tool);
        }
        other
    }
}

/// Reads the screen of a pane of `width` cells. `None` when no dialog of a known shape is its last word.
fn read(screen: &str, width: usize) -> Option<Dialog> {
    let lines: Vec<&str> = screen
        .lines()
        .map(|line| line.trim_end_matches(' '))
        .collect();
    let lines = without_agents(&lines);
    let Some(footer) = lines.iter().rposition(|line| is_footer(line.trim())) else {
        return read_bare(lines, width);
    };
    // A narrow pane wraps the footer; anything else below it is not a dialog.
    let below: Vec<&str> = lines[footer..]
        .iter()
        .map(|line| line.trim())
        .take_while(|line| !line.is_empty())
        .collect();
    let after = footer + below.len();
    if below.len() > 3 || lines[after..].iter().any(|line| !line.is_empty()) {
        return None;
    }
    let foot = below.join(" ");
    let kind = if foot.starts_with("Enter to select") {
        Kind::Question
    } else {
        Kind::Permission
    };
    let column = if kind == Kind::Question { 2 } else { 3 };
    let (first, options, selected) = read_options(&lines[..footer], CURSOR, Some(column))?;
    let top = lines[..first]
        .iter()
        .rposition(|line| is_whole_rule(line, '─', width))?;
    let sheet = Sheet::read(&lines[top + 1..first], width, kind)?;
    let is_plain = options.first().is_some_and(|choice| choice.label == "Yes")
        && options.last().is_some_and(|choice| choice.label == "No");
    // In a narrow pane this footer is cut; then only the options tell whether somebody writes.
    let is_cut = foot.starts_with(PARTLY_SHOWN) && foot.ends_with('…') && is_plain;
    let takes_words = is_cut || foot.contains("Tab to amend");
    let untouched = kind == Kind::Question || takes_words;
    let yes = options.iter().find(|choice| choice.label == "Yes");
    let denies =
        |label: &str| matches!(label, "No" | OVERDRAWN) || label.starts_with("No, and tell Claude");
    let no = options.last().filter(|choice| denies(&choice.label));
    Some(Dialog {
        kind,
        title: sheet.title().to_owned(),
        first: top,
        lines: lines[top..after]
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        yes: yes.map(|choice| choice.number),
        no: no.map(|choice| choice.number),
        options,
        selected,
        untouched,
        takes_words,
        footer: lines[footer].to_owned(),
        about: About::Own(Own::of(sheet)),
    })
}

/// The rows without what Claude says of its sub-agents right below a dialog, of each again, on one row or two.
fn without_agents<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let last = lines.iter().rposition(|line| !line.is_empty());
    let mut rest = &lines[..last.map_or(0, |last| last + 1)];
    while let Some(less) = without_agent(rest) {
        rest = less;
    }
    rest
}

/// The rows without what is said of the last of them; `None` where nothing is.
fn without_agent<'a, 'b>(lines: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let is_said = |start: &usize| {
        let rows = lines[*start..].iter();
        let rows: Option<Vec<&str>> = rows.map(|row| row.strip_prefix(AGENTS)).collect();
        let is_right_below = *start > 0 && !lines[start - 1].is_empty();
        let is_it = |rows: Vec<&str>| TO_BACKGROUND.contains(&&*rows.join(" "));
        is_right_below && rows.is_some_and(is_it)
    };
    let mut starts = [1, 2]
        .into_iter()
        .filter_map(|rows| lines.len().checked_sub(rows));
    let start = starts.find(is_said)?;
    Some(&lines[..start])
}

/// A dialog without a footer: its options are the last rows, and the last of them denies by `esc`.
fn read_bare(lines: &[&str], width: usize) -> Option<Dialog> {
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let (first, mut options, selected) = read_options(&lines[..=last], CURSOR, Some(3))?;
    let top = lines[..first]
        .iter()
        .rposition(|line| is_whole_rule(line, '─', width))?;
    // It is wrapped where it is narrow; an empty row would end it.
    let denies = options.last().map(|no| no.number)?;
    let from = lines
        .iter()
        .rposition(|line| option(line, CURSOR).is_some_and(|(number, _, _)| number == denies))?;
    let words: Vec<&str> = lines[from..=last]
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect();
    let words = words.join(" ");
    if !words.ends_with(DENIES_BY_ESCAPE) || lines[from..last].contains(&"") {
        return None;
    }
    let sheet = Sheet::read(&lines[top + 1..first], width, Kind::Permission)?;
    options.last_mut()?.press = Some(Press::Key("Escape"));
    let yes = options.iter().find(|choice| choice.label == "Yes");
    Some(Dialog {
        kind: Kind::Permission,
        title: sheet.title().to_owned(),
        first: top,
        lines: lines[top..=last]
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        yes: yes.map(|choice| choice.number),
        no: Some(denies),
        options,
        selected,
        untouched: true,
        takes_words: false,
        footer: String::new(),
        about: About::Own(Own::of(sheet)),
    })
}

/// Whether the end of a dialog is on the screen whose beginning is not: nobody can tell from it
/// what would be answered.
fn is_cut_off(screen: &str, width: usize) -> bool {
    let lines: Vec<&str> = screen
        .lines()
        .map(|line| line.trim_end_matches(' '))
        .collect();
    let is_foot = |line: &&str| is_footer(line.trim()) || line.trim().ends_with("(esc)");
    let Some(footer) = lines.iter().rposition(is_foot) else {
        return false;
    };
    let first = read_options(&lines[..=footer], CURSOR, None).map(|(first, _, _)| first);
    let is_top = |line: &&str| is_whole_rule(line, '─', width);
    first.is_some_and(|first| !lines[..first].iter().any(is_top))
}

fn is_footer(line: &str) -> bool {
    line.starts_with("Esc to cancel")
        || line.starts_with("Enter to select")
        || line.starts_with(PARTLY_SHOWN)
}
