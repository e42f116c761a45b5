//! Sessions that follow one another in a pane, and those that are none of its own.

use super::*;

#[test]
fn a_headless_child_does_not_touch_the_session_of_its_pane() {
    let mut story = Story::asking();
    let before = story.row();
    for kind in [
        Kind::SessionStarted,
        Kind::TurnStarted,
        Kind::TurnFinished,
        Kind::SessionEnded,
    ] {
        let mut child = of_session(event(900, kind), "child");
        child.attended = false;
        child.pid = Some(99);
        let outcome = story.tell(child);
        assert!(outcome.held_apart.is_some(), "{kind}");
    }
    assert_eq!(story.row(), before);
}

#[test]
fn a_new_session_replaces_the_old_one_and_its_late_events() {
    let mut story = Story::asking();
    story.tell(of_session(event(500, Kind::SessionStarted), "s2"));
    assert_eq!(story.state(), State::Idle);
    let outcome = story.tell(tool(
        600,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "touch f1",
    ));
    assert!(outcome.held_apart.is_some());
    assert_eq!(
        (story.state(), story.row().instance_id),
        (State::Idle, Some("s2".into()))
    );
}

#[test]
fn clear_keeps_the_row_and_any_other_end_removes_it() {
    let mut story = Story::asking();
    let mut clear = event(500, Kind::SessionEnded);
    clear.message = Some("clear".into());
    story.tell(clear);
    assert_eq!(story.state(), State::Idle);
    story.tell(of_session(event(550, Kind::SessionStarted), "s2"));
    assert_eq!(story.row().instance_id.as_deref(), Some("s2"));

    let mut end = of_session(event(900, Kind::SessionEnded), "s2");
    end.message = Some("prompt_input_exit".into());
    assert_eq!(story.tell(end).removed.len(), 1);
    assert!(story.table.is_empty());
}

#[test]
fn after_its_end_only_a_start_of_the_session_makes_the_row_again() {
    let mut story = Story::running();
    story.tell(event(500, Kind::SessionEnded));
    assert!(
        story
            .tell(tool(510, Kind::ToolFinished, None, "Bash", "ls"))
            .held_apart
            .is_some()
    );
    story.read(Level::Busy, 520);
    assert!(story.table.is_empty());
    story.tell(event(900, Kind::SessionStarted));
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn what_was_told_by_its_address_before_any_server_was_known_is_one_row() {
    let mut story = Story::new();
    let settings = Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    };
    story.table = Table::new(settings);
    story.table.set_own_socket(server().socket);
    let told = |millis: i64, state, server| Event {
        state,
        target: address(9),
        kind: None,
        pane: None,
        instance_id: None,
        pid: None,
        turn_id: None,
        source: Source::Emit,
        server,
        ..event(millis, Kind::Note)
    };
    story.tell(told(100, State::Running, None));
    // By now one is known, which has no such address.
    story.tell(told(200, State::Error, Some(server())));
    assert_eq!(story.state(), State::Error);
    story.list(300, vec![listed(1, address(1))]);
    story.tell(told(400, State::Running, Some(server())));
    assert_eq!((story.state(), story.row().pane), (State::Running, None));
    // And now it has.
    story.list(500, vec![listed(9, address(9))]);
    story.tell(told(600, State::Completed, Some(server())));
    let row = story.row();
    assert_eq!((row.state, row.pane), (State::Completed, Some(PaneId(9))));
    // Another server's is another one.
    story.tell(told(
        700,
        State::Running,
        Some("/tmp/other,5".parse().unwrap()),
    ));
    assert_eq!(story.table.len(), 2);
}
