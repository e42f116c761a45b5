//! Sessions that are over and stay within reach: which ones, for how long, and what becomes of them when they are
//! started again.

use proptest::prelude::*;

use super::*;
use crate::state::{EndedSession, Kin, Place, Present, Relation, RowKey, WindowPlace};

const KEEP: Duration = Duration::from_secs(60);

/// Where a session is started again.
const NEW_PANE: PaneId = PaneId(9);

const INSIDE: Kin = Kin {
    lives: Some(true),
    place: Place::Inside,
    relation: Relation::Unknown,
};

fn in_new_pane(mut event: Event) -> Event {
    event.pane = Some(NEW_PANE);
    event.pid = Some(777);
    event
}

impl Story {
    /// A session that has said something, of which it is certain that it is its pane's.
    fn proved() -> Self {
        let mut story = Self::new();
        story.table.set_keep_ended(KEEP);
        story.heard(event(0, Kind::SessionStarted));
        let mut end = event(200, Kind::TurnFinished);
        end.message = Some("all is done".to_owned());
        end.cwd = Some("/src/shop".to_owned());
        story.heard(end);
        story
    }

    fn heard(&mut self, event: Event) -> Outcome {
        let at = event.ts.as_micros() / 1000;
        let event = Box::new(event);
        self.apply(Input::Reported { event, kin: INSIDE }, at)
    }

    fn exit(&mut self, at: i64) -> Outcome {
        self.apply(Input::ProcessExited { pid: PID }, at)
    }

    fn resume(&mut self, at: i64) -> Outcome {
        let resumed = Input::Resumed {
            assistant: Assistant::CLAUDE,
            instance_id: "s1".to_owned(),
            place: Some((server().socket, NEW_PANE)),
        };
        self.apply(resumed, at)
    }

    fn present(&mut self, at: i64, runs: bool) -> Outcome {
        let present = Present {
            assistant: Assistant::CLAUDE,
            pid: 777,
            pane: (server(), NEW_PANE),
            cwd: None,
            why: "it has not reported".to_owned(),
        };
        let present = if runs { vec![present] } else { Vec::new() };
        let server = server();
        self.apply(Input::Present { server, present }, at)
    }

    fn ended(&self) -> Vec<EndedSession> {
        self.table.ended_sessions()
    }

    fn ids(&self) -> Vec<String> {
        let ended = self.ended().into_iter();
        ended.map(|it| it.instance_id.to_string()).collect()
    }
}

#[test]
fn a_session_that_lives_in_another_pane_has_not_ended() {
    let mut story = Story::proved();
    // By hand, `--resume` in a second pane while the first one is open.
    story.heard(in_new_pane(event(500, Kind::SessionStarted)));
    story.exit(1000);
    assert_eq!(story.ids(), [""; 0]);
    story.apply(Input::ProcessExited { pid: 777 }, 2000);
    assert_eq!(story.ids(), ["s1"], "now it has");
}

#[test]
fn a_session_that_ends_is_within_reach_for_a_while_with_all_that_it_takes() {
    let mut story = Story::proved();
    assert!(story.exit(1000).other_ended);
    assert!(story.table.is_empty());
    let [session] = &story.ended()[..] else {
        panic!("{:?}", story.ended());
    };
    assert_eq!(
        (
            session.id().as_str(),
            session.cwd.as_deref(),
            session.message.as_deref(),
            session.ended,
        ),
        (
            "ended/claude/s1",
            Some("/src/shop"),
            Some("all is done"),
            Timestamp::from_millis(1000),
        )
    );
    let over = Timestamp::from_millis(1000).plus(KEEP);
    assert_eq!(story.table.next_deadline(), Some(over));
    story.wait_until(60_999);
    assert_eq!(story.ids(), ["s1"]);
    story.wait_until(61_000);
    assert_eq!(story.ids(), [""; 0]);
    assert_eq!(story.table.next_deadline(), None);
}

