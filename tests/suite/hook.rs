//! What the hook sends, from the real executable to a real socket; [`faults`] is about all that may
//! be wrong around it, [`late`] about payloads that are not there when it starts.

mod faults;
mod late;
mod others;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pane_patrol_hooks::event::{Event, State};
use pane_patrol_hooks::mux::tmux::server_of;
use pane_patrol_hooks::paths::{Environment, Places};
use pane_patrol_hooks::target::{PaneId, Target};

use crate::common::{Listener, TestEnv, Tmux, finish_with_stdin, fixture, private_folder, until};

/// The hook as Claude starts it in the first pane of `tmux`.
fn hook_in(tmux: &Tmux<'_>, env: &TestEnv) -> Command {
    let mut command = env.claude_hook();
    command.env_remove("PANE_PATROL_TARGET");
    command.env("TMUX", tmux.variable()).env("TMUX_PANE", "%0");
    command
}

/// Runs the hook until an event comes: on a machine that is too busy it may drop one.
fn heard(listener: &Listener, command: &mut Command, payload: &[u8]) -> Event {
    until("an event comes", || {
        finish_with_stdin(command, payload).assert_silent_success();
        listener.waiting()
    })
}

/// The same, until the event also tells `address`: a busy machine's tmux may answer too late for one.
fn heard_from(address: &str, listener: &Listener, command: &mut Command, payload: &[u8]) -> Event {
    let address = target(address);
    until("an event tells the address", || {
        Some(heard(listener, command, payload)).filter(|event| event.target == address)
    })
}

fn target(text: &str) -> Target {
    text.parse().expect("a target")
}

#[test]
fn a_payload_becomes_an_event_with_address_pane_and_server() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "日本 [x]") else {
        return;
    };
    let listener = env.listen();
    let payload = fixture("claude/permission_request.bash.json");
    let mut hook = hook_in(&tmux, &env);
    hook.env("CLAUDE_PID", "4242");
    let event = heard_from("日本 [x]:0.0", &listener, &mut hook, payload.as_bytes());
    assert_eq!(event.pane, Some(PaneId(0)));
    assert_eq!(event.server, server_of(&tmux.variable()));
    assert_eq!(event.state, State::WaitingApproval);
    assert_eq!(event.message.as_deref(), Some("touch f1 && sleep 9"));
    assert_eq!(event.pid, Some(4242));
    assert!(event.attended);
}

#[test]
fn the_address_is_remembered_so_that_the_next_event_starts_no_process() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let payload = fixture("claude/stop.plain.json");
    let mut hook = hook_in(&tmux, &env);
    heard_from("main:0.0", &listener, &mut hook, payload.as_bytes());
    let event = heard(&listener, hook.env("PATH", "/nowhere"), payload.as_bytes());
    assert_eq!(event.target, target("main:0.0"));
    let memory = fs::metadata(memories(&env).pop().expect("a memory")).expect("a file");
    assert_eq!(memory.permissions().mode() & 0o777, 0o600);
}

/// The files in which addresses are remembered.
fn memories(env: &TestEnv) -> Vec<PathBuf> {
    let files = fs::read_dir(env.places().runtime).expect("the runtime folder");
    files
        .map(|file| file.expect("a file"))
        .filter(|file| file.file_name().to_string_lossy().starts_with("pane-"))
        .map(|file| file.path())
        .collect()
}

#[test]
fn a_target_told_by_hand_names_no_process_and_no_pane() {
    let env = TestEnv::new();
    let listener = env.listen();
    let mut hook = env.claude_hook();
    hook.envs([
        ("TMUX_PANE", "%0"),
        ("TMUX", "/nowhere/s,1,0"),
        ("CLAUDE_PID", "7"),
    ]);
    let event = heard(
        &listener,
        &mut hook,
        fixture("claude/stop.plain.json").as_bytes(),
    );
    assert_eq!((event.target, event.pane), (target("work:1.2"), None));
    assert_eq!((event.pid, event.server), (None, None));
}

#[test]
fn a_named_session_has_a_listener_of_its_own() {
    let env = TestEnv::new();
    let default = env.listen();
    let runtime = env.places().runtime;
    private_folder(&runtime.join("sessions"));
    private_folder(&runtime.join("sessions/blue"));
    let blue = Listener::at(&runtime.join("sessions/blue/events.sock"));
    let payload = fixture("claude/stop.plain.json");
    heard(
        &blue,
        env.claude_hook().env("PANE_PATROL_SESSION", "blue"),
        payload.as_bytes(),
    );
    // A name that is no folder's has one as well, and it is nowhere else.
    let odd = Environment {
        session: Some("../blue".to_owned()),
        runtime_dir: runtime.parent().map(Path::to_owned),
        ..Environment::default()
    };
    let places = Places::of(&odd);
    private_folder(&places.runtime);
    let listener = Listener::at(&places.events_socket);
    heard(
        &listener,
        env.claude_hook().env("PANE_PATROL_SESSION", "../blue"),
        payload.as_bytes(),
    );
    assert!(default.is_empty() && blue.is_empty());
}

#[test]
fn what_is_not_claude_or_not_in_tmux_sends_nothing() {
    let env = TestEnv::new();
    let listener = env.listen();
    let claude = fixture("claude/stop.plain.json");
    let copilot = fixture("copilot/Stop.json");
    let run = |command: &mut Command, payload: &str| {
        finish_with_stdin(command, payload.as_bytes()).assert_silent_success();
        assert!(listener.is_empty(), "{command:?}");
    };
    run(env.claude_hook().env_remove("PANE_PATROL_TARGET"), &claude);
    run(env.claude_hook().env("COPILOT_CLI", "1"), &copilot);
    let outside = |command: &mut Command| {
        command
            .env_remove("CLAUDECODE")
            .env_remove("CLAUDE_CODE_ENTRYPOINT");
    };
    let mut foreign = env.claude_hook();
    outside(&mut foreign);
    run(foreign.env("COPILOT_CLI", "1"), &claude);
    let mut piped_by_hand = env.claude_hook();
    outside(&mut piped_by_hand);
    assert_eq!(
        heard(&listener, &mut piped_by_hand, claude.as_bytes()).pid,
        None
    );
}

#[test]
fn a_headless_run_is_said_to_be_one() {
    let env = TestEnv::new();
    let listener = env.listen();
    let mut hook = env.claude_hook();
    hook.env("CLAUDE_CODE_ENTRYPOINT", "sdk-cli");
    let event = heard(
        &listener,
        &mut hook,
        fixture("claude/stop.plain.json").as_bytes(),
    );
    assert!(!event.attended);
}
