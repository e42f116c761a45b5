//! One client of the hub: its connection, what it is owed, and whether it may stay. What it says is
//! understood in [`hearing`].

mod hearing;

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use pane_patrol_hooks::approval::Asked;
use rustix::event::PollFlags;
use serde::Serialize;

use super::judging::Case;
use super::owed::{Item, Owed};
use super::waiting::Waiting;
use super::wish::Wish;
use super::world::World;
use crate::act::Who;
use crate::act::who::Handed;
use crate::collector::belief::Standing;
use crate::protocol::{
    ActResult, AgentPatch, Bye, ClientRole, Envelope, ErrorPayload, Right, Snapshot, code,
};
use crate::state::Row;

/// A client that takes nothing for this long while something waits for it is dropped.
const STALL_LIMIT: Duration = Duration::from_secs(2);

/// A client says hello within this time or is dropped.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// No more than about this is made ready for a client before it has taken it.
const OUTPUT_BYTES: usize = 64 * 1024;

/// So much is read of one client before the others have their turn.
const READS_AT_ONCE: usize = 4;

/// A client with this many wishes is not heard until some are granted.
const MAX_WISHES: usize = 16;

/// So many patches may be asked for before the first of them is there.
const MAX_PATCHES: usize = 16;

/// What our own clients call themselves, each with the number of its process.
const DOORS: [&str; 10] = [
    "dashboard",
    "approve",
    "deny",
    "answer",
    "trust",
    "snooze",
    "stop",
    "start",
    "jump",
    "request",
];

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

/// Whether there is a place for one more client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Free,
    None,
}

/// What a connection was let in for.
#[derive(Debug)]
struct Admission {
    /// What it may do.
    right: Right,
    /// It carries what somebody else says, of whom nobody has told what that may do.
    is_awaited: bool,
    /// By which names it may call the hub beside the hub's own.
    sessions: Vec<String>,
    /// By which it does.
    session: Option<String>,
    /// It carries what somebody else says.
    is_relayed: bool,
    /// What it has asked for and may not, since that was looked at.
    overstepped: Option<String>,
    /// What of that was said before: a client that goes on asking fills no file.
    noted: BTreeSet<String>,
}

impl Admission {
    /// Whether `what` is allowed, which needs that; if not, it is remembered.
    fn allows(&mut self, needed: Right, what: &str) -> bool {
        let allowed = self.right.allows(needed);
        if !allowed {
            self.note(what);
        }
        allowed
    }

    /// Whether `what` is allowed, which has programs run where the hub does: a container that was given
    /// its socket gets nothing run out here.
    fn is_at_home(&mut self, standing: Standing, what: &str) -> bool {
        let is_home = standing == Standing::Home;
        if !is_home {
            self.note(what);
        }
        is_home
    }

    fn note(&mut self, what: &str) {
        if self.noted.insert(what.to_owned()) {
            self.overstepped = Some(what.to_owned());
        }
    }
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
    input: Vec<u8>,
    output: Vec<u8>,
    /// Where it runs, looked at when it connected.
    pub(super) standing: Standing,
    /// Whether its hello is taken.
    seat: Seat,
    role: Option<ClientRole>,
    /// What it was let in for.
    admission: Admission,
    /// What it calls itself, once it has said hello.
    name: String,
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
    owed: Owed,
    stalled_since: Option<Instant>,
    /// The request this hook waits for.
    waiting: Option<Waiting>,
    /// What it wants, not yet granted, oldest first.
    wishes: VecDeque<Wish>,
    /// So many patches are being made for it.
    patches: usize,
    /// It got what it wanted: once that is sent, it goes.
    is_served: bool,
    /// Set with the last message: once that is sent, or cannot be, the client goes.
    refused: Option<&'static str>,
    has_left: bool,
}

