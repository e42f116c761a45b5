//! What rows are found by: their keys, when they expire, and short numbers for long texts.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::RowKey;

/// A row's key, shared by all that name it.
pub(super) type Key = Arc<RowKey>;

/// When rows without any proof of life expire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expiry {
    /// So long after something was heard of them.
    pub(super) ttl: Duration,
    /// Not now: the log is being played, which does not say what panes there are.
    pub(super) keeps_all: bool,
}

/// A number that is the same for what is equal, and hardly ever for anything else.
pub(crate) fn fingerprint<T: Hash + ?Sized>(what: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
