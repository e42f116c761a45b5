//! The promise that nothing a hook does can hurt its assistant: it ends in time, with exit status 0
//! and without a word, whatever hangs or panics.

use std::fs;
use std::io;
use std::panic;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// The whole process ends by then. Below the promised 100 ms, because it was started before its
/// clock. Nothing waits so long: what is between is for a hook that has its event and was not let run,
/// on a machine where others are.
const END: Duration = Duration::from_millis(92);
/// The most that is added for the time in which the system let others run: a hook that hangs gets
/// none of it, and one that was ready all the while is not ended for what it never had.
const MOST_STARVED: Duration = Duration::from_millis(400);
/// Nothing waits longer than this.
const LAST_CALL: Duration = Duration::from_millis(80);
/// The watchdog only sleeps and exits.
const WATCHDOG_STACK_BYTES: usize = 64 * 1024;

/// When a hook began, and what is left of its time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
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
        Self::start_with(END)
    }

    /// The same for a hook that waits for a person: only its end is later.
    ///
    /// # Errors
    /// As [`Clock::start`].
    pub fn start_with(end: Duration) -> (Self, io::Result<()>) {
        let clock = Self {
            start: Instant::now(),
        };
        panic::set_hook(Box::new(|_| process::exit(0)));
        let watchdog = thread::Builder::new().stack_size(WATCHDOG_STACK_BYTES);
        let started = watchdog.spawn(move || {
            thread::sleep(end);
            thread::sleep(time_starved().min(MOST_STARVED));
            process::exit(0);
        });
        (clock, started.map(drop))
    }

    /// The moment `limit` from now, but never later than may be waited at all.
    pub fn within(&self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.start + LAST_CALL)
    }
}

/// How long this process' first thread was ready and not let run; zero where the system does not say.
fn time_starved() -> Duration {
    let told = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').nth(1).and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
