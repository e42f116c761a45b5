//! `deny`: no to the request of an assistant, with or without a word about what to do instead.

use super::{Surroundings, decide};
use crate::act::Decision;
use crate::cli::DenyArgs;
use crate::error::CommandResult;

/// Denies, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &DenyArgs) -> CommandResult {
    let message = arguments.message.clone();
    decide::run(surroundings, &arguments.target, &Decision::Deny { message })
}
