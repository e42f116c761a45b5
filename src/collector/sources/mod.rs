//! What the collector listens to and looks at: each source is a thread or a watch of its own, and all of
//! them tell the one writer.

pub(super) mod branch;
pub(super) mod changes;
pub(super) mod event_log;
pub(super) mod event_socket;
pub(super) mod exits;
pub(super) mod panes;
pub(crate) mod present;
pub(crate) mod session_files;
pub(super) mod silent;
pub(super) mod stirs;
pub(super) mod unheard;
