//! The selected row's request in full: has it read as soon as it is shown, has it answered only when
//! it was seen to its last line, and asks twice where nobody knows all of it.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::act::{Bound, Decision, Digest, Shown};
use crate::assistants::request::Known;
use crate::state::{Request, Row, Unasked};
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Panel};
use crate::tui::update::deciding;
use crate::tui::update::reflow::{Follow, settle};
use crate::tui::update::seen::{self, REACTION};
use crate::tui::update::{self, notify, touch};

/// The request that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) bound: Bound,
    /// `None` while it is being read.
    pub(crate) known: Option<Known>,
    /// When it took another one's place by itself.
    replaced: Option<Timestamp>,
}

/// An answer that waits for a second word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Confirm {
    pub(crate) bound: Bound,
    pub(crate) decision: Decision,
    /// Of what is known of it.
    pub(crate) digest: Digest,
    /// Why it is asked for.
    pub(crate) why: String,
}

/// Brings what is read into line with what is selected. `by_feed`: not the person has changed it.
pub(crate) fn follow(model: &mut Model, by_feed: bool, now: Timestamp) -> Option<Effect> {
    forget_what_is_gone(model, now);
    let bound = model.selected_row().and_then(|row| chosen(model, row).ok());
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
    seen::forget(model);
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

/// The request of `row` that is shown in full and answered: the one the person has chosen, else the
/// most urgent one.
pub(crate) fn in_front<'a>(model: &Model, row: &'a Row) -> Option<&'a Request> {
    let chosen = model.chosen.as_ref();
    let is_chosen = |request: &&Request| Some(*request) == chosen;
    let found = row.waiting.iter().find(is_chosen);
    found.or(row.waiting.first())
}

/// The same, to be answered. The error says why it cannot be.
pub(crate) fn chosen(model: &Model, row: &Row) -> Result<Bound, Unasked> {
    let request = in_front(model, row).ok_or(Unasked::Nothing)?;
    Bound::to_request(row, request)
}

/// Shows the next of several requests of the selected row.
pub(crate) fn choose_next(model: &mut Model, now: Timestamp) {
    let Some(row) = model.selected_row() else {
        return;
    };
    if row.waiting.len() < 2 {
        notify(model, "it asks nothing else", now);
        return;
    }
    let shown = in_front(model, row);
    let place = row
        .waiting
        .iter()
        .position(|request| Some(request) == shown);
    let next = place.map_or(0, |place| (place + 1) % row.waiting.len());
    model.chosen = row.waiting.get(next).cloned();
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

/// Takes in what was read, if it is still looked at. What stands beside a command that is known may be
/// written down only in a moment.
pub(crate) fn read(
    model: &mut Model,
    bound: Box<Bound>,
    known: Known,
    now: Timestamp,
) -> Vec<Effect> {
    let asked = model.asked.as_mut();
    let Some(asked) = asked.filter(|asked| asked.bound.is_same(&bound)) else {
        return Vec::new();
    };
    let is_first = asked.known.is_none();
    let is_short = known == Known::Said;
    asked.known = Some(known);
    settle(model, now, Follow::IfVisible);
    if is_first && is_short {
        vec![Effect::ReadRest(bound)]
    } else {
        Vec::new()
    }
}

/// Has it read again: what is asked is not what was shown.
pub(crate) fn read_again(model: &Model, bound: &Bound) -> Option<Effect> {
    let asked = model.asked.as_ref();
    let asked = asked.filter(|asked| asked.bound.is_same(bound))?;
    Some(Effect::ReadRequest(Box::new(asked.bound.clone())))
}

/// Opens the request with room to read it, or closes it.
pub(crate) fn toggle(model: &mut Model, now: Timestamp) {
    if model.asked.is_some() || model.panel == Panel::Request {
        update::toggle(model, Panel::Request, now);
    } else {
        notify(model, "it asks nothing", now);
    }
}

/// Whether `bound` has only just taken another request's place on the screen.
pub(crate) fn has_just_come(model: &Model, bound: &Bound, now: Timestamp) -> bool {
    let asked = model.asked.as_ref();
    asked
        .filter(|asked| asked.bound.is_same(bound))
        .and_then(|asked| asked.replaced)
        .is_some_and(|since| now.since(since) < REACTION)
}

/// What the person has seen of `bound`, when a key may answer it now. If not, shows what has not been
/// seen, asks for a second word where nobody knows all of it, and says why.
pub(crate) fn shown(
    model: &mut Model,
    bound: &Bound,
    decision: &Decision,
    now: Timestamp,
) -> Option<Shown> {
    if matches!(decision, Decision::Deny { .. }) {
        return Some(by_key(None));
    }
    let asked = model.asked.as_ref();
    let asked = asked.filter(|asked| asked.bound.is_same(bound));
    let Some(known) = asked.and_then(|asked| asked.known.as_ref()) else {
        being_read(model, now);
        return None;
    };
    let digest = Digest::of(bound, known);
    if let Known::Beginning(why) = known {
        let confirm = Confirm {
            bound: bound.clone(),
            decision: decision.clone(),
            digest,
            why: why.clone(),
        };
        ask_twice(model, confirm, now);
        return None;
    }
    seen::is_ready(model, now).then(|| by_key(Some(digest)))
}

/// Says that nobody knows yet what is asked.
pub(crate) fn being_read(model: &mut Model, now: Timestamp) {
    seen::too_early(model, now);
    notify(model, "the request is still being read; try again", now);
}

fn by_key(digest: Option<Digest>) -> Shown {
    Shown {
        digest,
        partly: false,
    }
}

fn ask_twice(model: &mut Model, confirm: Confirm, now: Timestamp) {
    model.panel = Panel::Confirm(Box::new(confirm));
    model.scroll = 0;
    seen::forget(model);
    seen::too_early(model, now);
    settle(model, now, Follow::Selection);
    touch(model);
}

/// The second word: answers what was asked about, whatever is selected meanwhile.
pub(crate) fn confirm(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Panel::Confirm(confirm) = &model.panel else {
        return Vec::new();
    };
    let Confirm {
        bound,
        decision,
        digest,
        ..
    } = (**confirm).clone();
    if !seen::is_ready(model, now) {
        return Vec::new();
    }
    model.panel = Panel::Detail;
    model.scroll = 0;
    settle(model, now, Follow::Selection);
    let shown = Shown {
        partly: true,
        ..by_key(Some(digest))
    };
    deciding::answer(model, bound, decision, shown, now)
}
