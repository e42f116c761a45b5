//! The promise that nothing a hook does can hurt its assistant: it ends in time, with exit status 0
//! and without a word, whatever hangs or panics.

use std::fs;
use std::io;
use std::panic;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The whole process ends by then, and by [`LAST_TURNS`]. Below the promised 100 ms, because it was
/// started before its clock. Nothing waits so long: what is between is for a hook that has its event
/// and was not let run, on a machine where others are.
const END: Duration = Duration::from_millis(88);
/// The most that is added for the time in which the system let others run: a hook that hangs gets
/// none of it, and one that was ready all the while is not ended for what it never had.
const MOST_STARVED: Duration = Duration::from_secs(1);
/// How soon it is looked again whether a thread that was ready has been let run.
const NEXT_LOOK: Duration = Duration::from_millis(2);
/// Nothing waits longer than this.
const LAST_CALL: Duration = Duration::from_millis(82);
/// How long the payload's first byte is waited for.
const LATEST_FIRST_BYTE: Duration = Duration::from_secs(2);
/// How long what is still to be done at the end may take, in turns of a millisecond: on a machine
/// that is busy with others a turn is as long as it takes to be let run.
const LAST_TURNS: u32 = 4;
/// The watchdog only sleeps, and does at the end what was entrusted to it.
const WATCHDOG_STACK_BYTES: usize = 128 * 1024;

/// Stands for the moment of the first byte while it is waited for.
const AWAITED: u64 = u64::MAX;

