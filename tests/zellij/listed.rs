//! What is listed of it, and for how long.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::wait_until;

use crate::stand_ins::{DONE, WORKS, assistant, at_work, collect, has, says};
use crate::world::{Session, World};

/// Twenty assistants in three sessions of one layout each.
pub(crate) fn crowd<'world>(
    world: &'world World,
    names: [&str; 3],
) -> Vec<(Session<'world>, Vec<String>)> {
    let script = assistant(&world.env);
    let sizes = [7, 7, 6];
    let session = |(at, name): (usize, &str)| {
        let stand_ins: Vec<String> = (0..sizes[at])
            .map(|number| format!("s{at}n{number}"))
            .collect();
        let tabs = stand_ins.chunks(3).map(|panes| {
            let pane = |name: &String| {
                format!("pane command=\"sh\" {{ args \"{script}\" \"{name}\"; }}\n")
            };
            format!("tab {{\n{}}}\n", panes.iter().map(pane).collect::<String>())
        });
        let layout = format!("layout {{\n{}}}\n", tabs.collect::<String>());
        let layout = world.write(&format!("layouts/crowd{at}.kdl"), &layout);
        let layout = layout.to_str().expect("a plain path");
        (world.session_of(name, &["--layout", layout]), stand_ins)
    };
    names.into_iter().enumerate().map(session).collect()
}

#[test]
fn twenty_panes_of_three_sessions_are_one_list_whatever_they_are_called() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let sessions = crowd(&world, ["my work", "plain", "ünï 'q\" -x"]);
    let mut all = Vec::new();
    for (session, names) in &sessions {
        let panes = session.panes();
        assert_eq!(panes.len(), names.len(), "{panes:#?}");
        for (pane, name) in panes.iter().zip(names) {
            let number = pane["id"].as_u64().and_then(|id| u32::try_from(id).ok());
            let id = session.row(number.expect("a number"));
            says(&world.env, &collector, (name, WORKS), |rows| {
                has(rows, &id, "running")
            });
            let tab = pane["tab_position"].as_u64().expect("a number") + 1;
            all.push((
                id,
                format!("{}:{tab}.t{}", session.name, number.expect("a number")),
            ));
        }
    }
    let rows = collector.until("all have their places", |rows| {
        all.iter().all(|(id, target)| {
            rows.iter()
                .any(|row| row["id"] == **id && row["target"] == **target)
        })
    });
    assert_eq!(rows.len(), 20, "{rows:#?}");
    says(&world.env, &collector, ("s0n3", DONE), |rows| {
        has(rows, &all[3].0, "completed")
    });
    let others = all.iter().filter(|(id, _)| *id != all[3].0);
    let rows = collector.rows();
    for (id, _) in others {
        assert!(has(&rows, id, "running"), "{id}: {rows:#?}");
    }
}

/// How a pane of the session comes to its end.
type Way = fn(&Session<'_>, u32);

#[test]
fn a_pane_that_is_closed_takes_its_row_with_it_within_a_second() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let session = world.session("my work");
    let ways: [(&str, Way); 3] = [
        ("closed", |session, pane| {
            session.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
        }),
        ("ended", |session, pane| {
            session.ask(&[
                "send-keys",
                "--pane-id",
                &format!("terminal_{pane}"),
                "Ctrl c",
            ]);
        }),
        ("with its session", |session, _| {
            session
                .world
                .zellij()
                .args(["kill-session", &session.name])
                .output()
                .expect("it runs");
        }),
    ];
    for (name, way) in ways {
        let pane = at_work(&session, &collector, &name.replace(' ', "-"));
        let begun = Instant::now();
        way(&session, pane);
        let done = begun.elapsed();
        collector.until("its row is gone", <[Value]>::is_empty);
        let took = begun.elapsed().saturating_sub(done);
        println!("{name}: its row was gone after {took:?}");
        assert!(took < Duration::from_secs(1), "{name}: {took:?}");
    }
}

#[test]
fn a_row_stays_the_same_through_a_new_name_another_tab_and_floating() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let mut session = world.session("my work");
    let pane = at_work(&session, &collector, "one");
    let id = session.row(pane);
    let at = |target: &str| {
        let begun = Instant::now();
        collector.until(target, |rows| {
            rows.len() == 1 && rows[0]["id"] == *id && rows[0]["target"] == target
        });
        println!("{target} was told after {:?}", begun.elapsed());
    };
    at(&format!("my work:1.t{pane}"));
    session.rename("renamed now");
    at(&format!("renamed now:1.t{pane}"));
    says(&world.env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "completed")
    });
    let terminal = session.client("person");
    session.typed(&terminal);
    let toggle = [
        "toggle-pane-embed-or-floating",
        "--pane-id",
        &format!("terminal_{pane}"),
    ];
    for floats in [true, false] {
        session.ask(&toggle);
        wait_until("it floats or not", || {
            session.pane(pane)["is_floating"] == floats
        });
        let (payload, state) = if floats {
            (WORKS, "running")
        } else {
            (DONE, "completed")
        };
        says(&world.env, &collector, ("one", payload), |rows| {
            has(rows, &id, state)
        });
        at(&format!("renamed now:1.t{pane}"));
    }
    session.told(&["focus-pane-id", &format!("terminal_{pane}")]);
    terminal.press(&["C-t"]);
    terminal.press(&["b"]);
    wait_until("it has a tab of its own", || {
        session.pane(pane)["tab_position"] == 1
    });
    at(&format!("renamed now:2.t{pane}"));
}

#[test]
fn what_is_done_is_seen_where_somebody_is_on_its_pane() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let session = world.session("work");
    let pane = at_work(&session, &collector, "one");
    let other = session.open(&[], &["sleep", "1000"]);
    let id = session.row(pane);
    says(&world.env, &collector, ("one", DONE), |rows| {
        has(rows, &id, "completed")
    });
    let terminal = session.client("person");
    session.typed(&terminal);
    session.told(&["focus-pane-id", &format!("terminal_{other}")]);
    session.told(&["focus-pane-id", &format!("terminal_{pane}")]);
    collector.until("it is seen", |rows| has(rows, &id, "idle"));
}
