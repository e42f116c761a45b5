//! Whose event it is, by processes: what was looked up of the process that an event names, and what
//! that means for the row of its pane.
//!
//! A pane's assistant starts other assistants, and a terminal or an editor that was started in a pane
//! hands its variables on. Both name that pane, and neither is what the person sees there.

use pane_patrol_hooks::event::{Event, Kind};

use super::apart::ENDED;
use super::entry::{Entry, Reason};
use super::fit::is_other;

/// What a session of the pane has started reports from there.
pub(super) const CHILD: Reason = "its process was started by the assistant of this pane";

/// Its variables were handed on, or it has outlived what was in the pane.
pub(super) const OUTSIDE: Reason = "its process is none of that pane";

/// Several panes of Zellij are one pane here.
pub(super) const IN_ZELLIJ: Reason =
    "it runs in Zellij, whose panes cannot be told apart from the tmux pane around them";

/// Assistants that have a child of theirs speak for them, which is as good as they.
const SPEAK_BY_CHILD: &[&str] = &["droid"];

/// What was looked up of the process that an event names. Nothing of it is known by default: then
/// nothing is asked of the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// Whether the process lives; `None`: unknown, or it names none.
    pub lives: Option<bool>,
    /// Where it runs.
    pub place: Place,
    /// How it stands to the process of the pane's row.
    pub relation: Relation,
}

/// Where a process runs, compared with the pane that it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// One of the two cannot be looked at, or that was not asked.
    #[default]
    Unknown,
    /// It is the pane's process or below it.
    Inside,
    /// It is not.
    Outside,
    /// It is in a pane of a Zellij that was started in the tmux pane.
    Zellij,
}

/// How a process stands to the process of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Relation {
    /// There is none, or one of the two cannot be looked at.
    #[default]
    Unknown,
    /// It is the same one.
    Same,
    /// It is strictly below it.
    Below,
    /// It is strictly above it.
    Above,
    /// Neither descends from the other.
    None,
}

impl Kin {
    /// Why an event with this process is none of that pane, if it is not.
    pub(crate) fn is_astray(self) -> Option<&'static str> {
        match self.place {
            Place::Outside => Some(OUTSIDE),
            Place::Zellij => Some(IN_ZELLIJ),
            Place::Inside | Place::Unknown => None,
        }
    }

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
