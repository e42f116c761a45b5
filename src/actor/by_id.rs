//! Answering by the request's own id, through the assistant itself: there no dialog has to be compared, for the
//! assistant says which request waits, and what became of it.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::dialog::{self, OnScreen};
use super::digest::Shown;
use super::executor::Executor;
use super::keys::{Access as _, Outcome, once_it_waits};
use super::stop::Stop;
use crate::assistants;
use crate::assistants::facets::answers::Given;
use crate::state::{Bound, Decision};

/// How long to wait between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(50);

/// How many.
const LOOKS: usize = 40;

/// Said of an answer that took effect.
const DRAWN_STILL: &str = "its assistant says that it is over, and its dialog is drawn in its pane still: look there before you \
                           press a key";

impl Executor {
    /// What came of it; `None` where nobody takes this answer so: nothing was sent then, and keys may be pressed.
    /// `intend` writes down that it is about to be.
    pub(super) fn by_id(
        &self,
        bound: &Bound,
        decision: &Decision,
        (shown, expires): (&Shown, Option<Timestamp>),
        intend: &mut dyn FnMut(),
    ) -> Option<Outcome> {
        let answers = assistants::of(&bound.assistant)?.answers()?;
        // That an event names a session proves nothing: the pane has to show such an assistant.
        self.in_front(&self.row(&bound.row).ok()??)?;
        let home = self.homes.of(&bound.assistant, bound.home.as_deref());
        let channel = answers.reach(bound, decision, home.as_deref())?;
        intend();
        // To reach it has taken its time.
        if let Err(why) = self.still_asked(bound, decision, shown, expires) {
            return Some(why);
        }
        Some(match channel.answer() {
            Given::Done if self.is_drawn_still(bound) => Outcome::Beside(DRAWN_STILL.to_owned()),
            Given::Done => Outcome::Done,
            Given::Late(how) => how.map_or_else(|| self.late(bound), Outcome::Late),
            Given::Refused(why) => Outcome::Nothing(why),
            Given::Unknown(why) => Outcome::Unknown(why),
        })
    }

    /// Whether the dialog of what is over stands on the screen still, after as long as one takes to go.
    fn is_drawn_still(&self, bound: &Bound) -> bool {
        for _ in 0..LOOKS {
            let pane = self.look(bound).ok().filter(|pane| pane.unfit.is_none());
            if pane.is_none_or(|pane| dialog::on_screen(bound, &pane) != OnScreen::Its) {
                return false;
            }
            self.wait(PAUSE);
        }
        true
    }

    /// Everything again in the last moment: the time, the row, what was shown, the assistant's own word.
    fn still_asked(
        &self,
        bound: &Bound,
        decision: &Decision,
        shown: &Shown,
        expires: Option<Timestamp>,
    ) -> Result<(), Outcome> {
        let told = |stop: Stop| match stop {
            Stop::Answered => self.late(bound),
            other => Outcome::Nothing(other.to_string()),
        };
        let now = self.as_shown(bound, decision, shown);
        now.map_err(|why| self.refused(bound, &why))?;
        once_it_waits(bound, self).map_err(told)?;
        if self.has_result(bound) == Some(true) {
            return Err(self.late(bound));
        }
        if expires.is_some_and(|expires| expires <= self.now()) {
            return Err(told(Stop::Expired));
        }
        Ok(())
    }
}
