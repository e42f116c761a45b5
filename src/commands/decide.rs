//! What `approve`, `deny` and `answer` share: they find the request that is meant, and tell what came of it.

use pane_patrol_hooks::text::marked_line;

use super::{Context, request, rows};
use crate::actor::names::{names, short_name};
use crate::actor::{Bound, Decision, Digest, Outcome};
use crate::assistants::homes::Homes;
use crate::assistants::request::{self as asked, Known};
use crate::cli::Which;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;
use crate::state::{Row, Unasked};
use crate::sys::shell;

/// The request that a decision is about.
pub(super) struct ChosenRequest {
    row: Row,
    /// The request.
    pub(super) bound: Bound,
    /// What is decided.
    pub(super) decision: Decision,
    homes: Homes,
    /// In one line: its assistant's record may hold it no longer when it is answered.
    what: String,
}

impl ChosenRequest {
    /// What `target` asks; where several requests wait there, `which` has to say which one.
    pub(super) fn find(
        context: &Context,
        target: &str,
        which: &Which,
        decision: Decision,
    ) -> Result<Self, CommandError> {
        let row = rows::to_read(context, decision.name())?.row(target)?;
        let homes = context.homes();
        let bound =
            pick(&row, which, &homes).map_err(|vague| vague.error(&row, &decision, &homes))?;
        Ok(Self {
            what: short_name(&asked::with_command(&bound, &homes), line),
            row,
            bound,
            decision,
            homes,
        })
    }

    /// All of it, as far as it is known.
    pub(super) fn look(&self) -> Known {
        request::look(&self.homes, &self.bound)
    }

    /// What somebody has said yes to who has seen all of `known`.
    pub(super) fn digest(&self, known: &Known) -> Digest {
        Digest::of(&self.bound, known)
    }

    /// All of `known` for a person.
    pub(super) fn text(&self, known: &Known) -> String {
        request::as_text(&self.row, &self.bound, known)
    }

    /// That nothing came of it, and why.
    pub(super) fn failed(&self, why: &str) -> CommandError {
        failed(&self.row, &self.decision, why)
    }

    /// Tells what came of it.
    pub(super) fn tell(&self, outcome: Outcome) -> CommandResult {
        let (bound, decision) = (&self.bound, &self.decision);
        match outcome {
            Outcome::Done => {
                messages::status(&said(bound, decision, &self.what));
                Ok(())
            }
            Outcome::Equal(equal) => {
                let said = said(bound, decision, &self.what);
                messages::status(&format!("{said}; {}", equal.words()));
                Ok(())
            }
            Outcome::Beside(words) => {
                let said = said(bound, decision, &self.what);
                messages::status(&format!("{said}; {words}"));
                Ok(())
            }
            Outcome::Late(how) => {
                let failed = self.failed(&format!("this answer came too late: {how}"));
                Err(failed.hint("it changed nothing"))
            }
            Outcome::Nothing(why) => {
                let failed = self.failed(&why).hint("nothing was sent");
                let pane = self.row.target.process().is_none().then(|| {
                    format!(
                        "answer it in its own pane: `pane-patrol jump {}`",
                        shell::shown(&self.row.target.to_string())
                    )
                });
                Err(pane.into_iter().fold(failed, CommandError::hint))
            }
            Outcome::Unknown(why) => Err(self.failed(&why).hint(format!(
                "an answer was sent; look at the pane: `pane-patrol jump {}`",
                shell::shown(&self.row.target.to_string())
            ))),
        }
    }
}

/// Why it is not clear which request is meant.
enum Vague {
    /// None waits; why.
    Nothing(Unasked),
    /// None waits any more, and it was shown before.
    Over,
    /// None of those that wait.
    None,
    /// Each of these.
    Several(Vec<Bound>),
}

fn pick(row: &Row, which: &Which, homes: &Homes) -> Result<Bound, Vague> {
    let open = request::open(row).map_err(|why| match which.digest {
        Some(_) if why == Unasked::Nothing => Vague::Over,
        _ => Vague::Nothing(why),
    })?;
    let mut meant = match (&which.request, &which.digest) {
        (Some(id), _) => request::with_id(homes, open, id),
        // The only one is compared with the digest when it is acted on.
        (None, Some(digest)) if open.len() > 1 => open
            .into_iter()
            .filter(|bound| digest.is_of(bound, &request::look(homes, bound)))
            .collect(),
        (None, _) => open,
    };
    match meant.len() {
        0 => Err(Vague::None),
        1 => Ok(meant.remove(0)),
        _ => Err(Vague::Several(meant)),
    }
}

impl Vague {
    fn error(&self, row: &Row, decision: &Decision, homes: &Homes) -> CommandError {
        let failed = |why: &str| failed(row, decision, why).hint("nothing was sent");
        match self {
            Self::Over => failed("this answer came too late: it was answered or withdrawn before"),
            Self::Nothing(why) => {
                failed(&why.to_string()).hint("`pane-patrol status` says who asks something")
            }
            Self::None => failed("it does not ask that, or not any more").hint(format!(
                "`pane-patrol request {}` prints what it asks",
                row.target
            )),
            Self::Several(several) => {
                let told = format!("{} requests wait in it", several.len());
                let full: Vec<Bound> = several
                    .iter()
                    .map(|one| asked::with_command(one, homes))
                    .collect();
                let about = |(bound, what): (&Bound, String)| {
                    let id = shell::shown(&request::id(homes, bound));
                    format!("`--request {id}` is {what}")
                };
                let hints = several.iter().zip(names(&full, line)).map(about);
                let failure = failed(&told).exit(EXIT_USAGE);
                hints.fold(failure, CommandError::hint)
            }
        }
    }
}

fn failed(row: &Row, decision: &Decision, why: &str) -> CommandError {
    let what = decision.name();
    CommandError::new(format!("could not {what} `{}`: {why}", row.target.shown()))
}

fn said(bound: &Bound, decision: &Decision, what: &str) -> String {
    let done = match decision {
        Decision::Approve => "Approved",
        Decision::Deny { .. } => "Denied",
        Decision::Answer(_) => "Answered",
    };
    format!("{done} in {}: {what}", bound.target.shown())
}

/// What it asks, in one line: with its blanks and line breaks to be seen where all of it is known.
fn line(bound: &Bound) -> String {
    let request = &bound.request;
    let command = bound.command.as_deref();
    let command = command.map(|command| marked_line(command, usize::MAX));
    // Its one line has such marks already.
    let what = [
        request.tool.as_deref(),
        command.as_deref().or(request.message.as_deref()),
    ];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    what.join(": ")
}
