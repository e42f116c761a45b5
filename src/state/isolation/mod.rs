//! Tests: nothing of one session, assistant or tmux server reaches another one's row. As a property:
//! whatever is told of several at once, each row is the one that it would have been alone.

mod session;
mod tables;

use pane_patrol_hooks::event::{Event, Kind, State};
use pane_patrol_hooks::target::PaneId;
use pane_patrol_hooks::timestamp::Timestamp;
use proptest::prelude::*;

use super::{Input, Level};
use session::*;
use tables::*;

#[derive(Clone, Copy, Debug)]
enum Act {
    Step(Step),
    Intrude(Stranger),
    /// A listing of the session's server.
    List,
    Restart(bool),
}

fn acts() -> impl Strategy<Value = Act> {
    let tools = [
        Kind::ToolStarted,
        Kind::ApprovalRequested,
        Kind::ToolFinished,
    ];
    let turns = [
        Kind::SessionStarted,
        Kind::TurnStarted,
        Kind::TurnFinished,
        Kind::TurnFailed,
        Kind::Interrupted,
        Kind::PromptIdle,
        Kind::SessionEnded,
        Kind::Note,
    ];
    let sub = [
        Kind::TurnStarted,
        Kind::ToolStarted,
        Kind::ApprovalRequested,
        Kind::TurnFinished,
    ];
    let levels = [
        Level::Busy,
        Level::WaitingApproval,
        Level::WaitingInput,
        Level::Idle,
    ];
    let strangers = [
        Stranger::Unknown,
        Stranger::Assistant,
        Stranger::Headless,
        Stranger::Container,
        Stranger::OldServer,
    ];
    let pick = |kinds: &[Kind]| prop::sample::select(kinds.to_vec());
    prop_oneof![
        6 => (pick(&tools), 0..3_u8).prop_map(|(kind, call)| Act::Step(Step::Tool(kind, call))),
        4 => pick(&turns).prop_map(|kind| Act::Step(Step::Tell(kind))),
        3 => (pick(&sub), 0..3_u8).prop_map(|(kind, call)| Act::Step(Step::SubAgent(kind, call))),
        4 => prop::sample::select(levels.to_vec()).prop_map(|level| Act::Step(Step::Read(level))),
        4 => prop::sample::select(strangers.to_vec()).prop_map(Act::Intrude),
        1 => Just(Act::Step(Step::Exit)),
        1 => Just(Act::Step(Step::Clear)),
        1 => Just(Act::List),
        1 => any::<bool>().prop_map(Act::Restart),
    ]
}

proptest! {
    // Each is a long day of six sessions.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_row_is_the_one_it_would_have_been_alone(
        acts in prop::collection::vec((0..6_usize, acts(), 1..900_i64), 1..120),
    ) {
        let mut tables = Tables::new();
        for (which, act, passes) in acts {
            tables.now += passes;
            match act {
                Act::Step(step) => tables.step(which, step),
                Act::Intrude(stranger) => tables.intrude(which, stranger),
                Act::List => tables.list(&tables.sessions[which].server.clone()),
                Act::Restart(anew) => tables.restart(which, anew),
            }
            let rows = tables.rows();
            let there = rows.iter().filter(|[together, _]| together.is_some()).count();
            prop_assert_eq!(tables.together.len(), there, "no other row was made by {:?}", act);
            for [together, alone] in rows {
                prop_assert_eq!(together, alone, "{:?} in {}", act, which);
            }
        }
    }
}

/// A session in the first pane of the first server.
fn session() -> Session {
    Tables::new().sessions.swap_remove(0)
}

#[test]
fn an_event_that_names_no_server_waits_for_a_listing_of_our_own() {
    let mut table = table();
    let mut event = Session {
        is_told: true,
        ..session()
    }
    .event(10, Kind::SessionStarted);
    event.server = None;
    apply(&mut table, input(event), 10);
    apply(&mut table, listing(&server(1, 7), 20), 20);
    assert_eq!(
        table.rows()[0].server,
        None,
        "another one has such an address too"
    );
    apply(&mut table, listing(&server(0, 7), 30), 30);
    assert_eq!(table.rows()[0].server, Some(server(0, 7)));
}

