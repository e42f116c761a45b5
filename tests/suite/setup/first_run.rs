//! A dashboard without hooks: it offers them, says what to do next, and watches it come true.

use crate::common::{PROGRAM, Terminal, TestEnv, Tmux, fixture};
use crate::install::with_programs;

#[test]
fn after_the_install_each_assistant_is_waited_for_until_its_first_report() {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "codex"]);
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let client = Terminal::client_of(&env, "client.sock", &server, "work");
    let client = client.expect("tmux is there");
    let path = format!("PATH={}:/usr/bin:/bin", env.path("bin").display());
    let command = format!("exec env {path} {PROGRAM}");
    server.run(&["respawn-pane", "-k", "-t", "%0", &command]);
    client.wait_for("Press i");
    client.press(&["i"]);
    client.wait_for("Press i again");
    client.press(&["i"]);
    let screen = client.wait_for("Now, until each reports:");
    let waits = "○ Claude Code  running sessions report within a second";
    assert!(screen.contains(waits), "{screen}");
    assert!(screen.contains("○ Codex        start it and choose `Trust all and continue`"));
    let pane = server.window("work", "cat");
    server.report(
        &pane,
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    let screen = client.wait_for("✓ Claude Code  reports");
    assert!(screen.contains("○ Codex        start it"), "{screen}");
    assert!(screen.contains("work:1.0"), "its row is there: {screen}");
    client.press(&["Escape"]);
    client.wait_for("WORKING");
}
