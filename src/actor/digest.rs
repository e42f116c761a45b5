//! What of a request stood before the person, and whether that is still what is asked.
//!
//! Whoever shows a request in full makes a [`Digest`] of it; whoever answers gives it back. In the
//! moment of the answer the request is read again from where its assistant keeps it, and [`check`]
//! compares: one function, whichever door the answer came through and whichever way it is to go. An
//! approval of what nobody has shown is refused here.

use std::fmt;
use std::str::FromStr;

use pane_patrol_hooks::text::unmarked;
use pane_patrol_installer::sha256;
use serde_json::Value;
use thiserror::Error;

use crate::assistants::request::{self as asked, Known};
use crate::state::{Bound, Decision};

/// What the digest begins with: another way to make it must not give the same one.
const FORM: &str = "pane-patrol request 1";

/// Letters that a digest has.
const LENGTH: usize = 64;

/// Of one request as it was shown: whose, which, its whole input and every line of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(String);

/// It is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a digest has 64 digits, 0 to 9 and a to f: `pane-patrol request` prints it")]
pub struct NoDigest;

impl Digest {
    /// Of `bound` with all that is `known` of it.
    pub fn of(bound: &Bound, known: &Known) -> Self {
        let request = &bound.request;
        // An id tells requests apart; without one the moment does.
        let since = request.request_id.is_none().then_some(request.since);
        let since = since.map(|since| since.to_string());
        let input = known.full().map(|full| canonical(&full.input));
        let text = asked::text(request, known);
        let fields = [
            Some(FORM),
            Some(&bound.row),
            Some(bound.assistant.as_str()),
            bound.instance_id.as_deref(),
            request.agent_id.as_deref(),
            Some(request.state.as_str()),
            request.request_id.as_deref(),
            since.as_deref(),
            request.tool.as_deref(),
            request.message.as_deref(),
            Some(level(known)),
            known.full().map(|full| full.tool.as_str()),
            input.as_deref(),
            Some(&text),
        ];
        Self(sha256(fields.map(framed).concat().as_bytes()))
    }

    /// Whether it is of `bound`, of which this is `known` now.
    pub fn is_of(&self, bound: &Bound, known: &Known) -> bool {
        Self::of(bound, known) == *self || said_as_much(bound, self, known)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == LENGTH && text.bytes().all(is_digit);
        is_one.then(|| Self(text.to_owned())).ok_or(NoDigest)
    }
}

/// A field with its length, so that no two lists of fields look the same.
fn framed(field: Option<&str>) -> String {
    match field {
        Some(text) => format!("{}:{text}\n", text.len()),
        None => "-\n".to_owned(),
    }
}

/// How much was known. Why no more was is not part of what is asked.
fn level(known: &Known) -> &'static str {
    match known {
        Known::Whole(_) => "whole",
        Known::Said => "said",
        Known::Beginning(_) => "beginning",
    }
}

/// JSON with its keys in order, in whatever order they were written.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let field = |(name, value): (&String, &Value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            };
            let fields: Vec<String> = fields.into_iter().map(field).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(canonical).collect();
            format!("[{}]", values.join(","))
        }
        plain => plain.to_string(),
    }
}

/// What the person had before them when they answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Of the request as it was shown to its last line; `None`: it was not.
    pub digest: Option<Digest>,
    /// The person knows that only its beginning was shown, and means it.
    pub partly: bool,
}

/// Why a request must not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotShown {
    /// Nobody has shown it.
    #[error("it was not shown to its last line")]
    Unseen,
    /// It reads otherwise now.
    #[error("it is not what was shown any more; read it again")]
    Changed,
    /// More would have been shown if it had been known.
    #[error("only the beginning of it is known")]
    PartlyKnown,
}

/// Whether `bound`, of which this is `known` at this moment, may be answered by a person who had `shown`
/// before them. A denial does no harm and needs nothing; what it was given is compared all the same.
pub(crate) fn check(
    bound: &Bound,
    decision: &Decision,
    shown: &Shown,
    known: &Known,
) -> Result<(), NotShown> {
    let Some(digest) = &shown.digest else {
        return match decision {
            Decision::Deny { .. } => Ok(()),
            Decision::Approve | Decision::Answer(_) => Err(NotShown::Unseen),
        };
    };
    if !digest.is_of(bound, known) {
        return Err(NotShown::Changed);
    }
    // A question's options are not known of some assistants; its dialog is compared by their words.
    if *decision == Decision::Approve && !known.is_whole() && !shown.partly {
        return Err(NotShown::PartlyKnown);
    }
    Ok(())
}

