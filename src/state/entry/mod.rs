//! Everything known of one row.
//!
//! What events do to it stands below, by what they are about: sessions and turns, requests,
//! sub-agents, and what only time tells. Witness readings are handled in `readings`; which
//! row an input belongs to is the table's business.

mod candidates;
mod deadlines;
mod ending;
mod handover;
mod past;
mod projection;
mod readings;
mod records;
mod silent;
mod sub_agents;
mod tools;
mod trust;
mod turns;
pub(super) mod witness;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::agent::Agent;
use super::marked::Key;
use super::publisher::Publisher;
use super::reason::Reason;
use super::requests::Requests;
use super::{Evidence, Reading, WindowPlace};
pub(super) use candidates::{OPENS_WITHIN, Wait};
use deadlines::PendingError;
use ending::Ending;
use past::Past;
use projection::Projection;
use trust::Trust;
use witness::Witness;

/// A finished turn in view counts as seen after this long.
const LOOK_TIME: Duration = Duration::from_millis(600);

/// How many pieces of evidence a row keeps.
const EVIDENCE_KEPT: usize = 20;

/// Sub-agents of which no start was heard are kept up to this number.
const MAX_SUB_AGENTS: usize = 64;

/// One row's knowledge.
#[allow(clippy::struct_excessive_bools, reason = "each is true for itself")]
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) assistant: Assistant,
    /// Where the pane belongs, by the last listing or else by the sender.
    pub(super) target: Target,
    /// Where it stands instead, by the last listing.
    pub(super) shown_at: Option<Box<Target>>,
    /// Where the pane stands in its window, by the last listing.
    pub(super) window: Option<Box<WindowPlace>>,
    /// Where its sender says it is, if it knows that only by hand.
    pub(super) told: Option<Box<Target>>,
    /// A listing has shown the pane.
    pub(super) listed: bool,
    /// When the last one showed it in front of a person; `None`: it did not.
    pub(super) in_view: Option<Timestamp>,
    pub(super) instance_id: Option<String>,
    pub(super) pid: Option<u32>,
    /// The process that is stopped, if it is this row's.
    pub(super) stopped: Option<u32>,
    pub(super) attended: bool,
    /// The session that is certainly the pane's own, by its fingerprint: its process was seen there.
    pub(super) proved: Option<u64>,
    /// What a person calls it; few are called anything.
    pub(super) label: Option<Box<str>>,
    /// The assistant's own words at the end of its last finished turn.
    pub(super) recap: Option<Box<str>>,
    /// The person has looked since the last turn was finished.
    looked: bool,
    /// What the person talks about there, where that is not the session.
    pub(super) conversation: Option<Box<str>>,
    pub(super) cwd: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) home: Option<String>,
    pub(super) main: Agent,
    pub(super) subs: BTreeMap<String, Agent>,
    past: Option<Box<Past>>,
    /// The last turn ended with sub-agents at work of which nothing else was heard.
    pub(super) background: bool,
    pub(super) requests: Requests,
    pub(super) witness: Witness,
    /// An error of which nobody has said whether it is the end of the turn.
    doubt: Option<Box<PendingError>>,
    /// The end of a turn that the session file does not bear out yet.
    ending: Option<Box<Ending>>,
    /// When the last end was borne out that had not been at first.
    borne_out: Option<Timestamp>,
    /// What is shown next was shown before, since then.
    stands_since: Option<Timestamp>,
    /// The person lets it do what no rule forbids.
    trust: Option<Box<Trust>>,
    /// All that is known is that it runs; what the person may do about it.
    pub(super) silent: Option<Box<str>>,
    /// The client of the hub that speaks for it.
    pub(super) publisher: Option<Box<Publisher>>,
    /// Nobody has told of it but a client of the hub that may only publish.
    pub(super) hearsay: bool,
    /// The container that told of it, by a socket of its own.
    pub(super) container: Option<Box<str>>,
    /// When something was last heard of it, by our clock.
    pub(super) heard: Timestamp,
    /// The newest time stamp of its events and readings.
    pub(super) ts: Timestamp,
    /// The newest time stamp of its events, whichever agent sent them.
    last_event: Timestamp,
    pub(super) shown: Projection,
    generation: u64,
    evidence: VecDeque<Arc<Evidence>>,
    /// How many pieces of evidence there were; part of what makes a row look different.
    pub(super) evidence_count: u64,
}

