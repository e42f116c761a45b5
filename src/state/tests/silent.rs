//! Known assistants that run in a pane and have not reported.

use super::*;
use crate::state::{Kin, Place, Present, Relation};

fn present(pid: u32, pane: PaneId) -> Present {
    Present {
        assistant: Assistant::CLAUDE,
        pid,
        pane: (server(), pane),
        cwd: Some("/src/shop".into()),
        why: "answer its first dialog".into(),
    }
}

impl Story {
    fn see(&mut self, present: &[Present], at: i64) -> Outcome {
        let present = present.to_vec();
        let server = server();
        self.apply(Input::Present { server, present }, at)
    }
}

#[test]
fn what_has_not_reported_is_a_row_that_asks_nothing() {
    let mut story = Story::new();
    story.see(&[present(PID, PANE)], 100);
    let row = story.row();
    assert!(row.silent && row.waiting.is_empty());
    assert_eq!((row.state, row.kind), (State::Idle, None));
    assert_eq!((row.pid, row.pane), (Some(PID), Some(PANE)));
    assert_eq!(row.standing(), Some("runs, has not reported"));
    assert_eq!((row.source, row.ts), (Source::Witness, row.since));
    assert!(row.ts > Timestamp::default());
    assert_eq!(row.message.as_deref(), Some("answer its first dialog"));
    // Seen again it is the same one, and two panes are two rows.
    let other = PaneId(7);
    let outcome = story.see(&[present(PID, PANE), present(PID + 9, other)], 200);
    assert_eq!(outcome.changed.len(), 1);
    assert_eq!(story.table.len(), 2);
    let outcome = story.see(&[present(PID, PANE)], 300);
    assert_eq!((outcome.removed.len(), story.table.len()), (1, 1));
    story.apply(Input::ProcessExited { pid: PID }, 400);
    assert_eq!(story.table.len(), 0);
}

#[test]
fn it_is_gone_with_the_first_report_and_does_not_come_back() {
    let started = event(1000, Kind::SessionStarted);
    let waiting = reading(Level::WaitingApproval, 1000);
    // A launcher has another process than the assistant.
    for pid in [PID, PID + 1] {
        for hook in [true, false] {
            let mut story = Story::new();
            story.see(&[present(pid, PANE)], 100);
            if hook {
                story.tell(started.clone());
            } else {
                story.read(waiting.level, 1000);
            }
            let row = story.row();
            assert!(!row.silent, "{pid} {hook}");
            assert_eq!(row.pid, Some(PID));
            assert_eq!(row.instance_id.as_deref(), Some("s1"));
            // It is still seen, also once its session is over: it has reported.
            story.see(&[present(pid, PANE)], 1100);
            assert_eq!(story.row(), row);
            story.tell(event(1200, Kind::SessionEnded));
            story.see(&[present(pid, PANE)], 1300);
            assert_eq!(story.table.len(), 0);
            // Another one that begins there has not.
            story.see(&[present(pid + 50, PANE)], 1400);
            assert!(story.row().silent);
        }
    }
}

#[test]
fn what_reported_before_it_was_seen_is_no_silent_one() {
    let mut story = Story::running();
    let before = story.row();
    story.see(&[present(PID, PANE)], 1000);
    assert_eq!(story.row(), before);
    story.tell(event(1200, Kind::SessionEnded));
    story.see(&[present(PID, PANE)], 1300);
    assert_eq!(story.table.len(), 0);
}

#[test]
fn what_is_held_apart_is_no_report_of_it() {
    let mut story = Story::new();
    story.see(&[present(PID, PANE)], 100);
    let before = story.row();
    let kin = Kin {
        lives: Some(true),
        place: Place::Outside,
        relation: Relation::None,
    };
    let event = Box::new(event(1000, Kind::TurnStarted));
    let outcome = story.apply(Input::Reported { event, kin }, 1005);
    assert!(outcome.held_apart.is_some());
    assert_eq!(story.row(), before);
    story.tell(super::event(2000, Kind::TurnStarted));
    assert!(!story.row().silent);
}

#[test]
fn what_a_silent_one_shows_is_its_state_until_it_reports() {
    let mut story = Story::new();
    story.see(&[present(PID + 1, PANE)], 100);
    let glimpse = |story: &mut Story, level, at| {
        let reading = Box::new(Reading {
            instance_id: None,
            pid: Some(PID + 1),
            ..reading(level, at)
        });
        story.apply(Input::Glimpsed(reading), at);
        let row = story.row();
        (row.state, row.silent, row.waiting.len())
    };
    let nothing = (State::Idle, true, 0);
    assert_eq!(glimpse(&mut story, Level::Idle, 200), nothing);
    let works = (State::Running, false, 0);
    assert_eq!(glimpse(&mut story, Level::Busy, 1000), works);
    assert_eq!(story.row().since, Timestamp::from_millis(1005));
    let asks = (State::WaitingApproval, false, 1);
    assert_eq!(glimpse(&mut story, Level::WaitingApproval, 2000), asks);
    assert_eq!(glimpse(&mut story, Level::Busy, 3000), works);
    story.see(&[present(PID + 1, PANE)], 3100);
    assert_eq!(story.state(), State::Running);
    // How its work ended nobody has told.
    assert_eq!(glimpse(&mut story, Level::Idle, 4000), nothing);
    assert_eq!(
        story.row().message.as_deref(),
        Some("answer its first dialog")
    );
    glimpse(&mut story, Level::Busy, 5000);
    // It reports, by a process below the one that was seen: what it shows is no longer all there is.
    story.tell(event(5500, Kind::TurnFinished));
    let row = story.row();
    assert_eq!((row.state, row.pid), (State::Completed, Some(PID)));
    assert_eq!(glimpse(&mut story, Level::Busy, 6000).0, State::Completed);
}

#[test]
fn what_a_silent_one_shows_ends_with_it() {
    let mut story = Story::new();
    story.see(&[present(PID, PANE)], 100);
    let reading = Reading {
        instance_id: None,
        ..reading(Level::Busy, 200)
    };
    story.apply(Input::Glimpsed(Box::new(reading.clone())), 205);
    assert_eq!(story.state(), State::Running);
    story.see(&[], 300);
    assert!(story.table.is_empty());
    // Nobody is there to show anything.
    story.apply(Input::Glimpsed(Box::new(reading)), 405);
    assert!(story.table.is_empty());
}