/// Whether the one line that was shown before all of the request was written down is all of it still:
/// the very command, and nothing beside it but what the assistant says about it.
fn said_as_much(bound: &Bound, digest: &Digest, known: &Known) -> bool {
    let Some(full) = known.full() else {
        return false;
    };
    let only = |name: &String| matches!(name.as_str(), "command" | "cmd" | "description");
    let fields = full.input.as_object();
    fields.is_some_and(|fields| fields.keys().all(only))
        && asked::says_all(bound)
        && full.command().as_deref() == bound.request.message.as_deref().map(unmarked).as_deref()
        && Digest::of(bound, &Known::Said) == *digest
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Source, State};
    use serde_json::json;

    use super::*;
    use crate::actor::Pick;
    use crate::assistants::request::{Full, Given};
    use crate::state::Request;
    use crate::state::fixture::row;

    fn asking(message: &str) -> Bound {
        let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.instance_id = Some("session".into());
        row.waiting = vec![Request {
            state: State::WaitingApproval,
            request_id: Some("call".into()),
            agent_id: None,
            tool: Some("Bash".into()),
            message: Some(message.into()),
            since: row.since,
            source: Source::Hook,
        }];
        Bound::to(&row).unwrap()
    }

    fn whole(input: &Value) -> Known {
        let full = Full::of("Bash", Given::Command, input.clone());
        Known::Whole(Box::new(full))
    }

    fn shown(digest: Option<Digest>) -> Shown {
        Shown {
            digest,
            partly: false,
        }
    }

    #[test]
    fn a_digest_is_the_same_whatever_the_order_of_fields_and_another_for_whatever_differs() {
        let bound = asking("touch f");
        let known = whole(&json!({"command": "touch f", "options": {"b": 1, "a": [2]}}));
        let digest = Digest::of(&bound, &known);
        assert_eq!(
            digest.as_str(),
            "f10bb0acbc8db32b13209e0ebaf4dadc916d8bf380568d9479a682407adc90e9",
            "a digest that was printed once stays good"
        );
        let turned = json!({"options": {"a": [2], "b": 1}, "command": "touch f"});
        let Known::Whole(mut turned) = whole(&turned) else {
            unreachable!()
        };
        turned.parts = known.full().unwrap().parts.clone();
        assert_eq!(Digest::of(&bound, &Known::Whole(turned)), digest);

        let mut others = vec![
            Digest::of(&bound, &Known::Said),
            Digest::of(&bound, &Known::Beginning("no file".into())),
            Digest::of(&bound, &whole(&json!({"command": "touch  f"}))),
            Digest::of(&bound, &whole(&json!({"command": "touch f\n"}))),
        ];
        let changes: [&dyn Fn(&mut Bound); 7] = [
            &|bound| bound.row.push('1'),
            &|bound| bound.instance_id = Some("other".into()),
            &|bound| bound.request.agent_id = Some("agent".into()),
            &|bound| bound.request.request_id = Some("call2".into()),
            &|bound| bound.request.request_id = None,
            &|bound| bound.request.tool = Some("Edit".into()),
            &|bound| bound.request.message = Some("rm f".into()),
        ];
        for change in changes {
            let mut bound = bound.clone();
            change(&mut bound);
            others.push(Digest::of(&bound, &known));
        }
        others.push(digest);
        let mut different = others.clone();
        different.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        different.dedup();
        assert_eq!(different.len(), others.len(), "{others:?}");
    }

    #[test]
    fn a_digest_is_read_as_it_is_printed_and_nothing_else_is() {
        let digest = Digest::of(&asking("touch f"), &Known::Said);
        assert_eq!(digest.to_string().parse(), Ok(digest.clone()));
        for other in ["", "abc", &digest.to_string().to_uppercase()] {
            assert_eq!(other.parse::<Digest>(), Err(NoDigest));
        }
    }

    #[test]
    fn only_what_was_shown_and_is_still_asked_is_approved() {
        let bound = asking("touch f …");
        let known = whole(&json!({"command": "touch f\ntouch g"}));
        let approve =
            |shown: &Shown, known: &Known| check(&bound, &Decision::Approve, shown, known);
        assert_eq!(approve(&shown(None), &known), Err(NotShown::Unseen));
        let seen = shown(Some(Digest::of(&bound, &known)));
        assert_eq!(approve(&seen, &known), Ok(()));
        let now = whole(&json!({"command": "touch f\ntouch  g"}));
        assert_eq!(approve(&seen, &now), Err(NotShown::Changed));
        let gone = Known::Beginning("its transcript does not hold it".into());
        assert_eq!(approve(&seen, &gone), Err(NotShown::Changed));
        let answer = Decision::Answer(Pick::Number(1));
        assert_eq!(
            check(&bound, &answer, &shown(None), &known),
            Err(NotShown::Unseen)
        );
        let deny = Decision::Deny { message: None };
        assert_eq!(check(&bound, &deny, &shown(None), &known), Ok(()));
        assert_eq!(check(&bound, &deny, &seen, &now), Err(NotShown::Changed));
    }

    #[test]
    fn a_beginning_is_approved_only_by_whoever_knows_that_it_is_one() {
        let bound = asking("cat <<E …");
        let known = Known::Beginning("it is nowhere".into());
        let mut shown = shown(Some(Digest::of(&bound, &known)));
        let approve =
            |shown: &Shown, known: &Known| check(&bound, &Decision::Approve, shown, known);
        assert_eq!(approve(&shown, &known), Err(NotShown::PartlyKnown));
        shown.partly = true;
        assert_eq!(approve(&shown, &known), Ok(()));
        let otherwise = Known::Beginning("its file cannot be read".into());
        assert_eq!(
            approve(&shown, &otherwise),
            Ok(()),
            "it is the same request"
        );
        let now = whole(&json!({"command": "cat <<E\nx\nE"}));
        assert_eq!(
            approve(&shown, &now),
            Err(NotShown::Changed),
            "more is known"
        );
    }

    #[test]
    fn a_line_that_was_shown_counts_when_it_proves_to_be_all_of_it() {
        let bound = asking("touch f");
        let shown = shown(Some(Digest::of(&bound, &Known::Said)));
        let approve = |input: &Value| check(&bound, &Decision::Approve, &shown, &whole(input));
        let about = json!({"command": "touch f", "description": "make it"});
        assert_eq!(approve(&about), Ok(()));
        for more in [
            json!({"command": "touch  f"}),
            json!({"command": "touch f", "dangerouslyDisableSandbox": true}),
            json!({"description": "touch f"}),
        ] {
            assert_eq!(approve(&more), Err(NotShown::Changed), "{more}");
        }
    }
}
