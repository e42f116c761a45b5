//! Whose event it is, by what was looked up of its process; and which end is taken back.

use pane_patrol_hooks::adapter::ADAPTERS;

use super::*;
use crate::state::{Kin, Place, Relation};

/// Another process than that of the session `s1`.
const OTHER: u32 = 5151;

fn kin(place: Place, relation: Relation) -> Kin {
    Kin {
        lives: Some(true),
        place,
        relation,
    }
}

fn inside(relation: Relation) -> Kin {
    kin(Place::Inside, relation)
}

/// The same by another assistant, in another session and process.
fn by(assistant: &str, event: Event) -> Event {
    Event {
        assistant: assistant.parse().unwrap(),
        pid: Some(OTHER),
        ..of_session(event, "other")
    }
}

impl Story {
    fn hear(&mut self, event: Event, kin: Kin) -> Outcome {
        let at = event.ts.as_micros() / 1000;
        let event = Box::new(event);
        self.apply(Input::Reported { event, kin }, at)
    }
}

/// All that a session says, from its start on.
const EVERYTHING: [Kind; 7] = [
    Kind::SessionStarted,
    Kind::TurnStarted,
    Kind::ToolStarted,
    Kind::ApprovalRequested,
    Kind::ToolFinished,
    Kind::TurnFinished,
    Kind::SessionEnded,
];

#[test]
fn what_was_started_by_a_process_that_has_said_nothing_is_the_row_of_its_pane() {
    let mut story = Story::new();
    let begins = event(900, Kind::SessionStarted);
    let outcome = story.hear(begins.clone(), inside(Relation::Below));
    assert_eq!(outcome.held_apart, None);
    assert_eq!(story.row().pane, Some(PANE));
    // Whose place is its own process is another assistant's tool there.
    let mut story = Story::new();
    let outside = Event {
        pane: None,
        server: None,
        target: Target::in_background(OTHER, 7),
        ..by("gemini", begins)
    };
    let outcome = story.hear(outside, inside(Relation::Below));
    assert!(outcome.held_apart.is_some());
}

#[test]
fn what_the_assistant_of_a_pane_has_started_changes_nothing_of_its_row() {
    for assistant in ["gemini", "claude", "codex", "mybot"] {
        let mut story = Story::asking();
        let before = story.row();
        for kind in EVERYTHING {
            let outcome = story.hear(by(assistant, event(900, kind)), inside(Relation::Below));
            assert!(outcome.held_apart.is_some(), "{assistant} {kind}");
        }
        assert_eq!(story.row(), before, "{assistant}");
    }
}

#[test]
fn no_assistant_that_runs_under_the_tool_of_another_changes_its_row() {
    for owner in ADAPTERS {
        let own = |event| Event {
            assistant: owner.assistant.clone(),
            ..event
        };
        for guest in ADAPTERS {
            if guest.assistant == owner.assistant {
                continue;
            }
            let mut story = Story::new();
            for (at, kind) in [(0, Kind::SessionStarted), (100, Kind::TurnStarted)] {
                story.tell(own(event(at, kind)));
            }
            story.tell(own(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "x")));
            let before = story.row();
            for kind in EVERYTHING {
                let heard = |at| by(guest.assistant.as_str(), event(at, kind));
                let headless = |at| Event {
                    attended: false,
                    ..heard(at)
                };
                for (event, kin) in [
                    (heard(900), inside(Relation::Below)),
                    (headless(901), inside(Relation::Below)),
                    // Nobody can tell whose child it is.
                    (headless(902), Kin::default()),
                ] {
                    let outcome = story.hear(event, kin);
                    let pair = format!("{} under {}: {kind}", guest.assistant, owner.assistant);
                    assert!(outcome.held_apart.is_some(), "{pair}");
                }
            }
            assert_eq!(story.row(), before, "{}", guest.assistant);
        }
    }
}

#[test]
fn a_child_that_is_the_session_itself_or_speaks_for_it_is_heard() {
    let mut same = Story::asking();
    let answer = Event {
        pid: Some(OTHER),
        ..tool(900, Kind::ToolFinished, Some("c1"), "Bash", "touch f1")
    };
    assert_eq!(same.hear(answer, inside(Relation::Below)).held_apart, None);
    assert_eq!(same.state(), State::Running);

    let mut relaunched = Story::new();
    let start = |at| by("droid", event(at, Kind::SessionStarted));
    relaunched.hear(start(0), inside(Relation::Unknown));
    let child = of_session(by("droid", event(500, Kind::TurnStarted)), "child");
    let outcome = relaunched.hear(child, inside(Relation::Below));
    assert_eq!(
        (outcome.held_apart, relaunched.state()),
        (None, State::Running)
    );

    let mut wrapped = Story::new();
    let event_of_wrap = Box::new(Event {
        source: Source::Emit,
        instance_id: Some("run".into()),
        ..event(0, Kind::TurnStarted)
    });
    let publisher = "wrap".to_owned();
    wrapped.apply(
        Input::Published {
            publisher,
            event: event_of_wrap,
            hearsay: false,
        },
        0,
    );
    let child = of_session(event(500, Kind::SessionStarted), "child");
    let outcome = wrapped.hear(child, inside(Relation::Below));
    assert_eq!((outcome.held_apart, wrapped.state()), (None, State::Idle));
}

#[test]
fn the_assistant_takes_its_pane_back_from_its_child() {
    for kind in [
        Kind::ToolStarted,
        Kind::TurnFinished,
        Kind::ApprovalRequested,
    ] {
        let mut story = Story::new();
        story.hear(by("gemini", event(0, Kind::TurnStarted)), Kin::default());
        let outcome = story.hear(event(500, kind), inside(Relation::Above));
        assert_eq!(outcome.held_apart, None, "{kind}");
        assert_eq!(story.row().assistant, Assistant::CLAUDE, "{kind}");
    }
}

