//! What a person calls an assistant beside its name: told by `wrap` and `emit`, shown, and a name for it.

use serde_json::Value;

use crate::common::{Collector, Terminal, TestEnv, finish, started, wait};

fn emit(env: &TestEnv, target: &str, more: &[&str], variables: &[(&str, &str)]) {
    let mut emit = env.pane_patrol();
    emit.args([
        "emit",
        "--assistant",
        "bot",
        "--state",
        "asks",
        "--target",
        target,
    ]);
    let emitted = finish(emit.args(more).envs(variables.iter().copied()));
    assert!(emitted.status.success(), "{emitted:?}");
}

#[test]
fn a_label_is_shown_found_and_a_name_for_the_row() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    emit(
        &env,
        "a:0.0",
        &["--label", "reviewer"],
        &[("PANE_PATROL_LABEL", "other")],
    );
    emit(
        &env,
        "a:0.1",
        &[],
        &[("AOC_AGENT_LABEL", "builder"), ("AOC_TAB_SCOPE", "api")],
    );
    // What is said later without a label takes none away.
    emit(&env, "a:0.1", &[], &[]);
    emit(
        &env,
        "a:0.2",
        &[],
        &[("AOC_AGENT_ID", "shop"), ("AOC_PANE_ID", "7")],
    );
    let rows = collector.until("all have come", |rows| rows.len() == 3);
    let mut called: Vec<&Value> = rows.iter().map(|row| &row["called"]).collect();
    called.sort_by_key(ToString::to_string);
    assert_eq!(called, ["api/builder", "reviewer", "shop"]);
    let explained = finish(env.pane_patrol().args(["explain", "api/builder"]));
    assert!(explained.stdout.contains("a:0.1"), "{explained:?}");
    let table = finish(env.pane_patrol().arg("status")).stdout;
    assert!(table.contains("bot (reviewer)"), "{table}");
    let Some(terminal) = Terminal::start(&env, "dashboard", env!("CARGO_BIN_EXE_pane-patrol"))
    else {
        return;
    };
    terminal.wait_for("api/builder");
    terminal.press(&["/", "r", "e", "v", "i", "e", "w", "e", "r"]);
    terminal.wait_for("bot (reviewer)");
    assert!(
        !terminal.screen().contains("api/builder"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn wrap_tells_its_label_and_the_folder_that_is_meant() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let folder = env.path("project");
    std::fs::create_dir(&folder).expect("it is new");
    let mut wrap = env.pane_patrol();
    wrap.env("AOC_PROJECT_ROOT", &folder)
        .env("AOC_AGENT_LABEL", "x");
    let (child, stdin) = started(wrap.args(["wrap", "--label", "re\u{1b}viewer", "--", "cat"]));
    let row = collector.until_state("running");
    assert_eq!(row["cwd"], folder.to_str().expect("a text"));
    assert!(
        row["called"]
            .as_str()
            .is_some_and(|it| it.ends_with("viewer") && !it.contains('\u{1b}'))
    );
    drop(stdin);
    assert!(wait(child).status.success());
}
