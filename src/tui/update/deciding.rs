//! Answering the selected row's request: at most one answer at a time for each request.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::act::{Bound, Decision, Outcome, Shown};
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Panel};
use crate::tui::update::answer as request;
use crate::tui::update::notify;

/// Has the request answered that the person sees; says why not when there is none.
pub(crate) fn decide(model: &mut Model, decision: Decision, now: Timestamp) -> Vec<Effect> {
    let Some(bound) = bound_for(model, &decision, now) else {
        return Vec::new();
    };
    match request::shown(model, &bound, &decision, now) {
        Some(shown) => answer(model, bound, decision, shown, now),
        None => Vec::new(),
    }
}

/// The request that a key for `decision` is about; says why there is none.
pub(crate) fn bound_for(model: &mut Model, decision: &Decision, now: Timestamp) -> Option<Bound> {
    if !matches!(model.panel, Panel::Detail | Panel::Explain | Panel::Request) {
        return None;
    }
    let row = model.selected_row()?;
    let bound = match request::chosen(model, row) {
        Ok(bound) => bound,
        Err(why) => {
            let words = format!("{}: {why}", row.target);
            notify(model, &words, now);
            return None;
        }
    };
    let refusal = match (decision, bound.is_question()) {
        (Decision::Answer(_), false) => "it wants approval: a approves, d denies",
        (Decision::Approve | Decision::Deny { .. }, true) => "it asks: 1 to 9 answer",
        _ if request::has_just_come(model, &bound, now) => "this request has just come: look again",
        _ if is_deciding(model, &bound) => return None,
        _ => return Some(bound),
    };
    notify(model, refusal, now);
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
    let words = format!("{}: {} …", bound.target, doing(&decision));
    notify(model, &words, now);
    model.deciding.push(bound.clone());
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
    let target = &bound.target;
    let again = match outcome {
        Outcome::Nothing(_) => request::read_again(model, bound),
        Outcome::Done | Outcome::Equal(_) | Outcome::Unknown(_) => None,
    };
    let words = match outcome {
        Outcome::Done => format!("{target}: {}", done(decision)),
        Outcome::Equal(equal) => format!("{target}: {}: {}", done(decision), equal.words()),
        Outcome::Nothing(why) => format!("{target}: nothing was sent: {why}"),
        Outcome::Unknown(why) => format!("{target}: look there, keys were sent, but {why}"),
    };
    notify(model, &words, now);
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
