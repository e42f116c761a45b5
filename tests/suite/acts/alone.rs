//! Answering where nobody collects: by the same actor in the command's own process, with the same checks, as
//! far as the event log and the assistant's own files tell what is asked.

use std::fs;

use super::decisions;
use crate::common::stage::Stage;
use crate::common::{Finished, TestEnv, finish};

fn run(env: &TestEnv, stage: &Stage<'_>, words: &[&str]) -> Finished {
    let mut command = env.pane_patrol();
    finish(command.args(words).env("TMUX", stage.server.variable()))
}

/// The digest of what the assistant asks.
fn digest(env: &TestEnv, stage: &Stage<'_>) -> String {
    let shown = run(env, stage, &["request", "%0"]);
    assert!(shown.status.success(), "{shown:?}");
    let digest = shown
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("digest "));
    digest.expect("it has one").to_owned()
}

fn keys(stage: &Stage<'_>) -> Option<String> {
    fs::read_to_string(stage.folder.join("keys")).ok()
}

#[test]
fn what_the_log_tells_is_approved_with_the_same_checks() {
    let env = TestEnv::new();
    env.mirror_on();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    stage.begins_to_ask("");
    stage.until_shown();
    let digest = digest(&env, &stage);
    let refused = |words: &[&str], why: &str| {
        let finished = run(&env, &stage, words);
        assert_ne!(finished.status.code(), Some(0), "{finished:?}");
        assert!(finished.stderr.contains(why), "{finished:?}");
        assert!(finished.stderr.contains("nothing was sent"), "{finished:?}");
        assert_eq!(keys(&stage), None);
    };
    refused(&["approve", "%0"], "shown to nobody");
    let other = "0".repeat(digest.len());
    refused(&["approve", "%0", "--digest", &other], "not what was shown");
    let dialog = stage.folder.join("dialog");
    let as_asked = fs::read_to_string(&dialog).expect("it is there");
    stage.redraw(&as_asked.replace("touch f1", "touch f2"));
    refused(&["approve", "%0", "--digest", &digest], "dialog");
    stage.redraw(&as_asked);

    let finished = run(&env, &stage, &["approve", "%0", "--digest", &digest]);
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    assert!(
        finished.stderr.contains("by what the event log says"),
        "{finished:?}"
    );
    assert_eq!(keys(&stage).as_deref(), Some("1"));
    let tried = decisions(&env);
    let told: Vec<String> = tried
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line["decision"], line["outcome"], line["door"], line["right"]
            )
        })
        .collect();
    let refused = r#""approve" "nothing" "approve" "own""#;
    assert_eq!(
        told,
        [refused, refused, r#""approve" "done" "approve" "own""#]
    );
    let logged = run(&env, &stage, &["log", "--only", "decisions"]).stdout;
    assert!(
        logged.contains(", done by keys, from approve (own)"),
        "{logged}"
    );
    assert_eq!(logged.matches("nothing done: ").count(), 2, "{logged}");
    let explained = run(&env, &stage, &["explain", "%0"]).stdout;
    assert!(
        explained.contains("decided in your name: approve Bash: touch f1"),
        "{explained}"
    );
    // The log has it that it was answered: it is not asked any more.
    let again = run(&env, &stage, &["approve", "%0", "--yes"]);
    assert!(again.stderr.contains("it asks nothing"), "{again:?}");
}

#[test]
fn without_a_log_it_is_said_why_nothing_can_be_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    stage.begins_to_ask("");
    stage.until_shown();
    for words in [
        &["approve", "%0", "--yes"][..],
        &["deny", "%0"],
        &["answer", "%0", "1"],
        &["stop", "%0"],
    ] {
        let finished = run(&env, &stage, words);
        assert_eq!(finished.status.code(), Some(3), "{words:?}: {finished:?}");
        assert!(finished.stderr.contains("nobody collects"), "{finished:?}");
        assert!(finished.stderr.contains("mirror on"), "{finished:?}");
    }
    assert_eq!(keys(&stage), None);
}
