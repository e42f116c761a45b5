//! Assistants that have said nothing, in sessions of which nothing was heard at all.
#![cfg(target_os = "linux")]

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::{collect, has};
use crate::common::{TestEnv, Zellij, wait_until, write_program};

/// A program that does nothing as long as it is there.
const IDLE: &str = "#!/bin/sh\nwhile [ -e \"$0\" ]; do sleep 0.2; done\n";

/// A program of that name which does nothing.
fn program(env: &TestEnv, name: &str) -> String {
    let program = env.home().join("bin").join(name);
    fs::create_dir_all(program.parent().expect("it has one")).expect("ours");
    write_program(&program, IDLE);
    program.display().to_string()
}

/// A pane with a terminal in which a shell does what stands in `line`; its number.
fn pane(zellij: &Zellij<'_>, line: &str) -> u32 {
    let said = zellij.ask(&["x-tty-pane", "sh", "-c", line]);
    said.parse().expect("a number")
}

fn is_silent(rows: &[Value], id: &str) -> bool {
    has(rows, id, "idle") && rows.iter().all(|row| row["silent"] == true)
}

#[test]
fn what_has_said_nothing_is_a_row_also_where_nothing_was_heard_of_its_session() {
    let env = TestEnv::new();
    let (codex, claude) = (program(&env, "codex"), program(&env, "claude"));
    let Some(first) = Zellij::start(&env, "first") else {
        return;
    };
    let before = pane(&first, &format!("'{codex}'; sleep 1000"));
    let collector = collect(&env);
    let ids = [first.row(before)];
    collector.until("it ran before", |rows| {
        rows.len() == 1 && is_silent(rows, &ids[0])
    });
    // In a session that begins later, and below a shell that was there.
    let Some(second) = Zellij::start(&env, "second") else {
        return;
    };
    let go = env.home().join("go");
    let wait = format!("until [ -e '{0}' ]; do sleep 0.1; done", go.display());
    let later = pane(&second, &format!("{wait}; '{claude}'; sleep 1000"));
    let calls = || -> u32 { second.ask(&["x-calls"]).parse().expect("a number") };
    let at_first = calls();
    sleep(Duration::from_secs(3));
    assert_eq!(
        calls(),
        at_first + 1,
        "nobody else asks where no assistant runs"
    );
    fs::write(&go, "").expect("ours");
    let id = second.row(later);
    collector.until("it began later", |rows| {
        rows.len() == 2 && is_silent(rows, &id)
    });
    // It ends, and the shell goes on; then the session does.
    fs::remove_file(env.home().join("bin/claude")).expect("ours");
    collector.until("it has ended", |rows| {
        rows.len() == 1 && is_silent(rows, &ids[0])
    });
    drop(first);
    collector.until("its session has ended", <[Value]>::is_empty);
    drop(second);
    wait_until("nothing is left", || collector.rows().is_empty());
}
