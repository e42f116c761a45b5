//! Panes that show another session than the one they began with.

use super::*;

const JOB: &str = "job";

/// What the pane of the process shows, written at `at`.
fn job(level: Level, at: i64) -> Reading {
    Reading {
        instance_id: Some(JOB.into()),
        stands_in: true,
        ..reading(level, at)
    }
}

impl Story {
    fn show(&mut self, reading: Reading, at: i64) -> Outcome {
        let mut reading = reading;
        reading.seen = Timestamp::from_millis(at);
        self.apply(Input::Reading(Box::new(reading)), at)
    }

    /// A session that was moved to the background after its first turn.
    fn parked() -> Self {
        let mut story = Self::running();
        story.tell(event(900, Kind::TurnFinished));
        story.show(job(Level::Idle, 2000), 2005);
        story
    }
}

#[test]
fn the_row_is_that_of_the_session_which_the_pane_shows() {
    let mut story = Story::parked();
    let row = story.row();
    assert_eq!(
        (row.state, row.instance_id.as_deref()),
        (State::Idle, Some(JOB))
    );
    assert_eq!((row.pane, row.pid), (Some(PANE), Some(PID)));
    for (level, state) in [
        (Level::Busy, State::Running),
        (Level::WaitingApproval, State::WaitingApproval),
        (Level::Busy, State::Running),
        (Level::WaitingInput, State::WaitingInput),
    ] {
        let at = story.now + 1000;
        story.show(job(level, at), at + 5);
        assert_eq!(story.state(), state);
    }
}

#[test]
fn what_the_process_says_of_its_own_session_meanwhile_is_held_apart() {
    for late in [
        event(3000, Kind::ApprovalRequested),
        event(3000, Kind::TurnFinished),
        event(3000, Kind::PromptIdle),
        event(3000, Kind::SessionEnded),
    ] {
        // Also where the row was made when the session had been moved already.
        let mut fresh = Story::new();
        fresh.show(job(Level::Busy, 2000), 2005);
        for mut story in [Story::parked(), fresh] {
            let before = story.row();
            let outcome = story.tell(late.clone());
            assert!(outcome.held_apart.is_some(), "{late:?}");
            assert_eq!(story.row(), before, "{late:?}");
        }
    }
}

#[test]
fn its_own_session_and_older_ones_are_shown_again_by_its_own_word() {
    let mut story = Story::parked();
    story.show(job(Level::Busy, 3000), 3005);
    story.show(reading(Level::Idle, 880), 4000);
    assert_eq!(story.row().instance_id.as_deref(), Some("s1"));
    story.tell(event(5000, Kind::TurnStarted));
    assert_eq!(story.state(), State::Running);
    // The job has been silent since.
    story.show(job(Level::WaitingApproval, 3500), 6000);
    let row = story.row();
    assert_eq!(
        (row.state, row.instance_id.as_deref()),
        (State::WaitingApproval, Some(JOB))
    );
}

#[test]
fn where_it_is_not_known_there_is_no_row_until_it_is() {
    let mut story = Story::running();
    story.tell(event(900, Kind::TurnFinished));
    let outcome = story.show(reading(Level::Elsewhere, 2000), 2005);
    assert_eq!(outcome.removed.len(), 1);
    for said in [
        event(2500, Kind::ApprovalRequested),
        event(2600, Kind::TurnFinished),
    ] {
        let outcome = story.tell(said);
        assert_eq!(outcome.held_apart, Some("its pane shows another session"));
        assert_eq!(story.table.len(), 0);
    }
    story.show(job(Level::WaitingApproval, 3000), 3005);
    assert_eq!(story.state(), State::WaitingApproval);
    story.show(reading(Level::Elsewhere, 4000), 4005);
    assert_eq!(story.table.len(), 0);
    // The same one again, and the one that the process began with.
    story.show(job(Level::Busy, 5000), 5005);
    assert_eq!(story.state(), State::Running);
    story.show(reading(Level::Elsewhere, 6000), 6005);
    story.show(reading(Level::Idle, 880), 7000);
    assert_eq!(story.row().instance_id.as_deref(), Some("s1"));
}

#[test]
fn its_own_prompt_makes_the_row_again() {
    let mut story = Story::running();
    story.show(reading(Level::Elsewhere, 2000), 2005);
    story.tell(of_turn(event(3000, Kind::TurnStarted), "t2"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_row_ends_with_the_process_in_the_pane() {
    let mut story = Story::parked();
    story.apply(Input::ProcessExited { pid: PID }, 3000);
    assert_eq!(story.table.len(), 0);
    // Attached again from the same pane.
    let mut again = job(Level::Idle, 2000);
    again.pid = Some(PID + 1);
    story.show(again, 4000);
    assert_eq!(story.row().pid, Some(PID + 1));
}

#[test]
fn a_background_session_makes_no_row_of_its_own() {
    let mut story = Story::parked();
    let mut own = job(Level::WaitingApproval, 3000);
    own.stands_in = false;
    own.attended = false;
    own.pid = Some(PID + 7);
    own.pane = None;
    let before = story.row();
    story.show(own, 3005);
    assert_eq!(story.row(), before);
}
