//! How long it takes from starting a program to its end, and how much of a processor, for several
//! programs side by side.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// One program that is measured.
pub(crate) struct Candidate {
    /// What it is called in the output.
    pub name: &'static str,
    /// How it is started.
    pub command: Command,
}

/// The times of one candidate.
#[derive(Default)]
pub(crate) struct Times {
    /// From start to end.
    pub wall: Sorted,
    /// For the program and for the system on its behalf, its start included.
    pub processor: Sorted,
}

/// Shortest first.
#[derive(Default)]
pub(crate) struct Sorted(Vec<Duration>);

impl Sorted {
    /// The time that half of the runs stayed below.
    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// The time that `percent` of the runs stayed below.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0
            .get(last * percent / 100)
            .copied()
            .unwrap_or_default()
    }
}

/// Starts every candidate `rounds` times, in an order that changes with each round (a program is
/// slower or faster by what ran just before it), each with `stdin` through a pipe that is closed
/// at its end, as an assistant does it.
pub(crate) fn measure(
    candidates: &mut [Candidate],
    rounds: usize,
    stdin: &[u8],
) -> io::Result<Vec<Times>> {
    let mut times: Vec<Times> = candidates.iter().map(|_| Times::default()).collect();
    for round in 0..rounds {
        for index in order(candidates.len(), round) {
            let (wall, processor) = time(&mut candidates[index].command, stdin)?;
            times[index].wall.0.push(wall);
            times[index].processor.0.push(processor);
        }
    }
    for times in &mut times {
        times.wall.0.sort_unstable();
        times.processor.0.sort_unstable();
    }
    Ok(times)
}

/// The numbers below `count`, shuffled, the same in every run.
fn order(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    order.sort_by_cached_key(|index| {
        let mut hasher = DefaultHasher::new();
        (index, round).hash(&mut hasher);
        hasher.finish()
    });
    order
}

/// Time that passed, and time on a processor.
fn time(command: &mut Command, stdin: &[u8]) -> io::Result<(Duration, Duration)> {
    command.stdin(Stdio::piped());
    let before = of_children()?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that does not read its stdin may be gone already.
        let _ = pipe.write_all(stdin);
    }
    let status = child.wait()?;
    let took = start.elapsed();
    if status.success() {
        Ok((took, of_children()?.saturating_sub(before)))
    } else {
        Err(io::Error::other(format!("{command:?}: {status}")))
    }
}

/// What all children that have ended took of a processor.
fn of_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    #[allow(clippy::useless_conversion, reason = "on macOS they are narrower")]
    let micros = |time: TimeVal| {
        let micros = time.tv_sec() * 1_000_000 + i64::from(time.tv_usec());
        Duration::from_micros(micros.unsigned_abs())
    };
    Ok(micros(usage.user_time()) + micros(usage.system_time()))
}
