//! Dialogs as a table: one line for each shape that was seen on the real program. What is not in it is
//! not answered: several questions at once, forms, "always".

use super::flow::{Flow, Tabs};
use super::frame::{Framed, any_columns, framed};
use super::rows::Rows;
use super::{About, Choice, Dialog, Kind, Press, read_options};
use crate::assistants::facets::Dialogs;

/// One shape.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// How the line begins that asks; the options stand below it.
    pub(crate) asks: &'static str,
    /// What its last line holds; frames may follow. Empty: the options are the last.
    pub(crate) last: &'static str,
    /// Stands before the option the cursor is on.
    pub(crate) cursor: char,
    /// The option that approves this once, and how the one begins that denies.
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    /// What is pressed to deny, where that is not the option's number.
    pub(crate) deny: Option<Press>,
    /// Finds what it is about, from the lines above and below the one that asks: the lines that tell
    /// it, and what they say.
    pub(crate) about: fn(&Around<'_>) -> Option<Subject>,
}

/// The row in which what tells it begins, and what it is about.
pub(crate) type Subject = (usize, About);

/// The screen around the line that asks.
pub(crate) struct Around<'a> {
    /// All rows, without the blanks at their ends.
    rows: &'a [&'a str],
    /// The same without the frames around them.
    lines: &'a [Framed<'a>],
    /// The row that asks.
    asks: usize,
    /// The row of the first option.
    first: usize,
    /// The cells of the pane.
    width: usize,
}

impl<'a> Around<'a> {
    /// The rows between the line that asks and the options.
    pub(crate) fn between(&self) -> &[&'a str] {
        &self.rows[self.asks + 1..self.first]
    }

    /// The row that asks.
    pub(crate) fn asks(&self) -> usize {
        self.asks
    }

    /// The cells of the pane.
    pub(crate) fn width(&self) -> usize {
        self.width
    }
}

/// The shapes of one assistant.
#[derive(Debug)]
pub(crate) struct Shapes(pub(crate) &'static [Shape]);

impl Dialogs for Shapes {
    fn read(&self, screen: &str, width: usize) -> Option<Dialog> {
        read(self.0, screen, width)
    }
}

/// The dialog that is the last word on a screen of so many cells a row.
fn read(shapes: &[Shape], screen: &str, width: usize) -> Option<Dialog> {
    let rows = rows(screen);
    let lines: Vec<Framed<'_>> = rows.iter().map(|row| framed(row)).collect();
    let shape_of = |line: &Framed<'_>| {
        let mut shapes = shapes.iter();
        shapes.find(|shape| line.inside.starts_with(shape.asks))
    };
    let mut asking = (0..lines.len()).filter_map(|at| Some((at, shape_of(&lines[at])?)));
    let (asks, shape) = asking.next()?;
    // A text could hold the words that ask: which of the lines is the dialog's cannot be told.
    if asking.next().is_some() {
        return None;
    }
    read_shape(shape, &rows, &lines, asks, width)
}

/// The rows of a screen, without the blanks at their ends.
pub(crate) fn rows(screen: &str) -> Vec<&str> {
    screen
        .lines()
        .map(|row| row.trim_end_matches(' '))
        .collect()
}

