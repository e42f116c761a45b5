//! How long a process may live, told without a lock: by whoever does its work, to whoever watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};

/// The whole process ends by then, and by [`LAST_TURNS`]. Below the promised 100 ms, because it was
/// started before its clock. Nothing waits so long: what is between is for a hook that has its event
/// and was not let run, on a machine where others are.
const END: Duration = Duration::from_millis(88);
/// The most that is added for the time in which the system let others run: a hook that hangs gets
/// none of it, and one that was ready all the while is not ended for what it never had.
const MOST_STARVED: Duration = Duration::from_secs(1);
/// How soon it is looked again whether a thread that was ready has been let run.
const NEXT_LOOK: Duration = Duration::from_millis(2);
/// How long the payload's first byte is waited for.
pub const LATEST_FIRST_BYTE: Duration = Duration::from_secs(2);
/// How long what is still to be done at the end may take, in turns of a millisecond: on a machine
/// that is busy with others a turn is as long as it takes to be let run.
pub const LAST_TURNS: u32 = 4;

/// Stands for the moment of the first byte while it is waited for.
const AWAITED: u64 = u64::MAX;

/// When a hook's time began to count, and how much of it there is.
#[derive(Debug)]
pub struct Time {
    start: Instant,
    /// From when the time counts, in microseconds since the start, or [`AWAITED`].
    from: AtomicU64,
    /// How long the process may live from then on, in microseconds.
    allowed: AtomicU64,
    /// What must not be ended in the middle is being done.
    is_finishing: AtomicBool,
    /// Another thread watches instead.
    is_handed_over: AtomicBool,
}

impl Time {
    /// It begins to count now.
    #[allow(clippy::new_without_default, reason = "it is the clock that is read")]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            from: AtomicU64::new(0),
            allowed: AtomicU64::new(micros(END)),
            is_finishing: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
        }
    }

    /// When the process began to count.
    pub fn start(&self) -> Instant {
        self.start
    }

    /// The moment from which its time counts; its start while the first byte is waited for.
    pub fn counts_from(&self) -> Instant {
        let from = match self.from.load(Ordering::Relaxed) {
            AWAITED => 0,
            from => from,
        };
        self.start + Duration::from_micros(from)
    }

    /// The first byte is waited for: the time does not count.
    pub fn await_first_byte(&self) {
        self.from.store(AWAITED, Ordering::Relaxed);
    }

    /// It counts from now on.
    pub fn count(&self) {
        let now = micros(self.start.elapsed());
        self.from.store(now, Ordering::Relaxed);
    }

    /// Lets the process live so long from where its time counts.
    pub fn allow(&self, patience: Duration) {
        self.allowed.store(micros(patience), Ordering::Relaxed);
    }

    /// Says whether something is being done that only a hang may end.
    pub fn set_finishing(&self, is_finishing: bool) {
        self.is_finishing.store(is_finishing, Ordering::Release);
    }

    /// Whether it is being done.
    pub fn is_finishing(&self) -> bool {
        self.is_finishing.load(Ordering::Acquire)
    }

    /// Another thread watches from now on, which can do more.
    pub fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::Release);
    }

    /// Whether one does.
    pub fn is_handed_over(&self) -> bool {
        self.is_handed_over.load(Ordering::Acquire)
    }

    /// How long to sleep until the time may be up; `None`: it is. `seen` is kept from one look to the
    /// next. Takes no memory and no lock.
    pub fn left(&self, seen: &mut Seen) -> Option<Duration> {
        self.left_after(self.start.elapsed(), || Share::look(seen))
    }

    fn left_after(&self, elapsed: Duration, share: impl FnOnce() -> Share) -> Option<Duration> {
        let allowed = Duration::from_micros(self.allowed.load(Ordering::Relaxed));
        let (end, longest) = match self.from.load(Ordering::Relaxed) {
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

/// How long this process' first thread had run in all when it was last looked at.
#[derive(Debug, Default)]
pub struct Seen(Option<Duration>);

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
    /// As it is now; nothing where the system does not say.
    fn look(Seen(seen): &mut Seen) -> Self {
        let mut bytes = [0; 512];
        let told = read(c"/proc/self/schedstat", &mut bytes);
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
    let mut bytes = [0; 512];
    let told = read(c"/proc/self/stat", &mut bytes);
    let state = told.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| state.starts_with('R'))
}

/// The text of a small file of `/proc`; none where it cannot be read. By system calls alone: the
/// standard library takes memory for it.
fn read<'a>(path: &std::ffi::CStr, bytes: &'a mut [u8; 512]) -> &'a str {
    let Ok(file) = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) else {
        return "";
    };
    let length = rustix::io::read(&file, &mut bytes[..]).unwrap_or_default();
    std::str::from_utf8(&bytes[..length]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// How long a watchdog would sleep `at` milliseconds after the start, on a machine where every
    /// thread runs when it is ready.
    fn left(time: &Time, at: u32) -> Option<Duration> {
        starved(time, at, 0, false)
    }

    /// The same on a busy machine.
    fn starved(time: &Time, at: u32, waited: u32, is_waiting: bool) -> Option<Duration> {
        let waited = MS * waited;
        time.left_after(MS * at, || Share { waited, is_waiting })
    }

    #[test]
    fn the_time_counts_from_the_start_and_what_others_had_is_added_within_limits() {
        let time = Time::new();
        assert_eq!(left(&time, 0), Some(END));
        assert_eq!(left(&time, 88), None);
        assert_eq!(starved(&time, 95, 30, false), Some(MS * 23));
        assert_eq!(starved(&time, 118, 30, false), None);
        assert_eq!(starved(&time, 118, 30, true), Some(NEXT_LOOK));
        assert_eq!(starved(&time, 1087, 10_000, false), Some(MS));
        assert_eq!(starved(&time, 1088, 10_000, true), None);
    }

    #[test]
    fn while_the_first_byte_is_awaited_the_watchdog_never_sleeps_past_an_end() {
        let time = Time::new();
        time.await_first_byte();
        assert_eq!(time.counts_from(), time.start());
        for at in [0, 88, 1_000, 1_999, 2_000] {
            assert_eq!(left(&time, at), Some(END), "{at}");
        }
        assert_eq!(left(&time, 2_087), Some(MS));
        assert_eq!(left(&time, 2_088), None, "it hangs");
    }

    #[test]
    fn from_the_first_byte_on_there_is_as_much_time_as_for_one_that_was_there() {
        let time = Time::new();
        time.from.store(1_900_000, Ordering::Relaxed);
        assert_eq!(left(&time, 1_900), Some(END));
        assert_eq!(left(&time, 1_988), None);
        assert_eq!(time.counts_from(), time.start() + MS * 1_900);
    }

    #[test]
    fn a_thread_that_runs_or_sleeps_is_not_taken_for_one_that_waits() {
        let mut seen = Seen::default();
        Share::look(&mut seen);
        let ran = seen.0;
        if ran.is_none() {
            return;
        }
        seen = Seen(Some(Duration::ZERO));
        assert!(!Share::look(&mut seen).is_waiting, "it has run meanwhile");
        assert!(seen.0 >= ran);
    }

    #[test]
    fn a_hook_that_waits_for_a_person_may_live_longer() {
        let time = Time::new();
        time.allow(Duration::from_secs(60));
        assert_eq!(left(&time, 200), Some(MS * 59_800));
    }
}