#[test]
fn nothing_is_kept_that_nobody_wants_or_that_nothing_proves() {
    let ends = |change: &dyn Fn(&mut Event), kin: Kin, keep: Duration| {
        let mut story = Story::new();
        story.table.set_keep_ended(keep);
        for kind in [Kind::SessionStarted, Kind::TurnStarted] {
            let mut told = event(100, kind);
            change(&mut told);
            let event = Box::new(told);
            story.apply(Input::Reported { event, kin }, 100);
        }
        story.exit(1000);
        story.ids()
    };
    assert_eq!(ends(&|_| {}, INSIDE, KEEP), ["s1"]);
    assert_eq!(ends(&|_| {}, INSIDE, Duration::ZERO), [""; 0]);
    assert_eq!(ends(&|_| {}, Kin::default(), KEEP), [""; 0], "not proved");
    let headless = |event: &mut Event| event.attended = false;
    assert_eq!(ends(&headless, INSIDE, KEEP), [""; 0]);
    let nameless = |event: &mut Event| event.instance_id = None;
    assert_eq!(ends(&nameless, INSIDE, KEEP), [""; 0]);
    for hostile in [
        "--dangerously-skip-permissions",
        "$(id)",
        "a b",
        "../x",
        "a\u{7f}",
    ] {
        let id = |event: &mut Event| event.instance_id = Some(hostile.to_owned());
        assert_eq!(ends(&id, INSIDE, KEEP), [""; 0], "{hostile}");
    }
}

#[test]
fn another_session_of_the_pane_is_proved_anew() {
    let mut story = Story::proved();
    let next = of_session(event(500, Kind::SessionStarted), "s2");
    story.tell(next);
    story.exit(1000);
    assert_eq!(story.ids(), [""; 0], "only its own word is known");
}

#[test]
fn a_session_that_a_witness_shows_in_its_pane_needs_no_hook() {
    let mut story = Story::new();
    story.table.set_keep_ended(KEEP);
    story.read(Level::Idle, 100);
    story.exit(1000);
    assert_eq!(story.ids(), ["s1"]);
}

#[test]
fn of_a_process_that_holds_several_conversations_the_last_one_is_within_reach() {
    let told = |millis, kind, turn: Option<&str>| {
        let mut event = event(millis, kind);
        event.assistant = Assistant::OPENCODE;
        event.turn_id = turn.map(str::to_owned);
        event
    };
    let mut story = Story::new();
    story.table.set_keep_ended(KEEP);
    story.heard(told(0, Kind::SessionStarted, None));
    story.exit(100);
    assert_eq!(story.ids(), [""; 0], "nothing was said in it");
    let mut story = Story::new();
    story.table.set_keep_ended(KEEP);
    story.heard(told(0, Kind::SessionStarted, None));
    story.heard(told(100, Kind::TurnStarted, Some("ses_1")));
    story.heard(of_agent(
        told(200, Kind::TurnStarted, Some("ses_sub")),
        "ses_sub",
    ));
    story.heard(told(300, Kind::TurnFinished, Some("ses_2")));
    story.exit(1000);
    assert_eq!(story.ids(), ["ses_2"]);
    let mut begun = in_new_pane(told(2000, Kind::TurnStarted, Some("ses_2")));
    begun.instance_id = Some("another process".to_owned());
    story.heard(begun);
    assert_eq!(story.ids(), [""; 0]);
}

#[test]
fn a_publishers_word_brings_nothing_within_reach() {
    let mut story = Story::new();
    story.table.set_keep_ended(KEEP);
    let published = Input::Published {
        publisher: "p".to_owned(),
        event: Box::new(event(100, Kind::SessionStarted)),
        hearsay: true,
    };
    story.apply(published, 100);
    let key = RowKey {
        server: Some(server()),
        place: Target::Pane(PANE),
    };
    assert!(story.table.has_row(&key));
    story.list(500, vec![listed(1, address(1))]);
    story.list(1000, Vec::new());
    assert!(!story.table.has_row(&key));
    assert_eq!(story.ids(), [""; 0]);
}

#[test]
fn a_session_that_lives_again_is_no_ended_one_wherever_it_is() {
    let mut story = Story::proved();
    story.exit(1000);
    let outcome = story.heard(in_new_pane(event(2000, Kind::SessionStarted)));
    assert!(outcome.other_ended);
    assert_eq!((story.table.len(), story.ids()), (1, vec![]));
}

#[test]
fn what_was_started_again_is_the_living_row_also_under_another_name() {
    for instance in ["s1", "s2"] {
        let mut story = Story::proved();
        story.exit(1000);
        assert!(story.resume(2000).other_ended);
        assert!(story.ended()[0].resuming);
        let begun = of_session(event(2500, Kind::SessionStarted), instance);
        story.heard(in_new_pane(begun));
        assert_eq!((story.table.len(), story.ids()), (1, vec![]), "{instance}");
        assert_eq!(story.table.next_deadline(), None);
    }
}

