//! One multiplexer inside the other: each assistant is a row of its own, and going there leads to it.

use crate::common::{Collector, PROGRAM, Tmux, wait_until, with_zellij};
use crate::stand_ins::{Person, WORKS, assistant, at_work, has, says};
use crate::world::{World, shell_word};

#[test]
fn two_panes_of_a_zellij_in_one_tmux_pane_and_a_pane_beside_it_are_three_rows() {
    let Some(world) = World::new() else { return };
    let env = &world.env;
    let Some(tmux) = Tmux::start_on(env, "outer.sock", "outer", (100, 30), "cat") else {
        return;
    };
    let mut command = world.pane_patrol();
    let collector =
        Collector::start_with(env, with_zellij(env, command.env("TMUX", tmux.variable())));
    let zellij = env.path("zellij-bin/zellij");
    let settings = env.path("config/zellij");
    let begin = format!(
        "ZELLIJ_CONFIG_DIR={} exec {} attach --create inner",
        settings.display(),
        zellij.display()
    );
    let around = tmux.window("outer", &begin);
    tmux.run(&["select-window", "-t", &around]);
    let session = world.found("inner");
    wait_until("it is attached", || session.clients().len() == 1);
    tmux.run(&["send-keys", "-t", &around, "x"]);
    let panes = ["one", "two"].map(|name| at_work(&session, &collector, name));
    let beside = tmux.window("outer", &format!("sh {} three", assistant(env)));
    let beside_id = format!("{}::{beside}", tmux.variable().trim_end_matches(",0"));
    let rows = says(env, &collector, ("three", WORKS), |rows| {
        has(rows, &beside_id, "running")
    });
    assert_eq!(rows.len(), 3, "{rows:#?}");
    let person = Person::in_pane_of(&session, "dash", &[]);
    for pane in panes {
        let words = format!("jump {}", shell_word(&session.row(pane)));
        assert_eq!(person.runs(&words), (0, String::new()));
        wait_until("it is in front", || session.is_looked_at(pane));
    }
    // Beside it, in tmux.
    let client = crate::common::Terminal::client_of(env, "person", &tmux, "outer");
    let jump = format!("{PROGRAM} jump {}", shell_word(&beside_id));
    let from = tmux.window("outer", &format!("{jump} > \"$HOME/said\" 2>&1; exec cat"));
    tmux.run(&["select-window", "-t", &from]);
    wait_until("it is in front", || {
        tmux.run(&["display-message", "-p", "-t", "outer:", "#{pane_id}"]) == beside
    });
    drop(client);
}
