//! Answering by keys, through tmux: look, compare, press once, see what became of it.
//!
//! A key that reaches anything but the dialog it was meant for may approve what nobody has read. So
//! the row is read again, then what the assistant says of itself, then the screen; and the key is
//! handed to tmux with a [`Guard`] that tmux checks in the same moment in which it presses.

use std::time::Duration;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::timestamp::Timestamp;

pub use super::dialog::Press;
use super::dialog::{self, Choice, Dialog, Kind};
use super::request::{Bound, Decision, Pick};
use crate::state::{Level, Row};

/// Claude takes a key that comes within about 150 ms of its dialog for a move of the cursor, or drops
/// it. So long a dialog has to have been on the screen.
const SETTLED: Duration = Duration::from_millis(300);

/// How often a dialog that is still being drawn is looked at again.
const SETTLING: usize = 5;

/// A request of this age has had its dialog on the screen for long enough, on whatever machine.
const OLD: Duration = Duration::from_secs(3);

/// How long to wait between two looks at what became of a key.
const PAUSE: Duration = Duration::from_millis(50);

/// How many looks for something that is about to come: about a second, twenty times what Claude needs.
const LOOKS: usize = 20;

/// How many looks at what became of a key: a busy machine takes seconds, and only what was dropped
/// must be pressed again.
const PATIENT_LOOKS: usize = 60;

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

/// Said when the screen shows nothing that could be answered.
const NO_DIALOG: &str = "no dialog that is known is on the screen; go there";

/// Said when the screen shows the end of a dialog.
const TOO_TALL: &str = "its dialog is taller than its pane, so it cannot be compared; go there";

/// Said when the assistant itself says that it does not wait.
const ANSWERED: &str = "the request has been answered or withdrawn";

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The dialog has gone.
    Done,
    /// No key was pressed; says why.
    Nothing(String),
    /// A key was pressed, and what became of it is not known; says what was seen.
    Unknown(String),
}

/// What an assistant says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is doing.
    pub level: Level,
    /// Its session.
    pub instance_id: Option<String>,
    /// When it wrote that.
    pub written: Timestamp,
}

/// A pane as tmux shows it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pane {
    /// Its text, line by line.
    pub screen: String,
    /// Why no key may be sent to it, whatever it shows.
    pub unfit: Option<&'static str>,
}

/// What has to be true of the pane in the very moment of the key press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Lines that are all on the screen, whole, but for spaces around them.
    pub shows: Vec<String>,
}

/// Whether tmux has pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It has.
    Yes,
    /// The guard did not hold.
    No,
}

/// All that the procedure can see and do.
pub trait World {
    /// The row as the collector has it now.
    fn row(&self, id: &str) -> Result<Option<Row>, String>;
    /// What the assistant says of itself now; `None` where it says nothing.
    fn witness(&self, bound: &Bound) -> Option<Seen>;
    /// The pane as it is now.
    fn look(&self, bound: &Bound) -> Result<Pane, String>;
    /// Presses, if `guard` holds in that moment.
    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> Result<Pressed, String>;
    /// What time it is.
    fn now(&self) -> Timestamp;
    /// Lets time pass.
    fn wait(&self, time: Duration);
}

/// Answers `bound` with `decision`, or does nothing and says why.
pub fn carry_out(bound: &Bound, decision: &Decision, world: &dyn World) -> Outcome {
    if !dialog::knows(&bound.assistant) {
        let words = format!("keys of {} are not known; go there", bound.assistant);
        return Outcome::Nothing(words);
    }
    if asks_several(bound) {
        let words = "it asks several questions at once; go there";
        return Outcome::Nothing(words.to_owned());
    }
    let act = Act { bound, world };
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

/// Whether the request goes away within three seconds after its hook was given an answer. `before` is what
/// the assistant said of itself until then.
pub fn is_over(bound: &Bound, before: Option<&Seen>, world: &dyn World) -> bool {
    Act { bound, world }.is_over(before)
}

/// What the assistant says of itself once it says that it waits; a hook reports a request a while
/// before that. The error says why it does not wait.
pub fn once_it_waits(bound: &Bound, world: &dyn World) -> Result<Option<Seen>, String> {
    let act = Act { bound, world };
    let mut seen = act.seen();
    for _ in 0..LOOKS {
        if seen.as_ref().err().is_none_or(|words| words != ANSWERED) {
            break;
        }
        world.wait(PAUSE);
        seen = act.seen();
    }
    seen
}

/// What was seen immediately before a key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scene {
    seen: Option<Seen>,
    dialog: Dialog,
}

struct Act<'a> {
    bound: &'a Bound,
    world: &'a dyn World,
}

