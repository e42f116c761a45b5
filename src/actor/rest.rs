//! Whether an assistant would take a key now. One may work for seconds at a large request before it
//! shows it, writes nothing down before, and leaves the dialog on its screen that was there: a key that is
//! pressed meanwhile is taken by the dialog that opens next. While it works its first thread runs; one that
//! would take the key at once sleeps.

use std::time::Duration;

use super::access::Access;
use super::stop::Stop;
use crate::state::Bound;

/// In so many looks, one after the other, it has to be asleep: a spinner wakes it for a moment only.
const ASLEEP: usize = 4;

/// How long between two of them.
const BETWEEN: Duration = Duration::from_millis(8);

/// How often it is looked at in all: some five seconds.
const LOOKS: usize = 600;

/// After so many nothing can have happened that the screen did not show before the first: 100 ms.
const SOON: usize = 12;

/// Whether it is at rest at once or soon; `false` when it was at work, and is at rest by now. Where the system
/// does not tell it counts as at rest.
///
/// # Errors
/// It works all the time.
pub(super) fn is_at_rest(bound: &Bound, access: &dyn Access) -> Result<bool, Stop> {
    let mut asleep = 0;
    for look in 1..=LOOKS {
        match access.is_at_rest(bound) {
            None => return Ok(true),
            Some(true) => asleep += 1,
            Some(false) => asleep = 0,
        }
        if asleep == ASLEEP {
            return Ok(look <= SOON);
        }
        access.wait(BETWEEN);
    }
    Err(Stop::Busy)
}
