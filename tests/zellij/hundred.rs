//! A hundred jumps in a row among twenty assistants in three sessions, each looked at in every session's own list of
//! who is on it; and what becomes of somebody who has pressed no key there.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::common::wait_until;
use crate::listed::crowd;
use crate::stand_ins::{Person, WORKS, at_work, collect, has, says};
use crate::started::shape;
use crate::world::{Session, World, arrives_or_is_lost, shell_word};

const JUMPS: usize = 100;

/// As often nobody has pressed a key.
const WITHOUT_A_KEY: usize = 20;

/// A pane, by its session and its number there.
type At = (usize, u32);

fn number(pane: &Value) -> u32 {
    let number = pane["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    number.expect("a number")
}

/// Who is where, in all sessions.
fn people(sessions: &[Session<'_>]) -> Vec<(usize, String)> {
    let of = |(at, session): (usize, &Session<'_>)| {
        let all = session.clients().into_iter();
        all.map(move |(_, pane)| (at, pane)).collect::<Vec<_>>()
    };
    sessions.iter().enumerate().flat_map(of).collect()
}

/// The one person is there, and nowhere else.
fn arrives(sessions: &[Session<'_>], (session, pane): At, how: &str) {
    let there = vec![(session, format!("terminal_{pane}"))];
    wait_until(&format!("{how}: {there:?}"), || people(sessions) == there);
}

/// What the way from one to the other is called.
fn kind(sessions: &[Session<'_>], from: At, to: At) -> &'static str {
    if from.0 != to.0 {
        return "to another session";
    }
    let [here, there] = [from, to].map(|(session, pane)| sessions[session].pane(pane));
    match () {
        () if there["is_floating"] == true => "to a floating one",
        () if here["is_floating"] == true => "from a floating one",
        () if here["tab_id"] == there["tab_id"] => "in a tab",
        () => "to another tab",
    }
}

fn jump_to(sessions: &[Session<'_>], (session, pane): At) -> String {
    format!("jump {}", shell_word(&sessions[session].row(pane)))
}

/// Which panes each tab of each session has.
fn shapes(sessions: &[Session<'_>]) -> Vec<Vec<(Value, Vec<Value>)>> {
    sessions.iter().map(shape).collect()
}

#[test]
fn a_hundred_jumps_among_twenty_panes_of_three_sessions_arrive_or_are_told_to_be_lost() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let (sessions, names): (Vec<_>, Vec<_>) = crowd(&world, ["my work", "plain", "ünï 'q\" -x"])
        .into_iter()
        .unzip();
    let mut all: Vec<At> = Vec::new();
    for (at, session) in sessions.iter().enumerate() {
        for (pane, name) in session.panes().iter().zip(&names[at]) {
            let pane = number(pane);
            says(&world.env, &collector, (name, WORKS), |rows| {
                has(rows, &session.row(pane), "running")
            });
            all.push((at, pane));
        }
    }
    for at in [2, 9, 16] {
        let (session, pane) = all[at];
        let pane = format!("terminal_{pane}");
        sessions[session].ask(&["toggle-pane-embed-or-floating", "--pane-id", &pane]);
    }
    let dashes = ["d0", "d1", "d2"];
    let dashes: Vec<_> = sessions
        .iter()
        .zip(dashes)
        .map(|(session, name)| Person::in_pane_of(session, name, &[]))
        .collect();
    let before = (world.sessions(), shapes(&sessions));
    let mut terminal = sessions[0].client("person");
    sessions[0].typed(&terminal);
    // Wherever she is in it.
    let mut at = (0, number(&sessions[0].panes()[0]));
    let (mut to, mut late, mut lost) = (0, 0, 0);
    let every: Vec<_> = sessions.iter().collect();
    let mut kinds = BTreeMap::new();
    let begun = Instant::now();
    for round in 0..JUMPS {
        to = (to + [1, 7, 2, 13][round % 4]) % all.len();
        let there = all[to];
        let kind = kind(&sessions, at, there);
        let (status, said) = dashes[at.0].runs(&jump_to(&sessions, there));
        // On a busy machine the way takes longer than a command waits; it says so.
        let is_late = said.contains("has taken somebody out of");
        assert!(status == 0 || is_late, "round {round}, {kind}: {said}");
        late += usize::from(is_late);
        let on_it = vec![(there.0, format!("terminal_{}", there.1))];
        if !arrives_or_is_lost(&every, || people(&sessions) == on_it) {
            assert!(
                is_late,
                "round {round}, {kind}: it is told, and not {said:?}"
            );
            lost += 1;
            drop(terminal);
            terminal = sessions[there.0].client(&format!("person {round}"));
        }
        *kinds.entry(kind).or_insert(0) += 1;
        sessions[there.0].typed(&terminal);
        at = there;
    }
    let arrived = JUMPS - lost;
    println!("{arrived} of {JUMPS} in {:?}: {kinds:?}", begun.elapsed());
    println!("{lost} were lost by Zellij on the way, as it does by its own program alone");
    assert!(lost <= JUMPS / 20, "{lost}");
    println!("{late} were on the way for longer than a command waits");
    drop(terminal);
    let after = (world.sessions(), shapes(&sessions));
    assert_eq!(after, before, "and no session, tab or pane was made");
}

#[test]
fn where_no_key_was_pressed_the_person_goes_from_her_own_pane_and_is_told_so_from_another() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let sessions = ["one", "two"].map(|name| world.session(name));
    let panes = [0, 1].map(|at| at_work(&sessions[at], &collector, ["a", "b"][at]));
    let dashes = [0, 1].map(|at| Person::in_pane_of(&sessions[at], ["d0", "d1"][at], &[]));
    let before = (world.sessions(), shapes(&sessions));
    let terminal = sessions[0].client("person");
    sessions[0].typed(&terminal);
    let (mut told, mut gone) = (0, 0);
    for round in 0..WITHOUT_A_KEY {
        let (from, to) = (round % 2, 1 - round % 2);
        let lands = |pane: u32| {
            let (pane, name) = (format!("terminal_{pane}"), &sessions[to].name);
            sessions[from].ask(&["switch-session", "--pane-id", &pane, "--", name]);
        };
        if round % 4 < 2 {
            lands(panes[to]);
            arrives(&sessions, (to, panes[to]), "by Zellij's own program");
            let (status, said) = dashes[to].runs(&jump_to(&sessions, (from, panes[from])));
            assert_eq!(status, 1, "{said}");
            assert!(
                said.contains("nobody has yet: press any key there"),
                "{said}"
            );
            assert!(said.contains("nobody was moved"), "{said}");
            arrives(&sessions, (to, panes[to]), "and she has stayed");
            told += 1;
        } else {
            lands(dashes[to].pane);
            arrives(&sessions, (to, dashes[to].pane), "by Zellij's own program");
            let (status, said) = dashes[to].runs(&jump_to(&sessions, (to, panes[to])));
            assert_eq!((status, said), (0, String::new()));
            arrives(&sessions, (to, panes[to]), "by the number of her client");
            gone += 1;
        }
        sessions[to].typed(&terminal);
    }
    println!("without a key {gone} went from their own pane, {told} were told from another");
    drop(terminal);
    let after = (world.sessions(), shapes(&sessions));
    assert_eq!(after, before, "and no session, tab or pane was made");
}
