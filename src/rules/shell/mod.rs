//! A shell command's text, read in two ways that never meet in the middle.
//!
//! An allow must know what runs, so [`unambiguous`] reads only what every shell reads alike. A deny or
//! an ask must miss nothing, so [`conservative`] finds every command that may be hidden in a text.

pub(super) mod conservative;
pub(super) mod unambiguous;
