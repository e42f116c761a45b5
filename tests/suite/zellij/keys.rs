//! Keys: not pressed unless the person allows it, and then only where the screen and the pane are as they were.

use super::{assistant, collect, has, says};
use crate::common::{Collector, TestEnv, Zellij, finish, fixture, until};

const BEGINS_TOOL: &str = "BeforeTool.run_shell_command";
const ASKS: &str = "Notification.ToolPermission.exec";

/// An assistant that asks to run `touch out.txt`, with the dialog of that on its screen.
fn asking<'env>(env: &'env TestEnv, collector: &Collector<'_>) -> Option<(Zellij<'env>, u32)> {
    let zellij = Zellij::start(env, "work")?;
    let pane = zellij.pane(&["sh", &assistant(env), "one"]);
    let dialog = fixture("gemini/screens/permission_command.txt");
    let dialog = dialog.replace("touch o1.txt ", "touch out.txt");
    let number = pane.to_string();
    zellij.ask(&["x-set", &number, "text", &dialog]);
    zellij.ask(&["x-set", &number, "columns", "120"]);
    let id = zellij.row(pane);
    says(env, collector, ("one", BEGINS_TOOL), |rows| {
        has(rows, &id, "running")
    });
    says(env, collector, ("one", ASKS), |rows| {
        has(rows, &id, "waiting_approval")
    });
    Some((zellij, pane))
}

fn typed(zellij: &Zellij<'_>, pane: u32) -> String {
    zellij.ask(&["x-tell", &pane.to_string(), "typed"])
}

#[test]
fn no_key_is_pressed_unless_the_person_allows_it() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = asking(&env, &collector) else {
        return;
    };
    let id = zellij.row(pane);
    let approve = finish(env.pane_patrol().args(["approve", "--yes", &id]));
    assert_eq!(approve.status.code(), Some(1), "{approve:?}");
    assert!(
        approve.stderr.contains("`answer_by_keys = true`"),
        "{approve:?}"
    );
    assert_eq!(typed(&zellij, pane), "");
}

#[test]
fn where_it_is_allowed_an_answer_is_pressed_once_and_not_into_a_tab_that_is_synchronised() {
    let env = TestEnv::new();
    env.configure("[zellij]\nanswer_by_keys = true\n");
    let collector = collect(&env);
    let Some((zellij, pane)) = asking(&env, &collector) else {
        return;
    };
    let id = zellij.row(pane);
    let approve = || finish(env.pane_patrol().args(["approve", "--yes", &id]));
    zellij.ask(&["x-lies", "sync 0", "1"]);
    let refused = approve();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let why = "goes into all panes of its tab";
    assert!(refused.stderr.contains(why), "{refused:?}");
    assert_eq!(typed(&zellij, pane), "");
    zellij.ask(&["x-lies", "sync 0", ""]);
    let said = approve();
    let keys = until("a key", || {
        Some(typed(&zellij, pane)).filter(|keys| !keys.is_empty())
    });
    assert_eq!(keys.lines().count(), 1, "{keys} {said:?}");
}
