//! What was carried out a moment ago, as the audit has it: whoever collects next does not do it again.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use memchr::memmem;
use pane_patrol_hooks::event_log::{open_regular, rotated};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use serde::Deserialize;

use crate::hub::protocol::{ActOutcome, ActResult, Located, Right};
use crate::hub::server::Lately;
use crate::state::Bound;

/// So much of the end of a file is read, in bytes: much more than is written in that time.
const READ_BYTES: u64 = 8 << 20;

/// The same for what became of a request a moment ago.
const LAST_BYTES: u64 = 256 << 10;

/// A line about a request, as far as it is needed.
#[derive(Deserialize)]
struct Decided {
    ts: Timestamp,
    decision: String,
    outcome: String,
    assistant: String,
    instance_id: Option<String>,
    agent_id: Option<String>,
    request_id: Option<String>,
    tool: Option<String>,
}

/// The decision about that request that has taken effect from here, by hand or by a rule: its word.
pub(super) fn decided(path: &Path, bound: &Bound) -> Option<String> {
    let text = end_of(path, LAST_BYTES)?;
    let mut lines = text.rsplit(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let decided = serde_json::from_slice::<Decided>(line).ok()?;
        decided.is_about(bound).then_some(decided.decision)
    })
}

impl Decided {
    fn is_about(&self, bound: &Bound) -> bool {
        let request = &bound.request;
        // Of equal ones it may have been another.
        self.outcome == "done"
            && self.ts >= request.since
            && self.assistant == bound.assistant.as_str()
            && self.instance_id == bound.instance_id
            && self.agent_id == request.agent_id
            && self.request_id == request.request_id
            && self.tool == request.tool
    }
}

/// A line, as far as it is needed.
#[derive(Deserialize)]
struct Kept {
    ts: Timestamp,
    right: Right,
    act_id: String,
    act: String,
    decision: String,
    outcome: String,
    reason: Option<String>,
    #[serde(default)]
    target: String,
}

/// What was carried out within that time before `now`, oldest first; of what was begun and has no end it is told
/// that nobody knows.
pub(super) fn read(path: &Path, now: Timestamp, within: Duration) -> Vec<Lately> {
    let mut acts: BTreeMap<String, Kept> = BTreeMap::new();
    for path in [rotated(path, 1), path.to_owned()] {
        let text = end_of(&path, READ_BYTES).unwrap_or_default();
        for line in text.split(|byte| *byte == b'\n') {
            if memmem::find(line, br#""act_id":""#).is_none() {
                continue;
            }
            let kept = serde_json::from_slice::<Kept>(line).ok();
            if let Some(kept) = kept.filter(|kept| kept.ts >= now.minus(within)) {
                acts.insert(kept.act_id.clone(), kept);
            }
        }
    }
    let mut acts: Vec<Kept> = acts.into_values().collect();
    acts.sort_by_key(|kept| kept.ts);
    acts.into_iter().map(|kept| kept.told(now)).collect()
}

fn end_of(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut file = open_regular(Opening::to_read(), path)?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))
        .ok()?;
    let mut text = Vec::new();
    file.take(most).read_to_end(&mut text).ok()?;
    Some(text)
}

impl Kept {
    fn told(self, now: Timestamp) -> Lately {
        let (outcome, why) = match self.outcome.as_str() {
            "done" | "equal" => (ActOutcome::Done, self.reason),
            "begun" => {
                let why = "whoever collected then ended before it was known what came of it";
                (ActOutcome::Unknown, Some(why.to_owned()))
            }
            "unknown" => (ActOutcome::Unknown, self.reason),
            _ => (ActOutcome::Refused, self.reason),
        };
        let mut result = ActResult::of(&self.act_id, outcome, why);
        result.late = self.outcome == "late";
        let place = self.target.parse::<Target>().ok();
        let place = place.filter(|_| self.decision == "start");
        result.place = place.map(|target| Located {
            target,
            server: None,
            pane: None,
        });
        Lately {
            ago: now.since(self.ts),
            right: self.right,
            digest: self.act,
            result,
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;
    use serde_json::json;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn what_has_taken_effect_about_a_request_is_found_and_nothing_about_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let asked = row(1, "claude", State::WaitingApproval, "a:0.0", 5).asks("Bash", "ls");
        let bound = Bound::to(&asked).unwrap();
        let since = bound.request.since;
        let line = |decision: &str, outcome: &str, request: Option<&str>, ts: Timestamp| {
            json!({"ts": ts.to_string(), "decision": decision, "outcome": outcome, "assistant": "claude",
                "instance_id": bound.instance_id, "agent_id": null, "request_id": request, "tool": "Bash"})
            .to_string()
        };
        let own = bound.request.request_id.as_deref();
        let write = |lines: &[String]| std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        write(&[
            line("deny", "begun", own, since),
            line("deny", "done", own, since),
            line("approve", "nothing", own, since),
            line("approve", "done", Some("another"), since),
        ]);
        assert_eq!(decided(&path, &bound).as_deref(), Some("deny"));
        write(&[line(
            "deny",
            "done",
            own,
            since.minus(Duration::from_secs(1)),
        )]);
        assert_eq!(decided(&path, &bound), None, "it was about an earlier one");
        for outcome in ["begun", "equal"] {
            write(&[line("deny", outcome, own, since)]);
            assert_eq!(decided(&path, &bound), None, "nobody knows: {outcome}");
        }
    }

    #[test]
    fn what_was_carried_out_a_moment_ago_is_told_as_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let now = Timestamp::parse("2026-11-21T10:10:00Z").unwrap();
        let line = |time: &str, id: &str, outcome: &str| {
            json!({"ts": format!("2026-11-21T{time}Z"), "by": "user", "right": "own", "act_id": id, "act": "0f",
                "decision": "start", "outcome": outcome, "reason": null, "target": "a:1.0", "row": ""})
            .to_string()
        };
        let old = [
            line("09:59:00", "old", "done"),
            line("10:01:00", "rotated", "done"),
        ];
        std::fs::write(rotated(&path, 1), old.join("\n")).unwrap();
        let new = [
            line("10:02:00", "done", "begun"),
            line("10:02:01", "done", "done"),
            "nonsense".to_owned(),
            line("10:03:00", "begun", "begun"),
            line("10:04:00", "refused", "nothing"),
        ];
        std::fs::write(&path, new.join("\n")).unwrap();
        let lately = read(&path, now, Duration::from_secs(600));
        let told: Vec<_> = lately
            .iter()
            .map(|act| {
                (
                    act.result.act_id.as_str(),
                    act.result.outcome,
                    act.ago.as_secs(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("rotated", ActOutcome::Done, 540),
                ("done", ActOutcome::Done, 479),
                ("begun", ActOutcome::Unknown, 420),
                ("refused", ActOutcome::Refused, 360),
            ]
        );
        let place = lately[0].result.place.as_ref().unwrap();
        assert_eq!(place.target.to_string(), "a:1.0");
    }
}
