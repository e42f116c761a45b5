//! Sessions that no pane shows.

use super::*;

const JOB: &str = "job";
const WORKER: u32 = 900;

/// What the session says of itself, written at `at`, while no pane shows it.
fn behind(level: Level, at: i64) -> Reading {
    Reading {
        instance_id: Some(JOB.into()),
        pid: Some(WORKER),
        pane: None,
        background: Some(place()),
        stands_in: true,
        ..reading(level, at)
    }
}

/// The same while the story's pane shows it.
fn in_front(level: Level, at: i64) -> Reading {
    Reading {
        instance_id: Some(JOB.into()),
        background: Some(place()),
        stands_in: true,
        ..reading(level, at)
    }
}

/// The same while another pane shows it.
fn in_second(level: Level, at: i64) -> Reading {
    Reading {
        pid: Some(777),
        pane: Some((server(), PaneId(9))),
        ..in_front(level, at)
    }
}

/// The same while a terminal in no pane shows it.
fn in_terminal(level: Level, at: i64) -> Reading {
    Reading {
        pane: None,
        terminal: Some(terminal()),
        ..in_front(level, at)
    }
}

fn terminal() -> Target {
    Target::Process {
        terminal: "pts/3".into(),
        pid: PID,
        start: 5,
    }
}

fn place() -> Target {
    Target::in_background(WORKER, 7)
}

impl Story {
    /// One of whose ended sessions none is forgotten.
    fn that_keeps_all() -> Self {
        let mut story = Self::new();
        story.table.set_keep_ended(Duration::from_secs(3600));
        story
    }

    fn learn(&mut self, reading: Reading) -> Outcome {
        let at = reading.seen.as_micros() / 1000;
        self.apply(Input::Reading(Box::new(reading)), at)
    }

    fn rows(&self) -> Vec<Row> {
        self.table.rows()
    }
}

/// What its transcript tells of the session, at `at`.
fn told(kind: Kind, state: State, at: i64) -> Event {
    let mut event = event(at, kind);
    event.state = state;
    event.instance_id = Some(JOB.into());
    event.turn_id = None;
    event.source = Source::Witness;
    event.pid = Some(WORKER);
    (event.server, event.pane, event.target) = (None, None, place());
    event
}

#[test]
fn it_is_a_row_of_its_own_that_says_what_its_file_and_its_transcript_say() {
    let mut story = Story::that_keeps_all();
    story.learn(behind(Level::Busy, 1000));
    let row = story.row();
    assert_eq!(row.id, "::background@900.7");
    assert_eq!((row.state, row.pane), (State::Running, None));
    assert!(row.is_in_background() && !row.may_be_in_a_pane());
    let mut tool = told(Kind::ToolStarted, State::Running, 1900);
    (tool.tool, tool.message) = (Some("Bash".into()), Some("touch x".into()));
    tool.request_id = Some("toolu_1".into());
    story.tell(tool);
    story.learn(behind(Level::WaitingApproval, 2000));
    let row = story.row();
    assert_eq!(row.state, State::WaitingApproval);
    let [request] = &row.waiting[..] else {
        panic!("{:?}", row.waiting);
    };
    assert_eq!(request.message.as_deref(), Some("touch x"));
    story.learn(behind(Level::Busy, 3000));
    assert_eq!(story.state(), State::Running);
    story.tell(told(Kind::TurnFinished, State::Completed, 4000));
    story.learn(behind(Level::Idle, 4010));
    story.wait_until(5000);
    assert_eq!(story.state(), State::Completed);
    // A long time is no end, and nobody else's listing is.
    story.list(6000, vec![]);
    story.wait_until(3 * 3_600_000);
    assert_eq!(story.rows().len(), 1);
    story.apply(Input::ProcessExited { pid: WORKER }, 3 * 3_600_000);
    assert!(story.table.is_empty());
    assert!(story.table.ended_sessions().is_empty());
}

#[test]
fn the_pane_that_shows_it_takes_its_row_with_all_that_is_known() {
    let mut story = Story::that_keeps_all();
    story.learn(behind(Level::Busy, 1000));
    story.tell(told(Kind::TurnFailed, State::Error, 2000));
    story.learn(behind(Level::Idle, 2010));
    let before = story.row();
    assert_eq!(before.state, State::Error);
    let outcome = story.learn(in_front(Level::Idle, 2010));
    assert_eq!(outcome.removed.len(), 1);
    assert_eq!(outcome.changed.len(), 1);
    let row = story.row();
    assert_eq!((row.state, row.since), (State::Error, before.since));
    assert_eq!((row.pane, row.pid), (Some(PANE), Some(PID)));
    assert!(!row.is_in_background() && row.generation >= before.generation);
    // It is the pane's until that shows it no more.
    story.learn(behind(Level::Busy, 3000));
    assert_eq!((story.rows().len(), story.row().pane), (1, Some(PANE)));
    // It goes on without one, as it was, from that very moment.
    let outcome = story.apply(Input::ProcessExited { pid: PID }, 4000);
    assert_eq!((outcome.removed.len(), outcome.changed.len()), (1, 1));
    assert!(story.row().is_in_background());
    story.learn(behind(Level::Idle, 4100));
    let row = story.row();
    assert!(row.is_in_background());
    assert_eq!((row.state, row.since), (State::Error, before.since));
    assert_eq!((row.pane, row.pid), (None, Some(WORKER)));
    assert!(story.table.ended_sessions().is_empty(), "it lives");
    story.apply(Input::ProcessExited { pid: WORKER }, 5000);
    assert!(
        story.table.ended_sessions().is_empty(),
        "its assistant keeps it"
    );
}

