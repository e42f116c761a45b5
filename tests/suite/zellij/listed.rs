//! What is listed of it, and for how long.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BEGINS, DONE, WORKS, assistant, at_work, collect, emits, has, row, says};
use crate::common::{TestEnv, Zellij, finish, wait_until};

#[test]
fn a_session_that_is_called_otherwise_keeps_its_rows_under_its_new_name() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((mut zellij, pane)) = at_work(&env, &collector, "one", "my work") else {
        return;
    };
    let id = zellij.row(pane);
    let at = |target: &str| {
        collector.until(target, |rows| {
            rows.len() == 1 && rows[0]["target"] == target
        });
    };
    at("my work:1.t1");
    zellij.rename("renamed");
    at("renamed:1.t1");
    // A hook still knows the old name alone.
    says(&env, &collector, ("one", BEGINS), |rows| {
        has(rows, &id, "idle")
    });
    let Some(_other) = Zellij::start(&env, "my work") else {
        return;
    };
    says(&env, &collector, ("one", WORKS), |rows| {
        has(rows, &id, "running")
    });
    at("renamed:1.t1");
    let tab = zellij.ask(&["x-tab", &pane.to_string()]);
    assert_eq!(tab, "");
    at("renamed:2.t1");
}

#[test]
fn a_pane_that_is_closed_takes_its_row_with_it_and_so_does_a_session() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
    collector.until("its row is gone", <[Value]>::is_empty);
    // Told by a script, with no process to watch.
    let line = emits("one", "waiting_input");
    let told = zellij.pane(&["sh", "-c", &line]);
    collector.until("its row", |rows| {
        has(rows, &zellij.row(told), "waiting_input")
    });
    zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{told}")]);
    collector.until("its row is gone", <[Value]>::is_empty);
    let last = zellij.pane(&["sh", "-c", &line]);
    collector.until("its row", |rows| {
        has(rows, &zellij.row(last), "waiting_input")
    });
    drop(zellij);
    collector.until("its row is gone", <[Value]>::is_empty);
}

#[test]
fn what_is_done_is_seen_where_somebody_is_on_its_pane() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let id = zellij.row(pane);
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "completed")
    });
    let client = zellij.client();
    zellij.ask(&["x-key", &client]);
    zellij.ask(&["focus-pane-id", &format!("terminal_{pane}")]);
    collector.until("it is seen", |rows| has(rows, &id, "idle"));
    says(&env, &collector, ("one", WORKS), |rows| {
        has(rows, &id, "running")
    });
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "idle")
    });
}

#[test]
fn a_stopped_session_holds_up_nobody_elses_rows_and_leaves_no_program_behind() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((living, pane)) = at_work(&env, &collector, "one", "living") else {
        return;
    };
    let Some((stopped, other)) = at_work(&env, &collector, "two", "stopped") else {
        return;
    };
    let ids = [living.row(pane), stopped.row(other)];
    collector.until("addresses", |rows| {
        rows.iter()
            .all(|row| row["target"].as_str().is_some_and(|it| it.contains(".t")))
    });
    stopped.stop();
    // Its pane moves: only a listing tells.
    living.ask(&["x-tab", &pane.to_string()]);
    let begun = Instant::now();
    collector.until("it is listed", |rows| {
        rows.iter().any(|row| row["target"] == "living:2.t1")
    });
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    assert!(
        has(&collector.rows(), &ids[1], "running"),
        "nothing is known of it but that"
    );
    let jump = finish(env.pane_patrol_with_zellij().args(["jump", &ids[1]]));
    assert_eq!(jump.status.code(), Some(1), "{jump:?}");
    assert!(
        jump.stderr.contains("`stopped` does not answer"),
        "{jump:?}"
    );
    wait_until("doctor says it", || {
        let doctor = finish(env.pane_patrol_with_zellij().arg("doctor")).stdout;
        doctor.contains("`stopped` does not answer")
    });
    stopped.go_on();
    says(&env, &collector, ("two", DONE), |rows| {
        has(rows, &ids[1], "completed")
    });
    wait_until("no program of ours is left", || programs(&env).is_empty());
    let folders = fs::read_dir(env.path("run/zellij")).expect("it is there");
    assert_eq!(folders.count(), 1, "and no folder");
}

#[test]
fn a_session_that_dies_in_the_middle_of_a_call_leaves_no_program_that_turns_for_ever() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    assert!(row(&collector, &zellij.row(pane))["target"].is_string());
    zellij.ask(&["x-dies-at", "focus-pane-id"]);
    let jump = finish(
        env.pane_patrol_with_zellij()
            .args(["jump", &zellij.row(pane)]),
    );
    assert_eq!(jump.status.code(), Some(1), "{jump:?}");
    collector.until("its row is gone", <[Value]>::is_empty);
    wait_until("no program of ours is left", || programs(&env).is_empty());
}

