//! How large the event log may become, and what it may hold. The limits stand as text in the lock file, so
//! that the hook needs no settings file.

use std::fmt;
use std::fs::File;
use std::io::Read;

/// The event log is never rotated before it has this many bytes, whatever the limits say.
pub const MIN_MAX_BYTES: u64 = 64 * 1024;

/// More of a lock file than this is not read.
const MAX_TEXT_BYTES: u64 = 1024;

/// When the event log is rotated, how many files are kept, and what a line may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A file that has at least this many bytes is rotated.
    pub max_bytes: u64,
    /// How many files there are at most, the one that is written included.
    pub max_files: u32,
    /// Whether lines hold messages: prompts, commands, last words.
    pub messages: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 8 << 20,
            max_files: 4,
            messages: true,
        }
    }
}

impl Limits {
    /// Reads what [`Limits`] prints. What is missing or makes no sense has its default, and too
    /// small a value the smallest that works: writers cannot ask anybody.
    pub fn parse(text: &str) -> Self {
        let text_of = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.trim())
            })
        };
        let value = |name: &str| text_of(name)?.parse::<u64>().ok();
        let default = Self::default();
        let max_files = value("max_files").and_then(|files| u32::try_from(files).ok());
        Self {
            max_bytes: value("max_bytes").unwrap_or(default.max_bytes),
            max_files: max_files.unwrap_or(default.max_files),
            messages: text_of("messages") != Some("false"),
        }
        .within_reason()
    }

    /// The same limits, or the nearest that work.
    #[must_use]
    pub fn within_reason(self) -> Self {
        Self {
            max_bytes: self.max_bytes.max(MIN_MAX_BYTES),
            max_files: self.max_files.clamp(2, 1000),
            ..self
        }
    }

    pub(super) fn read(file: &File) -> Self {
        let mut text = String::new();
        match file.take(MAX_TEXT_BYTES).read_to_string(&mut text) {
            Ok(_) => Self::parse(&text),
            Err(_) => Self::default(),
        }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            max_bytes,
            max_files,
            messages,
        } = self;
        writeln!(
            f,
            "max_bytes = {max_bytes}\nmax_files = {max_files}\nmessages = {messages}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_were_printed() {
        let limits = Limits {
            max_bytes: 262_144,
            max_files: 128,
            messages: false,
        };
        assert_eq!(Limits::parse(&limits.to_string()), limits);
    }

    #[test]
    fn what_makes_no_sense_has_its_default_and_nothing_is_too_small() {
        assert_eq!(
            Limits::parse("max_bytes = many\n\0\nmax_files"),
            Limits::default()
        );
        let small = Limits::parse("max_files=0\nmax_bytes=1");
        assert_eq!((small.max_bytes, small.max_files), (MIN_MAX_BYTES, 2));
    }
}
