//! The collector's clock: the wall clock, but never going back.
//!
//! When the system's clock is set back, time goes on from where it was at the pace of the monotonic
//! clock until the wall clock has caught up, so that no deadline is put off by the jump.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use pane_patrol_hooks::timestamp::Timestamp;

/// See the module.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: fn() -> Timestamp,
    last: Mutex<(Timestamp, Instant)>,
}

impl Clock {
    /// A clock that follows `wall`.
    pub(crate) fn new(wall: fn() -> Timestamp) -> Self {
        Self {
            wall,
            last: Mutex::new((wall(), Instant::now())),
        }
    }

    /// The time, not before any that was told earlier.
    pub(crate) fn now(&self) -> Timestamp {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (told, at) = *last;
        let wall = (self.wall)();
        if wall >= told {
            *last = (wall, Instant::now());
            wall
        } else {
            told.plus(at.elapsed())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn a_clock_set_back_makes_no_time_go_back_or_stand_still() {
        static WALL: AtomicI64 = AtomicI64::new(1_000_000);
        let clock = Clock::new(|| Timestamp::from_micros(WALL.load(Ordering::Relaxed)));
        let before = clock.now();
        WALL.store(0, Ordering::Relaxed);
        let after = clock.now();
        assert!(after >= before);
        while clock.now() == after {}
        WALL.store(i64::MAX, Ordering::Relaxed);
        assert_eq!(clock.now(), Timestamp::from_micros(i64::MAX));
    }
}
