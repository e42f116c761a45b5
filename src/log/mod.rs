//! The event log as it is read: the mirror's files, or any file of events.
//!
//! Files become lines ([`split`]), lines become records ([`record`]), and what is wrong with a line
//! is counted and stops nothing. [`files`] knows which files belong together, [`tailer`] follows
//! them while they grow and are rotated, [`rebuild`] plays their end into a table that starts late.
//! Writing is not done here: see `pane_patrol_hooks::mirror`.

pub mod files;
pub mod record;
pub mod split;
pub mod tailer;

pub use record::Record;
