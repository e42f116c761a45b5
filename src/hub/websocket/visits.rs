//! The connections there are: how many, and how all of them are ended with a word.
//!
//! A place is taken with the token. Who has shown none waits with a few others like it, and the oldest
//! of the user who has most of them makes room for the next, so that connections that say nothing shut nobody out,
//! least of all another user's. Who shares seats
//! with whom once they are in is the hub's matter; here there is room for all that it takes. Who was told
//! good-bye shares a few places as well, so that nobody stays by not closing.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::tries::Source;
use crate::hub::devices::Device;

/// More connections than this are refused: the hub takes fewer of all tokens and devices together.
const PLACES: usize = 384;

/// As many may be there that have not shown the token yet.
const UNPROVEN: usize = 16;

/// As many may be there that were told good-bye and have not closed.
const LEAVING: usize = 16;

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
    /// Those that have not shown the token, oldest first.
    waiting: BTreeMap<u64, Waiting>,
    /// Those that have.
    seated: BTreeMap<u64, Seated>,
    /// Those that are told good-bye, oldest first.
    leaving: BTreeMap<u64, TcpStream>,
}

#[derive(Debug)]
struct Waiting {
    stream: TcpStream,
    /// Whose it is.
    source: Source,
}

#[derive(Debug, Default)]
struct Seated {
    /// Its connection to the hub, as soon as it has one.
    hub: Option<UnixStream>,
    /// The device that it is.
    device: Option<Device>,
    is_revoked: bool,
}

impl Seated {
    /// Its bridge sees the hub close.
    fn end(&self) {
        if let Some(hub) = &self.hub {
            // It may be closed already.
            let _ = hub.shutdown(Shutdown::Both);
        }
    }
}

/// The right to be there; given back when dropped.
#[derive(Debug)]
pub(super) struct Visit {
    number: u64,
    visits: Arc<Visits>,
}

impl Visits {
    /// One more waits to show the token; one that has waited for long may have to go for it.
    pub(super) fn begin(self: &Arc<Self>, stream: TcpStream, source: Source) -> Visit {
        let mut inside = self.lock();
        if inside.waiting.len() >= UNPROVEN
            && let Some(oldest) = inside.one_too_many(source)
            && let Some(oldest) = inside.waiting.remove(&oldest)
        {
            // It may be closed already.
            let _ = oldest.stream.shutdown(Shutdown::Both);
        }
        inside.next += 1;
        let number = inside.next;
        inside.waiting.insert(number, Waiting { stream, source });
        Visit {
            number,
            visits: Arc::clone(self),
        }
    }

    /// Ends all: each sees its hub close, and may tell its client so.
    pub(super) fn end(&self) {
        let inside = self.lock();
        inside.seated.values().for_each(Seated::end);
        // Who does not end in time is cut off with the process.
        let _ = self
            .one_left
            .wait_timeout_while(inside, FAREWELL, |inside| {
                let talks = |seated: &Seated| seated.hub.is_some();
                inside.seated.values().any(talks) || !inside.leaving.is_empty()
            });
    }

    /// The devices that have a place.
    pub(super) fn devices(&self) -> Vec<Device> {
        let inside = self.lock();
        let devices = inside.seated.values().filter_map(|it| it.device.clone());
        devices.collect()
    }

