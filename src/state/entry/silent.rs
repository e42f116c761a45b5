//! A row of which nothing was reported: that its process runs, and what that shows of itself.

use pane_patrol_hooks::event::{Kind, Source, State};

use super::Entry;
use super::witness::{Seen, Witness};
use crate::state::{Level, Present, Reading};

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
    /// says nothing of how that ended.
    pub(in crate::state) fn glimpse(&mut self, reading: &Reading) -> bool {
        let level = match reading.level {
            level @ (Level::Busy | Level::WaitingApproval | Level::WaitingInput) => Some(level),
            Level::Menu | Level::Moved | Level::Elsewhere | Level::Idle => None,
        };
        if self.witness.latest.map(|latest| latest.level) == level {
            return false;
        }
        self.clear_work(reading.seen);
        self.witness = Witness {
            latest: level.map(|level| Seen {
                level,
                written: reading.seen,
                read: reading.seen,
            }),
            ..Witness::default()
        };
        if level.is_some() {
            self.main.turn.open(None, reading.seen);
            let kind = Some(Kind::TurnStarted);
            self.main.enter(State::Running, kind, Source::Witness);
            self.main.message = None;
        } else {
            self.main.enter(State::Idle, None, Source::Witness);
            self.main.message = self.silent.as_deref().map(str::to_owned);
        }
        if let Some(wait) = self.witness.wait() {
            self.infer(wait, None);
        }
        true
    }
}
