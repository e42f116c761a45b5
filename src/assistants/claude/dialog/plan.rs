//! Claude Code's question whether its plan is good (2.1.329). Approving it means "manually approve
//! edits": the first option would let it go on unasked. 2.1.197 asks without showing the plan; that
//! cannot be compared and is not answered.

use crate::assistants::facets::dialog::drawn::Drawn;
use crate::assistants::facets::dialog::own::{Own, Shows};
use crate::assistants::facets::dialog::{
    About, Dialog, Kind, Part, Press, Refusal, is_rule, read_options,
};
use crate::state::Bound;

const TITLE: &str = "Ready to code?";
const ASKS: &str = "Would you like to proceed?";
const YES: &str = "Yes, manually approve edits";
const NO: &str = "Tell Claude what to change";

/// Reads the screen's text. `None` when no plan is its last word.
pub(crate) fn read(screen: &str) -> Option<Dialog> {
    let whole: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let lines: Vec<&str> = whole.iter().map(|line| line.trim()).collect();
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let title = lines.iter().rposition(|line| *line == TITLE)?;
    let mut rules = (title..last).filter(|index| is_rule(lines[*index], '╌'));
    let first = rules.next()?;
    let second = rules.next_back()?;
    let below = lines.get(second + 1..=last)?;
    let (options_at, mut options, selected) = read_options(below, '❯', None)?;
    // A narrow pane wraps the question and the last line.
    let asks = below[..options_at]
        .iter()
        .copied()
        .filter(|line| !line.is_empty() && !is_rule(line, '─'));
    let asks = asks.collect::<Vec<_>>().join(" ");
    let after = below[options_at..]
        .iter()
        .rposition(|line| line.is_empty())?;
    let end = &below[options_at + after + 1..];
    if !asks.ends_with(ASKS) || !offers_the_editor(end) {
        return None;
    }
    let plan = lines[first + 1..second].iter();
    let plan: Vec<String> = plan
        .filter(|line| !line.is_empty())
        .map(|line| (*line).to_owned())
        .collect();
    let number = |label: &str| options.iter().find(|option| option.label == label);
    let yes = number(YES).map(|option| option.number);
    let no = number(NO).map(|option| option.number);
    for option in options
        .iter_mut()
        .filter(|option| Some(option.number) == no)
    {
        // Its number opens a line to write in.
        option.press = Some(Press::Key("Escape"));
    }
    Some(Dialog {
        kind: Kind::Permission,
        title: TITLE.to_owned(),
        first: title,
        lines: whole[title..=last]
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        options,
        selected,
        untouched: true,
        takes_words: false,
        footer: asks,
        about: About::Own(Own::of(Plan(plan))),
        yes,
        no,
    })
}

/// Whether these rows say how to edit the plan. A narrow pane has them in two columns, the file's name in
/// the second.
fn offers_the_editor(rows: &[&str]) -> bool {
    let first_column = |row: &&str| row.split("  ").next().unwrap_or_default().to_owned();
    let words: Vec<String> = rows.iter().map(first_column).collect();
    words.join(" ").starts_with("ctrl+g to edit")
}

/// The lines of a plan, as they are shown.
#[derive(Debug, PartialEq)]
struct Plan(Vec<String>);

impl Shows for Plan {
    fn shows(&self, _dialog: &Dialog, bound: &Bound, _message: &str) -> Result<(), Refusal> {
        match bound.command.as_deref() {
            Some(plan) if is_shown(plan, &self.0) => Ok(()),
            Some(_) => Err(Refusal::Differs(Part::Plan)),
            None => Err(Refusal::NotKnown(Part::Plan)),
        }
    }

    fn may_head(&self, _dialog: &Dialog, bound: &Bound) -> bool {
        let tool = bound.request.tool.as_deref();
        tool.is_none_or(|tool| tool == "ExitPlanMode")
    }

    fn drawn(&self, _dialog: &Dialog, bound: &Bound, _message: &str) -> Drawn {
        match bound.command.as_deref() {
            Some(plan) => Drawn::nothing().partly(plan).and_more(),
            None => Drawn::nothing().and_more().doubtful(),
        }
    }
}

/// Whether `shown` is `plan`, every sign and every blank between two words, but for the marks that only
/// say how it is drawn.
fn is_shown(plan: &str, shown: &[String]) -> bool {
    let wanted = Words::of(source(plan).iter().map(String::as_str));
    let rows = shown.iter().map(|row| drawn(row));
    let rows: Vec<String> = rows.collect();
    let shown = Words::of(rows.iter().map(String::as_str));
    let is_long = |at: usize| wanted.length_at(at) >= LONG;
    !wanted.signs.is_empty()
        && wanted.signs == shown.signs
        // Between two words of a row there is a blank, and where one is, there is no word.
        && shown.inside.iter().all(|at| wanted.is_end(*at))
        && wanted.inside.iter().all(|at| shown.is_end(*at))
        && shown.rows.iter().all(|at| wanted.is_end(*at) || is_long(*at))
}

