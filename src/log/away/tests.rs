//! A day of many assistants: whatever a person has to know of it is told, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::log::notes::Notes;
use crate::state::fixture::{With, ended, row};

const ASSISTANTS: u64 = 20;
const HOURS: u64 = 8;

/// A turn of each begins so often.
const TURN: u64 = 240;

fn start() -> Timestamp {
    Timestamp::parse("2026-11-21T06:00:00Z").unwrap()
}

fn at(second: u64) -> Timestamp {
    start().plus(Duration::from_secs(second))
}

/// What was written down, and what of it is to be told.
#[derive(Default)]
struct Day {
    records: Vec<Record>,
    turns: u64,
    asked: BTreeSet<String>,
    finished: BTreeSet<String>,
    failed: BTreeSet<String>,
    files: u64,
}

impl Day {
    fn write(&mut self, number: u64, second: u64, event: &Value) {
        let mut line = json!({
            "assistant": "claude", "target": format!("work:{number}.0"), "pane": format!("%{number}"),
            "server": "/tmp/tmux-1000/default,77", "instance_id": format!("s-{number}"),
            "cwd": format!("/src/{number}"), "ts": at(second),
        });
        for (name, value) in event.as_object().unwrap() {
            line[name] = value.clone();
        }
        self.records
            .push(Record::parse(line.to_string().as_bytes()).unwrap());
    }

    /// One turn of an assistant: the person's prompt, tools, now and then a request, and its end.
    fn turn(&mut self, number: u64, turn: u64) {
        let begin = turn * TURN + number;
        let id = format!("{number}-{turn}");
        let own = |what: &str| format!("own {what} {id}");
        let mut write = |second, event: Value| self.write(number, begin + second, &event);
        write(
            0,
            json!({"state": "running", "kind": "turn_started", "message": format!("person {id}"), "turn_id": id}),
        );
        let tool = |kind: &str, message: &str| {
            json!({"state": "running", "kind": kind, "tool": "Edit", "turn_id": id,
                "request_id": format!("t-{id}"), "message": message})
        };
        let file = format!("file-{}.rs", turn % 7);
        write(10, tool("tool_started", &file));
        write(20, tool("tool_finished", &file));
        let asks = turn.is_multiple_of(5);
        if asks {
            let ask = |state: &str, kind: &str| {
                json!({"state": state, "kind": kind, "tool": "Bash", "turn_id": id,
                    "request_id": format!("r-{id}"), "message": own("request")})
            };
            write(30, ask("running", "tool_started"));
            write(31, ask("waiting_approval", "approval_requested"));
            write(91, ask("running", "tool_finished"));
        }
        let fails = turn % 11 == 3;
        let (state, kind, what) = if fails {
            ("error", "turn_failed", "error")
        } else {
            ("completed", "turn_finished", "words")
        };
        write(
            120,
            json!({"state": state, "kind": kind, "turn_id": id, "message": own(what)}),
        );
        self.turns += 1;
        if asks {
            self.asked.insert(format!("Bash: {}", own("request")));
        }
        let ends = if fails {
            &mut self.failed
        } else {
            &mut self.finished
        };
        ends.insert(own(what));
    }
}

fn day() -> Day {
    let mut day = Day::default();
    for turn in 0..HOURS * 3600 / TURN {
        for number in 0..ASSISTANTS {
            day.turn(number, turn);
        }
    }
    day.files = ASSISTANTS * 7;
    // One asks still.
    let ask = json!({"state": "waiting_approval", "kind": "approval_requested", "tool": "Bash",
        "request_id": "last", "message": "own last request"});
    day.write(0, HOURS * 3600 - 30, &ask);
    day.asked.insert("Bash: own last request".to_owned());
    // As they were written: time goes on in a log.
    day.records.sort_by_key(|record| record.event.ts);
    day
}

fn digest(records: Vec<Record>, since: Timestamp, until: Timestamp) -> Digest {
    let mut counter = Counter::new(records.iter().collect::<Notes>(), since, until);
    for record in records {
        counter.take(record);
    }
    counter.finish()
}

fn words(digest: &Digest, what: What) -> Vec<String> {
    let happened = digest.assistants.iter().flat_map(|told| &told.happened);
    let of_kind = happened.filter(|it| it.what == what);
    of_kind.filter_map(|it| it.words.clone()).collect()
}

