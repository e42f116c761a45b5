//! `deny`: no to the request of an assistant, with or without a word about what to do instead.

use super::Context;
use super::acting::decide;
use super::decide::ChosenRequest;
use crate::actor::{Decision, Shown};
use crate::cli::DenyArgs;
use crate::error::CommandResult;

/// Denies, or says why nothing was done.
pub(super) fn run(context: &Context, arguments: &DenyArgs) -> CommandResult {
    let message = arguments.message.clone();
    let (target, which) = (&arguments.target, &arguments.which);
    let asked = ChosenRequest::find(context, target, which, Decision::Deny { message })?;
    let shown = Shown {
        digest: which.digest.clone(),
        partly: false,
    };
    asked.tell(decide(
        context,
        "deny",
        &asked.bound,
        &asked.decision,
        &shown,
    ))
}
