//! `jump --client`: that client, from wherever one is, or nobody.

use std::process::Command;

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until,
};

/// Makes a command one of that place.
type Place<'a> = &'a dyn Fn(&mut Command);

/// Each client of the server and the pane that it shows.
fn shown(server: &Tmux<'_>) -> Vec<String> {
    let format = "#{client_name} #{session_name} #{pane_id}";
    let listed = server.run(&["list-clients", "-F", format]);
    let mut lines: Vec<String> = listed.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn the_named_client_is_moved_from_everywhere_or_nobody_is() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(other) = Tmux::start_on(&env, "other.sock", "other", (80, 24), "cat") else {
        return;
    };
    server.run(&["new-session", "-d", "-s", "second", "cat"]);
    let first = Terminal::client_of(&env, "first.sock", &server, "work");
    let second = Terminal::client_of(&env, "second.sock", &server, "second");
    let elsewhere = Terminal::client_of(&env, "elsewhere.sock", &other, "other");
    let (Some(_first), Some(_second), Some(_elsewhere)) = (first, second, elsewhere) else {
        return;
    };
    let pane = server.window("work", "cat");
    let collector = Collector::start_in(&env, &server);
    collector.until("there is a row", |rows| {
        let mut hook = server.claude_hook(&pane);
        let payload = fixture("claude/permission_request.bash.json");
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        !rows.is_empty()
    });
    let client_of = |server: &Tmux<'_>, session: &str| {
        server.run(&["list-clients", "-t", session, "-F", "#{client_name}"])
    };
    let (named, stranger) = (client_of(&server, "second"), client_of(&other, "other"));
    let inside = |command: &mut Command| {
        command
            .env("TMUX", server.variable())
            .env("TMUX_PANE", "%0");
    };
    let outside = |_: &mut Command| {};
    let another = |command: &mut Command| {
        command.env("TMUX", other.variable()).env("TMUX_PANE", "%0");
    };
    let places: [(&str, Place<'_>); 3] = [
        ("inside", &inside),
        ("outside", &outside),
        ("another server", &another),
    ];
    for (place, set) in places {
        let jump = |target: &[&str], client: &str| {
            let mut command = env.pane_patrol();
            command.arg("jump").args(target).args(["--client", client]);
            set(&mut command);
            finish(&mut command)
        };
        let before = (shown(&server), shown(&other));
        for absent in [
            "/dev/pts/9999",
            "",
            "client-1",
            &stranger,
            "semi;",
            "#{client_name}",
        ] {
            for target in [&[pane.as_str()][..], &["--next"], &["work:1.0"]] {
                let refused = jump(target, absent);
                assert_eq!(refused.status.code(), Some(1), "{place}: {refused:?}");
                let why = format!("has no client `{absent}`; nobody was moved");
                assert!(refused.stderr.contains(&why), "{place}: {refused:?}");
            }
        }
        assert_eq!((shown(&server), shown(&other)), before, "{place}");
        let moved = jump(&[&pane], &named);
        assert!(moved.status.success(), "{place}: {moved:?}");
        let expected = format!("{named} work {pane}");
        wait_until("the named one shows it", || {
            shown(&server).contains(&expected)
        });
        assert_eq!(shown(&other), before.1, "{place}");
        server.run(&["switch-client", "-c", &named, "-t", "second"]);
        server.run(&["select-window", "-t", "work:0"]);
        wait_until("all is as before", || shown(&server) == before.0);
    }
}

#[test]
fn whoever_is_taken_elsewhere_in_that_moment_is_not_said_to_have_arrived() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-session", "-d", "-s", "second", "cat"]);
    let pane = server.run(&["display-message", "-p", "-t", "second:0", "#{pane_id}"]);
    server.window("second", "cat");
    let Some(_client) = Terminal::client_of(&env, "first.sock", &server, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    let payload = fixture("claude/permission_request.bash.json");
    server.report(&pane, &payload, "waiting_approval");
    collector.until_state("waiting_approval");
    let jump = || {
        let mut jump = env.pane_patrol();
        jump.args(["jump", &pane]);
        jump.env("TMUX", server.variable()).env("TMUX_PANE", "%0");
        finish(&mut jump)
    };
    // The person's own hook: tmux carries out the jump, and then this.
    let away = "select-window -t second:1";
    server.run(&["set-hook", "-g", "client-session-changed", away]);
    let refused = jump();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let why = "tmux says that it went there, but nobody has that pane in view";
    assert!(refused.stderr.contains(why), "{refused:?}");
    server.run(&["set-hook", "-gu", "client-session-changed"]);
    server.run(&["switch-client", "-t", "work"]);
    let arrived = jump();
    assert!(arrived.status.success(), "{arrived:?}");
}
