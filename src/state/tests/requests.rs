//! Requests: what opens one, and what closes it and no other.

use super::*;

#[test]
fn a_request_carries_its_command_and_the_call_it_is_about() {
    let row = Story::asking().row();
    assert_eq!(row.state, State::WaitingApproval);
    assert_eq!(row.message.as_deref(), Some("touch f1"));
    assert_eq!(row.waiting.len(), 1);
    assert_eq!(row.waiting[0].request_id.as_deref(), Some("c1"));
    assert_eq!(row.since, Timestamp::from_millis(250));
}

#[test]
fn the_end_of_its_tool_closes_a_request_and_no_other() {
    let mut story = Story::asking();
    story.tell(tool(300, Kind::ToolFinished, Some("c9"), "Read", "a.rs"));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(tool(
        400,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "touch f1",
    ));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_end_of_a_batch_closes_all_requests_of_its_agent() {
    let mut story = Story::asking();
    story.tell(of_agent(
        tool(260, Kind::ApprovalRequested, Some("c2"), "Write", "a"),
        "sub",
    ));
    story.tell(batch_end(300));
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingApproval, 1));
    assert_eq!(row.waiting[0].agent_id.as_deref(), Some("sub"));
}

#[test]
fn a_closing_that_comes_before_its_older_opening_keeps_it_closed() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "ls"));
    story.tell(tool(400, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
    story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "ls"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_late_opening_that_nothing_closed_still_counts() {
    let mut story = Story::running();
    story.tell(tool(300, Kind::ToolStarted, Some("c2"), "Read", "b"));
    story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "ls"));
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_queued_prompt_neither_closes_a_request_nor_starts_a_turn() {
    let mut story = Story::asking();
    story.tell(event(300, Kind::TurnStarted));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(of_turn(event(400, Kind::TurnStarted), "t2"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_end_of_a_tool_with_its_input_closes_the_request_for_that_input() {
    let mut story = Story::running();
    for (at, input) in [(200, "touch a"), (210, "touch b")] {
        story.tell(tool(at, Kind::ApprovalRequested, None, "bash", input));
    }
    story.tell(tool(900, Kind::ToolFinished, None, "bash", "touch b"));
    assert_eq!(story.row().message.as_deref(), Some("touch a"));
    story.tell(tool(
        950,
        Kind::ToolFinished,
        None,
        "bash",
        "what it became",
    ));
    assert_eq!(story.state(), State::Running);
}
