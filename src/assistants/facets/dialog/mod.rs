//! The dialog on the screen of an assistant's pane, read from `capture-pane`, and whether it is the
//! request that was decided about.
//!
//! A safety check and nothing else: it decides whether a key may be pressed, never what a row says.
//! Whatever is not exactly as known is no dialog, and a dialog whose text is not the request's, character
//! by character, is another one's.
//!
//! | part | does |
//! | --- | --- |
//! | `flow` | whether rows of the screen are a text |
//! | `refusal` | why a dialog is not answered |
//! | `twins` | requests of one assistant that look the same |
//! | `claude`, `claude_sheet` | the dialogs of Claude Code 2.1.197 and 2.1.329 |
//! | `claude_tools` | what they show of tools other than commands, files and servers' tools |
//! | `edits`, `calls`, `options` | diffs, the inputs of a tool, the options of a question in them |
//! | `plan` | its question about a plan |
//! | `opencode` | those of OpenCode, told by colours too |
//! | `others` | those of the other assistants, as a table |
//! | `rows` | rows of those that are a text |

pub(crate) mod flow;
pub(crate) mod refusal;
pub(crate) mod rows;
pub(crate) mod shape;
#[cfg(test)]
mod shape_tests;
mod twins;

use std::path::{Component, Path, PathBuf};

use pane_patrol_hooks::event::Assistant;

use self::shape as others;
use crate::assistants::claude::dialog::{self as claude, options, plan, sheet as claude_sheet};
use crate::assistants::opencode::dialog as opencode;
use crate::state::Bound;
pub use refusal::{Part, Refusal};
pub use twins::{has_lookalike, others, tell_apart, unheard};

/// A line of at least so many dashes is a rule; panes of 40 columns have it too.
const RULE: usize = 20;

/// A pane as tmux shows it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pane {
    /// Its text, line by line.
    pub screen: String,
    /// How many cells a line has.
    pub width: usize,
    /// Why no key may be sent to it, whatever it shows.
    pub unfit: Option<&'static str>,
    /// What must be as it is when a key is pressed: the pane's size, its processes.
    pub stamp: Vec<(&'static str, String)>,
}

/// What is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Characters, as they are.
    Text(String),
    /// One key by tmux's name for it.
    Key(&'static str),
}

/// What kind of answer a dialog wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// May this tool be used?
    Permission,
    /// A question with options.
    Question,
}

/// One numbered line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its number, from 1.
    pub number: u8,
    /// Its words.
    pub label: String,
    /// The line as it is on the screen, with the cursor.
    pub line: String,
    /// What is pressed for it; `None` where that is not known.
    pub press: Option<Press>,
}

/// A dialog that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// What it wants.
    pub kind: Kind,
    /// Its first line, for example `Bash command`.
    pub title: String,
    /// The row of its first line, from 0.
    pub first: usize,
    /// All its lines as they are on the screen, from its first to its last.
    pub lines: Vec<String>,
    /// From 1, without a gap.
    pub options: Vec<Choice>,
    /// The number of the option the cursor is on.
    pub selected: Option<u8>,
    /// Nobody has begun to write into it.
    pub untouched: bool,
    /// Its "No" takes words about what to do instead.
    pub takes_words: bool,
    /// The first line of its footer.
    pub footer: String,
    /// What it is about, as far as its shape tells.
    pub(crate) about: About,
    /// The number of the option that approves this once and nothing more.
    pub(crate) yes: Option<u8>,
    /// The number of the option that denies.
    pub(crate) no: Option<u8>,
}

/// What a dialog is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// One of Claude Code's.
    Claude(claude_sheet::Sheet),
    /// A command.
    Command(rows::Rows),
    /// A file that is to be written.
    File(rows::Rows),
    /// The words of a question.
    Question(rows::Rows),
    /// The lines of a plan.
    Plan(Vec<String>),
}

