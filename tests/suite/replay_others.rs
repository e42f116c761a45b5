//! Recorded sessions of the real Codex, OpenCode, Gemini, Copilot and Qwen, played through the real
//! adapters into the real table: only what our installer registers, and what each one's witness
//! shows. Recordings begin in the middle of a session where the one before ended.

use std::collections::{BTreeMap, BTreeSet};

use pane_patrol::state::Level;
use pane_patrol_hooks::adapter::{self, Adapter, Call, Registration, Report};
use pane_patrol_hooks::event::{Assistant, Event};
use serde_json::{Value, json};

use crate::common::player::{Delivery, Line, PID, Player, Written, moment, place, recording};

/// How often the panes are listed while something may change, in ms.
const LISTED_EVERY: usize = 700;

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

const fn of(assistant: &'static str, name: &'static str, states: &'static str) -> Recording {
    Recording {
        assistant,
        name,
        witness: Witness::None,
        states,
    }
}

const fn seen(
    assistant: &'static str,
    name: &'static str,
    witness: Witness,
    states: &'static str,
) -> Recording {
    Recording {
        witness,
        ..of(assistant, name, states)
    }
}

const NOTHING: &str = "";
const WHOLE: &str = "idle running completed";
const DONE: &str = "running completed";
const APPROVED: &str = "running approval running completed";
const ASKED: &str = "running input running completed";
const FAILED: &str = "running error";
const DENIED: &str = "running approval idle";
const UNANSWERED: &str = "running approval";

const SPINNER: &str = "⠏ proj";
const REQUIRED: &str = "[ ! ] Action Required | proj";
const READY: &str = "◇  Ready (proj)";
const ACTION: &str = "✋  Action Required (proj)";
const RESPONDING: &str = "◐ Qwen - proj";
const CONFIRMATION: &str = "✳\u{fe0e} Qwen - proj";
const WORKING: &str = "✦  Working… (proj)";

