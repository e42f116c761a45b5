//! How Zellij's panes are written down. It calls the seventh terminal `terminal_7`; with its own name before the
//! number nobody takes that for another multiplexer's.

use std::fmt;

use crate::text::index;

/// The first number of its range: below are those of the multiplexer that writes numbers alone.
const FIRST: u32 = 1 << 31;

/// What stands before the number.
const BEFORE: &str = "zellij:";

/// How it writes an id itself, and people who copy one.
const ITS_OWN: &str = "terminal_";

/// What stands before the number in an address.
pub(crate) const IN_ADDRESS: char = 't';

/// The number of the id.
pub(crate) fn number(text: &str) -> Option<u32> {
    let own = text.strip_prefix(BEFORE);
    from_own(index(own.or_else(|| text.strip_prefix(ITS_OWN))?)?)
}

/// The number in its range; `None` for one that Zellij never reaches.
pub(crate) fn from_own(own: u32) -> Option<u32> {
    FIRST.checked_add(own)
}

/// As Zellij counts it; `None`: it is another multiplexer's.
pub(crate) fn own(number: u32) -> Option<u32> {
    number.checked_sub(FIRST)
}

/// Writes the id of the pane that Zellij counts so.
pub(crate) fn write(own: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{BEFORE}{own}")
}

/// Whether a name might be taken for an id.
pub(crate) fn is_like_an_id(name: &str) -> bool {
    name.starts_with(ITS_OWN) || name.starts_with(BEFORE)
}
