//! What whoever collected wrote down of events beside their lines. Hooks and scripts log what they say
//! themselves, whatever becomes of it; so the collector notes what it held apart, and which pane it took
//! an address for. Without that a table that is filled from the log would take what nobody was shown:
//! what an event was judged by, the processes and panes of its time, is not in the log.

use std::collections::HashMap;

use pane_patrol_hooks::event::Event;

use super::Record;
use super::fingerprint::{Placed, print_of, print_of_line};

/// What is noted of the events of a log.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    refused: HashMap<u64, String>,
    placed: HashMap<u64, Placed>,
}

impl Notes {
    /// Takes in one record. A note may stand before or behind the event that it is about, so that all
    /// records have to be taken in before the first is played.
    pub fn take(&mut self, record: &Record) {
        let Some(print) = record.about() else { return };
        if let Some(why) = record.refuses() {
            self.refused.insert(print, why.to_owned());
        } else if let Some(placed) = record.places() {
            self.placed.insert(print, placed);
        }
    }

    /// Why the event was held apart, if it was, and where it belonged, if that is noted.
    pub(super) fn of(&self, event: &Event) -> (Option<&str>, Option<&Placed>) {
        if self.refused.is_empty() && self.placed.is_empty() {
            return (None, None);
        }
        let prints = [print_of(event), print_of_line(event)];
        let mut prints = prints.iter().flatten();
        let refused = prints.clone().find_map(|print| self.refused.get(print));
        let placed = prints.find_map(|print| self.placed.get(print));
        (refused.map(String::as_str), placed)
    }
}

impl<'a> FromIterator<&'a Record> for Notes {
    fn from_iter<T: IntoIterator<Item = &'a Record>>(records: T) -> Self {
        let mut notes = Self::default();
        for record in records {
            notes.take(record);
        }
        notes
    }
}