/// Whether any dialog of the assistant is known.
pub fn knows(assistant: &Assistant) -> bool {
    let own = [Assistant::CLAUDE, Assistant::OPENCODE];
    own.contains(assistant) || others::knows(assistant)
}

/// Whether the assistant's dialogs are told by colours too: its screen is read with them.
pub fn reads_colours(assistant: &Assistant) -> bool {
    *assistant == Assistant::OPENCODE
}

/// The screen half of the check of an answer: the dialog that the pane shows, if it is the request's.
pub fn shown(bound: &Bound, pane: &Pane) -> Result<Dialog, Refusal> {
    let Some(dialog) = Dialog::read(&bound.assistant, &pane.screen, pane.width) else {
        let is_cut_off = Dialog::is_cut_off(&bound.assistant, &pane.screen, pane.width);
        return Err(if is_cut_off {
            Refusal::TooTall
        } else {
            Refusal::NoDialog
        });
    };
    dialog.shows(bound).map(|()| dialog)
}

/// What a pane shows after a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnScreen {
    /// Its dialog.
    Its,
    /// Another one, or what may be one.
    Other,
    /// None.
    Nothing,
}

/// Whether the pane shows the request's dialog, another one, or none.
pub fn on_screen(bound: &Bound, pane: &Pane) -> OnScreen {
    match shown(bound, pane) {
        Ok(_) => OnScreen::Its,
        Err(Refusal::NoDialog) if !may_hold_one(&pane.screen) => OnScreen::Nothing,
        Err(_) => OnScreen::Other,
    }
}

/// Whether anything stands there that dialogs have.
fn may_hold_one(screen: &str) -> bool {
    screen.lines().map(str::trim).any(|line| {
        let is_foot = line.contains("Esc to cancel") || line.starts_with("Enter to select");
        is_foot || option(line, '❯').is_some_and(|(_, _, has_cursor)| has_cursor)
    })
}

impl Dialog {
    /// Reads the text of a pane of `width` cells. `None` when no dialog of a known shape is its last word.
    pub fn read(assistant: &Assistant, screen: &str, width: usize) -> Option<Self> {
        if *assistant == Assistant::CLAUDE {
            claude::read(screen, width).or_else(|| plan::read(screen))
        } else if *assistant == Assistant::OPENCODE {
            opencode::read(screen, width)
        } else {
            others::read(assistant, screen, width)
        }
    }

    /// Whether the end of a dialog is on the screen whose beginning is not: nobody can tell from it
    /// what would be answered.
    pub fn is_cut_off(assistant: &Assistant, screen: &str, width: usize) -> bool {
        *assistant == Assistant::CLAUDE && claude::is_cut_off(screen, width)
    }

    /// The option that approves this once and nothing more.
    pub fn yes(&self) -> Option<u8> {
        self.yes
    }

    /// The option that denies.
    pub fn no(&self) -> Option<u8> {
        self.no
    }

    /// The option of this number.
    pub fn option(&self, number: u8) -> Option<&Choice> {
        self.options.iter().find(|option| option.number == number)
    }

    /// The option the cursor is on.
    pub fn at_cursor(&self) -> Option<&Choice> {
        self.option(self.selected?)
    }

    /// Whether it shows the request, all of it and nothing else. The error says what differs.
    pub fn shows(&self, bound: &Bound) -> Result<(), Refusal> {
        let message = bound.request.message.as_deref();
        let message = message.ok_or(Refusal::NothingKnown)?;
        if (self.kind == Kind::Question) != bound.is_question() {
            return Err(Refusal::OtherDialog);
        }
        match &self.about {
            About::Claude(sheet) => {
                sheet.shows(bound, message)?;
                let input = bound.input.as_ref().filter(|_| self.kind == Kind::Question);
                input.map_or(Ok(()), |input| {
                    options::are_those(self, input, sheet.width())
                })
            }
            About::Command(rows) => rows.are_command(bound, message),
            About::File(rows) => rows.are_file(message, bound.cwd.as_deref().unwrap_or("/")),
            About::Question(rows) => rows.are_question(message),
            About::Plan(lines) => match bound.command.as_deref() {
                Some(plan) if plan::is_shown(plan, lines) => Ok(()),
                Some(_) => Err(Refusal::Differs(Part::Plan)),
                None => Err(Refusal::NotKnown(Part::Plan)),
            },
        }
    }
}

