//! Rows that a client of the hub speaks for.

use super::*;
use crate::state::{PublisherWord, RowKey};

fn report(state: State, millis: i64) -> Event {
    let mut event = Event::new(
        "make".parse().unwrap(),
        state,
        address(1),
        Timestamp::from_millis(millis),
    );
    event.pane = Some(PANE);
    event.server = Some(server());
    event.source = Source::Emit;
    event
}

impl Story {
    fn publish(&mut self, event: Event) -> Outcome {
        let at = event.ts.as_micros() / 1000;
        let publisher = "wrap-1".to_owned();
        let event = Box::new(event);
        let hearsay = false;
        self.apply(
            Input::Published {
                publisher,
                event,
                hearsay,
            },
            at,
        )
    }

    fn word(&mut self, word: PublisherWord, at: i64) -> Outcome {
        let publisher = "wrap-1".to_owned();
        self.apply(
            Input::Publisher {
                publisher,
                word,
                of: None,
            },
            at,
        )
    }

    fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}

#[test]
fn a_silent_publisher_leaves_its_row_as_it_was_but_offline() {
    let mut story = Story::new();
    story.publish(report(State::Running, 100));
    assert_eq!(story.row().publisher.as_deref(), Some("wrap-1"));
    assert!(!story.row().offline);
    let outcome = story.word(PublisherWord::Silent, 30_000);
    assert_eq!(outcome.changed.len(), 1);
    assert!(story.row().offline);
    assert_eq!(story.state(), State::Running);
    story.word(PublisherWord::Heard, 31_000);
    assert!(!story.row().offline);
    story.word(PublisherWord::Silent, 62_000);
    story.word(PublisherWord::Forgotten, 362_000);
    assert!(story.is_empty());
    story.publish(report(State::Running, 400_000));
    assert_eq!(story.state(), State::Running, "it may come back");
}

