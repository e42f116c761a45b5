//! Many publishers and many subscribers, some of which never read: whoever reads ends with the true
//! last state, the hub's memory stays bounded, and hooks are heard as if nobody else were there.
//!
//! `make stress` runs it with 50 publishers, 20 subscribers and 100,000 updates.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Collector, PATIENCE, TestEnv, finish_with_stdin, fixture};

/// How large the crowd is.
struct Crowd {
    publishers: usize,
    readers: usize,
    deaf: usize,
    updates: usize,
}

/// No test of speed: beyond this something hangs.
const LIMIT: Duration = Duration::from_secs(240);

/// What the collector may take at most, in kB: far below what the updates alone would be for each reader.
const MEMORY_KB: u64 = 200 * 1024;

/// How often the hook runs alone, and again among the others.
const HOOKS: usize = 15;

fn crowd() -> Crowd {
    if std::env::var_os("PANE_PATROL_STRESS").is_some() {
        return Crowd {
            publishers: 50,
            readers: 17,
            deaf: 3,
            updates: 100_000,
        };
    }
    Crowd {
        publishers: 10,
        readers: 5,
        deaf: 2,
        updates: 3_000,
    }
}

fn connect(env: &TestEnv, name: &str, role: &str) -> UnixStream {
    let mut stream = env.connect_to_hub();
    let hello = message(
        name,
        "hello",
        &json!({"client_id": name, "role": role, "capabilities": []}),
    );
    stream.write_all(hello.as_bytes()).expect("the hub hears");
    stream
}

fn message(sender: &str, kind: &str, payload: &Value) -> String {
    let message = json!({"version": "1", "type": kind, "session_id": "default",
        "sender_id": sender, "timestamp": "2026-02-27T10:00:00Z", "payload": payload});
    format!("{message}\n")
}

/// The `n`th of `count` updates of one publisher; the last one is `completed`.
fn update(publisher: usize, n: usize, count: usize) -> Value {
    let state = match n {
        _ if n + 1 == count => "completed",
        _ if n.is_multiple_of(2) => "running",
        _ => "waiting_input",
    };
    let micros = n * 1000;
    json!({"assistant": "a", "state": state, "target": format!("p{publisher}:0.0"),
        "message": format!("update {n} {}", "x".repeat(120)),
        "ts": format!("2026-02-27T10:{:02}:{:02}.{:06}Z",
            micros / 60_000_000, micros / 1_000_000 % 60, micros % 1_000_000)})
}

fn publish(env: &TestEnv, publisher: usize, count: usize) -> UnixStream {
    let name = format!("p{publisher}");
    let mut stream = connect(env, &name, "publisher");
    for n in 0..count {
        let update = message(&name, "agent_status", &update(publisher, n, count));
        stream.write_all(update.as_bytes()).expect("the hub hears");
    }
    // It stays: what it said is its own as long as it is there.
    stream
}

/// Reads until every publisher's row is as it was told last; how many changes were told.
fn read(env: &TestEnv, reader: usize, publishers: usize) -> usize {
    let stream = connect(env, &format!("r{reader}"), "subscriber");
    stream.set_read_timeout(Some(LIMIT)).expect("a timeout");
    let mut lines = BufReader::new(stream);
    let mut states = BTreeMap::new();
    let mut changes = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).expect("the hub goes on");
        let message: Value = serde_json::from_str(&line).expect("JSON");
        let payload = &message["payload"];
        let rows = match message["type"].as_str() {
            Some("agent_status") => vec![payload.clone()],
            Some("error") => panic!("{message}"),
            _ => Vec::new(),
        };
        for row in rows {
            changes += 1;
            states.insert(row["target"].to_string(), row["state"].clone());
        }
        let done = states.values().filter(|state| **state == "completed");
        if done.count() == publishers {
            return changes;
        }
    }
}

/// Runs the real hook; how long it took.
fn time_of_a_hook(env: &TestEnv) -> Duration {
    let mut command = env.claude_hook();
    command.env("PANE_PATROL_TARGET", "hooked:1.2");
    let start = Instant::now();
    let payload = fixture("claude/pre_tool_use.bash.json");
    finish_with_stdin(&mut command, payload.as_bytes()).assert_silent_success();
    start.elapsed()
}

/// How many events came from hooks, as soon as there are as many as `wanted`.
fn received(env: &TestEnv, wanted: usize) -> usize {
    let mut health = BufReader::new(connect(env, "health", "subscriber"));
    let limit = Some(PATIENCE);
    health.get_ref().set_read_timeout(limit).expect("a timeout");
    let mut received = 0;
    let mut line = String::new();
    while received < wanted && health.read_line(&mut line).is_ok_and(|length| length > 0) {
        let message: Value = serde_json::from_str(&line).expect("JSON");
        if message["type"] == "health" {
            let count = message["payload"]["received"].as_u64().unwrap_or_default();
            received = usize::try_from(count).expect("not that many");
        }
        line.clear();
    }
    received
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn memory_kb(collector: &Collector<'_>) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", collector.pid())).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn a_crowd_ends_with_the_true_last_state_and_harms_nobody() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let crowd = crowd();
    let each = crowd.updates / crowd.publishers;
    let quiet = median((0..HOOKS).map(|_| time_of_a_hook(&env)).collect());
    let deaf: Vec<UnixStream> = (0..crowd.deaf)
        .map(|n| connect(&env, &format!("deaf{n}"), "subscriber"))
        .collect();
    let start = Instant::now();
    let (told, busy) = std::thread::scope(|scope| {
        let env = &env;
        let publishers = crowd.publishers;
        let readers: Vec<_> = (0..crowd.readers)
            .map(|n| scope.spawn(move || read(env, n, publishers)))
            .collect();
        let writers: Vec<_> = (0..publishers)
            .map(|n| scope.spawn(move || publish(env, n, each)))
            .collect();
        let busy = median((0..HOOKS).map(|_| time_of_a_hook(env)).collect());
        let told: Vec<usize> = readers
            .into_iter()
            .map(|reader| reader.join().expect("it reads to the end"))
            .collect();
        for writer in writers {
            writer.join().expect("it was heard");
        }
        (told, busy)
    });
    let took = start.elapsed();

    let rows = collector.rows();
    let published = rows
        .iter()
        .filter(|row| row["publisher"].is_string() || row["assistant"] == "a");
    for row in published.clone() {
        assert_eq!(row["state"], "completed", "{row}");
        let message = row["message"].as_str().expect("it has one");
        assert!(
            message.starts_with(&format!("update {} ", each - 1)),
            "{message}"
        );
    }
    assert_eq!(published.count(), crowd.publishers);
    assert!(
        rows.iter().any(|row| row["target"] == "hooked:1.2"),
        "hooks are heard"
    );
    // Each hook's event came, in time and as a datagram.
    let received = received(&env, 2 * HOOKS);
    assert_eq!(received, 2 * HOOKS);
    let peak = memory_kb(&collector);
    assert!(peak.is_none_or(|peak| peak < MEMORY_KB), "{peak:?} kB");
    drop(deaf);
    // Seen with --nocapture; no claim.
    let _ = writeln!(
        std::io::stderr(),
        "{} updates in {took:.1?}, told {told:?} changes, {peak:?} kB at most, hook {quiet:.2?} alone, {busy:.2?} among them",
        crowd.updates
    );
}
