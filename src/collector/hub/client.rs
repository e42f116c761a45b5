//! One client of the hub: what it has said so far, what it is owed, and whether it may stay.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use pane_patrol_hooks::decide::Asked;
use pane_patrol_hooks::text::one_line;
use rustix::event::PollFlags;
use serde::Serialize;

use super::World;
use super::judging::Case;
use super::waiting::Waiting;
use crate::protocol::{
    self, ClientRole, Decide, DecideResult, Envelope, ErrorPayload, Gone, Hello, MAX_MESSAGE_BYTES,
    Trust, WaitDecision, code,
};
use crate::state::Row;

/// A client that takes nothing for this long while something waits for it is dropped.
const STALL_LIMIT: Duration = Duration::from_secs(2);

/// A client says hello within this time or is dropped.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// No more than about this is made ready for a client before it has taken it.
const OUTPUT_BYTES: usize = 64 * 1024;

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

/// See the module.
#[derive(Debug)]
pub(super) struct Client {
    stream: UnixStream,
    since: Instant,
    input: Vec<u8>,
    output: Vec<u8>,
    role: Option<ClientRole>,
    owed: BTreeSet<String>,
    owed_health: bool,
    stalled_since: Option<Instant>,
    /// The request this hook waits for.
    waiting: Option<Waiting>,
    /// What it has decided, with its question, not yet handed on.
    decisions: VecDeque<(Decide, Envelope)>,
    /// Whom it wants to be trusted, not yet handed on.
    trusts: VecDeque<(Trust, Envelope)>,
    /// It got what it wanted: once that is sent, it goes.
    is_served: bool,
    /// Set with the last message: once that is sent, or cannot be, the client goes.
    refused: Option<&'static str>,
    has_left: bool,
}