impl Client {
    /// `is_relayed`: it carries what somebody else says, and tells first what that may do.
    pub(super) fn new(
        serial: u64,
        stream: UnixStream,
        standing: Standing,
        is_relayed: bool,
    ) -> Self {
        Self {
            serial,
            stream,
            since: Instant::now(),
            input: Vec::new(),
            output: Vec::new(),
            standing,
            seat: Seat::None,
            role: None,
            admission: Admission {
                right: Right::Own,
                is_awaited: is_relayed,
                sessions: Vec::new(),
                session: None,
                is_relayed,
                overstepped: None,
                noted: BTreeSet::new(),
            },
            name: String::new(),
            wants: Wants::default(),
            agent: None,
            seq: 0,
            told: 0,
            is_skipping: false,
            owed: Owed::default(),
            stalled_since: None,
            waiting: None,
            wishes: VecDeque::new(),
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

    /// Says whether its hello would be taken now.
    pub(super) fn offer_seat(&mut self, is_free: bool) {
        self.seat = if is_free { Seat::Free } else { Seat::None };
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
        let event = self.waiting.as_ref().and_then(Waiting::deadline);
        [hello, stall, event].into_iter().flatten().min()
    }

    pub(super) fn fate(&self, now: Instant) -> Fate {
        let too_slow = self
            .stalled_since
            .is_some_and(|since| now >= since + STALL_LIMIT);
        match self.refused {
            // What it said before it went still counts.
            _ if self.has_left && self.wishes.is_empty() => Fate::Left,
            None if self.is_served && self.output.is_empty() => Fate::Left,
            Some(reason) if self.output.is_empty() || too_slow => Fate::Dropped(reason),
            None if too_slow => Fate::Dropped(code::SLOW),
            None if self.role.is_none() && now >= self.since + HELLO_LIMIT => {
                Fate::Dropped(code::HELLO_EXPECTED)
            }
            _ => Fate::Stays,
        }
    }

    /// Something has changed that subscribers are told of.
    pub(super) fn owe(&mut self, item: &Item) {
        if self.is_subscriber() && self.refused.is_none() && self.understands(item) {
            self.owed.add(item.clone());
        }
    }

    fn understands(&self, item: &Item) -> bool {
        let kind = item.kind();
        let all = self.wants.kinds.as_ref();
        kind == "error" || all.is_none_or(|all| all.contains(kind))
    }

    /// Has it told of everything.
    fn owe_everything(&mut self, world: &World) {
        self.told = 0;
        for item in world.everything() {
            self.owe(&item);
        }
    }

    pub(super) fn is_publisher(&self) -> bool {
        self.role == Some(ClientRole::Publisher)
    }

    /// What it has asked for and may not, since the last look.
    pub(super) fn take_overstepped(&mut self) -> Option<String> {
        self.admission.overstepped.take()
    }

    /// The agent that it says it is.
    pub(super) fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }

    /// Takes one message, or several, each with its number.
    fn push(&mut self, messages: &[u8], world: &World) {
        let session = self.admission.session.as_deref();
        let session = session.unwrap_or(&world.voice.session_id).to_owned();
        for message in messages.split_inclusive(|byte| *byte == b'\n') {
            self.seq += 1;
            let numbered = world.voice.numbered(message, &session, self.seq);
            self.output.extend(numbered);
        }
    }

    /// Says that the hub ends, to whoever takes it at once.
    pub(super) fn say_bye(&mut self, world: &World) {
        let bye = Bye {
            why: "the collector ends".to_owned(),
        };
        if self.is_greeted() && self.waiting.is_none() {
            let said = world.voice.say("bye", &bye, None, world.clock.now());
            self.push(&said, world);
            self.send(world);
        }
    }

    fn is_subscriber(&self) -> bool {
        self.role == Some(ClientRole::Subscriber)
    }

    fn is_full(&self) -> bool {
        self.wishes.len() >= MAX_WISHES
    }

    /// Says why the client cannot stay; after that nothing more is said or heard.
    pub(super) fn refuse(&mut self, world: &World, code: &'static str, words: &str) {
        self.owed.clear();
        self.wishes.clear();
        self.say_error(world, code, words, true, None);
        self.refused = Some(code);
    }

    /// Takes what the client has sent, and does what it says.
    pub(super) fn receive(&mut self, world: &World) {
        let mut bytes = [0; 16 * 1024];
        for _ in 0..READS_AT_ONCE {
            if self.refused.is_some() || self.has_left || self.is_full() {
                return;
            }
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

    /// The oldest wish, if there is one.
    pub(super) fn first_wish(&self) -> Option<&Wish> {
        self.wishes.front()
    }

    /// Takes the oldest wish, and hears what the client has said after it.
    pub(super) fn take_wish(&mut self, world: &World) -> Option<Wish> {
        let wish = self.wishes.pop_front()?;
        self.take_lines(world);
        Some(wish)
    }

    /// Whether a hook waits here for just this decision.
    pub(super) fn waits_for(&self, handed: &Handed) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|waiting| waiting.takes(handed))
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
    pub(super) fn tell_decision(&mut self, handed: &Handed, world: &World) {
        self.serve("decision", &handed.verdict, world);
    }

    /// Tells what came of an act.
    pub(super) fn tell_result(&mut self, result: &ActResult, request: Option<&str>, world: &World) {
        let now = world.clock.now();
        let said = world.voice.say("act_result", result, request, now);
        self.push(&said, world);
    }

    /// By whom something is wanted that it says.
    pub(super) fn who(&self) -> Who {
        let own = DOORS.iter().find(|door| {
            let rest = self.name.strip_prefix(**door);
            let pid = rest.and_then(|rest| rest.strip_prefix('-'));
            pid.is_some_and(|pid| pid.parse::<u32>().is_ok())
        });
        let is_own = self.admission.right == Right::Own;
        Who {
            door: match own.filter(|_| is_own) {
                Some(door) => (*door).to_owned(),
                None if self.admission.is_relayed => format!("websocket {}", self.name),
                None => format!("hub {}", self.name),
            },
            right: self.admission.right,
        }
    }

    /// Whether a patch may be made for it: a few at a time, and when it has taken what it got.
    pub(super) fn may_await_patch(&mut self) -> bool {
        let may = self.patches < MAX_PATCHES && self.output.len() < OUTPUT_BYTES;
        self.patches += usize::from(may);
        may
    }

    /// Asks a publisher for a patch.
    pub(super) fn ask_for_patch(&mut self, wanted: &impl Serialize, request: &str, world: &World) {
        let now = world.clock.now();
        let said = world
            .voice
            .say("diff_patch_request", wanted, Some(request), now);
        self.push(&said, world);
    }

    /// Tells what became of the patch it waits for.
    pub(super) fn tell_patch(
        &mut self,
        patch: Result<AgentPatch, &str>,
        request: Option<&str>,
        world: &World,
    ) {
        self.patches = self.patches.saturating_sub(1);
        match patch {
            Ok(patch) => {
                let now = world.clock.now();
                let said = world.voice.say_patch(patch, self.wants.parts, now);
                self.push(&said, world);
            }
            Err(why) => self.say_error(world, code::NO_PATCH, why, false, request),
        }
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
        let said = world.voice.say(kind, payload, None, world.clock.now());
        self.push(&said, world);
    }

    fn say(&mut self, world: &World, kind: &str, payload: &impl Serialize, question: &Envelope) {
        // What a client does not take is no reason to keep more for it.
        if self.output.len() < OUTPUT_BYTES {
            let request = question.request_id.as_deref();
            let said = world.voice.say(kind, payload, request, world.clock.now());
            self.push(&said, world);
        }
    }

    /// Says what is wrong.
    pub(super) fn say_error(
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
            component: Some("hub".to_owned()),
            fatal,
            context: None,
            agent_id: None,
        };
        if self.refused.is_none() && (fatal || self.output.len() < OUTPUT_BYTES) {
            let now = world.clock.now();
            let said = world.voice.say("error", &payload, request, now);
            self.push(&said, world);
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

    /// Turns what is owed into messages, each about what is so now.
    fn prepare(&mut self, world: &World) {
        while self.output.len() < OUTPUT_BYTES
            && let Some(item) = self.owed.pop()
        {
            match &item {
                Item::Row(id) if world.row(id).is_some() => self.told += 1,
                Item::SnapshotEnd => {
                    let end = Snapshot {
                        count: self.told,
                        seq: self.seq + 1,
                    };
                    let said = world.voice.say("snapshot", &end, None, world.clock.now());
                    self.push(&said, world);
                }
                _ => {}
            }
            if let Some(message) = world.say(&item) {
                self.push(&message, world);
            }
        }
    }
}
