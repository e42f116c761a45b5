//! Status records: what a program says of itself to its terminal, in the terminal's own stream (OSC 7501).
//!
//! ```text
//! record = ESC "]7501;" field *(":" field) (BEL | ESC "\")
//! field  = key "=" value       key = 1*16(a-z)       value = *(A-Z a-z 0-9 "_" "." "," "+" "/" "=" "-")
//! ```
//!
//! | part | does |
//! | --- | --- |
//! | `Record` | what one record says, read strictly: what breaks the grammar says nothing at all |
//! | `Splitter` | finds records in a stream that may be cut anywhere, and loses no byte |
//!
//! Anybody who can write to a terminal can write a record. What one says is never more than a claim, to be
//! held against the process that runs there.
//!
//! May import: nothing of ours.

mod record;
mod splitter;
#[cfg(test)]
mod tests;

pub use record::{Kind, Word};
pub(crate) use record::{Record, written};
pub(crate) use splitter::{Piece, Splitter};

/// How every record begins.
const MARK: &[u8] = b"\x1b]7501;";

/// Bytes of a record at most, from its first to the last of its end.
const LIMIT: usize = 4096;
