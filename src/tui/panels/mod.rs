//! What the parts of the screen show.

pub(crate) mod changes;
pub(crate) mod detail;
pub(crate) mod empty;
pub(crate) mod health;
pub(crate) mod help;
pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod manage;
pub(crate) mod request;
pub(crate) mod tasks;
