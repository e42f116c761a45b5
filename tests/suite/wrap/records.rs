//! Programs that say of themselves what they do, in a pane of the real tmux, which hears nothing of it.

use serde_json::Value;

use super::WRAP;
use crate::common::{Collector, TestEnv, Tmux};

/// A program that says what it is told to say.
const SPEAKER: &str = r#"sh -c 'while read -r said; do printf "\033]7501;$said\007"; done'"#;

fn speaker(env: &TestEnv) -> Option<Tmux<'_>> {
    let run = format!("{WRAP} {SPEAKER}; exec cat");
    Tmux::start_on(env, "tmux.sock", "work", (80, 24), &run)
}

fn say(tmux: &Tmux<'_>, said: &str) {
    tmux.run(&["send-keys", "-l", said]);
    tmux.run(&["send-keys", "Enter"]);
}

/// What a terminal's own words for it are: `approve Bash: make`, in base64.
const ASKS: &str = "state=blocked:app=mine:kind=permission:msg=YXBwcm92ZSBCYXNoOiBtYWtl";

#[test]
fn a_program_is_in_the_state_that_it_says_and_gone_with_its_end() {
    let env = TestEnv::new();
    let Some(tmux) = speaker(&env) else { return };
    let collector = Collector::start_in(&env, &tmux);
    let row = collector.until_state("running");
    assert_eq!(row["assistant"], "sh", "it has said nothing");
    for (said, state) in [
        ("state=idle:app=mine", "idle"),
        ("state=working:app=mine", "running"),
        (ASKS, "waiting_approval"),
        ("state=blocked:app=mine:kind=question", "waiting_input"),
        ("state=blocked:app=mine:kind=auth", "waiting_input"),
        ("state=working:app=mine", "running"),
        ("state=done:app=mine", "completed"),
        ("state=error:app=mine", "error"),
        ("state=clear", "idle"),
        ("state=working:app=mine", "running"),
    ] {
        say(&tmux, said);
        let row = collector.until_state(state);
        if said == ASKS {
            assert_eq!(row["message"], "approve Bash: make");
        }
    }
    // No request that could be approved comes of it.
    assert_eq!(collector.rows()[0]["waiting"], serde_json::json!([]));
    tmux.run(&["send-keys", "C-d"]);
    collector.until("it is gone", <[Value]>::is_empty);
}

#[test]
fn the_next_collector_hears_what_was_said_last() {
    let env = TestEnv::new();
    let Some(tmux) = speaker(&env) else { return };
    let first = Collector::start_in(&env, &tmux);
    first.until_state("running");
    say(&tmux, ASKS);
    first.until_state("waiting_approval");
    drop(first);
    let next = Collector::start_in(&env, &tmux);
    next.until_state("waiting_approval");
    drop(next);
    // While nobody collects.
    say(&tmux, "state=done:app=mine");
    let last = Collector::start_in(&env, &tmux);
    last.until_state("completed");
}

/// As one that tells nothing is: what went wrong is there to be read until something else runs there.
#[test]
fn one_that_fails_after_it_has_told_its_state_is_shown_as_failed_and_one_that_was_ended_is_not() {
    for (end, is_shown) in [("exit 3", true), ("kill $$", false)] {
        let env = TestEnv::new();
        let says = r#"printf "\033]7501;state=working:app=mine\007"; read -r line"#;
        let run = format!("{WRAP} sh -c '{says}; {end}'; exec cat");
        let Some(tmux) = Tmux::start_on(&env, "tmux.sock", "work", (80, 24), &run) else {
            return;
        };
        let collector = Collector::start_in(&env, &tmux);
        collector.until("it has told its state", |rows| {
            rows.iter().any(|row| row["message"].is_null())
        });
        tmux.run(&["send-keys", "Enter"]);
        if is_shown {
            let row = collector.until_state("error");
            let message = row["message"].as_str().unwrap_or_default();
            assert!(message.starts_with("exit status 3"), "{row}");
        } else {
            collector.until("it is gone", <[Value]>::is_empty);
        }
    }
}
