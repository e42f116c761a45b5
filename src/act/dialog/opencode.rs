//! The dialogs of OpenCode (1.18.33): a permission has buttons, and the chosen one is told by its colour
//! alone; a question has numbered lines, of which a digit chooses at once. What is not known is not
//! answered: other folders, several questions, "always".

use super::others::{Framed, command_from_prompt, framed, inside};
use super::{About, Choice, Dialog, Kind, Press, is_rule, read_options};
use crate::act::colours;

/// A line that is so far to the right is a note in the corner, not part of a dialog.
const CORNER: usize = 40;

/// OpenCode's: buttons instead of numbered lines, and the chosen one is told by its colour alone.
pub(super) fn read(styled: &str) -> Option<Dialog> {
    const BUTTONS: [&str; 3] = ["Allow once", "Allow always", "Reject"];
    let screen = colours::without(styled);
    let lines: Vec<Framed<'_>> = screen.lines().map(framed).collect();
    let bar = lines
        .iter()
        .rposition(|line| BUTTONS.iter().all(|button| line.inside.contains(button)));
    let Some(bar) = bar.filter(|bar| is_end(&lines[bar + 1..])) else {
        return question(&lines);
    };
    let asks = lines[..bar]
        .iter()
        .rposition(|line| line.inside == "△ Permission required")?;
    let about = &without_corner(&lines[asks + 1..bar]);
    let what = about.iter().find(|line| !line.inside.is_empty())?;
    let (_, about) = match what.inside.strip_prefix("→ Edit ") {
        Some(path) => (vec![what.whole.to_owned()], About::File(path.to_owned())),
        None if what.inside == "# Shell command" => command_from_prompt(about)?,
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
        lines: lines[asks..=bar]
            .iter()
            .map(|line| line.whole.to_owned())
            .collect(),
        options: BUTTONS.iter().enumerate().map(button).collect(),
        selected: colours::marked(line, &BUTTONS),
        untouched: true,
        footer: lines[bar].whole.to_owned(),
        about,
        yes: Some(1),
        no: Some(3),
    })
}

/// A question's digits choose at once, wherever its cursor is.
fn question(lines: &[Framed<'_>]) -> Option<Dialog> {
    let footer = lines.iter().rposition(|line| {
        line.inside.starts_with("↑↓ select") && line.inside.contains("enter submit")
    })?;
    if !is_end(&lines[footer + 1..]) {
        return None;
    }
    let top = lines[..footer]
        .iter()
        .rposition(|line| !line.whole.starts_with('┃'))?;
    let lines_of_it = &lines[top + 1..footer];
    let insides: Vec<&str> = lines_of_it.iter().map(|line| line.inside).collect();
    let (first, mut options, _) = read_options(&insides, '❯', None)?;
    for option in &mut options {
        let own = lines_of_it.iter().find(|line| line.inside == option.line)?;
        own.whole.clone_into(&mut option.line);
    }
    let question = inside(&lines_of_it[..first]);
    Some(Dialog {
        kind: Kind::Question,
        title: "question".to_owned(),
        first: top + 1,
        lines: lines[top + 1..=footer]
            .iter()
            .map(|line| line.whole.to_owned())
            .collect(),
        options,
        selected: Some(1),
        untouched: true,
        footer: lines[footer].whole.to_owned(),
        about: About::Question(question),
        yes: None,
        no: None,
    })
}

/// Whether nothing but frames and a note in the corner follows.
fn is_end(lines: &[Framed<'_>]) -> bool {
    let is_note = |line: &Framed<'_>| line.inside.starts_with("• OpenCode");
    lines
        .iter()
        .all(|line| line.inside.is_empty() || is_note(line) || is_rule(line.inside, '▀'))
}

/// Without what stands far to the right of an empty line.
fn without_corner<'a>(lines: &[Framed<'a>]) -> Vec<Framed<'a>> {
    let is_corner = |line: &&Framed<'_>| {
        let rest = line.whole.trim_start_matches('┃');
        rest.len() - rest.trim_start().len() >= CORNER
    };
    lines
        .iter()
        .filter(|line| !is_corner(line))
        .copied()
        .collect()
}
