//! Programs that are told of a notice: they get it on their stdin, and are ended where they take too long.

use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use crate::sys::child::feed;

/// How long a program that is told may take before it is ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a program has not told it.
pub(super) enum Failure {
    /// There is no such program.
    Missing,
    /// It says so itself.
    Status(ExitStatus),
    Other(String),
}

impl Failure {
    pub(super) fn told(self, program: &str) -> String {
        match self {
            Self::Missing => format!("`{program}` is not installed"),
            Self::Status(status) => format!("`{program}`: {status}"),
            Self::Other(why) => format!("`{program}`: {why}"),
        }
    }
}

/// Runs a program with `input` on its stdin; one that takes too long is ended.
pub(super) fn run(command: &mut Command, input: &str) -> Result<(), Failure> {
    match feed(command, input.as_bytes(), Instant::now() + PATIENCE) {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(Failure::Status(status)),
        Ok(None) => Err(Failure::Other(format!("it took longer than {PATIENCE:?}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::Missing),
        Err(error) => Err(Failure::Other(error.to_string())),
    }
}
