//! Recorded sessions of the real Codex, OpenCode, Gemini, Copilot, Qwen and Kimi, played through the real
//! adapters into the real table: only what our installer registers, and what each one's witness
//! shows. Recordings begin in the middle of a session where the one before ended.

mod piped;
mod plugin;
mod recordings;

use pane_patrol::state::Level;
use pane_patrol_hooks::adapter::{self, Adapter, Call, Registration, Report};
use pane_patrol_hooks::event::{Assistant, Event};
use serde_json::Value;

pub(crate) use self::plugin::passed_on;
use self::recordings::RECORDINGS;
use crate::common::player::{Delivery, Line, PID, Player, Written, moment, place, recording};

/// How often the panes are listed while something may change, in ms.
const LISTED_EVERY: usize = 700;

/// How long after it was written a line of a log is read, in ms.
const READ_AFTER: i64 = 250;

/// How long the row is watched after the last line, in ms.
const AFTERMATH: i64 = 20_000;

/// What the person saw and the hooks did not tell, and since when, in ms.
#[derive(Clone, Copy)]
enum Witness {
    /// Nothing.
    None,
    /// The pane's title.
    Title(&'static [(i64, &'static str)]),
    /// Levels of the session's log.
    Log(&'static [(i64, Level)]),
}

/// One recording and the states its row goes through.
struct Recording {
    assistant: &'static str,
    name: &'static str,
    witness: Witness,
    states: &'static str,
}

impl Recording {
    fn assistant(&self) -> Assistant {
        self.assistant.parse().expect("it is an assistant's name")
    }

    fn lines(&self) -> Vec<Line> {
        recording(&self.assistant(), self.name)
    }

    /// What reaches the table.
    fn deliveries(&self, lines: &[Line]) -> Vec<(i64, Delivery)> {
        let adapter = adapter::find(self.assistant).expect("it has an adapter");
        let reports = if self.assistant == "opencode" {
            passed_on(lines)
                .into_iter()
                .filter_map(|(at, message)| Some((at, hear(adapter, "", &message)?)))
                .collect()
        } else {
            registered(adapter, lines)
        };
        let mut deliveries: Vec<(i64, Delivery)> = reports
            .into_iter()
            .map(|(at, report)| (at, event(adapter, report, at)))
            .collect();
        let end = lines.last().map_or(0, |line| line.at) + AFTERMATH / 2;
        match self.witness {
            Witness::None => {}
            Witness::Title(titles) => {
                let listings = (0..end).step_by(LISTED_EVERY);
                deliveries.extend(listings.filter_map(|at| {
                    let (_, title) = titles.iter().rev().find(|(since, _)| *since <= at)?;
                    Some((at, Delivery::Title(title)))
                }));
            }
            Witness::Log(_) => {
                let session = session_of(&lines[0]);
                let log = self.log(session);
                let next = log.iter().skip(1).map(|next| next.at).chain([i64::MAX]);
                for (written, next) in log.iter().zip(next) {
                    let read = written.at + READ_AFTER;
                    // What is written over by then is never read.
                    if next > read {
                        deliveries.push((read, Delivery::Reading(written.clone(), read)));
                    }
                }
            }
        }
        deliveries
    }

    fn log(&self, session: &str) -> Vec<Written> {
        let Witness::Log(levels) = self.witness else {
            return Vec::new();
        };
        let written = |(at, level): &(i64, Level)| Written {
            at: *at,
            level: *level,
            session: session.to_owned(),
        };
        levels.iter().map(written).collect()
    }

    fn play(&self, twice: bool) -> (String, Vec<i64>) {
        let lines = self.lines();
        let mut deliveries = self.deliveries(&lines);
        if twice {
            let again = self.deliveries(&lines);
            deliveries.extend(again.into_iter().map(|(at, delivery)| (at + 25, delivery)));
        }
        let log = self.log(lines.first().map_or("", session_of));
        let mut player = Player::new(self.assistant(), &log).play(deliveries);
        player.let_time_pass(lines.last().map_or(0, |line| line.at) + AFTERMATH);
        (player.states.join(" "), player.since)
    }
}

