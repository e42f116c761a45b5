//! `decisions.jsonl`: one line for each decision that was made, by hand or by a rule: what, why, which
//! rule, what happened, and every id by which it can be followed. What takes time has a line more, written
//! before the first key: whoever is killed in the middle leaves that one.

use std::io;
use std::path::Path;
use std::time::Instant;

use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use serde::Serialize;

use super::digest::{Digest, Shown};
use super::keys::Outcome;
use super::refusals::Refusals;
use super::secrets::without_secrets;
use crate::hub::protocol::Right;
use crate::hub::server::{Ruled, Who};
use crate::state::{Bound, Decision, EndedSession, Request, Row};

/// Of what is refused, and of what is only about to be done, so much of each text is written down, in characters.
const SHORT: usize = 120;

/// The same of a row's id, by which it is found again.
const SHORT_ID: usize = 256;

/// A longer line is not read again, in bytes: what stands in it is made short.
const LONGEST: usize = 4096;

/// One line.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Line<'a> {
    ts: Timestamp,
    /// `user`, `rule`, or `trust`: the person trusts the row for a while.
    by: &'a str,
    /// The rule's own name, when a rule decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    /// Why it was decided so, when not by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// `keys`, `id` or `hook`, and `unknown` before it is decided; of what is no decision `process`, `pane`, `file` or
    /// `table`; `none` where it was refused before any was tried.
    way: &'a str,
    /// Where the person answered: `dashboard`, the command's name, or a client of the hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    door: Option<&'a str>,
    /// What that door allows; of what a rule decided, what whoever asked may do, unless that is everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<&'a str>,
    /// The process that wanted it, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    /// The act's id, under which it is done once.
    #[serde(skip_serializing_if = "Option::is_none")]
    act_id: Option<&'a str>,
    /// The digest of the act and of who wanted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<&'a str>,
    /// Of the request as it was shown to the person in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    decision: &'a str,
    outcome: &'a str,
    /// What was about to be done has a line before it is, and one for what came of it, both with this: where
    /// the second is missing, nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
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
    /// So many refusals (or rulings) of that right before this one were only counted.
    #[serde(skip_serializing_if = "is_none")]
    left_out: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl<'a> Line<'a> {
    /// A decision that the person made.
    pub(crate) fn by_hand(
        bound: &'a Bound,
        decision: &'a Decision,
        (who, shown): (&'a Who, &'a Shown),
        way: &'a str,
        outcome: &'a Outcome,
        ts: Timestamp,
    ) -> Self {
        let (outcome, reason) = match outcome {
            Outcome::Done => ("done", None),
            Outcome::Beside(words) => ("done", Some(words.as_str())),
            Outcome::Equal(equal) => ("equal", Some(equal.words())),
            Outcome::Late(how) => ("late", Some(how.as_str())),
            Outcome::Nothing(why) => ("nothing", Some(why.as_str())),
            Outcome::Unknown(why) => ("unknown", Some(why.as_str())),
        };
        Self {
            way,
            digest: shown.digest.as_ref().map(Digest::as_str),
            outcome,
            reason,
            row: &bound.row,
            target: bound.target.to_string(),
            assistant: bound.assistant.as_str(),
            instance_id: bound.instance_id.as_deref(),
            generation: bound.generation,
            ..Self::wanted(decision.name(), who, ts)
        }
        .about(&bound.request)
    }

    /// What the person wanted done otherwise about a row, in one word.
    pub(crate) fn by_act(
        row: &'a Row,
        (act, way): (&'a str, &'a str),
        who: &'a Who,
        (outcome, reason): (&'a str, Option<&'a str>),
        ts: Timestamp,
    ) -> Self {
        Self {
            way,
            outcome,
            reason,
            row: &row.id,
            target: row.target.to_string(),
            assistant: row.assistant.as_str(),
            instance_id: row.instance_id.as_deref(),
            generation: row.generation,
            ..Self::wanted(act, who, ts)
        }
    }

    /// What the person had started, and where.
    pub(crate) fn started(
        launcher: &str,
        place: Option<&Target>,
        who: &'a Who,
        result: (&'a str, Option<&'a str>),
        ts: Timestamp,
    ) -> Self {
        Self {
            message: Some(without_secrets(launcher)),
            ..Self::opened("start", place, who, result, ts)
        }
    }

    /// That an ended session, known as `name`, was started again, and where.
    pub(crate) fn resumed(
        (session, name): (&'a EndedSession, &'a str),
        place: Option<&Target>,
        who: &'a Who,
        result: (&'a str, Option<&'a str>),
        ts: Timestamp,
    ) -> Self {
        Self {
            row: name,
            assistant: session.assistant.as_str(),
            instance_id: Some(session.instance_id.as_str()),
            ..Self::opened("resume", place, who, result, ts)
        }
    }

    /// That a pane was opened for something, and where.
    fn opened(
        act: &'a str,
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
            ..Self::wanted(act, who, ts)
        }
    }

    /// What was wanted about a row, in one word, and not even tried.
    pub(crate) fn untried(
        (row, act): (&'a str, &'a str),
        who: &'a Who,
        why: &'a str,
        ts: Timestamp,
    ) -> Self {
        Self {
            outcome: "nothing",
            reason: Some(why),
            row,
            ..Self::wanted(act, who, ts)
        }
    }

    /// That somebody wanted what their door does not allow.
    pub(crate) fn overstepped(what: &'a str, who: &'a Who, ts: Timestamp) -> Self {
        Self {
            outcome: "not_allowed",
            ..Self::wanted(what, who, ts)
        }
    }

    /// A decision that was made for the person.
    pub(crate) fn by_rule(ruled: &'a Ruled) -> Self {
        Self {
            ts: ruled.ts,
            by: ruled.by,
            rule: ruled.rule.as_deref(),
            why: Some(&ruled.why),
            way: "hook",
            decision: ruled.decision,
            outcome: ruled.outcome,
            reason: ruled.reason.as_deref(),
            row: &ruled.row,
            target: ruled.target.clone(),
            assistant: &ruled.assistant,
            instance_id: ruled.instance_id.as_deref(),
            generation: ruled.generation,
            right: (ruled.right != Right::Own).then_some(ruled.right.as_str()),
            ..Self::default()
        }
        .about(&ruled.request)
    }

    /// What somebody wanted, of which nothing more is told yet.
    fn wanted(what: &'a str, who: &'a Who, ts: Timestamp) -> Self {
        Self {
            ts,
            by: "user",
            way: "none",
            door: Some(&who.door),
            right: Some(who.right.as_str()),
            pid: who.pid,
            act_id: who.under.as_ref().map(|under| under.act_id.as_str()),
            act: who.under.as_ref().map(|under| under.digest.as_str()),
            decision: what,
            ..Self::default()
        }
    }

    /// The same with what exactly was wanted.
    #[must_use]
    pub(crate) fn saying(self, message: Option<&str>) -> Self {
        Self {
            message: message.map(without_secrets),
            ..self
        }
    }

    fn about(self, request: &'a Request) -> Self {
        Self {
            agent_id: request.agent_id.as_deref(),
            request_id: request.request_id.as_deref(),
            tool: request.tool.as_deref(),
            message: request.message.as_deref().map(without_secrets),
            ..self
        }
    }

    /// That it is about to be done; the line that tells what came of it has the same `intent`.
    #[must_use]
    pub(crate) fn begun(self, intent: &'a str) -> Self {
        Self {
            outcome: "begun",
            reason: None,
            message: self.message.as_deref().map(short),
            ..self.after(Some(intent))
        }
    }

    /// That a line of this `intent` was written before.
    #[must_use]
    pub(crate) fn after(self, intent: Option<&'a str>) -> Self {
        Self { intent, ..self }
    }

    /// What kind of ruling it is: about what, and what came of it.
    fn ruling(&self) -> String {
        let message = self.message.as_deref();
        let texts = [self.rule, self.tool, message, self.reason];
        let [rule, tool, message, reason] = texts.map(Option::unwrap_or_default);
        let parts = [
            self.row,
            self.decision,
            self.outcome,
            reason,
            rule,
            tool,
            message,
        ];
        parts.join("\n")
    }

    /// What kind of refusal it is: by whom, what, and why; `None` where something was done or may have been.
    pub(super) fn refusal(&self) -> Option<String> {
        let is_refused =
            ["nothing", "late", "not_allowed"].contains(&self.outcome) && self.intent.is_none();
        let parts = [self.door?, self.decision, self.reason.unwrap_or_default()];
        is_refused.then(|| parts.join("\n"))
    }

    /// Appends a decision that was made for the person to `path`. What a client has asked that may do nothing but
    /// publish is written down by bounds: it may ask as much as it likes, about rows that it makes up.
    pub(crate) fn append_ruled(
        &self,
        path: &Path,
        right: Right,
        bounds: &Refusals,
    ) -> io::Result<()> {
        if right == Right::Own {
            return self.append(path);
        }
        match bounds.admit(right, self.ruling(), Instant::now()) {
            Some(left_out) => self.append_short(path, left_out),
            None => Ok(()),
        }
    }

    /// Appends it to `path` as a refusal: no text of it is long, whatever was asked for, and it says how many
    /// before it were left out.
    pub(super) fn append_short(&self, path: &Path, left_out: u64) -> io::Result<()> {
        let row = one_line(self.row, SHORT_ID);
        let [decision, assistant] = [self.decision, self.assistant].map(short);
        let texts = [
            self.rule,
            self.why,
            self.door,
            self.reason,
            self.instance_id,
            self.agent_id,
            self.request_id,
            self.tool,
            self.message.as_deref(),
        ];
        let texts = texts.map(|text| text.map(short));
        let [
            rule,
            why,
            door,
            reason,
            instance_id,
            agent_id,
            request_id,
            tool,
            message,
        ] = &texts;
        let line = Line {
            row: &row,
            decision: &decision,
            assistant: &assistant,
            target: short(&self.target),
            rule: rule.as_deref(),
            why: why.as_deref(),
            door: door.as_deref(),
            reason: reason.as_deref(),
            instance_id: instance_id.as_deref(),
            agent_id: agent_id.as_deref(),
            request_id: request_id.as_deref(),
            tool: tool.as_deref(),
            message: message.clone(),
            left_out,
            ..self.clone()
        };
        write(path, &serde_json::to_vec(&line)?)
    }

    /// Appends the line to `path`: one write, so that lines of several processes never mix. Like the event
    /// log the file is rotated before it is large.
    pub(crate) fn append(&self, path: &Path) -> io::Result<()> {
        let line = serde_json::to_vec(self)?;
        if line.len() > LONGEST {
            return self.append_short(path, self.left_out);
        }
        write(path, &line)
    }
}

