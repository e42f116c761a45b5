//! What became of other requests of the assistant while a key had no effect on the one that was meant: the
//! dialog of one of them may have taken it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Outcome;
use super::look::{Act, PAUSE};
use crate::actor::stop;
use crate::state::{Bound, Request, Row};

/// So many looks at what became of them.
const LOOKS: usize = 20;

impl Act<'_> {
    /// Remembers what else `row` waits for, and what of it had ended before any key.
    pub(super) fn note(&self, row: &Row) {
        let mut beside = self.beside.borrow_mut();
        for request in &row.waiting {
            if self.bound.is_about(request) {
                continue;
            }
            let has_ended = !self.has_pressed.get() && self.has_ended(&self.bound.sibling(request));
            match beside.iter_mut().find(|(known, _)| known == request) {
                Some(known) => known.1 |= has_ended,
                None => beside.push((request.clone(), has_ended)),
            }
        }
    }

    /// `outcome`, and what became of those that were waited for since the first key, at `pressed`.
    pub(super) fn telling_of_others(&self, outcome: Outcome, pressed: Timestamp) -> Outcome {
        let told: Vec<String> = self
            .beside
            .borrow()
            .iter()
            .filter(|(_, had_ended)| !had_ended)
            .filter_map(|(request, _)| self.tell(request, pressed))
            .collect();
        if told.is_empty() {
            return outcome;
        }
        let words = format!(
            "a key may have been taken by another dialog: {}",
            told.join(", ")
        );
        match outcome {
            Outcome::Done => Outcome::Beside(words),
            Outcome::Unknown(why) => Outcome::Unknown(format!("{why}; {words}")),
            known => known,
        }
    }

    /// Waits a second for what may become of one of them: its result follows the key by some moments.
    pub(super) fn until_others_tell(&self, pressed: Timestamp) {
        for _ in 0..LOOKS {
            let beside = self.beside.borrow();
            let mut open = beside.iter().filter(|(_, had_ended)| !had_ended);
            if open.any(|(request, _)| self.tell(request, pressed).is_some()) {
                return;
            }
            drop(beside);
            self.access.wait(PAUSE);
        }
    }

    /// What became of `request`, if anything has.
    fn tell(&self, request: &Request, pressed: Timestamp) -> Option<String> {
        let other = self.access.in_full(self.bound.sibling(request));
        let became = if self.has_ended(&other) {
            "was answered meanwhile"
        } else if self.access.runs(&other, pressed) {
            "was approved meanwhile, and runs"
        } else {
            return None;
        };
        let about = stop::about(&other, self.bound);
        let how = stop::how(&other).map_or_else(String::new, |how| format!(" ({how})"));
        Some(format!("{about}{how} {became}"))
    }

    fn has_ended(&self, other: &Bound) -> bool {
        self.access.has_result(other) == Some(true)
    }
}