/// When a hook's time began to count, and what is left of it.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// From when the time counts, in microseconds since the start, or [`AWAITED`].
    from: AtomicU64,
    /// How long the process may live from then on, in microseconds.
    allowed: AtomicU64,
    /// What is done at the end if it was not done before.
    entrusted: Mutex<Option<Entrusted>>,
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
    /// The watchdog is a thread and not a timer: it also ends a process that hangs in the file
    /// system, on a mount whose server is gone.
    ///
    /// # Errors
    /// No thread can be had. Everything that waits has its own limit still.
    pub fn start() -> (Self, io::Result<()>) {
        let clock = Self::new();
        panic::set_hook(Box::new(|_| process::exit(0)));
        let watchdog = thread::Builder::new().stack_size(WATCHDOG_STACK_BYTES);
        let watched = clock.clone();
        let started = watchdog.spawn(move || watched.watch());
        (clock, started.map(drop))
    }

    fn new() -> Self {
        Self {
            start: Instant::now(),
            shared: Arc::new(Shared {
                from: AtomicU64::new(0),
                allowed: AtomicU64::new(micros(END)),
                entrusted: Mutex::new(None),
            }),
        }
    }

    /// The moment `limit` from now, but never later than may be waited at all.
    pub fn within(&self, limit: Duration) -> Instant {
        let from = match self.shared.from.load(Ordering::Relaxed) {
            AWAITED => 0,
            from => from,
        };
        let last_call = self.start + Duration::from_micros(from) + LAST_CALL;
        (Instant::now() + limit).min(last_call)
    }

    /// Has `wait` wait for the payload's first byte, until the moment that it is given; the time
    /// counts from its end, not from the hook's start. What `wait` says.
    ///
    /// Nobody has to wake the watchdog: it looks again before any end could have come.
    pub fn wait_for_first_byte(&self, wait: impl FnOnce(Instant) -> bool) -> bool {
        self.shared.from.store(AWAITED, Ordering::Relaxed);
        let came = wait(self.start + LATEST_FIRST_BYTE);
        let now = micros(self.start.elapsed());
        self.shared.from.store(now, Ordering::Relaxed);
        came
    }

    /// Lets the process live longer: for a hook that has told its event and waits for a person.
    pub fn allow(&self, patience: Duration) {
        let allowed = micros(patience);
        self.shared.allowed.store(allowed, Ordering::Relaxed);
    }

    /// Has the watchdog do `last` if the time is up before [`Clock::finish`] is called.
    pub fn entrust(&self, last: impl FnOnce() + Send + 'static) {
        *self.entrusted() = Some(Entrusted(Box::new(last)));
    }

    /// Does `work`, in place of what was entrusted to the watchdog; it is not ended in the middle of
    /// it unless it hangs.
    pub fn finish<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut entrusted = self.entrusted();
        *entrusted = None;
        work()
    }

    fn entrusted(&self) -> MutexGuard<'_, Option<Entrusted>> {
        let entrusted = self.shared.entrusted.lock();
        entrusted.unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until the time is up, and ends the process.
    fn watch(&self) {
        let mut seen = None;
        while let Some(left) = self.time_left(self.start.elapsed(), || Share::look(&mut seen)) {
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

    /// How long to sleep, `elapsed` since the start, until the time may be up; `None`: it is.
    fn time_left(&self, elapsed: Duration, share: impl FnOnce() -> Share) -> Option<Duration> {
        let allowed = Duration::from_micros(self.shared.allowed.load(Ordering::Relaxed));
        let (end, longest) = match self.shared.from.load(Ordering::Relaxed) {
            // A first byte that comes just now leaves all the time there is.
            AWAITED => (LATEST_FIRST_BYTE + allowed, allowed),
            from => (Duration::from_micros(from) + allowed, Duration::MAX),
        };
        match end.checked_sub(elapsed) {
            Some(left) if !left.is_zero() => Some(left.min(longest)),
            _ => share().time_owed(elapsed.saturating_sub(end)),
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX - 1)
}

/// What the system let this process' first thread have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Share {
    /// How long it was ready and not let run.
    waited: Duration,
    /// It is ready and was not let run since it was last looked at: how long it has waited so far
    /// stands in no account.
    is_waiting: bool,
}

impl Share {
    /// As it is now; nothing where the system does not say. `seen`: how long it had run in all when
    /// it was last looked at.
    fn look(seen: &mut Option<Duration>) -> Self {
        let told = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
        let mut times = told.split(' ').map_while(|field| field.parse().ok());
        let mut next = || times.next().map(Duration::from_nanos);
        let (ran, waited) = (next(), next());
        let has_run = seen.is_some() && *seen != ran;
        *seen = ran;
        Self {
            waited: waited.unwrap_or_default(),
            is_waiting: ran.is_some() && !has_run && is_ready(),
        }
    }

    /// How much longer the process may live that should have ended `late` ago.
    fn time_owed(self, late: Duration) -> Option<Duration> {
        let owed = self.waited.min(MOST_STARVED).saturating_sub(late);
        if !owed.is_zero() {
            return Some(owed);
        }
        (self.is_waiting && late < MOST_STARVED).then_some(NEXT_LOOK)
    }
}

/// Whether the first thread runs or would run if it were let.
fn is_ready() -> bool {
    let told = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let state = told.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| state.starts_with('R'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// How long the watchdog would sleep `at` milliseconds after the start, on a machine where every
    /// thread runs when it is ready.
    fn left(clock: &Clock, at: u32) -> Option<Duration> {
        starved(clock, at, 0, false)
    }

    /// The same on a busy machine.
    fn starved(clock: &Clock, at: u32, waited: u32, is_waiting: bool) -> Option<Duration> {
        let waited = MS * waited;
        clock.time_left(MS * at, || Share { waited, is_waiting })
    }

    #[test]
    fn the_time_counts_from_the_start_and_what_others_had_is_added_within_limits() {
        let clock = Clock::new();
        assert_eq!(left(&clock, 0), Some(END));
        assert_eq!(left(&clock, 88), None);
        assert_eq!(starved(&clock, 95, 30, false), Some(MS * 23));
        assert_eq!(starved(&clock, 118, 30, false), None);
        assert_eq!(starved(&clock, 118, 30, true), Some(NEXT_LOOK));
        assert_eq!(starved(&clock, 1087, 10_000, false), Some(MS));
        assert_eq!(starved(&clock, 1088, 10_000, true), None);
    }

    #[test]
    fn while_the_first_byte_is_awaited_the_watchdog_never_sleeps_past_an_end() {
        let clock = Clock::new();
        let came = clock.wait_for_first_byte(|until| {
            assert_eq!(until, clock.start + LATEST_FIRST_BYTE);
            for at in [0, 88, 1_000, 1_999, 2_000] {
                assert_eq!(left(&clock, at), Some(END), "{at}");
            }
            assert_eq!(left(&clock, 2_087), Some(MS));
            assert_eq!(left(&clock, 2_088), None, "it hangs");
            false
        });
        assert!(!came);
    }

    #[test]
    fn from_the_first_byte_on_there_is_as_much_time_as_for_one_that_was_there() {
        let clock = Clock::new();
        clock.shared.from.store(1_900_000, Ordering::Relaxed);
        assert_eq!(left(&clock, 1_900), Some(END));
        assert_eq!(left(&clock, 1_988), None);
        let last_call = clock.start + MS * 1_900 + LAST_CALL;
        assert_eq!(clock.within(Duration::from_secs(9)), last_call);
    }

    #[test]
    fn a_thread_that_runs_or_sleeps_is_not_taken_for_one_that_waits() {
        let mut seen = None;
        Share::look(&mut seen);
        let ran = seen;
        if ran.is_none() {
            return;
        }
        seen = Some(Duration::ZERO);
        assert!(!Share::look(&mut seen).is_waiting, "it has run meanwhile");
        assert!(seen >= ran);
    }

    #[test]
    fn a_hook_that_waits_for_a_person_may_live_longer() {
        let clock = Clock::new();
        clock.allow(Duration::from_secs(60));
        assert_eq!(left(&clock, 200), Some(MS * 59_800));
    }

    #[test]
    fn what_is_finished_is_not_done_again() {
        let clock = Clock::new();
        clock.entrust(|| panic!("it was done"));
        assert_eq!(clock.finish(|| 7), 7);
        assert!(clock.entrusted().is_none());
    }
}
