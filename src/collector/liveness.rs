//! Whether what a row stands for has ended.

use pane_patrol_hooks::target::Target;

use crate::state::Row;
use crate::sys::process::{is_alive, start_of, started_after};

/// Whether the process of a row that was known before is not there any more, or its number another
/// one's.
pub(crate) fn has_ended(row: &Row) -> bool {
    let place_has_ended = match row.target {
        Target::Process { pid, start, .. } => start_of(pid) != Some(start),
        Target::Address { .. } | Target::Pane(_) | Target::Agent(_) => false,
    };
    let process_has_ended = |pid| !is_alive(pid) || started_after(pid, row.ts);
    place_has_ended || row.pid.is_some_and(process_has_ended)
}
