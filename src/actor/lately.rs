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

/// So much of the end of a file is read, in bytes: much more than is written in that time.
const READ_BYTES: u64 = 8 << 20;

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
        let text = end_of(&path).unwrap_or_default();
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

fn end_of(path: &Path) -> Option<Vec<u8>> {
    let mut file = open_regular(Opening::to_read(), path)?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(READ_BYTES)))
        .ok()?;
    let mut text = Vec::new();
    file.take(READ_BYTES).read_to_end(&mut text).ok()?;
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
    use serde_json::json;

    use super::*;

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
