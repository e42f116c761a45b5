//! Which records count, and when.

use pane_patrol_hooks::target::{PaneId, Target};

use super::*;
use crate::hub::protocol::StatusRecord;
use crate::status_record::Word;
use crate::sys::namespaces::Standing;

const BLIP: Duration = Duration::from_millis(100);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn spoken(state: Word, millis: i64) -> Spoken {
    Spoken {
        publisher: "tap-1".to_owned(),
        hearsay: false,
        standing: Standing::Home,
        record: Box::new(StatusRecord {
            agent_id: None,
            server: None,
            pane: None,
            pid: None,
            app: Some("codex".to_owned()),
            state,
            kind: None,
            id: None,
            title: None,
            message: None,
            written: at(millis),
        }),
    }
}

fn row() -> RowKey {
    RowKey {
        server: None,
        place: Target::Pane(PaneId(1)),
    }
}

#[test]
fn work_that_is_over_at_once_is_none() {
    let mut recorded = Recorded::default();
    let idle = |millis| spoken(Word::Idle, millis);
    assert_eq!(
        recorded.take(spoken(Word::Working, 0), BLIP, at(0)),
        Taken::Later
    );
    assert_eq!(recorded.due(), Some(at(100)));
    assert_eq!(
        recorded.take(idle(40), Duration::ZERO, at(40)),
        Taken::Now(idle(40))
    );
    assert_eq!((recorded.due(), recorded.take_due(at(500))), (None, vec![]));

    assert_eq!(
        recorded.take(spoken(Word::Working, 600), BLIP, at(600)),
        Taken::Later
    );
    assert_eq!(recorded.take_due(at(699)), []);
    assert_eq!(
        recorded.take_due(at(700)),
        [Due::Last(spoken(Word::Working, 600))]
    );
}

#[test]
fn of_too_many_in_a_second_the_last_counts_when_it_is_over() {
    let mut recorded = Recorded::default();
    for millis in 0..20 {
        let one = spoken(Word::Working, millis);
        assert_eq!(
            recorded.take(one.clone(), Duration::ZERO, at(millis)),
            Taken::Now(one)
        );
    }
    for millis in 20..900 {
        let one = spoken(Word::Done, millis);
        assert_eq!(
            recorded.take(one, Duration::ZERO, at(millis)),
            Taken::TooMany
        );
    }
    assert_eq!(recorded.due(), Some(at(1000)));
    assert_eq!(
        recorded.take_due(at(1000)),
        [Due::Last(spoken(Word::Done, 899))]
    );
    let later = spoken(Word::Idle, 1001);
    assert_eq!(
        recorded.take(later.clone(), Duration::ZERO, at(1001)),
        Taken::Now(later)
    );
}

#[test]
fn a_part_of_the_program_does_not_take_the_place_of_the_whole() {
    let mut recorded = Recorded::default();
    assert_eq!(
        recorded.take(spoken(Word::Working, 0), BLIP, at(0)),
        Taken::Later
    );
    let mut part = spoken(Word::Clear, 10);
    part.record.id = Some("a1".to_owned());
    assert_eq!(
        recorded.take(part.clone(), Duration::ZERO, at(10)),
        Taken::Now(part)
    );
    assert_eq!(recorded.due(), Some(at(100)));
}

/// A record that has come at 0 and waits for what else is told of its row.
fn doubted(state: Word, level: Level, shown: State, is_written: bool) -> (Recorded, Spoken) {
    let mut recorded = Recorded::default();
    let one = spoken(state, 0);
    let taken = recorded.take(one.clone(), Duration::ZERO, at(0));
    assert_eq!(taken, Taken::Now(one.clone()));
    let claim = Claim::of(level, shown).unwrap();
    recorded.doubt(one.clone(), row(), (level, claim), is_written, at(0));
    (recorded, one)
}