/// A message without the mark that more followed.
pub(crate) fn cut(message: &str) -> (&str, bool) {
    match message.strip_suffix('…') {
        Some(rest) => (rest, true),
        None => (message, false),
    }
}

/// Without white space: a pane wraps where it must.
pub(crate) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// `path` below `cwd`, without `.` and `..`; by its words alone.
pub(crate) fn resolve(cwd: &str, path: &str) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in Path::new(cwd).join(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}

/// Whether the line is a rule from the pane's left edge to its right one.
pub(crate) fn is_whole_rule(line: &str, dash: char, width: usize) -> bool {
    width >= RULE && line.chars().count() == width && line.chars().all(|c| c == dash)
}

/// The names that a file has from the folder `cwd`: whole, from there, and as it was asked for.
pub(crate) fn names_of(path: &str, cwd: &str) -> Vec<String> {
    let whole = resolve(cwd, path);
    let from_there = relative(&whole, Path::new(cwd));
    let names = [whole.as_path(), &from_there, Path::new(path)];
    names
        .map(|name| name.to_string_lossy().into_owned())
        .to_vec()
}

/// `path` as seen from `from`.
pub(crate) fn relative(path: &Path, from: &Path) -> PathBuf {
    let shared = path
        .components()
        .zip(from.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = from.components().skip(shared).map(|_| "..");
    let mut whole: PathBuf = up.collect();
    whole.extend(path.components().skip(shared));
    whole
}

pub(crate) fn is_rule(line: &str, dash: char) -> bool {
    let line = line.trim();
    line.chars().count() >= RULE && line.chars().all(|c| c == dash)
}

/// The numbered lines at the end of `lines`, read upwards to number 1: where that stands, all of them,
/// and which one the cursor is on. `column`: how many cells in their numbers stand, where that is sure;
/// the rest of a wrapped option may begin with a number, too.
pub(crate) fn read_options(
    lines: &[&str],
    cursor: char,
    column: Option<usize>,
) -> Option<(usize, Vec<Choice>, Option<u8>)> {
    let mut options: Vec<Choice> = Vec::new();
    let mut selected = None;
    for (index, line) in lines.iter().enumerate().rev() {
        let Some((number, label, has_cursor)) = option(line, cursor) else {
            continue;
        };
        let own = line
            .chars()
            .take_while(|c| *c == ' ' || *c == cursor)
            .count();
        if column.is_some_and(|column| column != own) {
            continue;
        }
        if options
            .last()
            .is_some_and(|below| below.number != number + 1)
        {
            return None;
        }
        if has_cursor {
            selected = Some(number);
        }
        options.push(Choice {
            number,
            label: label.to_owned(),
            line: line.trim().to_owned(),
            press: Some(Press::Text(number.to_string())),
        });
        if number == 1 {
            options.reverse();
            return Some((index, options, selected));
        }
    }
    None
}

/// `❯ 1. Yes`
pub(crate) fn option(line: &str, cursor: char) -> Option<(u8, &str, bool)> {
    let line = line.trim();
    let (line, has_cursor) = match line.strip_prefix(cursor) {
        Some(rest) => (rest.trim_start(), true),
        None => (line, false),
    };
    // Where it is narrow 2.1.197 leaves the space out.
    let (number, label) = line.split_once('.')?;
    let number = number
        .parse()
        .ok()
        .filter(|number| (1..=9).contains(number))?;
    Some((number, label.trim(), has_cursor))
}
