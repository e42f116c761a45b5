//! What is known of every pane: a pure table. [`Table::apply`] is its only writer; it reads no
//! clock, no file and no environment, so that whole recorded sessions can be replayed as tests.
//!
//! May import: the hooks' words, and the types of `git` and `tasks`.

mod agent;
mod attention;
mod command;
mod contained;
mod decision;
mod dedup;
mod ended_session;
mod entry;
mod evidence;
mod facts;
#[cfg(test)]
pub(crate) mod fixture;
mod identity;
mod input;
#[cfg(test)]
mod isolation;
mod kin;
mod living_session;
mod marked;
mod publisher;
#[cfg(test)]
mod queueing;
mod reason;
mod requests;
mod row;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod unbelieved;
mod unmatched;
pub mod update;
mod window_place;
pub(crate) mod words;
mod written;

pub(crate) use attention::precedence;
pub(crate) use attention::{Attention, urgency};
pub use command::Command;
pub use decision::Bound;
pub(crate) use decision::{Decision, Pick, Unasked};
pub use ended_session::{EndedSession, NoSessionId, SessionId};
pub use facts::Facts;
pub use input::{
    Input, Level, ListedPane, Listing, MAX_TEXT_BYTES, Present, PublisherWord, Reading,
};
pub use kin::{Kin, Place, Relation};
pub use living_session::LivingSession;
pub(crate) use marked::fingerprint;
pub use row::{Conflict, Evidence, Request, Row, RowKey, Sharer};
pub(crate) use table::{MOST_ENDED, Unseen};
pub use table::{Outcome, REBUILD_GRACE, Settings, Table};
pub use unmatched::Unmatched;
pub use window_place::WindowPlace;
pub(crate) use written::Written;
