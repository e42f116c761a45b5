//! Clients that are programs: they draw the panes by themselves, and tmux cannot tell who looks at what.

use std::process::{Child, ChildStdin, Stdio};

use serde_json::Value;

use crate::common::{Collector, Finished, PROGRAM, Terminal, TestEnv, Tmux, finish, wait_until};

const ENDS: &str = r#"{"session_id":"SESSION","hook_event_name":"Stop","cwd":"/",
    "transcript_path":"/nowhere/SESSION.jsonl","stop_hook_active":false,
    "last_assistant_message":"Done."}"#;

/// A client in control mode, attached as long as this lives.
struct Program {
    child: Child,
    _keys: ChildStdin,
}

impl Program {
    fn attach(server: &Tmux<'_>, session: &str) -> Self {
        let mut command = server.command(&["-C", "attach-session", "-t", session]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("tmux can be started");
        let keys = child.stdin.take().expect("it is a pipe");
        let listed = [
            "list-clients",
            "-t",
            session,
            "-F",
            "#{client_control_mode}",
        ];
        wait_until("it is attached", || server.run(&listed).contains('1'));
        Self { child, _keys: keys }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The pane in front of `session`.
fn front(server: &Tmux<'_>, session: &str) -> String {
    server.run(&[
        "display-message",
        "-p",
        "-t",
        &format!("{session}:"),
        "#{pane_id}",
    ])
}

fn finishes(server: &Tmux<'_>, pane: &str) {
    let session = format!("session-{}", &pane[1..]);
    server.report(pane, &ENDS.replace("SESSION", &session), "completed");
}

fn state(collector: &Collector<'_>, pane: &str) -> String {
    let rows = collector.rows();
    let row: Option<&Value> = rows.iter().find(|row| row["pane"] == pane);
    row.map_or("", |row| row["state"].as_str().unwrap_or(""))
        .to_owned()
}

fn jump(env: &TestEnv, server: &Tmux<'_>, words: &[&str]) -> Finished {
    let mut command = env.pane_patrol();
    command.arg("jump").args(words);
    finish(
        command
            .env("TMUX", server.variable())
            .env("TMUX_PANE", "%0"),
    )
}

#[test]
fn a_jump_selects_window_and_pane_where_there_are_only_programs_and_counts_as_a_look() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-session", "-d", "-s", "second", "cat"]);
    let mut panes = vec![front(&server, "work"), server.window("work", "cat")];
    let split = [
        "split-window",
        "-d",
        "-t",
        "work:1",
        "-P",
        "-F",
        "#{pane_id}",
        "cat",
    ];
    panes.push(server.run(&split));
    panes.push(server.window("second", "cat"));
    let collector = Collector::start_in(&env, &server);
    let _program = Program::attach(&server, "work");
    for pane in &panes {
        finishes(&server, pane);
    }
    for (pane, session) in [
        (&panes[2], "work"),
        (&panes[1], "work"),
        (&panes[3], "second"),
    ] {
        let jumped = jump(&env, &server, &[pane]);
        assert!(jumped.status.success(), "{jumped:?}");
        assert_eq!(&front(&server, session), pane);
        wait_until("the jump counts as a look", || {
            state(&collector, pane) == "idle"
        });
    }
    // What only stands in front of a program is not seen by anybody.
    assert_eq!(state(&collector, &panes[0]), "completed");
}

#[test]
fn the_dashboard_goes_there_for_a_program_too_and_a_named_one_is_used_from_everywhere() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start_on(&env, "tmux.sock", "work", (100, 30), "PS1='$ ' exec sh")
    else {
        return;
    };
    let pane = server.window("work", "cat");
    let program = Program::attach(&server, "work");
    let name = server.run(&["list-clients", "-F", "#{client_name}"]);
    server.run(&[
        "send-keys",
        "-t",
        "%0",
        &format!("{PROGRAM} supervisor"),
        "C-j",
    ]);
    wait_until("it listens", || env.places().hub_socket.exists());
    finishes(&server, &pane);
    let screen = || server.run(&["capture-pane", "-p", "-t", "%0"]);
    wait_until("it is shown", || screen().contains("work:1.0"));
    server.run(&["send-keys", "-t", "%0", "g", "Enter"]);
    wait_until("it is in front", || front(&server, "work") == pane);
    wait_until("it is seen", || {
        let status = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        status.contains("\"idle\"")
    });
    server.run(&["select-window", "-t", "work:0"]);
    // From outside of tmux a program is used when it is named, and nobody else.
    let by_name =
        |client: &str| finish(env.pane_patrol().args(["jump", &pane, "--client", client]));
    let absent = by_name("client-999999");
    assert_eq!(absent.status.code(), Some(1), "{absent:?}");
    assert!(absent.stderr.contains("nobody was moved"), "{absent:?}");
    assert_eq!(front(&server, "work"), "%0");
    let next = |client: &str| {
        finish(
            env.pane_patrol()
                .args(["jump", "--next", "--client", client]),
        )
    };
    for client in ["client-999999", "", "client"] {
        let absent = next(client);
        let words = format!("has no client `{client}`; nobody was moved");
        assert_eq!(absent.status.code(), Some(1), "{absent:?}");
        assert!(absent.stderr.contains(&words), "{absent:?}");
    }
    let nobody = next(&name);
    assert_eq!(nobody.status.code(), Some(0), "{nobody:?}");
    assert!(nobody.stderr.contains("Nobody needs you"), "{nobody:?}");
    assert_eq!(front(&server, "work"), "%0");
    let there = by_name(&name);
    assert!(there.status.success(), "{there:?}");
    assert_eq!(front(&server, "work"), pane);
    drop(program);
}

#[test]
fn a_client_that_is_not_there_is_refused_by_a_dashboard_in_a_pane_and_in_a_popup() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start_on(&env, "tmux.sock", "work", (100, 30), "PS1='$ ' exec sh")
    else {
        return;
    };
    let Some(person) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    let pane = server.window("work", "cat");
    let command = format!("{PROGRAM} supervisor --client /dev/pts/9999");
    server.run(&["send-keys", "-t", "%0", &command, "C-j"]);
    wait_until("it listens", || env.places().hub_socket.exists());
    finishes(&server, &pane);
    person.wait_for("work:1.0");
    person.press(&["g", "Enter"]);
    person.wait_for("has no client");
    assert_eq!(front(&server, "work"), "%0");
    person.press(&["q"]);
    // Its screen is put back before it has ended, and as long it collects.
    wait_until("the shell is in front again", || {
        server.ask("#{pane_current_command}") == "sh"
    });
    let _collector = Collector::start_in(&env, &server);
    let name = server.run(&["list-clients", "-F", "#{client_name}"]);
    finishes(&server, &pane);
    let popup = [
        "display-popup",
        "-c",
        &name,
        "-w",
        "95",
        "-h",
        "28",
        "-E",
        &command,
    ];
    let mut popup = server.command(&popup);
    let mut popup = popup.spawn().expect("tmux can be started");
    person.wait_for("work:1.0");
    person.press(&["g", "Enter"]);
    person.wait_for("has no client");
    assert_eq!(front(&server, "work"), "%0");
    person.press(&["q"]);
    let _ = popup.wait();
}

#[test]
fn a_client_of_no_server_at_all_is_refused_where_nobody_waits_too() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let told = finish(
        env.pane_patrol()
            .args(["jump", "--next", "--client", "client-9"]),
    );
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    let words = "no client `client-9`; nobody was moved";
    assert!(told.stderr.contains(words), "{told:?}");
    let told = finish(env.pane_patrol().args(["jump", "--next"]));
    assert_eq!(told.status.code(), Some(0), "{told:?}");
}
