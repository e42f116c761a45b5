//! Recorded sessions of the real Claude Code, played through the real adapter into the real table.
//!
//! Each is played twice: as it was captured (every hook, no witness), and as the default
//! installation sees it (no `PermissionRequest`, but the session file). The session files were not
//! captured with the hooks, so their levels are worked out from what was measured beside them: see
//! [`levels`]. They are delivered in time, late, early, twice, and with each single one missing.

mod ends;
mod rebuild;
mod several;
mod unmatched;
mod wrapped;

use pane_patrol::state::Level;
use pane_patrol_hooks::adapter::claude::{self, Caller, Payload};
use pane_patrol_hooks::event::{Assistant, Event};

use crate::common::player::{Delivery, Line, PID, Player, Written, moment, place, recording};

/// One recorded session and the states its row goes through.
struct Session {
    name: &'static str,
    /// With every hook and nothing else.
    captured: &'static str,
    /// With the default installation's hooks and the session file.
    installed: &'static str,
    /// What the person did without a mark in the recording: when, in ms, and what the file says then.
    unmarked: &'static [(i64, Level)],
}

const fn session(name: &'static str, captured: &'static str, installed: &'static str) -> Session {
    Session {
        name,
        captured,
        installed,
        unmarked: &[],
    }
}

const PLAIN: &str = "idle running completed gone";
const APPROVED: &str = "idle running approval running completed gone";
const DENIED_UNSEEN: &str = "idle running approval gone";
const DENIED: &str = "idle running approval idle gone";
const FAILED: &str = "idle running error gone";
const INTERRUPTED_UNSEEN: &str = "idle running gone";
const INTERRUPTED: &str = "idle running idle gone";

const SESSIONS: &[Session] = &[
    session("say-exit", PLAIN, PLAIN),
    session("say-exit.v2.1.197", PLAIN, PLAIN),
    session("bash-allowed", PLAIN, PLAIN),
    session("bypass", PLAIN, PLAIN),
    session("auto-default", PLAIN, PLAIN),
    session("cd-change", PLAIN, PLAIN),
    session("dontask", PLAIN, PLAIN),
    session("enterplan", PLAIN, PLAIN),
    session("erronce", PLAIN, PLAIN),
    session("miderr", PLAIN, PLAIN),
    session("queue-tool", PLAIN, PLAIN),
    session("skill-cmd", PLAIN, PLAIN),
    session("todo.v2.1.197", PLAIN, PLAIN),
    session("write-accept", PLAIN, PLAIN),
    session("bash-approve-enter", APPROVED, APPROVED),
    session("bash-approve-long", APPROVED, APPROVED),
    session("bash-deny-feedback", APPROVED, APPROVED),
    session("plan-approve.v2.1.197", APPROVED, APPROVED),
    session("plan-file", APPROVED, APPROVED),
    session("sleep-tool-perm", APPROVED, APPROVED),
    session(
        "bash-approve-always",
        "idle running approval running completed running approval gone",
        "idle running approval running completed running approval gone",
    ),
    session(
        "write-default",
        "idle running approval running completed running completed gone",
        "idle running approval running completed running completed gone",
    ),
    session("perm-notify-move", DENIED_UNSEEN, DENIED_UNSEEN),
    session("tool-fail", DENIED_UNSEEN, DENIED_UNSEEN),
    session("bash-deny-esc", DENIED_UNSEEN, DENIED),
    session("bash-deny-esc.v2.1.197", DENIED_UNSEEN, DENIED),
    session("esc-idle-then", DENIED_UNSEEN, DENIED),
    Session {
        name: "plan-reject",
        captured: DENIED_UNSEEN,
        installed: DENIED,
        unmarked: &[(3500, Level::Idle)],
    },
    session(
        "ask",
        "idle running input running completed gone",
        "idle running input running completed gone",
    ),
    session(
        "ask.v2.1.197",
        "idle running input running completed gone",
        "idle running input running completed gone",
    ),
    session(
        "ask-esc",
        "idle running input gone",
        "idle running input idle gone",
    ),
    session(
        "elicit",
        "idle running input running completed gone",
        "idle running input running completed gone",
    ),
    session("int-stream", INTERRUPTED_UNSEEN, INTERRUPTED),
    session("int-before-output", INTERRUPTED_UNSEEN, INTERRUPTED),
    session("int-idle", INTERRUPTED_UNSEEN, INTERRUPTED),
    session(
        "int-tool",
        PLAIN,
        "idle running idle running completed gone",
    ),
    session("err400", FAILED, FAILED),
    session("err401", FAILED, FAILED),
    session("err429", FAILED, FAILED),
    session("err500", FAILED, FAILED),
    session("err529", FAILED, FAILED),
    session("connrefused", FAILED, FAILED),
    session("err-idle", FAILED, FAILED),
    session(
        "idle",
        "idle running completed input gone",
        "idle running completed input gone",
    ),
    session("idle-nostart", "idle gone", "idle gone"),
    session("exit-ctrld", "idle gone", "idle gone"),
    session("model-switch", "idle gone", "idle gone"),
    session("untrusted", "idle gone", "idle gone"),
    session("slash-local", "idle completed gone", "idle completed gone"),
    session("kill9", INTERRUPTED_UNSEEN, INTERRUPTED_UNSEEN),
    session("killpane", INTERRUPTED_UNSEEN, INTERRUPTED_UNSEEN),
    session("sigterm", INTERRUPTED_UNSEEN, INTERRUPTED_UNSEEN),
    session("nested", PLAIN, PLAIN),
    session(
        "bgbash",
        "idle running completed running completed gone",
        "idle running completed running completed gone",
    ),
    // The main turn ends 100 ms after its sub-agent asked; after the answer the sub-agent ends and
    // its notification starts a turn.
    session(
        "task",
        "idle running approval running completed running completed gone",
        "idle running approval running completed gone",
    ),
    session(
        "clear-compact",
        "idle running completed running idle running completed idle running completed gone",
        "idle running completed running idle running completed idle running completed gone",
    ),
    session("p-text", PLAIN, PLAIN),
    session("p-perm", APPROVED, PLAIN),
    session("p-ask", PLAIN, PLAIN),
    session("p-err", INTERRUPTED_UNSEEN, INTERRUPTED_UNSEEN),
];

