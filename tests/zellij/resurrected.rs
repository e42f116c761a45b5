//! A session that was killed and is attached to again: a new server, which gives the numbers of panes out anew.

use std::fs;

use serde_json::Value;

use crate::common::wait_until;
use crate::stand_ins::{Person, WORKS, at_work, collect, has, says};
use crate::world::{Session, World, shell_word, terminal};

/// What Zellij has kept of the session.
fn kept(world: &World, name: &str) -> String {
    let folder = world
        .env
        .path("cache/zellij/contract_version_1/session_info");
    fs::read_to_string(folder.join(name).join("session-layout.kdl")).unwrap_or_default()
}

/// The panes that wait for Enter, and the stand-in of each.
fn held(session: &Session<'_>, names: [&str; 2]) -> Vec<(u32, String)> {
    let waits = |pane: &Value| {
        let command = pane["terminal_command"].as_str().unwrap_or_default();
        let name = command.rsplit(' ').next().unwrap_or_default().to_owned();
        let number = u32::try_from(pane["id"].as_u64()?).ok()?;
        let is_one = pane["is_held"] == true && names.contains(&name.as_str());
        is_one.then_some((number, name))
    };
    session.panes().iter().filter_map(waits).collect()
}

#[test]
fn a_session_that_is_resurrected_has_rows_of_its_own_and_none_of_the_old_one() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let beside = world.session("beside");
    let kept_row = beside.row(at_work(&beside, &collector, "kept"));
    let session = world.session("my work");
    // A number is left out, so that numbers mean other panes afterwards.
    let closed = session.open(&[], &["sleep", "1000"]);
    let names = ["one", "two"];
    let panes = names.map(|name| at_work(&session, &collector, name));
    session.ask(&["close-pane", "--pane-id", &format!("terminal_{closed}")]);
    let old = panes.map(|pane| session.row(pane));
    wait_until("it is kept", || {
        let kept = kept(&world, "my work");
        let has = |name: &&str| kept.contains(&format!("\"{name}\""));
        names.iter().all(has) && !kept.contains("sleep")
    });
    let killed = world.zellij().args(["kill-session", "my work"]).output();
    assert!(killed.expect("it runs").status.success());
    collector.until("its rows are gone", |rows| {
        rows.len() == 1 && rows[0]["id"] == *kept_row
    });
    let person = terminal(&world.env, "person", "zellij attach 'my work'");
    let again = world.found("my work");
    assert_ne!(again.pid, session.pid);
    let mut waiting = Vec::new();
    wait_until("both wait for Enter", || {
        waiting = held(&again, names);
        waiting.len() == 2
    });
    let numbers: Vec<u32> = waiting.iter().map(|(number, _)| *number).collect();
    assert_ne!(numbers, panes, "they are given out anew");
    assert_eq!(collector.rows().len(), 1, "and nobody works there");
    let mut ids = vec![kept_row];
    for (number, name) in &waiting {
        let pane = format!("terminal_{number}");
        again.ask(&["send-keys", "--pane-id", &pane, "Enter"]);
        let id = again.row(*number);
        assert!(!old.contains(&id));
        let rows = says(&world.env, &collector, (name, WORKS), |rows| {
            has(rows, &id, "running")
        });
        ids.push(id);
        let is_known = |row: &Value| ids.iter().any(|id| row["id"] == **id);
        assert!(
            rows.len() == ids.len() && rows.iter().all(is_known),
            "{rows:#?}"
        );
    }
    let dash = Person::in_pane_of(&again, "dash", &[]);
    again.typed(&person);
    for (number, _) in &waiting {
        let jump = format!("jump {}", shell_word(&again.row(*number)));
        assert_eq!(dash.runs(&jump), (0, String::new()));
        wait_until("she is there", || again.is_looked_at(*number));
    }
    for id in old {
        let (status, said) = dash.runs(&format!("jump {}", shell_word(&id)));
        assert_eq!(status, 1, "{said}");
    }
}
