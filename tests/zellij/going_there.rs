//! Going to its panes: from the same session, from another one, to and from what floats, from a plain terminal; and
//! what is said where nobody can be moved.

use std::time::Duration;

use crate::common::{Terminal, wait_until};
use crate::stand_ins::{Person, at_work, collect};
use crate::world::{Session, World, arrives_or_is_lost, shell_word, terminal};

/// Somebody is on the pane, seen by the session itself.
fn is_on(session: &Session<'_>, pane: u32) {
    wait_until("somebody is on it", || session.is_looked_at(pane));
}

#[test]
fn a_jump_to_another_session_takes_the_person_along_whatever_either_is_called() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let names = ["my work", "second"];
    let mut sessions = names.map(|name| world.session(name));
    let panes = [0, 1].map(|at| at_work(&sessions[at], &collector, ["one", "two"][at]));
    sessions[0].rename("renamed now");
    sessions[1].rename("-dash 'q\" ünï");
    let people = [0, 1].map(|at| Person::in_pane_of(&sessions[at], ["p0", "p1"][at], &[]));
    let before = world.sessions();
    let mut terminal = sessions[0].client("person");
    sessions[0].typed(&terminal);
    let (mut from, mut late, mut lost) = (0, 0, 0);
    for round in 0..20 {
        let to = 1 - from;
        let words = format!("jump {}", shell_word(&sessions[to].row(panes[to])));
        let (status, said) = people[from].runs(&words);
        // On a busy machine the way takes longer than a command waits; it says so.
        let is_late = said.contains("has taken somebody out of");
        assert!(status == 0 || is_late, "round {round}: {said}");
        late += usize::from(is_late);
        let is_there = || sessions[to].is_looked_at(panes[to]);
        if arrives_or_is_lost(&[&sessions[from], &sessions[to]], is_there) {
            wait_until("nobody is left behind", || {
                sessions[from].clients().is_empty()
            });
            from = to;
        } else {
            assert!(is_late, "round {round}: it is told, and not {said:?}");
            lost += 1;
            drop(terminal);
            // The other one has a name that Zellij attaches to nobody.
            from = 0;
            terminal = sessions[from].client(&format!("person {round}"));
        }
        sessions[from].typed(&terminal);
    }
    println!("{late} of 20 were on the way for longer than a command waits, {lost} lost by Zellij");
    assert!(lost <= 20 / 5, "{lost}");
    assert_eq!(world.sessions(), before, "and no session was made");
}

#[test]
fn from_a_plain_terminal_ones_own_zellij_is_attached_and_shown_the_pane() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    for (at, name) in ["my work", "a \"q\" 'u'", "ünï", "a-b"]
        .into_iter()
        .enumerate()
    {
        let session = world.session(name);
        let pane = at_work(&session, &collector, &format!("n{at}"));
        let others = [(); 2].map(|()| session.open(&[], &["sleep", "1000"]));
        let before = world.sessions();
        for (round, pane) in [pane, pane, pane, pane, pane].into_iter().enumerate() {
            let jump = format!("pane-patrol jump {}", shell_word(&session.row(pane)));
            let terminal = plain(&world, &format!("plain{at}.{round}"), &jump);
            wait_until("somebody is on it, or it says why not", || {
                let said = std::fs::read_to_string(world.env.home().join("said"));
                assert_eq!(said.unwrap_or_default(), "", "{name}, round {round}");
                session.is_looked_at(pane)
            });
            drop(terminal);
            wait_until("nobody is there again", || session.clients().is_empty());
            // Whoever comes next begins somewhere else.
            session.told(&["focus-pane-id", &format!("terminal_{}", others[0])]);
        }
        assert_eq!(world.sessions(), before, "and no session was made");
    }
}

/// Somebody's terminal in no multiplexer.
fn plain<'world>(world: &'world World, name: &str, words: &str) -> Terminal<'world> {
    let words = words.replace("pane-patrol", crate::common::PROGRAM);
    let words = format!(
        "sh -c {}",
        shell_word(&format!("{words} 2> \"$HOME/said\""))
    );
    terminal(&world.env, name, &words)
}