#[test]
fn who_runs_in_no_pane_makes_no_row_there_and_changes_none() {
    let astray = kin(Place::Outside, Relation::None);
    let mut empty = Story::new();
    let mut taken = Story::asking();
    let before = taken.row();
    for kind in EVERYTHING {
        let of_nobody = empty.hear(event(900, kind), astray).held_apart;
        let says_nothing = kind == Kind::SessionEnded;
        assert_eq!(of_nobody.is_none(), says_nothing, "{kind}");
        let outcome = taken.hear(by("claude", event(900, kind)), astray);
        assert!(outcome.held_apart.is_some(), "{kind}");
    }
    assert!(empty.table.is_empty());
    assert_eq!(taken.row(), before);
}

#[test]
fn the_dead_take_no_pane_from_the_living() {
    let dead = Kin {
        lives: Some(false),
        ..Kin::default()
    };
    let mut story = Story::asking();
    let outcome = story.hear(by("gemini", event(900, Kind::SessionStarted)), dead);
    assert_eq!(outcome.held_apart, Some(crate::state::reason::ENDED));
    assert_eq!(story.row().assistant, Assistant::CLAUDE);
}

#[test]
fn another_one_beside_it_follows_in_the_pane() {
    let mut story = Story::asking();
    let next = by("gemini", event(900, Kind::SessionStarted));
    story.hear(next, inside(Relation::None));
    assert_eq!(story.row().assistant, Assistant::GEMINI);
}

/// A session that ended at 1000 while it worked, with its process or by its own word.
fn ended(by_itself: bool) -> Story {
    let mut story = Story::running();
    if by_itself {
        story.tell(event(1000, Kind::SessionEnded));
    } else {
        story.apply(Input::ProcessExited { pid: PID }, 1000);
    }
    assert!(story.table.is_empty());
    story
}

#[test]
fn a_session_that_goes_on_in_a_living_process_is_not_over() {
    let goes_on = [
        Kind::TurnStarted,
        Kind::ToolStarted,
        Kind::ToolFinished,
        Kind::TurnFinished,
        Kind::TurnFailed,
        Kind::ApprovalRequested,
        Kind::InputRequested,
        Kind::SessionStarted,
    ];
    for by_itself in [true, false] {
        for kind in goes_on {
            let mut story = ended(by_itself);
            let resumed = Event {
                pid: Some(OTHER),
                ..event(2000, kind)
            };
            let outcome = story.hear(resumed, inside(Relation::Unknown));
            assert_eq!(outcome.held_apart, None, "{kind}");
            assert_eq!(story.row().pid, Some(OTHER), "{kind}");
        }
    }
}

#[test]
fn late_words_and_those_of_the_dead_or_of_other_places_take_no_end_back() {
    let dead = Kin {
        lives: Some(false),
        ..Kin::default()
    };
    let here = inside(Relation::Unknown);
    let outside = kin(Place::Outside, Relation::Unknown);
    for (at, kind, kin) in [
        (1100, Kind::ToolStarted, here),
        (1249, Kind::TurnStarted, here),
        (2000, Kind::ToolStarted, dead),
        (2000, Kind::TurnStarted, outside),
        (2000, Kind::ApprovalRequested, outside),
        (2000, Kind::TurnFinished, here),
        (2000, Kind::Note, here),
        (2000, Kind::ToolFinished, here),
    ] {
        let mut story = ended(true);
        let outcome = story.hear(event(at, kind), kin);
        assert!(outcome.held_apart.is_some(), "{kind} at {at}");
        assert!(story.table.is_empty(), "{kind} at {at}");
    }
    let mut nobodys = ended(true);
    let without_process = Event {
        pid: None,
        ..event(2000, Kind::ToolStarted)
    };
    assert!(nobodys.tell(without_process).held_apart.is_some());
}

#[test]
fn a_stopped_process_keeps_its_state_and_says_that_it_is_suspended() {
    let mut story = Story::asking();
    let before = story.row();
    let stop = |story: &mut Story, pid, stopped, at| {
        story
            .apply(Input::Stopped { pid, stopped }, at)
            .changed
            .len()
    };
    assert_eq!(stop(&mut story, OTHER, true, 400), 0, "another one's");
    assert_eq!(stop(&mut story, PID, true, 500), 1);
    assert_eq!(stop(&mut story, PID, true, 600), 0, "nothing new");
    let row = story.row();
    assert!(row.suspended && !before.suspended);
    assert_eq!((row.state, &row.waiting), (before.state, &before.waiting));
    assert_eq!(row.standing(), Some("suspended"));
    assert_eq!(stop(&mut story, PID, false, 700), 1);
    assert!(!story.row().suspended);

    stop(&mut story, PID, true, 800);
    let next = Event {
        pid: Some(OTHER),
        ..event(900, Kind::ToolStarted)
    };
    story.tell(next);
    assert!(!story.row().suspended, "another process");
}

#[test]
fn the_last_words_of_a_process_whose_pane_was_closed_are_late_and_not_strange() {
    let mut story = Story::running();
    story.list(500, vec![listed(1, Target::Pane(PaneId(1)))]);
    assert!(story.list(900, Vec::new()).removed.len() == 1, "it is gone");
    let outside = kin(Place::Outside, Relation::Unknown);
    let late = story.hear(event(950, Kind::TurnFailed), outside);
    assert_eq!(late.held_apart, Some("its session is over"));
    let strange = story.hear(by("gemini", event(960, Kind::TurnFailed)), outside);
    assert_eq!(strange.held_apart, Some("its process is none of that pane"));
}
