//! Typing a text into an assistant's prompt: the last way, where the assistant has none of its own.
//!
//! Text that comes to anything but an empty prompt may answer a dialog, or go out with what the person was
//! just writing. So the prompt has to be seen on the screen, empty, with no dialog beside it; the text is pasted
//! by one message to the multiplexer, which checks all of that again, and Enter is a second one.

use std::thread::sleep;
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use super::screen::View;
use crate::actor::dialog::Pane;
use crate::actor::executor::{Executor, Refusal, look};
use crate::assistants::facets::Facets;
use crate::assistants::facets::composer::Composer;
use crate::assistants::facets::prompts::{Prompt, Sent};
use crate::assistants::{self, dialogs};
use crate::mux::{Multiplexer, PATIENCE, Place, Press, Pressed, Undone};
use crate::state::{Level, Row};

/// In one word for the record and for scripts.
pub(super) const WAY: &str = "keys";

/// How a text begins that a program takes for an order of its own, and not for its model.
const ORDERS: [char; 4] = ['/', '!', '#', '&'];

/// How long between two looks at the screen: whatever works moves something within it.
const BETWEEN: Duration = Duration::from_millis(150);

/// So often it is looked at for a prompt that may just be drawn: some two seconds.
const FEW: usize = 10;

/// So often for what a key is about to do: some five seconds.
const LOOKS: usize = 30;

/// How often it is tried again when nothing was pressed.
const TRIES: usize = 8;

/// What came of a key: the outer error says why it was not pressed, the inner one what is not known of it.
type Keyed = Result<Result<(), String>, Refusal>;

impl Executor {
    /// Types the text into the prompt of the row's pane and sends it off, if it is seen to be empty.
    pub(super) fn type_text(&self, prompt: &Prompt<'_>) -> Sent {
        match Typing::of(self, prompt) {
            Ok(typing) => typing.send().unwrap_or_else(Sent::Refused),
            Err(why) => Sent::Refused(why),
        }
    }
}

/// A prompt that is written to.
struct Typing<'a> {
    executor: &'a Executor,
    prompt: &'a Prompt<'a>,
    composer: &'static dyn Composer,
    place: Place,
    mux: Box<dyn Multiplexer>,
}

impl<'a> Typing<'a> {
    fn of(executor: &'a Executor, prompt: &'a Prompt<'a>) -> Result<Self, Refusal> {
        let row = prompt.row;
        let known = assistants::of(&row.assistant).filter(|known| known.dialogs().is_some());
        let composer = known.and_then(Facets::composer);
        let unknown = || format!("the prompt of {} is not known; go there", row.assistant);
        let composer = composer.ok_or_else(unknown)?;
        if row.server.is_none() || row.pane.is_none() {
            return Err(match row.target.process() {
                Some(_) => format!(
                    "it runs outside of any multiplexer, and {} takes no prompts but in its own terminal; type it there",
                    row.assistant
                ),
                None => "its pane is not known".to_owned(),
            });
        }
        if prompt.text.trim_start().starts_with(ORDERS) {
            let words =
                "what begins with `/`, `!`, `#` or `&` is an order to the program; type it there";
            return Err(words.to_owned());
        }
        // Behind it Enter is a line end of the text.
        if prompt.text.trim_end().ends_with('\\') {
            return Err("what ends in `\\` is not sent off by Enter; let it end otherwise, or type it there".to_owned());
        }
        let (place, mux) = executor.reach.place_of(row);
        Ok(Self {
            executor,
            prompt,
            composer,
            place,
            mux,
        })
    }

    /// The error says why nothing was typed.
    fn send(&self) -> Result<Sent, Refusal> {
        let was_at_work = self.row().is_some_and(|row| self.is_at_work(&row));
        let began = Timestamp::now();
        let text = self.prompt.text;
        let paste = Press::Paste(text.to_owned());
        let pasted = self.press(&paste, FEW, &|view| view.is_empty())?;
        Ok(match pasted {
            Err(doubt) => Sent::Unknown(doubt),
            Ok(()) => match self.press(&Press::Key("Enter"), LOOKS, &|view| view.holds(text)) {
                Ok(Ok(())) => self.fate(was_at_work, began),
                Ok(Err(doubt)) => Sent::Unknown(doubt),
                Err(why) => unsent(&why),
            },
        })
    }

