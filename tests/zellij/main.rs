//! The real Zellij: what is built on how it was measured to answer, tried on the program itself.
//!
//! Run by `make zellij`, which builds it from the Rust registry once, or with `PANE_PATROL_ZELLIJ` naming one that is
//! there. Its servers, sessions, folders and settings are private to each trial; its clients run in real terminals.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

#[path = "../common/mod.rs"]
mod common;

mod asked;
mod cost;
mod demo;
mod faults;
mod going_there;
mod hundred;
mod listed;
mod nested;
mod resurrected;
mod stand_ins;
mod started;
mod typed;
mod world;
