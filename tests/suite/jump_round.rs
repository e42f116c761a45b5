//! From one that waits to the next one, and back to where one was.

use crate::common::{Collector, Finished, Terminal, TestEnv, Tmux, finish, fixture, wait_until};

const ASKS: &str = "claude/permission_request.bash.json";

/// `jump` with these words, as a key of tmux has it run.
fn jump(env: &TestEnv, server: &Tmux<'_>, words: &[&str]) -> Finished {
    let client = server.run(&["list-clients", "-F", "#{client_name}"]);
    let mut command = env.pane_patrol();
    command.arg("jump").args(words).args(["--client", &client]);
    finish(command.env("TMUX", server.variable()))
}

fn shown(server: &Tmux<'_>) -> String {
    server.run(&["list-clients", "-F", "#{pane_id}"])
}

#[test]
fn those_that_wait_are_gone_round_and_last_goes_back() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-session", "-d", "-s", "second", "cat"]);
    let panes = [
        server.window("work", "cat"),
        server.window("second", "cat"),
        server.window("work", "cat"),
    ];
    let _client = Terminal::client_of(&env, "client.sock", &server, "work").expect("tmux is there");
    let collector = Collector::start_in(&env, &server);
    for pane in &panes {
        server.report(pane, &fixture(ASKS), "waiting_approval");
        collector.until("it asks", |rows| {
            rows.iter()
                .any(|row| row["pane"] == **pane && row["state"] == "waiting_approval")
        });
    }
    server.run(&["select-window", "-t", "work:0"]);
    let goes = |words: &[&str], to: &str| {
        let jumped = jump(&env, &server, words);
        assert!(jumped.status.success(), "{words:?}: {jumped:?}");
        wait_until(&format!("{words:?} leads to {to}"), || shown(&server) == to);
    };
    let refused = jump(&env, &server, &["last"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("no jump of yours is known"),
        "{refused:?}"
    );
    let [first, second, third] = &panes;
    goes(&["--next"], first);
    goes(&["last"], "%0");
    goes(&["last"], first);
    for to in [second, third, first] {
        goes(&["--next"], to);
    }
    for to in [third, second, first, third] {
        goes(&["--prev"], to);
    }
    goes(&["last"], first);
    goes(&["last"], third);
    goes(&[third], third);
    server.run(&["kill-pane", "-t", first]);
    let gone = jump(&env, &server, &["last"]);
    assert_eq!(gone.status.code(), Some(1), "{gone:?}");
    assert!(gone.stderr.contains("its pane is gone"), "{gone:?}");
    assert_eq!(&shown(&server), third, "nobody was moved");
}
