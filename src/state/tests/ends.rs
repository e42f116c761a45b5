//! Ends of turns that the session file does not bear out: another Stop hook runs, or has refused them.

use super::*;

/// A session whose Stop came at 900 while its file said busy.
fn supposed() -> Story {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    let mut end = event(900, Kind::TurnFinished);
    end.message = Some("all done".into());
    story.tell(end);
    story
}

fn read_again(story: &mut Story, level: Level, written: i64, at: i64) -> Outcome {
    let mut again = reading(level, written);
    again.seen = Timestamp::from_millis(at);
    story.apply(Input::Reading(Box::new(again)), at)
}

#[test]
fn an_end_is_one_when_the_file_says_so_and_since_it_was_told() {
    for (level, after) in [
        (Level::Idle, 35),
        (Level::Idle, 4000),
        (Level::Idle, 600_000),
        (Level::Menu, 80),
    ] {
        let mut story = supposed();
        assert_eq!(story.state(), State::Running);
        story.wait_until(1049);
        read_again(&mut story, level, 900 + after, 900 + after + 5);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind, row.since, row.message.as_deref()),
            (
                State::Completed,
                Some(Kind::TurnFinished),
                Timestamp::from_millis(900),
                Some("all done")
            ),
            "{level:?} after {after}"
        );
        story.wait_until(900 + after + 1000);
        assert_eq!(story.state(), State::Completed);
    }
}

#[test]
fn the_file_is_read_again_150_ms_after_an_end_and_not_for_ever() {
    let mut story = supposed();
    let due = story.table.next_deadline().unwrap();
    assert_eq!(due, Timestamp::from_millis(1050));
    let outcome = story.apply(Input::Tick, 1050);
    assert_eq!(outcome.reread, [PID]);
    read_again(&mut story, Level::Busy, 140, 1055);
    assert_eq!(story.state(), State::Running);
    assert_eq!(story.table.next_deadline(), None, "nothing is polled");
}

#[test]
fn at_once_where_no_file_says_busy() {
    let plain = Story::running();
    let mut idle = Story::running();
    idle.read(Level::Idle, 140);
    let mut menu = Story::running();
    menu.read(Level::Busy, 140);
    menu.read(Level::Menu, 500);
    for mut story in [plain, idle, menu] {
        story.tell(event(900, Kind::TurnFinished));
        assert_eq!(story.state(), State::Completed);
    }
}

#[test]
fn a_prompt_a_tool_or_a_request_takes_the_end_back() {
    for (next, shown) in [
        (
            of_turn(event(1500, Kind::TurnStarted), "t2"),
            State::Running,
        ),
        (
            tool(1500, Kind::ToolStarted, Some("c2"), "Bash", "make"),
            State::Running,
        ),
        (
            tool(1500, Kind::ApprovalRequested, None, "Bash", "make"),
            State::WaitingApproval,
        ),
        (event(1500, Kind::InputRequested), State::WaitingInput),
    ] {
        let mut story = supposed();
        story.tell(next.clone());
        assert_eq!(story.state(), shown, "{next:?}");
        // The person stops it: nothing but the file tells.
        story.read(Level::Idle, 3000);
        story.wait_until(3300);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind),
            (State::Idle, Some(Kind::Interrupted)),
            "{next:?}"
        );
    }
}

#[test]
fn what_is_older_or_of_a_sub_agent_or_of_another_kind_does_not() {
    for other in [
        tool(800, Kind::ToolStarted, Some("c0"), "Bash", "ls"),
        tool(950, Kind::ToolFinished, Some("c1"), "Bash", "touch f1"),
        of_agent(
            tool(1500, Kind::ToolStarted, Some("c3"), "Bash", "make"),
            "sub",
        ),
        event(950, Kind::Note),
    ] {
        let mut story = supposed();
        story.tell(other.clone());
        if other.agent_id.is_some() {
            story.tell(of_agent(event(1600, Kind::TurnFinished), "sub"));
        }
        story.read(Level::Idle, 2000);
        story.wait_until(2300);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind),
            (State::Completed, Some(Kind::TurnFinished)),
            "{other:?}"
        );
    }
}

#[test]
fn the_end_that_follows_a_refused_one_is_the_end() {
    let mut story = supposed();
    read_again(&mut story, Level::Busy, 140, 1055);
    story.tell(tool(1200, Kind::ToolStarted, Some("c2"), "Bash", "make"));
    story.tell(tool(1900, Kind::ToolFinished, Some("c2"), "Bash", "make"));
    story.tell(event(2400, Kind::TurnFinished));
    assert_eq!(story.state(), State::Running);
    story.read(Level::Idle, 2450);
    let row = story.row();
    assert_eq!(
        (row.state, row.since),
        (State::Completed, Timestamp::from_millis(2400))
    );
    // Refused without a tool: the second one counts, too.
    let mut story = supposed();
    story.tell(event(1500, Kind::TurnFinished));
    story.read(Level::Idle, 1550);
    assert_eq!(story.row().since, Timestamp::from_millis(1500));
}

#[test]
fn nothing_of_the_turn_asks_any_more_while_its_end_is_supposed() {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    story.tell(tool(850, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
    story.tell(tool(860, Kind::ApprovalRequested, None, "Bash", "touch f1"));
    story.tell(event(900, Kind::TurnFinished));
    let row = story.row();
    assert_eq!(
        (row.state, row.waiting.len(), row.tool),
        (State::Running, 0, None)
    );
}

#[test]
fn a_file_that_was_busy_anew_means_that_the_turn_had_ended() {
    let mut story = supposed();
    story.read(Level::Busy, 1500);
    assert_eq!(story.state(), State::Running);
    story.read(Level::Idle, 2000);
    story.wait_until(2500);
    let row = story.row();
    assert_eq!(
        (row.state, row.kind, row.since),
        (
            State::Completed,
            Some(Kind::TurnFinished),
            Timestamp::from_millis(900)
        )
    );
}

#[test]
fn a_file_that_cannot_be_read_any_more_does_not_hold_an_end_back() {
    let mut story = supposed();
    story.wait_until(1050);
    assert_eq!(story.state(), State::Running);
    story.wait_until(2050);
    let row = story.row();
    assert_eq!(
        (row.state, row.since),
        (State::Completed, Timestamp::from_millis(900))
    );
}

#[test]
fn an_error_and_the_end_of_the_session_are_never_held_back() {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    story.tell(event(900, Kind::TurnFailed));
    assert_eq!(story.state(), State::Error);
    let mut story = supposed();
    story.tell(event(950, Kind::TurnFailed));
    story.read(Level::Idle, 960);
    assert_eq!(story.state(), State::Error);
    let mut story = supposed();
    story.tell(event(950, Kind::SessionEnded));
    assert_eq!(story.table.len(), 0);
}

#[test]
fn an_end_that_took_its_time_is_seen_two_seconds_after_it_was_one() {
    let mut story = supposed();
    story.read(Level::Idle, 5000);
    let mut pane = listed(1, address(1));
    pane.in_view = true;
    story.list(5100, vec![pane.clone()]);
    assert_eq!(story.state(), State::Completed);
    story.list(7100, vec![pane]);
    assert_eq!(story.state(), State::Idle);
}