#[test]
fn each_turn_and_each_request_of_eight_hours_is_told_once_and_in_the_assistants_own_words() {
    let day = day();
    let until = at(HOURS * 3600);
    let digest = digest(day.records, start(), until);
    assert_eq!(digest.unknown, Vec::<String>::new());
    assert_eq!(digest.assistants.len() as u64, ASSISTANTS);
    for (what, expected) in [
        (What::Asked, &day.asked),
        (What::Finished, &day.finished),
        (What::Failed, &day.failed),
    ] {
        let told = words(&digest, what);
        assert_eq!(told.len(), expected.len(), "{what:?}: each once");
        assert_eq!(
            &told.into_iter().collect::<BTreeSet<_>>(),
            expected,
            "{what:?}"
        );
    }
    let sum = |of: fn(&Counts) -> u64| {
        let counts = digest.assistants.iter().filter_map(|it| it.counts.as_ref());
        counts.map(of).sum::<u64>()
    };
    assert_eq!(sum(|it| it.turns), day.turns);
    assert_eq!(sum(|it| it.asked), day.asked.len() as u64);
    assert_eq!(sum(|it| it.finished), day.finished.len() as u64);
    assert_eq!(sum(|it| it.failed), day.failed.len() as u64);
    assert_eq!(sum(|it| it.files), day.files);
    let waited = (day.asked.len() as u64 - 1) * 60 + 30;
    assert_eq!(sum(|it| it.waited), waited);
    let asks = &digest.assistants[0];
    assert_eq!(asks.target, "work:0.0", "who asks stands first");
    assert_eq!(super::words(asks).unwrap(), "asks: Bash: own last request");
    assert!(!serde_json::to_string(&digest).unwrap().contains("person"));
}

#[test]
fn only_what_happened_since_then_is_told_and_what_still_asks() {
    let day = day();
    let until = at(HOURS * 3600);
    let since = until.minus(Duration::from_secs(10));
    let told = digest(day.records, since, until);
    assert_eq!(words(&told, What::Finished), Vec::<String>::new());
    assert_eq!(words(&told, What::Asked), ["Bash: own last request"]);
    assert_eq!(told.assistants[0].counts.unwrap().waited, 10);
    assert_eq!(told.assistants.len(), 1);
}

#[test]
fn what_the_log_does_not_reach_is_said() {
    let mut day = Day::default();
    day.turn(1, 5);
    let told = digest(day.records, start(), at(HOURS * 3600));
    assert!(told.unknown[0].contains("begins at"), "{:?}", told.unknown);
    let none = digest(Vec::new(), start(), at(10));
    assert!(none.unknown[0].contains("holds nothing") && none.is_empty());
}

#[test]
fn the_person_left_after_her_last_act_before_the_last_long_pause() {
    let after = Duration::from_secs(900);
    let mut day = Day::default();
    assert_eq!(left(&day.records, after, at(0)), None);
    for (turn, expected) in [(0, None), (1, None), (10, Some(at(TURN + 1)))] {
        day.turn(1, turn);
        let now = at(turn * TURN + 200);
        assert_eq!(left(&day.records, after, now), expected, "{turn}");
    }
    let now = at(10 * TURN + 1 + 900);
    assert_eq!(
        left(&day.records, after, now),
        Some(at(10 * TURN + 1)),
        "she is away now"
    );
}

#[test]
fn without_a_log_it_is_told_what_is_kept_and_what_is_not_known() {
    let mut done = row(1, "claude", State::Completed, "web:3.0", 60);
    done.recap = Some("own words".to_owned());
    let asks = row(2, "claude", State::WaitingApproval, "shop:1.1", 30).asks("Bash", "own request");
    let works = row(3, "claude", State::Running, "a:0.0", 30);
    let long_ago = row(4, "claude", State::Completed, "b:0.0", 90_000);
    let now = crate::state::fixture::now();
    let since = now.minus(Duration::from_secs(8 * 3600));
    let rows = [done, asks, works, long_ago];
    let told = Digest::without_log(&rows, &[ended("claude", "s-9")], (since, now));
    let shown: Vec<_> = told
        .assistants
        .iter()
        .map(|it| (it.target.as_str(), super::words(it)))
        .collect();
    assert_eq!(
        shown,
        [
            ("shop:1.1", Some("asks: Bash: own request".to_owned())),
            ("web:3.0", Some("done: own words".to_owned())),
            ("work:1.0", None),
        ]
    );
    assert!(told.unknown[0].contains("there is no event log"));
    assert!(told.assistants.iter().all(|it| it.counts.is_none()));
}

#[test]
fn a_summary_of_claudes_counts_only_after_the_end_that_it_sums_up() {
    let mut done = row(1, "claude", State::Completed, "web:3.0", 60);
    done.recap = Some("own words".to_owned());
    let since = done.since;
    let now = crate::state::fixture::now();
    let told = Digest::without_log(&[done], &[], (since, now));
    let said = |at| {
        let mut told = told.assistants[0].clone();
        told.hear("a summary".to_owned(), at);
        told.happened[0].words.clone().unwrap()
    };
    assert_eq!(said(since.minus(Duration::from_secs(1))), "own words");
    assert_eq!(said(since.plus(Duration::from_secs(180))), "a summary");
}
