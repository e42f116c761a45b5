//! The connections there are: how many, and how all of them are ended with a word.
//!
//! A place is taken with the token. Who has shown none waits with a few others like it, and the oldest
//! of them makes room for the next, so that connections that say nothing shut nobody out. Who shares seats
//! with whom once they are in is the hub's matter; here there is room for all that it takes. Who was told
//! good-bye shares a few places as well, so that nobody stays by not closing.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More connections than this are refused: the hub takes fewer of all tokens together.
const PLACES: usize = 192;

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
    waiting: BTreeMap<u64, TcpStream>,
    /// The connections to the hub of those that have, as soon as they have one.
    hubs: BTreeMap<u64, Option<UnixStream>>,
    /// Those that are told good-bye, oldest first.
    leaving: BTreeMap<u64, TcpStream>,
}

/// The right to be there; given back when dropped.
#[derive(Debug)]
pub(super) struct Visit {
    number: u64,
    visits: Arc<Visits>,
}

impl Visits {
    /// One more waits to show the token; the one that has waited longest may have to go for it.
    pub(super) fn begin(self: &Arc<Self>, stream: TcpStream) -> Visit {
        let mut inside = self.lock();
        if inside.waiting.len() >= UNPROVEN
            && let Some((_, oldest)) = inside.waiting.pop_first()
        {
            // It may be closed already.
            let _ = oldest.shutdown(Shutdown::Both);
        }
        inside.next += 1;
        let number = inside.next;
        inside.waiting.insert(number, stream);
        Visit {
            number,
            visits: Arc::clone(self),
        }
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
                inside.hubs.values().any(Option::is_some) || !inside.leaving.is_empty()
            });
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// It has shown the token; whether there is a place for it.
    pub(super) fn take_place(&self) -> bool {
        let mut inside = self.visits.lock();
        let is_free = inside.hubs.len() < PLACES;
        if is_free {
            inside.waiting.remove(&self.number);
            inside.hubs.insert(self.number, None);
        }
        is_free
    }

    /// It was let in, and this is its connection to the hub.
    pub(super) fn talks_over(&self, hub: &UnixStream) {
        let hub = hub.try_clone().ok();
        self.visits.lock().hubs.insert(self.number, hub);
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
        inside.hubs.remove(&self.number);
        if let Ok(handle) = stream.try_clone() {
            inside.leaving.insert(self.number, handle);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut inside = self.visits.lock();
        inside.waiting.remove(&self.number);
        inside.hubs.remove(&self.number);
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
        let _first = visits.begin(inner);
        let waiting: Vec<(TcpStream, Visit)> = (0..3 * UNPROVEN)
            .map(|_| {
                let (outer, inner) = connection(&listener);
                (outer, visits.begin(inner))
            })
            .collect();
        let limit = Some(Duration::from_secs(10));
        first.set_read_timeout(limit).unwrap();
        let ended = first.read(&mut [0; 1]).unwrap();
        assert_eq!(ended, 0, "the oldest was let go");
        assert_eq!(visits.lock().waiting.len(), UNPROVEN);
        assert!(waiting.last().unwrap().1.take_place());

        let seated = || {
            let visit = visits.begin(connection(&listener).1);
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
}
