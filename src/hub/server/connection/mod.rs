//! One client of the hub: its connection, what is to be told to it, and whether it may stay.
//!
//! What it says is understood in [`incoming`], what it may say stands in [`admission`], what it is told is
//! made in [`outgoing`], and a hook that waits for a decision is served in [`hook`].

mod admission;
mod hook;
mod incoming;
mod outgoing;
#[cfg(test)]
pub(super) mod scene;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::cache::Cache;
use super::command::Command;
use super::outbox::Outbox;
use super::waiter::Waiter;
use crate::hub::protocol::{ClientRole, Right, code};
use crate::sys::namespaces::Standing;
use admission::Admission;

/// A client that takes nothing for this long while something waits for it is dropped.
const STALL_LIMIT: Duration = Duration::from_secs(2);

/// A client says hello within this time or is dropped.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// No more than about this is made ready for a client before it has taken it.
const OUTPUT_BYTES: usize = 64 * 1024;

/// A client with this many commands is not heard until some are granted.
const MAX_COMMANDS: usize = 16;

/// So many patches may be asked for before the first of them is there.
const MAX_PATCHES: usize = 16;

/// Whether a client may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It may.
    Stays,
    /// It has gone by itself.
    Left,
    /// It must go; says why.
    Dropped(&'static str),
}

/// What a subscriber wants to hear.
#[derive(Debug, Default)]
struct Wants {
    /// The types of messages that it understands; none: all.
    kinds: Option<BTreeSet<String>>,
    /// Whether it understands patches in parts.
    parts: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Client {
    /// Which connection it is; never given twice.
    pub(super) serial: u64,
    stream: UnixStream,
    since: Instant,
    /// When it has said something last.
    heard: Instant,
    input: Vec<u8>,
    output: Vec<u8>,
    /// Where it runs, looked at when it connected.
    pub(super) standing: Standing,
    role: Option<ClientRole>,
    /// What it was let in for.
    admission: Admission,
    /// What it calls itself, once it has said hello.
    name: String,
    /// What it is called where it has to be told from others of that name.
    known_as: String,
    /// What it wants to hear.
    wants: Wants,
    /// The agent that it is, as a publisher.
    agent: Option<String>,
    /// How many messages it was told.
    seq: u64,
    /// How many agents it was told of since it asked for all.
    told: u64,
    /// What is left of a line that was too long is passed over.
    is_skipping: bool,
    outbox: Outbox,
    stalled_since: Option<Instant>,
    /// The request this hook waits for.
    waiter: Option<Waiter>,
    /// What it wants, not yet granted, oldest first.
    commands: VecDeque<Command>,
    /// So many patches are being made for it.
    patches: usize,
    /// It got what it wanted: once that is sent, it goes.
    is_served: bool,
    /// Set with the last message: once that is sent, or cannot be, the client goes.
    refused: Option<&'static str>,
    has_left: bool,
}

impl Client {
    /// `process`: the one that has connected, where the system tells.
    pub(super) fn new(
        serial: u64,
        stream: UnixStream,
        (process, standing): (Option<u32>, Standing),
    ) -> Self {
        let now = Instant::now();
        Self {
            serial,
            stream,
            since: now,
            heard: now,
            input: Vec::new(),
            output: Vec::new(),
            standing,
            role: None,
            admission: Admission {
                right: Right::Own,
                sessions: Vec::new(),
                session: None,
                is_relayed: false,
                device: None,
                process,
                door: None,
                overstepped: Vec::new(),
                said_name: String::new(),
                noted: BTreeSet::new(),
            },
            name: String::new(),
            known_as: String::new(),
            wants: Wants::default(),
            agent: None,
            seq: 0,
            told: 0,
            is_skipping: false,
            outbox: Outbox::default(),
            stalled_since: None,
            waiter: None,
            commands: VecDeque::new(),
            patches: 0,
            is_served: false,
            refused: None,
            has_left: false,
        }
    }

