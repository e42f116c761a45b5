//! The dialogs of Kimi Code (2.1.0), between two rules above its status line. A question has a second page and
//! is not answered, neither is what it asks about a plan.

use crate::assistants::facets::Dialogs;
use crate::assistants::facets::dialog::drawn::Drawn;
use crate::assistants::facets::dialog::flow::{Flow, Tabs};
use crate::assistants::facets::dialog::own::{Own, Shows};
use crate::assistants::facets::dialog::rows::Rows;
use crate::assistants::facets::dialog::shape::{Around, Shape, Shapes, Subject, filled, rows};
use crate::assistants::facets::dialog::{
    About, Dialog, Kind, Press, Refusal, is_whole_rule, of_line,
};
use crate::state::Bound;

/// All of them.
pub(super) struct Panels;

/// Rows of its status line below a dialog, the last of which says how full the context is.
const STATUS: usize = 4;

/// What stands before the first row of a command, before each further line of it, and before what a row
/// had no room for.
const FIRST: &str = "   $ ";
const NEXT: &str = "   · ";
const WRAPPED: &str = "     ";

/// Cells of a row that a command has not.
const MARGIN: usize = 6;

static SHAPES: Shapes = Shapes(&[
    COMMAND,
    Shape {
        asks: "▶ Write this file?",
        about: path_below,
        ..COMMAND
    },
    Shape {
        asks: "▶ Apply these edits?",
        about: counted_path_below,
        ..COMMAND
    },
]);

const COMMAND: Shape = Shape {
    kind: Kind::Permission,
    asks: "▶ Run this command?",
    last: "↑/↓ select",
    cursor: '▶',
    yes: "Approve once",
    no: "Reject",
    // The last one opens a line to write in.
    deny: Some(Press::Key("Escape")),
    about: command_below,
};

impl Dialogs for Panels {
    fn read(&self, screen: &str, width: usize) -> Option<Dialog> {
        SHAPES.read(&panel(screen, width)?, width)
    }

    fn is_cut_off(&self, screen: &str, width: usize) -> bool {
        let rows = rows(screen);
        let end = bottom(&rows, width);
        end.is_some_and(|end| {
            let has_keys = rows[..end]
                .last()
                .is_some_and(|row| row.contains(COMMAND.last));
            has_keys && !rows[..end].iter().any(|row| is_rule(row, width))
        })
    }
}

/// The screen with nothing above its panel, nor below.
fn panel(screen: &str, width: usize) -> Option<String> {
    let rows = rows(screen);
    let bottom = bottom(&rows, width)?;
    let top = rows[..bottom].iter().rposition(|row| is_rule(row, width))?;
    let empty = "\n".repeat(top + 1);
    Some(empty + &rows[top + 1..bottom].join("\n"))
}

/// The row of the rule below a panel.
fn bottom(rows: &[&str], width: usize) -> Option<usize> {
    let rows = filled(rows);
    let bottom = rows.iter().rposition(|row| is_rule(row, width))?;
    let status = &rows[bottom + 1..];
    let is_status = status.last()?.trim_start().starts_with("context: ");
    (is_status && status.len() <= STATUS).then_some(bottom)
}

fn is_rule(row: &str, width: usize) -> bool {
    let rule = row.strip_prefix(' ');
    rule.is_some_and(|rule| is_whole_rule(rule, '─', width.saturating_sub(2)))
}

/// `$ command`, its further lines behind dots, and below it perhaps what it is for.
fn command_below(around: &Around<'_>) -> Option<Subject> {
    let between = around.between();
    let first = between
        .iter()
        .position(|row| row.starts_with(FIRST.trim_end()))?;
    let text_of = |(at, row): (usize, &&str)| {
        let marks = if at == 0 {
            &[FIRST][..]
        } else {
            &[NEXT, WRAPPED]
        };
        let text = marks.iter().find_map(|mark| row.strip_prefix(mark));
        // Blanks at the end of a row are not to be seen.
        let is_empty = marks.iter().any(|mark| mark.trim_end() == *row);
        text.map(str::to_owned)
            .or_else(|| is_empty.then(String::new))
    };
    let rows = filled(&between[first..]);
    let lines = rows
        .iter()
        .enumerate()
        .map(text_of)
        .collect::<Option<Vec<_>>>()?;
    let has_more = rows.len() > 1 && rows.last().is_some_and(|row| row.starts_with(WRAPPED));
    let about = Own::of(Command {
        rows: command(lines, around.width()),
        has_more,
    });
    Some((around.asks(), About::Own(about)))
}

fn command(lines: Vec<String>, width: usize) -> Rows {
    let flow = Flow {
        tabs: Tabs::Loose,
        ..Flow::words(width.saturating_sub(MARGIN))
    };
    Rows {
        lines,
        flows: vec![flow],
        before: "",
        has_tabs: true,
    }
}

