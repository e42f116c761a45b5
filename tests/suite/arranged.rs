//! How the person has arranged the list, over restarts of the dashboard and in whoever takes over: by the real program
//! in a real tmux.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{PROGRAM, TestEnv, Tmux, fixture, wait_until};

const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// A server whose first pane shows a dashboard with two assistants that work.
fn desk(env: &TestEnv) -> Option<Tmux<'_>> {
    let server = Tmux::start(env, "work")?;
    server.dashboard_in("%0");
    let panes = [(), ()].map(|()| server.window("work", "cat"));
    report(&server, &panes);
    wait_for(&server, "%0", "work:2.0");
    Some(server)
}

fn report(server: &Tmux<'_>, panes: &[String]) {
    for (pane, number) in panes.iter().zip(1..) {
        let payload = fixture(WORKS);
        let mut event: serde_json::Value = serde_json::from_str(&payload).expect("it is JSON");
        event["session_id"] = format!("session-{number}").into();
        server.report(pane, &event.to_string(), "running");
    }
}

fn wait_for(server: &Tmux<'_>, pane: &str, text: &str) {
    wait_until(&format!("`{text}` is in {pane}"), || {
        server.screen_of(pane).contains(text)
    });
}

/// Presses one key after another, each when the one before has done something.
fn press(server: &Tmux<'_>, pane: &str, keys: &[(&str, &str)]) {
    for (key, shows) in keys {
        server.run(&["send-keys", "-t", pane, key]);
        wait_for(server, pane, shows);
    }
}

/// The dashboard in the first pane is killed.
fn kill(server: &Tmux<'_>) {
    let pid: i32 = server.process_of("%0").parse().expect("a number");
    kill_process(Pid::from_raw(pid).expect("it lives"), Signal::KILL).expect("it lives");
    wait_until("it is dead", || {
        server
            .run(&[
                "list-panes",
                "-s",
                "-f",
                "#{&&:#{==:#{pane_id},%0},#{==:#{pane_dead},0}}",
            ])
            .is_empty()
    });
}

fn file(env: &TestEnv) -> PathBuf {
    let decisions = env.places().decisions().expect("there is a home");
    decisions.with_file_name("dashboard.json")
}

#[test]
fn the_next_dashboard_is_arranged_as_the_one_before_that_was_killed() {
    let env = TestEnv::new();
    let Some(server) = desk(&env) else { return };
    press(
        &server,
        "%0",
        &[
            ("G", "work:2.0"),
            ("P", "PINNED"),
            ("v", "1 marked"),
            ("o", "ALL, BY AGE"),
        ],
    );
    press(
        &server,
        "%0",
        &[
            ("j", "work:1.0"),
            ("H", "1 hidden"),
            ("b", "grouped by project"),
        ],
    );
    wait_until("it is written down", || {
        fs::read_to_string(file(&env)).is_ok_and(|text| text.contains("\"group\":\"project\""))
    });
    let mode = fs::metadata(file(&env))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    server.run(&["set-option", "-g", "remain-on-exit", "on"]);
    kill(&server);
    server.dashboard_in("%0");
    report(&server, &["%1".to_owned(), "%2".to_owned()]);
    for shown in [
        "PINNED",
        "1 marked",
        "1 hidden",
        "by age · grouped by project",
    ] {
        wait_for(&server, "%0", shown);
    }
    assert!(
        !server.screen_of("%0").contains("work:1.0"),
        "{}",
        server.screen_of("%0")
    );
}

#[test]
fn whoever_takes_over_shows_what_the_other_dashboard_has_pinned() {
    let env = TestEnv::new();
    let Some(server) = desk(&env) else { return };
    let other = server.window("work", PROGRAM);
    wait_for(&server, &other, "another pane-patrol collects");
    press(&server, "%0", &[("G", "work:2.0"), ("P", "PINNED")]);
    assert!(!server.screen_of(&other).contains("PINNED"));
    wait_until("it is written down", || file(&env).exists());
    kill(&server);
    wait_for(&server, &other, "PINNED");
    wait_for(&server, &other, "work:1.0");
}

#[test]
fn what_makes_no_sense_is_told_and_set_aside() {
    let env = TestEnv::new();
    let place = file(&env);
    fs::create_dir_all(place.parent().expect("a folder")).expect("it can be made");
    fs::write(&place, "{\"rows\": [[").expect("it can be written");
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.dashboard_in("%0");
    wait_for(&server, "%0", "not known any more");
    let aside = fs::read_to_string(place.with_extension("broken"));
    assert_eq!(aside.expect("it is there"), "{\"rows\": [[");
    press(&server, "%0", &[("o", "by age")]);
    server.dashboard_in("%0");
    wait_for(&server, "%0", "by age");
    assert!(!server.screen_of("%0").contains("not known any more"));
}
