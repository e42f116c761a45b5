//! Where an assistant runs: the address of a pane, its stable id, and the server it belongs to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::mux::notation;
use crate::text::{has_control, index};

/// Longest target or server text that is accepted, in bytes.
const MAX_LENGTH: usize = 512;

/// What stands for the terminal of a process that has none, or none that anybody sits before.
const BACKGROUND: &str = "background";

/// Longest name of an agent, in bytes.
const MAX_AGENT_NAME: usize = 128;

/// Text that is no target, pane or server.
#[derive(Debug, Error, PartialEq, Eq, Clone)]
pub enum TargetError {
    /// Neither an address nor an id.
    #[error("`{0}` is neither `session:window.pane` nor `{form}`", form = notation::FORM)]
    Target(String),
    /// No id.
    #[error("`{0}` is no pane id such as `{example}`", example = notation::EXAMPLE)]
    Pane(String),
    /// Not `socket,pid`.
    #[error("`{0}` is no multiplexer's server such as `{example}`", example = notation::SERVER)]
    Server(String),
}

/// A multiplexer's stable id of a pane, for example `%3`: unique while its server lives, given out again
/// after a restart. The numbers of each multiplexer are in a range of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaneId(pub u32);

impl PaneId {
    /// The number as its multiplexer counts.
    pub fn counted(self) -> u32 {
        notation::counted(self.0)
    }
}

/// A multiplexer's server: its socket's path and its process, for example `/tmp/tmux-1000/default,1234`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// Absolute path of the server's socket.
    pub socket: String,
    /// The server's process, which tells a restarted server from its predecessor.
    pub pid: u32,
}

/// Where a pane is now (`session:window.pane`), or only which one it is (`%3`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The address, which changes when windows move or sessions are renamed.
    Address {
        /// Session name: may hold spaces, brackets and any script.
        session: String,
        /// Window index.
        window: u32,
        /// Pane index inside the window; where panes have none, what their id has.
        pane: u32,
    },
    /// The stable id, when the address is not known.
    Pane(PaneId),
    /// No pane of any multiplexer: a process, known by its number and its start.
    Process {
        /// Its terminal, for example `pts/3`, or `background` when it has none.
        terminal: String,
        /// Its number.
        pid: u32,
        /// When it started, in the system's own unit: numbers are given out again.
        start: u64,
    },
    /// No place at all: an agent by the name that its publisher at the hub has given it, written `agent/NAME`.
    Agent(String),
}

impl Target {
    /// The process that is the place, where it is no pane.
    pub fn process(&self) -> Option<u32> {
        match self {
            Self::Process { pid, .. } => Some(*pid),
            Self::Address { .. } | Self::Pane(_) | Self::Agent(_) => None,
        }
    }

    /// What its terminal is called, where it is a process that has one.
    pub fn terminal(&self) -> Option<&str> {
        match self {
            Self::Process { terminal, .. } if terminal != BACKGROUND => Some(terminal),
            _ => None,
        }
    }

    /// As people call it: of a process in a terminal its numbers say nothing to them.
    pub fn shown(&self) -> String {
        let terminal = self.terminal().map(str::to_owned);
        terminal.unwrap_or_else(|| self.to_string())
    }

    /// Whether it is the process of this number and start.
    pub fn is_process(&self, number: u32, began: u64) -> bool {
        matches!(self, Self::Process { pid, start, .. } if (*pid, *start) == (number, began))
    }

    /// A process before which nobody sits.
    pub fn in_background(pid: u32, start: u64) -> Self {
        let terminal = BACKGROUND.to_owned();
        Self::Process {
            terminal,
            pid,
            start,
        }
    }

    /// Whether it is such a process.
    pub fn is_in_background(&self) -> bool {
        matches!(self, Self::Process { terminal, .. } if terminal == BACKGROUND)
    }

    /// An agent by a name of its own; `None` for one that cannot be: too long, with control characters, or
    /// of the form of an id that is given to rows.
    pub fn agent(name: &str) -> Option<Self> {
        let is_free = !name.contains([':', '/']) && !notation::is_like_an_id(name);
        let is_short = (1..=MAX_AGENT_NAME).contains(&name.len());
        (is_free && is_short && !has_control(name)).then(|| Self::Agent(name.to_owned()))
    }
}

