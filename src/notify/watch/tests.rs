//! When somebody is told, and of what.

use pane_patrol_hooks::event::Source;

use super::*;
use crate::state::fixture::row;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn watch(settings: &str) -> Watch {
    let settings = toml::from_str(settings).unwrap();
    Watch::new(settings, UtcOffset::UTC, at(100))
}

/// Pane 1 in `state` since `since`, without a request.
fn plain(state: State, since: i64) -> Row {
    let mut row = row(1, "claude", state, "shop:1.1", 0);
    row.since = at(since);
    row
}

fn asking(requests: &[(Option<&str>, i64)]) -> Row {
    let mut row = plain(State::WaitingApproval, requests[0].1);
    row.waiting = requests
        .iter()
        .map(|(id, since)| Request {
            state: State::WaitingApproval,
            request_id: id.map(str::to_owned),
            agent_id: None,
            tool: Some("Bash".to_owned()),
            message: None,
            since: at(*since),
            source: Source::Hook,
        })
        .collect();
    row
}

fn hear(watch: &mut Watch, row: &Row) {
    watch.hear(Update::Row(Arc::new(row.clone())));
}

fn told(watch: &mut Watch, now: i64) -> Vec<Option<String>> {
    let notices = watch.due(at(now), &Snoozes::default());
    notices
        .into_iter()
        .map(|notice| notice.request.and_then(|request| request.request_id))
        .collect()
}

#[test]
fn a_request_is_told_of_after_the_delay_and_just_once() {
    let mut watch = watch("delay_seconds = 10");
    hear(&mut watch, &asking(&[(Some("a"), 200)]));
    assert_eq!(watch.next(), Some(at(210)));
    assert!(told(&mut watch, 209).is_empty());
    assert_eq!(told(&mut watch, 210), [Some("a".to_owned())]);
    hear(&mut watch, &asking(&[(Some("a"), 200)]));
    hear(&mut watch, &plain(State::Running, 220));
    hear(&mut watch, &asking(&[(Some("a"), 230)]));
    assert_eq!(watch.next(), None, "seen again is not asked again");
    hear(&mut watch, &asking(&[(Some("b"), 240)]));
    assert_eq!(told(&mut watch, 250), [Some("b".to_owned())]);
}

#[test]
fn what_is_suspended_is_told_of_when_it_goes_on() {
    let mut watch = watch("delay_seconds = 10");
    let mut row = asking(&[(Some("a"), 200)]);
    row.suspended = true;
    hear(&mut watch, &row);
    assert_eq!(watch.next(), None);
    assert!(told(&mut watch, 300).is_empty());
    row.suspended = false;
    hear(&mut watch, &row);
    assert_eq!(watch.next(), Some(at(210)));
    assert_eq!(told(&mut watch, 300), [Some("a".to_owned())]);
    row.suspended = true;
    hear(&mut watch, &row);
    row.suspended = false;
    hear(&mut watch, &row);
    assert!(told(&mut watch, 400).is_empty(), "once");
}

#[test]
fn a_request_that_learns_its_id_later_is_the_same_one() {
    let mut watch = watch("delay_seconds = 0");
    hear(&mut watch, &asking(&[(None, 200)]));
    assert_eq!(told(&mut watch, 200), [None]);
    hear(&mut watch, &asking(&[(Some("a"), 200)]));
    assert!(told(&mut watch, 201).is_empty());
    hear(&mut watch, &asking(&[(Some("a"), 202)]));
    assert!(told(&mut watch, 203).is_empty());
}

#[test]
fn what_was_answered_in_time_and_what_is_older_than_the_watch_is_not_told_of() {
    let mut watch = watch("delay_seconds = 10");
    hear(&mut watch, &asking(&[(Some("a"), 200)]));
    hear(&mut watch, &plain(State::Running, 205));
    hear(&mut watch, &asking(&[(Some("old"), 99)]));
    assert_eq!(watch.next(), None);
    watch.hear(Update::Gone(asking(&[(None, 1)]).id));
    assert!(told(&mut watch, 300).is_empty());
}

