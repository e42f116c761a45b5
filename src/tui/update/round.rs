//! Requests of marked rows, one after another: which comes next, and what became of all.

use std::collections::VecDeque;
use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::{Bound, Decision};
use crate::state::Row;
use crate::tui::keymap::{Action, key_for};
use crate::tui::model::round::Round;
use crate::tui::model::{Fall, Model, Panel};
use crate::tui::panels::{self, Asks};
use crate::tui::update::selection::select;

/// Begins with the marked rows that want approval. True where the key has shown the first of them; false where it
/// means the selected row as always.
pub(crate) fn begin(model: &mut Model, now: Timestamp) -> bool {
    let is_answering = panels::of(model).asks == Asks::OfRow;
    if model.marks.is_empty() || model.round.is_some() || !is_answering {
        return false;
    }
    let wants = |row: &Arc<Row>| {
        let is_decided = model.deciding.iter().any(|bound| bound.row == row.id);
        let bound = Bound::to(row).ok();
        bound.filter(|bound| !is_decided && !bound.is_question())
    };
    let mut left: VecDeque<Bound> = model.marked_rows().iter().filter_map(wants).collect();
    let is_selected = |bound: &Bound| model.selected.as_ref() == Some(&bound.row);
    let shown = left.iter().position(is_selected);
    let shown = shown.and_then(|place| left.remove(place));
    if left.is_empty() {
        return false;
    }
    let is_shown = shown.is_some();
    model.round = Some(Round {
        left,
        shown,
        ..Round::default()
    });
    if is_shown {
        return false;
    }
    let next = show_next(model, now);
    if let Some(next) = next {
        model.advise(
            "the marked ones that want approval, each by itself",
            &next,
            now,
        );
    }
    true
}

/// Shows the next one that still wants approval; says how to go on. Those that do not are left out.
fn show_next(model: &mut Model, now: Timestamp) -> Option<String> {
    let round = model.round.as_mut()?;
    round.shown = None;
    loop {
        let round = model.round.as_mut()?;
        let before = round.left.pop_front()?;
        let bound = match still_wants(model.rows.get(&before.row)) {
            Ok(bound) => bound,
            Err(why) => {
                round
                    .left_out
                    .push(format!("{}: {why}", before.target.shown()));
                continue;
            }
        };
        let anew = if bound.is_same(&before) {
            ""
        } else {
            ", which asks something else now"
        };
        let id = bound.row.clone();
        round.shown = Some(bound);
        model.chosen = None;
        select(model, id, now);
        // A key that was meant for the one before must not answer it.
        model.fell = Some((now, Fall::Replaced));
        model.open(Panel::Request);
        return how_to_go_on(model, anew);
    }
}

/// Which one is shown, and how to go on; `None`: none is.
fn how_to_go_on(model: &Model, anew: &str) -> Option<String> {
    let round = model.round.as_ref()?;
    let name = round.shown.as_ref()?.target.shown();
    let more = round.left.len();
    let (yes, no) = (key_for(Action::Approve), key_for(Action::Deny));
    let close = key_for(Action::Close);
    Some(format!(
        "this is {name}{anew}; {more} after it: read it, then {yes} or {no}; {close} ends this"
    ))
}

/// What the row wants to have approved; or why nothing.
fn still_wants(row: Option<&Row>) -> Result<Bound, &'static str> {
    let row = row.ok_or("it is gone")?;
    match Bound::to(row) {
        Ok(bound) if bound.is_question() => Err("it asks a question now"),
        Ok(bound) => Ok(bound),
        Err(_) => Err("it asks nothing any more"),
    }
}

/// The one that is shown is being answered: the next one is shown.
pub(crate) fn answered(model: &mut Model, bound: &Bound, now: Timestamp) {
    let Some(round) = model.round.as_mut() else {
        return;
    };
    if round
        .shown
        .as_ref()
        .is_none_or(|shown| shown.row != bound.row)
    {
        return;
    }
    round.on_the_way.push(bound.clone());
    let said = model.notice.as_ref().map(|notice| notice.text.clone());
    if let Some(next) = show_next(model, now) {
        model.advise(&said.unwrap_or_default(), &next, now);
    }
}

/// It is known what became of an answer: what is to be added to what is said of it, and how to go on.
pub(crate) fn decided(
    model: &mut Model,
    bound: &Bound,
    decision: &Decision,
    is_done: bool,
) -> (String, Option<String>) {
    let Some(round) = model.round.as_mut() else {
        return Default::default();
    };
    let before = round.on_the_way.len();
    round.on_the_way.retain(|other| !other.is_same(bound));
    if round.on_the_way.len() == before {
        return Default::default();
    }
    match decision {
        _ if !is_done => {
            let name = bound.target.shown();
            round.left_out.push(format!("{name}: see there"));
        }
        Decision::Approve => round.approved += 1,
        Decision::Deny { .. } | Decision::Answer(_) => round.denied += 1,
    }
    if !round.is_over() {
        return (String::new(), how_to_go_on(model, ""));
    }
    let told = round.told();
    model.round = None;
    (format!("; of the marked ones {told}"), None)
}

/// Goes on where the one that is shown asks nothing any more, and ends where the person looks at something else.
pub(crate) fn follow(model: &mut Model, now: Timestamp) {
    let shown = model.round.as_ref().and_then(|round| round.shown.clone());
    let Some(shown) = shown else {
        return;
    };
    let row = model.rows.get(&shown.row);
    let wants = still_wants(row);
    if wants.is_ok() && model.selected.as_ref() != Some(&shown.row) {
        return end(model, now);
    }
    let Err(why) = wants else {
        return;
    };
    if let Some(round) = model.round.as_mut() {
        round
            .left_out
            .push(format!("{}: {why}", shown.target.shown()));
    }
    let words = format!("{}: {why}", shown.target.shown());
    match show_next(model, now) {
        Some(next) => model.advise(&words, &next, now),
        None => tell_end(model, now),
    }
}

/// Ends it; what is marked stays so.
pub(crate) fn end(model: &mut Model, now: Timestamp) {
    let Some(round) = model.round.take() else {
        return;
    };
    let left = round.left.len() + usize::from(round.shown.is_some());
    let words = format!("the marked ones: {}, {left} left as they are", round.told());
    let next = format!("{} goes on with them", key_for(Action::Approve));
    model.advise(&words, &next, now);
}

/// Tells what became of all where nothing more is heard of any.
fn tell_end(model: &mut Model, now: Timestamp) {
    let Some(round) = model.round.take_if(|round| round.is_over()) else {
        return;
    };
    model.notify(&format!("of the marked ones {}", round.told()), now);
}
