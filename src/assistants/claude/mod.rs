//! Claude Code.

pub mod commands;
pub(crate) mod dialog;
pub(crate) mod job_record;
pub mod session_file;
pub(crate) mod switches;
pub(crate) mod tasks;
pub(crate) mod transcript;
pub(crate) mod turns;
pub(crate) mod viewer;
