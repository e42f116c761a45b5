//! How long it takes from starting a program to its end, for several programs side by side.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One program that is measured.
pub(crate) struct Candidate {
    /// What it is called in the output.
    pub name: &'static str,
    /// How it is started.
    pub command: Command,
}

/// The times of one candidate, shortest first.
pub(crate) struct Times(Vec<Duration>);

impl Times {
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
    let mut times = vec![Vec::with_capacity(rounds); candidates.len()];
    for round in 0..rounds {
        for index in order(candidates.len(), round) {
            times[index].push(time(&mut candidates[index].command, stdin)?);
        }
    }
    let sorted = times.into_iter().map(|mut times| {
        times.sort_unstable();
        Times(times)
    });
    Ok(sorted.collect())
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

fn time(command: &mut Command, stdin: &[u8]) -> io::Result<Duration> {
    command.stdin(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that does not read its stdin may be gone already.
        let _ = pipe.write_all(stdin);
    }
    let status = child.wait()?;
    let took = start.elapsed();
    if status.success() {
        Ok(took)
    } else {
        Err(io::Error::other(format!("{command:?}: {status}")))
    }
}
