//! Whether an event is about the session that its pane's row stands for.

use pane_patrol_hooks::event::{Event, Kind};

use super::apart::AWAY;
use super::entry::{Entry, Reason};

/// A child of a session reports from the same pane.
pub(super) const HEADLESS: Reason = "a headless run in the pane of a session";

/// Hooks of one session may overtake the start of the next one.
pub(super) const REPLACED: Reason = "its session was replaced in this pane";

/// See [`REPLACED`].
pub(super) const OLDER: Reason = "older than the session in this pane";

/// How an event relates to the row of its pane.
pub(super) enum Fit {
    Same,
    Successor,
    Apart(Reason),
}

/// Whether the event is the end of the session, and not the first half of `/clear` or a resume.
pub(super) fn ends_session(event: &Event) -> bool {
    event.kind == Some(Kind::SessionEnded)
        && event.agent_id.is_none()
        && !matches!(event.message.as_deref(), Some("clear" | "resume"))
}

pub(super) fn is_other(known: Option<&String>, told: Option<&String>) -> bool {
    known.is_some() && told.is_some() && known != told
}

pub(super) fn fit(entry: &Entry, event: &Event) -> Fit {
    let begins = matches!(event.kind, Some(Kind::SessionStarted | Kind::TurnStarted));
    // Only a person's word ties it to the pane, and there is proof of another one.
    let is_misplaced = event.pane.is_none() && entry.pid.is_some();
    let same_session = event.instance_id.is_some() && event.instance_id == entry.instance_id;
    if event.assistant != entry.assistant {
        let unproved = entry.instance_id.is_none() && entry.pid.is_none();
        return match (
            begins && !is_misplaced || unproved,
            event.attended || !entry.attended,
            event.ts < entry.last_event(),
        ) {
            (true, true, false) => Fit::Successor,
            _ => Fit::Apart("another assistant's event in this pane"),
        };
    }
    if !event.attended && entry.attended && !same_session {
        return Fit::Apart(HEADLESS);
    }
    if !is_other(entry.instance_id.as_ref(), event.instance_id.as_ref()) {
        return Fit::Same;
    }
    // The process of the pane still tells of its own session, and the agents view of all others.
    if entry.witness.stands_in && !begins {
        return Fit::Apart(AWAY);
    }
    let retired = event
        .instance_id
        .as_ref()
        .is_some_and(|instance| entry.retired.contains(instance));
    if retired && event.kind != Some(Kind::SessionStarted) {
        return Fit::Apart(REPLACED);
    }
    if event.kind == Some(Kind::SessionEnded) || event.ts < entry.last_event() {
        return Fit::Apart(OLDER);
    }
    if is_misplaced {
        return Fit::Apart("another session lives in the pane that it was told");
    }
    let same_process = event.pid.is_some() && event.pid == entry.pid;
    if begins || same_process || !entry.attended {
        Fit::Successor
    } else {
        Fit::Apart("an unknown session in this pane")
    }
}
