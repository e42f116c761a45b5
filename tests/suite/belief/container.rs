//! Containers: real namespaces of mounts and processes, which share the runtime folder or only the
//! folder of a socket of their own.

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Hostile, held_apart};
use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, private_folder, until,
};
use crate::launch::{INSIDE, isolating};

const WORKS: &str = "claude/user_prompt_submit.plain.json";
const ASKS: &str = "claude/permission_request.bash.json";

/// `words` run where nothing of ours is to be seen but the runtime folder, at another place.
fn inside(env: &TestEnv, isolating: &[&str], words: &[&str]) -> Command {
    let mut command = env.command(isolating[0]);
    command.args(&isolating[1..]);
    command.args(["sh", "-c", INSIDE, "sh"]).arg(env.path(""));
    command.args(words);
    command
}

/// A program in a container, ended with its handle.
struct Inside(Child);

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_container_has_us_talk_to_no_server_by_hook_or_as_a_publisher() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let runtime = env.places().runtime;
    private_folder(&runtime);
    let hostile = [
        Hostile::at(runtime.join("evil.sock")),
        Hostile::at(env.path("elsewhere/evil.sock")),
    ];
    let Some(own) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &own);
    for (number, hostile) in hostile.iter().enumerate() {
        // Of the assistant it names the container knows a true process out here.
        let report = |program: &[&str]| {
            // A leader of its own, as the first process of a container is; without tmux, which would
            // talk to its server itself.
            let script = "export TMUX=$1 TMUX_PANE=%0; leads=$(command -v setsid); \
                          PATH=/nowhere; shift; exec \"$leads\" --wait \"$@\"";
            let tmux = format!("{},0", hostile.server());
            let words = [&["sh", "-c", script, "sh", &tmux], program].concat();
            let mut command = inside(&env, &isolating, &words);
            command.env("CLAUDE_PID", own.ask("#{pane_pid}"));
            command.env("CLAUDE_CODE_ENTRYPOINT", "cli");
            command
        };
        let program = env!("CARGO_BIN_EXE_pane-patrol");
        for _ in 0..5 {
            let mut hook = report(&[program, "hook", "claude"]);
            finish_with_stdin(&mut hook, fixture(ASKS).as_bytes()).assert_silent_success();
        }
        // It stays, and so can be looked at for as long as one likes.
        let name = format!("stays{number}");
        let mut wrap = report(&[
            program,
            "wrap",
            "--assistant",
            &name,
            "--",
            "/bin/sleep",
            "60",
        ]);
        wrap.stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let _wrap = Inside(wrap.spawn().expect("it can be started"));
        until("what the hooks say is held apart", || {
            let said = finish(env.pane_patrol().arg("doctor")).stdout;
            let (_, total) = said.split_once("isolation")?;
            let total: usize = total.trim().split(' ').next()?.parse().ok()?;
            (total >= 5 * (number + 1)).then_some(())
        });
        // The other one knows that its pane is nobody's out here, and has a name alone.
        let rows = collector.until("it has a row", |rows| rows.len() > number);
        for row in rows {
            assert_eq!((&row["server"], &row["pid"]), (&Value::Null, &Value::Null));
            assert!(
                row["id"].as_str().is_some_and(|id| id.starts_with("stays")),
                "{row}"
            );
        }
    }
    for hostile in &hostile {
        hostile.assert_untouched();
    }
}

#[test]
fn a_real_tmux_in_a_container_is_not_talked_to_whoever_names_it() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    if Tmux::start(&env, "work").is_none() {
        return;
    }
    private_folder(&env.places().runtime);
    // The same program as ours: only where it runs tells them apart. It notes whoever asks.
    let (socket, asked) = (env.path("contained.sock"), env.path("asked"));
    let settings = env.path("tmux.conf");
    let hook = format!(
        "set-hook -g after-list-panes 'run-shell \"touch {}\"'\n",
        asked.display()
    );
    fs::write(&settings, hook).expect("it can be written");
    let (conf, path) = (settings.display().to_string(), socket.display().to_string());
    let mut tmux = inside(&env, &isolating, &["tmux", "-D", "-f", &conf, "-S", &path]);
    tmux.stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _inside = Inside(tmux.spawn().expect("it can be started"));
    until("it listens", || UnixStream::connect(&socket).ok());
    let collector = Collector::start(&env);
    let server = format!("{},{}", socket.display(), std::process::id());
    super::send(&env, &super::event(&server, "%0", &json!({})));
    held_apart(&env, "runs in another namespace, as in a container");
    assert_eq!(collector.rows(), Vec::<Value>::new());
    assert!(!asked.exists(), "it was asked for its panes");
}

