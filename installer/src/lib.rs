//! Edits assistants' settings so that every byte can be given back.

mod assistant;
pub mod claude;
mod command;
mod edit;
mod entry;
mod error;
mod json;

pub use assistant::{Assistant, Location};
pub use error::{ApplyError, PlanError};