/// The file that is written, in a row of its own.
fn path_below(around: &Around<'_>) -> Option<Subject> {
    let path = around.between().iter().find(|row| !row.is_empty())?.trim();
    let rows = Rows::of_line(path.to_owned(), around.width());
    Some((around.asks(), About::File(rows)))
}

/// The same behind how many lines come and go.
fn counted_path_below(around: &Around<'_>) -> Option<Subject> {
    let row = around.between().iter().find(|row| !row.is_empty())?.trim();
    let is_count = |word: &&str| word.starts_with(['+', '-']);
    let words = row.split(' ').take_while(is_count);
    let counts: usize = words.map(|word| word.len() + 1).sum();
    let path = row.get(counts..).filter(|_| counts > 0)?;
    let rows = Rows::of_line(path.to_owned(), around.width());
    Some((around.asks(), About::File(rows)))
}

/// A command, and perhaps what it is for, which looks like more of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    rows: Rows,
    /// The last row may be what it is for.
    has_more: bool,
}

impl Command {
    fn described(bound: &Bound) -> Option<&str> {
        let described = bound.input.as_ref()?["description"].as_str();
        described.filter(|words| !words.is_empty())
    }
}

impl Shows for Command {
    fn shows(&self, _dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let Some(described) = Self::described(bound) else {
            return self.rows.are_command(bound, message);
        };
        let mut rows = self.rows.clone();
        let last = rows.lines.pop().filter(|_| self.has_more);
        let is_it = last.is_some_and(|row| match row.strip_suffix("...") {
            Some(beginning) => described == row || described.starts_with(beginning),
            None => described.trim_end() == row,
        });
        if is_it {
            rows.are_command(bound, message)
        } else {
            Err(Refusal::OtherDialog)
        }
    }

    fn may_head(&self, _dialog: &Dialog, _bound: &Bound) -> bool {
        true
    }

    fn drawn(&self, _dialog: &Dialog, bound: &Bound, message: &str) -> Drawn {
        let drawn = match bound.command.as_deref() {
            Some(command) => Drawn::nothing().whole(command),
            None => of_line(message),
        };
        match Self::described(bound) {
            Some(described) => drawn.partly(described),
            None if bound.input.is_some() => drawn,
            None => drawn.and_more(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Source, State};
    use serde_json::json;

    use super::*;
    use crate::state::fixture::row;
    use crate::state::{Request, Row};

    fn screen(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kimi/screens");
        std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap()
    }

    fn bound(command: &str, input: serde_json::Value) -> Bound {
        let row = row(1, "kimi", State::WaitingApproval, "a:0.0", 5);
        let request = Request {
            state: State::WaitingApproval,
            request_id: None,
            agent_id: None,
            tool: Some("Bash".to_owned()),
            message: Some(command.to_owned()),
            since: row.since,
            source: Source::Hook,
        };
        let row = Row {
            waiting: vec![request],
            ..row
        };
        Bound {
            command: Some(command.to_owned()),
            input: Some(input),
            ..Bound::to(&row).unwrap()
        }
    }

    #[test]
    fn what_a_command_is_for_is_no_part_of_it() {
        let screen = screen("permission_command_described");
        let dialog = Panels.read(&screen, 80).unwrap();
        let shows = |command: &str, described: &str| {
            let input = json!({"command": command, "description": described});
            dialog.shows(&bound(command, input)).is_ok()
        };
        assert!(shows("make  test", "run all the tests"));
        for (command, described) in [
            ("make  test", "run all tests"),
            ("make  test", ""),
            ("make test", "run all the tests"),
            ("make  test run all the tests", ""),
            ("make", "test"),
        ] {
            assert!(!shows(command, described), "{command} {described}");
        }
        let unknown = Bound {
            input: None,
            ..bound("make  test", json!(null))
        };
        assert!(
            dialog.shows(&unknown).is_err(),
            "what more stands there is not known"
        );
    }

    #[test]
    fn what_is_no_request_of_a_known_shape_is_not_answered() {
        for (name, width) in [
            ("question", 100),
            ("question_review", 100),
            ("plan", 100),
            ("working", 100),
            ("permission_command_tall", 80),
        ] {
            let screen = screen(name);
            assert_eq!(Panels.read(&screen, width), None, "{name}");
            assert_eq!(
                Panels.is_cut_off(&screen, width),
                name.ends_with("tall"),
                "{name}"
            );
        }
        // Of a pane that has got another size meanwhile nothing is known.
        assert_eq!(Panels.read(&screen("permission_command"), 99), None);
    }
}
