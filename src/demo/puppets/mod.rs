//! How a scripted assistant passes for the one that it plays: what its hooks, its files and its window's
//! title say, and how its dialogs are drawn. Each in the shapes of the real one, so that nothing else
//! needs to know that it is none.

mod claude;
mod codex;
mod copilot;
mod desk;
mod gemini;

use std::io;

use desk::Desk;
pub(crate) use desk::Place;

use super::story::{Errand, Progress, Tool};

/// What the person at the pane wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It may, or that is good.
    Yes,
    /// This option of a question, from 0.
    Option(usize),
    /// It may not; the turn is over.
    No,
    /// It may not, but should do this instead.
    Instead(String),
}

/// What an assistant is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// It waits for a prompt.
    Idle,
    /// It works.
    Works,
    /// It has a dialog open; whether that is a question.
    Asks(bool),
}

/// A tool that is used, or is to be.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Its id.
    pub id: String,
    /// The sub-agent that uses it.
    pub agent: Option<String>,
    /// What for.
    pub tool: Tool,
}

impl Call {
    /// Whether it asks the person to choose.
    pub(super) fn is_question(&self) -> bool {
        matches!(self.tool, Tool::Question(..))
    }
}

/// How a dialog is to be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The cells of the pane.
    pub width: usize,
    /// The option the cursor is on, from 0.
    pub at: usize,
    /// What was written into the option that takes words.
    pub words: Option<&'a str>,
}

/// One option of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its number's words.
    pub label: String,
    /// What it means.
    pub means: Answer,
}

impl Choice {
    fn of(label: impl Into<String>, means: Answer) -> Self {
        Self {
            label: label.into(),
            means,
        }
    }
}

/// One that plays an assistant.
pub(super) trait Puppet {
    /// What stands at the top of its screen.
    fn banner(&self) -> &'static str;

    /// Stands before what the person has typed.
    fn sign(&self) -> &'static str;

    /// A session begins.
    fn begin(&mut self) -> io::Result<()>;

    /// The session ends.
    fn leave(&mut self) -> io::Result<()>;

    /// It is at this now. What its window is called then, if it calls it anything.
    fn feel(&mut self, mood: Mood) -> io::Result<Option<String>>;

    /// The person has typed something.
    fn prompt(&mut self, words: &str) -> io::Result<()>;

    /// It writes its tasks down.
    fn note(&mut self, tasks: &[(&str, Progress)]) -> io::Result<()>;

    /// It is about to use a tool; `asks`: not unasked.
    fn start(&mut self, call: &Call, asks: bool) -> io::Result<()>;

    /// It asks for that. Somebody else than the person at the pane may answer at once.
    fn ask(&mut self, call: &Call) -> io::Result<Option<Answer>>;

    /// The person has answered.
    fn hear(&mut self, call: &Call, answer: &Answer) -> io::Result<()>;

    /// The tool has ended.
    fn end(&mut self, call: &Call, answer: &Answer) -> io::Result<()>;

    /// It sends a sub-agent, whose name is given back; `None` where it has none.
    fn dispatch(&mut self, _errand: &Errand) -> io::Result<Option<String>> {
        Ok(None)
    }

    /// The sub-agent has come back.
    fn back(&mut self, _agent: &str, _errand: &Errand) -> io::Result<()> {
        Ok(())
    }

    /// The turn is over.
    fn finish(&mut self, words: &str) -> io::Result<()>;

    /// The turn has failed.
    fn fail(&mut self, why: &str) -> io::Result<()>;

    /// The options of the dialog for a call.
    fn choices(&self, call: &Call) -> Vec<Choice>;

    /// The dialog for a call, row by row.
    fn dialog(&self, call: &Call, view: View<'_>) -> Vec<String>;

    /// Whether its "No" takes words.
    fn takes_words(&self, _call: &Call) -> bool {
        false
    }
}

/// One that plays the assistant with this name; `None` where none does.
pub(super) fn puppet(plays: &str, place: Place) -> Option<Box<dyn Puppet>> {
    let desk = Desk::of(plays, place)?;
    Some(match plays {
        "claude" => Box::new(claude::Claude::at(desk)),
        "codex" => Box::new(codex::Codex::at(desk)),
        "gemini" => Box::new(gemini::Gemini::at(desk)),
        "copilot" => Box::new(copilot::Copilot::at(desk)),
        _ => return None,
    })
}

/// What the assistant with this name says of its version.
pub(super) fn version(plays: &str) -> &'static str {
    match plays {
        "claude" => "2.1.332 (Claude Code)",
        "codex" => "codex-cli 0.169.0",
        "gemini" => "0.61.0",
        "copilot" => "1.0.102",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
