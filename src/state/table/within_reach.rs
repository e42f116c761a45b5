//! Ended sessions that stay within reach for a while, so that the person can take them up again. They are no rows:
//! nothing counts them, and nobody is told that one needs anything. Those that live are known with their processes, so
//! that the end of one is found by whoever comes later.

use std::collections::BTreeSet;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::{EndedSession, LivingSession, RowKey};

/// So many are kept, the last ones.
pub(crate) const MOST_ENDED: usize = 64;

/// And so many that live.
const MOST_LIVING: usize = 256;

/// What was started again shows itself within this time, or can be started once more.
const SHOWS_ITSELF_WITHIN: Duration = Duration::from_secs(30);

/// The sessions, the last one last.
#[derive(Debug, Default)]
pub(super) struct WithinReach {
    /// How long each is kept; zero: none is.
    keep: Duration,
    sessions: Vec<Kept>,
    /// Those that live, the last one that was heard of last: one of each process.
    living: Vec<LivingSession>,
}

/// One of them.
#[derive(Debug)]
struct Kept {
    session: EndedSession,
    resumed: Option<Resumed>,
}

/// Where it was started again.
#[derive(Debug)]
struct Resumed {
    socket: String,
    pane: PaneId,
    at: Timestamp,
    /// The pane has a row, of which it is not known yet whether it is that session: it stands for it.
    is_there: bool,
}

impl Kept {
    /// When it is to be looked at next.
    fn due(&self, keep: Duration) -> Option<Timestamp> {
        match &self.resumed {
            Some(resumed) if resumed.is_there => None,
            Some(resumed) => Some(resumed.at.plus(SHOWS_ITSELF_WITHIN)),
            None => Some(self.session.kept_until(keep)),
        }
    }

    /// What was started has gone, or was never seen.
    fn end_again(&mut self, now: Timestamp) {
        self.resumed = None;
        self.session.resuming = false;
        self.session.ended = now;
        // By itself, on the server where it was started again.
        self.session.with_server = Some(false);
    }

    fn is_at(&self, key: &RowKey) -> bool {
        self.resumed.as_ref().is_some_and(|resumed| {
            let socket = key.server.as_ref().map(|server| &server.socket);
            key.place == Target::Pane(resumed.pane) && socket == Some(&resumed.socket)
        })
    }
}

impl WithinReach {
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let due = self.sessions.iter().filter_map(|kept| kept.due(self.keep));
        due.min()
    }

    /// Keeps a session; whether there is another list now.
    fn add(&mut self, session: EndedSession) -> bool {
        if self.keep.is_zero() {
            return false;
        }
        let is_it = |kept: &Kept| {
            let known = &kept.session;
            known.is(&session.assistant, Some(session.instance_id.as_str()))
        };
        self.sessions.retain(|kept| !is_it(kept));
        let resumed = None;
        self.sessions.push(Kept { session, resumed });
        self.sort();
        if self.sessions.len() > MOST_ENDED {
            self.sessions.remove(0);
        }
        true
    }

    /// Knows a session that lives; whether that is news.
    fn know(&mut self, living: LivingSession) -> bool {
        if self.keep.is_zero() || self.living.iter().any(|known| known.tells_as(&living)) {
            return false;
        }
        let is_it = |known: &LivingSession| {
            known.pid == living.pid || known.lives.id() == living.lives.id()
        };
        self.living.retain(|known| !is_it(known));
        self.living.push(living);
        if self.living.len() > MOST_LIVING {
            self.living.remove(0);
        }
        true
    }

    /// The process of a row goes on with another session of which less is known; whether one is forgotten by that.
    fn forget_before(&mut self, entry: &Entry) -> bool {
        let before = self.living.len();
        let is_before = |known: &LivingSession| {
            let other = entry
                .conversation()
                .filter(|id| *id != known.lives.instance_id.as_str());
            Some(known.pid) == entry.pid && other.is_some()
        };
        self.living.retain(|known| !is_before(known));
        self.living.len() != before
    }

    fn sort(&mut self) {
        self.sessions.sort_by_key(|kept| kept.session.ended);
    }

    /// Lets go what `is_over` is true of; whether there was any.
    fn let_go(&mut self, is_over: impl Fn(&Kept) -> bool) -> bool {
        let before = self.sessions.len();
        self.sessions.retain(|kept| !is_over(kept));
        self.sessions.len() != before
    }
}

