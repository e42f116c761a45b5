//! Everything that can be wrong around a hook: exit status 0, not a byte of output, and an end.
//! Time is measured by the bench; here it only must not hang.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::target::{PaneId, Target};

use super::{heard, heard_from, hook_in, memories, target};
use crate::common::{
    Finished, Listener, TestEnv, Tmux, finish, finish_with_stdin, fixture, forbidden, is_alone,
    private_folder, skip, wait, wait_until,
};

#[test]
fn a_stopped_tmux_server_costs_the_address_and_nothing_else() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let payload = fixture("claude/stop.plain.json");
    let mut hook = hook_in(&tmux, &env);
    tmux.stop();
    let event = heard(&listener, &mut hook, payload.as_bytes());
    assert_eq!(event.target, Target::Pane(PaneId(0)));
    assert_eq!(event.pane, Some(PaneId(0)));

    tmux.go_on();
    heard_from("main:0.0", &listener, &mut hook, payload.as_bytes());
    let memory = memories(&env).pop().expect("a memory");
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    let file = fs::File::options()
        .write(true)
        .open(memory)
        .expect("a memory");
    file.set_modified(long_ago).expect("the memory is ours");
    tmux.run(&["rename-session", "renamed"]);
    tmux.stop();
    let event = heard(&listener, &mut hook, payload.as_bytes());
    assert_eq!(event.target, target("main:0.0"), "the old memory");
}

#[test]
fn nobody_needs_to_listen() {
    let env = TestEnv::new();
    let payload = fixture("claude/stop.plain.json");
    let run = || finish_with_stdin(&mut env.claude_hook(), payload.as_bytes());
    run().assert_silent_success();
    let large = large_tool_end(1_500_000);
    // A machine that is too busy lets a writer pause for longer than anybody reads.
    wait_until("no assistant sees a broken pipe", || {
        finish_with_stdin(&mut env.claude_hook(), &large).took_stdin
    });
    assert!(!env.places().runtime.exists(), "the hook makes nothing");
    drop(env.listen());
    run().assert_silent_success();
    fs::remove_file(env.places().events_socket).expect("a socket left behind");
    fs::write(env.places().events_socket, "").expect("no socket");
    run().assert_silent_success();
}

#[test]
fn a_full_queue_drops_the_event() {
    let env = TestEnv::new();
    let listener = env.listen();
    let filler =
        br#"{"assistant":"filler","state":"idle","target":"a:0.0","ts":"2026-02-27T10:00:00Z"}"#;
    let sender = std::os::unix::net::UnixDatagram::unbound().expect("a socket");
    sender.set_nonblocking(true).expect("a socket can be told");
    let socket = env.places().events_socket;
    let queued = (0..100_000)
        .take_while(|_| sender.send_to(filler, &socket).is_ok())
        .count();
    assert!(queued < 100_000, "the queue has an end");
    let payload = fixture("claude/stop.plain.json");
    finish_with_stdin(&mut env.claude_hook(), payload.as_bytes()).assert_silent_success();
    for _ in 0..queued {
        assert_eq!(listener.next().assistant.as_str(), "filler");
    }
    assert!(listener.is_empty());
    heard(&listener, &mut env.claude_hook(), payload.as_bytes());
}

#[test]
fn a_stdin_that_is_never_closed_does_not_hold_the_event_back() {
    let env = TestEnv::new();
    let listener = env.listen();
    for payload in [
        fixture("claude/stop.plain.json"),
        String::new(),
        "{\"session".into(),
    ] {
        let mut child = env
            .claude_hook()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the hook can be started");
        let mut pipe = child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut pipe, payload.as_bytes()).expect("the hook reads");
        wait(child).assert_silent_success();
        drop(pipe);
    }
    // The first of the three; the machine may have been too busy for it.
    assert!(
        listener
            .waiting()
            .is_none_or(|event| event.kind == Some(Kind::TurnFinished))
    );
    assert!(listener.is_empty());
}

#[test]
fn closed_standard_streams_are_no_problem() {
    let env = TestEnv::new();
    let listener = env.listen();
    for closed in ["<&-", "<&- >&- 2>&-", "< /dev/null", "< /"] {
        let mut shell = env.command("sh");
        let program = env.pane_patrol().get_program().to_owned();
        let script = format!("exec \"$0\" hook claude {closed}");
        shell.args(["-c", &script]).arg(program);
        shell.env("PANE_PATROL_TARGET", "work:1.2");
        finish(&mut shell).assert_silent_success();
    }
    assert!(listener.is_empty());
}

