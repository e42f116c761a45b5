//! Turns whose end is not the end, as the real Claude runs its Stop hooks: one of the person's beside ours
//! takes four seconds, refuses the end once, or both. The session file was captured beside the hooks.

use pane_patrol::state::Level;
use pane_patrol_hooks::event::Assistant;

use super::{MAIN, Session, hooks, session};
use crate::common::player::{Delivery, Line, Player, Written, recording};

/// Every session of this kind.
pub(super) const NAMES: &[&str] = &[
    "stop-slow.v2.1.197",
    "stop-slow.v2.1.332",
    "stop-refuse.v2.1.197",
    "stop-refuse.v2.1.332",
    "stop-block.v2.1.197",
    "stop-block.v2.1.332",
    "stop-slow-refuse.v2.1.197",
    "stop-slow-refuse.v2.1.332",
    "stop-esc.v2.1.197",
    "stop-esc.v2.1.332",
];

fn levels(lines: &[Line]) -> Vec<Written> {
    let written = lines.iter().filter(|line| line.event == "#session");
    written
        .map(|line| Written {
            at: line.payload["written_ms"].as_i64().expect("a time"),
            level: match line.text("status") {
                "busy" => Level::Busy,
                "idle" => Level::Idle,
                other => panic!("{other}"),
            },
            session: MAIN.to_owned(),
        })
        .collect()
}

/// The states with each level read so long after it was written, and all hooks so much later; since
/// when it is in each.
fn play(session: &Session, read: i64, late: i64) -> (String, Vec<i64>) {
    let lines = recording(&Assistant::CLAUDE, session.name);
    let levels = levels(&lines);
    let told = hooks(session, &lines, true).into_iter();
    let mut deliveries: Vec<(i64, Delivery)> = told.map(|(at, what)| (at + late, what)).collect();
    for written in &levels {
        let at = written.at + read;
        deliveries.push((at, Delivery::Reading(written.clone(), at)));
    }
    let player = Player::new(Assistant::CLAUDE, &levels).play(deliveries);
    (player.states.join(" "), player.since)
}

#[test]
fn a_turn_is_over_when_its_stop_hooks_are_and_not_before() {
    for name in NAMES {
        let session = session(name, "", "");
        let lines = recording(&Assistant::CLAUDE, name);
        let idle = levels(&lines).last().expect("it ended").at;
        for (read, late) in [(5, 0), (5, 40), (100, 0), (20, 120)] {
            let (states, since) = play(&session, read, late);
            let how = format!("{name} read after {read}, hooks {late} late");
            assert_eq!(states, "idle running completed gone", "{how}");
            assert!(
                since[2] >= idle,
                "{how}: completed at {} of {idle}",
                since[2]
            );
        }
    }
}

#[test]
fn without_a_session_file_an_end_is_believed_at_once() {
    for name in NAMES {
        let lines = recording(&Assistant::CLAUDE, name);
        let deliveries = hooks(&session(name, "", ""), &lines, true);
        let player = Player::new(Assistant::CLAUDE, &[]).play(deliveries);
        assert_eq!(
            player.states.join(" "),
            "idle running completed gone",
            "{name}"
        );
        let mut stops = lines.iter().filter(|line| line.event == "Stop");
        assert_eq!(
            player.since[2],
            stops.next().expect("it stops").at,
            "{name}"
        );
    }
}
