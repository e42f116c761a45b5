//! The files of commands that tmux reads at its start: which they are, what stands in them, and what of
//! ours may stand there. tmux itself reads them, on a server of our own, and carries nothing out.

mod files;
mod glob;
mod keys;
mod ours;
mod place;
mod scratch;
mod sourced;
mod words;

use std::cell::Cell;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pane_patrol_sys::private;
use thiserror::Error;

use super::Call;
use super::private::PrivateServer;
pub(crate) use files::Files;
pub(crate) use keys::{Binding, bindings};
pub(crate) use ours::{COUNTS, GOES_TO_NEXT, HEAD, OPENS_POPUP, Ours, SWITCHES_SIDEBAR, line_for};
pub(crate) use place::{is_only_addition, places};
use scratch::Scratch;
pub(crate) use scratch::clear_left_over;
pub(crate) use sourced::{Sourced, sourced};

/// A command of such a file, as tmux prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// The line that tmux names for it, from 1: its last one, where it has several.
    pub(crate) line: usize,
    /// The command with its arguments, in tmux's own way of writing.
    pub(crate) text: String,
}

/// Why tmux takes none of a file.
#[derive(Debug, Error)]
pub(crate) enum ConfError {
    /// There is no program of that name.
    #[error("tmux is not installed (no `tmux` on PATH)")]
    NotInstalled,
    /// tmux reads nothing of the file because of one line.
    #[error("tmux stops at line {line}: {reason}")]
    Refused {
        /// From 1, as tmux counts.
        line: usize,
        /// tmux's words.
        reason: String,
    },
    /// tmux said something else.
    #[error("tmux could not be asked what it makes of it: {0}")]
    Odd(String),
    /// The system refused.
    #[error("tmux could not be asked what it makes of it")]
    Io(#[from] io::Error),
}

/// Asks tmux what it makes of files, on a server of our own.
#[derive(Debug)]
pub(crate) struct Reader {
    folder: Scratch,
    environment: Vec<(&'static str, OsString)>,
    /// How often tmux was asked: a server that is about to end must not be asked once more.
    asked: Cell<usize>,
}

impl Reader {
    /// A reader whose tmux has these variables beside the usual ones.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub(crate) fn new(environment: Vec<(&'static str, OsString)>) -> io::Result<Self> {
        let folder = Scratch::make()?;
        Ok(Self {
            folder,
            environment,
            asked: Cell::new(0),
        })
    }

    /// The commands of a file of these bytes, in their order: those inside of others, too, before the ones
    /// they stand in. What a condition (`%if`) leaves out is left out.
    ///
    /// # Errors
    /// tmux would read nothing of it, or cannot be asked.
    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Vec<Command>, ConfError> {
        let file = self.folder.path().join("conf");
        let _ = std::fs::remove_file(&file);
        private::write_file(&file, bytes)?;
        let read = Call::new("source-file").flag("-n").flag("-v");
        let printed = self.ask(&read.operand(pattern_of(&file)))?;
        let name = format!("{}:", file.display());
        let (mut commands, mut last) = (Vec::new(), None);
        for line in printed.said.lines() {
            let rest = line.strip_prefix(&name);
            let Some((number, text)) = rest.and_then(|rest| rest.split_once(": ")) else {
                continue;
            };
            let Ok(line) = number.parse() else { continue };
            let text = text.to_owned();
            if !printed.is_done {
                last = Some((line, text));
                continue;
            }
            let parts = words::commands(&text).into_iter();
            commands.extend(parts.map(|text| Command { line, text }));
        }
        if printed.is_done {
            return Ok(commands);
        }
        // What tmux understands it prints line by line, and at the end why it stops.
        Err(match last {
            Some((line, reason)) => ConfError::Refused { line, reason },
            None => ConfError::Odd(printed.said.trim().to_owned()),
        })
    }

    /// The keys after the prefix of a tmux without any settings.
    ///
    /// # Errors
    /// tmux cannot be asked.
    pub(crate) fn default_keys(&self) -> Result<Vec<Binding>, ConfError> {
        let printed = self.ask(&Call::new("list-keys").option("-T", "prefix"))?;
        let text = |line: &str| Command {
            line: 0,
            text: line.to_owned(),
        };
        let commands: Vec<Command> = printed.said.lines().map(text).collect();
        Ok(bindings(&commands))
    }

    /// Whether tmux knows a key of that name.
    ///
    /// # Errors
    /// tmux cannot be asked.
    pub(crate) fn knows_key(&self, key: &str) -> Result<bool, ConfError> {
        let bind = Call::new("bind-key").key(key).operand("refresh-client");
        Ok(self.ask(&bind)?.is_done)
    }

    fn ask(&self, call: &Call) -> Result<Printed, ConfError> {
        self.asked.set(self.asked.get() + 1);
        let socket = self
            .folder
            .path()
            .join(format!("tmux-{}", self.asked.get()));
        let server = PrivateServer::new(socket, self.environment.clone());
        let output = server.ask(&Call::new("start-server").then(call.clone()));
        let output = output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ConfError::NotInstalled,
            _ => ConfError::Io(error),
        })?;
        let said = [output.stdout, output.stderr].concat();
        Ok(Printed {
            said: String::from_utf8_lossy(&said).into_owned(),
            is_done: output.status.success(),
        })
    }
}

/// What tmux said, and whether it did what it was asked.
struct Printed {
    said: String,
    is_done: bool,
}

/// A path as a pattern that fits that path alone: `source-file` takes patterns.
fn pattern_of(path: &Path) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    let mut pattern = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        if b"*?[]\\".contains(byte) {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
    OsString::from_vec(pattern)
}
