//! The state table: `apply(input, now)` finds the row an input is about and lets it work there.
//!
//! Pure: no clock, no file, no environment. What an event means for its row stands in
//! [`super::entry`], what a witness reading means in `entry::readings`; here stands which row it
//! is, when a row begins and ends, and what is held apart because it fits none.

mod handover;
mod panes;
mod published;
mod silent;
mod whereabouts;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::dedup::Delivered;
use super::entry::Entry;
use super::evidence::Told;
use super::identity::{Fit, ends_session, fit, is_other};
use super::reason::{AWAY, OVER, Reason};
use super::unmatched::{Apart, Aparts};
use super::{Input, Kin, Level, Reading, Row, RowKey, urgency};

/// A sender's clock may be ahead by this much; anything later counts as now, or one bad clock
/// would make every later event look old.
const CLOCK_SLACK: Duration = Duration::from_secs(2);

/// Events of a session that has ended come this long after its end.
const LATE_WORDS: Duration = Duration::from_millis(250);

/// How many ended sessions are remembered.
const REMEMBERED_ENDS: usize = 256;

/// How long a row that was rebuilt from the log, and would have expired meanwhile, may wait for a
/// listing that shows its pane.
pub const REBUILD_GRACE: Duration = Duration::from_secs(5);

/// What the table has to be told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a row without any proof of life is kept after the last event.
    pub ttl: Duration,
    /// The server of events that name none.
    pub own_server: Option<Server>,
}

/// What one input changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are new or look different now.
    pub changed: Vec<RowKey>,
    /// Rows that are gone.
    pub removed: Vec<RowKey>,
    /// Rows whose finished turn was seen just now, in a listing.
    pub looked_at: Vec<RowKey>,
    /// Processes whose session file should be read again now.
    pub reread: Vec<u32>,
    /// The event had been delivered before, in the other way.
    pub again: bool,
    /// The event or reading fitted no row and was held apart; says why.
    pub held_apart: Option<&'static str>,
}

/// Every row, and what is needed to keep it true.
#[derive(Debug)]
pub struct Table {
    settings: Settings,
    pub(super) rows: BTreeMap<RowKey, Entry>,
    listings: BTreeMap<Server, Vec<(PaneId, Target)>>,
    /// The only server whose listings say where events belong that name none.
    own_socket: Option<String>,
    /// The last servers that were listed, the newest last.
    seen: VecDeque<Server>,
    /// Those that live while another one listens on their socket.
    lost: BTreeSet<Server>,
    pub(super) apart: Aparts,
    ended: VecDeque<Ended>,
    /// Processes whose panes show another session, of which nothing is known.
    away: VecDeque<u32>,
    /// Assistants that run in panes and have reported, by pane and process.
    reported: Vec<(RowKey, u32)>,
    delivered: Delivered,
    /// Nothing expires: the log is being played, which does not say what panes there are.
    keeps_all: bool,
}

/// A session that is over: nothing but its own new start makes it a row again.
#[derive(Debug)]
struct Ended {
    key: RowKey,
    assistant: Assistant,
    instance_id: String,
    pid: Option<u32>,
    at: Timestamp,
}

impl Ended {
    /// Whether it is the end of that session there. A session that goes on in another pane has been
    /// taken up again, which says nothing of the one that ended here.
    fn is(&self, assistant: &Assistant, instance: Option<&String>, key: &RowKey) -> bool {
        let both_panes = matches!(
            (&self.key.place, &key.place),
            (Target::Pane(_), Target::Pane(_))
        );
        let elsewhere = both_panes && self.key != *key;
        self.assistant == *assistant && Some(&self.instance_id) == instance && !elsewhere
    }