const RECORDINGS: &[Recording] = &[
    of("codex", "start", NOTHING),
    of("codex", "prompt", WHOLE),
    of("codex", "tool", DONE),
    of("codex", "tool-fail", DONE),
    of("codex", "patch", DONE),
    of("codex", "plan", DONE),
    of("codex", "approve", APPROVED),
    of("codex", "approve-enter", APPROVED),
    of("codex", "approve-prefix", APPROVED),
    of("codex", "ask", ASKED),
    of("codex", "deny-esc", DENIED),
    of("codex", "interrupt-text", "running idle"),
    of("codex", "err400", FAILED),
    of(
        "codex",
        "err401",
        "running error running error running error",
    ),
    of(
        "codex",
        "err429",
        "running error running error running error",
    ),
    of("codex", "drop", "running error running error running error"),
    of("codex", "after-error", DONE),
    of("codex", "clear", WHOLE),
    of("codex", "compact", "running idle"),
    of("codex", "ctrl-c", NOTHING),
    of("codex", "quit", NOTHING),
    of("codex", "kill-pane", "idle running"),
    of(
        "codex",
        "exec",
        "idle running completed gone idle running completed gone idle running completed gone \
         idle running error running error running error gone",
    ),
    of("codex", "daemon-pane-a", WHOLE),
    of("codex", "daemon-pane-b-same-cwd", WHOLE),
    of("codex", "daemon-quit-b", NOTHING),
    of("codex", "daemon-kill-pane-c", NOTHING),
    of("codex", "daemon-approval-in-b-unsubscribed", UNANSWERED),
    of("codex", "daemon-interrupt-via-socket", "running idle"),
    of("codex", "daemon-status-start", WHOLE),
    of("codex", "daemon-status-error", FAILED),
    of("codex", "daemon-status-after-error", DONE),
    of("codex", "daemon-status-question-esc", DONE),
    seen(
        "codex",
        "daemon-status-long-approved",
        Witness::Title(&[
            (600, SPINNER),
            (1010, REQUIRED),
            (4540, SPINNER),
            (9130, "proj"),
        ]),
        "running approval running completed gone",
    ),
    seen(
        "codex",
        "ask",
        Witness::Title(&[
            (1500, SPINNER),
            (1700, REQUIRED),
            (3740, SPINNER),
            (3930, "proj"),
        ]),
        ASKED,
    ),
    seen(
        "codex",
        "daemon-status-question-esc",
        Witness::Title(&[(600, SPINNER), (1140, "proj")]),
        DONE,
    ),
    of("opencode", "start", "idle"),
    of("opencode", "prompt", DONE),
    of("opencode", "tool", DONE),
    of("opencode", "tool-fail", DONE),
    of("opencode", "plan", DONE),
    of("opencode", "new", DONE),
    of("opencode", "compact", DONE),
    of("opencode", "subagent", DONE),
    of("opencode", "after-error", DONE),
    of("opencode", "approve", APPROVED),
    of("opencode", "always", APPROVED),
    of("opencode", "edit", APPROVED),
    of(
        "opencode",
        "external",
        "running approval running approval running completed",
    ),
    of("opencode", "question", ASKED),
    of("opencode", "deny", DENIED),
    of("opencode", "interrupt-text", "running idle"),
    of("opencode", "err400", FAILED),
    of("opencode", "err401", FAILED),
    of(
        "opencode",
        "err500",
        "running error running error running error",
    ),
    of(
        "opencode",
        "drop",
        "running error running error running error",
    ),
    of("opencode", "exit", NOTHING),
    of("opencode", "ctrl-c", "idle running completed gone"),
    of("opencode", "kill-pane", "idle running idle gone"),
    of(
        "opencode",
        "run",
        "idle running completed gone idle running approval idle gone idle running error gone",
    ),
    of(
        "opencode",
        "api",
        "idle running approval running completed running input running completed running idle gone",
    ),
    of("gemini", "start-say", WHOLE),
    of("gemini", "clear", WHOLE),
    of("gemini", "headless", "idle running completed gone"),
    of("gemini", "quit", NOTHING),
    of("gemini", "subagent", DONE),
    of("gemini", "shell-approve", APPROVED),
    of("gemini", "write-file", APPROVED),
    of("gemini", "ask-user", ASKED),
    of("gemini", "api-error-400", FAILED),
    of("gemini", "interrupt-esc-while-thinking", DONE),
    of("gemini", "permission-hook-allow", UNANSWERED),
    of("gemini", "permission-hook-deny", DONE),
    seen(
        "gemini",
        "permission-denied",
        Witness::Title(&[
            (50, WORKING),
            (240, ACTION),
            (5000, READY),
            (31_720, WORKING),
            (31_950, ACTION),
            (36_000, READY),
        ]),
        "running approval idle running approval idle",
    ),
    seen(
        "gemini",
        "long-tool-after-approval",
        Witness::Title(&[
            (50, WORKING),
            (220, ACTION),
            (4200, WORKING),
            (11_730, READY),
        ]),
        APPROVED,
    ),
    seen(
        "gemini",
        "ask-user",
        Witness::Title(&[
            (50, WORKING),
            (180, ACTION),
            (36_500, WORKING),
            (36_850, READY),
        ]),
        ASKED,
    ),
    of("qwen", "start-say", WHOLE),
    of("qwen", "headless", WHOLE),
    of("qwen", "clear", WHOLE),
    of("qwen", "quit", NOTHING),
    of("qwen", "write-file", DONE),
    of("qwen", "long-tool-after-approval", DONE),
    of("qwen", "subagent", APPROVED),
    of("qwen", "shell-approve", APPROVED),
    // On a machine with much to do the title comes seconds after the hooks.
    seen(
        "qwen",
        "shell-approve",
        Witness::Title(&[
            (100, RESPONDING),
            (2400, CONFIRMATION),
            (31_200, RESPONDING),
        ]),
        APPROVED,
    ),
    of("qwen", "permission-hook-allow", APPROVED),
    of("qwen", "permission-hook-deny", APPROVED),
    of("qwen", "ask-user", ASKED),
    of("qwen", "auto-mode-permission", UNANSWERED),
    of(
        "qwen",
        "permission-denied",
        "running approval idle running approval idle",
    ),
    of("qwen", "interrupt-esc-while-thinking", "running idle"),
    of("qwen", "api-error-400", FAILED),
    of("copilot", "start-say", WHOLE),
    of("copilot", "headless", "idle running completed gone"),
    of("copilot", "clear", WHOLE),
    of("copilot", "quit", NOTHING),
    of("copilot", "slow-turn-completes", DONE),
    of("copilot", "ask-user-bad-arguments", DONE),
    of("copilot", "permission-hook-allow", DONE),
    of("copilot", "permission-hook-deny", DONE),
    of("copilot", "shell-approve", APPROVED),
    of("copilot", "ask-user", ASKED),
    of("copilot", "api-error-500-retries", FAILED),
    // Claude's names of events: none of them is ours.
    of("copilot", "pascalcase-resume-shell-error-ask", NOTHING),
    seen(
        "copilot",
        "long-tool-after-approval",
        Witness::Log(&[
            (20, Level::Busy),
            (150, Level::WaitingApproval),
            (4500, Level::Busy),
            (10_860, Level::Idle),
        ]),
        APPROVED,
    ),
    seen(
        "copilot",
        "deny-with-feedback",
        Witness::Log(&[
            (20, Level::Busy),
            (200, Level::WaitingApproval),
            (5250, Level::Busy),
            (5390, Level::Idle),
        ]),
        // The turn is over before the log is read again.
        "running approval completed",
    ),
    seen(
        "copilot",
        "write-file",
        Witness::Log(&[
            (20, Level::Busy),
            (420, Level::WaitingApproval),
            (4000, Level::Idle),
        ]),
        DENIED,
    ),
    seen(
        "copilot",
        "interrupt-esc-esc-while-thinking",
        Witness::Log(&[(20, Level::Busy), (3300, Level::Idle)]),
        "running idle",
    ),
    seen(
        "copilot",
        "interrupt-running-tool",
        Witness::Log(&[
            (20, Level::Busy),
            (570, Level::WaitingApproval),
            (4000, Level::Busy),
            (8000, Level::Idle),
        ]),
        "running approval running idle",
    ),
];

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
                let session = lines[0].text("sessionId");
                for written in self.log(session) {
                    let read = written.at + 250;
                    deliveries.push((read, Delivery::Reading(written, read)));
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
        let log = self.log(lines.first().map_or("", |line| line.text("sessionId")));
        let mut player = Player::new(self.assistant(), &log).play(deliveries);
        player.let_time_pass(lines.last().map_or(0, |line| line.at) + AFTERMATH);
        (player.states.join(" "), player.since)
    }
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