/// A word of so many signs may be broken.
const LONG: usize = 20;

/// A text's signs without blanks, and where its words end.
struct Words {
    signs: Vec<char>,
    /// Where a word ends, but at the end of a row.
    inside: Vec<usize>,
    /// Where a row ends.
    rows: Vec<usize>,
}

impl Words {
    fn of<'a>(rows: impl Iterator<Item = &'a str>) -> Self {
        let mut words = Self {
            signs: Vec::new(),
            inside: Vec::new(),
            rows: Vec::new(),
        };
        for row in rows {
            for word in row.split_whitespace() {
                let word = word.trim_matches('_');
                let is_dropped = |c: &char| matches!(c, '*' | '`' | '\\' | '[' | ']');
                words.signs.extend(word.chars().filter(|c| !is_dropped(c)));
                words.inside.push(words.signs.len());
            }
            if !row.trim().is_empty() {
                words.inside.pop();
                words.rows.push(words.signs.len());
            }
        }
        words
    }

    fn is_end(&self, at: usize) -> bool {
        self.inside.binary_search(&at).is_ok() || self.rows.binary_search(&at).is_ok()
    }

    /// How long the word around `at` is.
    fn length_at(&self, at: usize) -> usize {
        let ends = || self.inside.iter().chain(&self.rows).copied();
        let before = ends().filter(|end| *end < at).max().unwrap_or(0);
        let behind = ends().filter(|end| *end >= at).min().unwrap_or(at);
        behind - before
    }
}

/// The lines of a plan without marks for headings, quotes, fences and tables.
fn source(plan: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim();
        let is_ruled = |c: char| matches!(c, '|' | '-' | ':' | ' ');
        if line.starts_with("```") || line.starts_with('|') && line.chars().all(is_ruled) {
            return None;
        }
        let heading = line.trim_start_matches('#');
        let line = if heading.starts_with(' ') {
            heading
        } else {
            line
        };
        let line = line.trim_start_matches('>');
        let line = line.replace("](", " (");
        Some(if line.starts_with('|') {
            line.replace('|', " ")
        } else {
            line
        })
    };
    plan.lines().filter_map(line).collect()
}

/// A row without what tables and quotes are drawn with.
fn drawn(row: &str) -> String {
    let is_frame = |c: char| matches!(c, '\u{2500}'..='\u{259f}');
    row.chars()
        .map(|c| if is_frame(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> String {
        let path = "tests/fixtures/claude/screens/plan_approval.txt";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_plan_is_approved_with_every_edit_still_asked_for() {
        let dialog = read(&screen()).unwrap();
        let yes = dialog.yes().and_then(|yes| dialog.option(yes)).unwrap();
        assert_eq!(yes.label, YES);
        assert_eq!(yes.press, Some(Press::Text("2".to_owned())));
        let no = dialog.no().and_then(|no| dialog.option(no)).unwrap();
        assert_eq!(no.press, Some(Press::Key("Escape")));
        assert_eq!(dialog.selected, Some(1));
    }

    /// As 2.1.197 draws it in 60 columns.
    #[test]
    fn a_narrow_pane_has_its_last_line_in_two_columns() {
        let whole = screen();
        let at = whole.find("ctrl+g to edit").unwrap();
        let at = whole[..at].rfind('\n').unwrap();
        let narrow = " ctrl+g to    Vim · ~/.claude/plans/please-refactor-the-con\n \
                      edit in         figuration-effervescent-puppy.md";
        let screen = format!("{}\n{narrow}\n", &whole[..at]);
        assert!(read(&screen).is_some(), "{screen}");
        let other = screen.replace("edit in", "leave in");
        assert!(read(&other).is_none(), "{other}");
    }

    #[test]
    fn only_the_plan_that_is_shown_is_the_plan() {
        let About::Own(own) = read(&screen()).unwrap().about else {
            panic!("it is about something of its own");
        };
        let plan = own.0.as_any().downcast_ref::<Plan>();
        let shown = &plan.expect("it is about a plan").0;
        assert!(is_shown(
            "# Plan\n\n1. Do one thing\n2. **Do another**\n",
            shown
        ));
        for other in [
            "# Plan\n\n1. Do one thing\n",
            "# Plan\n\n1. Do one thing\n2. Do another!\n",
            "# Plan\n\n1. Do onething\n2. Do another\n",
            "# Plan\n\n1. Do one thing\n2. Do an other\n",
            "# Plan\n\n1. Do one thing\n2. Do -another\n",
        ] {
            assert!(!is_shown(other, shown), "{other}");
        }
        assert!(!is_shown("", shown));
    }
}