impl Client {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            since: Instant::now(),
            input: Vec::new(),
            output: Vec::new(),
            role: None,
            owed: BTreeSet::new(),
            owed_health: false,
            stalled_since: None,
            waiting: None,
            decisions: VecDeque::new(),
            trusts: VecDeque::new(),
            is_served: false,
            refused: None,
            has_left: false,
        }
    }

    pub(super) fn stream(&self) -> &UnixStream {
        &self.stream
    }

    /// What the hub waits for on its stream.
    pub(super) fn interest(&self) -> PollFlags {
        let mut interest = PollFlags::empty();
        if self.refused.is_none() {
            interest |= PollFlags::IN;
        }
        if !self.output.is_empty() {
            interest |= PollFlags::OUT;
        }
        interest
    }

    /// When its fate has to be looked at, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let hello = self.role.is_none().then_some(self.since + HELLO_LIMIT);
        let stall = self.stalled_since.map(|since| since + STALL_LIMIT);
        let event = self.waiting.as_ref().and_then(Waiting::deadline);
        [hello, stall, event].into_iter().flatten().min()
    }

    pub(super) fn fate(&self, now: Instant) -> Fate {
        let too_slow = self
            .stalled_since
            .is_some_and(|since| now >= since + STALL_LIMIT);
        match self.refused {
            _ if self.has_left => Fate::Left,
            None if self.is_served && self.output.is_empty() => Fate::Left,
            Some(reason) if self.output.is_empty() || too_slow => Fate::Dropped(reason),
            None if too_slow => Fate::Dropped(code::SLOW),
            None if self.role.is_none() && now >= self.since + HELLO_LIMIT => {
                Fate::Dropped(code::HELLO_EXPECTED)
            }
            _ => Fate::Stays,
        }
    }

    /// The row with this id has changed or gone.
    pub(super) fn owe(&mut self, id: &str) {
        if self.is_subscriber() {
            self.owed.insert(id.to_owned());
        }
    }

    /// The collector's health has changed.
    pub(super) fn owe_health(&mut self) {
        self.owed_health = self.is_subscriber();
    }

    fn is_subscriber(&self) -> bool {
        self.role == Some(ClientRole::Subscriber)
    }

    /// Says why the client cannot stay; after that nothing more is said or heard.
    pub(super) fn refuse(&mut self, world: &World, code: &'static str, words: &str) {
        self.owed.clear();
        self.owed_health = false;
        self.say_error(world, code, words, true, None);
        self.refused = Some(code);
    }

    /// Takes what the client has sent, and does what it says.
    pub(super) fn receive(&mut self, world: &World) {
        let mut bytes = [0; 16 * 1024];
        while self.refused.is_none() && !self.has_left {
            match self.stream.read(&mut bytes) {
                Ok(0) => self.has_left = true,
                Ok(count) => {
                    self.input.extend_from_slice(&bytes[..count]);
                    self.take_lines(world);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.has_left = true,
            }
        }
    }

    fn take_lines(&mut self, world: &World) {
        while self.refused.is_none() {
            let Some(end) = self.input.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let line: Vec<u8> = self.input.drain(..=end).collect();
            if line.len() > MAX_MESSAGE_BYTES {
                return self.refuse_length(world);
            }
            self.take_line(&line[..end], world);
        }
        if self.refused.is_none() && self.input.len() >= MAX_MESSAGE_BYTES {
            self.refuse_length(world);
        }
    }

    fn refuse_length(&mut self, world: &World) {
        let words = format!("a message has at most {MAX_MESSAGE_BYTES} bytes");
        self.refuse(world, code::TOO_LARGE, &words);
    }

    fn take_line(&mut self, line: &[u8], world: &World) {
        let message = match protocol::parse(line) {
            Ok(message) => message,
            Err((code, words)) => return self.refuse(world, code, &one_line(&words, 200)),
        };
        if message.session_id != world.voice.session_id {
            let words = format!("this is session `{}`", world.voice.session_id);
            return self.refuse(world, code::WRONG_SESSION, &words);
        }
        match (self.role, message.kind.as_str()) {
            (None, "hello") => self.greet(message, world),
            (None, _) => self.refuse(world, code::HELLO_EXPECTED, "say hello first"),
            (Some(_), "heartbeat") => self.say(world, "heartbeat", &message.payload, &message),
            (Some(_), "wait_decision") => self.wait(&message, world),
            (Some(_), "decide") => self.decide(message, world),
            (Some(_), "trust") => self.trust(message, world),
            // A client's complaint needs no answer.
            (Some(_), "error") => {}
            (Some(_), kind) => {
                let words = format!("`{}` means nothing here", one_line(kind, 40));
                let request = message.request_id.as_deref();
                self.say_error(world, code::UNKNOWN_TYPE, &words, false, request);
            }
        }
    }

    fn greet(&mut self, message: Envelope, world: &World) {
        let hello: Hello = match serde_json::from_value(message.payload) {
            Ok(hello) => hello,
            Err(error) => return self.refuse(world, code::BAD_SCHEMA, &error.to_string()),
        };
        if hello.client_id != message.sender_id || hello.client_id.is_empty() {
            let words = "`client_id` must be the `sender_id`";
            return self.refuse(world, code::BAD_SCHEMA, words);
        }
        self.role = Some(hello.role);
        if self.is_subscriber() {
            self.output.extend(world.snapshot());
            self.owed_health = true;
        }
    }

    fn wait(&mut self, message: &Envelope, world: &World) {
        let wanted = serde_json::from_value(message.payload.clone())
            .map_err(|error| error.to_string())
            .and_then(|wanted: WaitDecision| Ok((wanted.event()?, wanted.asked)));
        let mut waiting = match wanted {
            Ok((event, asked)) => Waiting::new(event, asked),
            Err(why) => return self.refuse(world, code::BAD_SCHEMA, &why),
        };
        self.say(world, "waiting", &serde_json::json!({}), message);
        // Its event may have come before it.
        for row in world.rows.values() {
            waiting.hear(row);
        }
        self.waiting = Some(waiting);
    }

    fn decide(&mut self, message: Envelope, world: &World) {
        match serde_json::from_value(message.payload.clone()) {
            Ok(decide) => self.decisions.push_back((decide, message)),
            Err(error) => self.refuse(world, code::BAD_SCHEMA, &error.to_string()),
        }
    }

    fn trust(&mut self, message: Envelope, world: &World) {
        match serde_json::from_value(message.payload.clone()) {
            Ok(trust) => self.trusts.push_back((trust, message)),
            Err(error) => self.refuse(world, code::BAD_SCHEMA, &error.to_string()),
        }
    }

    /// The oldest word of trust that was not handed on.
    pub(super) fn take_trust(&mut self) -> Option<(Trust, Envelope)> {
        self.trusts.pop_front()
    }

    /// The oldest decision that was not handed on.
    pub(super) fn take_decision(&mut self) -> Option<(Decide, Envelope)> {
        self.decisions.pop_front()
    }

    /// Whether a hook waits here for just this decision.
    pub(super) fn waits_for(&self, decide: &Decide) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|waiting| waiting.takes(decide))
    }

    /// What the rules are still to judge, once.
    pub(super) fn take_unjudged(&mut self) -> Option<(Case, Asked)> {
        self.waiting.as_mut()?.take_unjudged()
    }

    /// Notes under which number it is judged.
    pub(super) fn take_ticket(&mut self, ticket: u64) {
        if let Some(waiting) = &mut self.waiting {
            waiting.ticket = Some(ticket);
        }
    }

    /// Whether this number's answer is awaited here.
    pub(super) fn holds(&self, ticket: u64) -> bool {
        let waiting = self.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.ticket == Some(ticket))
    }

    /// Gives the hook its decision, and lets it go.
    pub(super) fn tell_decision(&mut self, decide: &Decide, world: &World) {
        self.serve("decision", &decide.verdict, world);
    }

    /// Tells who decided whether a hook has got it.
    pub(super) fn tell_result(&mut self, taken: bool, question: &Envelope, world: &World) {
        self.say(world, "decide_result", &DecideResult { taken }, question);
    }

    /// A row as it is now: a hook whose request it does not ask any more is released.
    pub(super) fn hear_of(&mut self, row: &Row, world: &World) {
        let waiting = self.waiting.as_mut();
        if waiting.is_some_and(|waiting| !waiting.hear(row)) {
            self.release(world);
        }
    }

    /// The row with this id is gone.
    pub(super) fn hear_of_end(&mut self, id: &str, world: &World) {
        let waiting = self.waiting.as_ref();
        if waiting.is_some_and(|waiting| !waiting.hear_gone(id)) {
            self.release(world);
        }
    }

    /// A hook whose event never came to the table waits for nothing.
    pub(super) fn release_if_late(&mut self, world: &World) {
        let deadline = self.waiting.as_ref().and_then(Waiting::deadline);
        if deadline.is_some_and(|at| Instant::now() >= at) {
            self.release(world);
        }
    }

    /// Lets the hook go without a decision.
    pub(super) fn release(&mut self, world: &World) {
        self.serve("released", &serde_json::json!({}), world);
    }

    fn serve(&mut self, kind: &str, payload: &impl Serialize, world: &World) {
        self.waiting = None;
        self.is_served = true;
        let now = world.clock.now();
        self.output
            .extend(world.voice.say(kind, payload, None, now));
    }

    fn say(&mut self, world: &World, kind: &str, payload: &impl Serialize, question: &Envelope) {
        // What a client does not take is no reason to keep more for it.
        if self.output.len() < OUTPUT_BYTES {
            let request = question.request_id.as_deref();
            let now = world.clock.now();
            self.output
                .extend(world.voice.say(kind, payload, request, now));
        }
    }

    fn say_error(
        &mut self,
        world: &World,
        code: &str,
        words: &str,
        fatal: bool,
        request: Option<&str>,
    ) {
        let payload = ErrorPayload {
            code: code.to_owned(),
            message: words.to_owned(),
            component: "hub".to_owned(),
            fatal,
        };
        if fatal || self.output.len() < OUTPUT_BYTES {
            let now = world.clock.now();
            self.output
                .extend(world.voice.say("error", &payload, request, now));
        }
    }

    /// Sends what the client is owed, as far as it takes it now.
    pub(super) fn send(&mut self, world: &World) {
        loop {
            self.prepare(world);
            if self.output.is_empty() || self.has_left {
                self.stalled_since = None;
                return;
            }
            match self.stream.write(&self.output) {
                Ok(count) => {
                    self.output.drain(..count);
                    self.stalled_since = None;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stalled_since.get_or_insert_with(Instant::now);
                    return;
                }
                Err(_) => self.has_left = true,
            }
        }
    }

    /// Turns what is owed into messages, each row as it is now.
    fn prepare(&mut self, world: &World) {
        let now = world.clock.now();
        while self.output.len() < OUTPUT_BYTES
            && let Some(id) = self.owed.pop_first()
        {
            if let Some(row) = world.rows.get(&id) {
                self.output.extend(world.voice.say_row(row, now));
            } else {
                let gone = Gone { id, gone: true };
                self.output
                    .extend(world.voice.say("agent_status", &gone, None, now));
            }
        }
        if self.owed_health && self.output.len() < OUTPUT_BYTES {
            self.owed_health = false;
            self.output
                .extend(world.voice.say("health", &world.health, None, now));
        }
    }
}
