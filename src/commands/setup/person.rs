//! The person who is asked, or who has said beforehand what is to be done.

use std::io::{self, IsTerminal};

use pane_patrol_hooks::text::printable_line;
use rustix::termios::{QueueSelector, tcflush};

use crate::cli::SetupArgs;
use crate::error::{CommandError, EXIT_USAGE};
use crate::messages;

/// How questions are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Person {
    /// By the person, on the terminal.
    Asked,
    /// With yes.
    Willing,
    /// Not at all: changes are shown and none is made.
    Looking,
}

/// Why a step is not done to its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// The person does not want to go on, with this step or any other; what this step has come to.
    Stopped(Done),
    /// This step cannot be done.
    Failed(CommandError),
}

impl From<CommandError> for Halt {
    fn from(error: CommandError) -> Self {
        Self::Failed(error)
    }
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Something is other than before.
    Changed,
    /// All is as it was: it was there already, or is not wanted.
    Same,
}

/// What a part of a step comes to.
pub(super) type Step<T = ()> = Result<T, Halt>;

impl Person {
    /// Who is there.
    ///
    /// # Errors
    /// Nobody can be asked, and nothing was said beforehand.
    pub(super) fn of(arguments: &SetupArgs) -> Result<Self, CommandError> {
        if arguments.dry_run {
            return Ok(Self::Looking);
        }
        if arguments.yes {
            return Ok(Self::Willing);
        }
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            return Ok(Self::Asked);
        }
        Err(
            CommandError::new("nobody can be asked: this is no terminal")
                .hint(
                    "nothing was changed; `--dry-run` shows what would be, `--yes` does all of it",
                )
                .exit(EXIT_USAGE),
        )
    }

    /// Whether nothing is to be changed.
    pub(super) fn only_looks(self) -> bool {
        self == Self::Looking
    }

    /// Whether somebody answers.
    pub(super) fn can_be_asked(self) -> bool {
        self == Self::Asked
    }

    /// Whether what was shown is to be done. Looking on is no yes.
    pub(super) fn agrees(self, question: &str) -> Step<bool> {
        match self {
            Self::Looking => Ok(false),
            Self::Willing => Ok(true),
            Self::Asked => loop {
                let answer = ask(&format!("{question} [y/N, q to stop] "))?;
                match &*answer.to_lowercase() {
                    "q" | "quit" => return Err(Halt::Stopped(Done::Same)),
                    "y" | "yes" => return Ok(true),
                    "" | "n" | "no" => return Ok(false),
                    _ => messages::status(&format!(
                        "`{}` is neither yes nor no.",
                        printable_line(&answer)
                    )),
                }
            },
        }
    }

    /// The same about what is only worked out so far: somebody who looks on wants to see all of it.
    pub(super) fn wants(self, question: &str) -> Step<bool> {
        match self {
            Self::Looking => Ok(true),
            Self::Willing | Self::Asked => self.agrees(question),
        }
    }

    /// One word of the person's; empty where there is nobody to ask, or they say nothing.
    pub(super) fn says(self, question: &str) -> Step<String> {
        match self {
            Self::Asked => ask(question),
            Self::Looking | Self::Willing => Ok(String::new()),
        }
    }
}

fn ask(question: &str) -> Step<String> {
    // What was typed before the question stood there is no answer to it.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    messages::result(question);
    let mut answer = String::new();
    match io::stdin().read_line(&mut answer) {
        Ok(read) if read > 0 => Ok(answer.trim().to_owned()),
        _ => Err(Halt::Stopped(Done::Same)),
    }
}
