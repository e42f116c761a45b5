//! One multiplexer inside the other: the nearest server decides, whatever variables were inherited.

use super::{WORKS, assistant, collect, emits, has, says};
use crate::common::{Collector, TestEnv, Tmux, Zellij, finish, with_zellij};

#[test]
fn two_panes_of_a_zellij_inside_one_tmux_pane_are_two_rows() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "outer") else {
        return;
    };
    let inherited = [("TMUX", &*tmux.variable()), ("TMUX_PANE", "%0")];
    let Some(zellij) = Zellij::start_with(&env, "inner", &inherited) else {
        return;
    };
    let mut command = env.pane_patrol();
    with_zellij(&env, command.env("TMUX", tmux.variable()));
    let collector = Collector::start_with(&env, &mut command);
    let script = assistant(&env);
    let panes = ["one", "two"].map(|name| zellij.pane(&["sh", &script, name]));
    let ids = panes.map(|pane| zellij.row(pane));
    says(&env, &collector, ("one", WORKS), |rows| {
        has(rows, &ids[0], "running")
    });
    says(&env, &collector, ("two", WORKS), |rows| {
        has(rows, &ids[1], "running")
    });
    let rows = collector.until("their addresses", |rows| {
        let mut targets = rows
            .iter()
            .map(|row| row["target"].as_str().unwrap_or_default());
        targets.all(|target| target.starts_with("inner:1.t"))
    });
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let told = |key: &str| -> Vec<String> {
        rows.iter()
            .map(|row| row[key].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(told("target"), ["inner:1.t1", "inner:1.t2"]);
    assert_eq!(told("pane"), ["zellij:1", "zellij:2"]);
}

#[test]
fn what_a_script_says_in_two_panes_of_a_zellij_inside_one_tmux_pane_makes_two_rows() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "outer") else {
        return;
    };
    let inherited = [("TMUX", &*tmux.variable()), ("TMUX_PANE", "%0")];
    let Some(zellij) = Zellij::start_with(&env, "inner", &inherited) else {
        return;
    };
    let collector = collect(&env);
    for (name, state) in [("one", "waiting_input"), ("two", "running")] {
        zellij.pane(&["sh", "-c", &emits(name, state)]);
    }
    collector.until("both", |rows| {
        has(rows, &zellij.row(1), "waiting_input") && has(rows, &zellij.row(2), "running")
    });
}

#[test]
fn a_pane_of_a_tmux_inside_a_zellij_pane_is_tmuxs_and_its_neighbour_zellijs() {
    let env = TestEnv::new();
    let Some(zellij) = Zellij::start(&env, "outer") else {
        return;
    };
    let collector = collect(&env);
    let script = assistant(&env);
    let socket = env.path("inner.sock");
    let socket = socket.to_str().expect("a plain path");
    let inner = [
        "tmux",
        "-f",
        "/dev/null",
        "-S",
        socket,
        "new-session",
        "-d",
        "-s",
        "inner",
    ];
    if finish(env.command("tmux").arg("-V")).status.code() != Some(0) {
        return;
    }
    // It goes on in the background, and keeps the variables of the pane that has begun it.
    let line = format!("{} 'sh {script} deep'; sleep 1000", inner.join(" "));
    zellij.pane(&["sh", "-c", &line]);
    let pane = zellij.pane(&["sh", &script, "beside"]);
    says(&env, &collector, ("beside", WORKS), |rows| {
        has(rows, &zellij.row(pane), "running")
    });
    let rows = says(&env, &collector, ("deep", WORKS), |rows| rows.len() == 2);
    let deep = rows.iter().find(|row| row["pane"] == "%0");
    let deep = deep.unwrap_or_else(|| panic!("{rows:#?}"));
    assert!(
        deep["id"].as_str().is_some_and(|id| id.starts_with(socket)),
        "{deep}"
    );
    let kill = env
        .command("tmux")
        .args(["-S", socket, "kill-server"])
        .status();
    kill.expect("tmux can be started");
}
