//! The dialogs of OpenCode (1.18.33): a permission has buttons, and the chosen one is told by its colour
//! alone; a question has numbered lines, of which a digit chooses at once. What is not known is not
//! answered: other folders, several questions, "always".

use crate::assistants::facets::dialog::flow::{Breaks, Flow, Tabs};
use crate::assistants::facets::dialog::frame::{Framed, framed};
use crate::assistants::facets::dialog::rows::Rows;
use crate::assistants::facets::dialog::shape::{filled, rows};
use crate::assistants::facets::dialog::{
    About, Choice, Dialog, Kind, Press, is_rule, read_options,
};
use crate::assistants::facets::{Dialogs, colours};

/// A line that is so far to the right is a note in the corner, not part of a dialog.
const CORNER: usize = 40;

/// All of them.
pub(crate) struct Buttons;

impl Dialogs for Buttons {
    fn read(&self, screen: &str, width: usize) -> Option<Dialog> {
        read(screen, width)
    }

    fn have_colours(&self) -> bool {
        true
    }
}

/// OpenCode's: buttons instead of numbered lines, and the chosen one is told by its colour alone.
fn read(styled: &str, width: usize) -> Option<Dialog> {
    const BUTTONS: [&str; 3] = ["Allow once", "Allow always", "Reject"];
    let screen = colours::without(styled);
    let rows = rows(&screen);
    let lines: Vec<Framed<'_>> = rows.iter().map(|row| framed(row)).collect();
    let bar = lines
        .iter()
        .rposition(|line| BUTTONS.iter().all(|button| line.inside.contains(button)));
    let Some(bar) = bar.filter(|bar| is_end(&lines[bar + 1..])) else {
        return question(&rows, &lines, width);
    };
    let asks = lines[..bar]
        .iter()
        .rposition(|line| line.inside == "△ Permission required")?;
    let about = &without_corner(&lines[asks + 1..bar]);
    let what = about.iter().find(|line| !line.inside.is_empty())?;
    let about = match what.inside.strip_prefix("→ Edit ") {
        Some(path) => About::File(Rows::of_line(path.to_owned(), width)),
        None if what.inside == "# Shell command" => command(about, width)?,
        None => return None,
    };
    let line = styled.lines().nth(bar)?;
    let button = |(index, label): (usize, &&str)| Choice {
        number: u8::try_from(index + 1).unwrap_or(u8::MAX),
        label: (*label).to_owned(),
        line: lines[bar].whole.to_owned(),
        press: [Some(Press::Key("Enter")), None, Some(Press::Key("Escape"))][index].clone(),
    };
    Some(Dialog {
        kind: Kind::Permission,
        title: lines[asks].whole.to_owned(),
        first: asks,
        lines: rows[asks..=bar]
            .iter()
            .map(|row| (*row).to_owned())
            .collect(),
        options: BUTTONS.iter().enumerate().map(button).collect(),
        selected: colours::marked(line, &BUTTONS),
        untouched: true,
        takes_words: false,
        footer: lines[bar].whole.to_owned(),
        about,
        yes: Some(1),
        no: Some(3),
    })
}

/// `$ command` and all that follows it behind the bar.
fn command(lines: &[Framed<'_>], width: usize) -> Option<About> {
    let first = lines
        .iter()
        .position(|line| line.inside.starts_with("$ "))?;
    let inside = |line: &Framed<'_>| {
        let row = line.whole.trim_start().strip_prefix('┃')?;
        let row = row.trim_end_matches([' ', '█', '▀', '▄']);
        match row.strip_prefix("  ") {
            Some(text) => Some(text.to_owned()),
            None => row.trim().is_empty().then(String::new),
        }
    };
    let rows = lines[first..]
        .iter()
        .map(inside)
        .collect::<Option<Vec<_>>>()?;
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let flow = |margin| Flow {
        columns: width.saturating_sub(margin),
        breaks: Breaks::Marks,
        tabs: Tabs::Loose,
    };
    Some(About::Command(Rows {
        lines: filled(&rows).iter().map(|row| (*row).to_owned()).collect(),
        flows: (8..=12).map(flow).collect(),
        before: "$ ",
        has_tabs: true,
    }))
}

/// A question's digits choose at once, wherever its cursor is.
fn question(rows: &[&str], lines: &[Framed<'_>], width: usize) -> Option<Dialog> {
    let footer = lines.iter().rposition(|line| {
        line.inside.starts_with("↑↓ select") && line.inside.contains("enter submit")
    })?;
    if !is_end(&lines[footer + 1..]) {
        return None;
    }
    let top = lines[..footer]
        .iter()
        .rposition(|line| !line.whole.trim_start().starts_with('┃'))?;
    let lines_of_it = &lines[top + 1..footer];
    let insides: Vec<&str> = lines_of_it.iter().map(|line| line.inside).collect();
    let (first, mut options, _) = read_options(&insides, '❯', None)?;
    for option in &mut options {
        let own = lines_of_it.iter().find(|line| line.inside == option.line)?;
        own.whole.clone_into(&mut option.line);
    }
    let question = Rows::of_question(&lines_of_it[..first], width)?;
    Some(Dialog {
        kind: Kind::Question,
        title: "question".to_owned(),
        first: top + 1,
        lines: rows[top + 1..=footer]
            .iter()
            .map(|row| (*row).to_owned())
            .collect(),
        options,
        selected: Some(1),
        untouched: true,
        takes_words: false,
        footer: lines[footer].whole.to_owned(),
        about: About::Question(question),
        yes: None,
        no: None,
    })
}

/// Whether nothing but frames and a note in the corner follows.
fn is_end(lines: &[Framed<'_>]) -> bool {
    let is_note = |line: &Framed<'_>| line.inside.starts_with("• OpenCode");
    // A narrow pane has the keys below the buttons.
    let is_keys = |line: &Framed<'_>| {
        line.inside.contains("⇆ select") && line.inside.ends_with("enter confirm")
    };
    lines.iter().all(|line| {
        line.inside.is_empty() || is_note(line) || is_keys(line) || is_rule(line.inside, '▀')
    })
}

/// Without what stands far to the right of an empty line.
fn without_corner<'a>(lines: &[Framed<'a>]) -> Vec<Framed<'a>> {
    let is_corner = |line: &&Framed<'_>| {
        let rest = line.whole.trim_start().trim_start_matches('┃');
        rest.len() - rest.trim_start().len() >= CORNER
    };
    lines
        .iter()
        .filter(|line| !is_corner(line))
        .copied()
        .collect()
}