impl Table {
    /// Says how long an ended session stays within reach; until then none does.
    pub fn set_keep_ended(&mut self, keep: Duration) {
        self.within_reach.keep = keep;
    }

    /// The ended sessions that can be taken up again, the last one first.
    pub fn ended_sessions(&self) -> Vec<EndedSession> {
        let sessions = self.within_reach.sessions.iter().rev();
        let stands_for_itself = |kept: &&Kept| !kept.resumed.as_ref().is_some_and(|it| it.is_there);
        let shown = sessions.filter(stands_for_itself);
        shown.map(|kept| kept.session.clone()).collect()
    }

    /// The sessions that would be within reach if they ended now.
    pub fn living_sessions(&self) -> &[LivingSession] {
        &self.within_reach.living
    }

    /// Takes over what lived when it was written down; `is_gone` says whether a process is there no more,
    /// `is_server_gone` the same of a server.
    pub fn recall_living(
        &mut self,
        sessions: Vec<LivingSession>,
        is_gone: impl Fn(&LivingSession) -> bool,
        is_server_gone: impl Fn(&Server, Timestamp) -> bool,
        now: Timestamp,
    ) {
        for living in sessions {
            if is_gone(&living) {
                // Rows of before may show it still, by the process that is gone.
                let over = living.clone().found_over(&is_server_gone, now);
                if !self.lives_elsewhere(&over, Some(living.pid)) {
                    self.within_reach.add(over);
                }
            } else {
                self.within_reach.know(living);
            }
        }
    }

    /// Takes sessions within reach that ended before this table was there, but for those that live.
    pub fn recall_ended(
        &mut self,
        sessions: Vec<EndedSession>,
        is_server_gone: impl Fn(&Server, Timestamp) -> bool,
        now: Timestamp,
    ) {
        for session in sessions {
            let lives = self.lives(&session);
            let session = EndedSession {
                ended: session.ended.min(now),
                resuming: false,
                ..session.judged(&is_server_gone)
            };
            if !lives && session.kept_until(self.within_reach.keep) > now {
                self.within_reach.add(session);
            }
        }
    }

    /// An ended session was started again in that pane of the server on that socket; in none: that has failed.
    pub(super) fn resumed(
        &mut self,
        (assistant, instance_id): (&Assistant, &str),
        place: Option<(String, PaneId)>,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let mut sessions = self.within_reach.sessions.iter_mut();
        let known = sessions.find(|kept| kept.session.is(assistant, Some(instance_id)));
        let Some(kept) = known else { return };
        outcome.other_ended = true;
        kept.session.resuming = place.is_some();
        kept.resumed = None;
        let Some((socket, pane)) = place else { return };
        // It may be there already: then it is looked at below.
        let at_once = self
            .rows
            .on_socket(&socket)
            .find(|entry| entry.pane() == Some(pane));
        outcome
            .changed
            .extend(at_once.map(|entry| (*entry.key).clone()));
        kept.resumed = Some(Resumed {
            socket,
            pane,
            at: now,
            is_there: false,
        });
    }

    /// Keeps the session of a row that is over, unless it lives in another one.
    pub(super) fn keep_within_reach(
        &mut self,
        entry: &Entry,
        at: Timestamp,
        outcome: &mut Outcome,
    ) {
        let Some(session) = EndedSession::of(entry, at) else {
            return;
        };
        let living = &mut self.within_reach.living;
        let before = living.len();
        living.retain(|known| known.lives.id() != session.id() || Some(known.pid) != entry.pid);
        outcome.other_living |= living.len() != before;
        if !self.lives(&session) {
            outcome.other_ended |= self.within_reach.add(session);
        }
    }

    /// The process of a session has ended of which no row could say that it is that one.
    pub(super) fn end_living(&mut self, pid: u32, now: Timestamp, outcome: &mut Outcome) {
        let living = &mut self.within_reach.living;
        let Some(index) = living.iter().position(|known| known.pid == pid) else {
            return;
        };
        let over = EndedSession {
            ended: now,
            ..living.remove(index).lives
        };
        outcome.other_living = true;
        if !self.lives(&over) {
            outcome.other_ended |= self.within_reach.add(over);
        }
    }

