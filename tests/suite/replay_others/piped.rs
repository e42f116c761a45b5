//! Recorded sessions of Codex whose pane is read by its pipe: hooks and status records, in every order in which they may
//! come. However they come, the row goes through the states that they tell, and through no other.

use pane_patrol::state::Level;

use super::{Delivery, Line, Player, RECORDINGS, Recording, Witness, Written};
use crate::common::orders::{Heard, in_every_order};

const HOOKS: usize = 0;
const RECORDS: usize = 1;

/// Those of one turn each, of which it is known what Codex wrote to its terminal then.
const NAMES: &[&str] = &[
    "prompt",
    "tool",
    "tool-fail",
    "patch",
    "approve",
    "approve-enter",
    "approve-prefix",
    "ask",
    "deny-esc",
    "interrupt-text",
    "err400",
];

/// `working` counts only once it has lasted for this long, in ms.
const BLIP: i64 = 100;

/// What was measured: the record of a level comes that long after its hook, or before it, in ms.
fn record(line: &Line, asks: &mut bool) -> Option<(i64, Level)> {
    let is_question = line.text("tool_name") == "request_user_input";
    let told = match line.event.as_str() {
        "UserPromptSubmit" => (5, Level::Busy),
        "PermissionRequest" => (25, Level::WaitingApproval),
        "PreToolUse" if is_question => (25, Level::WaitingInput),
        "PostToolUse" if *asks => (-20, Level::Busy),
        "Stop" => (10, Level::Done),
        "Interrupt" => (-3, Level::Idle),
        "PostModelRequest" if line.text("status") == "failed" => (10, Level::Failed),
        _ => return None,
    };
    *asks = matches!(told.1, Level::WaitingApproval | Level::WaitingInput);
    Some(told)
}

fn heard(recording: &Recording, lines: &[Line]) -> Vec<Heard> {
    let hooks = recording.deliveries(lines).into_iter();
    let mut heard: Vec<Heard> = hooks.map(|(at, hook)| (at, HOOKS, hook)).collect();
    let mut asks = false;
    for line in lines {
        let Some((after, level)) = record(line, &mut asks) else {
            continue;
        };
        let written = Written {
            at: line.at + after,
            level,
            session: line.session().to_owned(),
        };
        let lasts = if level == Level::Busy { BLIP } else { 0 };
        heard.push((written.at + lasts, RECORDS, Delivery::Record(written)));
    }
    heard
}

#[test]
fn in_whatever_order_hook_and_record_come_no_state_is_shown_that_neither_of_them_tells() {
    let mut wrong = Vec::new();
    let mut orders = 0;
    let is_it = |recording: &&Recording| {
        let is_named = recording.assistant == "codex" && NAMES.contains(&recording.name);
        is_named && matches!(recording.witness, Witness::None)
    };
    for recording in RECORDINGS.iter().filter(is_it) {
        let lines = recording.lines();
        let last = lines.last().map_or(0, |line| line.at);
        for (order, deliveries) in in_every_order(heard(recording, &lines)) {
            orders += 1;
            let mut player = Player::new(recording.assistant(), &[]).play(deliveries);
            player.let_time_pass(last + 20_000);
            let states = player.states.join(" ");
            if states != recording.states {
                wrong.push(format!("{}, {order}: {states}", recording.name));
            }
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {orders}: {wrong:#?}");
    assert!(orders > 100, "{orders}");
}