#[test]
fn what_runs_and_has_not_reported_stands_for_what_was_started_and_gives_it_back() {
    let mut story = Story::proved();
    story.exit(1000);
    story.resume(2000);
    story.present(2500, true);
    assert_eq!(
        (story.table.len(), story.ids()),
        (1, vec![]),
        "none is shown twice"
    );
    story.wait_until(500_000);
    story.present(600_000, false);
    assert_eq!((story.table.len(), story.ids()), (0, vec!["s1".to_owned()]));
    let session = &story.ended()[0];
    assert_eq!(session.ended, Timestamp::from_millis(600_000));
    assert!(!session.resuming);
}

#[test]
fn what_was_started_and_is_never_seen_can_be_started_once_more() {
    let mut story = Story::proved();
    story.exit(1000);
    story.resume(2000);
    story.wait_until(31_999);
    assert!(story.ended()[0].resuming);
    story.wait_until(32_000);
    assert!(!story.ended()[0].resuming);
    assert_eq!(story.ended()[0].ended, Timestamp::from_millis(32_000));
}

#[test]
fn what_was_started_and_has_failed_can_be_started_at_once() {
    let mut story = Story::proved();
    story.exit(1000);
    story.resume(2000);
    let failed = Input::Resumed {
        assistant: Assistant::CLAUDE,
        instance_id: "s1".to_owned(),
        place: None,
    };
    assert!(story.apply(failed, 2100).other_ended);
    assert!(!story.ended()[0].resuming);
}

#[test]
fn what_lived_when_it_was_written_down_has_ended_where_its_process_is_gone() {
    let mut before = Story::proved();
    let [living] = before.table.living_sessions() else {
        panic!("{:?}", before.table.living_sessions());
    };
    let living = living.clone();
    assert_eq!((living.pid, &living.lives.message), (PID, &None));
    before.exit(1000);
    assert!(before.table.living_sessions().is_empty());
    let recall = |is_gone: bool| {
        let mut story = Story::new();
        story.table.set_keep_ended(KEEP);
        let now = Timestamp::from_millis(5000);
        let living = vec![living.clone()];
        story
            .table
            .recall_living(living, |_| is_gone, |_, _| true, now);
        story
    };
    let found = recall(true).ended();
    let found: Vec<_> = found.iter().map(|it| (it.unseen, it.since())).collect();
    assert_eq!(found, [(true, "found ended")]);
    let mut lives = recall(false);
    assert_eq!(lives.ids(), [""; 0]);
    // No row says that it is that one.
    assert!(lives.exit(6000).other_ended);
    assert_eq!(
        (lives.ids(), lives.ended()[0].unseen),
        (vec!["s1".to_owned()], false)
    );
    let mut elsewhere = recall(false);
    elsewhere.heard(in_new_pane(event(5500, Kind::SessionStarted)));
    elsewhere.exit(6000);
    assert_eq!(elsewhere.ids(), [""; 0], "it goes on there");
}

