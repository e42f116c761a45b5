//! How much the machine has to do.

use std::fmt;
use std::thread;

/// Programs that want to run, in the last minute, and how many can.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    wanted: f64,
    cores: usize,
}

impl Load {
    /// As it is now; `None` where the system does not tell in `/proc`.
    pub(super) fn now() -> Option<Self> {
        let text = std::fs::read_to_string("/proc/loadavg").ok()?;
        let wanted = text.split_whitespace().next()?.parse().ok()?;
        let cores = thread::available_parallelism().ok()?.get();
        Some(Self { wanted, cores })
    }

    /// The same, if more want to run than can.
    pub(super) fn too_much() -> Option<Self> {
        Self::now().filter(|load| {
            #[allow(clippy::cast_precision_loss, reason = "nobody has so many cores")]
            let cores = load.cores as f64;
            load.wanted > cores
        })
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at a load of {:.1} on {} cores", self.wanted, self.cores)
    }
}
