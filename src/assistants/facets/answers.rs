//! Answering a request through the assistant itself, by the request's own id: where it takes answers of
//! others than whoever sits before it, and says what became of them.

use std::path::Path;

use crate::state::{Bound, Decision};

/// Where an assistant takes answers.
pub(crate) trait Answers: Sync {
    /// Whether somebody may listen there, by what can be seen without asking.
    fn may_listen(&self, bound: &Bound, home: Option<&Path>) -> bool;

    /// The way to just this request, while it waits there and can be answered so; nothing of it is changed by
    /// looking. `None`: nobody takes such an answer there, and keys may be pressed. `home`: the assistant's config
    /// folder.
    fn reach(
        &self,
        bound: &Bound,
        decision: &Decision,
        home: Option<&Path>,
    ) -> Option<Box<dyn Channel>>;
}

/// The way to one request, with the answer that it is to get.
pub(crate) trait Channel {
    /// Gives the answer, once, and reads back from the assistant what became of it.
    fn answer(self: Box<Self>) -> Given;
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// It took effect, as the assistant itself says.
    Done,
    /// The request was answered before, and this answer changed nothing; how, where that was told with it.
    Late(Option<String>),
    /// Nothing was sent; says why.
    Refused(String),
    /// It was sent, and what became of it is not known; says why.
    Unknown(String),
}