#[test]
fn those_of_the_collector_before_are_within_reach_but_for_what_lives_or_is_too_old() {
    let mut before = Story::proved();
    before.exit(1000);
    let known = before.ended();
    let days = |days: i64| 1000 + days * 24 * 60 * 60 * 1000;
    for (at, lives, with_server, expected) in [
        (2000, false, false, 1),
        (2000, true, false, 0),
        (61_000, false, false, 0),
        // Nobody wanted it to be over.
        (61_000, false, true, 1),
        (days(3) - 1, false, true, 1),
        (days(3), false, true, 0),
    ] {
        let mut story = Story::new();
        story.table.set_keep_ended(KEEP);
        if lives {
            story.heard(event(1500, Kind::SessionStarted));
        }
        story.table.recall_ended(
            known.clone(),
            |_, _| with_server,
            Timestamp::from_millis(at),
        );
        assert_eq!(story.ended().len(), expected, "{at} {lives} {with_server}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ended_sessions_are_few_are_no_rows_and_none_of_them_lives(
        happenings in prop::collection::vec((0..90_u32, 0..5_u8, 1..40_000_i64), 1..150),
    ) {
        let mut story = Story::new();
        story.table.set_keep_ended(KEEP);
        let mut at = 0;
        for (which, what, passes) in happenings {
            at += passes;
            let told = |kind| {
                let mut told = of_session(event(at, kind), &format!("s{which}"));
                told.pane = Some(PaneId(which));
                told.pid = Some(10_000 + which);
                told
            };
            let outcome = match what {
                0 => story.heard(told(Kind::SessionStarted)),
                1 => story.heard(told(Kind::ApprovalRequested)),
                2 => story.heard(told(Kind::SessionEnded)),
                3 => story.apply(Input::ProcessExited { pid: 10_000 + which }, at),
                _ => story.resume(at),
            };
            prop_assert!(outcome.other_ended || outcome.ended.is_empty() || what == 2);
            let (ended, rows) = (story.ended(), story.table.rows());
            prop_assert!(ended.len() <= 64);
            for session in &ended {
                let lives = rows.iter().any(|row| {
                    session.is(&row.assistant, row.instance_id.as_deref())
                });
                prop_assert!(!lives, "{session:?}");
                let age = Timestamp::from_millis(at).since(session.ended);
                prop_assert!(age < KEEP || session.resuming, "{session:?} at {at}");
            }
            // What is counted, sorted and told of is the rows, of which none is over.
            prop_assert_eq!(rows.len(), story.table.len());
            if let Some(due) = story.table.next_deadline() {
                prop_assert!(due > Timestamp::from_millis(at));
            }
        }
    }
}

#[test]
fn what_ended_with_its_server_is_told_from_what_ended_by_itself() {
    let other = "/tmp/s,9".parse().unwrap();
    for (server, has_ended, expected) in [
        (server(), false, Some(false)),
        (server(), true, Some(true)),
        (other, true, None),
    ] {
        let mut story = Story::proved();
        story.exit(1000);
        let at = Timestamp::from_millis;
        let asked = story.table.servers_in_question(at(999));
        assert!(asked.is_empty(), "not before it is known");
        let asked = story.table.servers_in_question(at(1000));
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), [self::server()]);
        let seen = Input::ServerSeen { server, has_ended };
        let outcome = story.apply(seen, 2500);
        assert_eq!(outcome.other_ended, expected.is_some());
        let told: Vec<_> = story.ended().iter().map(|it| it.with_server).collect();
        assert_eq!(told, [expected]);
        let open = story.table.servers_in_question(at(1000));
        assert_eq!(open.is_empty(), expected.is_some());
        // It is started again, and ends there by itself.
        story.resume(3000);
        story.wait_until(33_000);
        assert_eq!(story.ended()[0].with_server, Some(false));
    }
}

#[test]
fn where_a_pane_stands_in_its_window_is_known_when_it_ends_and_costs_no_row() {
    let mut story = Story::proved();
    let place = |before| WindowPlace {
        name: Some("edit".to_owned()),
        before,
        panes: 3,
        layout: "b25d,80x24,0,0,1".to_owned(),
    };
    let pane = story.table.rows()[0].pane.unwrap();
    let mut list = |at, before| {
        let listed = ListedPane {
            window: Some(Box::new(place(before))),
            ..listed(pane.0, "work:1.0".parse().unwrap())
        };
        story.list(at, vec![listed])
    };
    list(300, 0);
    let moved = list(400, 2);
    assert_eq!((moved.changed.len(), moved.other_living), (0, true));
    let same = list(500, 2);
    assert_eq!((same.rearranged.len(), same.other_living), (0, false));
    assert_eq!(
        story.table.living_sessions()[0].lives.window,
        Some(place(2))
    );
    story.exit(1000);
    assert_eq!(story.ended()[0].window, Some(place(2)));
}

#[test]
fn a_session_that_its_person_has_left_did_not_end_with_its_server() {
    for (reason, expected) in [
        (Some("prompt_input_exit"), Some(false)),
        (Some("other"), None),
        (None, None),
    ] {
        let mut story = Story::proved();
        let mut end = event(500, Kind::SessionEnded);
        end.message = reason.map(str::to_owned);
        story.heard(end);
        let told: Vec<_> = story.ended().iter().map(|it| it.with_server).collect();
        assert_eq!(told, [expected], "{reason:?}");
    }
}
