//! Which events were delivered already: socket and event log both bring them.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use pane_patrol_hooks::event::Event;

/// How many prints are remembered to tell a second delivery (socket and event log) from a new event: of each
/// event one or two.
const REMEMBERED: usize = 8192;

/// The last events, to know one that comes a second time.
#[derive(Debug, Default)]
pub(super) struct Dedup {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Dedup {
    /// Whether it has come before. Of an event whose message the log is not to have, its line there is the
    /// same event; where the line came first the event still brings what is missing. Of two that differ in
    /// their messages neither is the other.
    pub(super) fn is_again(&mut self, event: &Event) -> bool {
        if event.withheld {
            let has_come = self.known.contains(&print(&(STANDS_FOR, event)));
            return has_come || !self.remember(print(event));
        }
        if !self.remember(print(event)) {
            return true;
        }
        let in_log = event.without_message();
        if in_log.withheld {
            self.remember(print(&(STANDS_FOR, &in_log)));
        }
        false
    }

    /// Whether it was not known.
    fn remember(&mut self, print: u64) -> bool {
        if !self.known.insert(print) {
            return false;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(print);
        true
    }
}

/// Parts the print of a line that may come from that of one that has come.
const STANDS_FOR: &str = "stands for";

fn print(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Assistant, State};
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;

    fn saying(message: &str) -> Event {
        let target = "main:0.0".parse().unwrap();
        let mut event = Event::new(
            Assistant::CLAUDE,
            State::Running,
            target,
            Timestamp::default(),
        );
        event.message = Some(message.to_owned());
        event
    }

    #[test]
    fn the_line_that_is_to_have_no_message_takes_none_away_in_either_order() {
        let (one, other) = (saying("one"), saying("other"));
        let mut dedup = Dedup::default();
        assert!(!dedup.is_again(&one));
        assert!(!dedup.is_again(&other), "another one of the same moment");
        assert!(dedup.is_again(&one.without_message()));
        assert!(dedup.is_again(&one.without_message()) && dedup.is_again(&one));
        assert!(
            !dedup.is_again(&saying("a third")),
            "its line is not that one"
        );
        let mut dedup = Dedup::default();
        assert!(!dedup.is_again(&one.without_message()));
        assert!(!dedup.is_again(&one), "it brings its message");
        assert!(dedup.is_again(&one) && dedup.is_again(&one.without_message()));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut dedup = Dedup::default();
        for number in 0..=REMEMBERED {
            assert!(!dedup.is_again(&saying(&number.to_string())));
        }
        assert!(dedup.known.len() <= REMEMBERED && !dedup.is_again(&saying("0")));
    }
}
