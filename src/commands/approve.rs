//! `approve`: yes, this once, to the request of an assistant.

use super::{Surroundings, decide};
use crate::act::Decision;
use crate::cli::ApproveArgs;
use crate::error::CommandResult;

/// Approves, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &ApproveArgs) -> CommandResult {
    decide::run(surroundings, &arguments.target, &Decision::Approve)
}
