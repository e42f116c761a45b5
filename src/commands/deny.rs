//! `deny`: no to the request of an assistant, with or without a word about what to do instead.

use super::Surroundings;
use super::acting::decide;
use super::decide::Asked;
use crate::actor::{Decision, Shown};
use crate::cli::DenyArgs;
use crate::error::CommandResult;

/// Denies, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &DenyArgs) -> CommandResult {
    let message = arguments.message.clone();
    let (target, which) = (&arguments.target, &arguments.which);
    let asked = Asked::find(surroundings, target, which, Decision::Deny { message })?;
    let shown = Shown {
        digest: which.digest.clone(),
        partly: false,
    };
    asked.tell(decide(
        surroundings,
        "deny",
        &asked.bound,
        &asked.decision,
        &shown,
    ))
}
