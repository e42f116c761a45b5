//! Many writers on a machine that is busy with other things: every event is in the event log and, as
//! the collector reads that, in the table.
//!
//! `make stress` has 16 writers with 120 events each.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Duration, TestEnv, logged, payload};
use crate::common::{Collector, started};

const WRITERS: usize = 16;

/// How many events each has.
fn each() -> usize {
    let is_stress = std::env::var_os("PANE_PATROL_STRESS").is_some();
    if is_stress { 120 } else { 8 }
}

/// Runs one hook, in a pane and a session of its own.
fn tell(env: &TestEnv, name: &str) {
    let payload = payload(name, 0);
    let session = "00000000-0000-4000-8000-000000000001";
    assert!(payload.contains(session), "{payload}");
    let (child, mut stdin) = started(
        env.claude_hook()
            .env("PANE_PATROL_TARGET", format!("{name}:0.0")),
    );
    let taken = stdin.write_all(payload.replace(session, name).as_bytes());
    drop(stdin);
    taken.expect("no assistant may see a broken pipe");
    let output = child.wait_with_output().expect("it ends by itself");
    let is_silent = output.stdout.is_empty() && output.stderr.is_empty();
    assert!(output.status.success() && is_silent, "{output:?}");
}

#[test]
fn nothing_is_lost_on_a_machine_that_is_busy_with_others() {
    let env = TestEnv::new();
    let log = env.mirror_on();
    let collector = Collector::start(&env);
    let is_over = AtomicBool::new(false);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let env = &env;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    for number in 0..each() {
                        tell(env, &format!("w{writer}n{number}"));
                    }
                })
            })
            .collect();
        let ends: Vec<_> = writers
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok), "a writer failed");
    });
    let told = (0..WRITERS).flat_map(|w| (0..each()).map(move |n| format!("w{w}n{n}")));
    let told: BTreeSet<String> = told.collect();
    let logged: BTreeSet<String> = logged(&log).into_iter().collect();
    let lost: Vec<&String> = told.difference(&logged).collect();
    assert!(lost.is_empty(), "not in the event log: {lost:?}");
    assert_all_in_the_table(&collector, told.len());
}

/// Waits for as long as the collector gets on: it is as busy as everybody.
fn assert_all_in_the_table(collector: &Collector<'_>, count: usize) {
    let (mut seen, mut still) = (0, 0);
    while seen < count {
        let rows = collector.rows().len();
        still = if rows > seen { 0 } else { still + 1 };
        assert!(still < 10, "{rows} of {count} events are in the table");
        seen = rows;
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(seen, count);
}
