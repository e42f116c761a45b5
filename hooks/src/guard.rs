//! The promise that nothing a hook does can hurt its assistant: it ends in time, with exit status 0
//! and without a word, whatever hangs or panics.

use std::io;
use std::panic;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// The whole process ends by then. Below the promised 100 ms, because it was started before its
/// clock. Nothing waits so long: what is between is for a hook that has its event and was not let run,
/// on a machine where others are.
const END: Duration = Duration::from_millis(92);
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
            process::exit(0);
        });
        (clock, started.map(drop))
    }

    /// The moment `limit` from now, but never later than may be waited at all.
    pub fn within(&self, limit: Duration) -> Instant {
        (Instant::now() + limit).min(self.start + LAST_CALL)
    }
}
