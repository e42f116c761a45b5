//! Edits assistants' settings so that every byte can be given back.
//!
//! [`plan_install`] and [`plan_uninstall`] only read: a [`Plan`] holds the bytes before and after
//! and prints itself as a diff. [`apply`] carries it out under the contract that its module states.
//! [`status`](status::status) tells what is registered. Nothing here prints, or reads the
//! environment or the clock: places, user, program and time are arguments.
//!
//! Files that belong to no assistant are edited in the same way: [`plan_put`], [`plan_take`]. Of any JSON text
//! single values are found and changed by [`Values`], and a file that others write at the same time is written
//! by [`Original`].
//!
//! `json` finds and cuts, `edit` knows what our entries look like, `target_file` looks at files and
//! `attributes` at their ACLs, `store` and `manifest` remember, `apply` writes.
//!
//! May import: the crates `hooks`, for adapters, words and times, and `sys`.

// What is taken in from beside the other crates names this one as they do.
#[cfg(feature = "assistant-for-tests")]
extern crate self as pane_patrol_installer;

mod apply;
mod assistant;
mod attributes;
mod beside;
mod command;
mod diff;
mod durable;
mod edit;
mod entry;
mod error;
mod flags;
mod json;
mod line;
mod manifest;
mod plan;
mod planner;
mod plugin;
mod rewrite;
mod schema;
mod snapshot;
mod standing;
pub mod status;
mod store;
mod tables;
mod target_file;
mod toml;
mod values;

pub use apply::{Change, Report, Step, apply, apply_with};
pub use assistant::*;
pub use beside::{Content, Spot, plan_put, plan_take, standing_files};
pub use command::hook_command;
pub use error::{ApplyError, PlanError};
pub use manifest::{Action, sha256};
pub use plan::{Edit, Plan, Site, Wanted};
pub use planner::{plan_install, plan_uninstall};
pub use rewrite::Original;
pub use schema::{GROUPS, Schema, Tables};
pub use store::{installed_at, recorded_files};
pub use toml::Setting;
pub use values::{Fault, Field, Value, Values};
