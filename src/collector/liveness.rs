//! Whether what a row stands for has ended.

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::sys::process::{is_alive, lives, start_of, started_after};

/// Whether the process of a row that was known before is not there any more, or its number another
/// one's.
pub(crate) fn has_ended(row: &Row) -> bool {
    let place_has_ended = match row.target {
        Target::Process { pid, start, .. } => start_of(pid) != Some(start),
        Target::Address { .. } | Target::Pane(_) | Target::Agent(_) => false,
    };
    place_has_ended || row.pid.is_some_and(|pid| has_ended_since(pid, row.ts))
}

/// Whether the process that had this number at `moment` is not there any more, or its number another one's.
pub(crate) fn has_ended_since(pid: u32, moment: Timestamp) -> bool {
    !is_alive(pid) || started_after(pid, moment)
}

/// Whether the server that was there at `moment` is not there any more; one that nobody has buried yet is not.
pub(crate) fn server_has_ended(server: &Server, moment: Timestamp) -> bool {
    !lives(server.pid) || started_after(server.pid, moment)
}
