//! The dialog on the screen of an assistant's pane, read from `capture-pane`, and whether it is the
//! request that was decided about: what all assistants have in common.
//!
//! A safety check and nothing else: it decides whether a key may be pressed, never what a row says.
//! Whatever is not exactly as known is no dialog, and a dialog whose text is not the request's, character
//! by character, is another one's.
//!
//! | part | does |
//! | --- | --- |
//! | `drawn` | what is drawn of a text for certain |
//! | `flow` | whether rows of the screen are a text |
//! | `frame` | lines in a frame |
//! | `refusal` | why a dialog is not answered |
//! | `twins` | requests of one assistant that cannot be told apart |
//! | `shape` | dialogs as a table |
//! | `own` | what an assistant alone can compare |
//! | `rows` | rows of a dialog that are a text |

pub(crate) mod drawn;
pub(crate) mod flow;
pub(crate) mod frame;
pub(crate) mod own;
pub(crate) mod refusal;
pub(crate) mod rows;
pub(crate) mod shape;
pub(crate) mod signs;
mod twins;

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use pane_patrol_hooks::text::{one_line, unmarked};

pub(crate) use crate::mux::Press;
use crate::state::Bound;
use drawn::Drawn;
pub(crate) use drawn::spelt;
use own::Certainty;
pub(crate) use refusal::{Part, Refusal};
pub(crate) use twins::of_line;
pub(crate) use twins::{has_lookalike, is_same, others, tell_apart, unheard};

/// A line of at least so many dashes is a rule; panes of 40 columns have it too.
const RULE: usize = 20;

/// A pane as its multiplexer shows it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pane {
    /// Its text, line by line.
    pub screen: String,
    /// How many cells a line has.
    pub width: usize,
    /// Why no key may be sent to it, whatever it shows.
    pub unfit: Option<&'static str>,
    /// What must be as it is when a key is pressed: the pane's size, its processes.
    pub stamp: Vec<(&'static str, String)>,
}

/// What kind of answer a dialog wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// May this tool be used?
    Permission,
    /// A question with options.
    Question,
}

/// One numbered line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
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
pub(crate) struct Dialog {
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
    /// What its assistant alone can compare.
    Own(own::Own),
    /// A command.
    Command(rows::Rows),
    /// A file that is to be written.
    File(rows::Rows),
    /// The words of a question.
    Question(rows::Rows),
}

impl Dialog {
    /// The option that approves this once and nothing more.
    pub(crate) fn yes(&self) -> Option<u8> {
        self.yes
    }

    /// The option that denies.
    pub(crate) fn no(&self) -> Option<u8> {
        self.no
    }

    /// The option of this number.
    pub(crate) fn option(&self, number: u8) -> Option<&Choice> {
        self.options.iter().find(|option| option.number == number)
    }

    /// Whether it shows the request, all of it and nothing else. The error says what differs.
    pub(crate) fn shows(&self, bound: &Bound) -> Result<(), Refusal> {
        let message = bound.request.message.as_deref();
        let message = &said(message.ok_or(Refusal::NothingKnown)?);
        if (self.kind == Kind::Question) != bound.is_question() {
            return Err(Refusal::OtherDialog);
        }
        match &self.about {
            About::Own(own) => own.0.shows(self, bound, message),
            About::Command(rows) => rows.are_command(bound, message),
            About::File(rows) => rows.are_file(message, bound.cwd.as_deref().unwrap_or("/")),
            About::Question(rows) => rows.are_question(message),
        }
    }
}

impl Dialog {
    /// Whether this dialog may be about the request by its heading alone.
    fn may_head(&self, bound: &Bound) -> bool {
        let is_kind = (self.kind == Kind::Question) == bound.is_question();
        let is_known = bound.request.tool.is_some() || bound.request.message.is_some();
        (is_kind || !is_known)
            && match &self.about {
                About::Own(own) => own.0.may_head(self, bound),
                About::Command(_) | About::File(_) | About::Question(_) => true,
            }
    }

    /// What the dialog would draw of the request.
    fn drawn(&self, bound: &Bound) -> Drawn {
        let message = bound.request.message.as_deref();
        match (&self.about, bound.command.as_deref(), message) {
            (About::Own(own), _, message) => {
                own.0.drawn(self, bound, &said(message.unwrap_or_default()))
            }
            (About::Command(_), Some(command), _) => Drawn::nothing().whole(command),
            (_, _, Some(message)) => of_line(message),
            (_, _, None) => Drawn::nothing().and_more().doubtful(),
        }
    }

    /// How certain it is, by the words of both, that this dialog, which shows `bound`, is not that of
    /// `other`.
    fn certainty(&self, bound: &Bound, other: &Bound) -> Certainty {
        match &self.about {
            About::Own(own) => own.0.certainty(bound, other),
            _ => Certainty::ByRows,
        }
    }

    /// `other` as it is compared beside `bound`: without a name that may be drawn as another one.
    fn named_alike(&self, bound: &Bound, other: &Bound) -> Bound {
        match &self.about {
            About::Own(own) => own.0.named_alike(bound, other),
            _ => other.clone(),
        }
    }
}

/// The text of a request as far as its one line has it; of a beginning the blanks are run together.
fn said(message: &str) -> Cow<'_, str> {
    let text = unmarked(message);
    if cut(message).1 {
        one_line(&text, usize::MAX).into()
    } else {
        text
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