#[test]
fn a_closed_stdout_or_stderr_is_not_mistaken_for_what_is_opened_next() {
    let env = TestEnv::new();
    let listener = env.listen();
    let payload = fixture("claude/pre_tool_use.bash.json");
    for closed in [">&-", "2>&-", ">&- 2>&-"] {
        let mut shell = env.command("sh");
        let program = env.pane_patrol().get_program().to_owned();
        let script = format!("exec \"$0\" hook claude {closed}");
        shell.args(["-c", &script]).arg(program);
        shell.env("PANE_PATROL_TARGET", "work:1.2");
        let output = finish_with_stdin(&mut shell, payload.as_bytes());
        output.assert_silent_success();
        assert_eq!(listener.next().tool.as_deref(), Some("Bash"), "{closed}");
    }
    assert!(listener.is_empty());
}

/// A tool's end with `bytes` of output in it.
fn large_tool_end(bytes: usize) -> Vec<u8> {
    let json = fixture("claude/post_tool_use.bash.json");
    let output = "x\\n\\u00e9\\\"".repeat(bytes / 12);
    json.replace("\"stdout\": \"\"", &format!("\"stdout\": \"{output}\""))
        .into_bytes()
}

#[test]
fn a_large_payload_gives_its_event_and_no_broken_pipe() {
    let env = TestEnv::new();
    let listener = env.listen();
    let ids = |event: Event| (event.kind, event.tool, event.request_id);
    let tool = Some("Bash".to_owned());
    let finished = Some(Kind::ToolFinished);

    // Where there is hardly any time, even a payload of this size is cut short.
    let request = Some("toolu_f2854a7a11234b819d4fc782".to_owned());
    let whole = (finished, tool.clone(), request);
    let payload = large_tool_end(500_000);
    let event = || ids(heard(&listener, &mut env.claude_hook(), &payload));
    wait_until("all of it is read", || event() == whole);

    let cut = large_tool_end(1_500_000);
    let event = heard(&listener, &mut env.claude_hook(), &cut);
    assert_eq!(ids(event), (finished, tool, None));
    wait_until("the rest is drained", || {
        finish_with_stdin(&mut env.claude_hook(), &cut).took_stdin
    });
}

#[test]
fn ten_megabytes_and_garbage_are_no_problem() {
    let env = TestEnv::new();
    let listener = env.listen();
    finish_with_stdin(&mut env.claude_hook(), &large_tool_end(10_000_000)).assert_silent_success();
    while listener.waiting().is_some() {}
    let mut payloads = vec![vec![b'['; 10_000_000], vec![0xff; 10_000_000]];
    for garbage in [
        "",
        "\n",
        "null",
        "[]",
        "{",
        "{}",
        "}{",
        "\"",
        "{\"a\":",
        "{\"a\" 1}",
        "\0",
        "hello",
    ] {
        payloads.push(garbage.into());
    }
    let stop = fixture("claude/stop.plain.json");
    payloads.push(stop.replace("Stop", "StopTheWorld").into_bytes());
    payloads.push(stop.replace("\"Stop\"", "{\"Stop\":[]}").into_bytes());
    for payload in payloads {
        finish_with_stdin(&mut env.claude_hook(), &payload).assert_silent_success();
    }
    assert!(listener.is_empty());
}

#[test]
fn neither_home_nor_xdg_folders_are_needed() {
    let env = TestEnv::new();
    let socket = env.path("named.sock");
    let listener = Listener::at(&socket);
    let mut hook = env.claude_hook();
    for (name, _) in env.variables() {
        hook.env_remove(name);
    }
    hook.env("PANE_PATROL_EVENT_SOCKET", socket);
    heard(
        &listener,
        &mut hook,
        fixture("claude/stop.plain.json").as_bytes(),
    );
}