#[test]
fn whoever_goes_to_a_pane_behind_another_one_is_told_that_it_floats_now() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let session = world.session("work");
    let dash = Person::in_pane_of(&session, "dash", &[]);
    let pane = at_work(&session, &collector, "one");
    let terminal = session.client("person");
    session.typed(&terminal);
    let words = format!("jump {}", shell_word(&session.row(pane)));
    let (status, said) = dash.runs(&words);
    assert_eq!((status, said.as_str()), (0, ""), "nothing is to be said");
    is_on(&session, pane);
    session.open(&["--in-place"], &["sleep", "1000"]);
    let is = |what: &str| session.pane(pane)[what] == true;
    assert!(is("is_suppressed") && !is("is_floating"));
    let (status, said) = dash.runs(&words);
    let expected = "That pane is hidden behind another one; Zellij shows it as a floating pane.\n";
    assert_eq!((status, said.as_str()), (0, expected));
    is_on(&session, pane);
    assert!(is("is_floating") && !is("is_suppressed"));
    drop(terminal);
}

#[test]
fn of_two_people_the_one_who_typed_last_is_moved_and_the_other_stays() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let session = world.session("work");
    let panes = ["one", "two"].map(|name| at_work(&session, &collector, name));
    let person = Person::in_pane_of(&session, "dash", &[]);
    let terminals = ["first", "second"].map(|name| session.client(name));
    for terminal in &terminals {
        session.typed(terminal);
    }
    let at = |pane: u32| person.runs(&format!("jump {}", shell_word(&session.row(pane))));
    assert_eq!(at(panes[0]), (0, String::new()));
    let counted = |pane: u32| {
        let named = format!("terminal_{pane}");
        session
            .clients()
            .iter()
            .filter(|(_, at)| *at == named)
            .count()
    };
    wait_until("one of them is there", || counted(panes[0]) == 1);
    session.typed(&terminals[0]);
    assert_eq!(at(panes[1]), (0, String::new()));
    wait_until("the other one is there", || {
        counted(panes[1]) == 1 && counted(panes[0]) == 1
    });
    drop(terminals);
    wait_until("nobody is there", || session.clients().is_empty());
    let (status, said) = at(panes[0]);
    assert_eq!(status, 1, "whoever typed last has left: {said}");
}

#[test]
fn a_dashboard_goes_there_from_a_floating_pane_that_it_closes_and_from_a_tab_that_stays() {
    let Some(world) = World::new() else { return };
    let program = crate::common::PROGRAM;
    world.write(
        "config.kdl",
        &format!(
            "{}keybinds {{\n shared_except \"locked\" {{\n  bind \"Alt p\" {{\n   Run \"{program}\" {{\n    \
             floating true\n    close_on_exit true\n    name \"pane-patrol\"\n    x \"10%\"\n    y \"10%\"\n    \
             width \"80%\"\n    height \"80%\"\n   }}\n  }}\n }}\n}}\n",
            crate::world::SETTINGS
        ),
    );
    let session = world.session("work");
    let terminal = session.client("person");
    session.typed(&terminal);
    let dashboard = session.open(&[], &[program]);
    wait_until("it collects", || world.env.places().events_socket.exists());
    // Its rows are asked of the dashboard that runs.
    let pane = crate::stand_ins::starts(&session, "one");
    let before = (session.panes().len(), session.tabs().len());
    terminal.press(&["M-p"]);
    wait_until("it floats", || session.panes().len() == before.0 + 1);
    terminal.wait_for("WORKING");
    wait_until("it takes keys", || {
        terminal.press(&["Enter"]);
        std::thread::sleep(Duration::from_millis(300));
        session.is_looked_at(pane)
    });
    wait_until("it has closed itself", || session.panes().len() == before.0);
    session.ask(&["focus-pane-id", &format!("terminal_{dashboard}")]);
    is_on(&session, dashboard);
    wait_until("it takes keys", || {
        terminal.press(&["Enter"]);
        std::thread::sleep(Duration::from_millis(300));
        session.is_looked_at(pane)
    });
    assert_eq!(
        (session.panes().len(), session.tabs().len()),
        before,
        "and it stays"
    );
}