    /// Whether it has said hello; until then it is nobody in particular.
    pub(super) fn is_greeted(&self) -> bool {
        self.role.is_some()
    }

    /// Whether it is about to go.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// When it has said something last.
    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    /// Whether the other end has gone, even where nobody has read so far.
    pub(super) fn is_left(&self) -> bool {
        let mut ended = [PollFd::new(&self.stream, PollFlags::empty())];
        let looked = poll(&mut ended, Some(&Timespec::default()));
        self.has_left || looked == Ok(1)
    }

    pub(super) fn stream(&self) -> &UnixStream {
        &self.stream
    }

    /// What it calls itself; empty before hello.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the hub waits for on its stream; `None` when even its end is not of interest now.
    pub(super) fn interest(&self) -> Option<PollFlags> {
        if self.has_left {
            return None;
        }
        let mut interest = PollFlags::empty();
        if self.refused.is_none() && !self.is_full() {
            interest |= PollFlags::IN;
        }
        if !self.output.is_empty() {
            interest |= PollFlags::OUT;
        }
        (!interest.is_empty()).then_some(interest)
    }

    /// When its fate has to be looked at, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let hello = self.role.is_none().then_some(self.since + HELLO_LIMIT);
        let stall = self.stalled_since.map(|since| since + STALL_LIMIT);
        let event = self.waiter.as_ref().and_then(Waiter::deadline);
        [hello, stall, event].into_iter().flatten().min()
    }

    pub(super) fn fate(&self, now: Instant) -> Fate {
        let too_slow = self
            .stalled_since
            .is_some_and(|since| now >= since + STALL_LIMIT);
        match self.refused {
            // What it said before it went still counts.
            _ if self.has_left && self.commands.is_empty() => Fate::Left,
            None if self.is_served && self.output.is_empty() => Fate::Left,
            Some(reason) if self.output.is_empty() || too_slow => Fate::Dropped(reason),
            None if too_slow => Fate::Dropped(code::SLOW),
            None if self.role.is_none() && now >= self.since + HELLO_LIMIT => {
                Fate::Dropped(code::HELLO_EXPECTED)
            }
            _ => Fate::Stays,
        }
    }

    /// The agent that it says it is.
    pub(super) fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }

    /// Whether what it says of panes, processes and folders proves nothing: it may do nothing but publish, or
    /// these are others where it runs.
    pub(super) fn tells_hearsay(&self) -> bool {
        self.right() != Right::Own || self.standing == Standing::Elsewhere
    }

    fn is_subscriber(&self) -> bool {
        self.role == Some(ClientRole::Subscriber)
    }

    fn is_full(&self) -> bool {
        self.commands.len() >= MAX_COMMANDS
    }

    /// Says why the client cannot stay; after that nothing more is said or heard.
    pub(super) fn refuse(&mut self, cache: &Cache, code: &'static str, words: &str) {
        self.outbox.clear();
        self.commands.clear();
        self.say_error(cache, code, words, true, None);
        self.refused = Some(code);
    }

    /// The oldest command, if there is one.
    pub(super) fn first_command(&self) -> Option<&Command> {
        self.commands.front()
    }

    /// Takes the oldest command, and hears what the client has said after it.
    pub(super) fn take_command(&mut self, cache: &Cache) -> Option<Command> {
        let command = self.commands.pop_front()?;
        self.take_lines(cache);
        Some(command)
    }

    /// Whether it has taken so much of what it was told that more may be made ready.
    pub(super) fn takes_what_it_is_told(&self) -> bool {
        self.output.len() < OUTPUT_BYTES
    }

    /// Whether a patch may be made for it: a few at a time, and when it has taken what it got.
    pub(super) fn may_await_patch(&mut self) -> bool {
        let may = self.patches < MAX_PATCHES && self.takes_what_it_is_told();
        self.patches += usize::from(may);
        may
    }
}