    /// Whether the session goes on after all: it begins anew, or a process that lives and is in that
    /// pane does what no session does that is over. Late words of the old one are neither.
    fn is_taken_back(&self, event: &Event, kin: Kin) -> bool {
        if event.kind == Some(Kind::SessionStarted) {
            return event.ts > self.at;
        }
        let goes_on = match event.kind {
            Some(
                Kind::TurnStarted
                | Kind::ToolStarted
                | Kind::ApprovalRequested
                | Kind::InputRequested,
            ) => true,
            // A tool or a turn may outlive the session that began it, but not have another process: that
            // one has taken up the session while it worked on.
            Some(Kind::ToolFinished | Kind::TurnFinished | Kind::TurnFailed) => {
                self.pid.is_some() && self.pid != event.pid
            }
            _ => false,
        };
        let lives = event.pid.is_some() && kin.lives != Some(false);
        goes_on && lives && event.ts > self.at.plus(LATE_WORDS)
    }
}

impl Table {
    /// An empty table.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            rows: BTreeMap::new(),
            listings: BTreeMap::new(),
            own_socket: None,
            seen: VecDeque::new(),
            lost: BTreeSet::new(),
            apart: Aparts::default(),
            ended: VecDeque::new(),
            away: VecDeque::new(),
            reported: Vec::new(),
            delivered: Delivered::default(),
            keeps_all: false,
        }
    }

    /// Keeps rows without any proof of life from now on, while the log is played: only listings
    /// prove that a pane is there, and they are not in the log.
    pub fn suspend_expiry(&mut self) {
        self.keeps_all = true;
    }

    /// Says on which socket the server listens that events belong to which name none: from now on no
    /// other one's listing shows where they come from.
    pub fn set_own_socket(&mut self, socket: String) {
        self.own_socket = Some(socket);
    }

    /// Says which servers live on `socket` without listening there any more: their rows stay, and are
    /// told of.
    pub fn set_lost(&mut self, socket: &str, lost: BTreeSet<Server>) {
        self.lost.retain(|server| server.socket != socket);
        self.lost.extend(lost);
    }

    /// What fitted no row, alike ones together, the last one first. Not all of it for ever.
    pub fn apart(&self) -> Vec<Apart> {
        self.apart.newest_first()
    }

    /// Lets rows expire again. Those that would have expired meanwhile are kept a little longer, in
    /// which the first listing can prove them.
    pub fn resume_expiry(&mut self, now: Timestamp) {
        self.keeps_all = false;
        let kept_until = now.plus(REBUILD_GRACE).minus(self.settings.ttl);
        for entry in self.rows.values_mut() {
            entry.heard = entry.heard.max(kept_until);
            entry.look_at_end_again(now);
        }
    }

    pub(super) fn entry(&self, key: &RowKey) -> Option<&Entry> {
        self.rows.get(key)
    }

    pub(super) fn insert(&mut self, key: RowKey, entry: Entry) {
        self.rows.insert(key, entry);
    }

    /// Whether the row's session is known to be over.
    pub(super) fn has_ended(&self, row: &Row) -> bool {
        self.ended.iter().any(|ended| {
            ended.assistant == row.assistant && Some(&ended.instance_id) == row.instance_id.as_ref()
        })
    }

    /// Takes one input into account. `now` never goes back.
    pub fn apply(&mut self, input: Input, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        self.meet_deadlines(now, &mut outcome);
        match input {
            Input::Event(event) => self.report(*event, Kin::default(), now, &mut outcome),
            Input::Reported { event, kin } => self.report(*event, kin, now, &mut outcome),
            Input::Published { publisher, event } => {
                self.published(publisher, *event, now, &mut outcome);
            }
            Input::Contained { container, event } => {
                self.contained(container, *event, now, &mut outcome);
            }
            Input::Publisher { publisher, word } => {
                self.publisher(&publisher, word, now, &mut outcome);
            }
            Input::Reading(reading) => self.reading(&reading, now, &mut outcome),
            Input::Present(present) => self.present(&present, now, &mut outcome),
            Input::Listing(listing) => self.listing(listing, now, &mut outcome),
            Input::LookedAt { server, pane } => self.looked_at(server, pane, now, &mut outcome),
            Input::ServerGone { socket } => {
                let lost = std::mem::take(&mut self.lost);
                let is_gone = |server: &Server| server.socket == socket && !lost.contains(server);
                self.listings.retain(|server, _| !is_gone(server));
                self.remove_if(now, &mut outcome, |entry| {
                    entry.server().is_some_and(is_gone)
                });
                self.lost = lost;
            }
            Input::ProcessExited { pid } => self.process_exited(pid, now, &mut outcome),
            Input::Stopped { pid, stopped } => self.stopped(pid, stopped, now, &mut outcome),
            Input::Branch { cwd, branch } => self.branch(&cwd, branch.as_ref(), &mut outcome),
            Input::Trust {
                row,
                instance_id,
                until,
            } => self.trust(&row, instance_id, until, &mut outcome),
            Input::Tick => {}
        }
        outcome
    }

    /// An event by somebody who speaks for nobody else.
    fn report(&mut self, event: Event, kin: Kin, now: Timestamp, outcome: &mut Outcome) {
        let key = self.key_of(&event);
        // What we saw or did ourselves says nothing of who speaks for the row.
        let is_theirs = !is_ours(&event);
        self.event(event, kin, now, outcome);
        if is_theirs
            && !outcome.again
            && outcome.held_apart.is_none()
            && let Some(entry) = self.rows.get_mut(&key)
        {
            entry.take_back();
        }
    }

    fn process_exited(&mut self, pid: u32, now: Timestamp, outcome: &mut Outcome) {
        let is_its = |entry: &Entry| entry.pid == Some(pid);
        let is_there = |entry: &Entry| entry.key.place.process() == Some(pid);
        self.remove_if(now, outcome, |entry| {
            (is_its(entry) || is_there(entry)) && entry.publisher.is_none()
        });
        // How it ended is for its publisher to say.
        for (key, entry) in self.rows.iter_mut().filter(|(_, entry)| is_its(entry)) {
            entry.pid = None;
            outcome.changed.push(key.clone());
        }
    }

    /// The process of the row that an event is about.
    pub(crate) fn process_at(&self, key: &RowKey) -> Option<u32> {
        self.rows.get(key)?.pid
    }

    fn stopped(&mut self, pid: u32, stopped: bool, now: Timestamp, outcome: &mut Outcome) {
        let now_stopped = stopped.then_some(pid);
        let is_news = |entry: &Entry| entry.pid == Some(pid) && entry.stopped != now_stopped;
        for (key, entry) in self.rows.iter_mut().filter(|(_, entry)| is_news(entry)) {
            entry.stopped = now_stopped;
            let what = if stopped {
                "its process was stopped"
            } else {
                "its process goes on"
            };
            let told = Told {
                at: now,
                source: Source::Witness,
                what: what.to_owned(),
                reason: None,
            };
            let state = entry.shown.state;
            told.note(entry, Some(state));
            outcome.changed.push(key.clone());
        }
    }

    /// Removes the rows that `is_gone` is true of. Not by their process, whose number may be another
    /// row's by now.
    pub fn remove_rows(&mut self, is_gone: impl Fn(&Row) -> bool, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        self.remove_if(now, &mut outcome, |entry| is_gone(&entry.row()));
        outcome
    }

    /// When [`Input::Tick`] is wanted next, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.rows.values().filter_map(|entry| self.due(entry)).min()
    }

    /// One row as it is shown.
    pub fn row(&self, key: &RowKey) -> Option<Row> {
        self.rows.get(key).map(Entry::row)
    }

    /// All rows in the order of attention.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.rows.values().map(Entry::row).collect();
        rows.sort_by(urgency);
        rows
    }

    /// What every row is known by.
    pub fn keys(&self) -> Vec<RowKey> {
        self.rows.keys().cloned().collect()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn due(&self, entry: &Entry) -> Option<Timestamp> {
        let expires = !entry.has_proof_of_life() && !self.keeps_all;
        let expiry = expires.then(|| entry.heard.plus(self.settings.ttl));
        let end = entry.ending_due().filter(|_| !self.keeps_all);
        let due = [
            entry.witness.due(),
            entry.due(),
            entry.trust_ends(),
            entry.look_ends(),
            expiry,
            end,
        ];
        due.into_iter().flatten().min()
    }

    fn meet_deadlines(&mut self, now: Timestamp, outcome: &mut Outcome) {
        if self.next_deadline().is_none_or(|due| due > now) {
            return;
        }
        let (ttl, keeps_all) = (self.settings.ttl, self.keeps_all);
        self.remove_if(now, outcome, |entry| {
            !keeps_all && !entry.has_proof_of_life() && entry.heard.plus(ttl) <= now
        });
        for (key, entry) in &mut self.rows {
            if entry.end_trust(now) {
                outcome.changed.push(key.clone());
            }
            let before = entry.shown.state;
            let settled = entry.settle(now).map(|at| (at, "no hook explained that"));
            let is_unread = !keeps_all && entry.ending_due().is_some_and(|due| due <= now);
            let ended = (is_unread && entry.finish_ending(now))
                .then(|| (entry.about(now), "its session file cannot be read any more"));
            for (at, what) in settled.into_iter().chain(ended).chain(entry.conclude(now)) {
                let told = Told {
                    at,
                    source: Source::Witness,
                    what: what.to_owned(),
                    reason: None,
                };
                if entry.refresh(at) {
                    told.note(entry, Some(before));
                    outcome.changed.push(key.clone());
                }
            }
            if entry.looked_at(now) {
                entry.refresh(now);
                outcome.looked_at.push(key.clone());
                outcome.changed.push(key.clone());
            }
            if entry.take_reread(now) {
                outcome.reread.extend(entry.pid);
            }
        }
    }

    pub(super) fn event(
        &mut self,
        mut event: Event,
        kin: Kin,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let again = self.delivered.is_again(&event);
        event.ts = if event.ts > now.plus(CLOCK_SLACK) {
            now
        } else {
            event.ts
        };
        let key = self.key_of(&event);
        if again {
            outcome.again = true;
            if let Some(entry) = self.rows.get_mut(&key) {
                entry.heard = now;
            }
            return;
        }
        let silent = self.make_way(&key);
        let before = self.rows.get(&key).map(|entry| entry.shown.state);
        if let Err(reason) = self.make_room_for(&event, kin, &key, now) {
            self.put_back(&key, silent);
            outcome.held_apart = reason;
            if let Some(why) = reason {
                self.apart.note(Apart::of_event(&event, &key, why, now));
            }
            return;
        }
        let Some(entry) = self.rows.get_mut(&key) else {
            return;
        };
        entry.heard = now;
        if ends_session(&event) && event.ts >= entry.last_event() {
            self.remove_row(&key, event.ts, outcome);
            return;
        }
        let reason = entry.apply_event(&event);
        if let Target::Address { .. } = event.target
            && !entry.listed
        {
            entry.target = event.target.clone();
        }
        if !is_ours(&event) {
            entry.told = event.pane.is_none().then(|| event.target.clone());
        }
        entry.refresh(event.ts);
        entry.plan_reread(now);
        Told::by_event(&event, reason).note(entry, before);
        outcome.changed.push(key);
    }

    /// The key of an event's row: its pane where that can be known, else the target it gives, which is
    /// its process where it runs in no pane.
    pub fn key_of(&self, event: &Event) -> RowKey {
        if event.pane.is_none()
            && let Target::Process { .. } = event.target
        {
            return RowKey {
                server: None,
                place: event.target.clone(),
            };
        }
        let server = event
            .server
            .clone()
            .or_else(|| self.settings.own_server.clone());
        if event.pane.is_none()
            && let Some(key) = self.told_before(event, server.as_ref())
        {
            return key;
        }
        let pane = match (event.pane, &event.target) {
            (Some(pane), _) | (None, &Target::Pane(pane)) => Some(pane),
            (None, address) => server
                .as_ref()
                .and_then(|server| self.pane_at(server, address)),
        };
        RowKey {
            server,
            place: pane.map_or_else(|| event.target.clone(), Target::Pane),
        }
    }

    /// The row of a session that was told its address by hand, as long as it is told the same: the
    /// address may mean another pane by now, but the session has not moved.
    fn told_before(&self, event: &Event, server: Option<&Server>) -> Option<RowKey> {
        let goes_on = event.kind != Some(Kind::SessionStarted) && event.instance_id.is_some();
        let is_it = |entry: &&Entry| {
            entry.instance_id == event.instance_id
                && entry.assistant == event.assistant
                && entry.told.as_ref() == Some(&event.target)
                && (server.is_none() || entry.server() == server)
        };
        let mut rows = self.rows.values().filter(|_| goes_on);
        rows.find(is_it).map(|entry| entry.key.clone())
    }

    fn pane_at(&self, server: &Server, address: &Target) -> Option<PaneId> {
        self.listings
            .get(server)?
            .iter()
            .find(|(_, target)| target == address)
            .map(|(pane, _)| *pane)
    }

    /// Sees to it that the row at `key` is this event's own: makes it, hands it over to a new
    /// session, or refuses. `Err(None)`: there is nothing to do and nothing to count.
    fn make_room_for(
        &mut self,
        event: &Event,
        kin: Kin,
        key: &RowKey,
        now: Timestamp,
    ) -> Result<(), Option<Reason>> {
        if key
            .server
            .as_ref()
            .is_some_and(|server| self.is_replaced(server))
        {
            return Err(Some("its tmux server was replaced by another one"));
        }
        let says_nothing_new =
            event.kind == Some(Kind::SessionEnded) && !self.rows.contains_key(key);
        if let Some(why) = kin.is_astray().filter(|_| !says_nothing_new) {
            // A process may outlive its pane for long enough to say that it ends.
            return Err(Some(self.late(event, key).unwrap_or(why)));
        }
        let Some(entry) = self.rows.get_mut(key) else {
            self.may_begin(event, kin, key)?;
            let target = self.target_of(key).unwrap_or_else(|| event.target.clone());
            let mut entry = Entry::new(key.clone(), target, event.assistant.clone(), now);
            entry.listed = self.is_listed(key);
            entry.shown_at = self.shown_at(key);
            self.rows.insert(key.clone(), entry);
            return Ok(());
        };
        if let Some(why) = kin.is_childs(entry, event) {
            return Err(Some(why));
        }
        if kin.owns(entry, event) {
            entry.successor(event.assistant.clone(), now);
            return Ok(());
        }
        match fit(entry, event) {
            Fit::Same => Ok(()),
            Fit::Successor => {
                entry.successor(event.assistant.clone(), now);
                Ok(())
            }
            Fit::Apart(reason) => Err(Some(reason)),
        }
    }

    /// Whether an event may make a row: not the last words of a session, and none after its end.
    fn may_begin(&mut self, event: &Event, kin: Kin, key: &RowKey) -> Result<(), Option<Reason>> {
        if event.kind == Some(Kind::SessionEnded) {
            self.remember_end(
                key,
                &event.assistant,
                event.instance_id.as_ref(),
                event.pid,
                event.ts,
            );
            return Err(None);
        }
        let speaks = matches!(event.kind, Some(Kind::SessionStarted | Kind::TurnStarted));
        if !speaks && event.pid.is_some_and(|pid| self.away.contains(&pid)) {
            return Err(Some(AWAY));
        }
        let Some(index) = self.end_of(event, key) else {
            return Ok(());
        };
        if self.ended[index].is_taken_back(event, kin) {
            self.ended.remove(index);
            return Ok(());
        }
        Err(Some(OVER))
    }

    /// Why nothing is made of an event that is not believed otherwise, if it only comes late: its session
    /// has ended in that place.
    pub fn why_late(&self, event: &Event) -> Option<&'static str> {
        self.late(event, &self.key_of(event))
    }

    fn late(&self, event: &Event, key: &RowKey) -> Option<Reason> {
        let is_late = !self.rows.contains_key(key) && self.end_of(event, key).is_some();
        is_late.then_some(OVER)
    }

    fn end_of(&self, event: &Event, key: &RowKey) -> Option<usize> {
        let is_it = |ended: &Ended| ended.is(&event.assistant, event.instance_id.as_ref(), key);
        self.ended.iter().position(is_it)
    }

    fn target_of(&self, key: &RowKey) -> Option<Target> {
        self.addresses_of(key).next()
    }

    /// Where the pane stands while a dashboard shows it beside itself.
    fn shown_at(&self, key: &RowKey) -> Option<Target> {
        self.addresses_of(key).nth(1)
    }

    /// The pane's own address, then the one where it is shown.
    fn addresses_of(&self, key: &RowKey) -> impl Iterator<Item = Target> {
        let panes = key
            .server
            .as_ref()
            .and_then(|server| self.listings.get(server));
        let panes = panes.into_iter().flatten();
        let of_it = panes.filter(|(pane, _)| key.place == Target::Pane(*pane));
        of_it.map(|(_, target)| target.clone())
    }

    fn is_listed(&self, key: &RowKey) -> bool {
        self.target_of(key).is_some()
    }

    fn reading(&mut self, reading: &Reading, now: Timestamp, outcome: &mut Outcome) {
        self.note_whereabouts(reading);
        match reading.level {
            Level::Moved => return self.keep_moving(reading, now, outcome),
            Level::Elsewhere => return self.lose_sight(reading, outcome),
            _ => {}
        }
        let key = match self.row_of(reading) {
            Ok(key) => key,
            Err(reason) => {
                outcome.held_apart = reason;
                return;
            }
        };
        self.make_way(&key);
        let before = self.rows.get(&key).map(|entry| entry.shown.state);
        let listed = self.is_listed(&key);
        let shown_at = self.shown_at(&key);
        let target = self.target_of(&key).unwrap_or_else(|| key.place.clone());
        let entry = self.rows.entry(key.clone()).or_insert_with(|| {
            let mut entry = Entry::new(key.clone(), target, reading.assistant.clone(), now);
            entry.be_witnessed();
            entry.listed = listed;
            entry.shown_at = shown_at;
            entry
        });
        let is_moved = entry.was_moved_to(reading);
        if is_moved {
            entry.go_on_as(reading.instance_id.clone());
        } else if entry.assistant != reading.assistant
            || is_other(entry.instance_id.as_ref(), reading.instance_id.as_ref())
        {
            entry.successor(reading.assistant.clone(), now);
            entry.be_witnessed();
        }
        entry.heard = now;
        entry.learn_from_reading(reading);
        let news = entry
            .witness
            .latest
            .is_none_or(|latest| latest.level != reading.level);
        let reason = entry.apply_reading(reading, now);
        let ended = entry.about(reading.seen);
        let cause = if ended == reading.seen {
            reading.written
        } else {
            ended
        };
        let changed = entry.refresh(cause) || before.is_none() || is_moved;
        if reading.seen.since(reading.written) < Duration::from_millis(250) {
            entry.plan_reread(now);
        } else {
            entry.plan_look_at_queue(now);
        }
        if changed || news {
            Told::by_reading(reading, reason).note(entry, before);
            outcome.changed.push(key);
        }
    }

    /// The row that a reading is about; one that may be made when there is none.
    fn row_of(&mut self, reading: &Reading) -> Result<RowKey, Option<Reason>> {
        if let Some(entry) = self.known_to(reading) {
            let other = is_other(entry.instance_id.as_ref(), reading.instance_id.as_ref());
            // Its own word which session it shows; that one may have been silent for long.
            let shows = (reading.stands_in || entry.witness.stands_in) && entry.pid == reading.pid;
            let retired = reading
                .instance_id
                .as_ref()
                .is_some_and(|instance| entry.retired.contains(instance));
            let older = reading.written < entry.last_event();
            return if other && !shows && (retired || older) {
                Err(None)
            } else {
                Ok(entry.key.clone())
            };
        }
        let (Some((server, pane)), true) = (&reading.pane, reading.attended) else {
            return Err(None);
        };
        let key = RowKey {
            server: Some(server.clone()),
            place: Target::Pane(*pane),
        };
        self.may_read(reading, &key)?;
        match self.rows.get(&key) {
            None => Ok(key),
            Some(entry)
                if entry.instance_id.is_none()
                    && entry.pid.is_none()
                    && entry.assistant == reading.assistant =>
            {
                Ok(key)
            }
            Some(entry) if !entry.attended || reading.written > entry.ts => Ok(key),
            Some(_) => {
                let why = "a reading of an unknown session in this pane";
                let target = self.target_of(&key).unwrap_or_else(|| key.place.clone());
                let apart = Apart::of_reading(reading, &key, target, why, reading.seen);
                self.apart.note(apart);
                Err(Some(why))
            }
        }
    }

    /// The row of the reading's process, else of its session: that may have been taken up again
    /// elsewhere, so it tells only where no process does, and no other pane.
    fn known_to(&self, reading: &Reading) -> Option<&Entry> {
        let of_assistant = || {
            let rows = self.rows.values();
            rows.filter(|entry| entry.assistant == reading.assistant)
        };
        let is_here = |entry: &&Entry| {
            reading.pane.as_ref().is_some_and(|(server, pane)| {
                entry.pane() == Some(*pane) && entry.server() == Some(server)
            })
        };
        let same_process = |entry: &&Entry| entry.pid.is_some() && entry.pid == reading.pid;
        let same_session = |entry: &&Entry| {
            entry.instance_id.is_some()
                && entry.instance_id == reading.instance_id
                && (entry.pid.is_none() || reading.pid.is_none())
                && (reading.pane.is_none() || entry.pane().is_none() || is_here(entry))
        };
        let by_process = of_assistant().filter(same_process).max_by_key(is_here);
        by_process.or_else(|| of_assistant().find(same_session))
    }

    /// A live process may bring an ended session back, but not the process that ended.
    fn may_read(&mut self, reading: &Reading, key: &RowKey) -> Result<(), Option<Reason>> {
        let is_it = |ended: &Ended| ended.is(&reading.assistant, reading.instance_id.as_ref(), key);
        let Some(index) = self.ended.iter().position(is_it) else {
            return Ok(());
        };
        let ended = &self.ended[index];
        let same_process = ended.pid.is_none() || reading.pid.is_none() || ended.pid == reading.pid;
        if same_process && !reading.stands_in {
            return Err(None);
        }
        self.ended.remove(index);
        Ok(())
    }

    fn branch(&mut self, cwd: &str, branch: Option<&String>, outcome: &mut Outcome) {
        for (key, entry) in &mut self.rows {
            if entry.cwd.as_deref() == Some(cwd) && entry.branch.as_ref() != branch {
                entry.branch = branch.cloned();
                outcome.changed.push(key.clone());
            }
        }
    }

    fn trust(
        &mut self,
        row: &str,
        instance_id: String,
        until: Option<Timestamp>,
        outcome: &mut Outcome,
    ) {
        let mut rows = self.rows.iter_mut();
        if let Some((key, entry)) = rows.find(|(key, _)| key.to_string() == row)
            && entry.trust(instance_id, until)
        {
            outcome.changed.push(key.clone());
        }
    }

    fn remove_if(&mut self, now: Timestamp, outcome: &mut Outcome, gone: impl Fn(&Entry) -> bool) {
        let keys: Vec<RowKey> = self
            .rows
            .iter()
            .filter(|(_, entry)| gone(entry))
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            self.remove_row(&key, now, outcome);
        }
    }

    fn remove_row(&mut self, key: &RowKey, at: Timestamp, outcome: &mut Outcome) {
        let Some(entry) = self.rows.remove(key) else {
            return;
        };
        let Entry {
            assistant,
            instance_id,
            pid,
            ..
        } = entry;
        self.remember_end(key, &assistant, instance_id.as_ref(), pid, at);
        outcome.removed.push(key.clone());
    }

    fn remember_end(
        &mut self,
        key: &RowKey,
        assistant: &Assistant,
        instance: Option<&String>,
        pid: Option<u32>,
        at: Timestamp,
    ) {
        let Some(instance_id) = instance.cloned() else {
            return;
        };
        if self.ended.len() == REMEMBERED_ENDS {
            self.ended.pop_front();
        }
        self.ended.retain(|ended| {
            (&ended.key, &ended.assistant, &ended.instance_id) != (key, assistant, &instance_id)
        });
        self.ended.push_back(Ended {
            key: key.clone(),
            assistant: assistant.clone(),
            instance_id,
            pid,
            at,
        });
    }
}

/// Whether we saw or did that ourselves: it says nothing of the sender's place.
fn is_ours(event: &Event) -> bool {
    matches!(event.source, Source::Witness | Source::User)
}