impl Act<'_> {
    /// One key, once; for Claude Code, which drops early ones, a second time when all of it is as it
    /// was.
    fn press_option(&self, decision: &Decision) -> Result<Outcome, Outcome> {
        let before = self.first_scene().map_err(Outcome::Nothing)?;
        let number = number_for(decision, &before.dialog).map_err(Outcome::Nothing)?;
        self.press_number(number, &before)
            .map_err(Outcome::Nothing)?;
        if self.is_over(before.seen.as_ref()) {
            return Ok(Outcome::Done);
        }
        if self.bound.assistant != Assistant::CLAUDE {
            return Err(unknown("the dialog is still there".to_owned()));
        }
        // What came too early at most moved the cursor: all else must be as it was.
        let mut again = self.scene(&[1, number]).map_err(unknown)?;
        again.dialog.selected = before.dialog.selected;
        if again != before {
            return Err(unknown("the dialog has changed since".to_owned()));
        }
        self.press_number(number, &again).map_err(unknown)?;
        if self.is_over(again.seen.as_ref()) {
            Ok(Outcome::Done)
        } else {
            Ok(unknown("the dialog is still there".to_owned()))
        }
    }

    /// To "No", amend it, write, send. Nothing of it answers before the last key.
    fn deny_with(&self, message: &str) -> Result<Outcome, Outcome> {
        if message.trim().is_empty() || message.chars().any(char::is_control) {
            let words = "a message is one line of text";
            return Err(Outcome::Nothing(words.to_owned()));
        }
        if self.bound.assistant != Assistant::CLAUDE {
            let words = "a message can only be given in its pane; deny without one, or go there";
            return Err(Outcome::Nothing(words.to_owned()));
        }
        let before = self.first_scene().map_err(Outcome::Nothing)?;
        let no = before
            .dialog
            .no()
            .ok_or_else(|| Outcome::Nothing("the dialog on the screen has no \"No\"".to_owned()))?;
        self.press_key("Up", &before.dialog)
            .map_err(Outcome::Nothing)?;
        let on_no = self
            .until(|dialog| dialog.selected == Some(no))
            .ok_or_else(|| unknown("the cursor did not go to \"No\"".to_owned()))?;
        self.press_key("Tab", &on_no).map_err(unknown)?;
        let writing = self
            .until(|dialog| dialog.selected == Some(no) && !dialog.untouched)
            .ok_or_else(|| unknown("\"No\" did not take a message".to_owned()))?;
        self.write(message, &writing).map_err(unknown)?;
        let written = self
            .until(|dialog| dialog.selected == Some(no) && has_begun(dialog, message))
            .ok_or_else(|| unknown("the message did not appear in the dialog".to_owned()))?;
        self.press_key("Enter", &written).map_err(unknown)?;
        if self.is_over(before.seen.as_ref()) {
            Ok(Outcome::Done)
        } else {
            Ok(unknown("the dialog is still there".to_owned()))
        }
    }

    /// The scene once it has settled. A busy machine draws the dialog a while after it was reported;
    /// nothing else is waited for.
    fn first_scene(&self) -> Result<Scene, String> {
        let is_new = self.bound.age(self.world.now()) < OLD;
        if is_new {
            once_it_waits(self.bound, self.world)?;
        }
        let mut scene = self.scene(&[1]);
        for _ in 0..LOOKS {
            if scene.as_ref().err().is_none_or(|words| words != NO_DIALOG) {
                break;
            }
            self.world.wait(PAUSE);
            scene = self.scene(&[1]);
        }
        if !is_new {
            return scene;
        }
        let mut scene = scene?;
        for _ in 0..SETTLING {
            self.world.wait(SETTLED);
            let now = self.scene(&[1])?;
            if now == scene {
                return Ok(scene);
            }
            // A diff is drawn line by line.
            scene = now;
        }
        Err("the dialog keeps changing".to_owned())
    }

    /// Everything again: the row, the assistant's own word, the pane, the dialog. `cursor`: where the cursor may be.
    /// The error says what differs.
    fn scene(&self, cursor: &[u8]) -> Result<Scene, String> {
        let row = self.world.row(&self.bound.row)?;
        if let Some(difference) = self.bound.difference(row.as_ref()) {
            return Err(difference.to_owned());
        }
        let seen = self.seen()?;
        let dialog = self.dialog()?;
        let is_there = dialog.selected.is_some_and(|at| cursor.contains(&at));
        if !is_there || !dialog.untouched {
            return Err("somebody is answering in the pane".to_owned());
        }
        Ok(Scene { seen, dialog })
    }

    /// What the assistant says of itself, if it says that it waits.
    fn seen(&self) -> Result<Option<Seen>, String> {
        let seen = self.world.witness(self.bound);
        if let Some(seen) = &seen {
            if seen.instance_id.is_some() && seen.instance_id != self.bound.instance_id {
                return Err("another session has taken the pane".to_owned());
            }
            if !matches!(seen.level, Level::WaitingApproval | Level::WaitingInput) {
                return Err(ANSWERED.to_owned());
            }
        }
        Ok(seen)
    }

    /// The dialog of this very request, in a pane that takes keys.
    fn dialog(&self) -> Result<Dialog, String> {
        let pane = self.world.look(self.bound)?;
        if let Some(words) = pane.unfit {
            return Err(words.to_owned());
        }
        let Some(dialog) = Dialog::read(&self.bound.assistant, &pane.screen) else {
            let is_cut_off = Dialog::is_cut_off(&self.bound.assistant, &pane.screen);
            return Err(if is_cut_off { TOO_TALL } else { NO_DIALOG }.to_owned());
        };
        match dialog.difference(self.bound) {
            Some(words) => Err(words.to_owned()),
            None => Ok(dialog),
        }
    }

    /// What is pressed for the option of this number.
    fn press_number(&self, number: u8, scene: &Scene) -> Result<(), String> {
        let option = scene.dialog.option(number);
        let option = option.ok_or("the dialog has no such option")?;
        let press = option.press.as_ref();
        let press = press.ok_or("no key is known for that option; go there")?;
        self.press(press, &guard(&scene.dialog, option))
    }

    /// A key that acts on the option the cursor is on.
    fn press_key(&self, key: &'static str, dialog: &Dialog) -> Result<(), String> {
        let at = dialog.at_cursor().ok_or(NO_DIALOG)?;
        self.press(&Press::Key(key), &guard(dialog, at))
    }

    /// Text into the option the cursor is on.
    fn write(&self, text: &str, dialog: &Dialog) -> Result<(), String> {
        let at = dialog.at_cursor().ok_or(NO_DIALOG)?;
        self.press(&Press::Text(text.to_owned()), &guard(dialog, at))
    }

    fn press(&self, press: &Press, guard: &Guard) -> Result<(), String> {
        match self.world.press(self.bound, press, guard)? {
            Pressed::Yes => Ok(()),
            Pressed::No => Err("the dialog changed in the last moment".to_owned()),
        }
    }

    /// Waits for the dialog to look so.
    fn until(&self, holds: impl Fn(&Dialog) -> bool) -> Option<Dialog> {
        for _ in 0..LOOKS {
            if let Ok(dialog) = self.dialog()
                && holds(&dialog)
            {
                return Some(dialog);
            }
            self.world.wait(PAUSE);
        }
        None
    }

    /// Whether the request goes away within three seconds: its dialog, or by its assistant's or the
    /// collector's word.
    fn is_over(&self, before: Option<&Seen>) -> bool {
        for _ in 0..PATIENT_LOOKS {
            self.world.wait(PAUSE);
            let seen = self.world.witness(self.bound);
            let moved = match (&seen, before) {
                (Some(now), Some(then)) => now.written != then.written || now.level != then.level,
                _ => false,
            };
            let is_known = |row: Option<Row>| self.bound.difference(row.as_ref()).is_none();
            if moved
                || self.is_dialog_gone()
                || self
                    .world
                    .row(&self.bound.row)
                    .is_ok_and(|row| !is_known(row))
            {
                return true;
            }
        }
        false
    }

    fn is_dialog_gone(&self) -> bool {
        let Ok(pane) = self.world.look(self.bound) else {
            return false;
        };
        pane.unfit.is_none()
            && Dialog::read(&self.bound.assistant, &pane.screen)
                .is_none_or(|dialog| dialog.difference(self.bound).is_some())
    }
}

