//! Looking: the row, what the assistant says of itself, the pane, and the dialog on it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Access, Pane, Seen};
use crate::actor::dialog::{self, Dialog, Refusal};
use crate::actor::opening::may_open;
use crate::actor::rest;
use crate::actor::stop::Stop;
use crate::state::{Bound, Level, Request, Row};

/// Claude takes a key that comes within about 150 ms of its dialog for a move of the cursor, or drops
/// it. So long a dialog has to have been on the screen.
const SETTLED: Duration = Duration::from_millis(300);

/// A request may be on the screen for up to a second before the assistant's own record holds it. So
/// long a dialog has to have been there where another agent may just have asked.
const WRITTEN: Duration = Duration::from_millis(1_200);

/// How often a dialog that is still being drawn is looked at again.
const SETTLING: usize = 5;

/// A request of this age has had its dialog on the screen for long enough, on whatever machine.
const OLD: Duration = Duration::from_secs(3);

/// How long to wait between two looks.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// How many looks for something that is about to come: about a second, twenty times what Claude needs.
const LOOKS: usize = 20;

/// How many for the dialog of a new request: some assistants say that they wait, in the stream of their terminal,
/// up to a second before they draw what they ask (measured).
const LOOKS_FOR_NEW: usize = 40;

/// How often it is tried again when tmux has not pressed: another part of the screen may have moved.
pub(super) const TRIES: usize = 4;

/// What the assistant says of itself once it says that it waits; a hook reports a request a while
/// before that. The error says why it does not wait.
pub(crate) fn once_it_waits(bound: &Bound, access: &dyn Access) -> Result<Option<Seen>, Stop> {
    let act = Act::new(bound, access, None);
    let mut seen = act.seen();
    for _ in 0..LOOKS {
        if seen != Err(Stop::Answered) {
            break;
        }
        access.wait(PAUSE);
        seen = act.seen();
    }
    seen
}

/// What was seen immediately before a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scene {
    pub(super) seen: Option<Seen>,
    pub(super) view: View,
    /// Another request that waits reads the same.
    pub(super) has_lookalike: bool,
    /// The open requests that want just the same.
    pub(super) equals: Vec<Bound>,
}

/// A dialog, and the pane it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) dialog: Dialog,
    pub(super) pane: Pane,
}

impl Scene {
    /// Whether both show the same dialog, wherever its cursor is, and the assistant has not moved.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let still = |scene: &Self| {
            let mut dialog = scene.view.dialog.clone();
            dialog.selected = None;
            dialog.first = 0;
            dialog.lines.clear();
            dialog
                .options
                .iter_mut()
                .for_each(|option| option.line.clear());
            (scene.seen.clone(), dialog)
        };
        still(self) == still(other)
    }
}

pub(super) struct Act<'a> {
    pub(super) bound: &'a Bound,
    pub(super) access: &'a dyn Access,
    /// From then on no first key is pressed.
    pub(super) expires: Option<Timestamp>,
    /// What its row was seen to wait for besides, and whether that had ended before any key.
    pub(super) beside: RefCell<Vec<(Request, bool)>>,
    /// A key was pressed.
    pub(super) has_pressed: Cell<bool>,
}

impl<'a> Act<'a> {
    pub(super) fn new(
        bound: &'a Bound,
        access: &'a dyn Access,
        expires: Option<Timestamp>,
    ) -> Self {
        Self {
            bound,
            access,
            expires,
            beside: RefCell::default(),
            has_pressed: Cell::new(false),
        }
    }
}

