//! pane-patrol: tells which AI coding assistant in tmux needs you, and takes you there.
//!
//! Each module says what it holds and what it may import; `docs/architecture.md` shows how they stand on
//! each other, and `tests/suite/floors.rs` holds that.

pub mod actor;
pub mod assistants;
pub mod cli;
pub mod collector;
pub mod commands;
pub mod config;
pub mod demo;
mod diagnostics;
mod doctor;
mod error;
mod git;
pub mod hub;
mod keymap;
mod launch;
pub mod log;
pub mod messages;
pub mod mux;
mod notify;
mod page;
mod rules;
pub mod state;
pub mod status_record;
mod sys;
pub mod tap;
mod tasks;
#[cfg(test)]
#[path = "../tests/common/book.rs"]
mod test_book;
#[cfg(test)]
#[path = "../tests/common/program.rs"]
mod test_program;
pub mod tui;
mod wrap;
