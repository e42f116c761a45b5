//! The documented example of a program that approves is one that does.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{decisions, row};
use crate::common::{Collector, TestEnv, finish, finish_with_stdin, skip};
use crate::foreground::Stage;

#[test]
fn the_example_in_python_approves_what_it_has_shown_and_only_that() {
    let env = TestEnv::new();
    let has_python = env.command("python3").arg("--version").output();
    if !has_python.is_ok_and(|it| it.status.success()) {
        return skip("python3 is not there");
    }
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    let row = row(&collector);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/approve.py");
    let run = |said: &str| {
        let mut python = env.command("python3");
        python.arg(&example).arg(row["id"].as_str().expect("an id"));
        finish_with_stdin(&mut python, said.as_bytes())
    };
    let dialog = stage.folder.join("dialog");
    let as_asked = fs::read_to_string(&dialog).expect("it is there");
    stage.redraw(&as_asked.replace("touch f1", "touch f2"));
    let refused = run("y\n");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.stdout.contains("approve refused"), "{refused:?}");
    stage.redraw(&as_asked);
    assert!(!stage.folder.join("keys").exists());
    let approved = run("y\n");
    assert!(approved.stdout.contains("touch f1"), "{approved:?}");
    assert!(approved.stdout.contains("approve done"), "{approved:?}");
    let keys = fs::read_to_string(stage.folder.join("keys")).ok();
    assert_eq!(keys.as_deref(), Some("1"));
    let line = decisions(&env).pop().expect("a line");
    assert_eq!(line["door"], json!("hub approve-example"));
    let log = finish(env.pane_patrol().args(["log", "--door", "hub"])).stdout;
    assert!(
        log.contains("done by keys, from hub approve-example (own)"),
        "{log}"
    );
}
