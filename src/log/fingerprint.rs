//! By what an event is known again in a log, and where it belonged.

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::{PaneId, Server};

/// Where an event belonged that named an address only.
pub(super) type Placed = (Server, PaneId);

/// What an event is known again by, from one program to the next, whether the log has its message or not.
pub(super) fn print_of(event: &Event) -> Option<u64> {
    let mut bare = event.without_message();
    bare.withheld = false;
    print_of_line(&bare)
}

/// FNV-1a of the line that it makes, message and all: so events were known again before a log could be
/// without messages.
pub(super) fn print_of_line(event: &Event) -> Option<u64> {
    let line = event.encode().ok()?;
    let print = line.iter().fold(0xcbf2_9ce4_8422_2325_u64, |print, byte| {
        (print ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Some(print)
}
