//! What is known of each assistant.

pub mod claude;
pub mod codex;
pub mod copilot;
pub mod facets;
pub mod opencode;
pub mod request;
pub mod running;
pub mod tasks;
pub mod title;
