//! `approve`: yes, this once, to the request of an assistant.

use super::{Surroundings, decide, request};
use crate::act::{Bound, Decision};
use crate::asked::Known;
use crate::cli::ApproveArgs;
use crate::error::CommandResult;

/// Approves, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &ApproveArgs) -> CommandResult {
    let is_enough = |bound: &Bound| match request::look(surroundings, bound) {
        Known::Beginning(why) if !arguments.partly_seen => Err(why),
        _ => Ok(()),
    };
    decide::run_if(
        surroundings,
        &arguments.target,
        &Decision::Approve,
        &is_enough,
    )
}
