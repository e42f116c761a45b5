//! What became of a request after its answer was given.
//!
//! Only that request tells, never what else its pane shows: while several queue, the dialog of another
//! one may have taken the screen (Claude Code 2.1.197 shows the newest first) and swallowed the key.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::dialog::{self, OnScreen};
use super::stop::Stop;
use super::world::World;
use crate::state::{Bound, Decision, Level};

/// How long to wait between two looks at what became of an answer.
const PAUSE: Duration = Duration::from_millis(50);

/// How many looks: a busy machine takes seconds, and only what was dropped must be pressed again.
const LOOKS: usize = 60;

/// So many looks in a row a pane has to be without a dialog where no witness says more: between two
/// dialogs it may be so for a moment.
const BARE_LOOKS: usize = 6;

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is answered or withdrawn.
    Over,
    /// Its dialog is still there, or nothing can be seen.
    Open,
    /// Another dialog is on the screen, and nothing tells of this one.
    Covered,
}

impl Fate {
    /// Why it is not known to be over; `None` when it is.
    pub(super) fn doubt(self) -> Option<Stop> {
        match self {
            Self::Over => None,
            Self::Open => Some(Stop::StillThere),
            Self::Covered => Some(Stop::Covered),
        }
    }
}

/// Watches for about three seconds what becomes of `bound`, which was answered with `decision` at
/// `answered`.
pub fn fate(bound: &Bound, decision: &Decision, answered: Timestamp, world: &dyn World) -> Fate {
    let mut watch = Watch {
        bound,
        approved: (*decision == Decision::Approve).then_some(answered),
        world,
        bare: 0,
        fate: Fate::Open,
    };
    for _ in 0..LOOKS {
        world.wait(PAUSE);
        if watch.is_over() {
            return Fate::Over;
        }
    }
    watch.fate
}

struct Watch<'a> {
    bound: &'a Bound,
    /// When it was approved, if it was.
    approved: Option<Timestamp>,
    world: &'a dyn World,
    /// Looks in a row that found no dialog.
    bare: usize,
    /// As the last look found it.
    fate: Fate,
}

impl Watch<'_> {
    fn is_over(&mut self) -> bool {
        self.world.has_result(self.bound) == Some(true)
            || self.is_running()
            || self.has_left_its_row()
            || self.has_left_the_screen()
    }

    /// Whether just its command runs since it was approved.
    fn is_running(&self) -> bool {
        let since = self.approved;
        since.is_some_and(|since| self.world.runs(self.bound, since))
    }

    /// The collector's word: the same session, and this request is none of what it waits for.
    fn has_left_its_row(&self) -> bool {
        let row = self.world.row(&self.bound.row);
        matches!(row, Ok(Some(row)) if self.bound.is_asked_by(&row) == Some(false))
    }

    fn has_left_the_screen(&mut self) -> bool {
        let pane = self.world.look(self.bound);
        let Some(pane) = pane.ok().filter(|pane| pane.unfit.is_none()) else {
            self.bare = 0;
            return false;
        };
        let shown = dialog::on_screen(self.bound, &pane);
        self.bare = if shown == OnScreen::Nothing {
            self.bare + 1
        } else {
            0
        };
        self.fate = match shown {
            OnScreen::Other => Fate::Covered,
            OnScreen::Its | OnScreen::Nothing => Fate::Open,
        };
        if !self.bound.assistant.habits().queues_dialogs {
            // Theirs come one after the other: what was pressed on has gone when it is not shown.
            return shown != OnScreen::Its;
        }
        if self.bare == 0 {
            return false;
        }
        match self.world.witness(self.bound) {
            Some(seen) => !matches!(seen.level, Level::WaitingApproval | Level::WaitingInput),
            None => self.bare >= BARE_LOOKS,
        }
    }
}
