//! What fits no row is held apart: it changes nothing that is shown, but it is counted, and the last
//! of it can be named. Alike ones are kept together, so that the memory stays small whatever comes.

use pane_patrol_hooks::event::{Assistant, Event, Kind};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::reason::{AWAY, CHILD, ENDED, HEADLESS, OLDER, OVER, REPLACED};
use super::{Level, Reading, Row, RowKey};

/// How many kinds are kept; the one that came last the longest ago goes first.
const KEPT: usize = 32;

/// Longest name of an event or a session that is kept, in characters.
const MAX_CHARS: usize = 80;

/// Events or readings that fitted no row, all from one session, to one place, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unmatched {
    /// The id of the row that it would have belonged to, `<server>::<pane>`.
    pub id: String,
    /// Where it said it came from.
    #[cfg_attr(test, schemars(with = "String"))]
    pub target: Target,
    /// Which assistant sent it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub assistant: Assistant,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The name of the last event, or the level of the last reading.
    pub what: String,
    /// Why it fitted no row.
    pub why: String,
    /// How often.
    pub count: u64,
    /// When it came last.
    #[cfg_attr(test, schemars(with = "String"))]
    pub last: Timestamp,
}

impl Unmatched {
    pub(super) fn of_event(event: &Event, key: &RowKey, why: &str, now: Timestamp) -> Self {
        let name = event
            .event
            .as_deref()
            .or(event.kind.map(Kind::as_str))
            .unwrap_or(event.state.as_str());
        Self {
            id: key.to_string(),
            target: event.target.clone(),
            assistant: event.assistant.clone(),
            instance_id: event.instance_id.as_deref().map(clip),
            what: clip(name),
            why: why.to_owned(),
            count: 1,
            last: now,
        }
    }

    pub(super) fn of_row(row: &Row, why: &str, now: Timestamp) -> Self {
        Self {
            id: row.id.clone(),
            target: row.target.clone(),
            assistant: row.assistant.clone(),
            instance_id: row.instance_id.as_deref().map(clip),
            what: "its whole row".to_owned(),
            why: why.to_owned(),
            count: 1,
            last: now,
        }
    }

    pub(super) fn of_reading(
        reading: &Reading,
        key: &RowKey,
        target: Target,
        why: &str,
        now: Timestamp,
    ) -> Self {
        let what = match reading.level {
            Level::Busy => "witness: busy",
            Level::WaitingApproval => "witness: waiting for approval",
            Level::WaitingInput => "witness: waiting for input",
            Level::Menu => "witness: a menu is open",
            Level::Moved => "witness: moved to the background",
            Level::Elsewhere => "witness: another session is shown",
            Level::Done => "done",
            Level::Failed => "failed",
            Level::Idle => "witness: idle",
        };
        Self {
            id: key.to_string(),
            target,
            assistant: reading.assistant.clone(),
            instance_id: reading.instance_id.as_deref().map(clip),
            what: what.to_owned(),
            why: why.to_owned(),
            count: 1,
            last: now,
        }
    }

    /// Whether it is in the nature of hooks that such come: they end after their session, and a
    /// session may have children.
    pub fn is_usual(&self) -> bool {
        [OVER, ENDED, AWAY, HEADLESS, CHILD, REPLACED, OLDER].contains(&self.why.as_str())
    }

    /// Whatever it said: a child of many words is one all the same.
    fn is_like(&self, other: &Self) -> bool {
        let (one, two) = (self, other);
        (&one.id, &one.assistant) == (&two.id, &two.assistant)
            && (&one.instance_id, &one.why) == (&two.instance_id, &two.why)
    }
}

fn clip(text: &str) -> String {
    one_line(text, MAX_CHARS)
}

/// All kinds that are kept, the last one last.
#[derive(Clone, Debug, Default)]
pub(super) struct AllUnmatched(Vec<Unmatched>);

impl AllUnmatched {
    pub(super) fn note(&mut self, mut apart: Unmatched) {
        if let Some(index) = self.0.iter().position(|known| known.is_like(&apart)) {
            apart.count += self.0.remove(index).count;
        } else if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(apart);
    }

    /// The last one first.
    pub(super) fn newest_first(&self) -> Vec<Unmatched> {
        self.0.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(instance: &str, what: &str, at: i64) -> Unmatched {
        Unmatched {
            id: "/tmp/tmux/default,7::%1".to_owned(),
            target: Target::Pane(pane_patrol_hooks::target::PaneId(1)),
            assistant: Assistant::GEMINI,
            instance_id: Some(instance.to_owned()),
            what: what.to_owned(),
            why: CHILD.to_owned(),
            count: 1,
            last: Timestamp::from_millis(at),
        }
    }

    #[test]
    fn all_that_a_child_says_is_one_entry_with_a_count() {
        let mut all_unmatched = AllUnmatched::default();
        for (at, what) in (0..).zip(["BeforeTool", "AfterTool", "AfterAgent", "BeforeTool"]) {
            all_unmatched.note(apart("s1", what, at));
        }
        all_unmatched.note(apart("s2", "BeforeTool", 9));
        let kept = all_unmatched.newest_first();
        let kept: Vec<_> = kept
            .iter()
            .map(|apart| (apart.instance_id.as_deref(), &*apart.what, apart.count))
            .collect();
        let expected = [(Some("s2"), "BeforeTool", 1), (Some("s1"), "BeforeTool", 4)];
        assert_eq!(kept, expected);
    }
}