    /// The servers of sessions that ended until then, of which nobody has said whether they ended with them.
    pub(crate) fn servers_in_question(&self, until: Timestamp) -> BTreeSet<Server> {
        let kept = self.within_reach.sessions.iter().map(|kept| &kept.session);
        let open = kept.filter(|it| it.with_server.is_none() && it.ended <= until);
        open.filter_map(|it| it.server.clone()).collect()
    }

    /// Says of the sessions of a server that ended a moment ago whether they ended with it.
    pub(super) fn server_seen(&mut self, server: &Server, has_ended: bool, outcome: &mut Outcome) {
        let sessions = self.within_reach.sessions.iter_mut();
        for kept in sessions {
            let session = &mut kept.session;
            if session.with_server.is_none() && session.server.as_ref() == Some(server) {
                session.with_server = Some(has_ended);
                outcome.other_ended = true;
            }
        }
    }

    /// The person has left the session, whatever becomes of its server: a server ends with its last pane.
    pub(super) fn left_by_hand(&mut self, event: &Event, outcome: &mut Outcome) {
        let sessions = self.within_reach.sessions.iter_mut();
        let id = event.instance_id.as_deref();
        for kept in sessions.filter(|kept| kept.session.is(&event.assistant, id)) {
            kept.session.with_server = Some(false);
            outcome.other_ended = true;
        }
    }

    /// Whether a row shows that session.
    fn lives(&self, session: &EndedSession) -> bool {
        self.lives_elsewhere(session, None)
    }

    /// The same but for the row of the process that is gone.
    fn lives_elsewhere(&self, session: &EndedSession, gone: Option<u32>) -> bool {
        let instance = session.instance_id.as_str().to_owned();
        let mut same = self.rows.of_session(Some(&instance));
        same.any(|entry| {
            entry.assistant == session.assistant && (gone.is_none() || entry.pid != gone)
        })
    }

    /// Brings what is within reach into line with what has become of the rows, and with the time.
    pub(super) fn look_within_reach(&mut self, now: Timestamp, outcome: &mut Outcome) {
        for key in outcome.changed.iter().chain(&outcome.rearranged) {
            let Some(entry) = self.rows.get(key) else {
                continue;
            };
            outcome.other_living |= match LivingSession::of(entry, now) {
                Some(living) => self.within_reach.know(living),
                None => self.within_reach.forget_before(entry),
            };
        }
        if self.within_reach.sessions.is_empty() {
            return;
        }
        for key in outcome.removed.clone() {
            outcome.other_ended |= self.give_back(&key, now);
        }
        for key in outcome.changed.clone() {
            outcome.other_ended |= self.take_away(&key);
        }
        let keep = self.within_reach.keep;
        let is_due = |kept: &Kept| kept.due(keep).is_some_and(|due| due <= now);
        let gone = |kept: &Kept| is_due(kept) && kept.resumed.is_none();
        outcome.other_ended |= self.within_reach.let_go(gone);
        let late = self.within_reach.sessions.iter_mut();
        for kept in late.filter(|kept| is_due(kept)) {
            kept.end_again(now);
            outcome.other_ended = true;
        }
        if outcome.other_ended {
            self.within_reach.sort();
        }
    }

    /// A row has gone that stood for a session: it has ended again.
    fn give_back(&mut self, key: &RowKey, now: Timestamp) -> bool {
        if self.rows.contains_key(key) {
            return false;
        }
        let sessions = &mut self.within_reach.sessions;
        let Some(kept) = sessions.iter_mut().find(|kept| kept.is_at(key)) else {
            return false;
        };
        kept.end_again(now);
        true
    }

    /// A row may be a session that was within reach. One that has only shown that it runs stands for the session that
    /// was started in its pane.
    fn take_away(&mut self, key: &RowKey) -> bool {
        let Some(entry) = self.rows.get(key) else {
            return false;
        };
        let (assistant, instance) = (&entry.assistant, entry.conversation());
        let reports = entry.silent.is_none();
        let is_here = |kept: &Kept| kept.is_at(key) && kept.session.assistant == *assistant;
        let is_it = |kept: &Kept| kept.session.is(assistant, instance);
        let is_over = |kept: &Kept| is_it(kept) || (reports && is_here(kept));
        let mut changed = self.within_reach.let_go(is_over);
        for kept in &mut self.within_reach.sessions {
            if is_here(kept)
                && let Some(resumed) = &mut kept.resumed
            {
                changed |= !resumed.is_there;
                resumed.is_there = true;
            }
        }
        changed
    }
}
