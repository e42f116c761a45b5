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
        (State::Completed, Some(JOB))
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

/// What its transcript tells of the job, at `at`.
fn told(kind: Kind, state: State, at: i64) -> Event {
    let mut event = event(at, kind);
    event.state = state;
    event.instance_id = Some(JOB.into());
    event.turn_id = None;
    event.source = Source::Witness;
    event
}

#[test]
fn while_it_is_moved_the_row_is_what_it_was() {
    let mut works = Story::running();
    works.read(Level::Busy, 140);
    let mut asks = Story::running();
    asks.read(Level::WaitingApproval, 500);
    let mut done = Story::running();
    done.tell(event(900, Kind::TurnFinished));
    for mut story in [works, asks, done] {
        let before = story.state();
        for at in [2000, 3000, 9000] {
            story.show(reading(Level::Moved, at), at + 5);
            assert_eq!(story.state(), before);
        }
        // It is looked whether it has spoken.
        let due = story.table.next_deadline().unwrap();
        let outcome = story.apply(Input::Tick, due.as_micros() / 1000);
        assert_eq!(outcome.reread, [PID]);
        // Not found there: nothing is known.
        story.show(reading(Level::Elsewhere, 40_000), 40_005);
        assert_eq!(story.table.len(), 0);
    }
    let mut nothing = Story::new();
    nothing.show(reading(Level::Moved, 2000), 2005);
    assert_eq!(nothing.table.len(), 0, "and it makes none");
}

#[test]
fn a_turn_goes_on_in_the_background() {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    story.show(reading(Level::Moved, 2000), 2005);
    let outcome = story.show(job(Level::Busy, 5000), 5005);
    assert_eq!(outcome.changed.len(), 1, "it has another name");
    let row = story.row();
    assert_eq!(
        (row.state, row.instance_id.as_deref()),
        (State::Running, Some(JOB))
    );
    let since = row.since;
    assert!(since < Timestamp::from_millis(2000), "it is the same turn");
    story.tell(told(Kind::TurnFinished, State::Completed, 6000));
    story.show(job(Level::Idle, 6100), 6105);
    story.wait_until(7000);
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn its_transcript_says_how_its_turn_ended() {
    for (end, state, kind) in [
        (
            Some(told(Kind::TurnFinished, State::Completed, 4000)),
            State::Completed,
            Kind::TurnFinished,
        ),
        (
            Some(told(Kind::TurnFailed, State::Error, 4000)),
            State::Error,
            Kind::TurnFailed,
        ),
        (None, State::Idle, Kind::Interrupted),
    ] {
        let mut story = Story::parked();
        story.show(job(Level::Busy, 3000), 3005);
        if let Some(end) = end {
            story.tell(end);
        }
        story.show(job(Level::Idle, 4050), 4055);
        story.wait_until(5000);
        let row = story.row();
        assert_eq!((row.state, row.kind), (state, Some(kind)));
    }
}

#[test]
fn its_transcript_says_what_is_asked() {
    let mut tool = told(Kind::ToolStarted, State::Running, 3100);
    tool.tool = Some("Bash".into());
    tool.message = Some("touch x".into());
    tool.request_id = Some("toolu_1".into());
    // Both orders: the first reading says which session it is, later ones come behind.
    for tool_first in [true, false] {
        let mut story = Story::parked();
        story.show(job(Level::Busy, 3000), 3005);
        if tool_first {
            story.tell(tool.clone());
        }
        story.show(job(Level::WaitingApproval, 3200), 3205);
        if !tool_first {
            story.tell(tool.clone());
        }
        let row = story.row();
        assert_eq!(row.state, State::WaitingApproval);
        let [request] = &row.waiting[..] else {
            panic!("{:?}", row.waiting);
        };
        assert_eq!(request.request_id.as_deref(), Some("toolu_1"));
        assert_eq!(request.message.as_deref(), Some("touch x"));
        assert_eq!(request.tool.as_deref(), Some("Bash"));
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