impl Entry {
    /// A row of which nothing is known but where it is and whose it is.
    pub(super) fn new(key: Key, target: Target, assistant: Assistant, now: Timestamp) -> Self {
        Self {
            key,
            assistant,
            target,
            shown_at: None,
            window: None,
            told: None,
            listed: false,
            in_view: None,
            instance_id: None,
            pid: None,
            stopped: None,
            attended: true,
            proved: None,
            label: None,
            recap: None,
            looked: false,
            conversation: None,
            cwd: None,
            branch: None,
            home: None,
            main: Agent::new(State::Idle),
            subs: BTreeMap::new(),
            past: None,
            background: false,
            requests: Requests::default(),
            witness: Witness::default(),
            doubt: None,
            ending: None,
            borne_out: None,
            stands_since: None,
            trust: None,
            silent: None,
            publisher: None,
            hearsay: false,
            container: None,
            heard: now,
            ts: Timestamp::from_micros(i64::MIN),
            last_event: Timestamp::from_micros(i64::MIN),
            shown: Projection {
                state: State::Idle,
                kind: None,
                source: Source::Hook,
                since: now,
                tool: None,
                message: None,
                waiting: Vec::new(),
                sub_agents: 0,
            },
            generation: 0,
            evidence: VecDeque::new(),
            evidence_count: 0,
        }
    }

    /// The successor of this row: another session in the same pane, which remembers what was before.
    pub(super) fn successor(&mut self, assistant: Assistant, now: Timestamp) {
        let mut next = Self::new(Arc::clone(&self.key), self.target.clone(), assistant, now);
        next.listed = self.listed;
        next.shown_at.clone_from(&self.shown_at);
        next.window.clone_from(&self.window);
        next.in_view = self.in_view;
        next.stopped = self.stopped;
        next.past = self.past.take();
        if let Some(past) = &mut next.past {
            past.forget_sub_agents();
        }
        if let Some(instance) = self.instance_id.take() {
            next.past_mut().retire(instance);
        }
        next.evidence = std::mem::take(&mut self.evidence);
        next.evidence_count = self.evidence_count;
        next.generation = self.generation;
        next.shown = self.shown.clone();
        *self = next;
    }

    /// Whether the reading is of the background job to which the row's own session was moved: a copy
    /// that goes on with all that the session has done.
    pub(super) fn was_moved_to(&self, reading: &Reading) -> bool {
        let is_other = self.instance_id.is_some() && self.instance_id != reading.instance_id;
        let is_same_process = self.pid.is_some() && self.pid == reading.pid;
        let is_its_own = !self.witness.stands_in && self.assistant == reading.assistant;
        reading.stands_in && is_other && is_same_process && is_its_own
    }

    /// The row's session goes on under another name.
    pub(super) fn go_on_as(&mut self, instance: Option<String>) {
        if let Some(before) = std::mem::replace(&mut self.instance_id, instance) {
            self.past_mut().retire(before);
        }
    }

    /// Lets one event of this row's own session work. `Some`: why it changed nothing.
    pub(super) fn apply_event(&mut self, event: &Event) -> Option<Reason> {
        self.learn(event);
        match &event.agent_id {
            Some(agent) if self.is_main_in_disguise(agent, event) => {
                self.apply_main_event(&Event {
                    agent_id: None,
                    ..event.clone()
                })
            }
            Some(agent) => self.apply_sub_event(agent, event),
            None => self.apply_main_event(event),
        }
    }

    fn learn(&mut self, event: &Event) {
        let take = |slot: &mut Option<String>, value: &Option<String>| {
            if value.is_some() && slot != value {
                slot.clone_from(value);
            }
        };
        take(&mut self.instance_id, &event.instance_id);
        take(&mut self.home, &event.home);
        if event.agent_id.is_none() {
            take(&mut self.cwd, &event.cwd);
        }
        if let Some(label) = event.label.as_deref() {
            self.label = Some(label.into());
        }
        self.pid = event.pid.or(self.pid);
        self.stopped = self.stopped.filter(|stopped| Some(*stopped) == self.pid);
        if event.source != Source::User {
            self.attended = event.attended;
        }
        self.ts = self.ts.max(event.ts);
        self.last_event = self.last_event.max(event.ts);
    }

