//! Which clients share seats with each other: what some of them take is not missing to the others.

use std::sync::Arc;

use crate::hub::protocol::Right;

/// Those that share seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Programs that run where we do.
    Home,
    /// Programs that run elsewhere, as in a container.
    Elsewhere,
    /// Whoever has shown the token of that right.
    Token(Right),
    /// The pages on that device.
    Device(Arc<str>),
}

impl Group {
    /// How many may stay as long as they like, and how many more may be there until others come.
    pub(super) fn seats(&self) -> (usize, usize) {
        match self {
            Self::Home => (128, 16),
            Self::Elsewhere | Self::Token(_) => (24, 8),
            Self::Device(_) => (4, 2),
        }
    }
}
