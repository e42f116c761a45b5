//! Which publishers speak for agents, and since when nothing was heard of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::hub::protocol::Right;
use crate::state::PublisherWord;

/// A publisher of which nothing is heard for this long is silent.
const SILENT_AFTER: Duration = Duration::from_secs(30);

/// One that is silent or gone for this long is forgotten, with all it has said.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(5 * 60);

/// So many publishers that are gone are remembered.
const MAX_GONE: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Publishers {
    known: BTreeMap<String, Publisher>,
}

#[derive(Debug)]
struct Publisher {
    /// The serial number of its connection; `None` when it is gone.
    connection: Option<u64>,
    heard: Instant,
    silent: bool,
    /// What it may do who has spoken under that name; `None`: the collector before this one knew.
    right: Option<Right>,
}

impl Publisher {
    fn deadline(&self) -> Instant {
        match (self.connection, self.silent) {
            (Some(_), false) => self.heard + SILENT_AFTER,
            (Some(_), true) => self.heard + SILENT_AFTER + FORGOTTEN_AFTER,
            (None, _) => self.heard + FORGOTTEN_AFTER,
        }
    }
}

/// Something that became true of a publisher by time alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) name: String,
    pub(super) word: PublisherWord,
    /// The connection that ends with it.
    pub(super) ends: Option<u64>,
}

impl Publishers {
    /// `name` spoke for an agent at the collector before this one.
    pub(super) fn inherit(&mut self, name: &str, now: Instant) {
        let known = self.known.entry(name.to_owned()).or_insert(Publisher {
            connection: None,
            heard: now,
            silent: false,
            right: None,
        });
        if known.connection.is_none() {
            known.heard = now;
        }
    }

    /// `name` speaks for an agent over `connection`, which has that right; false when the name is another
    /// connection's, or was a moment ago that of one with a greater right.
    pub(super) fn claim(
        &mut self,
        name: &str,
        (connection, right): (u64, Right),
        now: Instant,
    ) -> bool {
        let known = self.known.entry(name.to_owned()).or_insert(Publisher {
            connection: None,
            heard: now,
            silent: false,
            right: None,
        });
        let is_its = match known.connection {
            Some(other) => other == connection,
            None => known.right.is_none_or(|known| right.allows(known)),
        };
        if is_its && known.connection.is_none() {
            (known.connection, known.heard) = (Some(connection), now);
            (known.silent, known.right) = (false, Some(right));
        }
        is_its
    }

    /// The connection over which `name` speaks with a right that is less than `right`; it does so no more.
    pub(super) fn displace(&mut self, name: &str, right: Right) -> Option<u64> {
        let known = self.known.get(name)?;
        let is_less = |its: Right| its != right && right.allows(its);
        let connection = known
            .connection
            .filter(|_| known.right.is_some_and(is_less));
        if connection.is_some() {
            self.known.remove(name);
        }
        connection
    }

    /// Whether `name` has spoken for agents, and has gone.
    pub(super) fn has_gone(&self, name: &str) -> bool {
        let known = self.known.get(name);
        known.is_some_and(|known| known.connection.is_none())
    }

    /// The connection over which `name` speaks.
    pub(super) fn connection_of(&self, name: &str) -> Option<u64> {
        self.known.get(name)?.connection
    }

    /// Something came over `connection`; whether its publisher was taken for silent.
    pub(super) fn hear(&mut self, name: &str, connection: u64, now: Instant) -> bool {
        let known = self.known.get_mut(name);
        let known = known.filter(|known| known.connection == Some(connection));
        known.is_some_and(|known| {
            known.heard = now;
            std::mem::take(&mut known.silent)
        })
    }

    /// `connection` has ended; whether it was that of a publisher with agents.
    pub(super) fn leave(&mut self, name: &str, connection: u64, now: Instant) -> bool {
        let known = self.known.get_mut(name);
        let known = known.filter(|known| known.connection == Some(connection));
        known.is_some_and(|known| {
            known.connection = None;
            known.heard = now;
            true
        })
    }

