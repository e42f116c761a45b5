//! What a witness reads besides the events: the session file, or the title of the pane.

use super::*;

#[test]
fn start_of_the_tool_then_the_file_then_the_notice_are_one_request() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
    story.read(Level::WaitingApproval, 260);
    let row = story.row();
    assert_eq!(
        (row.state, row.message.as_deref()),
        (State::WaitingApproval, Some("touch f1"))
    );
    assert_eq!(row.source, Source::Witness);
    story.tell(event(6300, Kind::ApprovalRequested));
    assert_eq!(story.row().waiting.len(), 1);
    assert_eq!(story.row().since, Timestamp::from_millis(260));
}

#[test]
fn a_file_that_is_read_before_the_start_of_the_tool_arrives_gets_its_command() {
    let mut story = Story::running();
    story.read(Level::WaitingApproval, 210);
    assert_eq!(story.row().message, None);
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
    let row = story.row();
    assert_eq!(
        (row.waiting.len(), row.message.as_deref()),
        (1, Some("touch f1"))
    );
}

#[test]
fn a_question_waits_for_input() {
    let mut story = Story::running();
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "AskUserQuestion",
        "Which colour?",
    ));
    story.tell(event(6300, Kind::ApprovalRequested));
    assert_eq!(story.state(), State::WaitingInput);
}

#[test]
fn busy_after_a_request_means_it_was_approved() {
    let mut story = Story::asking();
    story.read(Level::WaitingApproval, 260);
    story.read(Level::Busy, 900);
    let row = story.row();
    assert_eq!(
        (row.state, row.message.as_deref()),
        (State::Running, Some("touch f1"))
    );
}

