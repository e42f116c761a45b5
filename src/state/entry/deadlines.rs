//! What no event tells and time does: an error that nothing overcomes, a question that nobody refuses.

use std::time::Duration;

use pane_patrol_hooks::event::{Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Entry, Wait};
use crate::state::agent::{Ended, Tool};
use crate::state::marked::Expiry;
use crate::state::reason::Reason;

/// An error that the assistant may recover from is one after this long without another word.
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);

/// The assistant carries out a command of its own within this time (measured: 0.1 to 2 s).
const CARRIED_OUT_WITHIN: Duration = Duration::from_secs(3);

/// A prompt is written down at most so long before its turn is seen to have begun (measured: 10 ms).
const PROMPTS_BEFORE: Duration = Duration::from_millis(500);

/// A tool that asks the person has opened its dialog by then, or was refused.
const DIALOG_OPENS_WITHIN: Duration = Duration::from_millis(300);

/// An error that waits for a sign that it was overcome.
#[derive(Clone, Debug)]
pub(super) struct PendingError {
    pub(super) at: Timestamp,
    pub(super) message: Option<String>,
}

impl Entry {
    /// When anything of the row is due, if nothing is heard before.
    pub(in crate::state) fn next_due(&self, expiry: Expiry) -> Option<Timestamp> {
        let end = self.ending_due().filter(|_| !expiry.keeps_all);
        let due = [
            self.witness.due(),
            self.due(),
            self.trust_ends(),
            self.look_ends(),
            self.expires_at(expiry),
            end,
        ];
        due.into_iter().flatten().min()
    }

    /// When the row goes because nothing but what was heard of it proves that it lives.
    pub(in crate::state) fn expires_at(&self, expiry: Expiry) -> Option<Timestamp> {
        let expires = !expiry.keeps_all && !self.has_proof_of_life();
        expires.then(|| self.heard.plus(expiry.ttl))
    }

    /// When an error that nothing has overcome is believed, or a question's dialog must be open.
    pub(in crate::state) fn due(&self) -> Option<Timestamp> {
        let doubt = self
            .doubt
            .as_ref()
            .map(|doubt| doubt.at.plus(RECOVERS_WITHIN));
        let dialog = self
            .unsettled_question()
            .map(|tool| tool.since.plus(DIALOG_OPENS_WITHIN));
        [doubt, dialog].into_iter().flatten().min()
    }

    /// Draws the conclusions that are due at `now`. Gives the moment that they are about, and why.
    pub(in crate::state) fn conclude(&mut self, now: Timestamp) -> Option<(Timestamp, Reason)> {
        if let Some(doubt) = self
            .doubt
            .take_if(|doubt| doubt.at.plus(RECOVERS_WITHIN) <= now)
        {
            let at = doubt.at;
            self.fail(*doubt);
            return Some((at, "nothing has overcome the error"));
        }
        let since = self.unsettled_question()?.since;
        if since.plus(DIALOG_OPENS_WITHIN) > now {
            return None;
        }
        self.settle_dialogs();
        if self.witness.latest.is_some() {
            self.witness.reread_at = Some(now);
            return None;
        }
        let wait = Wait {
            state: State::WaitingInput,
            since,
            seen: since,
            source: Source::Hook,
            confirmed: false,
        };
        self.infer(wait, None);
        Some((since, "the question was not refused"))
    }

    /// The turn has ended by a witness's word: with the error that was heard of last, if there was
    /// one. Was it no turn but the end of the one before that took its time (another Stop hook is
    /// waited for), that end stands. So does it where no hook told of anything while it was busy for a
    /// moment: that was a command of the person's, which the assistant carries out by itself. What takes
    /// longer is a turn whose hooks are not heard, and so is what begins with a prompt that was
    /// `prompted`, written down, then.
    pub(in crate::state) fn end_unheard(&mut self, at: Timestamp, prompted: Option<Timestamp>) {
        let (in_doubt, supposed) = (
            self.main.turn.in_doubt.take(),
            self.main.turn.supposed.take(),
        );
        let hooks_tell = !self.witness.stands_in;
        let is_short = at.since(self.main.turn.started) <= CARRIED_OUT_WITHIN;
        let started = self.main.turn.started;
        let is_prompt = prompted.is_some_and(|prompted| prompted.plus(PROMPTS_BEFORE) >= started);
        let is_command = is_short && !is_prompt;
        let known = supposed.filter(|before| hooks_tell && is_command && before.was_told());
        match (self.doubt.take(), in_doubt.or(known)) {
            (Some(doubt), _) => self.fail(*doubt),
            (None, Some(ended)) => self.end_as_before(*ended, at),
            (None, None) => self.interrupted(at, Source::Witness),
        }
    }

    /// There was no turn: everything is as it `ended` before, and has been since then.
    pub(in crate::state) fn end_as_before(&mut self, ended: Ended, at: Timestamp) {
        self.stands_since = Some(ended.since);
        self.main.end_as_before(ended, at);
    }

    fn fail(&mut self, doubt: PendingError) {
        self.requests.close_agent(None, doubt.at);
        self.main.close_turn(None, doubt.at);
        self.main.turn.failed = true;
        self.main
            .enter(State::Error, Some(Kind::TurnFailed), Source::Hook);
        self.main.message = doubt.message;
    }

    /// A question that was put and neither refused nor seen on the screen yet.
    pub(super) fn unsettled_question(&self) -> Option<&Tool> {
        let last = self.main.tools.last()?;
        let waits = last.asks() && !last.dialog_settled && self.requests.is_empty();
        Some(last).filter(|_| waits && self.attended)
    }
}
