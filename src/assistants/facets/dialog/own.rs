//! What a dialog is about that its assistant alone can compare.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::{Dialog, Refusal};
use crate::state::Bound;

/// Compares a dialog with a request.
pub(crate) trait Shows: Debug + Send + Sync + PartialEq + 'static {
    /// Whether `dialog` shows the request, all of it and nothing else. `message`: its one line.
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal>;
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
    fn is_same(&self, other: &dyn Compares) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Shows> Compares for T {
    fn shows(&self, dialog: &Dialog, bound: &Bound, message: &str) -> Result<(), Refusal> {
        Shows::shows(self, dialog, bound, message)
    }

    fn is_same(&self, other: &dyn Compares) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
