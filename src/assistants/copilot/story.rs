//! What the lines of Copilot's log say together.
//!
//! Lines that are written within a few milliseconds come in any order: a denial with Esc writes the
//! end of its request, of the round and of the turn at once. So nothing is concluded from what is left
//! over when a line comes; each line is compared with what it is about, and with when it was written.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Deserialize;

use crate::state::Level;

/// As many requests are remembered that are over.
const REMEMBERED: usize = 64;

/// A round that begins within this time of an interrupt was interrupted, too, unless a prompt came.
const ECHO: Duration = Duration::from_millis(250);

/// What the lines so far have said.
#[derive(Debug, Default)]
pub(crate) struct Story {
    /// Requests that wait.
    open: BTreeSet<String>,
    /// Requests that were answered, or have ended with their turn; the newest last.
    over: VecDeque<String>,
    /// Rounds that go on.
    rounds: BTreeSet<String>,
    /// The round that ended last, and when.
    ended: Option<(String, Timestamp)>,
    /// When the turn was interrupted, if nothing has begun since.
    interrupted: Option<Timestamp>,
    /// The level, and when it was written.
    pub(crate) level: Option<(Level, Timestamp)>,
}

/// The fields of a line that are looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    r#type: String,
    timestamp: String,
    agent_id: Option<String>,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    request_id: Option<String>,
    turn_id: Option<String>,
    result: Answer,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    kind: Option<String>,
}

impl Answer {
    /// Nobody has answered: the turn was interrupted.
    fn is_none(&self) -> bool {
        let kind = self.kind.as_deref();
        kind.is_some_and(|kind| kind.starts_with("cancel"))
    }
}

