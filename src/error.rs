//! How a command fails: what happened, why, what to do next, and the exit status.
//!
//! May import: nothing of ours.

use std::error::Error;
use std::fmt;

/// Exit status of a command that could not do its work.
pub(crate) const EXIT_FAILED: u8 = 1;
/// Exit status of a command that was typed wrongly, like clap's own.
pub(crate) const EXIT_USAGE: u8 = 2;
/// Exit status of a command that found nobody to ask.
pub(crate) const EXIT_NOBODY: u8 = 3;
/// Exit status of a command that waited in vain.
pub(crate) const EXIT_TIMED_OUT: u8 = 4;

/// A command's failure as a person reads it.
#[derive(Debug)]
pub struct CommandError {
    /// What failed, on what.
    message: String,
    /// Why, outermost first.
    causes: Vec<String>,
    /// What to do next, and whether anything was changed.
    hints: Vec<String>,
    exit: u8,
}

/// What every command gives back.
pub(crate) type CommandResult = Result<(), CommandError>;

impl CommandError {
    /// A failure with exit status [`EXIT_FAILED`]; lower case, no full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            exit: EXIT_FAILED,
        }
    }

    /// Adds why it happened: `cause` and everything below it.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn Error) -> Self {
        let mut next = Some(cause);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// Adds what the person can do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Sets another exit status.
    #[must_use]
    pub fn exit(mut self, status: u8) -> Self {
        self.exit = status;
        self
    }

    /// The exit status.
    pub fn exit_status(&self) -> u8 {
        self.exit
    }

    /// Why it happened, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do next.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

/// What a command prints could not be written, whatever `message` calls that.
pub(crate) fn unprinted(message: &str, error: &std::io::Error) -> CommandError {
    let failed = CommandError::new(message).caused_by(error);
    failed.hint("what was written of it is a part; see that its file or disk takes the rest")
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CommandError {}
