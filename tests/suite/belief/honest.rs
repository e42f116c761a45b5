//! Whoever has to be heard as before: hooks in a second tmux, `emit` from anywhere, Codex's shared
//! server, and a tmux that only the settings name.

use serde_json::json;

use super::{event, send};
use crate::common::{
    Collector, TestEnv, Tmux, copy_program, finish, finish_with_stdin, fixture, until,
};

/// Asserts that nothing at all was held apart.
fn assert_nothing_apart(env: &TestEnv) {
    let said = finish(env.pane_patrol().arg("doctor")).stdout;
    assert!(!said.contains("held apart"), "{said}");
}

#[test]
fn hooks_in_a_second_tmux_of_its_own_are_all_heard_without_settings() {
    let env = TestEnv::new();
    let Some(own) = Tmux::start(&env, "work") else {
        return;
    };
    std::fs::create_dir(env.path("other")).expect("it can be made");
    let Some(second) = Tmux::start_on(&env, "other/sock", "side", (80, 24), "cat") else {
        return;
    };
    let collector = Collector::start_in(&env, &own);
    let process = second.ask("#{pane_pid}");
    // Each is gone as soon as it has sent: the assistant's process has to do as proof.
    let rows = collector.until("its row is there", |rows| {
        let mut hook = second.claude_hook("%0");
        for _ in 0..20 {
            let payload = fixture("claude/user_prompt_submit.plain.json");
            finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        }
        rows.len() == 1 && rows[0]["target"] == "side:0.0"
    });
    assert_eq!(rows[0]["pid"].to_string(), process);
    assert_nothing_apart(&env);
}

#[test]
fn emit_in_a_pane_is_heard_on_each_server_and_without_tmux_by_its_target() {
    let env = TestEnv::new();
    let Some(own) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(second) = Tmux::start_on(&env, "second.sock", "side", (80, 24), "cat") else {
        return;
    };
    own.run(&["new-window", "-d", "-t", "work", "cat"]);
    let collector = Collector::start_in(&env, &own);
    let emit = |variables: &[(&str, &str)], more: &[&str]| {
        let mut emit = env.pane_patrol();
        emit.args(["emit", "--assistant", "mybot", "--state", "running"]);
        let said = finish(emit.args(more).envs(variables.iter().copied()));
        assert!(said.status.success(), "{said:?}");
    };
    let (first_tmux, second_tmux) = (own.variable(), second.variable());
    collector.until("all three", |rows| {
        emit(&[("TMUX", &first_tmux), ("TMUX_PANE", "%0")], &[]);
        emit(&[("TMUX", &second_tmux), ("TMUX_PANE", "%0")], &[]);
        // As from cron and over ssh, where nothing is known of tmux.
        emit(&[], &["--target", "work:1.0"]);
        let targets: Vec<_> = rows
            .iter()
            .filter_map(|row| row["target"].as_str())
            .collect();
        ["work:0.0", "work:1.0", "side:0.0"]
            .iter()
            .all(|place| targets.contains(place))
    });
}

#[test]
fn a_session_of_codexs_shared_server_is_heard_in_the_pane_that_shows_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let title = "printf '\\033]2;⠏ proj | 01a1fbae-651b-7fd1-bd37-7bc0d...\\007'; exec cat";
    let pane = tmux.run(&["split-window", "-d", "-P", "-F", "#{pane_id}", title]);
    until("the title is set", || {
        let shown = tmux.run(&["display-message", "-p", "-t", &pane, "#{pane_title}"]);
        shown.contains("01a1fbae").then_some(())
    });
    let collector = Collector::start_in(&env, &tmux);
    // Started by this test, which is in no pane of that server; the environment names a wrong one.
    let rows = collector.until("its row is there", |rows| {
        let mut hook = env.pane_patrol();
        hook.args(["hook", "codex"]);
        hook.env("TMUX", tmux.variable()).env("TMUX_PANE", "%0");
        for _ in 0..5 {
            let payload = fixture("codex/Stop.json");
            finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        }
        !rows.is_empty()
    });
    assert_eq!((rows.len(), &rows[0]["pane"]), (1, &json!(pane)));
    assert_nothing_apart(&env);
}

#[test]
fn a_tmux_that_is_not_ours_is_believed_where_the_settings_name_it() {
    let env = TestEnv::new();
    // Another executable than the one on our PATH.
    let Some(real) = which("tmux") else {
        return;
    };
    let other = env.path("other-tmux");
    copy_program(&real, &other);
    let socket = env.path("other.sock");
    let tmux = |arguments: &[&str]| {
        let mut tmux = env.command(&other);
        tmux.args(["-f", "/dev/null", "-S"])
            .arg(&socket)
            .args(arguments);
        until("it can be run", || {
            let finished = finish(&mut tmux);
            (finished.status.success()).then_some(finished.stdout)
        })
    };
    tmux(&["new-session", "-d", "-s", "other", "cat"]);
    let pid = tmux(&["display-message", "-p", "#{pid}"]);
    let named = format!("{},{}", socket.display(), pid.trim());
    {
        let _collector = Collector::start(&env);
        send(&env, &event(&named, "%0", &json!({})));
        super::held_apart(&env, "is not our tmux (`[tmux] sockets` names others)");
    }
    let settings = format!("[tmux]\nsockets = ['{}']\n", socket.display());
    env.configure(&settings);
    let collector = Collector::start(&env);
    collector.until("its row is there", |rows| {
        send(&env, &event(&named, "%0", &json!({})));
        rows.len() == 1 && rows[0]["target"] == "other:0.0"
    });
    tmux(&["kill-server"]);
}

fn which(program: &str) -> Option<std::path::PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let files = std::env::split_paths(&folders).map(|folder| folder.join(program));
    files.into_iter().find(|file| file.is_file())
}