#[test]
fn a_session_that_was_told_its_address_stays_in_its_pane_when_windows_move() {
    let mut table = table();
    let told = Session {
        is_told: true,
        ..session()
    };
    apply(&mut table, listing(&told.server, 10), 10);
    apply(&mut table, input(told.event(20, Kind::SessionStarted)), 20);
    let mut moved = listing(&told.server, 30);
    if let Input::Listing(listing) = &mut moved {
        listing.panes[0].target = address(1);
        listing.panes[1].target = address(0);
    }
    apply(&mut table, moved, 30);
    let neighbour = Session {
        pane: 1,
        instance: "s".to_owned(),
        ..session()
    };
    apply(
        &mut table,
        input(neighbour.event(40, Kind::SessionStarted)),
        40,
    );
    apply(&mut table, input(told.event(50, Kind::TurnStarted)), 50);
    let state = |session: &Session| table.row(&session.key()).map(|row| row.state);
    assert_eq!(
        (state(&told), state(&neighbour)),
        (Some(State::Running), Some(State::Idle))
    );
}

#[test]
fn a_pane_that_is_gone_takes_its_row_along_whoever_still_reports_from_it() {
    let mut table = table();
    let session = Session {
        is_told: true,
        ..session()
    };
    apply(&mut table, listing(&session.server, 10), 10);
    apply(
        &mut table,
        input(session.event(20, Kind::SessionStarted)),
        20,
    );
    let mut without = listing(&session.server, 30);
    if let Input::Listing(listing) = &mut without {
        listing.panes.remove(0);
    }
    apply(&mut table, input(session.event(40, Kind::TurnStarted)), 40);
    apply(&mut table, without, 50);
    let late = apply(&mut table, input(session.event(60, Kind::TurnFinished)), 60);
    assert!(table.is_empty() && late.held_apart.is_some());
}

#[test]
fn a_reading_says_nothing_of_another_assistant_that_was_in_the_pane() {
    let mut table = table();
    let script = Event::new(
        "mybot".parse().unwrap(),
        State::Running,
        address(0),
        Timestamp::from_millis(10),
    );
    let script = Event {
        pane: Some(PaneId(0)),
        server: Some(server(0, 7)),
        ..script
    };
    apply(&mut table, input(script), 10);
    apply(&mut table, session().reading(20, Level::Idle), 20);
    let row = &table.rows()[0];
    assert_eq!((row.assistant.as_str(), row.state), ("claude", State::Idle));
}

#[test]
fn what_is_held_apart_is_counted_and_named_and_does_not_add_up() {
    let mut table = table();
    apply(
        &mut table,
        input(session().event(10, Kind::SessionStarted)),
        10,
    );
    for number in 0..100 {
        let instance = format!("s{}", if number < 60 { 0 } else { number });
        let stranger = Session {
            instance,
            pid: 9,
            ..session()
        };
        let at = 20 + number;
        apply(
            &mut table,
            input(stranger.tool(at, Kind::ToolFinished, 1)),
            at,
        );
    }
    let apart = table.apart();
    assert_eq!(apart.len(), 32);
    assert_eq!(
        (apart[0].instance_id.as_deref(), apart[0].count),
        (Some("s99"), 1)
    );
    let stranger = Session {
        instance: "s70".to_owned(),
        pid: 9,
        ..session()
    };
    apply(
        &mut table,
        input(stranger.tool(200, Kind::ToolFinished, 1)),
        200,
    );
    let newest = &table.apart()[0];
    assert_eq!(
        (
            newest.what.as_str(),
            newest.why.as_str(),
            newest.count,
            newest.id.as_str()
        ),
        (
            "tool_finished",
            "an unknown session in this pane",
            2,
            "/tmp/tmux/default,7::%0"
        )
    );
    assert_eq!(newest.last, Timestamp::from_millis(200));
}
