//! Sends what the person has written, by the same act as `send`.

use crate::actor::CHANGED;
use crate::commands::Context;
use crate::commands::acting::act_bound;
use crate::hub::protocol::{ActOutcome, ActResult, SendPrompt, SentPrompt, What};
use crate::tui::{Letter, Posted};

/// Sends it, and says what became of it.
pub(super) fn send(context: &Context, letter: &Letter) -> Posted {
    let row = &*letter.row;
    let wanted = What::Send(SendPrompt {
        text: letter.text.to_string(),
        instance_id: row.instance_id.clone(),
    });
    let about = (&*row.id, Some(row));
    match act_bound(context, "dashboard", about, wanted, letter.generation) {
        Ok(result) => posted(result),
        Err(error) if error.is_unsure() => Posted::Unknown(error.to_string()),
        Err(error) => Posted::Nothing(error.to_string()),
    }
}

fn posted(result: ActResult) -> Posted {
    let waits = result.sent.as_ref().and_then(SentPrompt::waits);
    match result.outcome {
        ActOutcome::Done => {
            let told: Vec<String> = waits
                .map(str::to_owned)
                .into_iter()
                .chain(result.why)
                .collect();
            Posted::Done((!told.is_empty()).then(|| told.join("; ")))
        }
        ActOutcome::Refused => {
            let why = result.why.unwrap_or_default();
            if why.starts_with(CHANGED) {
                Posted::Changed
            } else {
                Posted::Nothing(why)
            }
        }
        ActOutcome::Unknown => Posted::Unknown(result.why.unwrap_or_default()),
    }
}
