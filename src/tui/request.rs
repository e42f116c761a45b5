//! The selected row's request in full: has it read as soon as it is shown, and asks twice before
//! something is answered of which only the beginning is known.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::deciding;
use super::effect::Effect;
use super::model::{Model, Panel};
use super::settling::{Follow, settle};
use super::update::{self, notify, touch};
use crate::act::{Bound, Decision};
use crate::asked::Known;

/// Nobody reads a request and presses a key in less: it was meant for what stood there before.
const REACTION: Duration = Duration::from_millis(300);

/// The request that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) bound: Bound,
    /// `None` while it is being read.
    pub(super) known: Option<Known>,
    /// When it took another one's place by itself.
    replaced: Option<Timestamp>,
}

/// An answer that waits for a second word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Confirm {
    pub(super) bound: Bound,
    pub(super) decision: Decision,
    /// Why it is asked for.
    pub(super) why: String,
}

/// Brings what is read into line with what is selected. `by_feed`: not the person has changed it.
pub(super) fn follow(model: &mut Model, by_feed: bool, now: Timestamp) -> Option<Effect> {
    forget_what_is_gone(model, now);
    let bound = model.selected_row().and_then(|row| Bound::to(row).ok());
    let shown = model.asked.as_ref().map(|asked| &asked.bound);
    if match (&bound, shown) {
        (Some(bound), Some(shown)) => bound.is_same(shown),
        (None, None) => true,
        _ => false,
    } {
        return None;
    }
    let replaced = (by_feed && shown.is_some()).then_some(now);
    if model.panel == Panel::Request {
        model.scroll = 0;
    }
    model.asked = bound.clone().map(|bound| Asked {
        bound,
        known: None,
        replaced,
    });
    if model.asked.is_none() && model.panel == Panel::Request {
        model.panel = Panel::Detail;
    }
    settle(model, now, Follow::IfVisible);
    bound.map(|bound| Effect::ReadRequest(Box::new(bound)))
}

/// A question about a request that has gone needs no answer.
fn forget_what_is_gone(model: &mut Model, now: Timestamp) {
    let Panel::Confirm(confirm) = &model.panel else {
        return;
    };
    let bound = &confirm.bound;
    let row = model.rows.iter().find(|row| row.id == bound.row);
    if let Some(why) = bound.difference(row) {
        let words = format!("{}: nothing was sent: {why}", bound.target);
        model.panel = Panel::Detail;
        model.scroll = 0;
        notify(model, &words, now);
        settle(model, now, Follow::Selection);
    }
}

/// Takes in what was read, if it is still looked at.
pub(super) fn read(model: &mut Model, bound: &Bound, known: Known, now: Timestamp) {
    if let Some(asked) = model
        .asked
        .as_mut()
        .filter(|asked| asked.bound.is_same(bound))
    {
        asked.known = Some(known);
        settle(model, now, Follow::IfVisible);
    }
}

/// Opens the request with room to read it, or closes it.
pub(super) fn toggle(model: &mut Model, now: Timestamp) {
    if model.asked.is_some() || model.panel == Panel::Request {
        update::toggle(model, Panel::Request, now);
    } else {
        notify(model, "it asks nothing", now);
    }
}

/// Whether `bound` has only just taken another request's place on the screen.
pub(super) fn has_just_come(model: &Model, bound: &Bound, now: Timestamp) -> bool {
    let asked = model.asked.as_ref();
    asked
        .filter(|asked| asked.bound.is_same(bound))
        .and_then(|asked| asked.replaced)
        .is_some_and(|since| now.since(since) < REACTION)
}

/// Asks for a second word; false when all of the request is known and none is needed.
pub(super) fn asks_twice(
    model: &mut Model,
    bound: &Bound,
    decision: &Decision,
    now: Timestamp,
) -> bool {
    if matches!(decision, Decision::Deny { .. }) {
        return false;
    }
    let asked = model
        .asked
        .as_ref()
        .filter(|asked| asked.bound.is_same(bound));
    let why = match asked.and_then(|asked| asked.known.as_ref()) {
        Some(Known::Whole(_) | Known::Said) => return false,
        None if crate::asked::says_all(&bound.request) => return false,
        None => {
            notify(model, "the request is still being read; try again", now);
            return true;
        }
        Some(Known::Beginning(why)) => why.clone(),
    };
    model.panel = Panel::Confirm(Box::new(Confirm {
        bound: bound.clone(),
        decision: decision.clone(),
        why,
    }));
    model.scroll = 0;
    settle(model, now, Follow::Selection);
    touch(model);
    true
}

/// The second word: answers what was asked about, whatever is selected meanwhile.
pub(super) fn confirm(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Panel::Confirm(confirm) = &model.panel else {
        return Vec::new();
    };
    let Confirm {
        bound, decision, ..
    } = (**confirm).clone();
    model.panel = Panel::Detail;
    model.scroll = 0;
    settle(model, now, Follow::Selection);
    deciding::answer(model, bound, decision, now)
}