/// The session of a line, in whichever spelling.
fn session_of(line: &Line) -> &str {
    let names = ["sessionId", "session_id"].map(|name| line.text(name));
    names
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or("")
}

fn event(adapter: &Adapter, report: Report, at: i64) -> Delivery {
    let sent = report.at(adapter.assistant.clone(), place(), moment(at));
    let event = Event::parse(&sent.encode().expect("it fits")).expect("it is an event");
    Delivery::Event(Box::new(event))
}

fn hear(adapter: &Adapter, event: &str, payload: &Value) -> Option<Report> {
    let call = Call {
        event: (!adapter.names_its_event).then_some(event),
        get: &|_| None,
        any_name: &|_| false,
        parent: PID,
        arguments: &[],
        has_terminal: &|| None,
    };
    (adapter.hear)(&mut payload.to_string().as_bytes(), &call).report
}

/// What the registered hooks report.
fn registered(adapter: &Adapter, lines: &[Line]) -> Vec<(i64, Report)> {
    let is_registered = |line: &Line| {
        let row = adapter
            .registrations
            .iter()
            .find(|row| row.event == line.event);
        row.is_some_and(|row| matches(row, line))
    };
    let heard = lines.iter().filter(|line| is_registered(line));
    heard
        .filter_map(|line| Some((line.at, hear(adapter, &line.event, &line.payload)?)))
        .collect()
}

fn matches(row: &Registration, line: &Line) -> bool {
    row.matcher
        .is_none_or(|matcher| matcher == format!("^{}$", line.text("tool_name")))
}

#[test]
fn every_recording_is_played() {
    for assistant in ["codex", "opencode", "gemini", "copilot", "qwen", "kimi"] {
        let folder = format!("{}/tests/fixtures/{assistant}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(folder).expect("the recordings are there") {
            let name = entry.expect("a folder can be listed").file_name();
            let name = name.to_string_lossy();
            let Some(name) = name.strip_prefix("scenario-") else {
                continue;
            };
            let is_it = |recording: &Recording| {
                recording.assistant == assistant && format!("{}.jsonl", recording.name) == name
            };
            assert!(
                RECORDINGS.iter().any(is_it),
                "{assistant} {name} is not played"
            );
        }
    }
}

#[test]
fn the_rows_of_other_assistants_tell_the_truth() {
    let mut wrong = Vec::new();
    for recording in RECORDINGS {
        for twice in [false, true] {
            let (states, since) = recording.play(twice);
            if states != recording.states {
                let Recording {
                    assistant, name, ..
                } = recording;
                wrong.push(format!(
                    "{assistant} {name} (twice: {twice}): {states} {since:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// When the row of a recording came into its states.
fn since(assistant: &str, name: &str) -> Vec<i64> {
    let recording = RECORDINGS.iter().find(|recording| {
        let seen = !matches!(recording.witness, Witness::None);
        (recording.assistant, recording.name) == (assistant, name) && seen
    });
    recording.expect("it is there").play(false).1
}

#[test]
fn an_answer_is_seen_within_a_second_of_the_title() {
    for (assistant, name, answered) in [
        ("codex", "daemon-status-long-approved", 4540),
        ("gemini", "long-tool-after-approval", 4200),
        ("gemini", "permission-denied", 5000),
        ("copilot", "long-tool-after-approval", 4500),
    ] {
        let since = since(assistant, name);
        let seen = since[2] - answered;
        assert!(
            (0..=1000).contains(&seen),
            "{assistant} {name}: {seen} ms, {since:?}"
        );
    }
}

#[test]
fn a_failed_turn_is_an_error_ten_seconds_after_copilots_last_attempt() {
    let recording = RECORDINGS
        .iter()
        .find(|recording| recording.name == "api-error-500-retries");
    let (_, since) = recording.expect("it is there").play(false);
    assert_eq!(since, [0, 15_417 + 10_000]);
}
