//! Rows of a dialog that are a text, and how their assistant breaks one.

use super::cut;
use super::flow::Flow;
use super::frame::{Framed, any_columns};
use super::refusal::{Part, Refusal, plain};
use crate::state::Bound;

/// Rows of the screen, without frames and indents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) lines: Vec<String>,
    /// In one of these ways the text is broken.
    pub(crate) flows: Vec<Flow>,
    /// What the assistant writes before the text.
    pub(crate) before: &'static str,
    /// Whether a tab can be seen.
    pub(crate) has_tabs: bool,
}

/// The widest frame around a question, both sides together.
const FRAME: usize = 14;

impl Rows {
    /// A text that is one row.
    pub(crate) fn of_line(text: String, width: usize) -> Self {
        Self {
            lines: vec![text],
            flows: vec![Flow::words(width)],
            before: "",
            has_tabs: true,
        }
    }

    /// All that stands there, without its frame; `None` where nothing does.
    pub(crate) fn of_question(lines: &[Framed<'_>], width: usize) -> Option<Self> {
        let first = lines.iter().position(|line| !line.inside.is_empty())?;
        let last = lines.iter().rposition(|line| !line.inside.is_empty())?;
        let rows = lines[first..=last].iter();
        Some(Self {
            lines: rows.map(|line| line.inside.to_owned()).collect(),
            flows: any_columns(width, FRAME),
            before: "",
            has_tabs: true,
        })
    }

    /// Whether they are just this text.
    pub(crate) fn are(&self, text: &str) -> bool {
        let text = format!("{}{text}", self.before);
        self.flows.iter().any(|flow| flow.shows(&self.lines, &text))
    }

    /// Whether they are the command, or begin like it where no more of it is known.
    pub(crate) fn are_command(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let (beginning, is_cut) = cut(message);
        let is_its = match bound.command.as_deref() {
            Some(command) => {
                self.check(Part::Command, command)?;
                self.are(command)
            }
            None if is_cut => {
                self.check(Part::Command, beginning)?;
                let wanted = format!("{}{beginning}", self.before);
                let begins = |flow: &Flow| flow.begins(&self.lines, &wanted);
                !beginning.trim().is_empty() && self.flows.iter().any(begins)
            }
            None => {
                self.check(Part::Command, message)?;
                self.are(message)
            }
        };
        if is_its {
            Ok(())
        } else {
            Err(Refusal::Differs(Part::Command))
        }
    }

    /// Whether they are the question.
    pub(crate) fn are_question(&self, message: &str) -> Result<(), Refusal> {
        self.check(Part::Question, message)?;
        if self.are(message) {
            Ok(())
        } else {
            Err(Refusal::Differs(Part::Question))
        }
    }

    /// Whether they are the file, as one of its names.
    pub(crate) fn are_file(&self, path: &str, cwd: &str) -> Result<(), Refusal> {
        self.check(Part::File, path)?;
        let is_it = super::names_of(path, cwd).iter().any(|name| self.are(name));
        if is_it {
            Ok(())
        } else {
            Err(Refusal::Differs(Part::File))
        }
    }

    fn check(&self, part: Part, text: &str) -> Result<(), Refusal> {
        if !self.has_tabs && text.contains('\t') {
            return Err(Refusal::Unseen(part));
        }
        plain(part, text)
    }
}
