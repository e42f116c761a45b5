//! `deny`: no to the request of an assistant, with or without a word about what to do instead.

use super::{Surroundings, decide, lookup};
use crate::act::{Decision, Door, Shown};
use crate::cli::DenyArgs;
use crate::error::CommandResult;

/// Denies, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &DenyArgs) -> CommandResult {
    let message = arguments.message.clone();
    let decision = Decision::Deny { message };
    let row = lookup::to_act(surroundings, &arguments.target, decision.name())?;
    let bound = decide::pick(surroundings, &row, &arguments.which, &decision)?;
    let shown = Shown {
        digest: arguments.which.digest.clone(),
        partly: false,
        door: Door::Command,
    };
    decide::act(surroundings, &row, &bound, &decision, &shown)
}
