//! Trust in one session, for a time.

use super::*;

fn trust(story: &mut Story, instance: &str, at: i64, until: Option<i64>) -> Outcome {
    let row = story.row().id;
    story.apply(
        Input::Trust {
            row,
            instance_id: instance.into(),
            until: until.map(Timestamp::from_millis),
        },
        at,
    )
}

#[test]
fn trust_ends_with_its_time_and_when_it_is_taken_back() {
    let mut story = Story::running();
    assert_eq!(trust(&mut story, "s1", 300, Some(5_000)).changed.len(), 1);
    assert_eq!(
        story.row().trusted_until,
        Some(Timestamp::from_millis(5_000))
    );
    let due = story.table.next_deadline();
    assert_eq!(due, Some(Timestamp::from_millis(5_000)));
    let over = story.apply(Input::Tick, 5_000);
    assert_eq!((over.changed.len(), story.row().trusted_until), (1, None));

    trust(&mut story, "s1", 5_100, Some(9_000));
    trust(&mut story, "s1", 5_200, None);
    assert_eq!(story.row().trusted_until, None);
}

#[test]
fn trust_is_of_one_session_and_goes_with_it_and_with_its_row() {
    let mut story = Story::running();
    let other = trust(&mut story, "s2", 300, Some(50_000));
    assert!(other.changed.is_empty() && story.row().trusted_until.is_none());

    trust(&mut story, "s1", 300, Some(50_000));
    story.tell(of_session(event(500, Kind::SessionStarted), "s2"));
    assert_eq!(story.row().trusted_until, None, "another session");

    let mut story = Story::running();
    trust(&mut story, "s1", 300, Some(50_000));
    story.apply(Input::ProcessExited { pid: PID }, 400);
    assert!(story.table.is_empty());
    story.tell(event(500, Kind::SessionStarted));
    assert_eq!(story.row().trusted_until, None, "the same session, resumed");
}
