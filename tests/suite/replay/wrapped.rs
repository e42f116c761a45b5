//! Recorded sessions below `wrap`: hooks, the session file and status records, in every order in which they may come.
//! However they come, the row goes through the states that they tell, and through no other.

use pane_patrol::state::Level;

use super::{Delivery, Line, Player, SESSIONS, Session, Written, hooks, levels, recording};
use crate::common::orders::{Heard, in_every_order};
use pane_patrol_hooks::event::Assistant;

/// The sources.
const HOOKS: usize = 0;
const FILE: usize = 1;
const RECORDS: usize = 2;

/// When the record of an end comes after the hook of it, in ms: at once, and as late as was measured.
const ENDS_AFTER: [i64; 2] = [8, 100];

/// The records of a session: what its file says, at other times, and how a turn has ended.
fn records(lines: &[Line], levels: &[Written], ends_after: i64) -> Vec<Written> {
    let told = |written: &Written| {
        let ends = |name: &str| {
            let its = |line: &&Line| line.event == name && written.at - line.at == 35;
            lines.iter().find(its).map(|line| line.at)
        };
        let (at, level) = match written.level {
            Level::Idle => match (ends("Stop"), ends("StopFailure")) {
                (Some(at), _) => (at + ends_after, Level::Done),
                (None, Some(at)) => (at + ends_after, Level::Failed),
                // Escape: the record comes before the file.
                (None, None) => (written.at - 40, Level::Idle),
            },
            level => (written.at + 10, level),
        };
        Written {
            at,
            level,
            session: written.session.clone(),
        }
    };
    levels.iter().map(told).collect()
}

fn heard(session: &Session, lines: &[Line], levels: &[Written], ends_after: i64) -> Vec<Heard> {
    let hooks = hooks(session, lines, true).into_iter();
    let hooks = hooks.map(|(at, delivery)| (at, HOOKS, delivery));
    let files = levels.iter().map(|written| {
        let read = written.at + 5;
        (read, FILE, Delivery::Reading(written.clone(), read))
    });
    let records = records(lines, levels, ends_after).into_iter();
    let records = records.map(|written| (written.at, RECORDS, Delivery::Record(written)));
    hooks.chain(files).chain(records).collect()
}

#[test]
fn in_whatever_order_hook_file_and_record_come_no_state_is_shown_that_none_of_them_tells() {
    let mut wrong = Vec::new();
    let mut orders = 0;
    let sessions = SESSIONS
        .iter()
        .filter(|session| !session.name.starts_with("p-"));
    for session in sessions {
        let lines = recording(&Assistant::CLAUDE, session.name);
        let levels = levels(session, &lines);
        for ends_after in ENDS_AFTER {
            let heard = heard(session, &lines, &levels, ends_after);
            for (order, deliveries) in in_every_order(heard) {
                orders += 1;
                let player = Player::new(Assistant::CLAUDE, &levels).play(deliveries);
                let states = player.states.join(" ");
                if states != session.installed {
                    let name = session.name;
                    wrong.push(format!(
                        "{name}, an end after {ends_after}, {order}: {states}"
                    ));
                }
            }
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {orders}: {wrong:#?}");
    assert!(orders > 1000, "{orders}");
}
