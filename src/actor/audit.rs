//! `decisions.jsonl`: one line for each decision that was made, by hand or by a rule: what, why, which
//! rule, what happened, and every id by which it can be followed.

use std::io;
use std::path::Path;

use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::is_mark;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use serde::Serialize;

use super::digest::{Digest, Shown};
use super::keys::Outcome;
use crate::hub::server::{Ruled, Who};
use crate::state::{Bound, Decision, Row};

/// One line.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    ts: Timestamp,
    /// `user`, `rule`, or `trust`: the person trusts the row for a while.
    by: &'a str,
    /// The rule's own name, when a rule decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    /// Why it was decided so, when not by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// `keys` or `hook`; of what is no decision `process`, `pane` or `table`;
    /// `none` where it was not even tried.
    way: &'a str,
    /// Where the person answered: `dashboard`, the command's name, or a client of the hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    door: Option<&'a str>,
    /// What that door allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<&'a str>,
    /// Of the request as it was shown to the person in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    decision: &'a str,
    outcome: &'a str,
    /// Why nothing was done, what was done instead, or what is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    row: &'a str,
    target: String,
    assistant: &'a str,
    instance_id: Option<&'a str>,
    agent_id: Option<&'a str>,
    request_id: Option<&'a str>,
    tool: Option<&'a str>,
    message: Option<String>,
    generation: u64,
}

impl<'a> Line<'a> {
    /// A decision that the person made.
    pub fn by_hand(
        bound: &'a Bound,
        decision: &'a Decision,
        (who, shown): (&'a Who, &'a Shown),
        way: &'a str,
        outcome: &'a Outcome,
        ts: Timestamp,
    ) -> Self {
        let (outcome, reason) = match outcome {
            Outcome::Done => ("done", None),
            Outcome::Equal(equal) => ("equal", Some(equal.words())),
            Outcome::Nothing(why) => ("nothing", Some(why.as_str())),
            Outcome::Unknown(why) => ("unknown", Some(why.as_str())),
        };
        Self {
            ts,
            by: "user",
            rule: None,
            why: None,
            way,
            door: Some(&who.door),
            right: Some(who.right.as_str()),
            digest: shown.digest.as_ref().map(Digest::as_str),
            decision: decision.name(),
            outcome,
            reason,
            row: &bound.row,
            target: bound.target.to_string(),
            assistant: bound.assistant.as_str(),
            instance_id: bound.instance_id.as_deref(),
            agent_id: bound.request.agent_id.as_deref(),
            request_id: bound.request.request_id.as_deref(),
            tool: bound.request.tool.as_deref(),
            message: bound.request.message.as_deref().map(without_secrets),
            generation: bound.generation,
        }
    }

    /// What the person wanted done otherwise about a row, in one word.
    pub fn by_act(
        row: &'a Row,
        (act, way): (&'a str, &'a str),
        who: &'a Who,
        (outcome, reason): (&'a str, Option<&'a str>),
        ts: Timestamp,
    ) -> Self {
        Self {
            ts,
            by: "user",
            rule: None,
            why: None,
            way,
            door: Some(&who.door),
            right: Some(who.right.as_str()),
            digest: None,
            decision: act,
            outcome,
            reason,
            row: &row.id,
            target: row.target.to_string(),
            assistant: row.assistant.as_str(),
            instance_id: row.instance_id.as_deref(),
            agent_id: None,
            request_id: None,
            tool: None,
            message: None,
            generation: row.generation,
        }
    }

    /// What the person had started, and where.
    pub fn started(
        launcher: &str,
        place: Option<&Target>,
        who: &'a Who,
        (outcome, reason): (&'a str, Option<&'a str>),
        ts: Timestamp,
    ) -> Self {
        Self {
            way: "pane",
            outcome,
            reason,
            target: place.map(ToString::to_string).unwrap_or_default(),
            message: Some(without_secrets(launcher)),
            ..Self::overstepped("start", who, ts)
        }
    }

    /// What was wanted about a row, in one word, and not even tried.
    pub fn untried(
        (row, act): (&'a str, &'a str),
        who: &'a Who,
        why: &'a str,
        ts: Timestamp,
    ) -> Self {
        Self {
            outcome: "nothing",
            reason: Some(why),
            row,
            ..Self::overstepped(act, who, ts)
        }
    }

    /// That somebody wanted what their door does not allow.
    pub fn overstepped(what: &'a str, who: &'a Who, ts: Timestamp) -> Self {
        Self {
            ts,
            by: "user",
            rule: None,
            why: None,
            way: "none",
            door: Some(&who.door),
            right: Some(who.right.as_str()),
            digest: None,
            decision: what,
            outcome: "not_allowed",
            reason: None,
            row: "",
            target: String::new(),
            assistant: "",
            instance_id: None,
            agent_id: None,
            request_id: None,
            tool: None,
            message: None,
            generation: 0,
        }
    }

