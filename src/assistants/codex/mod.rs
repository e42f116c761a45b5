//! Codex.

pub(crate) mod rollout;
pub(crate) mod tasks;
pub(crate) mod trust;
