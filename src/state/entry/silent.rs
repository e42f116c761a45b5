//! A row of which nothing was reported: that its process runs, and what that shows of itself.

use std::time::Duration;

use pane_patrol_hooks::event::{Kind, Source, State};

use super::Entry;
use super::witness::{Seen, Witness};
use crate::state::{Level, Present, Reading};

/// What is drawn may lag so far behind a status record.
const OUTLIVES: Duration = Duration::from_millis(1200);

impl Entry {
    /// Nothing is known of it but what is seen of its process.
    pub(in crate::state) fn be_silent(&mut self, it: &Present) {
        self.silent = Some(it.why.as_str().into());
        self.pid = Some(it.pid);
        self.cwd.clone_from(&it.cwd);
        self.main.message = Some(it.why.clone());
        self.be_witnessed();
    }

    /// What is known of it until something else is heard was seen, and not reported.
    pub(in crate::state) fn be_witnessed(&mut self) {
        self.main.source = Source::Witness;
    }

    /// Whether it neither reports nor shows what it does.
    pub(super) fn is_mute(&self) -> bool {
        self.silent.is_some() && self.witness.latest.is_none()
    }

    /// Takes what a silent one shows for all that it does; whether that is news. That it shows no work
    /// says nothing of how that ended, but a status record may.
    pub(in crate::state) fn glimpse(&mut self, reading: &Reading) -> bool {
        let shows = matches!(
            reading.level,
            Level::Busy | Level::WaitingApproval | Level::WaitingInput
        );
        let tells = shows || reading.by_record;
        let known = self.witness.latest;
        let is_less = !reading.by_record
            && known.is_some_and(|known| {
                known.by_record && (!shows || reading.seen.since(known.written) < OUTLIVES)
            });
        if is_less || known.map(|known| known.level) == tells.then_some(reading.level) {
            return false;
        }
        self.clear_work(reading.seen);
        self.witness = Witness {
            latest: tells.then(|| Seen::of(reading)),
            ..Witness::default()
        };
        self.main.message.clone_from(&reading.detail);
        match reading.level {
            Level::Done => self.enter_seen(State::Completed, Some(Kind::TurnFinished)),
            Level::Failed => self.enter_seen(State::Error, Some(Kind::TurnFailed)),
            _ if shows => {
                self.main.turn.open(None, reading.seen);
                self.enter_seen(State::Running, Some(Kind::TurnStarted));
            }
            _ => {
                self.enter_seen(State::Idle, None);
                self.main.message = self.silent.as_deref().map(str::to_owned);
            }
        }
        if let Some(wait) = self.witness.wait() {
            self.infer(wait, reading.detail.clone());
        }
        true
    }

    fn enter_seen(&mut self, state: State, kind: Option<Kind>) {
        self.main.enter(state, kind, Source::Witness);
    }
}