    /// Takes from a reading what no event has told yet.
    pub(super) fn learn_from_reading(&mut self, reading: &Reading) {
        fill(&mut self.instance_id, reading.instance_id.as_ref());
        fill(&mut self.cwd, reading.cwd.as_ref());
        fill(&mut self.home, reading.home.as_ref());
        self.pid = self.pid.or(reading.pid);
        self.attended = self.attended || reading.attended;
        self.witness.stands_in = reading.stands_in;
        let behind = reading.background.as_ref().filter(|_| reading.is_shown());
        self.witness.behind = behind.cloned().map(Box::new);
    }

    /// The newest time stamp of its events, whichever agent sent them.
    pub(super) fn last_event(&self) -> Timestamp {
        self.last_event
    }

    fn agent(&self, id: Option<&str>) -> Option<&Agent> {
        match id {
            Some(id) => self.subs.get(id),
            None => Some(&self.main),
        }
    }

    fn find_agent(&mut self, id: Option<&str>) -> Option<&mut Agent> {
        match id {
            Some(id) => self.subs.get_mut(id),
            None => Some(&mut self.main),
        }
    }

    /// The agent of that id; a sub-agent that was not known begins.
    fn agent_mut(&mut self, id: Option<&str>) -> &mut Agent {
        let Some(id) = id else { return &mut self.main };
        if self.subs.len() >= MAX_SUB_AGENTS && !self.subs.contains_key(id) {
            self.subs.pop_first();
        }
        self.subs
            .entry(id.to_owned())
            .or_insert_with(|| Agent::new(State::Running))
    }

    /// Once the person has had the pane in view for a moment, what is finished there is seen.
    pub(super) fn looked_at(&mut self, now: Timestamp) -> bool {
        self.look_ends().is_some_and(|end| end <= now) && self.seen()
    }

    /// When what is finished, and in view now, counts as seen.
    pub(super) fn look_ends(&self) -> Option<Timestamp> {
        let is_looked_at = self.in_view.is_some() && self.is_unseen();
        let known = self
            .borne_out
            .map_or(self.shown.since, |at| at.max(self.shown.since));
        is_looked_at.then(|| known.plus(LOOK_TIME))
    }

    /// The person has looked; whether something finished was there to be seen.
    pub(super) fn seen(&mut self) -> bool {
        let seen = self.is_unseen();
        if seen && self.shown.state == State::Completed {
            self.main.state = State::Idle;
        }
        self.looked |= seen;
        seen
    }

    /// Whether its last turn is finished and nobody has looked, however long it waits for the next prompt.
    pub(super) fn is_unseen(&self) -> bool {
        match self.shown.state {
            State::Completed => true,
            State::WaitingInput => self.shown.kind == Some(Kind::PromptIdle) && !self.looked,
            State::WaitingApproval | State::Error | State::Running | State::Idle => false,
        }
    }

    /// Whether anything but the clock proves that this row still stands for something.
    pub(super) fn has_proof_of_life(&self) -> bool {
        let is_process = matches!(self.key.place, Target::Process { .. });
        self.pid.is_some() || self.listed || self.publisher.is_some() || is_process
    }

    /// Notes what was heard and what it changed.
    pub(super) fn note_evidence(&mut self, evidence: Evidence) {
        if self.evidence.len() == EVIDENCE_KEPT {
            self.evidence.pop_back();
        }
        self.evidence.push_front(Arc::new(evidence));
        self.evidence_count += 1;
    }

    /// The stable id of the pane, once it is known.
    pub(super) fn pane(&self) -> Option<PaneId> {
        match self.key.place {
            Target::Pane(pane) => Some(pane),
            Target::Address { .. } | Target::Process { .. } | Target::Agent(_) => None,
        }
    }

    pub(super) fn server(&self) -> Option<&Server> {
        self.key.server.as_ref()
    }
}

fn fill(slot: &mut Option<String>, value: Option<&String>) {
    if slot.is_none() {
        *slot = value.cloned();
    }
}
