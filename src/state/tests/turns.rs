//! Turns: how they begin, complete and fail, and what comes too late or twice.

use super::*;

#[test]
fn a_turn_runs_and_completes() {
    let mut story = Story::new();
    story.tell(event(0, Kind::SessionStarted));
    assert_eq!(story.state(), State::Idle);
    story.tell(event(100, Kind::TurnStarted));
    assert_eq!(story.state(), State::Running);
    story.tell(event(900, Kind::TurnFinished));
    let row = story.row();
    assert_eq!(
        (row.state, row.since),
        (State::Completed, Timestamp::from_millis(900))
    );
}

#[test]
fn an_older_event_changes_no_state() {
    let mut story = Story::running();
    story.tell(event(900, Kind::TurnFinished));
    story.tell(tool(300, Kind::ToolStarted, Some("c1"), "Bash", "ls"));
    assert_eq!(story.state(), State::Completed);
    story.tell(event(50, Kind::SessionStarted));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn the_end_of_a_turn_counts_even_when_its_own_late_events_overtook_it() {
    let mut story = Story::running();
    story.tell(tool(500, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
    story.tell(event(450, Kind::TurnFinished));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn the_same_event_twice_changes_nothing() {
    let mut story = Story::asking();
    let first = story.row();
    let outcome = story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "touch f1"));
    let again = Outcome {
        again: true,
        ..Outcome::default()
    };
    assert_eq!(outcome, again);
    assert_eq!(story.row(), first);
}

#[test]
fn late_events_of_a_finished_turn_do_not_reopen_it() {
    for end in [Kind::TurnFinished, Kind::TurnFailed] {
        let mut story = Story::running();
        story.tell(event(200, end));
        let ended = story.state();
        story.tell(tool(210, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
        story.tell(tool(220, Kind::ToolStarted, Some("c2"), "Bash", "ls"));
        story.tell(tool(230, Kind::ApprovalRequested, None, "Bash", "ls"));
        assert_eq!(story.state(), ended);
        story.tell(of_turn(
            tool(240, Kind::ToolStarted, Some("c3"), "Bash", "ls"),
            "t2",
        ));
        assert_eq!(story.state(), State::Running);
    }
}

#[test]
fn an_idle_notice_turns_only_a_long_finished_turn_into_a_wait() {
    let mut story = Story::running();
    story.tell(event(1000, Kind::TurnFinished));
    story.tell(event(30_000, Kind::PromptIdle));
    assert_eq!(story.state(), State::Completed);
    story.tell(event(61_000, Kind::PromptIdle));
    assert_eq!(story.state(), State::WaitingInput);

    let mut failed = Story::running();
    failed.tell(event(1000, Kind::TurnFailed));
    failed.tell(event(61_000, Kind::PromptIdle));
    assert_eq!(failed.state(), State::Error);
}

#[test]
fn a_finished_turn_is_seen_when_its_pane_is_in_view() {
    let mut story = Story::running();
    story.tell(event(1000, Kind::TurnFinished));
    let in_view = || ListedPane {
        in_view: true,
        ..listed(1, address(1))
    };
    story.list(1500, vec![in_view()]);
    assert_eq!(story.state(), State::Completed);
    // Nobody has to list the panes again for that.
    story.wait_until(1599);
    assert_eq!(story.state(), State::Completed);
    story.wait_until(1600);
    assert_eq!(story.state(), State::Idle);
    // One that is looked at long after its end is seen at once; one that was left before is not.
    story.list(1700, vec![listed(1, address(1))]);
    story.tell(event(2000, Kind::TurnStarted));
    story.tell(event(3000, Kind::TurnFinished));
    story.wait_until(9000);
    assert_eq!(story.state(), State::Completed);
    story.list(9100, vec![in_view()]);
    assert_eq!(story.state(), State::Idle);
    story.tell(event(10_000, Kind::TurnStarted));
    story.tell(event(11_000, Kind::TurnFinished));
    story.list(11_300, vec![listed(1, address(1))]);
    story.wait_until(12_000);
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn four_field_events_say_all_there_is() {
    let mut story = Story::new();
    let bare = |millis, state| {
        Event::new(
            "mybot".parse().unwrap(),
            state,
            address(1),
            Timestamp::from_millis(millis),
        )
    };
    for (at, state) in [
        (1, State::Running),
        (2, State::WaitingApproval),
        (3, State::WaitingInput),
        (4, State::Completed),
    ] {
        story.tell(bare(at, state));
        assert_eq!(story.state(), state);
        assert_eq!(story.row().waiting.len(), usize::from(at == 2 || at == 3));
    }
}

#[test]
fn a_clock_that_is_ahead_does_not_freeze_its_row() {
    let mut story = Story::running();
    let mut ahead = event(100, Kind::TurnFinished);
    ahead.ts = Timestamp::from_millis(99_000_000);
    story.apply(Input::Event(Box::new(ahead)), 500);
    assert_eq!(story.state(), State::Completed);
    story.tell(of_turn(event(600, Kind::TurnStarted), "t2"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_end_of_a_turn_does_not_change_how_it_has_ended_already() {
    for end in [Kind::TurnFailed, Kind::Interrupted] {
        let mut story = Story::running();
        story.tell(event(500, end));
        let state = story.state();
        story.tell(event(510, Kind::TurnFinished));
        story.tell(event(900, Kind::TurnFinished));
        assert_eq!(story.state(), state, "{end}");
        story.tell(of_turn(event(1000, Kind::TurnFinished), "t2"));
        assert_eq!(story.state(), State::Completed, "{end}, then another turn");
    }
}

#[test]
fn a_turn_known_by_its_session_begins_again_and_again() {
    let mut story = Story::running();
    for start in [1000, 2000, 3000] {
        story.tell(event(start, Kind::TurnStarted));
        assert_eq!(story.state(), State::Running);
        story.tell(event(start + 500, Kind::TurnFailed));
        story.tell(event(start + 501, Kind::TurnFinished));
        assert_eq!(story.state(), State::Error);
    }
}

#[test]
fn an_interrupt_when_nothing_was_going_on_changes_nothing() {
    for (end, state) in [
        (Kind::TurnFinished, State::Completed),
        (Kind::TurnFailed, State::Error),
    ] {
        let mut story = Story::running();
        story.tell(event(500, end));
        story.tell(event(504, Kind::Interrupted));
        assert_eq!(story.state(), state);
    }
}

#[test]
fn a_failed_turn_that_is_tried_again_runs() {
    let mut story = Story::running();
    story.tell(event(500, Kind::TurnFailed));
    story.tell(batch_end(400));
    assert_eq!(story.state(), State::Error, "what was before the failure");
    story.tell(batch_end(700));
    assert_eq!(story.state(), State::Running);
    story.tell(event(900, Kind::TurnFailed));
    assert_eq!(story.state(), State::Error);
}

#[test]
fn a_finished_turn_is_not_tried_again() {
    let mut story = Story::running();
    story.tell(event(500, Kind::TurnFinished));
    story.tell(batch_end(700));
    assert_eq!(story.state(), State::Completed);
}
