//! Answering by keys, through tmux: look, compare, press once, see what became of it.
//!
//! A key that reaches anything but the dialog it was meant for may approve what nobody has read. So
//! the row is read again, then what the assistant says of itself, then the screen; and the key is
//! handed to tmux with a [`Guard`] that tmux checks in the same moment in which it presses.

use std::time::Duration;

use pane_patrol_hooks::text::printable;
use pane_patrol_hooks::timestamp::Timestamp;

pub use super::access::{Access, Seen};
pub use super::dialog::Pane;
use super::dialog::{self, Dialog, Kind, Refusal};
use super::equal::Equal;
use super::fate::{Fate, fate};
use super::opening::may_open;
use super::rest;
use super::stop::Stop;
use crate::mux;
pub use crate::mux::{Guard, Press, Pressed};
use crate::state::{Bound, Decision, Level, Pick, Row};

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
const PAUSE: Duration = Duration::from_millis(50);

/// How many looks for something that is about to come: about a second, twenty times what Claude needs.
const LOOKS: usize = 20;

/// How options begin that open something to write in.
const WRITES: [&str; 5] = [
    "Type something",
    "Chat about this",
    "Type your own answer",
    "Enter a custom value",
    "None of the above",
];

/// So much of a message is looked for in the dialog: a narrow pane wraps the rest.
const MAX_SEEN: usize = 12;

/// No message that is typed is longer than this, in characters, however large the pane is.
const LONGEST_LIMIT: usize = 500;

/// So many characters fit wherever the dialog does.
const SHORTEST_LIMIT: usize = 40;

/// How often it is tried again when tmux has not pressed: another part of the screen may have moved.
const TRIES: usize = 4;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The dialog has gone.
    Done,
    /// A dialog has gone that may have been the one of a request that wants just the same.
    Equal(Equal),
    /// No key was pressed; says why.
    Nothing(String),
    /// A key was pressed, and what became of it is not known; says what was seen.
    Unknown(String),
}

/// Answers `bound` with `decision`, or does nothing and says why.
pub fn carry_out(bound: &Bound, decision: &Decision, access: &dyn Access) -> Outcome {
    carry_out_until(None, bound, decision, access)
}

/// The same, if the first key is pressed before that moment.
pub fn carry_out_until(
    expires: Option<Timestamp>,
    bound: &Bound,
    decision: &Decision,
    access: &dyn Access,
) -> Outcome {
    if !dialog::knows(&bound.assistant) {
        let words = format!("keys of {} are not known; go there", bound.assistant);
        return Outcome::Nothing(words);
    }
    if asks_several(bound) {
        let words = "it asks several questions at once; go there";
        return Outcome::Nothing(words.to_owned());
    }
    let act = Act {
        bound,
        access,
        expires,
    };
    let outcome = match decision {
        Decision::Deny {
            message: Some(message),
        } => act.deny_with(message),
        _ => act.press_option(decision),
    };
    outcome.unwrap_or_else(|outcome| outcome)
}

/// `Which? (+1 more)`
fn asks_several(bound: &Bound) -> bool {
    let message = bound.request.message.as_deref().unwrap_or_default();
    bound.is_question() && message.contains(" (+") && message.ends_with(" more)")
}

/// What the assistant says of itself once it says that it waits; a hook reports a request a while
/// before that. The error says why it does not wait.
pub fn once_it_waits(bound: &Bound, access: &dyn Access) -> Result<Option<Seen>, Stop> {
    let act = Act {
        bound,
        access,
        expires: None,
    };
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
struct Scene {
    seen: Option<Seen>,
    view: View,
    /// Another request that waits reads the same.
    has_lookalike: bool,
    /// The open requests that want just the same.
    equals: Vec<Bound>,
}

/// A dialog, and the pane it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    dialog: Dialog,
    pane: Pane,
}