fn write(path: &Path, line: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private::make_folders(folder)?;
    }
    let opening = Opening::to_append().no_link().or_make_private();
    drop(opening.anything(path)?);
    let record = EventLog::open(path).ok_or(io::ErrorKind::InvalidInput)?;
    if record.append(line) {
        Ok(())
    } else {
        Err(io::Error::other("it could not be written"))
    }
}

fn short(text: &str) -> String {
    one_line(text, SHORT)
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Source, State};
    use pane_patrol_hooks::event_log::{Limits, MIN_MAX_BYTES, rotate, rotated};

    use super::*;
    use crate::assistants::request::Known;
    use crate::hub::server::Under;
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
            device: None,
            right: Right::Own,
            pid: Some(7),
            name: "dashboard-7".into(),
            under: Some(Under {
                act_id: "act".into(),
                digest: "0f".into(),
            }),
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
            ("act_id", "act"),
            ("act", "0f"),
            ("digest", digest.as_str()),
        ] {
            assert_eq!(line[name], id, "{line}");
        }
        assert_eq!(line["generation"], row.generation);
        assert_eq!(line["pid"], 7);
    }

    #[test]
    fn no_text_of_a_refusal_is_long_whatever_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let who = Who {
            door: "d".repeat(15_000),
            device: None,
            right: Right::Answer,
            pid: None,
            name: "x".to_owned(),
            under: None,
        };
        let (row, why) = ("\u{1}x".repeat(8_000), "why".repeat(5_000));
        let line = Line::untried((&row, "snooze"), &who, &why, Timestamp::default());
        assert!(line.refusal().is_some());
        line.append_short(&path, 7).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.len() < 1_000, "{}", written.len());
        assert!(written.contains(r#""left_out":7"#), "{written}");
        // Nothing else is so long that nobody reads it.
        let done = line.after(Some("begun before"));
        assert!(done.refusal().is_none());
        done.append(&path).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.lines().all(|line| line.len() < LONGEST));
    }

    #[test]
    fn the_record_is_rotated_like_the_event_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let limits = Limits {
            max_bytes: MIN_MAX_BYTES,
            max_files: 2,
            messages: true,
        };
        rotate::write_limits(&path, limits).unwrap();
        let who = Who {
            door: "x".repeat(3000),
            device: None,
            right: Right::Read,
            pid: None,
            name: "x".to_owned(),
            under: None,
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
}
