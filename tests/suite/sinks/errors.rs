//! What is said of a command line holds nothing that a terminal would obey.

use crate::common::{Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture};

/// A text that clears the screen, sets the title and ends a sequence in three ways.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{9c}\u{202e}b";

#[test]
fn no_error_prints_a_control_character_of_its_arguments() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    collector.until("there is a row", |rows| {
        let mut hook = server.claude_hook("%0");
        let payload = fixture("claude/user_prompt_submit.plain.json");
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        !rows.is_empty()
    });
    let evil_target = format!("{EVIL}:0.0");
    let evil_option = format!("--{EVIL}");
    for arguments in [
        &["jump", &evil_target][..],
        &["jump", "%0", "--client", EVIL],
        &["jump", EVIL],
        &["diff", "%0", "--patch", EVIL],
        &["diff", &evil_target],
        &["explain", &evil_target],
        &["stop", &evil_target],
        &["stop", EVIL],
        &["snooze", &evil_target, "5"],
        &["approve", &evil_target],
        &["request", EVIL],
        &["trust", &evil_target, "5"],
        &["tasks", &evil_target],
        &["start", EVIL],
        &["start", &evil_option],
        &["emit", "--assistant", EVIL, "--state", "idle"],
        &["emit", "--assistant", "a", "--state", EVIL],
        &[
            "emit",
            "--assistant",
            "a",
            "--state",
            "idle",
            "--target",
            EVIL,
        ],
        &["wait", "--state", EVIL],
        &["log", "--since", EVIL],
        &["wrap", "--assistant", EVIL, "true"],
        &["wrap", EVIL],
        &["demo", "--play", EVIL],
        &["install", "--assistant", EVIL],
        &[EVIL],
        &[&evil_option],
    ] {
        let mut command = env.pane_patrol();
        command
            .env("TMUX", server.variable())
            .env("TMUX_PANE", "%0");
        let failed = finish(command.args(arguments));
        assert!(!failed.status.success(), "{arguments:?}: {failed:?}");
        assert!(
            failed.stderr.contains("error: "),
            "{arguments:?}: {failed:?}"
        );
        for text in [&failed.stdout, &failed.stderr] {
            let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(obeyed), "{arguments:?}: {failed:?}");
        }
    }
}

#[test]
fn a_line_of_an_argument_never_looks_like_one_of_ours() {
    let env = TestEnv::new();
    let told = finish(env.pane_patrol().args(["wrap", "no\nhint: all is well"]));
    let is_ours = |line: &str| line.starts_with("hint: all");
    assert!(!told.stderr.lines().any(is_ours), "{told:?}");
    let spelt = "`no<U+000A>hint: all is well`";
    assert!(told.stderr.contains(spelt), "{told:?}");
}

#[test]
fn an_assistant_s_name_is_no_option() {
    let env = TestEnv::new();
    let listener = env.listen();
    for name in [
        "-c", "--help", "-", "_x", "A", "a;", "a b", "#{pid}", "", "a\nb",
    ] {
        let named = format!("--assistant={name}");
        let mut emit = env.pane_patrol();
        emit.args(["emit", &named, "--state", "idle", "--target", "work:0.0"]);
        let refused = finish(&mut emit);
        assert_eq!(refused.status.code(), Some(2), "{name}: {refused:?}");
        assert!(
            refused.stderr.contains("is no assistant's name"),
            "{refused:?}"
        );
        let mut parted = env.pane_patrol();
        parted.args([
            "emit",
            "--assistant",
            name,
            "--state",
            "idle",
            "--target",
            "work:0.0",
        ]);
        assert_eq!(finish(&mut parted).status.code(), Some(2), "{name}");
    }
    let mut emit = env.pane_patrol();
    emit.args([
        "emit",
        "--assistant",
        "0a_-",
        "--state",
        "idle",
        "--target",
        "work:0.0",
    ]);
    assert!(finish(&mut emit).status.success());
    assert_eq!(listener.next().assistant.as_str(), "0a_-");
    assert!(listener.is_empty());
}
