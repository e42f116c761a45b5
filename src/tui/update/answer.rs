//! The selected row's request in full: has it read as soon as it is shown, has it answered only when
//! it was seen to its last line, and asks twice where nobody knows all of it.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::{Bound, Decision, Digest, Outcome, Shown};
use crate::assistants::request::Known;
use crate::state::Unasked;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, OPTIONS, key_for, keys};
use crate::tui::model::request::{self, Confirm, OpenRequest};
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels::{self, Asks};
use crate::tui::update::reflow::{self, settle};
use crate::tui::update::{round, seen};

/// Brings what is read into line with what is selected. `by_update`: not the person has changed it.
pub(crate) fn follow(model: &mut Model, by_update: bool, now: Timestamp) -> Option<Effect> {
    forget_what_is_gone(model, now);
    let bound = model
        .selected_row()
        .and_then(|row| request::chosen(model, row).ok());
    let shown = model.asked.as_ref().map(|asked| &asked.bound);
    if match (&bound, shown) {
        (Some(bound), Some(shown)) => bound.is_same(shown),
        (None, None) => true,
        _ => false,
    } {
        return None;
    }
    let replaced = (by_update && shown.is_some()).then_some(now);
    if model.panel == Panel::Request {
        model.scroll = 0;
    }
    seen::forget(model);
    model.asked = bound.clone().map(|bound| OpenRequest {
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

/// Shows the next of several requests of the selected row.
pub(crate) fn choose_next(model: &mut Model, now: Timestamp) {
    let Some(row) = model.selected_row() else {
        return;
    };
    if row.waiting.len() < 2 {
        if row.waiting.is_empty() {
            asks_nothing(model, "it asks nothing", now);
        } else {
            let next = format!("{} shows it", key_for(Action::Read));
            model.advise("it asks nothing but this", &next, now);
        }
        return;
    }
    let shown = request::in_front(model, row);
    let place = row
        .waiting
        .iter()
        .position(|request| Some(request) == shown);
    let next = place.map_or(0, |place| (place + 1) % row.waiting.len());
    model.chosen = row.waiting.get(next).cloned();
}

/// Says that it asks nothing, and who else does.
fn asks_nothing(model: &mut Model, why: &str, now: Timestamp) {
    let next = format!(
        "{}: the next one that needs you",
        key_for(Action::NextWaiting)
    );
    model.advise(why, &next, now);
}

/// What to do where no key of ours answers.
fn go_there() -> String {
    format!("{} goes there", key_for(Action::Go))
}

/// A question about a request that has gone needs no answer.
fn forget_what_is_gone(model: &mut Model, now: Timestamp) {
    let Panel::Confirm(confirm) = &model.panel else {
        return;
    };
    let bound = &confirm.bound;
    let row = model.rows.get(&bound.row);
    if let Some(why) = bound.difference(row) {
        let words = format!("{}: nothing was sent: {why}", bound.target.shown());
        model.open(Panel::Detail);
        asks_nothing(model, &words, now);
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
        reflow::toggle(model, Panel::Request, now);
    } else {
        asks_nothing(model, "it asks nothing", now);
    }
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
    model.advise("the request is still being read", "try again", now);
}

fn by_key(digest: Option<Digest>) -> Shown {
    Shown {
        digest,
        partly: false,
    }
}

fn ask_twice(model: &mut Model, confirm: Confirm, now: Timestamp) {
    model.open(Panel::Confirm(Box::new(confirm)));
    seen::forget(model);
    seen::too_early(model, now);
    settle(model, now, Follow::Selection);
    model.touch();
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
    model.open(Panel::Detail);
    settle(model, now, Follow::Selection);
    let shown = Shown {
        partly: true,
        ..by_key(Some(digest))
    };
    answer(model, bound, decision, shown, now)
}

// ---- at most one answer at a time for each request

/// Has the request answered that the person sees; says why not when there is none.
pub(crate) fn decide(model: &mut Model, decision: Decision, now: Timestamp) -> Vec<Effect> {
    let Some(bound) = bound_for(model, &decision, now) else {
        return Vec::new();
    };
    match shown(model, &bound, &decision, now) {
        Some(shown) => answer(model, bound, decision, shown, now),
        None => Vec::new(),
    }
}

/// The request that a key for `decision` is about; says why there is none.
pub(crate) fn bound_for(model: &mut Model, decision: &Decision, now: Timestamp) -> Option<Bound> {
    if panels::of(model).asks != Asks::OfRow {
        if panels::of(model).asks == Asks::Nothing && panels::of(model).over.is_none() {
            let next = format!("{} shows what is asked", key_for(Action::Close));
            model.advise("nothing is answered from here", &next, now);
        }
        return None;
    }
    let row = model.selected_row()?;
    let bound = match request::chosen(model, row) {
        Ok(bound) => bound,
        Err(why) => {
            let words = format!("{}: {why}", row.target.shown());
            match why {
                Unasked::Nothing => asks_nothing(model, &words, now),
                Unasked::NoPane => model.advise(&words, "answer where it runs", now),
            }
            return None;
        }
    };
    let (why, next) = match (decision, bound.is_question()) {
        (Decision::Answer(_), false) => {
            let (yes, no) = (key_for(Action::Approve), key_for(Action::Deny));
            ("it wants approval", format!("{yes} approves, {no} denies"))
        }
        (Decision::Approve | Decision::Deny { .. }, true) => {
            let numbers = keys(OPTIONS).replace('-', " to ");
            ("it asks", format!("{numbers} answer"))
        }
        _ if request::has_just_come(model, &bound, now) => {
            ("this request has just come", "look again".to_owned())
        }
        _ if is_deciding(model, &bound) => return None,
        _ => return Some(bound),
    };
    model.advise(why, &next, now);
    None
}

/// Has it answered, unless that is being done already.
pub(crate) fn answer(
    model: &mut Model,
    bound: Bound,
    decision: Decision,
    shown: Shown,
    now: Timestamp,
) -> Vec<Effect> {
    if is_deciding(model, &bound) {
        return Vec::new();
    }
    let words = format!("{}: {} …", bound.target.shown(), doing(&decision));
    model.notify(&words, now);
    model.deciding.push(bound.clone());
    round::answered(model, &bound, now);
    vec![Effect::Decide(Box::new(bound), decision, shown)]
}

/// Tells what became of it; what was not answered may not be what was shown.
pub(crate) fn decided(
    model: &mut Model,
    bound: &Bound,
    decision: &Decision,
    outcome: Outcome,
    now: Timestamp,
) -> Vec<Effect> {
    model.deciding.retain(|other| !other.is_same(bound));
    let target = bound.target.shown();
    let again = match outcome {
        Outcome::Nothing(_) => read_again(model, bound),
        Outcome::Done
        | Outcome::Equal(_)
        | Outcome::Beside(_)
        | Outcome::Late(_)
        | Outcome::Unknown(_) => None,
    };
    let (words, is_done) = match outcome {
        Outcome::Done => (format!("{target}: {}", done(decision)), true),
        Outcome::Equal(equal) => {
            let words = format!("{target}: {}: {}", done(decision), equal.words());
            (words, true)
        }
        Outcome::Beside(words) => (format!("{target}: {}; {words}", done(decision)), true),
        Outcome::Late(how) => (format!("{target}: too late: {how}"), false),
        Outcome::Nothing(why) => (format!("{target}: nothing was sent: {why}"), false),
        Outcome::Unknown(why) => {
            let words = format!("{target}: look there, an answer was sent, but {why}");
            (words, false)
        }
    };
    let (of_round, goes_on) = round::decided(model, bound, decision, is_done);
    // The key is named instead.
    let words = words.strip_suffix("; go there").unwrap_or(&words);
    let words = format!("{words}{of_round}");
    match goes_on {
        // Another one is shown by now.
        Some(next) => model.advise(&words, &next, now),
        None if is_done => model.notify(&words, now),
        None => model.advise(&words, &go_there(), now),
    }
    again.into_iter().collect()
}

fn is_deciding(model: &Model, bound: &Bound) -> bool {
    model.deciding.iter().any(|other| other.is_same(bound))
}

fn doing(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approve => "approving",
        Decision::Deny { .. } => "denying",
        Decision::Answer(_) => "answering",
    }
}

fn done(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approve => "approved",
        Decision::Deny { .. } => "denied",
        Decision::Answer(_) => "answered",
    }
}