#[test]
fn a_publisher_that_names_a_pane_tells_of_its_row_where_there_is_but_one_such_pane() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let status = |agent: &str, pane: &str| {
        let status =
            json!({"agent_id": agent, "status": "error", "pane_id": pane, "project_root": "/src"});
        ("agent_status", status)
    };
    // What is told last is there once all has been heard.
    let publish = |name: &str, last: &str| {
        let mut hub = env.connect_to_hub();
        let hello = json!({"client_id": name, "role": "publisher", "capabilities": []});
        let told = [
            ("hello", hello),
            status(name, &format!("zellij:{pane}")),
            status(last, ""),
        ];
        for (kind, payload) in told {
            let message = json!({"version": "1", "type": kind, "session_id": "default",
                "sender_id": name, "timestamp": "2026-01-28T18:42:00Z", "payload": payload});
            writeln!(hub, "{message}").expect("it is heard");
        }
        hub
    };
    let id = zellij.row(pane);
    let _first = publish("first", "heard-first");
    let rows = collector.until("all is heard", |rows| has(rows, "heard-first", "error"));
    assert!(rows.len() == 2 && has(&rows, &id, "running"), "{rows:#?}");
    let Some((other, same)) = at_work(&env, &collector, "two", "other") else {
        return;
    };
    assert_eq!(same, pane);
    let _second = publish("second", "heard-second");
    let rows = collector.until("all is heard", |rows| has(rows, "heard-second", "error"));
    assert!(has(&rows, "second", "error"), "{rows:#?}");
    let theirs = [id, other.row(same)];
    assert!(
        theirs.iter().all(|id| has(&rows, id, "running")),
        "{rows:#?}"
    );
}

#[test]
fn a_session_in_which_nothing_happens_is_seldom_called() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    collector.until("its place", |rows| rows[0]["target"] == "work:1.t1");
    // Of one that works the title is waited for.
    let id = zellij.row(pane);
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "completed")
    });
    let calls = || -> u32 { zellij.ask(&["x-calls"]).parse().expect("a number") };
    std::thread::sleep(Duration::from_secs(2));
    let before = calls();
    std::thread::sleep(Duration::from_secs(8));
    // One is ours, and one that of every ten seconds, or of a busy machine's turn.
    let called = calls() - before - 1;
    assert!(called <= 2, "{called} in eight seconds");
    zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
    collector.until("its row is gone", <[Value]>::is_empty);
}

#[test]
fn an_empty_or_senseless_answer_takes_no_row_away() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let id = zellij.row(pane);
    zellij.ask(&["x-lies", "list-panes", "1"]);
    says(&env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "completed")
    });
    wait_until("doctor says it", || {
        let doctor = finish(env.pane_patrol_with_zellij().arg("doctor")).stdout;
        doctor.contains("cannot make sense of `zellij action list-panes`")
    });
    assert!(has(&collector.rows(), &id, "completed"));
    zellij.ask(&["x-lies", "list-panes", ""]);
    zellij.ask(&["x-set", &pane.to_string(), "title", "\u{1b}]0;\u{7}\"\\ x"]);
    let script = assistant(&env);
    zellij.pane(&["sh", &script, "two"]);
    says(&env, &collector, ("two", WORKS), |rows| rows.len() == 2);
}

#[test]
fn a_server_that_does_not_understand_a_question_is_asked_by_its_program() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some(zellij) = Zellij::start(&env, "work") else {
        return;
    };
    zellij.ask(&["x-lies", "direct", "1"]);
    let pane = zellij.pane(&["sh", &assistant(&env), "one"]);
    let id = zellij.row(pane);
    says(&env, &collector, ("one", WORKS), |rows| {
        has(rows, &id, "running")
    });
    collector.until("its place", |rows| rows[0]["target"] == "work:1.t1");
    zellij.ask(&["x-tab", &pane.to_string()]);
    collector.until("its tab", |rows| rows[0]["target"] == "work:2.t1");
}

/// Zellij's programs of this world that are no server.
fn programs(env: &TestEnv) -> Vec<String> {
    let listed = finish(std::process::Command::new("ps").args(["-A", "-o", "stat=,args="]));
    let program = env.path("zellij-bin/zellij").display().to_string();
    let lines = listed.stdout.lines().filter(|line| {
        line.contains(&program) && !line.contains("--server") && !line.starts_with('Z')
    });
    lines.map(str::to_owned).collect()
}