/// The session that sits in the pane; any other one is a headless child, unless `/clear` began it.
const MAIN: &str = "00000000-0000-4000-8000-000000000001";

fn is_headless(name: &str, line: &Line) -> bool {
    name.starts_with("p-") || (name == "nested" && line.session() != MAIN)
}

/// The event that the hook would send for this line.
fn event_of(name: &str, line: &Line) -> Option<Event> {
    let headless = is_headless(name, line);
    let caller = Caller {
        is_inside_claude: true,
        pid: Some(if headless { PID + 1 } else { PID }),
        attended: !headless,
        ..Caller::default()
    };
    let payload = Payload::read(line.payload.to_string().as_bytes());
    let report = claude::report(&payload, &caller)?;
    Some(report.at(Assistant::CLAUDE, place(), moment(line.at)))
}

/// The levels that the session file goes through, by what was measured on the real one: busy with a
/// prompt, waiting with a dialog, busy 40 ms after an answer, idle 130 ms after Esc and 35 ms after
/// the end of a turn (unless a sub-agent works on).
fn levels(session: &Session, lines: &[Line]) -> Vec<Written> {
    let mut written: Vec<Written> = Vec::new();
    let mut asks: Option<String> = None;
    let mut runs = false;
    let mut current = MAIN.to_owned();
    for line in lines.iter().filter(|line| !is_headless(session.name, line)) {
        let mark = line.text("mark");
        let change = match line.event.as_str() {
            "SessionStart" if line.text("source") != "compact" => {
                line.session().clone_into(&mut current);
                Some((90, Level::Idle))
            }
            "UserPromptSubmit" if !runs => Some((15, Level::Busy)),
            "PreCompact" => Some((10, Level::Busy)),
            "PermissionRequest" if line.text("tool_name") == "AskUserQuestion" => {
                Some((30, Level::WaitingInput))
            }
            "PermissionRequest" => Some((30, Level::WaitingApproval)),
            "Elicitation" => Some((30, Level::WaitingInput)),
            "PostToolUse" | "PostToolBatch" | "ElicitationResult"
                if asks.as_ref().is_some_and(|tool| {
                    tool.is_empty()
                        || line.event == "PostToolBatch"
                        || tool == line.text("tool_name")
                }) =>
            {
                Some((-20, Level::Busy))
            }
            "Stop" | "StopFailure" if works_on(line) => None,
            "Stop" | "StopFailure" | "PostCompact" => Some((35, Level::Idle)),
            "#driver"
                if asks.is_some()
                    && ["press_1", "press_2", "press_enter", "typed"].contains(&mark) =>
            {
                Some((40, Level::Busy))
            }
            "#driver" if mark == "press_esc" => Some((130, Level::Idle)),
            _ => None,
        };
        let Some((delay, level)) = change else {
            continue;
        };
        asks = match level {
            Level::WaitingApproval | Level::WaitingInput => Some(line.text("tool_name").to_owned()),
            _ => None,
        };
        runs = level != Level::Idle;
        written.push(Written {
            at: line.at + delay,
            level,
            session: current.clone(),
        });
    }
    for (at, level) in session.unmarked {
        written.push(Written {
            at: *at,
            level: *level,
            session: current.clone(),
        });
    }
    written.sort_by_key(|written| written.at);
    written
}

fn works_on(line: &Line) -> bool {
    let tasks = line.payload["background_tasks"].as_array();
    tasks.is_some_and(|tasks| {
        tasks
            .iter()
            .any(|task| task["type"] == "subagent" && task["status"] == "running")
    })
}