#[test]
fn who_takes_over_tells_of_what_was_not_due_yet_and_of_nothing_twice() {
    let settings: Settings = toml::from_str("delay_seconds = 10").unwrap();
    let mut watch = Watch::taken_over(settings, UtcOffset::UTC, at(210));
    let rows = vec![asking(&[(Some("told"), 200), (Some("pending"), 201)])];
    watch.hear(Update::Snapshot(rows));
    assert_eq!(watch.next(), Some(at(211)));
    assert_eq!(told(&mut watch, 211), [Some("pending".to_owned())]);
    assert!(told(&mut watch, 300).is_empty());
}

#[test]
fn several_requests_of_one_row_are_one_notice() {
    let mut watch = watch("delay_seconds = 1");
    hear(&mut watch, &asking(&[(Some("a"), 200), (Some("b"), 201)]));
    assert_eq!(told(&mut watch, 202), [Some("a".to_owned())]);
    assert!(told(&mut watch, 300).is_empty());
}

#[test]
fn a_second_request_is_told_of_in_its_own_words() {
    let mut watch = watch("delay_seconds = 0");
    hear(&mut watch, &asking(&[(Some("a"), 200)]));
    assert_eq!(told(&mut watch, 200), [Some("a".to_owned())]);
    hear(&mut watch, &asking(&[(Some("a"), 200), (None, 205)]));
    let second = watch.due(at(205), &Snoozes::default());
    let request = second[0].request.as_ref().unwrap();
    assert_eq!((&request.request_id, request.since), (&None, at(205)));
}

#[test]
fn a_state_is_told_of_only_if_it_is_wanted_and_again_when_it_begins_again() {
    let mut watch = watch("delay_seconds = 0\ncompleted = ['tmux']");
    hear(&mut watch, &plain(State::Error, 200));
    assert_eq!(watch.next(), None);
    hear(&mut watch, &plain(State::Completed, 210));
    assert_eq!(
        watch.due(at(210), &Snoozes::default())[0].channels,
        [Channel::Message]
    );
    hear(&mut watch, &plain(State::Completed, 210));
    assert!(told(&mut watch, 211).is_empty());
    hear(&mut watch, &plain(State::Completed, 220));
    assert_eq!(told(&mut watch, 220), [None]);
}

#[test]
fn snoozed_rows_and_quiet_hours_wait_and_are_told_of_at_their_end_if_still_open() {
    let mut rested = watch("delay_seconds = 0");
    let row = asking(&[(Some("a"), 200)]);
    hear(&mut rested, &row);
    let snoozes = Snoozes::default().with(&row.id, Some(at(260)), at(200));
    assert!(rested.due(at(200), &snoozes).is_empty());
    assert_eq!(rested.next(), Some(at(260)));
    assert_eq!(rested.due(at(260), &snoozes).len(), 1);
    let mut night = watch("delay_seconds = 0\nquiet = '00:00-00:05'");
    hear(&mut night, &row);
    assert!(told(&mut night, 299).is_empty());
    assert_eq!(night.next(), Some(at(300)));
    hear(&mut night, &plain(State::Running, 299));
    assert_eq!(night.next(), None);
}

proptest::proptest! {
    #[test]
    fn whatever_comes_in_whatever_order_no_request_is_told_of_twice(
        steps in proptest::collection::vec((0_usize..5, 0_usize..4, 0_i64..20), 1..80),
    ) {
        let mut watch = watch("delay_seconds = 5");
        let (mut now, mut told) = (200, Vec::new());
        let ids = ["a", "b", "c", "d"];
        for (kind, which, passes) in steps {
            now += passes;
            match kind {
                0 => hear(&mut watch, &plain(State::Running, now)),
                1 => hear(&mut watch, &asking(&[(Some(ids[which]), now), (Some(ids[3 - which]), now)])),
                _ => hear(&mut watch, &asking(&[(Some(ids[which]), now)])),
            }
            let snoozes = Snoozes::default();
            told.extend(watch.due(at(now), &snoozes).into_iter().map(|notice| notice.request.and_then(|request| request.request_id)));
        }
        let mut once = told.clone();
        once.sort();
        once.dedup();
        proptest::prop_assert_eq!(once.len(), told.len());
        proptest::prop_assert!(watch.next().is_none_or(|due| due > at(now) && due <= at(now).plus(Duration::from_secs(5))));
    }
}
