//! Answering by keys, through tmux: look, compare, press once, see what became of it.
//!
//! A key that reaches anything but the dialog it was meant for may approve what nobody has read. So
//! the row is read again, then what the assistant says of itself, then the screen; and the key is
//! handed to tmux with a [`Guard`] that tmux checks in the same moment in which it presses.
//!
//! | part | does |
//! | --- | --- |
//! | `look` | looks: the row, the assistant's own word, the pane, the dialog on it |
//! | `press` | presses for a decision, and sees what became of it |
//! | `beside` | what became of other requests whose dialogs may have taken a key |
//! | `choice` | which option a decision means |
//! | `message` | words that are typed into a dialog |

mod beside;
mod choice;
mod look;
mod message;
mod press;

pub(in crate::actor) use choice::objection;
use pane_patrol_hooks::timestamp::Timestamp;

pub(crate) use super::access::{Access, Seen};
use super::dialog;
pub(crate) use super::dialog::Pane;
use super::equal::Equal;
pub(crate) use crate::mux::{Guard, Press, Pressed};
use crate::state::{Bound, Decision};
use look::Act;
pub(crate) use look::once_it_waits;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The dialog has gone.
    Done,
    /// A dialog has gone that may have been the one of a request that wants just the same.
    Equal(Equal),
    /// The dialog has gone, and so has one that may have taken a key before; says which.
    Beside(String),
    /// It was answered before, so this answer changed nothing; says how, as `it was denied before`.
    Late(String),
    /// Nothing was sent; says why.
    Nothing(String),
    /// A key was pressed, and what became of it is not known; says what was seen.
    Unknown(String),
}

/// The same whenever that is.
#[cfg(test)]
pub(crate) fn carry_out(bound: &Bound, decision: &Decision, access: &dyn Access) -> Outcome {
    carry_out_until(None, bound, decision, access)
}

/// Answers `bound` with `decision`, if the first key is pressed before that moment; or does nothing and says why.
pub(crate) fn carry_out_until(
    expires: Option<Timestamp>,
    bound: &Bound,
    decision: &Decision,
    access: &dyn Access,
) -> Outcome {
    if !dialog::knows(&bound.assistant) {
        let words = format!("keys of {} are not known; go there", bound.assistant);
        return Outcome::Nothing(words);
    }
    if asks_several(bound) {
        let words = "it asks several questions at once: an option for each is taken only by its own server; go there";
        return Outcome::Nothing(words.to_owned());
    }
    let act = Act::new(bound, access, expires);
    let outcome = match decision {
        Decision::Deny {
            message: Some(message),
        } => act.deny_with(message),
        _ => act.press_option(decision),
    };
    outcome.unwrap_or_else(|outcome| outcome)
}

/// `Which? (+1 more)`
fn asks_several(bound: &Bound) -> bool {
    let message = bound.request.message.as_deref().unwrap_or_default();
    bound.is_question() && message.contains(" (+") && message.ends_with(" more)")
}
