//! Whether an event is about the session that its pane's row stands for.

use pane_patrol_hooks::event::{Event, Kind};

use super::entry::Entry;
use super::kin::{Kin, Relation};
use super::reason::{AWAY, CHILD, ENDED, HEADLESS, OLDER, REPLACED, Reason};

/// Assistants that have a child of theirs speak for them, which is as good as they.
const SPEAK_BY_CHILD: &[&str] = &["droid"];

/// How an event relates to the row of its pane.
pub(super) enum Identity {
    Same,
    Successor,
    Unmatched(Reason),
}

/// Whether the event is the end of the session, and not the first half of `/clear` or a resume.
pub(super) fn ends_session(event: &Event) -> bool {
    event.kind == Some(Kind::SessionEnded)
        && event.agent_id.is_none()
        && !matches!(event.message.as_deref(), Some("clear" | "resume"))
}

/// Whether the event says that the person has left the session: other ends are told alike, whether it was asked to end or
/// its terminal was taken away.
pub(super) fn is_left_by_hand(event: &Event) -> bool {
    matches!(
        event.message.as_deref(),
        Some("prompt_input_exit" | "logout")
    )
}

pub(super) fn is_other(known: Option<&String>, told: Option<&String>) -> bool {
    known.is_some() && told.is_some() && known != told
}

pub(super) fn fit(entry: &Entry, event: &Event) -> Identity {
    let begins = matches!(event.kind, Some(Kind::SessionStarted | Kind::TurnStarted));
    // Only a person's word ties it to the pane, and there is proof of another one.
    let is_placed = event.pane.is_some() || event.target.process().is_some();
    let is_misplaced = !is_placed && entry.pid.is_some();
    let same_session = event.instance_id.is_some() && event.instance_id == entry.instance_id;
    if event.assistant != entry.assistant {
        let unproved = entry.instance_id.is_none() && entry.pid.is_none();
        return match (
            begins && !is_misplaced || unproved,
            event.attended || !entry.attended,
            event.ts < entry.last_event(),
        ) {
            (true, true, false) => Identity::Successor,
            _ => Identity::Unmatched("another assistant's event in this pane"),
        };
    }
    if !event.attended && entry.attended && !same_session {
        return Identity::Unmatched(HEADLESS);
    }
    if !is_other(entry.instance_id.as_ref(), event.instance_id.as_ref()) {
        return Identity::Same;
    }
    // The process of the pane still tells of its own session, and the agents view of all others.
    if entry.witness.stands_in && !begins {
        return Identity::Unmatched(AWAY);
    }
    let retired = event
        .instance_id
        .as_ref()
        .is_some_and(|instance| entry.has_retired(instance));
    if retired && event.kind != Some(Kind::SessionStarted) {
        return Identity::Unmatched(REPLACED);
    }
    if event.kind == Some(Kind::SessionEnded) || event.ts < entry.last_event() {
        return Identity::Unmatched(OLDER);
    }
    if is_misplaced {
        return Identity::Unmatched("another session lives in the pane that it was told");
    }
    let same_process = event.pid.is_some() && event.pid == entry.pid;
    if begins || same_process || !entry.attended {
        Identity::Successor
    } else {
        Identity::Unmatched("an unknown session in this pane")
    }
}

impl Kin {
    /// Why the event is not the row's own, if its process tells.
    pub(super) fn is_childs(self, entry: &Entry, event: &Event) -> Option<Reason> {
        let same_session = event.instance_id.is_some() && event.instance_id == entry.instance_id;
        // What a program says of its own child, as `wrap` does, is said of the assistant.
        if same_session || entry.publisher.is_some() {
            return None;
        }
        let speaks_for_it = event.assistant == entry.assistant
            && SPEAK_BY_CHILD.contains(&event.assistant.as_str());
        match (self.relation, self.lives) {
            (Relation::Below, _) if !speaks_for_it => Some(CHILD),
            (Relation::Unknown, Some(false)) if entry.pid.is_some() && is_another(entry, event) => {
                Some(ENDED)
            }
            _ => None,
        }
    }

    /// Whether the row is that of a child of the event's process, whose pane it is.
    pub(super) fn owns(self, entry: &Entry, event: &Event) -> bool {
        self.relation == Relation::Above
            && event.attended
            && event.kind != Some(Kind::SessionEnded)
            && entry.publisher.is_none()
            && is_another(entry, event)
            && !SPEAK_BY_CHILD.contains(&event.assistant.as_str())
    }
}

/// Whether the event is certainly not of the row's session.
fn is_another(entry: &Entry, event: &Event) -> bool {
    event.assistant != entry.assistant
        || is_other(entry.instance_id.as_ref(), event.instance_id.as_ref())
}