    /// A decision that was made for the person.
    pub fn by_rule(ruled: &'a Ruled) -> Self {
        Self {
            ts: ruled.ts,
            by: ruled.by,
            rule: ruled.rule.as_deref(),
            why: Some(&ruled.why),
            way: "hook",
            door: None,
            right: None,
            digest: None,
            decision: ruled.decision,
            outcome: ruled.outcome,
            reason: ruled.reason.as_deref(),
            row: &ruled.row,
            target: ruled.target.clone(),
            assistant: &ruled.assistant,
            instance_id: ruled.instance_id.as_deref(),
            agent_id: ruled.request.agent_id.as_deref(),
            request_id: ruled.request.request_id.as_deref(),
            tool: ruled.request.tool.as_deref(),
            message: ruled.request.message.as_deref().map(without_secrets),
            generation: ruled.generation,
        }
    }

    /// Appends the line to `path`: one write, so that lines of several processes never mix. Like the event
    /// log the file is rotated before it is large.
    pub fn append(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            private::make_folders(folder)?;
        }
        let opening = Opening::to_append().no_link().or_make_private();
        drop(opening.anything(path)?);
        let record = EventLog::open(path).ok_or(io::ErrorKind::InvalidInput)?;
        let line = serde_json::to_vec(self)?;
        if record.append(&line) {
            Ok(())
        } else {
            Err(io::Error::other("it could not be written"))
        }
    }
}

/// The message without the values of what is named like a secret.
fn without_secrets(message: &str) -> String {
    let mut hide_next = false;
    let mut word = |word: &str| {
        if word.is_empty() {
            return String::new();
        }
        let hidden = std::mem::replace(&mut hide_next, false);
        let (name, value) = word.split_once(['=', ':']).unwrap_or((word, ""));
        if !is_secret(name) {
            return if hidden {
                "…".to_owned()
            } else {
                word.to_owned()
            };
        }
        if value.is_empty() {
            hide_next = true;
            return word.to_owned();
        }
        format!("{name}=…")
    };
    // Every word stands behind a blank, or behind a mark of one.
    let is_blank = |c: char| c == ' ' || is_mark(c);
    let part = |part: &str| {
        let end = part.trim_end_matches(is_blank).len();
        word(&part[..end]) + &part[end..]
    };
    message.split_inclusive(is_blank).map(part).collect()
}

fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 7] = [
        "token", "secret", "passw", "apikey", "api_key", "api-key", "bearer",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Source, State};
    use pane_patrol_hooks::event_log::{Limits, MIN_MAX_BYTES, rotate, rotated};

    use super::*;
    use crate::assistants::request::Known;
    use crate::hub::protocol::Right;
    use crate::state::Request;
    use crate::state::fixture::row;

    #[test]
    fn a_line_holds_every_id_by_which_a_decision_can_be_followed() {
        let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.instance_id = Some("session".into());
        row.waiting = vec![Request {
            state: State::WaitingApproval,
            request_id: Some("call".into()),
            agent_id: Some("agent".into()),
            tool: Some("Bash".into()),
            message: Some("touch f".into()),
            since: row.since,
            source: Source::Hook,
        }];
        let bound = Bound::to(&row).unwrap();
        let digest = Digest::of(&bound, &Known::Said);
        let shown = Shown {
            digest: Some(digest.clone()),
            partly: false,
        };
        let who = Who {
            door: "dashboard".into(),
            right: Right::Own,
        };
        let line = Line::by_hand(
            &bound,
            &Decision::Approve,
            (&who, &shown),
            "keys",
            &Outcome::Done,
            row.since,
        );
        let line = serde_json::to_value(line).unwrap();
        for (name, id) in [
            ("row", row.id.as_str()),
            ("target", "a:0.0"),
            ("assistant", "claude"),
            ("instance_id", "session"),
            ("agent_id", "agent"),
            ("request_id", "call"),
            ("tool", "Bash"),
            ("door", "dashboard"),
            ("right", "own"),
            ("digest", digest.as_str()),
        ] {
            assert_eq!(line[name], id, "{line}");
        }
        assert_eq!(line["generation"], row.generation);
    }

    #[test]
    fn the_record_is_rotated_like_the_event_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let limits = Limits {
            max_bytes: MIN_MAX_BYTES,
            max_files: 2,
        };
        rotate::write_limits(&path, limits).unwrap();
        let who = Who {
            door: "x".repeat(4096),
            right: Right::Read,
        };
        for _ in 0..100 {
            let line = Line::overstepped("trust", &who, Timestamp::default());
            line.append(&path).unwrap();
        }
        let size = |path: &Path| std::fs::metadata(path).unwrap().len();
        assert!(size(&path) < MIN_MAX_BYTES + 8192);
        assert!(size(&rotated(&path, 1)) < MIN_MAX_BYTES + 8192);
        assert!(!rotated(&path, 2).exists());
    }

    #[test]
    fn what_is_named_like_a_secret_is_not_written_down() {
        for (message, kept) in [
            ("git push origin main", "git push origin main"),
            ("API_TOKEN=abc make", "API_TOKEN=… make"),
            (
                "curl -H 'Authorization: Bearer abc' x",
                "curl -H 'Authorization: Bearer … x",
            ),
            ("psql --password abc db", "psql --password … db"),
            ("npm login --api-key=abc", "npm login --api-key=…"),
            ("psql --password␠␠abc db", "psql --password␠␠… db"),
            ("make␊API_TOKEN=abc␉x", "make␊API_TOKEN=…␉x"),
        ] {
            assert_eq!(without_secrets(message), kept);
        }
    }
}