fn read_shape(
    shape: &Shape,
    rows: &[&str],
    lines: &[Framed<'_>],
    asks: usize,
    width: usize,
) -> Option<Dialog> {
    let below = &lines[asks + 1..];
    let insides: Vec<&str> = below.iter().map(|line| line.inside).collect();
    let last = insides.iter().rposition(|line| !line.is_empty())?;
    let (first, mut options, selected) = read_options(&insides, shape.cursor, None)?;
    let end = match shape.last {
        // Nothing but its frame stands below the last option.
        "" => position(&insides, &options.last()?.line)?,
        words => insides.iter().rposition(|line| line.contains(words))?,
    };
    // A narrow pane wraps it; anything longer is not the end of a dialog any more.
    if last > end + if shape.last.is_empty() { 1 } else { 2 } {
        return None;
    }
    for option in &mut options {
        let own = below[position(&insides, &option.line)?];
        own.whole.clone_into(&mut option.line);
    }
    let (top, about) = (shape.about)(&Around {
        rows,
        lines,
        asks,
        first: asks + 1 + first,
        width,
    })?;
    let no = last_that_denies(&mut options, shape);
    let all = top.min(asks)..=asks + 1 + last;
    Some(Dialog {
        kind: shape.kind,
        title: lines[asks].whole.to_owned(),
        first: *all.start(),
        lines: rows[all].iter().map(|row| (*row).to_owned()).collect(),
        yes: option_called(&options, |label| label == shape.yes),
        no,
        options,
        selected,
        untouched: true,
        takes_words: false,
        footer: below[end].whole.to_owned(),
        about,
    })
}

fn position(lines: &[&str], wanted: &str) -> Option<usize> {
    lines.iter().rposition(|line| *line == wanted)
}

fn option_called(options: &[Choice], is_it: impl Fn(&str) -> bool) -> Option<u8> {
    let found = options.iter().find(|option| is_it(&option.label));
    found.map(|option| option.number)
}

fn last_that_denies(options: &mut [Choice], shape: &Shape) -> Option<u8> {
    let last = options.last_mut()?;
    if shape.kind == Kind::Question || !last.label.starts_with(shape.no) {
        return None;
    }
    if let Some(press) = &shape.deny {
        last.press = Some(press.clone());
    }
    Some(last.number)
}

/// `$ command` and all that follows it, two cells in.
pub(crate) fn prompt_below(around: &Around<'_>) -> Option<Subject> {
    let below = &around.lines[..around.first];
    let first = (around.asks + 1..around.first).find(|at| below[*at].inside.starts_with("$ "))?;
    let rows = filled(&around.rows[first..around.first]);
    let text = Rows {
        lines: sunk(rows, 2)?,
        flows: vec![Flow::words(around.width.saturating_sub(4))],
        before: "$ ",
        // It draws none at all.
        has_tabs: false,
    };
    Some((first, About::Command(text)))
}

/// `Destination: path`, wherever the pane has wrapped it.
pub(crate) fn destination_below(around: &Around<'_>) -> Option<Subject> {
    let is_it = |at: &usize| around.lines[*at].inside.starts_with("Destination: ");
    let first = (around.asks + 1..around.first).find(is_it)?;
    let text = Rows {
        lines: sunk(filled(&around.rows[first..around.first]), 2)?,
        flows: any_columns(around.width, 8),
        before: "Destination: ",
        has_tabs: true,
    };
    Some((first, About::File(text)))
}

pub(crate) fn question_below(around: &Around<'_>) -> Option<Subject> {
    question(around, around.asks + 1)
}

/// The question stands below a word that heads it.
pub(crate) fn question_below_header(around: &Around<'_>) -> Option<Subject> {
    let is_word = |at: &usize| !around.lines[*at].inside.is_empty();
    let header = (around.asks + 1..around.first).find(is_word)?;
    question(around, header + 1)
}

/// All between there and the options, whatever frame is around it.
fn question(around: &Around<'_>, from: usize) -> Option<Subject> {
    let text = Rows::of_question(&around.lines[from..around.first], around.width)?;
    Some((around.asks, About::Question(text)))
}

/// A frame of its own, right above: two cells in and as wide as that leaves.
pub(crate) fn box_above(around: &Around<'_>) -> Option<Subject> {
    let dashes = "─".repeat(around.width.checked_sub(6)?);
    let above = &around.rows[..around.asks];
    let bottom = above
        .iter()
        .rposition(|row| **row == format!("│ ╰{dashes}╯ │"))?;
    let top = above[..bottom]
        .iter()
        .rposition(|row| **row == format!("│ ╭{dashes}╮ │"))?;
    let is_next = around.lines[bottom + 1..around.asks]
        .iter()
        .all(|line| line.inside.is_empty());
    let inner = |row: &&str| {
        let row = row.strip_prefix("│ │ ")?.strip_suffix("│ │")?;
        Some(row.trim_end_matches(' ').to_owned())
    };
    let rows = above[top + 1..bottom]
        .iter()
        .map(inner)
        .collect::<Option<Vec<_>>>()?;
    let flow = |margin| Flow {
        tabs: Tabs::Loose,
        ..Flow::words(around.width.saturating_sub(margin))
    };
    let text = Rows {
        lines: rows,
        // Some boxes have no margin, others one of a cell on each side.
        flows: vec![flow(8), flow(10)],
        before: "",
        has_tabs: true,
    };
    (is_next && !text.lines.is_empty()).then_some((top, About::Command(text)))
}

/// `? Shell command (description) ←`, and after an empty line, and perhaps a warning, the command once
/// more. Its rows are cut at the right where it is long; then it is not there in full.
pub(crate) fn call_above(around: &Around<'_>) -> Option<Subject> {
    let above = &around.lines[..around.asks];
    let call = above
        .iter()
        .rposition(|line| line.inside.starts_with("? "))?;
    let is_empty = |at: &usize| above[*at].inside.is_empty();
    // The heading is less deep in.
    let is_heading = |at: &usize| !is_empty(at) && !around.rows[*at].starts_with("     ");
    let heading = (call..around.asks).rev().find(is_heading)?;
    let mut first = (heading + 1..around.asks).find(|at| !is_empty(at))?;
    if above[first].inside.starts_with('⚠') {
        first = (first..around.asks).find(is_empty)? + 1;
    }
    let rows: Vec<&str> = above[first..]
        .iter()
        .map(|line| line.whole.trim_end_matches([' ', '█', '│']))
        .collect();
    let text = Rows {
        lines: sunk(filled(&rows), 5)?,
        flows: any_columns(around.width, 14),
        before: "",
        has_tabs: true,
    };
    // A command that begins like a warning does so in its heading, too.
    let (_, heading) = above[call].inside.strip_prefix("? ")?.split_once(' ')?;
    let word = text.lines.first()?.split_whitespace().next()?;
    let begins = heading.trim_start().starts_with(word);
    begins.then_some((call, About::Command(text)))
}

/// `? WriteFile  Writing to path ←`
pub(crate) fn writing_above(around: &Around<'_>) -> Option<Subject> {
    let above = &around.lines[..around.asks];
    let call = above
        .iter()
        .rposition(|line| line.inside.starts_with("? "))?;
    let (_, path) = above[call].inside.split_once(" Writing to ")?;
    let path = path.trim_end_matches('←').trim_end().to_owned();
    Some((call, About::File(Rows::of_line(path, around.width))))
}

/// `Do you want to create path?`
pub(crate) fn file_in_question(around: &Around<'_>) -> Option<Subject> {
    let path = around.lines[around.asks].inside;
    let path = path.strip_prefix("Do you want to create ")?;
    let path = path.strip_suffix('?')?.to_owned();
    Some((around.asks, About::File(Rows::of_line(path, around.width))))
}

/// The rows without the empty ones at their end.
pub(crate) fn filled<'a, 'b>(rows: &'a [&'b str]) -> &'a [&'b str] {
    let last = rows.iter().rposition(|row| !row.trim().is_empty());
    &rows[..last.map_or(0, |at| at + 1)]
}

/// The rows without so many cells before each; `None` where something stands there.
pub(crate) fn sunk(rows: &[&str], indent: usize) -> Option<Vec<String>> {
    let inside = |row: &&str| match row.get(..indent) {
        Some(blank) => blank.trim().is_empty().then(|| row[indent..].to_owned()),
        None => row.trim().is_empty().then(String::new),
    };
    rows.iter().map(inside).collect()
}
