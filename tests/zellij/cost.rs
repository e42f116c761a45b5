//! What it costs to know of sessions in which nothing happens: the collector with all that it starts, and what its
//! questions have their servers do beside what those do by themselves.

use std::time::{Duration, Instant};

use crate::common::{Collector, wait_until};
use crate::stand_ins::{DONE, WORKS, assistant, collect, has, says};
use crate::world::{Session, World, worked};

/// How long it is looked at, in seconds.
const USUAL: u64 = 60;

/// So much of a core a session may cost.
const MOST: f64 = 0.01;

/// Until all that follows a report is over.
const SETTLES: Duration = Duration::from_secs(15);

/// Its panes, half of them at work and half of them done.
const PANES: [(&str, &str, &str); 4] = [
    ("a", WORKS, "running"),
    ("b", WORKS, "running"),
    ("c", DONE, "completed"),
    ("d", DONE, "completed"),
];

#[test]
#[ignore = "it measures for minutes"]
fn one_session_at_rest_costs_less_than_a_hundredth_of_a_core() {
    at_rest(1);
}

#[test]
#[ignore = "it measures for minutes"]
fn five_sessions_at_rest_cost_less_than_a_hundredth_of_a_core_each() {
    at_rest(5);
}

/// No assistant runs there: they are looked at by their processes, and never asked.
#[test]
#[ignore = "it measures for minutes"]
fn five_sessions_of_which_nothing_was_heard_cost_less_than_a_thousandth_of_a_core_each() {
    let Some(world) = World::new() else { return };
    let own = || {
        let collector = collect(&world);
        std::thread::sleep(SETTLES);
        let before = worked(collector.pid());
        std::thread::sleep(window());
        (worked(collector.pid()) - before) / window().as_secs_f64()
    };
    let alone = own();
    let sessions: Vec<_> = (0..5).map(|at| session(&world, at)).collect();
    let beside = own();
    let each = (beside - alone) / 5.0;
    println!(
        "{} sessions of which nothing was heard: the collector {:.2} % of a core, {:.2} % where there are none, which is \
         {:.3} % a session",
        sessions.len(),
        beside * 100.0,
        alone * 100.0,
        each * 100.0
    );
    assert!(each < MOST / 10.0, "{each}");
}

fn at_rest(count: u8) {
    let Some(world) = World::new() else { return };
    let sessions: Vec<_> = (0..count).map(|at| session(&world, at)).collect();
    std::thread::sleep(SETTLES);
    let idle = servers(&sessions);
    let collector = collect(&world);
    for (at, session) in sessions.iter().enumerate() {
        at_work(&world, &collector, at, session);
    }
    std::thread::sleep(SETTLES);
    let before = worked(collector.pid());
    let asked = servers(&sessions);
    let own = (worked(collector.pid()) - before) / window().as_secs_f64();
    drop(collector);
    std::thread::sleep(SETTLES);
    let again = servers(&sessions);
    let extra = asked - f64::midpoint(idle, again);
    let each = (own + extra) / f64::from(count);
    println!(
        "{count} sessions with 4 panes each: the collector {:.2} % of a core, their servers {:.2} % (without it \
         {:.2} % and {:.2} %), which is {:.2} % a session",
        own * 100.0,
        asked * 100.0,
        idle * 100.0,
        again * 100.0,
        each * 100.0
    );
    assert!(each < MOST, "{each}");
}

fn window() -> Duration {
    let named = std::env::var("PANE_PATROL_SECONDS");
    let seconds = named.ok().and_then(|named| named.parse().ok());
    Duration::from_secs(seconds.unwrap_or(USUAL))
}

/// A session with those panes.
fn session(world: &World, at: u8) -> Session<'_> {
    let script = assistant(&world.env);
    let pane = |(name, ..): &(&str, &str, &str)| {
        format!("pane command=\"sh\" {{ args \"{script}\" \"s{at}{name}\"; }}\n")
    };
    let panes: String = PANES.iter().map(pane).collect();
    let layout = world.write(
        &format!("layouts/rest{at}.kdl"),
        &format!("layout {{\n{panes}}}\n"),
    );
    let layout = layout.to_str().expect("a plain path");
    let session = world.session_of(&format!("rest{at}"), &["--layout", layout]);
    wait_until("its panes", || session.panes().len() == PANES.len());
    session
}

/// Has its assistants report how they are.
fn at_work(world: &World, collector: &Collector<'_>, at: usize, session: &Session<'_>) {
    for (number, (name, payload, state)) in (0..).zip(PANES) {
        let name = format!("s{at}{name}");
        let id = session.row(number);
        says(&world.env, collector, (&name, payload), |rows| {
            has(rows, &id, state)
        });
    }
}

/// How much of a core all their servers take for as long as it is looked at.
fn servers(sessions: &[Session<'_>]) -> f64 {
    let all = || -> f64 { sessions.iter().map(|session| worked(session.pid)).sum() };
    let (since, before) = (Instant::now(), all());
    std::thread::sleep(window());
    (all() - before) / since.elapsed().as_secs_f64()
}
