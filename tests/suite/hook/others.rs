//! What the hooks of other assistants than Claude send, from the real executable.

use std::fs;

use pane_patrol_hooks::event::{Event, State};
use pane_patrol_hooks::target::PaneId;

use super::{heard, heard_from};
use crate::common::{Listener, TestEnv, Tmux, finish_with_stdin, fixture, until, wait_until};

#[test]
fn each_assistant_is_heard_under_its_own_name() {
    let env = TestEnv::new();
    let listener = env.listen();
    for (words, payload, state) in [
        (&["gemini"][..], "gemini/AfterAgent.json", State::Completed),
        (&["qwen"], "qwen/StopFailure.json", State::Error),
        (
            &["opencode"],
            "opencode/question.asked.json",
            State::WaitingInput,
        ),
        (
            &["kilo"],
            "opencode/question.asked.json",
            State::WaitingInput,
        ),
        (
            &["copilot", "notification"],
            "copilot/notification.permission_prompt.json",
            State::WaitingApproval,
        ),
    ] {
        let payload = fixture(payload);
        let event = heard(&listener, &mut env.hook(words), payload.as_bytes());
        assert_eq!((event.assistant.as_str(), event.state), (words[0], state));
    }
}

#[test]
fn without_the_name_of_its_event_copilot_is_not_understood() {
    let env = TestEnv::new();
    let listener = env.listen();
    let payload = fixture("copilot/agentStop.json");
    for words in [&["copilot"][..], &["copilot", "Stop"], &["cursor", "stop"]] {
        finish_with_stdin(&mut env.hook(words), payload.as_bytes()).assert_silent_success();
    }
    assert!(listener.is_empty());
}

/// Has a pane of `tmux` run the hook of Codex on a payload, until an event comes.
fn codex_in_a_pane(tmux: &Tmux<'_>, env: &TestEnv, listener: &Listener) -> Event {
    let payload = env.path("payload.json");
    fs::write(&payload, fixture("codex/Stop.json")).expect("a file can be written");
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    let script = format!("'{program}' hook codex < '{}'; cat", payload.display());
    let ended = env.path("ended");
    let script = script.replace("; cat", &format!("; echo > '{}'; cat", ended.display()));
    until("the hook in the pane is heard", || {
        let pane = tmux.run(&["split-window", "-d", "-P", "-F", "#{pane_id}", &script]);
        wait_until("the hook has ended", || ended.exists());
        fs::remove_file(&ended).expect("it is there");
        let event = listener.waiting();
        tmux.run(&["kill-pane", "-t", &pane]);
        event
    })
}

#[test]
fn codex_in_a_pane_is_heard_from_that_pane() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let event = codex_in_a_pane(&tmux, &env, &listener);
    assert!(
        event.pane.is_some_and(|pane| pane != PaneId(0)),
        "{event:?}"
    );
    assert_eq!(event.state, State::Completed);
}

#[test]
fn a_pane_that_codex_is_not_in_is_never_named() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let mut hook = env.hook(&["codex"]);
    hook.env_remove("PANE_PATROL_TARGET");
    hook.env("TMUX", tmux.variable()).env("TMUX_PANE", "%0");
    let payload = fixture("codex/Stop.json");
    // Started by this test, which is in no pane of that server, as by a server that all panes share.
    for _ in 0..3 {
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    }
    assert!(listener.is_empty());

    // A title with the session's id says where it is.
    let title = "printf '\\033]2;⠏ proj | 01a1fbae-651b-7fd1-bd37-7bc0d...\\007'; exec cat";
    let pane = tmux.run(&["split-window", "-d", "-P", "-F", "#{pane_id}", title]);
    let address = ["display-message", "-p", "-t", &pane];
    let address = tmux.run(
        &[
            &address[..],
            &["#{session_name}:#{window_index}.#{pane_index}"],
        ]
        .concat(),
    );
    let event = heard_from(&address, &listener, &mut hook, payload.as_bytes());
    assert_eq!(event.pane.map(|pane| pane.to_string()), Some(pane));
}
