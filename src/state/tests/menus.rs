//! Menus that the person has opened: nothing is asked, and nothing is known of what is behind them.

use super::*;

fn open_menu(story: &mut Story, at: i64) -> Outcome {
    let mut menu = reading(Level::Menu, at);
    menu.detail = Some("dialog open".into());
    story.apply(Input::Reading(Box::new(menu)), at + 5)
}

#[test]
fn a_menu_leaves_every_state_what_it_was() {
    let started = || {
        let mut story = Story::new();
        story.tell(event(0, Kind::SessionStarted));
        story
    };
    let ended = |kind| {
        let mut story = Story::running();
        story.tell(event(900, kind));
        story
    };
    let mut busy = Story::running();
    busy.read(Level::Busy, 140);
    let mut asked = ended(Kind::TurnFinished);
    asked.tell(event(40_000, Kind::PromptIdle));
    for mut story in [
        started(),
        Story::running(),
        busy,
        Story::asking(),
        ended(Kind::TurnFinished),
        ended(Kind::TurnFailed),
        asked,
    ] {
        let before = story.row();
        open_menu(&mut story, 50_000);
        story.wait_until(120_000);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind, row.since, &row.waiting, &row.message),
            (
                before.state,
                before.kind,
                before.since,
                &before.waiting,
                &before.message
            )
        );
        assert_eq!(
            row.evidence[0].what,
            "session file says a menu is open (dialog open)"
        );
    }
}

#[test]
fn a_request_behind_a_menu_stays_and_is_answered_as_ever() {
    for answer in [Level::Busy, Level::Idle] {
        let mut story = Story::running();
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
        story.read(Level::WaitingApproval, 240);
        open_menu(&mut story, 1000);
        assert_eq!(story.row().message.as_deref(), Some("touch f1"));
        story.read(Level::WaitingApproval, 2000);
        assert_eq!(story.row().waiting.len(), 1);
        story.read(answer, 3000);
        story.wait_until(3300);
        assert_eq!(story.row().waiting.len(), 0, "{answer:?}");
    }
}

#[test]
fn what_a_late_collector_finds_under_a_menu_is_idle() {
    let mut story = Story::new();
    open_menu(&mut story, 100);
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::Idle, 0));
}

