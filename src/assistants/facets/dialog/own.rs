//! What a dialog is about that its assistant alone can compare.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::drawn::Drawn;
use super::{Dialog, Refusal};
use crate::state::Bound;

/// Compares a dialog with a request.
pub(crate) trait Shows: Debug + Send + Sync + PartialEq + 'static {
    /// Whether `dialog` shows the request, all of it and nothing else. `message`: its one line.
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal>;

    /// Whether `dialog` may be about such a request by what the assistant alone writes in it.
    fn may_head(&self, dialog: &Dialog, bound: &Bound) -> bool;

    /// What `dialog` would draw of the request. `message`: its one line.
    fn drawn(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Drawn;

    /// How certain it is, by the words of both, that what shows `bound` is not the dialog of `other`.
    fn certainty(&self, _bound: &Bound, _other: &Bound) -> Certainty {
        Certainty::ByRows
    }

    /// `other` with the name of its tool as it may be drawn beside `bound`.
    fn named_alike(&self, _bound: &Bound, other: &Bound) -> Bound {
        other.clone()
    }
}

/// How certain it is that a dialog that shows one request is not the one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// It is not.
    Another,
    /// The rows on the screen tell.
    ByRows,
    /// Nothing tells.
    None,
}

/// Something that compares, whatever it is.
#[derive(Clone, Debug)]
pub(crate) struct Own(pub(crate) Arc<dyn Compares>);

impl Own {
    /// This.
    pub(crate) fn of(shows: impl Shows) -> Self {
        Self(Arc::new(shows))
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same(&*other.0)
    }
}

impl Eq for Own {}

/// [`Shows`], of which the type is not known.
pub(crate) trait Compares: Debug + Send + Sync {
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal>;
    fn may_head(&self, dialog: &Dialog, bound: &Bound) -> bool;
    fn drawn(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Drawn;
    fn certainty(&self, bound: &Bound, other: &Bound) -> Certainty;
    fn named_alike(&self, bound: &Bound, other: &Bound) -> Bound;
    fn is_same(&self, other: &dyn Compares) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Shows> Compares for T {
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal> {
        Shows::shows(self, dialog, bound, message)
    }

    fn may_head(&self, dialog: &Dialog, bound: &Bound) -> bool {
        Shows::may_head(self, dialog, bound)
    }

    fn drawn(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Drawn {
        Shows::drawn(self, dialog, bound, message)
    }

    fn certainty(&self, bound: &Bound, other: &Bound) -> Certainty {
        Shows::certainty(self, bound, other)
    }

    fn named_alike(&self, bound: &Bound, other: &Bound) -> Bound {
        Shows::named_alike(self, bound, other)
    }

    fn is_same(&self, other: &dyn Compares) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
