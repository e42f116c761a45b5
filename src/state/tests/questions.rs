//! Questions of assistants that may refuse to ask them.

use super::*;

#[test]
fn a_question_that_is_not_refused_is_asked() {
    let mut story = Story::running();
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.wait_until(499);
    assert_eq!(story.state(), State::Running);
    story.wait_until(500);
    let row = story.row();
    assert_eq!(row.state, State::WaitingInput);
    assert_eq!(row.message.as_deref(), Some("Which?"));
    story.tell(tool(900, Kind::ToolFinished, Some("c1"), "ask_user", ""));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_question_that_is_refused_at_once_was_never_asked() {
    let mut story = Story::running();
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.tell(batch_end(240));
    story.wait_until(5000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn where_a_witness_knows_it_is_asked_whether_a_dialog_is_open() {
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    let outcome = story.apply(Input::Tick, 500);
    assert_eq!(outcome.reread, [PID]);
    assert_eq!(story.state(), State::Running);
    story.read(Level::WaitingApproval, 505);
    assert_eq!(story.state(), State::WaitingInput);
}

/// On a loaded machine the hook of a question takes longer than the witness that sees its dialog.
#[test]
fn a_dialog_that_is_seen_before_its_question_is_heard_of_is_that_question() {
    let started = |millis, name| tool(millis, Kind::ToolStarted, Some("c1"), name, "Which?");
    for (heard, name, state) in [
        (700, "ask_user", State::WaitingInput),
        (1_900, "ask_user", State::WaitingInput),
        (2_300, "ask_user", State::WaitingApproval),
        (700, "Bash", State::WaitingApproval),
    ] {
        let mut story = Story::running();
        story.read(Level::WaitingApproval, 200);
        assert_eq!(story.state(), State::WaitingApproval);
        story.tell(started(heard, name));
        let row = story.row();
        assert_eq!(
            (row.state, row.waiting.len()),
            (state, 1),
            "{name} at {heard}"
        );
        let is_it = state == State::WaitingInput;
        assert_eq!(row.waiting[0].tool.is_some(), is_it, "{name} at {heard}");
    }
}

#[test]
fn a_question_that_starts_after_its_answer_is_not_asked_again() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::InputRequested, None, "ask_user", "Which?"));
    story.tell(tool(
        900,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.wait_until(5000);
    assert_eq!(story.state(), State::Running);
}
