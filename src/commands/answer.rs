//! `answer`: one of the options of an assistant's question.

use super::{Surroundings, decide};
use crate::act::{Decision, Pick};
use crate::cli::AnswerArgs;
use crate::error::CommandResult;

/// Answers, or says why nothing was done.
pub(super) fn run(surroundings: &Surroundings, arguments: &AnswerArgs) -> CommandResult {
    let decision = Decision::Answer(Pick::parse(&arguments.option));
    decide::run(surroundings, &arguments.target, &decision)
}