impl FromStr for PaneId {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = notation::number(text);
        number
            .map(Self)
            .ok_or_else(|| TargetError::Pane(text.to_owned()))
    }
}

impl FromStr for Server {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let (socket, pid) = text.rsplit_once(',')?;
            let pid = index(pid)?;
            (socket.starts_with('/') && text.len() <= MAX_LENGTH && !has_control(socket)).then(
                || Self {
                    socket: socket.to_owned(),
                    pid,
                },
            )
        };
        parsed().ok_or_else(|| TargetError::Server(text.to_owned()))
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(pane) = text.parse() {
            return Ok(Self::Pane(pane));
        }
        if let Some(agent) = text.strip_prefix("agent/").and_then(Self::agent) {
            return Ok(agent);
        }
        if let Some(process) = parse_process(text) {
            return Ok(process);
        }
        // From the right: a session name may hold anything, the two indexes may not.
        let parsed = || {
            let (rest, pane) = text.rsplit_once('.')?;
            let (session, window) = rest.rsplit_once(':')?;
            let (window, pane) = (index(window)?, notation::place(pane)?);
            (!session.is_empty() && text.len() <= MAX_LENGTH && !has_control(session)).then(|| {
                Self::Address {
                    session: session.to_owned(),
                    window,
                    pane,
                }
            })
        };
        parsed().ok_or_else(|| TargetError::Target(text.to_owned()))
    }
}

/// Reads `pts/3@1234.567`. No address: that has a colon.
fn parse_process(text: &str) -> Option<Target> {
    let (terminal, numbers) = text.rsplit_once('@')?;
    let (pid, start) = numbers.split_once('.')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'/' || byte == b'-';
    let is_short = (1..=32).contains(&terminal.len());
    (is_short && terminal.bytes().all(is_plain)).then_some(Target::Process {
        terminal: terminal.to_owned(),
        pid: index(pid)?,
        start: index(start)?,
    })
}

impl fmt::Display for PaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        notation::write(self.0, f)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.socket, self.pid)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address {
                session,
                window,
                pane,
            } => {
                write!(f, "{session}:{window}.")?;
                notation::write_place(*pane, f)
            }
            Self::Pane(pane) => pane.fmt(f),
            Self::Process {
                terminal,
                pid,
                start,
            } => write!(f, "{terminal}@{pid}.{start}"),
            Self::Agent(name) => write!(f, "agent/{name}"),
        }
    }
}

macro_rules! serialize_as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serialize_as_text!(PaneId, Server, Target);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_from_the_right() {
        let target: Target = "my [work]: 日本:2.10".parse().unwrap();
        assert_eq!(
            target,
            Target::Address {
                session: "my [work]: 日本".into(),
                window: 2,
                pane: 10
            }
        );
        assert_eq!(target.to_string(), "my [work]: 日本:2.10");
        assert_eq!("%7".parse::<Target>().unwrap(), Target::Pane(PaneId(7)));
        let process: Target = "pts/3@1234.567".parse().unwrap();
        assert_eq!(
            process,
            Target::Process {
                terminal: "pts/3".into(),
                pid: 1234,
                start: 567
            }
        );
        assert_eq!(process.to_string(), "pts/3@1234.567");
        // What has a colon is an address, whatever its session is called.
        let address: Target = "pts/3@1:2.3".parse().unwrap();
        assert!(matches!(address, Target::Address { .. }), "{address:?}");
    }

    #[test]
    fn text_that_names_no_pane_is_refused() {
        for text in [
            "",
            "main",
            "main:0",
            ":0.0",
            "main:a.0",
            "main:0.-1",
            "main:00.1",
            "%",
            "%x",
            "a\u{7}:0.0",
            "m:0.99999999999",
            "@1.2",
            "a b@1.2",
            "a@1",
            "a@1.02",
            "a@-1.2",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