#[test]
fn the_terminal_that_shows_it_takes_its_row_and_leaves_it_behind() {
    let mut story = Story::that_keeps_all();
    story.learn(behind(Level::WaitingApproval, 1000));
    let before = story.row();
    let outcome = story.learn(in_terminal(Level::WaitingApproval, 1000));
    assert_eq!((outcome.removed.len(), outcome.changed.len()), (1, 1));
    let row = story.row();
    assert_eq!((row.id.as_str(), row.pid), ("::pts/3@4242.5", Some(PID)));
    assert_eq!((row.state, row.since), (before.state, before.since));
    assert_eq!(row.waiting, before.waiting);
    // As long as it is shown there, its process has no row, however often that is looked at.
    for at in [2000, 3000] {
        story.learn(behind(Level::Busy, at));
        story.learn(in_terminal(Level::Busy, at));
        assert_eq!(story.row().id, "::pts/3@4242.5");
    }
    let outcome = story.apply(Input::ProcessExited { pid: PID }, 4000);
    assert_eq!((outcome.removed.len(), outcome.changed.len()), (1, 1));
    assert!(story.row().is_in_background());
    assert_eq!(story.row().pid, Some(WORKER));
}

#[test]
fn a_session_that_was_moved_in_a_terminal_stays_the_terminals_row() {
    let mut story = Story::new();
    let own = |level, at| Reading {
        pane: None,
        terminal: Some(terminal()),
        ..reading(level, at)
    };
    story.learn(own(Level::Idle, 1000));
    for at in [2000, 3000, 4000] {
        story.learn(in_terminal(Level::Idle, at));
        story.learn(behind(Level::Idle, at));
        let row = story.row();
        assert_eq!(
            (row.id.as_str(), row.instance_id.as_deref()),
            ("::pts/3@4242.5", Some(JOB))
        );
    }
}

#[test]
fn what_ends_with_its_pane_is_no_row_and_within_reach() {
    let mut story = Story::that_keeps_all();
    story.learn(in_front(Level::Busy, 1000));
    story.apply(Input::ProcessExited { pid: PID }, 3000);
    // Nobody has seen it go on.
    story.apply(Input::ProcessExited { pid: WORKER }, 3010);
    assert!(story.table.is_empty());
    assert_eq!(story.table.ended_sessions().len(), 1);
}

#[test]
fn of_two_panes_that_show_it_the_first_one_has_its_row_and_its_request_is_there_once() {
    let mut story = Story::that_keeps_all();
    story.learn(behind(Level::WaitingApproval, 1000));
    let mut requests = Vec::new();
    for at in [2000, 3000] {
        story.learn(in_front(Level::WaitingApproval, at));
        story.learn(in_second(Level::WaitingApproval, at + 10));
        let row = story.row();
        assert_eq!((row.pane, row.state), (Some(PANE), State::WaitingApproval));
        requests.push(row.waiting);
    }
    assert_eq!(requests[0], requests[1]);
    // The second one has it as soon as the first one shows it no more.
    story.apply(Input::ProcessExited { pid: PID }, 4000);
    assert!(story.row().is_in_background());
    story.learn(in_second(Level::WaitingApproval, 4100));
    assert_eq!(story.row().pane, Some(PaneId(9)));
    story.apply(Input::ProcessExited { pid: 777 }, 5000);
    story.learn(behind(Level::WaitingApproval, 5100));
    assert!(story.row().is_in_background());
}

#[test]
fn a_pane_that_goes_on_with_another_session_shows_that_one_only() {
    let mut story = Story::running();
    story.learn(behind(Level::WaitingApproval, 1000));
    assert_eq!(story.rows().len(), 2);
    let outcome = story.learn(in_front(Level::WaitingApproval, 2000));
    assert_eq!(outcome.removed.len(), 1);
    let row = story.row();
    assert_eq!(
        (row.pane, row.instance_id.as_deref()),
        (Some(PANE), Some(JOB))
    );
    // Back to its own: the other one is nobody's again.
    story.learn(reading(Level::Idle, 3000));
    assert_eq!(story.rows().len(), 2, "it is its process's at once");
    story.learn(behind(Level::WaitingApproval, 2000));
    let behind = story
        .rows()
        .iter()
        .filter(|row| row.is_in_background())
        .count();
    assert_eq!((story.rows().len(), behind), (2, 1));
}

#[test]
fn one_that_nobody_attends_or_that_may_be_in_a_pane_makes_none() {
    let mut story = Story::new();
    let headless = Reading {
        attended: false,
        ..behind(Level::Busy, 1000)
    };
    story.learn(headless);
    let somewhere = Reading {
        background: None,
        ..behind(Level::Busy, 1000)
    };
    story.learn(somewhere);
    assert!(story.table.is_empty());
}

#[test]
fn what_comes_to_life_again_with_another_process_is_a_row_again() {
    let mut story = Story::new();
    story.learn(behind(Level::Busy, 1000));
    story.apply(Input::ProcessExited { pid: WORKER }, 2000);
    story.learn(behind(Level::Busy, 1000));
    assert!(story.table.is_empty(), "the file that it left says nothing");
    let again = Reading {
        pid: Some(WORKER + 1),
        background: Some(Target::in_background(WORKER + 1, 9)),
        ..behind(Level::Busy, 3000)
    };
    story.learn(again);
    assert_eq!(story.row().pid, Some(WORKER + 1));
}