    /// Ends the connections of that device.
    pub(super) fn revoke(&self, device: &Device) {
        let mut inside = self.lock();
        let seated = inside.seated.values_mut();
        for seated in seated.filter(|seated| seated.device.as_ref() == Some(device)) {
            seated.is_revoked = true;
            seated.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Which of those that wait goes where `newcomer` has one more: the oldest of the user who has most.
    fn one_too_many(&self, newcomer: Source) -> Option<u64> {
        let mut counts = BTreeMap::from([(newcomer, 1)]);
        for waiting in self.waiting.values() {
            *counts.entry(waiting.source).or_insert(0) += 1;
        }
        let most = counts.values().max().copied();
        let mut waiting = self.waiting.iter();
        let has_most = |waiting: &Waiting| counts.get(&waiting.source).copied() == most;
        let found = waiting.find(|(_, waiting)| has_most(waiting));
        found.map(|(number, _)| *number)
    }

    fn is_revoked(&self, number: u64) -> bool {
        self.seated.get(&number).is_some_and(|it| it.is_revoked)
    }

    fn seat(&mut self, number: u64, device: Option<Device>) -> bool {
        let is_free = self.seated.len() < PLACES;
        if is_free {
            self.waiting.remove(&number);
            let seated = Seated {
                device,
                ..Seated::default()
            };
            self.seated.insert(number, seated);
        }
        is_free
    }
}

impl Visit {
    /// It has shown the token; whether there is a place for it.
    pub(super) fn take_place(&self) -> bool {
        self.visits.lock().seat(self.number, None)
    }

    /// The same for that device.
    pub(super) fn take_place_of(&self, device: &Device) -> bool {
        self.visits.lock().seat(self.number, Some(device.clone()))
    }

    /// Whether its device was revoked in the meantime.
    pub(super) fn is_revoked(&self) -> bool {
        let inside = self.visits.lock();
        inside.is_revoked(self.number)
    }

    /// It was let in, and this is its connection to the hub.
    pub(super) fn talks_over(&self, hub: &UnixStream) {
        let mut inside = self.visits.lock();
        if let Some(seated) = inside.seated.get_mut(&self.number) {
            seated.hub = hub.try_clone().ok();
            if seated.is_revoked {
                seated.end();
            }
        }
    }

    /// It is told good-bye, and its place is free: the one that has been told so longest may have to go.
    pub(super) fn leaves(&self, stream: &TcpStream) {
        let mut inside = self.visits.lock();
        if inside.leaving.len() >= LEAVING
            && let Some((_, oldest)) = inside.leaving.pop_first()
        {
            // It may be closed already.
            let _ = oldest.shutdown(Shutdown::Both);
        }
        inside.seated.remove(&self.number);
        if let Ok(handle) = stream.try_clone() {
            inside.leaving.insert(self.number, handle);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut inside = self.visits.lock();
        inside.waiting.remove(&self.number);
        inside.seated.remove(&self.number);
        inside.leaving.remove(&self.number);
        self.visits.one_left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    /// Both ends of a connection.
    fn connection(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let outer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (outer, listener.accept().unwrap().0)
    }

    #[test]
    fn who_shows_no_token_makes_room_and_who_shows_it_has_a_place_until_it_leaves() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let visits = Arc::new(Visits::default());
        let (mut first, inner) = connection(&listener);
        let _first = visits.begin(inner, None);
        let waiting: Vec<(TcpStream, Visit)> = (0..3 * UNPROVEN)
            .map(|_| {
                let (outer, inner) = connection(&listener);
                (outer, visits.begin(inner, None))
            })
            .collect();
        let limit = Some(Duration::from_secs(10));
        first.set_read_timeout(limit).unwrap();
        let ended = first.read(&mut [0; 1]).unwrap();
        assert_eq!(ended, 0, "the oldest was let go");
        assert_eq!(visits.lock().waiting.len(), UNPROVEN);
        assert!(waiting.last().unwrap().1.take_place());

        let seated = || {
            let visit = visits.begin(connection(&listener).1, None);
            visit.take_place().then_some(visit)
        };
        let mut inside: Vec<Visit> = std::iter::from_fn(seated).collect();
        assert_eq!(inside.len(), PLACES - 1);
        inside.pop();
        inside.extend(seated());
        assert_eq!(inside.len(), PLACES - 1, "when one has gone");
        // Whoever was told good-bye keeps nobody out, and only so many of these stay.
        let (mut told, inner) = connection(&listener);
        told.set_read_timeout(limit).unwrap();
        inside[0].leaves(&inner);
        inside.extend(seated());
        assert_eq!(inside.len(), PLACES);
        for visit in &inside[1..=LEAVING] {
            visit.leaves(&inner);
        }
        assert_eq!(told.read(&mut [0; 1]).unwrap(), 0, "it is closed");
        assert_eq!(visits.lock().leaving.len(), LEAVING);
        drop(inside);
        // Nobody talks to a hub: there is nothing to wait for.
        visits.end();
    }

    #[test]
    fn however_many_come_of_one_user_nobody_of_another_makes_room_for_them() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let visits = Arc::new(Visits::default());
        let mine = visits.begin(connection(&listener).1, Some(1));
        let others: Vec<_> = (0..200)
            .map(|_| {
                let (outer, inner) = connection(&listener);
                (outer, visits.begin(inner, Some(2)))
            })
            .collect();
        let count = |source| {
            let inside = visits.lock();
            let waiting = inside.waiting.values();
            waiting.filter(|it| it.source == Some(source)).count()
        };
        assert_eq!((count(1), count(2)), (1, UNPROVEN - 1));
        assert!(mine.take_place(), "it was there before them");
        let late = visits.begin(connection(&listener).1, Some(1));
        assert!(late.take_place(), "and after them");
        drop(others);
    }
}
