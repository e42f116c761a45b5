//! How an assistant tells its terminal what it does.

use std::time::Duration;

/// How an assistant uses status records (OSC 7501).
#[derive(Debug)]
pub(crate) struct StatusRecords {
    /// What it calls itself in them.
    pub(crate) app: &'static str,
    /// It may say `working` for less than this without any work.
    pub(crate) blip: Duration,
}