#[test]
fn a_publisher_that_says_nothing_else_keeps_its_row_by_being_there() {
    let mut story = Story::new();
    let mut elsewhere = report(State::Running, 100);
    (elsewhere.pane, elsewhere.server) = (None, None);
    story.publish(elsewhere);
    story.apply(Input::Tick, 3_600_000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn who_leaves_after_its_work_leaves_the_result_and_who_leaves_in_the_middle_is_offline() {
    let mut story = Story::new();
    story.publish(report(State::Running, 100));
    story.word(PublisherWord::Left, 150);
    assert!(story.row().offline);
    story.publish(report(State::Running, 200));
    assert!(!story.row().offline, "it is back");
    story.publish(report(State::Completed, 300));
    story.word(PublisherWord::Left, 310);
    story.word(PublisherWord::Forgotten, 200_000);
    let row = story.row();
    assert_eq!(
        (row.state, row.offline, row.publisher),
        (State::Completed, false, None)
    );
}

#[test]
fn of_too_many_results_of_publishers_that_left_the_oldest_go() {
    let mut story = Story::new();
    for number in 0..300 {
        let name = format!("agent-{number}");
        let mut event = report(State::Completed, 100 + number);
        event.target = Target::agent(&name).unwrap();
        (event.pane, event.server) = (None, None);
        story.publish(event);
        story.word(PublisherWord::Left, 100 + number);
    }
    let is_there = |number| {
        let key = RowKey {
            server: None,
            place: Target::agent(&format!("agent-{number}")).unwrap(),
        };
        story.table.has_row(&key)
    };
    let left: Vec<i64> = (0..300).filter(|number| is_there(*number)).collect();
    assert_eq!(left, (44..300).collect::<Vec<i64>>());
}

#[test]
fn how_the_process_of_a_published_row_ended_is_for_its_publisher_to_say() {
    for exit_first in [true, false] {
        let mut story = Story::new();
        let mut running = report(State::Running, 100);
        running.pid = Some(PID);
        story.publish(running);
        let exited = Input::ProcessExited { pid: PID };
        if exit_first {
            story.apply(exited, 200);
            story.publish(report(State::Error, 201));
        } else {
            story.publish(report(State::Error, 200));
            story.word(PublisherWord::Left, 201);
            story.apply(exited, 202);
        }
        assert_eq!((story.state(), story.row().pid), (State::Error, None));
    }
}

/// `wrap` was killed, or hangs: nobody else says how its program ended.
#[test]
fn the_row_of_a_process_that_has_ended_goes_with_the_publisher_that_would_say_how() {
    let words = [PublisherWord::Left, PublisherWord::Silent];
    for (exit_first, word) in [(true, 0), (false, 0), (true, 1), (false, 1)] {
        let mut story = Story::new();
        let mut running = report(State::Running, 100);
        running.pid = Some(PID);
        story.publish(running);
        let exited = || Input::ProcessExited { pid: PID };
        if exit_first {
            story.apply(exited(), 200);
            assert!(!story.is_empty(), "its publisher may say how");
            story.word(words[word], 201);
        } else {
            story.word(words[word], 200);
            assert!(story.row().offline, "its process goes on");
            story.apply(exited(), 201);
        }
        assert!(story.is_empty(), "{exit_first} {word}");
        story.publish(report(State::Error, 300));
        assert_eq!(story.state(), State::Error, "it has said it after all");
    }
}

#[test]
fn a_hook_takes_its_row_back_from_a_publisher() {
    let mut story = Story::new();
    story.publish(report(State::Completed, 100));
    story.tell(event(200, Kind::SessionStarted));
    assert_eq!(story.row().publisher, None);
    story.tell(event(210, Kind::TurnStarted));
    story.word(PublisherWord::Forgotten, 300);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn what_hooks_tell_of_is_no_publishers() {
    let mut story = Story::new();
    story.tell(event(100, Kind::TurnStarted));
    let before = story.row();
    for state in [State::Idle, State::WaitingApproval, State::Error] {
        let outcome = story.publish(report(state, 200));
        assert!(outcome.held_apart.is_some());
        assert!(outcome.changed.is_empty());
    }
    let after = story.row();
    assert_eq!((after.state, after.publisher), (before.state, None));
}

#[test]
fn an_agent_by_a_name_alone_is_a_row_of_its_own_with_that_id() {
    let mut story = Story::new();
    let mut event = report(State::Running, 100);
    (event.pane, event.server) = (None, None);
    event.target = "agent/agent-1".parse().unwrap();
    story.publish(event);
    let rows = story.table.rows();
    assert_eq!(rows[0].id, "agent-1");
    assert_eq!(rows[0].target.to_string(), "agent/agent-1");
}

#[test]
fn the_same_report_again_only_says_that_its_publisher_is_there() {
    let mut story = Story::new();
    story.publish(report(State::Running, 100));
    story.word(PublisherWord::Left, 110);
    let outcome = story.publish(report(State::Running, 100));
    assert!(outcome.again);
    assert!(!story.row().offline);
}

#[test]
fn one_publisher_cannot_fill_the_table() {
    let mut story = Story::new();
    for n in 0..100 {
        let mut event = report(State::Running, 100 + i64::from(n));
        event.pane = Some(PaneId(n));
        story.publish(event);
    }
    assert_eq!(story.table.len(), 64);
    story.publish(report(State::Idle, 500));
    let rows = story.table.rows();
    let own = rows.iter().find(|row| row.pane == Some(PANE)).unwrap();
    assert_eq!(own.state, State::Idle, "its own rows stay its own");
}

#[test]
fn the_next_collector_takes_a_published_row_over_as_offline_until_its_publisher_is_back() {
    let mut before = Story::new();
    before.publish(report(State::Running, 100));
    let mut story = Story::new();
    story
        .table
        .adopt(&[before.row()], Timestamp::from_millis(200));
    assert!(story.row().offline);
    story.publish(report(State::Running, 100));
    assert!(!story.row().offline);
    let mut lost = Story::new();
    lost.table
        .adopt(&[before.row()], Timestamp::from_millis(200));
    lost.word(PublisherWord::Forgotten, 300_200);
    assert!(lost.is_empty());
}

/// What somebody says who may only publish.
fn says(story: &mut Story, event: Event) {
    let at = event.ts.as_micros() / 1000;
    let (publisher, event) = ("token-1".to_owned(), Box::new(event));
    story.apply(
        Input::Published {
            publisher,
            event,
            hearsay: true,
        },
        at,
    );
}

fn told(millis: i64) -> Event {
    let mut event = report(State::Completed, millis);
    event.assistant = Assistant::CLAUDE;
    event.pid = Some(PID);
    event.cwd = Some("/secret".to_owned());
    event.home = Some("/planted".to_owned());
    event
}

#[test]
fn what_only_a_token_to_publish_vouches_for_stays_hearsay_when_it_has_left() {
    let mut story = Story::new();
    says(&mut story, told(100));
    assert!(story.row().hearsay);
    let publisher = "token-1".to_owned();
    let (word, of) = (PublisherWord::Left, None);
    story.apply(
        Input::Publisher {
            publisher,
            word,
            of,
        },
        200,
    );
    assert_eq!((story.row().publisher, story.row().hearsay), (None, true));
    // Another collector takes the row over as it is.
    let rows = story.table.rows();
    let mut next = Story::new();
    next.table.adopt(&rows, Timestamp::from_millis(300));
    assert!(next.row().hearsay);
}

#[test]
fn who_else_tells_of_it_takes_back_the_row_and_all_that_was_hearsay() {
    let own = |story: &mut Story| {
        let mut event = report(State::Running, 200);
        event.assistant = Assistant::CLAUDE;
        story.publish(event);
    };
    let hook = |story: &mut Story| {
        drop(story.apply(Input::Event(Box::new(event(200, Kind::TurnStarted))), 200));
    };
    for takes_back in [&own as &dyn Fn(&mut Story), &hook] {
        let mut story = Story::new();
        says(&mut story, told(100));
        takes_back(&mut story);
        let row = story.row();
        assert!(!row.hearsay);
        assert_ne!(row.cwd.as_deref(), Some("/secret"));
        assert_ne!(row.home.as_deref(), Some("/planted"));
    }
}

#[test]
fn an_address_of_which_hooks_tell_on_a_listed_server_is_no_publishers_by_another_name() {
    let mut story = Story::new();
    story.apply(Input::Event(Box::new(event(100, Kind::TurnStarted))), 100);
    story.list(150, vec![listed(1, address(1))]);
    let mut fake = report(State::Completed, 200);
    (fake.pane, fake.server) = (None, None);
    fake.target = story.row().target;
    for (server, hearsay) in [(None, true), (None, false), (Some(another()), false)] {
        let mut event = fake.clone();
        event.server = server;
        let publisher = "p".to_owned();
        let event = Box::new(event);
        let outcome = story.apply(
            Input::Published {
                publisher,
                event,
                hearsay,
            },
            200,
        );
        assert_eq!(
            outcome.held_apart,
            Some("hooks or the assistant's own records tell of that pane")
        );
    }
    assert_eq!(story.table.rows().len(), 1);
    assert_eq!(story.state(), State::Running);
}

fn another() -> Server {
    Server {
        socket: "/tmp/tmux/another".into(),
        pid: 78,
    }
}

/// Some begin their session with the first prompt: its hook comes after the record, and before the prompt's own.
#[test]
fn what_works_by_its_own_word_does_so_when_its_session_begins() {
    for (by_its_word, state) in [(true, State::Running), (false, State::Idle)] {
        let mut story = Story::new();
        let mut works = report(State::Running, 100);
        works.assistant = Assistant::CODEX;
        works.instance_id = Some("wrap-7".to_owned());
        works.pid = Some(PID);
        // `wrap` says of each program that it has begun.
        works.kind = (!by_its_word).then_some(Kind::TurnStarted);
        story.publish(works);
        let mut start = event(150, Kind::SessionStarted);
        start.assistant = Assistant::CODEX;
        story.tell(start);
        assert_eq!(story.state(), state, "by its word: {by_its_word}");
        assert_eq!(story.row().publisher, None);
        let mut prompt = event(160, Kind::TurnStarted);
        prompt.assistant = Assistant::CODEX;
        story.tell(prompt);
        assert_eq!(story.state(), State::Running);
    }
}

/// `wrap -- claude attach` shows a session of the background that has waited for long, and no hook tells of that.
#[test]
fn what_is_only_known_to_have_begun_is_idle_where_its_file_says_so() {
    let mut story = Story::new();
    let mut begins = report(State::Running, 2000);
    begins.assistant = Assistant::CLAUDE;
    begins.instance_id = Some("wrap-7".to_owned());
    begins.pid = Some(PID);
    begins.kind = Some(Kind::TurnStarted);
    story.publish(begins);
    let mut waits = reading(Level::Idle, 100);
    (waits.seen, waits.stands_in) = (Timestamp::from_millis(2050), true);
    story.apply(Input::Reading(Box::new(waits)), 2050);
    story.wait_until(2051);
    assert_eq!(story.state(), State::Idle);
    story.read(Level::Busy, 3000);
    assert_eq!(story.state(), State::Running);
}