#[test]
fn what_the_title_contradicts_to_the_end_does_not_count() {
    let idle = || doubted(Word::Idle, Level::Idle, State::Running, false);
    let works = News::Title(Some(Level::Busy));
    for goes_on in [true, false] {
        let (mut recorded, one) = idle();
        assert_eq!(recorded.rows().collect::<Vec<_>>(), [&row()]);
        assert_eq!(recorded.hear(&row(), at(5), State::Running, works), []);
        let title = if goes_on { works } else { News::Title(None) };
        let counts = recorded.hear(&row(), at(200), State::Running, title);
        let (expected, in_the_end) = if goes_on {
            (vec![], vec![Due::Unborne])
        } else {
            (vec![one], vec![])
        };
        assert_eq!(counts, expected);
        assert_eq!(recorded.take_due(at(2000)), in_the_end);
    }
    // Nobody has told of a title, or only of one from before.
    let (mut recorded, one) = idle();
    assert_eq!(recorded.hear(&row(), at(-1), State::Running, works), []);
    assert_eq!(recorded.take_due(at(2000)), [Due::Untold(one)]);
}

#[test]
fn what_begins_counts_as_soon_as_it_is_written_down_and_never_without() {
    let (mut recorded, one) = doubted(Word::Working, Level::Busy, State::Idle, true);
    assert!(recorded.wants_turn(&row()));
    let over = News::Turn(Some(Turn::Over));
    assert_eq!(recorded.hear(&row(), at(5), State::Idle, over), []);
    let runs = News::Turn(Some(Turn::Runs));
    assert_eq!(recorded.hear(&row(), at(45), State::Idle, runs), [one]);
    assert_eq!(recorded.due(), None);

    let (mut recorded, _) = doubted(Word::Working, Level::Busy, State::Idle, true);
    for millis in [5, 600, 1900] {
        assert_eq!(recorded.hear(&row(), at(millis), State::Idle, over), []);
        let title = News::Title(None);
        assert_eq!(recorded.hear(&row(), at(millis), State::Idle, title), []);
    }
    assert_eq!(recorded.take_due(at(2000)), [Due::Unborne]);
}

#[test]
fn what_a_hook_has_told_meanwhile_is_no_news() {
    let asks = Level::WaitingApproval;
    let (mut recorded, _) = doubted(Word::Blocked, asks, State::Running, true);
    let runs = News::Turn(Some(Turn::Runs));
    assert_eq!(recorded.hear(&row(), at(5), State::Running, runs), []);
    let waits = State::WaitingApproval;
    assert_eq!(recorded.hear(&row(), at(45), waits, runs), []);
    assert_eq!(recorded.take_due(at(2000)), []);
}

#[test]
fn who_has_gone_says_nothing_more() {
    let mut recorded = Recorded::default();
    recorded.take(spoken(Word::Working, 0), BLIP, at(0));
    recorded.forget("tap-1");
    assert_eq!(recorded.due(), None);
}

#[test]
fn what_is_said_of_a_pane_before_its_row_is_there_counts_when_that_comes() {
    let mut recorded = Recorded::default();
    let of = |pane, state| {
        let mut spoken = spoken(state, 0);
        spoken.record.server = "/tmp/s,7".parse().ok();
        spoken.record.pane = Some(PaneId(pane));
        spoken
    };
    let key = of(5, Word::Idle).pane().unwrap();
    let early = |recorded: &mut Recorded, spoken: Spoken| {
        let Taken::Now(spoken) = recorded.take(spoken, Duration::ZERO, at(0)) else {
            panic!("it counts at once");
        };
        recorded.keep(spoken);
    };
    early(&mut recorded, of(5, Word::Working));
    early(&mut recorded, of(5, Word::Blocked));
    assert_eq!(recorded.due(), None);
    recorded.row_came(&of(6, Word::Idle).pane().unwrap(), at(10));
    assert_eq!(recorded.due(), None, "that is another pane's");
    recorded.row_came(&key, at(10));
    let due = recorded.take_due(at(10));
    assert_eq!(due, [Due::Last(of(5, Word::Blocked))]);
    early(&mut recorded, of(5, Word::Done));
    recorded.take(of(5, Word::Idle), Duration::ZERO, at(20));
    recorded.row_came(&key, at(30));
    assert_eq!(recorded.due(), None, "it was taken back");
}
