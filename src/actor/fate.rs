//! What became of a request after its answer was given.
//!
//! Only that request tells, never what else its pane shows: while several queue, the dialog of another
//! one may have taken the screen (there are assistants that show the newest first) and swallowed the key.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::access::Access;
use super::dialog::{self, OnScreen};
use super::stop::Stop;
use crate::state::{Bound, Decision, Level, Row};

/// How long to wait between two looks at what became of an answer.
const PAUSE: Duration = Duration::from_millis(50);

/// How many looks: a busy machine takes seconds, and only what was dropped must be pressed again.
const LOOKS: usize = 60;

/// So many looks in a row a pane has to be without a dialog where no witness says more: between two
/// dialogs it may be so for a moment.
const BARE_LOOKS: usize = 6;

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered or withdrawn.
    Over,
    /// Its dialog is still there, or nothing can be seen.
    Open,
    /// Another dialog is on the screen, and nothing tells of this one.
    Covered,
    /// This one by its number among those that want just the same is over; `None`: it or one of those,
    /// and nothing tells which.
    Equal(Option<usize>),
}

impl Fate {
    /// Why nothing is known to be over; `None` when something is.
    pub(super) fn doubt(self) -> Option<Stop> {
        match self {
            Self::Over | Self::Equal(_) => None,
            Self::Open => Some(Stop::StillThere),
            Self::Covered => Some(Stop::Covered),
        }
    }
}

/// Watches for about three seconds what becomes of `bound`, which was answered with `decision` at
/// `answered`. `equals`: the open requests that want just the same, whose dialog it may have been. `note`
/// takes its row as it is meanwhile.
pub(crate) fn fate(
    bound: &Bound,
    equals: &[Bound],
    (decision, answered): (&Decision, Timestamp),
    access: &dyn Access,
    note: &dyn Fn(&Row),
) -> Fate {
    let mut watch = Watch {
        bound,
        equals,
        approved: (*decision == Decision::Approve).then_some(answered),
        access,
        note,
        bare: 0,
        fate: Fate::Open,
        is_one_over: false,
    };
    for _ in 0..LOOKS {
        access.wait(PAUSE);
        if let Some(fate) = watch.end() {
            return fate;
        }
    }
    if watch.is_one_over {
        Fate::Equal(None)
    } else {
        watch.fate
    }
}

struct Watch<'a> {
    bound: &'a Bound,
    equals: &'a [Bound],
    /// When it was approved, if it was.
    approved: Option<Timestamp>,
    access: &'a dyn Access,
    note: &'a dyn Fn(&Row),
    /// Looks in a row that found no dialog.
    bare: usize,
    /// As the last look found it.
    fate: Fate,
    /// Some look found it over, or one that wants just the same.
    is_one_over: bool,
}

impl Watch<'_> {
    /// How it has ended, once that is known.
    fn end(&mut self) -> Option<Fate> {
        if self.has_result(self.bound) || self.has_left_its_row() || self.has_left_the_screen() {
            return Some(Fate::Over);
        }
        if let Some(at) = self.equals.iter().position(|equal| self.has_result(equal)) {
            return Some(Fate::Equal(Some(at)));
        }
        // It is the same command whichever of them it was.
        self.is_one_over |= self.is_running();
        (self.is_one_over && self.equals.is_empty()).then_some(Fate::Over)
    }

    fn has_result(&self, bound: &Bound) -> bool {
        self.access.has_result(bound) == Some(true)
    }

    /// Whether just its command runs since it was approved.
    fn is_running(&self) -> bool {
        let since = self.approved;
        since.is_some_and(|since| self.access.runs(self.bound, since))
    }

    /// The collector's word: the same session, and this request is none of what it waits for.
    fn has_left_its_row(&self) -> bool {
        let row = self.access.row(&self.bound.row).ok().flatten();
        row.is_some_and(|row| {
            (self.note)(&row);
            self.bound.is_asked_by(&row) == Some(false)
        })
    }

    fn has_left_the_screen(&mut self) -> bool {
        let pane = self.access.look(self.bound);
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
        // The dialog of one that wants just the same follows after a moment.
        if self.bare
            < if self.equals.is_empty() {
                1
            } else {
                BARE_LOOKS
            }
        {
            return false;
        }
        match self.access.witness(self.bound) {
            Some(seen) => !matches!(seen.level, Level::WaitingApproval | Level::WaitingInput),
            None => self.bare >= BARE_LOOKS,
        }
    }
}
