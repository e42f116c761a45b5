//! What Zellij itself is told of what waits, for its own list.

use std::fs;

use rustix::process::Signal;

use super::{emits, has};
use crate::common::{Collector, TestEnv, Zellij, wait_until};

/// A session with an assistant at work on a terminal, and who collects by these settings; with a Zellij that says it is
/// of this version.
fn world<'env>(
    env: &'env TestEnv,
    (version, settings): (&str, &str),
    assistant: &str,
) -> Option<(Zellij<'env>, u32, Collector<'env>)> {
    env.configure(settings);
    fs::write(env.home().join("x-version"), version).expect("our folder");
    let collector = super::collect(env);
    let zellij = Zellij::start(env, "work")?;
    let script = emits(assistant, "waiting_approval");
    let said = zellij.ask(&["x-tty-pane", "sh", "-c", &script]);
    let pane = said.parse().expect("a number");
    collector.until("its row", |rows| {
        has(rows, &zellij.row(pane), "waiting_approval")
    });
    Some((zellij, pane, collector))
}

fn written(zellij: &Zellij<'_>, pane: u32) -> String {
    zellij.ask(&["x-tell", &pane.to_string(), "written"])
}

/// As a person ends it.
fn ends(mut collector: Collector<'_>) {
    collector.signal(Signal::TERM);
    collector.wait();
}

const FED: &str = "[zellij]\ninbox = true\n";

#[test]
fn a_zellij_with_a_list_of_its_own_is_told_what_waits_and_that_nothing_does_any_more() {
    let env = TestEnv::new();
    let Some((zellij, pane, collector)) = world(&env, ("0.46.0", FED), "gemini") else {
        return;
    };
    let record = "\u{1b}]7501;state=blocked:app=gemini:kind=permission\u{7}";
    wait_until("it is told", || written(&zellij, pane).contains(record));
    assert_eq!(written(&zellij, pane), record, "once, and nothing else");
    ends(collector);
    let cleared = format!("{record}\u{1b}]7501;state=clear\u{7}");
    wait_until("it is told so", || written(&zellij, pane) == cleared);
}

#[test]
fn an_older_one_and_who_does_not_want_it_and_who_tells_it_himself_get_nothing() {
    for (version, settings, assistant) in [
        ("0.45.1", FED, "gemini"),
        ("0.46.0", "", "gemini"),
        ("0.46.0", FED, "codex"),
        ("0.46.0", FED, "claude"),
        ("0.46.0", FED, "my-bot"),
    ] {
        let env = TestEnv::new();
        let Some((zellij, pane, collector)) = world(&env, (version, settings), assistant) else {
            return;
        };
        // Whatever is told is told at the end.
        ends(collector);
        assert_eq!(
            written(&zellij, pane),
            "",
            "{version} {settings} {assistant}"
        );
    }
}