    /// When there is something due next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.known.values().map(Publisher::deadline).min()
    }

    /// What has become true by `now`.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Due> {
        let mut due = Vec::new();
        for (name, known) in &mut self.known {
            if known.deadline() > now {
                continue;
            }
            let falls_silent = known.connection.is_some() && !known.silent;
            known.silent = true;
            due.push(Due {
                name: name.clone(),
                word: if falls_silent {
                    PublisherWord::Silent
                } else {
                    PublisherWord::Forgotten
                },
                ends: known.connection.filter(|_| !falls_silent),
            });
        }
        due.extend(self.surplus());
        for one in &due {
            if one.word == PublisherWord::Forgotten {
                self.known.remove(&one.name);
            }
        }
        due
    }

    /// The publishers gone longest, of which there are too many.
    fn surplus(&self) -> Vec<Due> {
        let gone = self
            .known
            .iter()
            .filter(|(_, known)| known.connection.is_none());
        let mut gone: Vec<(Instant, &String)> =
            gone.map(|(name, known)| (known.heard, name)).collect();
        let surplus = gone.len().saturating_sub(MAX_GONE);
        gone.sort_unstable();
        let forgotten = gone.into_iter().take(surplus).map(|(_, name)| Due {
            name: name.clone(),
            word: PublisherWord::Forgotten,
            ends: None,
        });
        forgotten.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(name: &str, word: PublisherWord, ends: Option<u64>) -> Due {
        Due {
            name: name.into(),
            word,
            ends,
        }
    }

    #[test]
    fn a_publisher_falls_silent_is_heard_again_and_is_forgotten_in_the_end() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut publishers = Publishers::default();
        assert_eq!(publishers.deadline(), None);
        assert!(publishers.claim("a", (1, Right::Own), start));
        assert!(!publishers.hear("a", 1, at(20)));
        assert_eq!(publishers.take_due(at(49)), []);
        assert_eq!(publishers.deadline(), Some(at(50)));
        let silent = due("a", PublisherWord::Silent, None);
        assert_eq!(publishers.take_due(at(50)), [silent]);
        assert_eq!(publishers.take_due(at(51)), [], "it is said once");
        assert!(publishers.hear("a", 1, at(60)));
        let silent = due("a", PublisherWord::Silent, None);
        assert_eq!(publishers.take_due(at(90)), [silent]);
        let forgotten = due("a", PublisherWord::Forgotten, Some(1));
        assert_eq!(publishers.take_due(at(390)), [forgotten]);
        assert_eq!(publishers.deadline(), None);
    }

    #[test]
    fn a_name_belongs_to_one_connection_until_that_ends() {
        let start = Instant::now();
        let mut publishers = Publishers::default();
        assert!(publishers.claim("a", (1, Right::Own), start));
        assert!(!publishers.claim("a", (2, Right::Own), start));
        assert!(!publishers.leave("a", 2, start));
        assert!(publishers.leave("a", 1, start));
        assert!(publishers.claim("a", (2, Right::Own), start));
        assert_eq!(publishers.take_due(start + Duration::from_secs(29)), []);
    }

    #[test]
    fn a_name_is_given_up_to_a_greater_right_and_to_no_other() {
        let start = Instant::now();
        let mut publishers = Publishers::default();
        assert!(publishers.claim("a", (1, Right::Publish), start));
        assert_eq!(publishers.displace("a", Right::Publish), None);
        assert_eq!(publishers.displace("b", Right::Own), None);
        assert_eq!(publishers.displace("a", Right::Own), Some(1));
        assert!(publishers.claim("a", (2, Right::Own), start));
        assert_eq!(publishers.displace("a", Right::Own), None);
        // What the first one says or does then is nothing to the second.
        assert!(!publishers.claim("a", (1, Right::Publish), start));
        assert!(!publishers.leave("a", 1, start));
        assert_eq!(publishers.connection_of("a"), Some(2));
    }

    #[test]
    fn one_that_has_gone_is_known_as_gone_until_it_is_back() {
        let start = Instant::now();
        let mut publishers = Publishers::default();
        assert!(!publishers.has_gone("a"), "it was never here");
        publishers.claim("a", (1, Right::Own), start);
        assert_eq!(publishers.connection_of("a"), Some(1));
        publishers.leave("a", 1, start);
        assert!(publishers.has_gone("a"));
        // It is not silent at once because it was gone for long.
        let back = start + Duration::from_secs(200);
        publishers.claim("a", (2, Right::Own), back);
        assert!(!publishers.has_gone("a"));
        assert_eq!(publishers.take_due(back), []);
    }

    #[test]
    fn of_too_many_that_are_gone_the_oldest_are_forgotten() {
        let start = Instant::now();
        let mut publishers = Publishers::default();
        for n in 0..=MAX_GONE {
            let name = format!("p{n}");
            let at = start + Duration::from_millis(n as u64);
            publishers.claim(&name, (n as u64, Right::Own), at);
            publishers.leave(&name, n as u64, at);
        }
        let forgotten = due("p0", PublisherWord::Forgotten, None);
        assert_eq!(
            publishers.take_due(start + Duration::from_secs(1)),
            [forgotten]
        );
    }
}
