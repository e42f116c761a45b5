//! How the id of a pane is written down, in events, in ids of rows and by people: as the multiplexer writes
//! it whose pane it is. The numbers of each have a range of their own, so that the seventh pane of one is
//! never taken for the seventh of another.

use std::fmt;

use super::tmux::notation as plain;
use super::zellij::notation as ranged;
use crate::text::index as digits;

pub(crate) use super::tmux::notation::{EXAMPLE, FORM, SERVER};

/// The number of the id.
pub(crate) fn number(text: &str) -> Option<u32> {
    let first = || plain::number(text).filter(|number| own(*number).is_none());
    ranged::number(text).or_else(first)
}

/// Writes the id with this number.
pub(crate) fn write(number: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match own(number) {
        Some(own) => ranged::write(own, f),
        None => plain::write(number, f),
    }
}

/// Whether a name might be taken for an id: of a pane, or of what panes are in.
pub(crate) fn is_like_an_id(name: &str) -> bool {
    plain::is_like_an_id(name) || ranged::is_like_an_id(name)
}

/// The pane's number in an address: the one that it has in its window, or, with `t` before it, the one that it
/// has among all of its server, where none is counted window by window.
pub(crate) fn place(text: &str) -> Option<u32> {
    match text.strip_prefix(ranged::IN_ADDRESS) {
        Some(own) => ranged::from_own(digits(own)?),
        None => digits(text).filter(|number| own(*number).is_none()),
    }
}

/// Writes it as it stands in an address.
pub(crate) fn write_place(number: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match own(number) {
        Some(own) => write!(f, "{}{own}", ranged::IN_ADDRESS),
        None => write!(f, "{number}"),
    }
}

/// The number as its multiplexer counts; what a person is told aloud.
pub(crate) fn counted(number: u32) -> u32 {
    own(number).unwrap_or(number)
}

fn own(number: u32) -> Option<u32> {
    ranged::own(number)
}
