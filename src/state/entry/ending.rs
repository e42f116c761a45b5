//! The end of a turn of which the assistant's session file says otherwise.
//!
//! There are assistants that run all hooks of a turn's end before it is over. Another one beside ours may take its time or
//! refuse the end, and the turn goes on; only the session file tells, which says `busy` until the
//! turn is over. So an end that comes while it says so is supposed, until the file bears it out.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use super::witness::SETTLE_TIME;
use crate::state::reason::Reason;
use crate::state::{Evidence, Row};

/// A file that was asked for again and has not been read by then is not there any more.
const READ_WITHIN: Duration = Duration::from_secs(1);

/// Why an end changes nothing at first.
const STILL_WORKS: &str = "its session file says that it still works";

/// An end that is not borne out yet.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    event: Event,
    /// When the file is to be read again.
    look_at: Timestamp,
}

impl Entry {
    /// Whether the turn may go on although `event` says that it is over. Nobody refuses the end of a
    /// compaction, after which the assistant is idle.
    pub(super) fn may_go_on(&self, event: &Event) -> bool {
        self.assistant.habits().ends_after_its_hooks
            && event.kind == Some(Kind::TurnFinished)
            && event.state == State::Completed
            && self.witness.says_busy()
            && self.is_at_work()
    }

    /// Keeps the end in mind. No tool of the turn runs any more, and none asks: whoever refuses the
    /// end makes others begin.
    pub(super) fn suppose_ending(&mut self, event: &Event) -> Reason {
        let at = event.ts.max(self.main.last);
        self.main.last = at;
        self.requests.close_agent(None, at);
        self.main.tools.retain(|tool| tool.since > at);
        self.ending = Some(Box::new(Ending {
            event: event.clone(),
            look_at: event.ts.plus(SETTLE_TIME),
        }));
        STILL_WORKS
    }

    /// The end that another collector supposed last, by the evidence of its row: the file is read again.
    pub(super) fn take_up_ending(&mut self, row: &Row, now: Timestamp) {
        let is_hook = |piece: &&Arc<Evidence>| piece.source == Source::Hook;
        let last = row.evidence.iter().find(is_hook);
        let supposed = last.filter(|piece| piece.reason.as_deref() == Some(STILL_WORKS));
        let Some(told) = supposed.filter(|_| self.main.state == State::Running) else {
            return;
        };
        let (assistant, target) = (row.assistant.clone(), row.target.clone());
        let mut event = Event::new(assistant, State::Completed, target, told.at);
        event.kind = Some(Kind::TurnFinished);
        event.message = told
            .what
            .split_once(": ")
            .map(|(_, words)| words.to_owned());
        let look_at = now;
        self.ending = Some(Box::new(Ending { event, look_at }));
        self.look_at_end_again(now);
    }

    /// A later prompt, tool or request of the main agent shows that its turn went on, or another began.
    pub(super) fn take_back_ending(&mut self, event: &Event) {
        let goes_on = matches!(
            event.kind,
            None | Some(
                Kind::TurnStarted
                    | Kind::ToolStarted
                    | Kind::ApprovalRequested
                    | Kind::InputRequested
            )
        );
        self.ending
            .take_if(|ending| goes_on && event.ts > ending.event.ts);
    }

    /// The file does not say busy any more, at `now`: the end was one. Whether there was any.
    pub(in crate::state) fn finish_ending(&mut self, now: Timestamp) -> bool {
        let Some(ending) = self.ending.take() else {
            return false;
        };
        self.end_turn(&ending.event);
        self.borne_out = Some(now);
        true
    }

    /// Whether an end is supposed that was told before `at`.
    pub(in crate::state) fn ended_before(&self, at: Timestamp) -> bool {
        let ending = self.ending.as_ref();
        ending.is_some_and(|ending| ending.event.ts < at)
    }

    /// The moment that the change at `at` is about: an end is one since it was told, however late it
    /// was borne out.
    pub(in crate::state) fn about(&self, at: Timestamp) -> Timestamp {
        let is_it = self.main.kind == Some(Kind::TurnFinished);
        self.borne_out_at(at).filter(|_| is_it).unwrap_or(at)
    }

    /// When the turn ended whose end is borne out at `at`.
    pub(in crate::state) fn borne_out_at(&self, at: Timestamp) -> Option<Timestamp> {
        let ended = self.main.turn.closed;
        ended.filter(|_| self.borne_out == Some(at))
    }

    /// How long from `now` until the file is to be read again because of an end.
    pub(in crate::state) fn looks_at_end_after(&self, now: Timestamp) -> Option<Duration> {
        let ending = self.ending.as_ref()?;
        (now < ending.look_at).then(|| ending.look_at.since(now))
    }

    /// When an end is believed although nothing has borne it out: the file cannot be read any more.
    pub(in crate::state) fn ending_due(&self) -> Option<Timestamp> {
        let ending = self.ending.as_ref()?;
        let was_read = self
            .witness
            .latest
            .is_some_and(|latest| latest.read >= ending.look_at);
        (!was_read).then(|| ending.look_at.plus(READ_WITHIN))
    }

    /// Asks for the file anew, after a time in which nobody read it.
    pub(in crate::state) fn look_at_end_again(&mut self, now: Timestamp) {
        if let Some(ending) = &mut self.ending {
            ending.look_at = now.plus(SETTLE_TIME);
            self.witness.reread_at = Some(ending.look_at);
        }
    }
}