/// Runs the rest of the words where nothing of ours is to be seen but the folder of one container.
const BOXED: &str = "set -e; root=$1; shift; mkdir -p \"$root/tmp/box\"
    mount --bind \"$root/run/pane-patrol/containers/box\" \"$root/tmp/box\"
    mount -t tmpfs none \"$root/run\"; mount -t tmpfs none \"$root/state\"
    export PANE_PATROL_EVENT_SOCKET=\"$root/tmp/box/events.sock\"
    unset TMUX TMUX_PANE XDG_RUNTIME_DIR; exec \"$@\"";

#[test]
fn a_container_with_a_socket_of_its_own_has_rows_in_its_panes_and_nothing_else() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-window", "-d", "-t", "work", "cat"]);
    server.run(&["new-window", "-d", "-t", "work", "cat"]);
    let mut collect = env.pane_patrol();
    collect.env("TMUX", server.variable());
    let collector = Collector::start_container(&env, &mut collect, &["box=work:1.0", "box=%2"]);
    let report = |payload: &str, target: &str| {
        let mut hook = env.command(isolating[0]);
        hook.args(&isolating[1..]);
        hook.args(["sh", "-c", BOXED, "sh"]).arg(env.path(""));
        hook.args([env!("CARGO_BIN_EXE_pane-patrol"), "hook", "claude"]);
        hook.env("PANE_PATROL_TARGET", target);
        hook.env("CLAUDE_CODE_ENTRYPOINT", "cli");
        finish_with_stdin(&mut hook, fixture(payload).as_bytes()).assert_silent_success();
    };
    let rows = collector.until("its row is there", |rows| {
        report(ASKS, "work:1.0");
        rows.len() == 1 && rows[0]["state"] == "waiting_approval" && rows[0]["pane"] == "%1"
    });
    assert_eq!(rows[0]["waiting"][0]["tool"], "Bash");
    for field in ["pid", "cwd", "home"] {
        assert!(rows[0][field].is_null(), "{field}: {}", rows[0]);
    }
    // Not where it was not sent, whatever is there.
    report(WORKS, "work:0.0");
    held_apart(&env, "a pane that is not one of those it was given");
    assert_eq!(collector.rows().len(), 1);
    assert_eq!(
        fs::read_dir(env.places().containers())
            .expect("it is there")
            .count(),
        1
    );

    // It is gone to like every other one.
    let Some(client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    let mut jump = env.pane_patrol();
    jump.args(["jump", "work:1.0"]);
    jump.env("TMUX", server.variable()).env("TMUX_PANE", "%0");
    let jumped = finish(&mut jump);
    assert!(jumped.status.success(), "{jumped:?}");
    until("the client shows it", || {
        (server.run(&["list-clients", "-F", "#{pane_id}"]) == "%1").then_some(())
    });
    drop(client);
}

#[test]
fn what_a_containers_socket_is_told_of_servers_panes_processes_and_folders_is_ignored() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-window", "-d", "-t", "work", "cat"]);
    let hostile = Hostile::at(env.path("elsewhere/evil.sock"));
    let mut collect = env.pane_patrol();
    collect.env("TMUX", server.variable());
    let collector = Collector::start_container(&env, &mut collect, &["box"]);
    let socket = env.places().containers().join("box/events.sock");
    let rights = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(rights(&socket), 0o600);
    assert_eq!(rights(socket.parent().expect("a folder")), 0o700);
    let home = env.path("evil-home");
    private_folder(&home.join("sessions"));
    let more = json!({"target": "work:1.0", "pid": std::process::id(), "home": home, "cwd": home});
    let event = super::event(&hostile.server(), "%0", &more);
    let sender = std::os::unix::net::UnixDatagram::unbound().expect("a socket can be made");
    sender
        .send_to(event.to_string().as_bytes(), &socket)
        .expect("the collector listens");
    let rows = collector.until("its row is there", |rows| {
        rows.len() == 1 && rows[0]["pane"] == "%1"
    });
    let variable = server.variable();
    assert_eq!(rows[0]["server"], variable.trim_end_matches(",0"));
    for field in ["pid", "home", "cwd"] {
        assert!(rows[0][field].is_null(), "{field}: {}", rows[0]);
    }
    hostile.assert_untouched();
}

#[test]
fn a_containers_folder_holds_a_socket_for_events_and_no_way_to_the_hub() {
    let env = TestEnv::new();
    let _collector = Collector::start_container(&env, &mut env.pane_patrol(), &["box"]);
    let folder = env.places().containers().join("box");
    let held = fs::read_dir(&folder).expect("it is there");
    let held: Vec<_> = held
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    assert_eq!(held, ["events.sock"]);
    // It takes datagrams alone: nobody can connect to it and ask.
    assert!(UnixStream::connect(folder.join("events.sock")).is_err());
}