fn unknown(words: String) -> Outcome {
    Outcome::Unknown(words)
}

/// The dialog as it was seen, with this option as it stands.
fn guard(dialog: &Dialog, option: &Choice) -> Guard {
    Guard {
        shows: [dialog.landmark(), &dialog.footer, &option.line]
            .map(str::to_owned)
            .to_vec(),
    }
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
fn number_for(decision: &Decision, dialog: &Dialog) -> Result<u8, String> {
    match (decision, dialog.kind) {
        (Decision::Approve, Kind::Permission) => dialog
            .yes()
            .ok_or_else(|| "the dialog on the screen has no plain \"Yes\"; go there".to_owned()),
        (Decision::Deny { .. }, Kind::Permission) => dialog
            .no()
            .ok_or_else(|| "the dialog on the screen has no \"No\"; go there".to_owned()),
        (Decision::Answer(pick), Kind::Question) => pick_option(pick, dialog),
        (Decision::Answer(_), Kind::Permission) => {
            Err("it wants approval: use approve or deny".to_owned())
        }
        (_, Kind::Question) => Err("it asks a question: use answer".to_owned()),
    }
}

/// Options that open something to write in, or take more than one, are for the person in the pane.
fn pick_option(pick: &Pick, dialog: &Dialog) -> Result<u8, String> {
    let is_plain = |label: &str| {
        !label.starts_with('[') && !WRITES.iter().any(|words| label.starts_with(words))
    };
    if dialog
        .options
        .iter()
        .any(|option| option.label.starts_with('['))
    {
        return Err("several may be chosen; go there".to_owned());
    }
    let found = dialog.options.iter().find(|option| match pick {
        Pick::Number(number) => option.number == *number,
        Pick::Label(label) => option.label.eq_ignore_ascii_case(label),
    });
    match found {
        Some(option) if is_plain(&option.label) => Ok(option.number),
        Some(_) => Err("that option wants a text; go there".to_owned()),
        None => {
            let labels: Vec<String> = dialog
                .options
                .iter()
                .filter(|option| is_plain(&option.label))
                .map(|option| format!("{} {}", option.number, option.label))
                .collect();
            Err(format!(
                "there is no such option, but {}",
                labels.join(", ")
            ))
        }
    }
}