impl Scene {
    /// Whether both show the same dialog, wherever its cursor is, and the assistant has not moved.
    fn is_as(&self, other: &Self) -> bool {
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

struct Act<'a> {
    bound: &'a Bound,
    access: &'a dyn Access,
    /// From then on no first key is pressed.
    expires: Option<Timestamp>,
}

impl Act<'_> {
    /// One key, once; where early ones are dropped, a second time when all of it is as it
    /// was, and it is surely the same request.
    fn press_option(&self, decision: &Decision) -> Result<Outcome, Outcome> {
        let (before, number, pressed) = self.press_first(decision).map_err(nothing)?;
        let doubt = match self.end(decision, pressed, &before.equals) {
            Ok(outcome) => return Ok(outcome),
            Err(doubt) => doubt,
        };
        if !dialog::drops_early_keys(&self.bound.assistant) || doubt == Stop::Covered {
            return Err(unknown(doubt));
        }
        // What came too early at most moved the cursor: all else must be as it was.
        let again = self.scene(&[1, number]).map_err(unknown)?;
        // One that reads the same may have followed; and only the assistant's own record tells that
        // it is still this one.
        if before.has_lookalike || again.has_lookalike {
            return Err(unknown(Stop::MayBeAnother));
        }
        if !again.is_as(&before) {
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
        let fate = fate(self.bound, equals, decision, pressed, self.access);
        match (fate.doubt(), fate) {
            (Some(doubt), _) => Err(doubt),
            (None, Fate::Equal(which)) => {
                let which = which.and_then(|at| equals.get(at));
                Ok(Outcome::Equal(Equal::of(self.bound, which, decision)))
            }
            (None, _) => Ok(Outcome::Done),
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
    fn deny_with(&self, message: &str) -> Result<Outcome, Outcome> {
        if !is_plain_line(message) {
            return Err(nothing(Stop::NotOneLine));
        }
        let before = self.first_scene().map_err(nothing)?;
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
        self.press(&Press::Key("Up"), &before.view)
            .map_err(nothing)?;
        let on_no = self
            .until("the cursor did not go to \"No\"", |dialog| {
                dialog.selected == Some(no)
            })
            .map_err(unknown)?;
        self.press(&Press::Key("Tab"), &on_no).map_err(unknown)?;
        let writing = self
            .until("\"No\" did not take a message", |dialog| {
                dialog.selected == Some(no) && !dialog.untouched
            })
            .map_err(unknown)?;
        let text = Press::Text(message.to_owned());
        self.press(&text, &writing).map_err(unknown)?;
        let written = self
            .until("the message did not appear in the dialog", |dialog| {
                dialog.selected == Some(no) && has_begun(dialog, message)
            })
            .map_err(unknown)?;
        let sent = self.press(&Press::Key("Enter"), &written);
        let sent = sent.map_err(unknown)?;
        let denied = Decision::Deny {
            message: Some(message.to_owned()),
        };
        self.end(&denied, sent, &before.equals).map_err(unknown)
    }

    /// The scene once it has settled. A busy machine draws the dialog a while after it was reported;
    /// nothing else is waited for.
    fn first_scene(&self) -> Result<Scene, Stop> {
        let is_new = self.bound.age(self.access.now()) < OLD;
        if is_new {
            once_it_waits(self.bound, self.access)?;
        }
        let mut scene = self.scene(&[1]);
        for _ in 0..LOOKS {
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
    fn scene(&self, cursor: &[u8]) -> Result<Scene, Stop> {
        let row = self.access.row(&self.bound.row)?;
        if let Some(difference) = self.bound.difference(row.as_ref()) {
            return Err(Stop::OtherRequest(difference));
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

    /// All else that the assistant may ask: what its row waits for, and what nobody has told of.
    fn others(&self, row: Option<&Row>) -> Vec<Bound> {
        let told = row.map(|row| dialog::others(self.bound, row));
        let told = told.into_iter().flatten();
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
            Pressed::Yes => Ok(began),
            Pressed::No => Err(Stop::LastMoment),
        }
    }

    /// The same view once the assistant would take a key at once.
    fn at_rest(&self, view: &View) -> Result<View, Stop> {
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
    fn until(&self, stuck: &'static str, holds: impl Fn(&Dialog) -> bool) -> Result<View, Stop> {
        for _ in 0..LOOKS {
            if let Ok(view) = self.view()
                && holds(&view.dialog)
            {
                return self.still(view);
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

fn nothing(stop: Stop) -> Outcome {
    match stop {
        Stop::Unsure(why) => Outcome::Unknown(why),
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
    let screen = super::colours::without(&pane.screen);
    Guard {
        screen: screen
            .lines()
            .map(|line| line.trim_end_matches(' ').to_owned())
            .collect(),
        rows: dialog.first..dialog.first + dialog.lines.len(),
        stamp: pane.stamp.clone(),
    }
}

/// Whether all of it is seen when it stands in the dialog, on one line.
fn is_plain_line(message: &str) -> bool {
    let is_seen = printable(message) == message && !message.contains(['\t', '\n', '\r']);
    is_seen && !message.trim().is_empty()
}

/// So much may be written into a dialog that is to be seen with it in that pane, in characters.
fn longest_message(pane: &Pane) -> usize {
    let cells = pane.width * pane.screen.lines().count();
    (cells / 4).clamp(SHORTEST_LIMIT, LONGEST_LIMIT)
}

/// Whether the last option holds the beginning of what was written into it.
fn has_begun(dialog: &Dialog, message: &str) -> bool {
    let first_word = message.split_whitespace().next().unwrap_or_default();
    let beginning: String = first_word.chars().take(MAX_SEEN).collect();
    dialog
        .options
        .last()
        .and_then(|option| option.label.strip_prefix("No, "))
        .is_some_and(|written| written.starts_with(&beginning))
}

/// The digit for a decision. The error says why there is none.
fn number_for(decision: &Decision, dialog: &Dialog) -> Result<u8, Stop> {
    match (decision, dialog.kind) {
        (Decision::Approve, Kind::Permission) => {
            dialog.yes().ok_or(Stop::NoSuchOption("plain \"Yes\""))
        }
        (Decision::Deny { .. }, Kind::Permission) => {
            dialog.no().ok_or(Stop::NoSuchOption("\"No\""))
        }
        (Decision::Answer(pick), Kind::Question) => pick_option(pick, dialog),
        (Decision::Answer(_), Kind::Permission) => {
            Err(Stop::Wrong("it wants approval: use approve or deny"))
        }
        (_, Kind::Question) => Err(Stop::Wrong("it asks a question: use answer")),
    }
}

/// Options that open something to write in, or take more than one, are for the person in the pane.
fn pick_option(pick: &Pick, dialog: &Dialog) -> Result<u8, Stop> {
    let is_plain = |label: &str| {
        !label.starts_with('[') && !WRITES.iter().any(|words| label.starts_with(words))
    };
    if dialog
        .options
        .iter()
        .any(|option| option.label.starts_with('['))
    {
        return Err(Stop::Wrong("several may be chosen; go there"));
    }
    let found = dialog.options.iter().find(|option| match pick {
        Pick::Number(number) => option.number == *number,
        Pick::Label(label) => option.label.eq_ignore_ascii_case(label),
    });
    match found {
        Some(option) if is_plain(&option.label) => Ok(option.number),
        Some(_) => Err(Stop::Wrong("that option wants a text; go there")),
        None => {
            let labels: Vec<String> = dialog
                .options
                .iter()
                .filter(|option| is_plain(&option.label))
                .map(|option| format!("{} {}", option.number, option.label))
                .collect();
            Err(Stop::OtherOptions(labels.join(", ")))
        }
    }
}
