//! The connections there are: how many, and how all of them are ended with a word.

use std::collections::BTreeMap;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More connections than this are refused, those included that have not shown their token yet.
const MAX_VISITS: usize = 64;

/// How long connections may take to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Visits {
    inside: Mutex<Inside>,
    one_left: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    /// Their connections to the hub, as soon as they have one.
    hubs: BTreeMap<u64, Option<UnixStream>>,
}

/// The right to be inside; given back when dropped.
#[derive(Debug)]
pub(super) struct Visit {
    number: u64,
    visits: Arc<Visits>,
}

impl Visits {
    /// A place for one more; `None` when there are too many.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Visit> {
        let mut inside = self.lock();
        if inside.hubs.len() >= MAX_VISITS {
            return None;
        }
        inside.next += 1;
        let number = inside.next;
        inside.hubs.insert(number, None);
        Some(Visit {
            number,
            visits: Arc::clone(self),
        })
    }

    /// Ends all: each sees its hub close, and may tell its client so.
    pub(super) fn end(&self) {
        let inside = self.lock();
        for hub in inside.hubs.values().flatten() {
            // It may be closed already.
            let _ = hub.shutdown(Shutdown::Both);
        }
        // Who does not end in time is cut off with the process.
        let _ = self
            .one_left
            .wait_timeout_while(inside, FAREWELL, |inside| {
                inside.hubs.values().any(Option::is_some)
            });
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// It was let in, and this is its connection to the hub.
    pub(super) fn talks_over(&self, hub: &UnixStream) {
        let hub = hub.try_clone().ok();
        self.visits.lock().hubs.insert(self.number, hub);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.visits.lock().hubs.remove(&self.number);
        self.visits.one_left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_and_again_when_one_leaves() {
        let visits = Arc::new(Visits::default());
        let mut inside: Vec<Visit> = std::iter::from_fn(|| visits.begin()).collect();
        assert_eq!(inside.len(), MAX_VISITS);
        inside.pop();
        assert!(visits.begin().is_some());
        // Nobody talks to a hub: there is nothing to wait for.
        visits.end();
    }
}
