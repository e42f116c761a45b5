//! Typing into the pane that a dashboard draws.

use crate::common::{PROGRAM, wait_until};
use crate::stand_ins::{assistant, begins};
use crate::world::{Session, World};

/// What the pane shows, by Zellij's own word.
fn shows(session: &Session<'_>, pane: u32, text: &str) -> bool {
    let pane = format!("terminal_{pane}");
    let shown = session.ask(&["dump-screen", "--pane-id", &pane]);
    shown.contains(text)
}

/// A dashboard and an assistant in a tab each, so that nobody sees this one but in the drawing.
fn session(world: &World) -> Session<'_> {
    let script = assistant(&world.env);
    let layout = format!(
        "layout {{\ntab {{\npane command=\"{PROGRAM}\"\n}}\ntab {{\npane command=\"sh\" {{ args \"{script}\" \
         \"one\"; }}\n}}\n}}\n"
    );
    let layout = world.write("layouts/drawn.kdl", &layout);
    world.session_of(
        "my work",
        &["--layout", layout.to_str().expect("a plain path")],
    )
}

#[test]
fn what_is_typed_into_the_drawn_pane_comes_there_and_nowhere_else() {
    let Some(world) = World::new() else { return };
    let session = session(&world);
    let pane = 1;
    wait_until("it collects", || world.env.places().events_socket.exists());
    begins(&session, pane, "one");
    let terminal = session.client("person");
    terminal.wait_for("WORKING");
    terminal.press(&["s"]);
    terminal.wait_for("I types here");
    terminal.press(&["I"]);
    terminal.wait_for("keys go to");
    terminal.press(&["q", "d", "x", "ü", "-", "7", "BSpace", "8"]);
    wait_until("it has come", || shows(&session, pane, "qdxü-8"));
    terminal.wait_for("qdxü-8");
    terminal.press(&["C-]"]);
    terminal.wait_for("I types here");
    terminal.press(&["?"]);
    terminal.wait_for("Keys and signs");
    terminal.press(&["Escape"]);
    // A key right after it would be another one.
    wait_until("it is closed", || {
        !terminal.screen().contains("Keys and signs")
    });
    assert!(!shows(&session, pane, "?"));
    // What is typed goes to that one pane, or nowhere.
    let tab = session.pane(pane)["tab_id"].to_string();
    session.ask(&["toggle-active-sync-tab", "--tab-id", &tab]);
    terminal.press(&["I"]);
    terminal.wait_for("keys go to");
    terminal.press(&["Z"]);
    terminal.wait_for("typing has ended: what is");
    assert!(!shows(&session, pane, "Z"));
    // What is typed on belongs to nobody for a while; then the split's own program goes with it.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    terminal.press(&["s"]);
    wait_until("it is closed", || {
        !terminal.screen().contains("I types here")
    });
}
