//! Rows go with their process, their pane or their server; without a sign of life, with time.

use super::*;

#[test]
fn a_dead_process_takes_its_row_with_it() {
    let mut story = Story::asking();
    assert_eq!(
        story
            .apply(Input::ProcessExited { pid: PID }, 300)
            .removed
            .len(),
        1
    );
    assert!(story.table.is_empty());
}

#[test]
fn a_vanished_pane_and_a_restarted_server_remove_their_rows() {
    let mut story = Story::asking();
    story.list(300, vec![listed(1, address(4))]);
    assert_eq!(story.row().target, address(4));
    story.list(400, vec![listed(2, address(4))]);
    assert!(story.table.is_empty());

    let mut story = Story::asking();
    let other = Server {
        pid: 78,
        ..server()
    };
    let listing = Listing {
        server: other,
        asked: Timestamp::from_millis(400),
        panes: vec![listed(1, address(1))],
    };
    story.apply(Input::Listing(listing), 400);
    assert!(story.table.is_empty());
}

#[test]
fn a_listing_that_was_asked_for_before_the_pane_was_heard_of_removes_nothing() {
    let mut story = Story::asking();
    story.list(100, vec![]);
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_row_with_proof_of_life_never_expires_and_one_without_does() {
    let mut story = Story::asking();
    story.wait_until(3 * 3_600_000);
    assert_eq!(story.state(), State::WaitingApproval);

    let mut story = Story::new();
    let ts = Timestamp::parse("2026-02-27T10:00:00Z").unwrap();
    let bare = Event::new(
        "mybot".parse().unwrap(),
        State::WaitingInput,
        address(1),
        ts,
    );
    story.apply(Input::Event(Box::new(bare)), 2_000_000_000_000);
    assert_eq!(story.state(), State::WaitingInput);
    assert_eq!(
        story.table.next_deadline(),
        Some(Timestamp::from_millis(2_000_000_300_000))
    );
    story.wait_until(2_000_000_300_000);
    assert!(story.table.is_empty());
}

#[test]
fn a_process_outside_of_all_panes_is_a_row_of_its_own_until_it_ends() {
    let mut story = Story::new();
    let ts = Timestamp::parse("2026-02-27T10:00:00Z").unwrap();
    let at = 2_000_000_000_000;
    for (place, state) in [
        ("pts/3@40.7", State::WaitingInput),
        ("pts/3@41.7", State::Running),
        ("background@40.8", State::Running),
    ] {
        let target = place.parse().unwrap();
        let mut event = Event::new("mybot".parse().unwrap(), state, target, ts);
        // As the collector does with every event that names none.
        event.server = "/tmp/tmux-1000/default,77".parse().ok();
        story.apply(Input::Event(Box::new(event)), at);
    }
    let there = |story: &Story| -> Vec<String> {
        let rows = story.table.rows();
        let mut ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
        ids.sort();
        ids
    };
    let ids = ["::background@40.8", "::pts/3@40.7", "::pts/3@41.7"];
    assert_eq!(there(&story), ids);
    // A long time is no end.
    story.wait_until(at + 3 * 3_600_000);
    assert_eq!(there(&story), ids);
    story.apply(Input::ProcessExited { pid: 41 }, at + 3 * 3_600_000);
    assert_eq!(there(&story), ids[..2]);
    story.apply(Input::ProcessExited { pid: 40 }, at + 3 * 3_600_000);
    assert!(story.table.is_empty());
}

#[test]
fn a_row_known_by_its_target_gets_the_key_of_its_pane() {
    let mut story = Story::new();
    let bare = Event::new(
        Assistant::CLAUDE,
        State::Running,
        address(1),
        Timestamp::from_millis(1),
    );
    story.tell(bare);
    story.list(10, vec![listed(1, address(1))]);
    assert_eq!(story.row().pane, Some(PANE));
    story.tell(event(20, Kind::TurnFinished));
    let later = Event::new(
        Assistant::CLAUDE,
        State::WaitingInput,
        address(1),
        Timestamp::from_millis(30),
    );
    story.tell(later);
    assert_eq!(story.state(), State::WaitingInput);
}
