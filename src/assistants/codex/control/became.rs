//! What became of an answer, by what the server tells afterwards. That it has closed the request says nothing of who
//! answered it: somebody may have done so on the screen in the same moment. What was done then says it. And as long as
//! it has not closed it, a screen shows it, and nothing is over.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::link::Broken;
use super::thread::Thread;
use super::waiting::Waiting;
use crate::assistants::codex::rollout;
use crate::assistants::facets::answers::Given;
use crate::state::Decision;

/// So long it is waited for: hooks of the person's may keep the end of a turn back for three seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// So long after its turn was ended a command that was approved may tell that it runs, or ran.
const TELLS_ON: Duration = Duration::from_secs(1);

/// So long after that was seen the request is closed at the latest: it comes first.
const CLOSES_WITHIN: Duration = Duration::from_secs(1);

/// Said of one that is open still.
const STAYS_OPEN: &str =
    "Codex has done what belongs to it, and has the request open still: look at its pane";

/// How often it is asked what runs.
const PAUSE: Duration = Duration::from_millis(100);

/// What was seen of a request that is over.
enum Became {
    /// Its command runs or ran, its patch was tried.
    CarriedOut,
    /// It was not, and its turn goes on.
    Declined,
    /// Its turn has ended before it was.
    Interrupted,
    /// That was answered.
    Answered(Value),
}

/// The session's own record of its calls.
pub(super) type Record<'a> = dyn Fn() -> Option<Value> + 'a;

/// Watches what becomes of `waiting`, to which `decision` was just sent; `record` has what its call was given, once
/// it was.
pub(super) fn watch(
    thread: &mut Thread,
    waiting: &Waiting,
    decision: &Decision,
    record: &Record<'_>,
) -> Given {
    let mut is_closed = false;
    let became = watch_until(
        thread,
        (waiting, decision),
        Instant::now() + PATIENCE,
        (&mut is_closed, record),
    );
    match became {
        Ok(Some(became)) => match judge(became, waiting, decision) {
            Given::Done if !is_closed && !closes(thread, waiting) => {
                Given::Unknown(STAYS_OPEN.to_owned())
            }
            given => given,
        },
        Ok(None) if is_closed => {
            Given::Unknown("nothing tells whether it was the one that Codex has taken".to_owned())
        }
        Ok(None) => Given::Unknown("Codex has taken no notice of it".to_owned()),
        Err(broken) => Given::Unknown(broken.to_string()),
    }
}

fn watch_until(
    thread: &mut Thread,
    (waiting, decision): (&Waiting, &Decision),
    until: Instant,
    (is_closed, record): (&mut bool, &Record<'_>),
) -> Result<Option<Became>, Broken> {
    let is_question = matches!(decision, Decision::Answer(_));
    let mut look = Instant::now() + PAUSE;
    let (mut until, mut is_ended) = (until, false);
    while Instant::now() < until {
        if let Some(message) = thread.link.hear(look.min(until))? {
            *is_closed |= waiting.is_closed_by(&message, thread.id());
            match sign(&message, thread.id(), waiting) {
                // What was approved goes on when its turn is ended, unless that came before it began.
                Some(Became::Interrupted) if *decision == Decision::Approve => {
                    is_ended = true;
                    until = until.min(Instant::now() + TELLS_ON);
                }
                Some(sign) => return Ok(Some(sign)),
                None => {}
            }
        }
        if Instant::now() < look {
            continue;
        }
        if is_question && let Some(answered) = record() {
            return Ok(Some(Became::Answered(answered)));
        }
        if *is_closed && runs(thread, waiting) {
            return Ok(Some(Became::CarriedOut));
        }
        look = Instant::now() + PAUSE;
    }
    Ok(is_ended.then_some(Became::Interrupted))
}

/// Whether the server closes the request by and by.
fn closes(thread: &mut Thread, waiting: &Waiting) -> bool {
    let until = Instant::now() + CLOSES_WITHIN;
    while Instant::now() < until {
        match thread.is_closed(waiting) {
            Ok(true) => return true,
            Ok(false) => std::thread::sleep(PAUSE),
            Err(_) => return false,
        }
    }
    false
}

fn sign(message: &Value, thread: &str, waiting: &Waiting) -> Option<Became> {
    let params = &message["params"];
    if params["threadId"] != thread {
        return None;
    }
    match message["method"].as_str()? {
        "item/completed" if params["item"]["id"] == waiting.call.as_str() => {
            let is_declined = params["item"]["status"] == "declined";
            Some(if is_declined {
                Became::Declined
            } else {
                Became::CarriedOut
            })
        }
        "turn/completed"
            if params["turn"]["id"] == waiting.turn.as_str()
                && params["turn"]["status"] == "interrupted" =>
        {
            Some(Became::Interrupted)
        }
        _ => None,
    }
}

/// Whether its command runs; a server that does not tell says it otherwise, in the end.
fn runs(thread: &mut Thread, waiting: &Waiting) -> bool {
    waiting.is_command
        && thread
            .running()
            .is_ok_and(|running| running.contains(&waiting.call))
}

fn judge(became: Became, waiting: &Waiting, decision: &Decision) -> Given {
    let late = |how: &str| Given::Late(Some(how.to_owned()));
    match (decision, became) {
        (Decision::Approve, Became::CarriedOut)
        | (Decision::Deny { .. }, Became::Declined | Became::Interrupted) => Given::Done,
        (Decision::Deny { .. }, Became::CarriedOut) => late("it was approved before"),
        (Decision::Approve, Became::Declined) => late("it was denied before"),
        (Decision::Answer(_), Became::Answered(answered)) if answered == waiting.answer => {
            Given::Done
        }
        (Decision::Answer(_), Became::Answered(other)) => Given::Late(Some(chosen(&other))),
        (Decision::Answer(_), Became::Interrupted) => late("it was dismissed before"),
        (Decision::Approve, Became::Interrupted) => Given::Unknown(
            "its turn was ended in the same moment, and nothing tells that it ran".to_owned(),
        ),
        _ => Given::Unknown("what Codex tells of it is not understood".to_owned()),
    }
}

/// With what its one question was answered.
fn chosen(answered: &Value) -> String {
    let chosen = rollout::chosen(answered);
    chosen.map_or_else(
        || "it was answered otherwise before".to_owned(),
        |option| format!("it was answered with \"{option}\" before"),
    )
}
