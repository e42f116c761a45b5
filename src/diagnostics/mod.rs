//! The maintainer's log: what this program did on the way to what it shows, for whoever looks for the reason of a
//! fault. Off unless somebody names a file, and then an atomic load is all that it costs.
//!
//! Not the event log, which is what assistants did. No request, prompt or command is ever told here, and no token:
//! who came, what was refused, what took long, who collects. It is a log of our own and not the `log` facade's:
//! what that would bring, the lines of libraries, must not be in it, for some print what is sent.
//!
//! May import: `sys` (the crate), and the hooks' words.

mod brake;
mod file;

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use brake::{Brake, Pass};
use file::Log;

/// A look that takes as long as this is one that a person might notice.
const SLOW: Duration = Duration::from_millis(100);

static LOG: OnceLock<Log> = OnceLock::new();

/// That of each part.
static BRAKES: Mutex<[Brake; Part::COUNT]> = Mutex::new([Brake::NEW; Part::COUNT]);

/// How much a line matters; the log has those that matter as much as was asked for, or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Something that had to be done was not.
    Error,
    /// Something was refused, slow, or is gone.
    Warn,
    /// Somebody came or went; who collects.
    #[default]
    Info,
    /// Each try.
    Debug,
}

impl Level {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Error, "error"),
        (Self::Warn, "warn"),
        (Self::Info, "info"),
        (Self::Debug, "debug"),
    ];
}

/// Whoever speaks, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The hub's server.
    Hub,
    /// The same over WebSocket.
    WebSocket,
    /// Who collects.
    Collector,
    /// A multiplexer that is asked.
    Mux,
    /// git that is asked.
    Git,
    /// A file that is read.
    File,
    /// `wrap`.
    Wrap,
}

impl Part {
    const COUNT: usize = 1 + Self::Wrap as usize;
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hub => "hub",
            Self::WebSocket => "websocket",
            Self::Collector => "collector",
            Self::Mux => "mux",
            Self::Git => "git",
            Self::File => "file",
            Self::Wrap => "wrap",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(level, _)| level == self);
        f.pad(word.map_or("", |(_, word)| word))
    }
}

/// A text that is no level.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is none of error, warn, info and debug")]
pub(crate) struct NoLevel(String);

impl FromStr for Level {
    type Err = NoLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter();
        let found = all.find(|(_, word)| text.eq_ignore_ascii_case(word));
        found
            .map(|(level, _)| *level)
            .ok_or_else(|| NoLevel(text.to_owned()))
    }
}

/// Begins to write to the file at `path`, which is made for its owner alone. Once in a process.
///
/// # Errors
/// It cannot be opened for writing, or is no regular file.
pub(crate) fn begin(path: &Path, level: Level) -> io::Result<()> {
    let log = Log::open(path, level)?;
    // The first one stays.
    let _ = LOG.set(log);
    Ok(())
}

/// Tells that something had to be done and was not.
pub(crate) fn error(part: Part, what: impl FnOnce() -> String) {
    tell(Level::Error, part, what);
}

/// Tells that something was refused, is slow or gone.
pub(crate) fn warn(part: Part, what: impl FnOnce() -> String) {
    tell(Level::Warn, part, what);
}

/// Tells who came or went, or who collects.
pub(crate) fn info(part: Part, what: impl FnOnce() -> String) {
    tell(Level::Info, part, what);
}

/// Tells of a try.
pub(crate) fn debug(part: Part, what: impl FnOnce() -> String) {
    tell(Level::Debug, part, what);
}

fn tell(level: Level, part: Part, what: impl FnOnce() -> String) {
    let Some(log) = LOG.get().filter(|log| level <= log.level) else {
        return;
    };
    let mut brakes = BRAKES.lock().unwrap_or_else(PoisonError::into_inner);
    let pass = brakes[part as usize].pass(Instant::now());
    drop(brakes);
    match pass {
        Pass::Written { left_out } => {
            if left_out > 0 {
                log.write(Level::Warn, part, &brake::were(left_out));
            }
            log.write(level, part, &what());
        }
        Pass::Instead => log.write(Level::Warn, part, &brake::begins()),
        Pass::LeftOut => {}
    }
}

/// Does something, and tells if that took long; `what` says what it was, without anything that was said by or to
/// an assistant.
pub(crate) fn timed<T>(part: Part, what: impl FnOnce() -> String, look: impl FnOnce() -> T) -> T {
    if LOG.get().is_none() {
        return look();
    }
    let from = Instant::now();
    let seen = look();
    let took = from.elapsed();
    if took >= SLOW {
        warn(part, || {
            format!("slow: {} took {} ms", what(), took.as_millis())
        });
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_of_four_words_however_it_is_written() {
        for (level, word) in Level::ALL {
            assert_eq!(word.to_uppercase().parse(), Ok(level));
            assert_eq!(level.to_string(), word);
        }
        let none = "trace".parse::<Level>().unwrap_err();
        assert_eq!(
            none.to_string(),
            "`trace` is none of error, warn, info and debug"
        );
        assert!(Level::Error < Level::Warn && Level::Info < Level::Debug);
    }
}
