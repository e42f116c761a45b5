//! Errors that an assistant may recover from.

use super::*;

/// An error that the assistant says it may recover from.
fn setback(millis: i64) -> Event {
    let mut event = event(millis, Kind::Note);
    event.state = State::Error;
    event.message = Some("no answer".into());
    event
}

#[test]
fn an_error_is_believed_when_nothing_has_overcome_it() {
    let mut story = Story::running();
    story.tell(setback(200));
    story.tell(setback(5000));
    story.wait_until(14_999);
    assert_eq!(story.state(), State::Running);
    story.wait_until(15_000);
    let row = story.row();
    assert_eq!(
        (row.state, row.kind),
        (State::Error, Some(Kind::TurnFailed))
    );
    assert_eq!(row.message.as_deref(), Some("no answer"));
}

#[test]
fn an_error_is_believed_at_once_when_a_witness_says_that_the_work_is_over() {
    let mut story = Story::running();
    story.tell(setback(2000));
    story.read(Level::Idle, 2050);
    story.wait_until(2300);
    assert_eq!(story.state(), State::Error);
    assert_eq!(story.row().message.as_deref(), Some("no answer"));
}

#[test]
fn an_error_that_was_overcome_is_forgotten() {
    for after in [
        tool(900, Kind::ToolFinished, Some("c1"), "Bash", "ls"),
        event(900, Kind::TurnFinished),
        event(900, Kind::Interrupted),
    ] {
        let mut story = Story::running();
        story.tell(setback(200));
        story.tell(after);
        let state = story.state();
        story.wait_until(60_000);
        assert_eq!(story.state(), state);
    }
    let mut story = Story::new();
    story.tell(event(0, Kind::SessionStarted));
    story.tell(setback(200));
    story.wait_until(60_000);
    assert_eq!(story.state(), State::Idle, "no turn to fail");
}
