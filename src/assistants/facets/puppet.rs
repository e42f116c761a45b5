//! A session of an assistant that a demo plays: what its hooks and its files would say.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Which session, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    /// The assistant's config folder.
    pub(crate) home: &'a Path,
    /// The session.
    pub(crate) session: &'a str,
    /// The folder it works in.
    pub(crate) cwd: &'a Path,
    /// The number of its turn.
    pub(crate) turn: u32,
    /// The process that plays it.
    pub(crate) pid: u32,
}

/// How a session is played.
pub(crate) trait Puppet: Sync {
    /// The folders below its config folder that it needs.
    fn folders(&self) -> &'static [&'static str];

    /// What its hook is told of `event`, without what is that event's own.
    fn payload(&self, scene: &Scene<'_>, event: &str) -> Value;

    /// The file in which the session says what it does.
    fn status_file(&self, scene: &Scene<'_>) -> PathBuf;

    /// What stands there.
    fn status(&self, scene: &Scene<'_>, status: &str, waiting_for: Option<&str>) -> Value;
}
