//! What an assistant's own record of a session says of its turn.

use std::path::Path;

/// Where a session is, by its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The last one has ended.
    Over,
    /// One has begun.
    Runs,
    /// One has begun, and put a question to the person that has no answer.
    Asks,
}

/// An assistant that writes down when its turns begin and end, as that happens.
pub(crate) trait Turns: Sync {
    /// Where the session is; `None`: there is no record of it. `home`: its config folder.
    fn turn(&self, home: &Path, session: &str) -> Option<Turn>;
}
