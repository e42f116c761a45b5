//! How many events the state table takes in a second.

use std::time::{Duration, Instant};

use pane_patrol::state::{Input, Settings, Table};
use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

/// How many panes report, in turns.
const PANES: u32 = 50;
/// How many events each round has.
const EVENTS: u32 = 200_000;
const ROUNDS: usize = 5;

/// Prints the throughput, also as events in the time that an empty program takes.
pub(crate) fn measure(empty: Duration) {
    let events: Vec<Event> = (0..EVENTS).map(event).collect();
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round(&events)).collect();
    times.sort_unstable();
    let seconds = times[ROUNDS / 2].as_secs_f64();
    let rate = f64::from(EVENTS) / seconds;
    println!("\nthe state table ({EVENTS} events of {PANES} panes)");
    println!(
        "  {rate:.0} events a second; {:.0} in the time of an empty program",
        rate * empty.as_secs_f64()
    );
}

fn round(events: &[Event]) -> Duration {
    let mut table = Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    });
    let inputs: Vec<Input> = events
        .iter()
        .cloned()
        .map(|event| Input::Event(Box::new(event)))
        .collect();
    let start = Instant::now();
    for (input, event) in inputs.into_iter().zip(events) {
        table.apply(input, event.ts);
    }
    let took = start.elapsed();
    assert_eq!(table.len(), PANES as usize, "each pane has its row");
    took
}

/// A tool that starts, a tool that ends, in one pane after the other.
fn event(number: u32) -> Event {
    let pane = number % PANES;
    let call = number / PANES;
    let kind = if call.is_multiple_of(2) {
        Kind::ToolStarted
    } else {
        Kind::ToolFinished
    };
    let target = Target::Address {
        session: "work".into(),
        window: pane,
        pane: 0,
    };
    let ts = Timestamp::from_millis(1_795_000_000_000 + i64::from(number));
    Event {
        kind: Some(kind),
        pane: Some(PaneId(pane)),
        server: Some(Server {
            socket: "/tmp/tmux/default".into(),
            pid: 1,
        }),
        pid: Some(1000 + pane),
        instance_id: Some(format!("session-{pane}")),
        turn_id: Some("turn".into()),
        request_id: Some(format!("call-{pane}-{}", call / 2)),
        tool: Some("Bash".into()),
        message: Some("cargo test --workspace".into()),
        cwd: Some("/home/you/src/shop".into()),
        ..Event::new(Assistant::CLAUDE, State::Running, target, ts)
    }
}
