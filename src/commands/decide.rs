//! What `approve`, `deny` and `answer` share: find the request that is meant, act on it, tell what came
//! of it.

use pane_patrol_hooks::text::visible;

use super::{Surroundings, request};
use crate::act::real::RealWorld;
use crate::act::{Bound, Decision, Outcome, Shown};
use crate::asked::Sources;
use crate::cli::Which;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;
use crate::state::Row;
use crate::sys::shell;

/// The request of `row` that the person means; where several wait they have to say which.
pub(super) fn pick(
    surroundings: &Surroundings,
    row: &Row,
    which: &Which,
    decision: &Decision,
) -> Result<Bound, CommandError> {
    let failed = |why: &str| failed(row, decision, why).hint("nothing was sent");
    let open = request::open(row).map_err(|why| failed(&why))?;
    let meant = match (&which.request, &which.digest) {
        (Some(id), _) => request::with_id(surroundings, open, id),
        // The only one is compared with the digest when it is acted on.
        (None, Some(digest)) if open.len() > 1 => open
            .into_iter()
            .filter(|bound| digest.is_of(bound, &request::look(surroundings, bound)))
            .collect(),
        (None, _) => open,
    };
    match &meant[..] {
        [one] => Ok(one.clone()),
        [] => Err(
            failed("it does not ask that, or not any more").hint(format!(
                "`pane-patrol request {}` prints what it asks",
                row.target
            )),
        ),
        several => {
            let told = format!("{} requests wait in it", several.len());
            let about = |bound: &Bound| {
                let id = request::id(surroundings, bound);
                format!("`--request {id}` is {}", what(bound))
            };
            let failure = failed(&told).exit(EXIT_USAGE);
            Err(several.iter().map(about).fold(failure, CommandError::hint))
        }
    }
}

/// Carries out `decision` about `bound`, and tells what came of it.
pub(super) fn act(
    surroundings: &Surroundings,
    row: &Row,
    bound: &Bound,
    decision: &Decision,
    shown: &Shown,
) -> CommandResult {
    match world(surroundings)?.answer(bound, decision, shown) {
        Outcome::Done => {
            messages::status(&said(bound, decision));
            Ok(())
        }
        Outcome::Nothing(why) => Err(failed(row, decision, &why).hint("nothing was sent")),
        Outcome::Unknown(why) => Err(failed(row, decision, &why).hint(format!(
            "keys were sent; look at the pane: `pane-patrol jump {}`",
            shell::shown(&row.target.to_string())
        ))),
    }
}

/// That nothing came of it, and why.
pub(super) fn failed(row: &Row, decision: &Decision, why: &str) -> CommandError {
    let what = decision.name();
    CommandError::new(format!("could not {what} `{}`: {why}", row.target))
}

/// The world in which decisions are carried out.
pub(super) fn world(surroundings: &Surroundings) -> Result<RealWorld, CommandError> {
    Ok(RealWorld {
        places: surroundings.places()?,
        uid: surroundings.environment.uid,
        sources: sources(surroundings),
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
    format!("{done} in {}: {}", bound.target, what(bound))
}

/// What it asks, in one line.
fn what(bound: &Bound) -> String {
    let request = &bound.request;
    let what = [request.tool.as_deref(), request.message.as_deref()];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    visible(&what.join(": "))
}
