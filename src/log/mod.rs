//! The event log as it is read: its own files, or any file of events.
//!
//! Files become lines (`split`), lines become records (`record`), and what is wrong with a line
//! is counted and stops nothing. `files` knows which files belong together, `tailer` follows
//! them while they grow and are rotated, [`player`] plays records into a table, `recent` those at the end of the event log.
//! `decisions` reads the audit, whose lines stand beside the events.
//! `sessions` keeps the sessions that can be taken up again, `unseen` the ends of turns that nobody has looked at. The event log is not written here: see
//! `pane_patrol_hooks::event_log`.
//!
//! May import: `state`, `sys`, and the hooks' words.

pub(crate) mod away;
pub(crate) mod condition;
pub(crate) mod decisions;
pub(crate) mod explain;
pub(crate) mod fault;
pub(crate) mod files;
pub(crate) mod filter;
mod fingerprint;
pub(crate) mod notes;
pub mod player;
pub(crate) mod print;
pub(crate) mod recent;
pub(crate) mod record;
pub(crate) mod sessions;
pub(crate) mod split;
pub(crate) mod stats;
pub(crate) mod tailer;
pub(crate) mod unmatched;
pub(crate) mod unseen;
pub(crate) mod when;
pub(crate) mod whom;
pub(crate) mod wrote;

pub use record::Record;