impl Act<'_> {
    /// The scene once it has settled. A busy machine draws the dialog a while after it was reported;
    /// nothing else is waited for.
    pub(super) fn first_scene(&self) -> Result<Scene, Stop> {
        let is_new = self.bound.age(self.access.now()) < OLD;
        if is_new {
            once_it_waits(self.bound, self.access)?;
        }
        let mut scene = self.scene(&[1]);
        let looks = if is_new { LOOKS_FOR_NEW } else { LOOKS };
        for _ in 0..looks {
            if !matches!(scene, Err(Stop::Refused(Refusal::NoDialog))) {
                break;
            }
            self.access.wait(PAUSE);
            scene = self.scene(&[1]);
        }
        let settled = match self.access.has_company(self.bound) {
            true => WRITTEN,
            false if is_new => SETTLED,
            false => return scene,
        };
        let mut scene = scene?;
        for _ in 0..SETTLING {
            self.access.wait(settled);
            let now = self.scene(&[1])?;
            if now.seen == scene.seen && now.view.dialog == scene.view.dialog {
                return Ok(now);
            }
            // A diff is drawn line by line.
            scene = now;
        }
        Err(Stop::KeepsChanging)
    }

    /// Everything again: the row, the assistant's own word, the pane, the dialog. `cursor`: where the cursor may be.
    /// The error says what differs.
    pub(super) fn scene(&self, cursor: &[u8]) -> Result<Scene, Stop> {
        let row = self.access.row(&self.bound.row)?;
        if let Some(difference) = self.bound.difference(row.as_ref()) {
            let asks_nothing = row.is_some_and(|row| {
                row.waiting.is_empty() && self.bound.is_asked_by(&row) == Some(false)
            });
            return Err(if asks_nothing {
                Stop::Answered
            } else {
                Stop::OtherRequest(difference)
            });
        }
        if let Some(row) = &row {
            self.note(row);
        }
        let seen = self.seen()?;
        // The collector may not have heard yet that somebody has answered.
        if self.access.has_result(self.bound) == Some(true) {
            return Err(Stop::Answered);
        }
        let view = self.view();
        let view = view.map_err(|stop| self.naming_the_other(stop, row.as_ref()))?;
        let others = self.others(row.as_ref());
        self.told_apart(&view.dialog, &others)?;
        let is_there = |at: u8| cursor.contains(&at);
        if !view.dialog.selected.is_some_and(is_there) || !view.dialog.untouched {
            return Err(Stop::Touched);
        }
        Ok(Scene {
            has_lookalike: dialog::has_lookalike(&view.dialog, self.bound, &others),
            equals: self.open_equals(others),
            seen,
            view,
        })
    }

    /// What the assistant says of itself, if it says that it waits.
    fn seen(&self) -> Result<Option<Seen>, Stop> {
        let seen = self.access.witness(self.bound);
        if let Some(seen) = &seen {
            if seen.instance_id.is_some() && seen.instance_id != self.bound.instance_id {
                return Err(Stop::OtherSession);
            }
            if !matches!(seen.level, Level::WaitingApproval | Level::WaitingInput) {
                return Err(Stop::Answered);
            }
        }
        Ok(seen)
    }

    /// The dialog of this very request, in a pane that takes keys.
    fn view(&self) -> Result<View, Stop> {
        let pane = self.access.look(self.bound).map_err(Stop::Pane)?;
        if let Some(words) = pane.unfit {
            return Err(Stop::Unfit(words));
        }
        let dialog = dialog::shown(self.bound, &pane)?;
        Ok(View { dialog, pane })
    }

    /// All else that the assistant may ask: what its row waits for still, and what nobody has told of. Of
    /// what a person has dismissed in the pane no hook tells.
    fn others(&self, row: Option<&Row>) -> Vec<Bound> {
        let told = row.map(|row| dialog::others(self.bound, row));
        let told = told.into_iter().flatten();
        let told = told.filter(|other| self.access.has_result(other) != Some(true));
        let mut others: Vec<Bound> = told.map(|other| self.access.in_full(other)).collect();
        let open = self.access.open_calls(self.bound);
        others.extend(dialog::unheard(self.bound, &others, open));
        others
    }

    /// Those of `others` that want just the same and have no result.
    fn open_equals(&self, others: Vec<Bound>) -> Vec<Bound> {
        let is_equal = |other: &Bound| {
            dialog::is_same(self.bound, other) && self.access.has_result(other) != Some(true)
        };
        others.into_iter().filter(is_equal).collect()
    }

    /// `stop`, or better that the dialog on the screen is that of another request which waits, too.
    fn naming_the_other(&self, stop: Stop, row: Option<&Row>) -> Stop {
        if !matches!(
            stop,
            Stop::Refused(
                Refusal::OtherDialog
                    | Refusal::Differs(_)
                    | Refusal::ShownAsChange
                    | Refusal::Rewritten(_)
                    | Refusal::LeftOut(_)
            )
        ) {
            return stop;
        }
        let Ok(pane) = self.access.look(self.bound) else {
            return stop;
        };
        let is_told = |other: &Bound| row.is_some_and(|row| other.is_asked_by(row) == Some(true));
        let mut others = self.others(row);
        let shown = others.iter().map(|other| dialog::shown(other, &pane));
        let shown = shown
            .enumerate()
            .find_map(|(at, shown)| Some((at, shown.ok()?)));
        let Some((at, dialog)) = shown else {
            return stop;
        };
        let other = others.swap_remove(at);
        others.push(self.bound.clone());
        match dialog::tell_apart(&dialog, &other, &others) {
            Ok(()) => Stop::other(&other, self.bound, is_told(&other)),
            Err(twins) => Stop::Refused(twins),
        }
    }

    /// The same view once the assistant would take a key at once.
    pub(super) fn at_rest(&self, view: &View) -> Result<View, Stop> {
        let mut view = view.clone();
        if !dialog::drops_early_keys(&self.bound.assistant) {
            return Ok(view);
        }
        for _ in 0..TRIES {
            if rest::is_at_rest(self.bound, self.access)? {
                return Ok(view);
            }
            // What it worked at may be on its screen by now.
            let now = self.view()?;
            if now.dialog != view.dialog {
                return Err(Stop::LastMoment);
            }
            view = self.still(now)?;
        }
        Err(Stop::Busy)
    }

    /// That `dialog` is of no other one that is open, and that none is about to open.
    fn told_apart(&self, dialog: &Dialog, others: &[Bound]) -> Result<(), Stop> {
        dialog::tell_apart(dialog, self.bound, others)?;
        let now = self.access.now();
        let is_late = dialog::drops_early_keys(&self.bound.assistant);
        if is_late && others.iter().any(|other| may_open(other, now)) {
            return Err(Stop::Opening);
        }
        Ok(())
    }

    /// Waits for the dialog to look so, and sees to it that it is still this request's and no other's:
    /// one that looks the same may have taken the screen between two keys.
    pub(super) fn until(
        &self,
        stuck: &'static str,
        holds: impl Fn(&Dialog) -> bool,
    ) -> Result<View, Stop> {
        for _ in 0..LOOKS {
            if let Ok(view) = self.view()
                && holds(&view.dialog)
            {
                match self.still(view) {
                    // It was still being drawn.
                    Err(Stop::Changed) => {}
                    still => return still,
                }
            }
            self.access.wait(PAUSE);
        }
        Err(Stop::Stuck(stuck))
    }

    fn still(&self, mut view: View) -> Result<View, Stop> {
        if self.access.has_company(self.bound) {
            self.access.wait(WRITTEN);
            let now = self.view()?;
            if now.dialog != view.dialog {
                return Err(Stop::Changed);
            }
            view = now;
        }
        let row = self.access.row(&self.bound.row)?;
        if let Some(difference) = self.bound.difference(row.as_ref()) {
            return Err(Stop::OtherRequest(difference));
        }
        if self.access.has_result(self.bound) == Some(true) {
            return Err(Stop::Answered);
        }
        self.told_apart(&view.dialog, &self.others(row.as_ref()))?;
        Ok(view)
    }
}
