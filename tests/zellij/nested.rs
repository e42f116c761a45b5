//! One multiplexer inside the other: each assistant is a row of its own, and going there leads to it.

use crate::common::{Collector, PROGRAM, Tmux, wait_until, with_zellij};
use crate::stand_ins::{Person, WORKS, assistant, at_work, collect, has, says};
use crate::started::shape;
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
        let (status, said) = person.runs(&words);
        // Where there was no room for it, it floats now.
        let is_said = said.is_empty() || session.pane(pane)["is_floating"] == true;
        assert!(status == 0 && is_said, "{said}");
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

#[test]
fn an_assistant_of_a_tmux_in_a_pane_and_one_beside_it_are_two_rows_and_both_are_gone_to() {
    let Some(world) = World::new() else { return };
    let env = &world.env;
    let collector = collect(&world);
    let session = world.session("outer");
    let terminal = session.client("person");
    session.typed(&terminal);
    let socket = env.path("inner.sock").display().to_string();
    let inside = format!("sh {} inside", assistant(env));
    let tmux = [
        "env",
        "TERM=xterm-256color",
        "tmux",
        "-f",
        "/dev/null",
        "-S",
        &socket,
    ];
    let around = session.open(
        &[],
        &[&tmux[..], &["new-session", "-s", "inner", &inside]].concat(),
    );
    let tmux = Tmux::found(env, "inner.sock");
    let inside = format!("{}::%0", tmux.variable().trim_end_matches(",0"));
    says(env, &collector, ("inside", WORKS), |rows| {
        has(rows, &inside, "running")
    });
    let beside = at_work(&session, &collector, "beside");
    let rows = collector.until("both are rows", |rows| {
        has(rows, &inside, "running") && has(rows, &session.row(beside), "running")
    });
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let before = (world.sessions(), shape(&session));
    // From the one's tmux to the other in Zellij: nobody is attached within herself.
    let program = |words: &str, then: &str| {
        let path = env.path("zellij-bin");
        let path = path.display();
        format!(
            "PATH=\"{path}:$PATH\" {PROGRAM} jump {} 2> \"$HOME/said\"; {then}",
            shell_word(words)
        )
    };
    session.ask(&["focus-pane-id", &format!("terminal_{around}")]);
    wait_until("she is in tmux", || session.is_looked_at(around));
    let window = tmux.window("inner", &program(&session.row(beside), "exec sleep 1000"));
    wait_until("she is beside it", || session.is_looked_at(beside));
    let said = std::fs::read_to_string(env.home().join("said")).unwrap_or_default();
    assert_eq!((said, session.clients().len()), (String::new(), 1));
    tmux.run(&["kill-pane", "-t", &window]);
    // From Zellij to the one in tmux: its session is attached to where that is asked.
    let clients = || tmux.run(&["list-clients", "-F", "#{client_pid} #{pane_id}"]);
    assert_eq!(clients().lines().count(), 1);
    let own = session.open(&[], &["sh", "-c", &program(&inside, "exec sleep 1000")]);
    wait_until("she has it before her", || {
        let clients = clients();
        clients.lines().count() == 2 && clients.lines().all(|line| line.ends_with(" %0"))
    });
    wait_until("she is on that pane", || session.is_looked_at(own));
    session.ask(&["close-pane", "--pane-id", &format!("terminal_{own}")]);
    wait_until("nothing else was made", || {
        (world.sessions(), shape(&session)) == before
    });
}
