//! The hook path of pane-patrol and the vocabulary that every other part shares.
//!
//! An assistant starts `pane-patrol hook <assistant>` for each of its hook events. This crate turns
//! the payload into an [`event::Event`], finds the pane, sends one datagram and is gone. It depends
//! on nothing that draws, parses arguments or edits files, so that Cargo proves what the hook costs.
//!
//! May import: the crates `sys` and `bare`.

// What is taken in from beside the other crates names this one as they do.
#[cfg(feature = "assistant-for-tests")]
extern crate self as pane_patrol_hooks;

pub mod adapter;
pub mod approval;
pub mod event;
pub mod event_log;
pub mod json_scanner;
pub mod locate;
pub mod mux;
mod outlet;
pub mod outside;
pub mod pane_cache;
pub mod paths;
pub mod process;
mod run;
pub mod send;
mod stdin;
pub mod target;
pub mod text;
pub mod timestamp;

pub mod unseen;
mod watchdog;

pub use run::{EVERYWHERE, run, run_before_main};
pub use watchdog::Clock;
