//! Giving a session a person's text as its next prompt.
//!
//! By the assistant's own way where it has one to this session, else typed into its prompt. While anything is
//! asked nothing is sent, in whatever way: what is typed at a dialog may be its answer, and a text that comes
//! to a waiting session is not what the person thinks of when she reads that it was sent. That is looked at
//! when it is wanted, and again right before it is sent.

mod drawn;
mod keys;
mod screen;

use super::executor::{Executor, Refusal};
use super::manage::Meant;
use super::turn::Turn;
use crate::assistants;
use crate::assistants::facets::Facets;
use crate::assistants::facets::prompts::{Later, Prompt, Sent};
use crate::hub::protocol::{
    ActOutcome, ActResult, MAX_PROMPT_BYTES, Right, SendPrompt, SentPrompt,
};
use crate::state::{Level, Row};

/// By what it was sent, what became of it, what a person has to know of that way, and who sees what becomes of it later.
type Came = (&'static str, Sent, Option<&'static str>, Option<Later>);

/// Said of a text that is longer than [`MAX_PROMPT_BYTES`].
pub(crate) const TOO_LONG: &str =
    "a text has at most 64 KiB: write it into a file, and send its name";

impl Executor {
    /// Sends, or says why not.
    pub(super) fn send(
        &self,
        id: &str,
        row: &Row,
        wanted: &SendPrompt,
        right: Right,
    ) -> (ActResult, Option<Later>) {
        match self.send_text(row, wanted, right) {
            Ok((way, sent, note, later)) => (told(id, way, sent, note), later),
            Err(why) => (ActResult::refused(id, why), None),
        }
    }

    fn send_text(&self, row: &Row, wanted: &SendPrompt, right: Right) -> Result<Came, Refusal> {
        let text = sendable(&wanted.text)?;
        let meant = Meant {
            instance_id: wanted.instance_id.as_deref(),
            pid: None,
        };
        let objection = meant.objection(row);
        let objection = objection.or_else(|| self.objection_to_hearsay(row, right));
        objection.map_or(Ok(()), |why| Err(why.to_owned()))?;
        self.objection(row).map_or(Ok(()), Err)?;
        let _turn = Turn::take_of(&self.places.runtime, row).map_err(|why| why.to_string())?;
        let home = self.homes.of(&row.assistant, row.home.as_deref());
        let prompt = Prompt {
            row,
            text,
            home: home.as_deref(),
            objection: &|| self.objection(row),
        };
        let own = assistants::of(&row.assistant).and_then(Facets::prompts);
        if let Some(own) = own {
            match own.send_and_follow(&prompt) {
                (Sent::NoWay, _) => {}
                (sent, later) => {
                    let is_queued = sent == Sent::Done { queued: true };
                    let sent = self.behind(sent, row);
                    return Ok((own.way(), sent, own.note(is_queued), later));
                }
            }
        }
        let sent = self.type_text(&prompt);
        Ok((keys::WAY, self.behind(sent, row), None, None))
    }

    /// What became of it, told again where it waits: what it asks now has begun in the moment in which it was sent, and
    /// the text comes after that.
    fn behind(&self, sent: Sent, row: &Row) -> Sent {
        let is_behind = sent == Sent::Done { queued: true }
            && self.objection(row).is_some_and(|why| why == ASKS);
        if is_behind { Sent::Behind } else { sent }
    }

    /// Why nothing is sent to the session of `known` in this moment.
    fn objection(&self, known: &Row) -> Option<Refusal> {
        let row = match self.collector.row(&known.id) {
            Ok(row) => row,
            Err(error) => return Some(error.to_string()),
        };
        let Some(row) = row else {
            return Some("the assistant is gone".to_owned());
        };
        let is_same = row.instance_id == known.instance_id && row.pid == known.pid;
        let words = match () {
            () if !is_same => "another session has taken its place",
            () if row.offline => "whoever speaks for it is gone",
            () if row.suspended => "it is suspended: have it go on first",
            () if !row.waiting.is_empty() => ASKS,
            () => match self.witness_of(&row)?.level {
                Level::WaitingApproval | Level::WaitingInput => ASKS,
                Level::Menu => "a menu is open in its pane: close that first",
                _ => return None,
            },
        };
        Some(words.to_owned())
    }
}

/// Said while something is asked.
const ASKS: &str = "it asks something: answer that first, or dismiss it, and send it then";

/// What may be sent of it: all of it, but for line ends around it.
fn sendable(text: &str) -> Result<&str, Refusal> {
    let text = text.trim_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err("there is nothing to send".to_owned());
    }
    if text.len() > MAX_PROMPT_BYTES {
        return Err(TOO_LONG.to_owned());
    }
    let is_unfit = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    match text.chars().find(|c| is_unfit(*c)) {
        Some(c) => Err(format!(
            "the text holds a control character (U+{:04X}): only line ends and tabs may be in it",
            u32::from(c)
        )),
        None => Ok(text),
    }
}

/// `3 lines, 120 characters`: all that is written down of a text where messages are not kept.
pub(super) fn measure(text: &str) -> String {
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    };
    let lines = count(text.lines().count(), "line");
    format!("{lines}, {}", count(text.chars().count(), "character"))
}

fn told(id: &str, way: &str, sent: Sent, note: Option<&str>) -> ActResult {
    let is_behind = sent == Sent::Behind;
    let (outcome, why, queued) = match sent {
        Sent::Done { queued } => (ActOutcome::Done, note.map(str::to_owned), queued),
        Sent::Behind => (ActOutcome::Done, note.map(str::to_owned), true),
        Sent::Unknown(why) => (ActOutcome::Unknown, Some(why), false),
        Sent::Refused(why) => return ActResult::refused(id, why),
        Sent::NoWay => return ActResult::refused(id, "there is no way to its session"),
    };
    let mut result = ActResult::of(id, outcome, why);
    result.sent = Some(SentPrompt {
        way: way.to_owned(),
        queued,
        behind_request: is_behind,
    });
    result
}

impl SentPrompt {
    /// Behind what it waits, where it does.
    pub(crate) fn waits(&self) -> Option<&'static str> {
        match (self.behind_request, self.queued) {
            (true, _) => Some("queued behind what it has begun to ask in the same moment"),
            (false, true) => Some("queued until its turn is over"),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_lines_that_hide_nothing_and_not_too_many() {
        assert_eq!(
            sendable("a\n\tb – 漢字 👩\u{200d}💻\n\n"),
            Ok("a\n\tb – 漢字 👩\u{200d}💻")
        );
        assert_eq!(sendable(" a ; #{x} $(y)"), Ok(" a ; #{x} $(y)"));
        for (text, why) in [
            (" \n\t\n", "nothing to send"),
            ("a\u{1b}[201~b", "U+001B"),
            ("a\rb", "U+000D"),
            ("a\u{9b}b", "U+009B"),
            ("a\u{7f}", "U+007F"),
        ] {
            assert!(sendable(text).unwrap_err().contains(why), "{text:?}");
        }
        assert!(sendable(&"a".repeat(MAX_PROMPT_BYTES)).is_ok());
        assert_eq!(
            sendable(&"a".repeat(MAX_PROMPT_BYTES + 1)),
            Err(TOO_LONG.to_owned())
        );
    }

    #[test]
    fn where_messages_are_not_kept_a_text_is_told_by_its_size() {
        assert_eq!(measure("a"), "1 line, 1 character");
        assert_eq!(measure("äb\nc"), "2 lines, 4 characters");
    }
}
