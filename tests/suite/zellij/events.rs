//! What Zellij tells by itself from 0.46.1 on, as its documentation has it: no such Zellij was at hand.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::{DONE, WORKS, assistant, collect, emits, has, says};
use crate::common::{Collector, TestEnv, Zellij, until, wait_until};

/// Shorter than a pane's moving to another tab is known of without being told, which is ten seconds.
const SOON: Duration = Duration::from_secs(5);

/// A session with an assistant at work in its second pane, and who collects, with a Zellij that says it is of that version.
fn world<'env>(env: &'env TestEnv, version: &str) -> Option<(Collector<'env>, Zellij<'env>, u32)> {
    fs::write(env.home().join("x-version"), version).expect("our folder");
    let collector = collect(env);
    let (zellij, pane) = super::at_work(env, &collector, "one", "work")?;
    Some((collector, zellij, pane))
}

/// The processes that tell, and the arguments of each.
fn tellers(env: &TestEnv) -> Vec<u32> {
    let program = env.path("zellij-bin/zellij").display().to_string();
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let is_one = |pid: &u32| {
        let words = fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline"));
        let words = String::from_utf8_lossy(&words.unwrap_or_default()).replace('\0', " ");
        words.contains(&program) && words.trim_end().ends_with(" events")
    };
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(is_one).collect()
}

fn teller(env: &TestEnv) -> u32 {
    until("one tells", || match tellers(env)[..] {
        [one] => Some(one),
        _ => None,
    })
}

/// Folders of ours that lie beside Zellij's own.
fn folders(env: &TestEnv) -> usize {
    let entries = fs::read_dir(env.path("run/zellij")).expect("it is there");
    let is_ours = |name: &str| name.starts_with(".pane-patrol-");
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .count()
}

/// How long it takes until the pane's new tab is known.
fn moves(zellij: &Zellij<'_>, collector: &Collector<'_>, pane: u32, target: &str) -> Duration {
    let begun = Instant::now();
    zellij.ask(&["x-tab", &pane.to_string()]);
    collector.until(target, |rows| {
        rows.len() == 1 && rows[0]["target"] == target
    });
    begun.elapsed()
}

#[test]
fn what_is_told_is_known_soon_and_the_teller_goes_with_the_collector() {
    let env = TestEnv::new();
    let Some((mut collector, mut zellij, pane)) = world(&env, "0.46.1") else {
        return;
    };
    teller(&env);
    let target = |tab: usize, session: &str| format!("{session}:{tab}.t{pane}");
    let times = [2, 3, 4].map(|tab| moves(&zellij, &collector, pane, &target(tab, "work")));
    assert!(times.iter().any(|time| *time < SOON), "{times:?}");
    assert_eq!(folders(&env), 1, "it sees one session");
    zellij.rename("renamed");
    collector.until("its new name", |rows| {
        rows[0]["target"] == target(4, "renamed")
    });
    // Told by a script, with no process to watch.
    let told = zellij.pane(&["sh", "-c", &emits("two", "waiting_input")]);
    collector.until("its row", |rows| {
        has(rows, &zellij.row(told), "waiting_input")
    });
    zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{told}")]);
    collector.until("its row is gone", |rows| rows.len() == 1);
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &zellij.row(pane), "completed")
    });
    collector.signal(Signal::TERM);
    collector.wait();
    wait_until("nobody tells any more", || tellers(&env).is_empty());
    assert_eq!(folders(&env), 0);
}

#[test]
fn a_killed_collector_takes_with_it_who_tells_it() {
    let env = TestEnv::new();
    let Some((collector, _zellij, _)) = world(&env, "0.46.1") else {
        return;
    };
    teller(&env);
    drop(collector);
    wait_until("nobody tells any more", || tellers(&env).is_empty());
}

#[test]
fn a_server_that_dies_leaves_nobody_that_turns_for_ever_and_another_that_stops_holds_up_nobody() {
    let env = TestEnv::new();
    let Some((collector, zellij, pane)) = world(&env, "0.46.1") else {
        return;
    };
    let Some(other) = Zellij::start(&env, "other") else {
        return;
    };
    let theirs = other.pane(&["sh", &assistant(&env), "two"]);
    says(&env, &collector, ("two", WORKS), |rows| {
        has(rows, &other.row(theirs), "running")
    });
    wait_until("both tell", || tellers(&env).len() == 2);
    fs::write(env.home().join("x-spins"), "1").expect("our folder");
    other.stop();
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &zellij.row(pane), "completed")
    });
    other.go_on();
    drop(other);
    collector.until("its row is gone", |rows| rows.len() == 1);
    teller(&env);
    drop(zellij);
    collector.until("its row is gone", <[Value]>::is_empty);
    wait_until("nobody tells any more", || tellers(&env).is_empty());
    wait_until("and no folder is left", || folders(&env) == 0);
}

#[test]
fn one_that_tells_without_an_end_is_asked_no_more_often_than_one_that_tells_nothing() {
    let env = TestEnv::new();
    let Some((collector, zellij, pane)) = world(&env, "0.46.1") else {
        return;
    };
    teller(&env);
    zellij.ask(&["x-lies", "floods", "1"]);
    let lists = || -> u32 {
        zellij
            .ask(&["x-asked", "list-panes"])
            .parse()
            .expect("a number")
    };
    // Until it is heard less and less.
    std::thread::sleep(Duration::from_secs(5));
    let before = lists();
    std::thread::sleep(Duration::from_secs(6));
    let asked = lists() - before;
    assert!(asked <= 6, "{asked} in six seconds");
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &zellij.row(pane), "completed")
    });
}

#[test]
fn one_that_says_nothing_or_is_too_old_is_looked_at_as_before() {
    for version in ["0.46.1", "0.46.0"] {
        let env = TestEnv::new();
        fs::write(env.home().join("x-version"), version).expect("our folder");
        let collector = collect(&env);
        let Some(zellij) = Zellij::start(&env, "work") else {
            return;
        };
        zellij.ask(&["x-lies", "events", "1"]);
        let told = zellij.pane(&["sh", "-c", &emits("two", "waiting_input")]);
        collector.until("its row", |rows| {
            has(rows, &zellij.row(told), "waiting_input")
        });
        if version == "0.46.1" {
            teller(&env);
        } else {
            assert!(tellers(&env).is_empty());
        }
        zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{told}")]);
        collector.until("its row is gone", <[Value]>::is_empty);
        wait_until("and nobody waits for it", || tellers(&env).is_empty());
    }
}
