//! The promise that nothing a hook does can hurt its assistant: it ends in time, with exit status 0
//! and without a word, whatever hangs or panics.

use std::io;
use std::panic;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_bare::leave;
use pane_patrol_bare::time::{LAST_TURNS, LATEST_FIRST_BYTE, Seen, Time};
use pane_patrol_bare::watch;

/// Nothing waits longer than this.
const LAST_CALL: Duration = Duration::from_millis(82);
/// The watchdog only sleeps, and does at the end what was entrusted to it.
const WATCHDOG_STACK_BYTES: usize = 128 * 1024;

/// When a hook's time began to count, and what is left of it.
#[derive(Clone, Debug)]
pub struct Clock {
    time: Arc<Time>,
    /// What is done at the end if it was not done before.
    entrusted: Arc<Mutex<Option<Entrusted>>>,
}

struct Entrusted(Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for Entrusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entrusted")
    }
}

impl Clock {
    /// Starts the time and the watchdog, and makes a panic end the process silently.
    ///
    /// Time in which the system let other processes run, and this one wait for a core, is not counted
    /// (within limits): it says nothing of a hook that hangs, and the assistant waits for it anyway.
    ///
    /// # Errors
    /// No thread can be had. Everything that waits has its own limit still.
    pub fn start() -> (Self, io::Result<()>) {
        let clock = Self::new();
        panic::set_hook(Box::new(|_| leave()));
        // The usual hook ends long before its watchdog has anything to do: the cheapest one is enough.
        let started = watch::start(&clock.time).or_else(|_| clock.hire());
        (clock, started)
    }

    fn new() -> Self {
        Self {
            time: Arc::new(Time::new()),
            entrusted: Arc::default(),
        }
    }

    /// The moment `limit` from now, but never later than may be waited at all.
    pub fn within(&self, limit: Duration) -> Instant {
        let last_call = self.time.counts_from() + LAST_CALL;
        (Instant::now() + limit).min(last_call)
    }

    /// Has `wait` wait for the payload's first byte, until the moment that it is given; the time
    /// counts from its end, not from the hook's start. What `wait` says.
    ///
    /// Nobody has to wake the watchdog: it looks again before any end could have come.
    pub fn wait_for_first_byte(&self, wait: impl FnOnce(Instant) -> bool) -> bool {
        self.time.await_first_byte();
        let came = wait(self.time.start() + LATEST_FIRST_BYTE);
        self.time.count();
        came
    }

    /// Lets the process live longer: for a hook that has told its event and waits for a person.
    pub fn allow(&self, patience: Duration) {
        self.time.allow(patience);
    }

    /// Has a watchdog do `last` if the time is up before [`Clock::finish`] is called. Without a thread
    /// that can do it, it is not done.
    pub fn entrust(&self, last: impl FnOnce() + Send + 'static) {
        *self.entrusted() = Some(Entrusted(Box::new(last)));
        if self.hire().is_ok() {
            self.time.hand_over();
        }
    }

    /// Does `work`, in place of what was entrusted to the watchdog; it is not ended in the middle of
    /// it unless it hangs.
    pub fn finish<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut entrusted = self.entrusted();
        *entrusted = None;
        self.time.set_finishing(true);
        let done = work();
        self.time.set_finishing(false);
        done
    }

    fn entrusted(&self) -> MutexGuard<'_, Option<Entrusted>> {
        let entrusted = self.entrusted.lock();
        entrusted.unwrap_or_else(PoisonError::into_inner)
    }

    /// A watchdog that can do anything.
    fn hire(&self) -> io::Result<()> {
        let watchdog = thread::Builder::new().stack_size(WATCHDOG_STACK_BYTES);
        let watched = self.clone();
        watchdog.spawn(move || watched.watch()).map(drop)
    }

    /// Sleeps until the time is up, and ends the process.
    fn watch(&self) {
        let mut seen = Seen::default();
        while let Some(left) = self.time.left(&mut seen) {
            thread::sleep(left);
        }
        // What is done now may hang, too.
        let end = thread::Builder::new().stack_size(WATCHDOG_STACK_BYTES);
        let is_bounded = end.spawn(|| {
            for _ in 0..LAST_TURNS {
                thread::sleep(Duration::from_millis(1));
            }
            process::exit(0);
        });
        if is_bounded.is_ok()
            && let Some(Entrusted(last)) = self.entrusted().take()
        {
            last();
        }
        process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn while_the_first_byte_is_awaited_nothing_else_waits_longer_than_it_may() {
        let clock = Clock::new();
        let came = clock.wait_for_first_byte(|until| {
            assert_eq!(until, clock.time.start() + LATEST_FIRST_BYTE);
            let last_call = clock.time.start() + LAST_CALL;
            assert_eq!(clock.within(Duration::from_secs(9)), last_call);
            thread::sleep(MS * 2);
            false
        });
        assert!(!came);
        let last_call = clock.time.start() + MS * 2 + LAST_CALL;
        assert!(
            clock.within(Duration::from_secs(9)) >= last_call,
            "it counts from there"
        );
    }

    #[test]
    fn what_is_finished_is_not_done_again() {
        let clock = Clock::new();
        // Its watchdog would end the tests.
        clock.allow(Duration::from_secs(24 * 3600));
        clock.entrust(|| panic!("it was done"));
        assert_eq!(clock.finish(|| 7), 7);
        assert!(clock.entrusted().is_none());
    }
}
