//! Which events were delivered already: socket and event log both bring them.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use pane_patrol_hooks::event::Event;

/// How many events are remembered to tell a second delivery (socket and event log) from a new event.
const REMEMBERED_EVENTS: usize = 4096;

/// The last events, to know one that comes a second time.
#[derive(Debug, Default)]
pub(super) struct Dedup {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Dedup {
    pub(super) fn is_again(&mut self, event: &Event) -> bool {
        let mut hasher = DefaultHasher::new();
        event.hash(&mut hasher);
        let print = hasher.finish();
        if !self.known.insert(print) {
            return true;
        }
        if self.order.len() == REMEMBERED_EVENTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(print);
        false
    }
}