#[test]
fn a_planted_runtime_folder_is_not_used() {
    let env = TestEnv::new();
    let listener = env.listen();
    let runtime = env.places().runtime;
    let payload = fixture("claude/stop.plain.json");
    let mode = |mode| fs::set_permissions(&runtime, PermissionsExt::from_mode(mode)).expect("ours");
    let refused = |why: &str| {
        finish_with_stdin(&mut env.claude_hook(), payload.as_bytes()).assert_silent_success();
        assert!(listener.is_empty(), "{why}");
    };
    heard(&listener, &mut env.claude_hook(), payload.as_bytes());
    mode(0o770);
    refused("the group may write");
    mode(0o707);
    refused("others may write");
    mode(0o700);
    if rustix::process::geteuid().is_root() && !is_alone(&runtime) {
        std::os::unix::fs::chown(&runtime, Some(65534), None).expect("root may");
        refused("another owner");
        std::os::unix::fs::chown(&runtime, Some(0), None).expect("root may");
    } else {
        forbidden(
            "only root can give a folder away, and only to somebody; the unit test asks for another owner instead",
        );
    }
    let elsewhere = env.path("elsewhere");
    fs::rename(&runtime, &elsewhere).expect("ours");
    symlink(&elsewhere, &runtime).expect("ours");
    refused("a link");
}

#[test]
fn a_full_disk_costs_the_memory_and_nothing_else() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let socket = env.path("named.sock");
    let listener = Listener::at(&socket);
    private_folder(&env.places().runtime);
    let full = "mount -t tmpfs -o size=4k,mode=700 full \"$1\" || exit 99
        head -c 4096 /dev/zero > \"$1/fill\"
        \"$0\" hook claude || exit
        [ \"$(ls \"$1\")\" = fill ] || ls \"$1\"";
    let mut unshare = hook_in(&tmux, &env);
    let program = unshare.get_program().to_owned();
    let inherited = unshare
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let inherited: Vec<_> = inherited.collect();
    unshare = env.command("unshare");
    unshare
        .envs(inherited)
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", full]);
    unshare.arg(program).arg(env.places().runtime);
    unshare.env("PANE_PATROL_EVENT_SOCKET", socket);
    let payload = fixture("claude/stop.plain.json");
    let may = env
        .command("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        return skip("no full disk can be made here: user namespaces are not allowed");
    }
    heard_from("main:0.0", &listener, &mut unshare, payload.as_bytes());
}

#[test]
fn a_limit_on_file_sizes_kills_no_hook() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let hook = hook_in(&tmux, &env);
    let mut limited = env.command("sh");
    let variables = hook
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    limited.envs(variables);
    limited
        .args(["-c", "ulimit -f 0; exec \"$0\" hook claude"])
        .arg(hook.get_program());
    let payload = fixture("claude/stop.plain.json");
    heard_from("main:0.0", &listener, &mut limited, payload.as_bytes());
    assert!(memories(&env).is_empty());
}

#[test]
fn no_argument_makes_the_hook_complain() {
    let env = TestEnv::new();
    let listener = env.listen();
    let payload = fixture("claude/stop.plain.json");
    let run = |arguments: &[&str]| -> Finished {
        finish_with_stdin(&mut env.hook(arguments), payload.as_bytes())
    };
    for arguments in [&[][..], &["nobody"], &["--help"], &["", "\u{7}"]] {
        run(arguments).assert_silent_success();
    }
    assert!(listener.is_empty());
    for arguments in [&["claude", "Stop"][..], &["claude", "--decide"]] {
        run(arguments).assert_silent_success();
    }
}

#[test]
fn many_hooks_at_once_leave_one_memory_and_no_debris() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let payload = fixture("claude/pre_tool_use.bash.json");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let mut hook = hook_in(&tmux, &env);
                    finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
                }
            });
        }
        let address = [target("main:0.0"), Target::Pane(PaneId(0))];
        assert!(address.contains(&listener.next().target));
        while let Some(event) = listener.waiting() {
            assert!(address.contains(&event.target));
        }
    });
    heard_from(
        "main:0.0",
        &listener,
        &mut hook_in(&tmux, &env),
        payload.as_bytes(),
    );
    // One that had to end in the middle may have left its own, once, for the next to take up.
    let names = memories(&env);
    let unfinished = |path: &PathBuf| path.extension().is_some_and(|end| end == "new");
    let (unfinished, finished): (Vec<_>, Vec<_>) = names.into_iter().partition(unfinished);
    assert!(
        unfinished.len() <= 1 && finished.len() == 1,
        "{unfinished:?}"
    );
}