#[test]
fn busy_from_before_a_request_does_not_close_it() {
    let mut story = Story::asking();
    story.read(Level::Busy, 240);
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn approving_a_sub_agents_request_is_seen() {
    let mut story = Story::running();
    story.tell(of_agent(
        tool(150, Kind::ToolStarted, Some("c1"), "Bash", "ls"),
        "sub",
    ));
    story.tell(event(200, Kind::TurnFinished));
    story.read(Level::WaitingApproval, 260);
    assert_eq!(story.row().waiting[0].agent_id.as_deref(), Some("sub"));
    story.read(Level::Busy, 900);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_change_to_busy_answers_every_dialog_that_was_there_and_none_that_is_about_to_come() {
    for (reported, left) in [(255, 0), (800, 1)] {
        let mut story = Story::asking();
        story.read(Level::WaitingApproval, 260);
        story.tell(of_agent(
            tool(reported, Kind::ApprovalRequested, Some("c2"), "Write", "a"),
            "sub",
        ));
        story.read(Level::WaitingApproval, 260);
        story.read(Level::Busy, 900);
        assert_eq!(story.row().waiting.len(), left);
    }
}

#[test]
fn idle_interrupts_only_when_no_hook_explains_it() {
    let mut story = Story::asking();
    story.read(Level::Idle, 900);
    assert_eq!(story.state(), State::WaitingApproval);
    assert_eq!(
        story.table.next_deadline(),
        Some(Timestamp::from_millis(1055))
    );
    story.wait_until(1055);
    let row = story.row();
    assert_eq!(
        (row.state, row.kind),
        (State::Idle, Some(Kind::Interrupted))
    );

    let mut story = Story::running();
    story.read(Level::Idle, 900);
    story.tell(event(950, Kind::TurnFinished));
    story.wait_until(2000);
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn an_end_that_comes_after_the_interrupt_was_assumed_still_counts() {
    let mut story = Story::running();
    story.read(Level::Idle, 900);
    story.wait_until(1100);
    assert_eq!(story.state(), State::Idle);
    story.tell(event(1200, Kind::TurnFinished));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn a_moment_of_idle_between_two_turns_changes_nothing() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(event(200, Kind::TurnFinished));
    story.read(Level::Idle, 900);
    story.read(Level::Busy, 902);
    story.wait_until(1200);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn idle_leaves_a_finished_failed_or_asked_for_prompt_alone() {
    for end in [Kind::TurnFinished, Kind::TurnFailed] {
        let mut story = Story::running();
        story.tell(event(800, end));
        let state = story.state();
        story.read(Level::Idle, 830);
        story.wait_until(2000);
        assert_eq!(story.state(), state);
    }
}

#[test]
fn the_late_tool_event_of_an_interrupted_turn_does_not_reopen_it() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "sleep 9"));
    story.read(Level::Idle, 900);
    story.wait_until(1100);
    story.tell(tool(
        1150,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "sleep 9",
    ));
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn an_idle_reading_from_before_the_prompt_does_not_interrupt_it() {
    let mut story = Story::running();
    story.read(Level::Idle, 90);
    story.wait_until(1000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_live_witness_makes_a_row() {
    let mut story = Story::new();
    story.read(Level::WaitingApproval, 100);
    let row = story.row();
    assert_eq!(
        (row.state, row.pane, row.pid),
        (State::WaitingApproval, Some(PANE), Some(PID))
    );
    let mut headless = reading(Level::Busy, 200);
    headless.attended = false;
    headless.instance_id = Some("other".into());
    headless.pid = Some(1);
    story.apply(Input::Reading(Box::new(headless)), 205);
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_question_whose_dialog_opens_late_is_that_question_when_it_does() {
    let ask = "ask_user_question";
    let question = |at, kind| tool(at, kind, None, ask, "Which colour?");
    for (heard, wanted) in [
        (vec![], (State::WaitingInput, Some("Which colour?"))),
        // Its notice came, and the title shows work all the same.
        (
            vec![event(300, Kind::ApprovalRequested)],
            (State::WaitingInput, Some("Which colour?")),
        ),
        (
            vec![question(600, Kind::ToolFinished)],
            (State::WaitingApproval, None),
        ),
    ] {
        let mut story = Story::running();
        story.tell(question(200, Kind::InputRequested));
        let (before, after): (Vec<_>, Vec<_>) = heard
            .into_iter()
            .partition(|event| event.ts < Timestamp::from_millis(400));
        for event in before {
            drop(story.tell(event));
        }
        // Another hook is waited for, or the title comes late.
        story.read(Level::Busy, 400);
        assert_eq!(story.state(), State::Running);
        for event in after {
            drop(story.tell(event));
        }
        story.read(Level::WaitingApproval, 1700);
        let row = story.row();
        assert_eq!((row.state, row.waiting[0].message.as_deref()), wanted);
    }
}

#[test]
fn a_title_that_still_shows_a_dialog_right_after_its_answer_opens_nothing() {
    let mut story = Story::asking();
    story.tell(tool(
        1000,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "touch f1",
    ));
    let title = |seen: i64| Reading {
        seen: Timestamp::from_millis(seen),
        lag: Duration::from_millis(200),
        ..reading(Level::WaitingApproval, seen - 200)
    };
    story.apply(Input::Reading(Box::new(title(1040))), 1040);
    assert_eq!(story.state(), State::Running);
    let due = story.table.next_deadline().unwrap();
    assert!(due <= Timestamp::from_millis(1500), "it is read again");
    story.apply(Input::Reading(Box::new(title(1450))), 1450);
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_notice_that_comes_after_the_answer_is_taken_back_when_the_file_says_busy() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "sleep 60"));
    story.read(Level::WaitingApproval, 260);
    story.read(Level::Busy, 6290);
    story.tell(event(6300, Kind::ApprovalRequested));
    let due = story.table.next_deadline().unwrap();
    assert_eq!(
        story.apply(Input::Tick, due.as_micros() / 1000).reread,
        [PID]
    );
    let mut again = reading(Level::Busy, 6290);
    again.seen = due;
    story.apply(Input::Reading(Box::new(again)), due.as_micros() / 1000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn readings_of_a_session_that_was_replaced_are_dropped() {
    let mut story = Story::running();
    story.tell(of_session(event(500, Kind::SessionStarted), "s2"));
    story.read(Level::Busy, 510);
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn a_row_of_which_only_a_file_tells_is_a_witnesss_until_a_hook_says_something() {
    for level in [Level::Idle, Level::Busy, Level::WaitingInput, Level::Menu] {
        let mut story = Story::new();
        story.read(level, 100);
        assert_eq!(story.row().source, Source::Witness, "{level:?}");
        story.tell(event(300, Kind::SessionStarted));
        story.tell(event(400, Kind::TurnStarted));
        assert_eq!(story.row().source, Source::Hook, "{level:?}");
        let mut next = reading(level, 500);
        next.instance_id = Some("s2".into());
        story.apply(Input::Reading(Box::new(next)), 505);
        let row = story.row();
        assert_eq!(row.instance_id.as_deref(), Some("s2"));
        assert_eq!(row.source, Source::Witness, "{level:?}");
    }
}

/// The file is not written again where the turn that was told of never began.
#[test]
fn a_file_that_is_older_than_its_turn_is_read_again_once_the_turn_must_have_begun() {
    let mut story = Story::new();
    story.tell(event(0, Kind::SessionStarted));
    story.read(Level::Idle, 50);
    story.tell(event(2000, Kind::TurnStarted));
    let idle = |seen: i64| {
        let mut reading = reading(Level::Idle, 50);
        reading.seen = Timestamp::from_millis(seen);
        Input::Reading(Box::new(reading))
    };
    story.apply(idle(2300), 2300);
    assert_eq!(story.state(), State::Running);
    let outcome = story.apply(Input::Tick, 3499);
    assert!(outcome.reread.is_empty(), "it may begin yet");
    let outcome = story.apply(Input::Tick, 3500);
    assert_eq!(outcome.reread, [PID]);
    story.apply(idle(3501), 3501);
    story.wait_until(10_000);
    assert_eq!(story.state(), State::Idle);
}
