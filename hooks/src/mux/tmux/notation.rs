//! How tmux writes down a pane's id and a server: what an event and a person say of one.

use std::fmt;

use crate::text::index;

/// How an id looks.
pub(crate) const FORM: &str = "%N";

/// An id.
pub(crate) const EXAMPLE: &str = "%3";

/// A server.
pub(crate) const SERVER: &str = "/tmp/tmux-1000/default,1234";

/// The number of the id.
pub(crate) fn number(text: &str) -> Option<u32> {
    text.strip_prefix('%').and_then(index)
}

/// Writes the id with this number.
pub(crate) fn write(number: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "%{number}")
}

/// Whether a name might be taken for an id: of a pane, or of what panes are in.
pub(crate) fn is_like_an_id(name: &str) -> bool {
    name.starts_with(['%', '@'])
}