impl Story {
    /// Takes one line into account; one that cannot be read is none.
    pub(crate) fn take(&mut self, line: &[u8]) -> Option<()> {
        let line: Line = serde_json::from_slice(line).ok()?;
        let at = Timestamp::parse(&line.timestamp)?;
        let is_main = line.agent_id.is_none();
        let level = match line.r#type.as_str() {
            "user.message" if is_main => self.prompt(at),
            "assistant.turn_start" if is_main => self.begin_round(line.data.turn_id, at),
            "assistant.turn_end" if is_main => self.end_round(line.data.turn_id, at),
            "permission.requested" => self.ask(line.data.request_id?, at),
            "permission.completed" => self.answer(line.data.request_id?, &line.data.result, at),
            "abort" => Some(self.interrupt(at)),
            _ => None,
        };
        let (level, newest) = (level?, self.level.map(|(_, at)| at));
        self.level = Some((level, newest.map_or(at, |newest| newest.max(at))));
        Some(())
    }

    fn prompt(&mut self, at: Timestamp) -> Option<Level> {
        if self.interrupted.is_some_and(|interrupted| at < interrupted) {
            return None;
        }
        self.interrupted = None;
        self.open.is_empty().then_some(Level::Busy)
    }

    fn begin_round(&mut self, round: Option<String>, at: Timestamp) -> Option<Level> {
        let is_over = self
            .ended
            .as_ref()
            .is_some_and(|(ended, when)| Some(ended) == round.as_ref() && at <= *when);
        let is_echo = self.interrupted.is_some_and(|when| at < when.plus(ECHO));
        if is_over || is_echo {
            return None;
        }
        self.interrupted = None;
        self.rounds.extend(round);
        self.open.is_empty().then_some(Level::Busy)
    }

    /// A round that another follows says so a millisecond later, or just before.
    fn end_round(&mut self, round: Option<String>, at: Timestamp) -> Option<Level> {
        if let Some(round) = round {
            self.rounds.remove(&round);
            self.ended = Some((round, at));
        } else {
            self.rounds.clear();
        }
        (self.open.is_empty() && self.rounds.is_empty()).then_some(Level::Idle)
    }

    fn ask(&mut self, request: String, at: Timestamp) -> Option<Level> {
        let was_interrupted = self.interrupted.is_some_and(|when| at <= when);
        if was_interrupted || self.over.contains(&request) {
            return None;
        }
        self.open.insert(request);
        Some(Level::WaitingApproval)
    }

    /// What is not open was not waited for: its answer changes nothing.
    fn answer(&mut self, request: String, answer: &Answer, at: Timestamp) -> Option<Level> {
        let was_open = self.open.remove(&request);
        self.close(request);
        match (was_open, self.open.is_empty()) {
            (false, _) => None,
            (true, false) => Some(Level::WaitingApproval),
            (true, true) if answer.is_none() => Some(self.interrupt(at)),
            (true, true) => Some(Level::Busy),
        }
    }

    fn interrupt(&mut self, at: Timestamp) -> Level {
        for request in std::mem::take(&mut self.open) {
            self.close(request);
        }
        self.rounds.clear();
        self.interrupted = self.interrupted.max(Some(at));
        Level::Idle
    }

    fn close(&mut self, request: String) {
        if self.over.len() == REMEMBERED {
            self.over.pop_front();
        }
        self.over.push_back(request);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line of that kind, so many milliseconds after the hour.
    fn line(kind: &str, millis: u32, data: &str) -> String {
        let (second, millis) = (millis / 1000, millis % 1000);
        format!(
            r#"{{"type":"{kind}","data":{{{data}}},"timestamp":"2026-11-21T01:00:{second:02}.{millis:03}Z"}}"#
        )
    }

    fn request(kind: &str, millis: u32, id: &str, result: &str) -> String {
        let data = format!(r#""requestId":"{id}","result":{{"kind":"{result}"}}"#);
        line(kind, millis, &data)
    }

    fn round(kind: &str, millis: u32, id: u32) -> String {
        line(kind, millis, &format!(r#""turnId":"{id}""#))
    }

    fn level(lines: &[String]) -> Option<Level> {
        let mut story = Story::default();
        for line in lines {
            story.take(line.as_bytes());
        }
        story.level.map(|(level, _)| level)
    }

    /// A turn that asks for two permissions at once.
    fn asking() -> Vec<String> {
        vec![
            line("user.message", 1000, ""),
            round("assistant.turn_start", 1010, 0),
            request("permission.requested", 1500, "a", ""),
            request("permission.requested", 1501, "b", ""),
        ]
    }

    /// What follows, by what it means in whichever order its lines come.
    fn ends() -> Vec<(Vec<String>, Level)> {
        let completed = |millis, id, result| request("permission.completed", millis, id, result);
        let ended = |millis, id| round("assistant.turn_end", millis, id);
        let begun = |millis, id| round("assistant.turn_start", millis, id);
        let abort = |millis| line("abort", millis, "");
        let both =
            |result: &'static str| [completed(2000, "a", result), completed(2003, "b", result)];
        let mut all = Vec::new();
        // Esc, with the end of the round and without, and with an end of only one of the two.
        for rest in [
            vec![abort(2004), ended(2002, 0)],
            vec![abort(2001)],
            vec![abort(2009), ended(2005, 0)],
        ] {
            all.push(([both("cancelled").to_vec(), rest].concat(), Level::Idle));
        }
        all.push((
            vec![
                completed(2000, "a", "cancelled"),
                abort(2001),
                ended(2002, 0),
            ],
            Level::Idle,
        ));
        all.push((both("cancelled").to_vec(), Level::Idle));
        // Denied with words, or allowed: the next round begins at once.
        for result in ["denied-interactively-by-user", "approved"] {
            let next = vec![ended(2005, 0), begun(2005, 1)];
            all.push(([both(result).to_vec(), next].concat(), Level::Busy));
            all.push((both(result).to_vec(), Level::Busy));
        }
        // One of the two is still asked, whatever the other one's answer was.
        all.push((
            vec![
                completed(2000, "a", "approved"),
                completed(2001, "never-asked", "cancelled"),
            ],
            Level::WaitingApproval,
        ));
        // Another one was allowed by a rule at once.
        let by_rule = [
            request("permission.requested", 2004, "c", ""),
            completed(2004, "c", "approved"),
        ];
        all.push((
            [both("approved").to_vec(), by_rule.to_vec()].concat(),
            Level::Busy,
        ));
        all
    }

    proptest! {
        #[test]
        fn the_order_of_lines_that_are_written_at_once_means_nothing(
            (lines, level_then) in proptest::sample::select(ends())
                .prop_flat_map(|(lines, level)| (Just(lines).prop_shuffle(), Just(level)))
        ) {
            prop_assert_eq!(level(&[asking(), lines].concat()), Some(level_then));
        }
    }

    #[test]
    fn an_answer_to_what_was_not_asked_changes_nothing() {
        let late = request("permission.completed", 2000, "x", "approved");
        assert_eq!(level(std::slice::from_ref(&late)), None);
        let idle = [line("abort", 1000, ""), late];
        assert_eq!(level(&idle), Some(Level::Idle));
        let early = [
            request("permission.completed", 1000, "x", "approved"),
            request("permission.requested", 1000, "x", ""),
        ];
        assert_eq!(level(&early), None);
    }

    #[test]
    fn after_an_interrupt_a_prompt_is_work_and_the_echo_of_the_old_turn_is_none() {
        let interrupted = [asking(), vec![line("abort", 2000, "")]].concat();
        let with = |more: String| level(&[interrupted.clone(), vec![more]].concat());
        assert_eq!(with(line("user.message", 2001, "")), Some(Level::Busy));
        assert_eq!(with(line("user.message", 1999, "")), Some(Level::Idle));
        assert_eq!(
            with(round("assistant.turn_start", 2003, 1)),
            Some(Level::Idle)
        );
        assert_eq!(
            with(round("assistant.turn_start", 9000, 0)),
            Some(Level::Busy)
        );
        let asks = request("permission.requested", 9000, "z", "");
        assert_eq!(with(asks), Some(Level::WaitingApproval));
    }
}
