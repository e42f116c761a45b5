//! Copilot CLI.

pub(crate) mod request;
pub(crate) mod session_log;
pub(crate) mod story;
