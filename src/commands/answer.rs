//! `answer`: one of the options of an assistant's question.

use super::Context;
use super::acting::decide;
use super::decide::ChosenRequest;
use crate::actor::{Decision, Pick, Shown};
use crate::cli::AnswerArgs;
use crate::error::CommandResult;

/// Answers, or says why nothing was done. Whoever names an option has read the question; without a
/// digest the answer is bound to the question as it reads at this moment.
pub(super) fn run(context: &Context, arguments: &AnswerArgs) -> CommandResult {
    let pick = Pick::parse_all(&arguments.options);
    let decision = Decision::Answer(pick.expect("the parser wants one at least"));
    let (target, which) = (&arguments.target, &arguments.which);
    let asked = ChosenRequest::find(context, target, which, decision)?;
    let as_it_reads = || asked.digest(&asked.look());
    let digest = which.digest.clone().unwrap_or_else(as_it_reads);
    let shown = Shown {
        digest: Some(digest),
        partly: false,
    };
    asked.tell(decide(
        context,
        "answer",
        &asked.bound,
        &asked.decision,
        &shown,
    ))
}
