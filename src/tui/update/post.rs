//! Texts on their way: what waits is sent once its turn is over, what has not come is kept.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::editor::EditText;
use crate::tui::effect::{Effect, Letter};
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::Posted;
use crate::tui::model::Model;
use crate::tui::model::writing::{Round, Turn, Whose, is_same};

/// What becomes of a text that waits.
enum Fate {
    /// It waits on.
    Stays,
    /// The turn is over: how often the row had changed then.
    Goes(u64),
    /// It is not sent any more, for this reason.
    Kept(&'static str),
}

/// Sends what has waited for a turn that is over.
pub(crate) fn follow(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if model.writing.queued().is_empty() {
        return Vec::new();
    }
    let fates: Vec<_> = model
        .writing
        .queued()
        .values()
        .map(|letter| (letter.row.id.clone(), fate(model, letter)))
        .collect();
    for (id, fate) in fates {
        match fate {
            Fate::Stays => {}
            Fate::Goes(generation) => {
                if let Some(letter) = model.writing.take_back(&id) {
                    model.writing.post(Letter {
                        generation: Some(generation),
                        ..letter
                    });
                }
            }
            Fate::Kept(why) => {
                if let Some(letter) = model.writing.take_back(&id) {
                    came(model, &letter, Posted::Nothing(why.to_owned()));
                }
            }
        }
    }
    go_on(model, now)
}

fn fate(model: &Model, letter: &Letter) -> Fate {
    let Some(row) = model.rows.get(&letter.row.id) else {
        return Fate::Kept("its session has ended");
    };
    if !is_same(row, &letter.row) {
        return Fate::Kept("another session has taken its place");
    }
    match Turn::of(row) {
        Turn::Failed => Fate::Kept("its turn has ended with an error"),
        // What was refused for a change waits until that change is told.
        Turn::Over if letter.generation != Some(row.generation) => Fate::Goes(row.generation),
        Turn::Over | Turn::Runs | Turn::Asks => Fate::Stays,
    }
}

/// Takes in what became of one.
pub(crate) fn posted(
    model: &mut Model,
    letter: &Letter,
    posted: Posted,
    now: Timestamp,
) -> Vec<Effect> {
    model.writing.arrived(letter);
    came(model, letter, posted);
    let mut effects = follow(model, now);
    effects.extend(go_on(model, now));
    effects
}

/// The next ones; when nothing is on its way any more, tells what became of all of them.
pub(crate) fn go_on(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let next = model.writing.next_letters();
    if model.writing.is_quiet() {
        let round = std::mem::take(&mut model.writing.round);
        tell(model, &round, now);
    }
    next.into_iter().map(Effect::Send).collect()
}

/// Writes down what became of one. A text that has not come is a draft again.
pub(crate) fn came(model: &mut Model, letter: &Letter, posted: Posted) {
    let name = letter.row.target.shown();
    match posted {
        Posted::Done(waits) => {
            if letter.is_marked {
                model.mark([&*letter.row.id], false);
            }
            model.writing.round.sent.push((name, waits));
        }
        Posted::Changed if model.writing.queued_for(&letter.row.id).is_none() => {
            model.writing.queue(letter.clone());
        }
        Posted::Changed => keep(model, letter, "it has changed since"),
        Posted::Nothing(why) => keep(model, letter, &why),
        Posted::Unknown(why) => {
            let why = format!("look there, it may have come, but {why}");
            model.writing.round.kept.push((name, why));
        }
    }
    model.touch();
}

fn keep(model: &mut Model, letter: &Letter, why: &str) {
    let whose = if letter.is_marked && model.marks.has(&letter.row.id) {
        Whose::Marked
    } else {
        Whose::Row(letter.row.id.clone())
    };
    model.writing.keep(whose, EditText::of(&letter.text));
    let name = letter.row.target.shown();
    let why = format!("nothing was sent: {why}");
    model.writing.round.kept.push((name, why));
}

fn tell(model: &mut Model, round: &Round, now: Timestamp) {
    let sent = match &*round.sent {
        [] => None,
        [(name, None)] => Some(format!("{name}: sent")),
        [(name, Some(waits))] => Some(format!("{name}: sent, {waits}")),
        several => Some(format!("sent to {}", several.len())),
    };
    let kept = round
        .kept
        .iter()
        .map(|(name, why)| format!("{name}: {why}"));
    let words: Vec<String> = sent.into_iter().chain(kept).collect();
    if words.is_empty() {
        return;
    }
    let words = words.join("; ");
    if round.kept.is_empty() {
        model.notify(&words, now);
    } else {
        let next = format!("{} has the text", key_for(Action::Write));
        model.advise(&words, &next, now);
    }
}
