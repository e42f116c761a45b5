//! Pressing: one key for a decision, or the few that a denial with words needs, and what became of it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::choice::number_for;
use super::look::{Act, PAUSE, Scene, TRIES, View};
use super::message::{has_begun, is_plain_line, longest_message};
use super::{Guard, Outcome, Press, Pressed};
use crate::actor::answered::{Answered, FEW, answered};
use crate::actor::colours;
use crate::actor::dialog::{self, Dialog};
use crate::actor::equal::Equal;
use crate::actor::fate::{Fate, fate};
use crate::actor::late;
use crate::actor::stop::Stop;
use crate::mux;
use crate::state::{Bound, Decision, Row};

impl Act<'_> {
    /// One key, once; where early ones are dropped, a second time when all of it is as it
    /// was, and it is surely the same request.
    pub(super) fn press_option(&self, decision: &Decision) -> Result<Outcome, Outcome> {
        let (before, number, pressed) = self.press_first(decision).map_err(nothing)?;
        let doubt = match self.end(decision, pressed, &before.equals) {
            Ok(outcome) => return Ok(outcome),
            Err(doubt) => doubt,
        };
        let outcome = self.press_again(decision, (&before, number), doubt);
        let outcome = outcome.unwrap_or_else(|outcome| outcome);
        Ok(self.telling_of_others(outcome, pressed))
    }

    /// What comes of it after a key that has not ended it, for `doubt`.
    fn press_again(
        &self,
        decision: &Decision,
        (before, number): (&Scene, u8),
        doubt: Stop,
    ) -> Result<Outcome, Outcome> {
        let is_over = matches!(doubt, Stop::ByOthers(_));
        if is_over || !dialog::drops_early_keys(&self.bound.assistant) || doubt == Stop::Covered {
            return Err(unknown(doubt));
        }
        // What came too early at most moved the cursor: all else must be as it was.
        let again = self.scene(&[1, number]).map_err(unknown)?;
        // One that reads the same may have followed; and only the assistant's own record tells that
        // it is still this one.
        if before.has_lookalike || again.has_lookalike {
            return Err(unknown(Stop::MayBeAnother));
        }
        if !again.is_as(before) {
            return Err(unknown(Stop::Changed));
        }
        if self.access.has_result(self.bound) != Some(false) {
            return Err(unknown(Stop::StillThere));
        }
        let pressed = self.press_number(number, &again.view).map_err(unknown)?;
        self.end(decision, pressed, &again.equals).map_err(unknown)
    }

    /// How it has ended. The error says why nobody knows that yet.
    fn end(
        &self,
        decision: &Decision,
        pressed: Timestamp,
        equals: &[Bound],
    ) -> Result<Outcome, Stop> {
        let note = |row: &Row| self.note(row);
        let fate = fate(self.bound, equals, (decision, pressed), self.access, &note);
        match (fate.doubt(), fate) {
            (Some(doubt), _) => Err(doubt),
            (None, Fate::Equal(which)) => {
                let which = which.and_then(|at| equals.get(at));
                Ok(Outcome::Equal(Equal::of(self.bound, which, decision)))
            }
            (None, _) => match self.as_decided(decision) {
                Ok(()) => Ok(Outcome::Done),
                Err(otherwise) => {
                    self.until_others_tell(pressed);
                    Err(otherwise)
                }
            },
        }
    }

    /// Whether it was answered as was decided: somebody may have done so in the pane in the same moment, and then
    /// the key went elsewhere. Where no record tells, or what was approved runs, nothing is waited for.
    fn as_decided(&self, decision: &Decision) -> Result<(), Stop> {
        if self.access.has_result(self.bound).is_none() {
            return Ok(());
        }
        match answered(self.bound, decision, FEW, self.access) {
            Answered::AsDecided | Answered::Untold => Ok(()),
            Answered::Otherwise(how) => Err(Stop::ByOthers(late::how(&how))),
        }
    }

    /// Presses for the decision; again only where tmux says that it has not pressed.
    fn press_first(&self, decision: &Decision) -> Result<(Scene, u8, Timestamp), Stop> {
        let mut scene = self.first_scene()?;
        let mut tries = 1;
        loop {
            let number = number_for(decision, &scene.view.dialog)?;
            self.in_time()?;
            match self.press_number(number, &scene.view) {
                Err(Stop::LastMoment) if tries < TRIES => tries += 1,
                pressed => return pressed.map(|pressed| (scene, number, pressed)),
            }
            self.access.wait(PAUSE);
            scene = self.scene(&[1])?;
        }
    }

    /// To "No", amend it, write, send. Nothing of it answers before the last key.
    pub(super) fn deny_with(&self, message: &str) -> Result<Outcome, Outcome> {
        if !is_plain_line(message) {
            return Err(nothing(Stop::NotOneLine));
        }
        let mut before = self.first_scene().map_err(nothing)?;
        let most = longest_message(&before.view.pane);
        if message.chars().count() > most {
            return Err(nothing(Stop::TooLong(most)));
        }
        if !before.view.dialog.takes_words {
            return Err(nothing(Stop::NoMessages));
        }
        let no = before.view.dialog.no();
        let no = no.ok_or_else(|| nothing(Stop::NoSuchOption("\"No\"")))?;
        self.in_time().map_err(nothing)?;
        self.press_up(&mut before)?;
        let is_on_no = |dialog: &Dialog| dialog.selected == Some(no);
        let missed = "the cursor did not go to \"No\"";
        self.press_when(&Press::Key("Tab"), missed, is_on_no)?;
        let text = Press::Text(message.to_owned());
        let missed = "\"No\" did not take a message";
        let is_writing = |dialog: &Dialog| is_on_no(dialog) && !dialog.untouched;
        self.press_when(&text, missed, is_writing)?;
        let missed = "the message did not appear in the dialog";
        let is_written = |dialog: &Dialog| is_on_no(dialog) && has_begun(dialog, message);
        let sent = self.press_when(&Press::Key("Enter"), missed, is_written)?;
        let denied = Decision::Deny {
            message: Some(message.to_owned()),
        };
        let ended = self.end(&denied, sent, &before.equals);
        ended.map_err(|doubt| self.telling_of_others(unknown(doubt), sent))
    }

    /// Moves the cursor off the first option; again only where tmux says that it has not pressed.
    fn press_up(&self, before: &mut Scene) -> Result<(), Outcome> {
        for _ in 1..TRIES {
            match self.press(&Press::Key("Up"), &before.view) {
                Err(Stop::LastMoment) => {}
                pressed => return pressed.map(drop).map_err(nothing),
            }
            self.access.wait(PAUSE);
            *before = self.scene(&[1]).map_err(nothing)?;
        }
        let pressed = self.press(&Press::Key("Up"), &before.view);
        pressed.map(drop).map_err(nothing)
    }

    /// Presses once the dialog looks so; again, once it does, where tmux says that it has not pressed: the
    /// assistant may still have been drawing.
    fn press_when(
        &self,
        press: &Press,
        missed: &'static str,
        holds: impl Fn(&Dialog) -> bool,
    ) -> Result<Timestamp, Outcome> {
        let mut tries = 1;
        loop {
            let view = self.until(missed, &holds).map_err(unknown)?;
            match self.press(press, &view) {
                Err(Stop::LastMoment) if tries < TRIES => tries += 1,
                pressed => return pressed.map_err(unknown),
            }
            self.access.wait(PAUSE);
        }
    }

    /// What is pressed for the option of this number.
    fn press_number(&self, number: u8, view: &View) -> Result<Timestamp, Stop> {
        let option = view.dialog.option(number);
        let option = option.ok_or(Stop::NoSuchOption("such option"))?;
        let press = option.press.as_ref().ok_or(Stop::NoKey)?;
        self.press(press, view)
    }

    fn in_time(&self) -> Result<(), Stop> {
        let now = self.access.now();
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(Stop::Expired);
        }
        Ok(())
    }

    /// The moment before it was pressed.
    fn press(&self, press: &Press, view: &View) -> Result<Timestamp, Stop> {
        let view = &self.at_rest(view)?;
        let began = self.access.now();
        let pressed = self.access.press(self.bound, press, &guard(view));
        let stop = |undone| match undone {
            mux::Undone::Unknown(why) => Stop::Unsure(why),
            other => Stop::Pane(other),
        };
        match pressed.map_err(stop)? {
            Pressed::Yes => {
                self.has_pressed.set(true);
                Ok(began)
            }
            Pressed::No => Err(Stop::LastMoment),
        }
    }
}

fn nothing(stop: Stop) -> Outcome {
    match stop {
        Stop::Unsure(why) => Outcome::Unknown(why),
        Stop::Answered => Outcome::Late(late::SOMEHOW.to_owned()),
        other => Outcome::Nothing(other.to_string()),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn unknown(stop: Stop) -> Outcome {
    Outcome::Unknown(stop.to_string())
}

/// The pane as it was seen, and where the dialog stands in it.
fn guard(view: &View) -> Guard {
    let View { dialog, pane } = view;
    let screen = colours::without(&pane.screen);
    Guard {
        screen: screen
            .lines()
            .map(|line| line.trim_end_matches(' ').to_owned())
            .collect(),
        rows: dialog.first..dialog.first + dialog.lines.len(),
        stamp: pane.stamp.clone(),
    }
}
