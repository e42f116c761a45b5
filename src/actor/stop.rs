//! Why the procedure stops, in the person's words.

use thiserror::Error;

use super::dialog::{Refusal, spelt};
use super::names::names;
use crate::hub::client::HubError;
use crate::mux::Undone;
use crate::state::Bound;
use crate::sys::shell;

/// Why no further key is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Stop {
    /// The dialog on the screen is not the request's.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The collector could not be asked; says why.
    #[error("{0}")]
    Collector(String),
    /// The multiplexer could not be asked, or has not pressed.
    #[error(transparent)]
    Pane(Undone),
    /// The key may have been pressed or not; says why.
    #[error("{0}")]
    Unsure(String),
    /// The row does not ask this any more; says what differs.
    #[error("{0}")]
    OtherRequest(&'static str),
    /// Another request of the same assistant is on its screen; says which, and how it is named.
    #[error("another request's dialog is on its screen ({about}): answer that first{how}")]
    Other {
        /// What that one asks.
        about: String,
        /// How it is named on the command line, where it has a name.
        how: String,
    },
    /// The assistant is in another session.
    #[error("another session has taken the pane")]
    OtherSession,
    /// The assistant itself says that it does not wait.
    #[error("the request has been answered or withdrawn")]
    Answered,
    /// After a key: it was not this key that has answered it; says how it was.
    #[error("{0}, in the same moment, so the key may have gone to another request")]
    ByOthers(String),
    /// The pane takes no keys; says why.
    #[error("{0}")]
    Unfit(&'static str),
    /// The cursor was moved, or something was written.
    #[error("somebody is answering in the pane")]
    Touched,
    /// It never stood still.
    #[error("the dialog keeps changing")]
    KeepsChanging,
    /// The multiplexer has not pressed.
    #[error("the dialog changed in the last moment")]
    LastMoment,
    /// After a key it is another one.
    #[error("the dialog has changed since")]
    Changed,
    /// After a key it is as it was.
    #[error("the dialog is still there")]
    StillThere,
    /// A key may come to the dialog of another one that opens in this moment.
    #[error(
        "another request of the session with a long command was only just made, and its dialog may open at any \
         moment; try again in a while, or answer in the pane"
    )]
    Opening,
    /// Nothing tells where a key would go.
    #[error(
        "it works at something and would not take a key now: try again in a while, or answer in the pane"
    )]
    Busy,
    /// After a key what is on the screen may be another request's.
    #[error(
        "what is on its screen now may be another of two requests that cannot be told apart: answer in the pane"
    )]
    MayBeAnother,
    /// After a key another dialog is on the screen.
    #[error("another dialog is on its screen now, and nothing tells yet what became of this one")]
    Covered,
    /// A key did not do what it does; says what was expected.
    #[error("{0}")]
    Stuck(&'static str),
    /// It cannot be decided in that way; says what can.
    #[error("{0}")]
    Wrong(&'static str),
    /// The dialog lacks an option.
    #[error("the dialog on the screen has no {0}; go there")]
    NoSuchOption(&'static str),
    /// The question has others.
    #[error("there is no such option, but {0}")]
    OtherOptions(String),
    /// Nobody knows what to press.
    #[error("no key is known for that option; go there")]
    NoKey,
    /// The message cannot be typed.
    #[error("a message is one line of text, all of which can be seen")]
    NotOneLine,
    /// The message would not fit; says how long one may be, in characters.
    #[error("a message that is typed has at most {0} characters in a pane of this size; go there")]
    TooLong(usize),
    /// It was to be done before a moment that is over.
    #[error("it has expired")]
    Expired,
    /// No message can be given to this dialog by keys.
    #[error("a message can only be given in its pane; deny without one, or go there")]
    NoMessages,
}

impl From<HubError> for Stop {
    fn from(error: HubError) -> Self {
        Self::Collector(error.to_string())
    }
}

impl Stop {
    /// That `other`, which is not `bound`, is on the screen. One that nobody has told of has no name.
    pub(super) fn other(other: &Bound, bound: &Bound, is_told: bool) -> Self {
        Self::Other {
            about: about(other, bound),
            how: how(other)
                .filter(|_| is_told)
                .map_or_else(String::new, |how| format!(", {how}")),
        }
    }
}

/// What `other` asks, beside `bound`.
pub(super) fn about(other: &Bound, bound: &Bound) -> String {
    names(&[other.clone(), bound.clone()], line).swap_remove(0)
}

/// How it is named on the command line.
pub(super) fn how(other: &Bound) -> Option<String> {
    let id = other.request.request_id.as_deref()?;
    Some(format!("`--request {}`", shell::shown(id)))
}

fn line(bound: &Bound) -> String {
    let request = &bound.request;
    let about = [request.tool.as_deref(), request.message.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    spelt(&about.join(": "))
}
