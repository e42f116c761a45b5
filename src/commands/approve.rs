//! `approve`: yes, this once, to the request of an assistant. What nobody was shown is not approved: on
//! a terminal all of it is printed first, anywhere else the caller says that it was read, or gives the
//! digest of what was.

use std::io::{self, IsTerminal};

use rustix::termios::{QueueSelector, tcflush};

use super::Context;
use super::acting::decide;
use super::decide::ChosenRequest;
use crate::actor::{Decision, Digest, Shown};
use crate::assistants::request::Known;
use crate::cli::ApproveArgs;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;

/// Approves, or says why nothing was done.
pub(super) fn run(context: &Context, arguments: &ApproveArgs) -> CommandResult {
    let (target, which) = (&arguments.target, &arguments.which);
    let asked = ChosenRequest::find(context, target, which, Decision::Approve)?;
    let known = asked.look();
    if let Known::Beginning(why) = &known
        && !arguments.partly_seen
    {
        let what = "only the beginning of its request is known";
        return Err(asked
            .failed(what)
            .hint(format!("{why}; nothing was sent"))
            .hint("look at its pane, then add `--partly-seen`"));
    }
    let digest = match &which.digest {
        Some(digest) => digest.clone(),
        None if arguments.yes => asked.digest(&known),
        None => ask(&asked, &known)?,
    };
    let shown = Shown {
        digest: Some(digest),
        partly: arguments.partly_seen,
    };
    asked.tell(decide(
        context,
        "approve",
        &asked.bound,
        &asked.decision,
        &shown,
    ))
}

/// Shows all of it to the person and asks; the digest of what they have said yes to.
fn ask(asked: &ChosenRequest, known: &Known) -> Result<Digest, CommandError> {
    let failed = |why: &str| asked.failed(why).hint("nothing was sent");
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(failed("its request was shown to nobody")
            .hint("read it: `pane-patrol request` prints all of it, and its digest")
            .hint("then give `--digest DIGEST` for just that, or `--yes`")
            .exit(EXIT_USAGE));
    }
    messages::result(&asked.text(known));
    messages::result("\nApprove this, once? [y/N] ");
    // What was typed before the question stood there is no answer to it.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| failed("the answer could not be read").caused_by(&error))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(asked.digest(known)),
        _ => Err(failed("you did not say yes")),
    }
}
