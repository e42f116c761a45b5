//! The event log as it is read: its own files, or any file of events.
//!
//! Files become lines ([`split`]), lines become records ([`record`]), and what is wrong with a line
//! is counted and stops nothing. [`files`] knows which files belong together, [`tailer`] follows
//! them while they grow and are rotated, [`player`] plays records into a table, [`recent`] those at the end of the event log.
//! [`decisions`] reads the audit, whose lines stand beside the events.
//! Writing is not done here: see `pane_patrol_hooks::event_log`.
//!
//! May import: `state`, `sys`, and the hooks' words.

pub mod condition;
pub mod decisions;
pub mod explain;
pub mod fault;
pub mod files;
pub mod filter;
mod fingerprint;
pub mod notes;
pub mod player;
pub mod print;
pub mod recent;
pub mod record;
pub mod split;
pub mod stats;
pub mod tailer;
pub mod unmatched;
pub mod watch;
pub mod when;
pub mod whom;

pub use record::Record;