    /// Presses once the pane looks so and nothing moves around its prompt.
    fn press(&self, press: &Press, looks: usize, holds: &dyn Fn(&View) -> bool) -> Keyed {
        for _ in 0..TRIES {
            let view = self.until(looks, holds)?;
            (self.prompt.objection)().map_or(Ok(()), Err)?;
            match self.mux.press(&self.place, press, &view.guard, PATIENCE) {
                Ok(Pressed::Yes) => return Ok(Ok(())),
                Ok(Pressed::No) => {}
                Err(Undone::Unknown(why)) => return Ok(Err(why)),
                Err(undone) => return Err(undone.to_string()),
            }
        }
        Err("its screen changed in the last moment, each time".to_owned())
    }

    /// The pane once it looks so.
    fn until(&self, looks: usize, holds: &dyn Fn(&View) -> bool) -> Result<View, Refusal> {
        let mut why = "its prompt is not to be seen, or does not stand still; go there";
        for _ in 0..looks {
            match self.look()? {
                Some(view) if holds(&view) => return Ok(view),
                Some(view) => why = view.in_words(),
                None => {}
            }
        }
        Err(why.to_owned())
    }

    /// What stands still around the prompt of a pane that takes keys and shows no dialog; `None` while that moves.
    fn look(&self) -> Result<Option<View>, Refusal> {
        let before = self.screen()?;
        sleep(BETWEEN);
        let now = self.screen()?;
        Ok(View::of(&before, now, self.composer))
    }

    fn screen(&self) -> Result<Pane, Refusal> {
        let row = self.prompt.row;
        let seen = look((&row.assistant, row.pid), &self.place, &*self.mux);
        let pane = seen.map_err(|undone| undone.to_string())?;
        if let Some(why) = pane.unfit {
            return Err(why.to_owned());
        }
        if dialogs::may_stand_on(&row.assistant, &pane) {
            return Err("a dialog stands on its screen: answer that first".to_owned());
        }
        Ok(pane)
    }

    /// What became of it after Enter: where a turn ran it waits for that, as the empty prompt shows; else one begins.
    fn fate(&self, was_at_work: bool, began: Timestamp) -> Sent {
        let mut stays = false;
        for _ in 0..2 * LOOKS {
            let view = self.look();
            let is_seen = |is_so: fn(&View) -> bool| matches!(&view, Ok(Some(view)) if is_so(view));
            let has_begun = || self.row().is_some_and(|row| self.has_begun(&row, began));
            match was_at_work {
                true if is_seen(View::is_empty) => return Sent::Done { queued: true },
                false if has_begun() => return Sent::Done { queued: false },
                _ => stays = is_seen(View::holds_text),
            }
        }
        if stays {
            return unsent("Enter did not take it");
        }
        Sent::Unknown("it was typed and sent off, and nothing tells that a turn began".to_owned())
    }

    fn has_begun(&self, row: &Row, began: Timestamp) -> bool {
        let mut heard = row.evidence.iter();
        self.is_at_work(row) || heard.any(|it| it.at >= began && it.after != State::Idle)
    }

    fn is_at_work(&self, row: &Row) -> bool {
        let says_so = || {
            self.executor
                .witness_of(row)
                .is_some_and(|seen| seen.level == Level::Busy)
        };
        row.state == State::Running || says_so()
    }

    fn row(&self) -> Option<Row> {
        let row = self.executor.collector.row(&self.prompt.row.id);
        row.ok().flatten()
    }
}

fn unsent(why: &str) -> Sent {
    Sent::Unknown(format!(
        "it stands in its prompt and was not sent off: {why}"
    ))
}
