//! `answer`: one of the options of an assistant's question.

use super::{Surroundings, decide, lookup, request};
use crate::act::{Decision, Digest, Door, Pick, Shown};
use crate::cli::AnswerArgs;
use crate::error::CommandResult;

/// Answers, or says why nothing was done. Whoever names an option has read the question; without a
/// digest the answer is bound to the question as it reads at this moment.
pub(super) fn run(surroundings: &Surroundings, arguments: &AnswerArgs) -> CommandResult {
    let decision = Decision::Answer(Pick::parse(&arguments.option));
    let row = lookup::to_act(surroundings, &arguments.target, decision.name())?;
    let bound = decide::pick(surroundings, &row, &arguments.which, &decision)?;
    let as_it_reads = || Digest::of(&bound, &request::look(surroundings, &bound));
    let digest = arguments.which.digest.clone();
    let shown = Shown {
        digest: Some(digest.unwrap_or_else(as_it_reads)),
        partly: false,
        door: Door::Command,
    };
    decide::act(surroundings, &row, &bound, &decision, &shown)
}
