//! What `approve`, `deny` and `answer` share: find the request, act on it, tell what came of it.

use super::{Surroundings, jump};
use crate::act::real::RealWorld;
use crate::act::{Bound, Decision, Outcome};
use crate::asked::{self, Sources};
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::sys::shell;

/// Carries out `decision` about the request of the assistant in `target`.
pub(super) fn run(surroundings: &Surroundings, target: &str, decision: &Decision) -> CommandResult {
    run_if(surroundings, target, decision, &|_| Ok(()))
}

/// The same, when enough of the request is known; the error of `is_enough` says why it is not.
pub(super) fn run_if(
    surroundings: &Surroundings,
    target: &str,
    decision: &Decision,
    is_enough: &dyn Fn(&Bound) -> Result<(), String>,
) -> CommandResult {
    let row = jump::row_at(surroundings, target, decision.name())?;
    let failed = |why: &str| {
        CommandError::new(format!(
            "could not {} `{}`: {why}",
            decision.name(),
            row.target
        ))
    };
    let bound = Bound::to(&row).map_err(|why| failed(&why).hint("nothing was sent"))?;
    is_enough(&bound).map_err(|why| {
        failed("only the beginning of its request is known")
            .hint(format!("{why}; nothing was sent"))
            .hint("look at its pane, then add `--partly-seen`")
    })?;
    let bound = asked::with_command(&bound, &sources(surroundings));
    match world(surroundings)?.answer(&bound, decision) {
        Outcome::Done => {
            messages::status(&said(&bound, decision));
            Ok(())
        }
        Outcome::Nothing(why) => Err(failed(&why).hint("nothing was sent")),
        Outcome::Unknown(why) => Err(failed(&why).hint(format!(
            "keys were sent; look at the pane: `pane-patrol jump {}`",
            shell::shown(&row.target.to_string())
        ))),
    }
}

/// The world in which decisions are carried out.
pub(super) fn world(surroundings: &Surroundings) -> Result<RealWorld, CommandError> {
    let environment = &surroundings.environment;
    Ok(RealWorld {
        places: surroundings.places()?,
        uid: environment.uid,
        claude_home: environment.home.as_ref().map(|home| home.join(".claude")),
        belief: surroundings.belief(),
    })
}

/// Where assistants keep their requests.
pub(super) fn sources(surroundings: &Surroundings) -> Sources {
    let home = surroundings.environment.home.as_ref();
    let below = |name: &str| home.map(|home| home.join(name));
    let folders = &surroundings.assistant_folders;
    Sources {
        claude_home: below(".claude"),
        codex_home: folders.get("CODEX_HOME").cloned().or(below(".codex")),
        copilot_home: folders.get("COPILOT_HOME").cloned().or(below(".copilot")),
    }
}

fn said(bound: &Bound, decision: &Decision) -> String {
    let done = match decision {
        Decision::Approve => "Approved",
        Decision::Deny { .. } => "Denied",
        Decision::Answer(_) => "Answered",
    };
    let request = &bound.request;
    let what = [request.tool.as_deref(), request.message.as_deref()];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    format!("{done} in {}: {}", bound.target, what.join(": "))
}