fn hooks(session: &Session, lines: &[Line], installed_only: bool) -> Vec<(i64, Delivery)> {
    let mut deliveries = Vec::new();
    for line in lines {
        if line.text("mark") == "kill9" {
            deliveries.push((line.at + 10, Delivery::Exit));
        }
        let registered = claude::REGISTRATIONS
            .iter()
            .any(|known| known.event == line.event && !known.approvals_only);
        if installed_only && !registered {
            continue;
        }
        if let Some(event) = event_of(session.name, line) {
            deliveries.push((line.at, Delivery::Event(Box::new(event))));
        }
    }
    deliveries
}

/// The states with the levels delivered as `how` says, (read, handed over) in ms after each was
/// written, all but the one that is `missing`.
fn installed(
    session: &Session,
    lines: &[Line],
    levels: &[Written],
    how: &[(i64, i64)],
    missing: Option<usize>,
) -> Vec<&'static str> {
    let mut deliveries = hooks(session, lines, true);
    for (index, written) in levels.iter().enumerate() {
        if session.name.starts_with("p-") || missing == Some(index) {
            continue;
        }
        for (read, handed) in how {
            deliveries.push((
                written.at + handed,
                Delivery::Reading(written.clone(), written.at + read),
            ));
        }
    }
    Player::new(Assistant::CLAUDE, levels)
        .play(deliveries)
        .states
}

fn shifted(levels: &[Written], by: i64) -> Vec<Written> {
    levels
        .iter()
        .map(|written| Written {
            at: written.at + by,
            ..written.clone()
        })
        .collect()
}

#[test]
fn every_recorded_session_is_played() {
    let folder = format!("{}/tests/fixtures/claude", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).expect("the recordings are there") {
        let name = entry
            .expect("a folder can be listed")
            .file_name()
            .into_string()
            .expect("names are UTF-8");
        let Some(name) = name
            .strip_prefix("scenario-")
            .and_then(|name| name.strip_suffix(".jsonl"))
        else {
            continue;
        };
        // A session in the background has no pane: its hook sends nothing.
        assert!(
            name == "bgsess"
                || several::NAMES.contains(&name)
                || ends::NAMES.contains(&name)
                || SESSIONS.iter().any(|session| session.name == name),
            "{name} is not played"
        );
    }
}

#[test]
fn the_row_tells_what_the_captured_hooks_tell() {
    for session in SESSIONS {
        let lines = recording(&Assistant::CLAUDE, session.name);
        let player = Player::new(Assistant::CLAUDE, &[]).play(hooks(session, &lines, false));
        assert_eq!(
            player.states.join(" "),
            session.captured,
            "{}",
            session.name
        );
    }
}

#[test]
fn the_row_tells_the_truth_with_the_default_installation() {
    for session in SESSIONS {
        let lines = recording(&Assistant::CLAUDE, session.name);
        let levels = levels(session, &lines);
        for (how, deliveries) in [
            ("in time", &[(5, 5)][..]),
            ("late", &[(5, 120)]),
            ("twice", &[(5, 5), (5, 60)]),
            ("read twice", &[(2, 2), (9, 9)]),
        ] {
            let states = installed(session, &lines, &levels, deliveries, None);
            assert_eq!(
                states.join(" "),
                session.installed,
                "{} with readings {how}",
                session.name
            );
        }
        let early = shifted(&levels, -40);
        let states = installed(session, &lines, &early, &[(5, 5)], None);
        assert_eq!(
            states.join(" "),
            session.installed,
            "{} with readings early",
            session.name
        );
    }
}

#[test]
fn a_missing_reading_is_made_up_for_by_the_next() {
    for session in SESSIONS {
        let lines = recording(&Assistant::CLAUDE, session.name);
        let levels = levels(session, &lines);
        let at_the_end = |states: &[&'static str]| states.iter().rev().nth(1).copied();
        let whole = installed(session, &lines, &levels, &[(5, 5)], None);
        for missing in 0..levels.len().saturating_sub(1) {
            let states = installed(session, &lines, &levels, &[(5, 5)], Some(missing));
            assert_eq!(
                at_the_end(&states),
                at_the_end(&whole),
                "{} without reading {missing}",
                session.name
            );
        }
    }
}

#[test]
fn every_event_twice_changes_nothing() {
    for session in SESSIONS {
        let lines = recording(&Assistant::CLAUDE, session.name);
        let levels = levels(session, &lines);
        let mut deliveries = hooks(session, &lines, true);
        for (at, delivery) in hooks(session, &lines, true) {
            deliveries.push((at + 25, delivery));
        }
        for written in &levels {
            if !session.name.starts_with("p-") {
                deliveries.push((
                    written.at + 5,
                    Delivery::Reading(written.clone(), written.at + 5),
                ));
            }
        }
        let player = Player::new(Assistant::CLAUDE, &levels).play(deliveries);
        assert_eq!(
            player.states.join(" "),
            session.installed,
            "{}",
            session.name
        );
    }
}