/// What the OpenCode plugin hands over: see `hooks/assets/opencode.js`.
pub(crate) fn passed_on(lines: &[Line]) -> Vec<(i64, Value)> {
    let mut plugin = Plugin::default();
    lines
        .iter()
        .filter_map(|line| Some((line.at, plugin.hear(line)?)))
        .collect()
}

/// The plugin's own knowledge, as far as recordings need it.
#[derive(Default)]
struct Plugin {
    processes: usize,
    loaded: usize,
    children: BTreeSet<String>,
    busy: BTreeMap<String, bool>,
}

impl Plugin {
    fn hear(&mut self, line: &Line) -> Option<Value> {
        let properties = &line.payload["properties"];
        let session = properties["sessionID"].as_str().unwrap_or_default();
        if properties["info"]["parentID"].is_string() {
            self.children.insert(session.to_owned());
        }
        let kind = match line.event.as_str() {
            "plugin.init" => {
                self.loaded += 1;
                self.processes += usize::from(self.loaded == 1);
                (self.loaded == 1).then_some("plugin.init")?
            }
            "hook:dispose" => {
                self.loaded = self.loaded.saturating_sub(1);
                (self.loaded == 0).then_some("dispose")?
            }
            "session.status" => {
                let busy = properties["status"]["type"] == "busy";
                let was_busy = self.busy.insert(session.to_owned(), busy) == Some(true);
                let is_idle = properties["status"]["type"] == "idle";
                let is_news = !(is_idle || busy && was_busy);
                is_news.then_some("session.status")?
            }
            known @ ("permission.asked" | "question.asked" | "question.replied") => known,
            "permission.replied" => {
                self.busy
                    .retain(|known, _| known != session || properties["reply"] != "reject");
                "permission.replied"
            }
            ended @ ("session.idle" | "session.error" | "question.rejected") => {
                self.busy.remove(session);
                ended
            }
            _ => return None,
        };
        let mut context =
            json!({"instance": format!("p{}", self.processes), "pid": PID.to_string()});
        if self.children.contains(session) {
            context["agent"] = session.into();
        }
        Some(json!({"type": kind, "pane_patrol": context, "properties": properties}))
    }
}

#[test]
fn every_recording_is_played() {
    for assistant in ["codex", "opencode", "gemini", "copilot", "qwen"] {
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