#[test]
fn a_menu_whose_command_was_busy_for_a_moment_leaves_no_turn_behind() {
    let mut story = Story::running();
    story.tell(event(900, Kind::TurnFinished));
    story.read(Level::Idle, 940);
    story.read(Level::Busy, 5000);
    open_menu(&mut story, 5060);
    assert_eq!(story.state(), State::Completed);
    story.read(Level::Idle, 9000);
    story.wait_until(9500);
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn a_turn_that_hooks_told_of_runs_on_under_a_menu_and_ends_there() {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    open_menu(&mut story, 500);
    story.tell(tool(600, Kind::ToolStarted, Some("c1"), "Bash", "make"));
    assert_eq!(story.state(), State::Running);
    story.read(Level::Busy, 2000);
    assert_eq!(story.row().message.as_deref(), Some("make"));
}

#[test]
fn a_dialog_of_its_own_that_calls_itself_no_more_is_told_by_its_notice() {
    let mut story = Story::running();
    story.read(Level::Busy, 140);
    open_menu(&mut story, 500);
    assert_eq!(story.state(), State::Running);
    let mut notice = event(6500, Kind::ApprovalRequested);
    notice.message = Some("Auto mode needs your choice".into());
    story.tell(notice);
    assert_eq!(story.state(), State::WaitingApproval);
    story.read(Level::Busy, 9000);
    assert_eq!(story.state(), State::Running);
}

/// `/context`, `/rename` and others are carried out without a hook; the file says busy meanwhile.
#[test]
fn a_command_that_no_hook_tells_of_leaves_every_state_what_it_was() {
    let ended = |kind| {
        let mut story = Story::running();
        let mut end = event(900, kind);
        end.message = Some("all is well".into());
        story.tell(end);
        story.read(Level::Idle, 940);
        story.wait_until(1200);
        story
    };
    let mut started = Story::new();
    started.tell(event(0, Kind::SessionStarted));
    let mut asked = ended(Kind::TurnFinished);
    asked.tell(event(40_000, Kind::PromptIdle));
    let mut interrupted = Story::running();
    interrupted.read(Level::Busy, 140);
    interrupted.read(Level::Idle, 900);
    interrupted.wait_until(1200);
    for mut story in [
        started,
        ended(Kind::TurnFinished),
        ended(Kind::TurnFailed),
        asked,
        interrupted,
    ] {
        let before = story.row();
        for at in [50_000, 60_000] {
            story.read(Level::Busy, at);
            assert_eq!(story.state(), State::Running);
            story.read(Level::Idle, at + 700);
            story.wait_until(at + 1000);
            let row = story.row();
            assert_eq!(
                (row.state, row.kind, row.since, row.message, row.source),
                (
                    before.state,
                    before.kind,
                    before.since,
                    before.message.clone(),
                    before.source
                )
            );
        }
    }
}

#[test]
fn a_turn_that_hooks_told_of_is_interrupted_and_so_is_one_of_which_nothing_else_is_known() {
    let mut story = Story::running();
    story.tell(event(900, Kind::TurnFinished));
    story.read(Level::Busy, 5000);
    story.tell(of_turn(event(5050, Kind::TurnStarted), "t2"));
    story.read(Level::Idle, 6000);
    story.wait_until(6500);
    assert_eq!(story.row().kind, Some(Kind::Interrupted));

    let mut unheard = Story::new();
    unheard.read(Level::Busy, 100);
    unheard.read(Level::Idle, 900);
    unheard.wait_until(1500);
    assert_eq!(unheard.row().kind, Some(Kind::Interrupted));
}

#[test]
fn a_long_turn_of_which_no_hook_is_heard_does_not_leave_what_was_before() {
    for kind in [Kind::TurnFinished, Kind::TurnFailed] {
        let mut story = Story::running();
        story.tell(event(900, kind));
        story.read(Level::Idle, 940);
        story.read(Level::Busy, 50_000);
        story.read(Level::Idle, 58_000);
        story.wait_until(59_000);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind),
            (State::Idle, Some(Kind::Interrupted))
        );
    }
}

/// Its hook was lost, and the person has stopped it at once: only the transcript tells it from a command.
#[test]
fn a_prompt_that_no_hook_told_of_and_that_was_stopped_at_once_is_a_turn() {
    for (prompted, expected) in [
        (Some(4_990), Some(Kind::Interrupted)),
        (Some(5_100), Some(Kind::Interrupted)),
        (Some(0), Some(Kind::TurnFinished)),
        (None, Some(Kind::TurnFinished)),
    ] {
        for looked_at in [false, true] {
            let mut story = Story::running();
            let mut end = event(900, Kind::TurnFinished);
            end.message = Some("all is well".into());
            story.tell(end);
            story.read(Level::Idle, 940);
            story.wait_until(1200);
            if looked_at {
                story.apply(
                    Input::LookedAt {
                        server: server(),
                        pane: PANE,
                    },
                    2000,
                );
            }
            story.read(Level::Busy, 5000);
            let prompted = prompted.map(Timestamp::from_millis);
            let stopped = Reading {
                prompted,
                ..reading(Level::Idle, 6400)
            };
            story.apply(Input::Reading(Box::new(stopped)), 6405);
            story.wait_until(7000);
            let row = story.row();
            let (kind, message) = (row.kind, row.message.clone());
            assert_eq!(kind, expected, "{prompted:?}");
            let stands = expected == Some(Kind::TurnFinished);
            assert_eq!(message.as_deref(), stands.then_some("all is well"));
        }
    }
}
