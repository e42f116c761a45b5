//! The rules of the table, one by one. Whole recorded sessions are replayed in `tests/suite`.

mod ends;
mod kin;
mod menus;
mod published;
mod shown;
mod silent;

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Input, Level, ListedPane, Listing, Outcome, Reading, Row, Settings, Table};

const PANE: PaneId = PaneId(1);
const PID: u32 = 4242;

/// A table, a clock in milliseconds, and one session in one pane to tell about.
struct Story {
    table: Table,
    now: i64,
}

fn server() -> Server {
    Server {
        socket: "/tmp/tmux/default".into(),
        pid: 77,
    }
}

fn address(window: u32) -> Target {
    Target::Address {
        session: "work".into(),
        window,
        pane: 0,
    }
}

/// An event of the session `s1` in the pane, at `millis`.
fn event(millis: i64, kind: Kind) -> Event {
    let state = match kind {
        Kind::ApprovalRequested => State::WaitingApproval,
        Kind::InputRequested | Kind::PromptIdle => State::WaitingInput,
        Kind::TurnFinished => State::Completed,
        Kind::TurnFailed => State::Error,
        Kind::SessionStarted | Kind::SessionEnded | Kind::Interrupted => State::Idle,
        _ => State::Running,
    };
    let mut event = Event::new(
        Assistant::CLAUDE,
        state,
        address(1),
        Timestamp::from_millis(millis),
    );
    event.kind = Some(kind);
    event.pane = Some(PANE);
    event.server = Some(server());
    event.instance_id = Some("s1".into());
    event.pid = Some(PID);
    event.turn_id = Some("t1".into());
    event
}

fn tool(millis: i64, kind: Kind, id: Option<&str>, name: &str, message: &str) -> Event {
    let mut event = event(millis, kind);
    event.request_id = id.map(str::to_owned);
    event.tool = Some(name.to_owned());
    event.message = Some(message.to_owned());
    event
}

fn of_agent(mut event: Event, agent: &str) -> Event {
    event.agent_id = Some(agent.to_owned());
    event
}

fn of_turn(mut event: Event, turn: &str) -> Event {
    event.turn_id = Some(turn.to_owned());
    event
}

fn of_session(mut event: Event, instance: &str) -> Event {
    event.instance_id = Some(instance.to_owned());
    event
}

fn batch_end(millis: i64) -> Event {
    event(millis, Kind::ToolFinished)
}

fn reading(level: Level, written: i64) -> Reading {
    Reading {
        assistant: Assistant::CLAUDE,
        level,
        written: Timestamp::from_millis(written),
        seen: Timestamp::from_millis(written + 5),
        instance_id: Some("s1".into()),
        pid: Some(PID),
        pane: Some((server(), PANE)),
        cwd: Some("/src/shop".into()),
        home: None,
        attended: true,
        detail: None,
        lag: Duration::ZERO,
        stands_in: false,
    }
}

fn listed(pane: u32, target: Target) -> ListedPane {
    ListedPane {
        pane: PaneId(pane),
        target,
        shown_at: None,
        pid: PID,
        in_view: false,
        dead: false,
        title: String::new(),
    }
}

impl Story {
    fn new() -> Self {
        let settings = Settings {
            ttl: Duration::from_secs(300),
            own_server: Some(server()),
        };
        Self {
            table: Table::new(settings),
            now: 0,
        }
    }

    /// A session whose turn `t1` has begun.
    fn running() -> Self {
        let mut story = Self::new();
        story.tell(event(0, Kind::SessionStarted));
        story.tell(event(100, Kind::TurnStarted));
        story
    }

    /// A session that asks whether it may run `touch f1`.
    fn asking() -> Self {
        let mut story = Self::running();
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
        story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "touch f1"));
        story
    }

    fn apply(&mut self, input: Input, at: i64) -> Outcome {
        self.now = self.now.max(at);
        self.table.apply(input, Timestamp::from_millis(self.now))
    }

    fn tell(&mut self, event: Event) -> Outcome {
        let at = event.ts.as_micros() / 1000;
        self.apply(Input::Event(Box::new(event)), at)
    }

    fn read(&mut self, level: Level, written: i64) -> Outcome {
        self.apply(
            Input::Reading(Box::new(reading(level, written))),
            written + 5,
        )
    }

    fn list(&mut self, at: i64, panes: Vec<ListedPane>) -> Outcome {
        let asked = Timestamp::from_millis(at);
        self.apply(
            Input::Listing(Listing {
                server: server(),
                asked,
                panes,
            }),
            at + 3,
        )
    }

    fn wait_until(&mut self, at: i64) {
        self.apply(Input::Tick, at);
    }

    fn row(&self) -> Row {
        let rows = self.table.rows();
        assert_eq!(rows.len(), 1, "{rows:#?}");
        rows.into_iter().next().unwrap()
    }

    fn state(&self) -> State {
        self.row().state
    }
}

#[test]
fn a_turn_runs_and_completes() {
    let mut story = Story::new();
    story.tell(event(0, Kind::SessionStarted));
    assert_eq!(story.state(), State::Idle);
    story.tell(event(100, Kind::TurnStarted));
    assert_eq!(story.state(), State::Running);
    story.tell(event(900, Kind::TurnFinished));
    let row = story.row();
    assert_eq!(
        (row.state, row.since),
        (State::Completed, Timestamp::from_millis(900))
    );
}

#[test]
fn an_older_event_changes_no_state() {
    let mut story = Story::running();
    story.tell(event(900, Kind::TurnFinished));
    story.tell(tool(300, Kind::ToolStarted, Some("c1"), "Bash", "ls"));
    assert_eq!(story.state(), State::Completed);
    story.tell(event(50, Kind::SessionStarted));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn the_end_of_a_turn_counts_even_when_its_own_late_events_overtook_it() {
    let mut story = Story::running();
    story.tell(tool(500, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
    story.tell(event(450, Kind::TurnFinished));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn the_same_event_twice_changes_nothing() {
    let mut story = Story::asking();
    let first = story.row();
    let outcome = story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "touch f1"));
    let again = Outcome {
        again: true,
        ..Outcome::default()
    };
    assert_eq!(outcome, again);
    assert_eq!(story.row(), first);
}

#[test]
fn a_request_carries_its_command_and_the_call_it_is_about() {
    let row = Story::asking().row();
    assert_eq!(row.state, State::WaitingApproval);
    assert_eq!(row.message.as_deref(), Some("touch f1"));
    assert_eq!(row.waiting.len(), 1);
    assert_eq!(row.waiting[0].request_id.as_deref(), Some("c1"));
    assert_eq!(row.since, Timestamp::from_millis(250));
}

#[test]
fn the_end_of_its_tool_closes_a_request_and_no_other() {
    let mut story = Story::asking();
    story.tell(tool(300, Kind::ToolFinished, Some("c9"), "Read", "a.rs"));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(tool(
        400,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "touch f1",
    ));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_end_of_a_batch_closes_all_requests_of_its_agent() {
    let mut story = Story::asking();
    story.tell(of_agent(
        tool(260, Kind::ApprovalRequested, Some("c2"), "Write", "a"),
        "sub",
    ));
    story.tell(batch_end(300));
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingApproval, 1));
    assert_eq!(row.waiting[0].agent_id.as_deref(), Some("sub"));
}

#[test]
fn a_closing_that_comes_before_its_older_opening_keeps_it_closed() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "ls"));
    story.tell(tool(400, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
    story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "ls"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_late_opening_that_nothing_closed_still_counts() {
    let mut story = Story::running();
    story.tell(tool(300, Kind::ToolStarted, Some("c2"), "Read", "b"));
    story.tell(tool(250, Kind::ApprovalRequested, None, "Bash", "ls"));
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_queued_prompt_neither_closes_a_request_nor_starts_a_turn() {
    let mut story = Story::asking();
    story.tell(event(300, Kind::TurnStarted));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(of_turn(event(400, Kind::TurnStarted), "t2"));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_finished_turn_whose_sub_agent_works_is_running_and_keeps_its_request() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(event(200, Kind::TurnFinished));
    assert_eq!((story.state(), story.row().sub_agents), (State::Running, 1));
    story.tell(of_agent(
        tool(210, Kind::ApprovalRequested, None, "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(of_agent(event(300, Kind::TurnFinished), "sub"));
    assert_eq!(
        (story.state(), story.row().sub_agents),
        (State::Completed, 0)
    );
}

#[test]
fn the_end_of_a_turn_does_not_clear_the_request_of_a_sub_agent() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(of_agent(
        tool(190, Kind::ApprovalRequested, None, "Bash", "ls"),
        "sub",
    ));
    story.tell(event(200, Kind::TurnFinished));
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_sub_agent_that_has_ended_is_not_revived_by_its_late_events() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(of_agent(event(200, Kind::TurnFinished), "sub"));
    story.tell(event(210, Kind::TurnFinished));
    story.tell(of_agent(
        tool(220, Kind::ToolFinished, Some("c1"), "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn late_events_of_a_finished_turn_do_not_reopen_it() {
    for end in [Kind::TurnFinished, Kind::TurnFailed] {
        let mut story = Story::running();
        story.tell(event(200, end));
        let ended = story.state();
        story.tell(tool(210, Kind::ToolFinished, Some("c1"), "Bash", "ls"));
        story.tell(tool(220, Kind::ToolStarted, Some("c2"), "Bash", "ls"));
        story.tell(tool(230, Kind::ApprovalRequested, None, "Bash", "ls"));
        assert_eq!(story.state(), ended);
        story.tell(of_turn(
            tool(240, Kind::ToolStarted, Some("c3"), "Bash", "ls"),
            "t2",
        ));
        assert_eq!(story.state(), State::Running);
    }
}

#[test]
fn an_idle_notice_turns_only_a_long_finished_turn_into_a_wait() {
    let mut story = Story::running();
    story.tell(event(1000, Kind::TurnFinished));
    story.tell(event(30_000, Kind::PromptIdle));
    assert_eq!(story.state(), State::Completed);
    story.tell(event(61_000, Kind::PromptIdle));
    assert_eq!(story.state(), State::WaitingInput);

    let mut failed = Story::running();
    failed.tell(event(1000, Kind::TurnFailed));
    failed.tell(event(61_000, Kind::PromptIdle));
    assert_eq!(failed.state(), State::Error);
}

#[test]
fn a_headless_child_does_not_touch_the_session_of_its_pane() {
    let mut story = Story::asking();
    let before = story.row();
    for kind in [
        Kind::SessionStarted,
        Kind::TurnStarted,
        Kind::TurnFinished,
        Kind::SessionEnded,
    ] {
        let mut child = of_session(event(900, kind), "child");
        child.attended = false;
        child.pid = Some(99);
        let outcome = story.tell(child);
        assert!(outcome.held_apart.is_some(), "{kind}");
    }
    assert_eq!(story.row(), before);
}

#[test]
fn a_new_session_replaces_the_old_one_and_its_late_events() {
    let mut story = Story::asking();
    story.tell(of_session(event(500, Kind::SessionStarted), "s2"));
    assert_eq!(story.state(), State::Idle);
    let outcome = story.tell(tool(
        600,
        Kind::ToolFinished,
        Some("c1"),
        "Bash",
        "touch f1",
    ));
    assert!(outcome.held_apart.is_some());
    assert_eq!(
        (story.state(), story.row().instance_id),
        (State::Idle, Some("s2".into()))
    );
}

#[test]
fn clear_keeps_the_row_and_any_other_end_removes_it() {
    let mut story = Story::asking();
    let mut clear = event(500, Kind::SessionEnded);
    clear.message = Some("clear".into());
    story.tell(clear);
    assert_eq!(story.state(), State::Idle);
    story.tell(of_session(event(550, Kind::SessionStarted), "s2"));
    assert_eq!(story.row().instance_id.as_deref(), Some("s2"));

    let mut end = of_session(event(900, Kind::SessionEnded), "s2");
    end.message = Some("prompt_input_exit".into());
    assert_eq!(story.tell(end).removed.len(), 1);
    assert!(story.table.is_empty());
}

#[test]
fn after_its_end_only_a_start_of_the_session_makes_the_row_again() {
    let mut story = Story::running();
    story.tell(event(500, Kind::SessionEnded));
    assert!(
        story
            .tell(tool(510, Kind::ToolFinished, None, "Bash", "ls"))
            .held_apart
            .is_some()
    );
    story.read(Level::Busy, 520);
    assert!(story.table.is_empty());
    story.tell(event(900, Kind::SessionStarted));
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn a_dead_process_takes_its_row_with_it() {
    let mut story = Story::asking();
    assert_eq!(
        story
            .apply(Input::ProcessExited { pid: PID }, 300)
            .removed
            .len(),
        1
    );
    assert!(story.table.is_empty());
}

#[test]
fn a_vanished_pane_and_a_restarted_server_remove_their_rows() {
    let mut story = Story::asking();
    story.list(300, vec![listed(1, address(4))]);
    assert_eq!(story.row().target, address(4));
    story.list(400, vec![listed(2, address(4))]);
    assert!(story.table.is_empty());

    let mut story = Story::asking();
    let other = Server {
        pid: 78,
        ..server()
    };
    let listing = Listing {
        server: other,
        asked: Timestamp::from_millis(400),
        panes: vec![listed(1, address(1))],
    };
    story.apply(Input::Listing(listing), 400);
    assert!(story.table.is_empty());
}

#[test]
fn a_listing_that_was_asked_for_before_the_pane_was_heard_of_removes_nothing() {
    let mut story = Story::asking();
    story.list(100, vec![]);
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_row_with_proof_of_life_never_expires_and_one_without_does() {
    let mut story = Story::asking();
    story.wait_until(3 * 3_600_000);
    assert_eq!(story.state(), State::WaitingApproval);

    let mut story = Story::new();
    let ts = Timestamp::parse("2026-02-27T10:00:00Z").unwrap();
    let bare = Event::new(
        "mybot".parse().unwrap(),
        State::WaitingInput,
        address(1),
        ts,
    );
    story.apply(Input::Event(Box::new(bare)), 2_000_000_000_000);
    assert_eq!(story.state(), State::WaitingInput);
    assert_eq!(
        story.table.next_deadline(),
        Some(Timestamp::from_millis(2_000_000_300_000))
    );
    story.wait_until(2_000_000_300_000);
    assert!(story.table.is_empty());
}

#[test]
fn a_row_known_by_its_target_gets_the_key_of_its_pane() {
    let mut story = Story::new();
    let bare = Event::new(
        Assistant::CLAUDE,
        State::Running,
        address(1),
        Timestamp::from_millis(1),
    );
    story.tell(bare);
    story.list(10, vec![listed(1, address(1))]);
    assert_eq!(story.row().pane, Some(PANE));
    story.tell(event(20, Kind::TurnFinished));
    let later = Event::new(
        Assistant::CLAUDE,
        State::WaitingInput,
        address(1),
        Timestamp::from_millis(30),
    );
    story.tell(later);
    assert_eq!(story.state(), State::WaitingInput);
}

#[test]
fn a_finished_turn_is_seen_when_its_pane_is_in_view() {
    let mut story = Story::running();
    story.tell(event(1000, Kind::TurnFinished));
    let in_view = || ListedPane {
        in_view: true,
        ..listed(1, address(1))
    };
    story.list(1500, vec![in_view()]);
    assert_eq!(story.state(), State::Completed);
    // Nobody has to list the panes again for that.
    story.wait_until(1599);
    assert_eq!(story.state(), State::Completed);
    story.wait_until(1600);
    assert_eq!(story.state(), State::Idle);
    // One that is looked at long after its end is seen at once; one that was left before is not.
    story.list(1700, vec![listed(1, address(1))]);
    story.tell(event(2000, Kind::TurnStarted));
    story.tell(event(3000, Kind::TurnFinished));
    story.wait_until(9000);
    assert_eq!(story.state(), State::Completed);
    story.list(9100, vec![in_view()]);
    assert_eq!(story.state(), State::Idle);
    story.tell(event(10_000, Kind::TurnStarted));
    story.tell(event(11_000, Kind::TurnFinished));
    story.list(11_300, vec![listed(1, address(1))]);
    story.wait_until(12_000);
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn four_field_events_say_all_there_is() {
    let mut story = Story::new();
    let bare = |millis, state| {
        Event::new(
            "mybot".parse().unwrap(),
            state,
            address(1),
            Timestamp::from_millis(millis),
        )
    };
    for (at, state) in [
        (1, State::Running),
        (2, State::WaitingApproval),
        (3, State::WaitingInput),
        (4, State::Completed),
    ] {
        story.tell(bare(at, state));
        assert_eq!(story.state(), state);
        assert_eq!(story.row().waiting.len(), usize::from(at == 2 || at == 3));
    }
}

#[test]
fn a_clock_that_is_ahead_does_not_freeze_its_row() {
    let mut story = Story::running();
    let mut ahead = event(100, Kind::TurnFinished);
    ahead.ts = Timestamp::from_millis(99_000_000);
    story.apply(Input::Event(Box::new(ahead)), 500);
    assert_eq!(story.state(), State::Completed);
    story.tell(of_turn(event(600, Kind::TurnStarted), "t2"));
    assert_eq!(story.state(), State::Running);
}

mod witness {
    use super::*;

    #[test]
    fn start_of_the_tool_then_the_file_then_the_notice_are_one_request() {
        let mut story = Story::running();
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
        story.read(Level::WaitingApproval, 260);
        let row = story.row();
        assert_eq!(
            (row.state, row.message.as_deref()),
            (State::WaitingApproval, Some("touch f1"))
        );
        assert_eq!(row.source, Source::Witness);
        story.tell(event(6300, Kind::ApprovalRequested));
        assert_eq!(story.row().waiting.len(), 1);
        assert_eq!(story.row().since, Timestamp::from_millis(260));
    }

    #[test]
    fn a_file_that_is_read_before_the_start_of_the_tool_arrives_gets_its_command() {
        let mut story = Story::running();
        story.read(Level::WaitingApproval, 210);
        assert_eq!(story.row().message, None);
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "touch f1"));
        let row = story.row();
        assert_eq!(
            (row.waiting.len(), row.message.as_deref()),
            (1, Some("touch f1"))
        );
    }

    #[test]
    fn a_question_waits_for_input() {
        let mut story = Story::running();
        story.tell(tool(
            200,
            Kind::ToolStarted,
            Some("c1"),
            "AskUserQuestion",
            "Which colour?",
        ));
        story.tell(event(6300, Kind::ApprovalRequested));
        assert_eq!(story.state(), State::WaitingInput);
    }

    #[test]
    fn busy_after_a_request_means_it_was_approved() {
        let mut story = Story::asking();
        story.read(Level::WaitingApproval, 260);
        story.read(Level::Busy, 900);
        let row = story.row();
        assert_eq!(
            (row.state, row.message.as_deref()),
            (State::Running, Some("touch f1"))
        );
    }

    #[test]
    fn busy_from_before_a_request_does_not_close_it() {
        let mut story = Story::asking();
        story.read(Level::Busy, 240);
        assert_eq!(story.state(), State::WaitingApproval);
    }

    #[test]
    fn approving_a_sub_agents_request_is_seen() {
        let mut story = Story::running();
        story.tell(of_agent(
            tool(150, Kind::ToolStarted, Some("c1"), "Bash", "ls"),
            "sub",
        ));
        story.tell(event(200, Kind::TurnFinished));
        story.read(Level::WaitingApproval, 260);
        assert_eq!(story.row().waiting[0].agent_id.as_deref(), Some("sub"));
        story.read(Level::Busy, 900);
        assert_eq!(story.state(), State::Running);
    }

    #[test]
    fn a_change_to_busy_answers_every_dialog_that_was_there_and_none_that_is_about_to_come() {
        for (reported, left) in [(255, 0), (800, 1)] {
            let mut story = Story::asking();
            story.read(Level::WaitingApproval, 260);
            story.tell(of_agent(
                tool(reported, Kind::ApprovalRequested, Some("c2"), "Write", "a"),
                "sub",
            ));
            story.read(Level::WaitingApproval, 260);
            story.read(Level::Busy, 900);
            assert_eq!(story.row().waiting.len(), left);
        }
    }

    #[test]
    fn idle_interrupts_only_when_no_hook_explains_it() {
        let mut story = Story::asking();
        story.read(Level::Idle, 900);
        assert_eq!(story.state(), State::WaitingApproval);
        assert_eq!(
            story.table.next_deadline(),
            Some(Timestamp::from_millis(1055))
        );
        story.wait_until(1055);
        let row = story.row();
        assert_eq!(
            (row.state, row.kind),
            (State::Idle, Some(Kind::Interrupted))
        );

        let mut story = Story::running();
        story.read(Level::Idle, 900);
        story.tell(event(950, Kind::TurnFinished));
        story.wait_until(2000);
        assert_eq!(story.state(), State::Completed);
    }

    #[test]
    fn an_end_that_comes_after_the_interrupt_was_assumed_still_counts() {
        let mut story = Story::running();
        story.read(Level::Idle, 900);
        story.wait_until(1100);
        assert_eq!(story.state(), State::Idle);
        story.tell(event(1200, Kind::TurnFinished));
        assert_eq!(story.state(), State::Completed);
    }

    #[test]
    fn a_moment_of_idle_between_two_turns_changes_nothing() {
        let mut story = Story::running();
        story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
        story.tell(event(200, Kind::TurnFinished));
        story.read(Level::Idle, 900);
        story.read(Level::Busy, 902);
        story.wait_until(1200);
        assert_eq!(story.state(), State::Running);
    }

    #[test]
    fn idle_leaves_a_finished_failed_or_asked_for_prompt_alone() {
        for end in [Kind::TurnFinished, Kind::TurnFailed] {
            let mut story = Story::running();
            story.tell(event(800, end));
            let state = story.state();
            story.read(Level::Idle, 830);
            story.wait_until(2000);
            assert_eq!(story.state(), state);
        }
    }

    #[test]
    fn the_late_tool_event_of_an_interrupted_turn_does_not_reopen_it() {
        let mut story = Story::running();
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "sleep 9"));
        story.read(Level::Idle, 900);
        story.wait_until(1100);
        story.tell(tool(
            1150,
            Kind::ToolFinished,
            Some("c1"),
            "Bash",
            "sleep 9",
        ));
        assert_eq!(story.state(), State::Idle);
    }

    #[test]
    fn an_idle_reading_from_before_the_prompt_does_not_interrupt_it() {
        let mut story = Story::running();
        story.read(Level::Idle, 90);
        story.wait_until(1000);
        assert_eq!(story.state(), State::Running);
    }

    #[test]
    fn a_live_witness_makes_a_row() {
        let mut story = Story::new();
        story.read(Level::WaitingApproval, 100);
        let row = story.row();
        assert_eq!(
            (row.state, row.pane, row.pid),
            (State::WaitingApproval, Some(PANE), Some(PID))
        );
        let mut headless = reading(Level::Busy, 200);
        headless.attended = false;
        headless.instance_id = Some("other".into());
        headless.pid = Some(1);
        story.apply(Input::Reading(Box::new(headless)), 205);
        assert_eq!(story.state(), State::WaitingApproval);
    }

    #[test]
    fn a_question_whose_dialog_opens_late_is_that_question_when_it_does() {
        let ask = "ask_user_question";
        let question = |at, kind| tool(at, kind, None, ask, "Which colour?");
        for (heard, wanted) in [
            (vec![], (State::WaitingInput, Some("Which colour?"))),
            // Its notice came, and the title shows work all the same.
            (
                vec![event(300, Kind::ApprovalRequested)],
                (State::WaitingInput, Some("Which colour?")),
            ),
            (
                vec![question(600, Kind::ToolFinished)],
                (State::WaitingApproval, None),
            ),
        ] {
            let mut story = Story::running();
            story.tell(question(200, Kind::InputRequested));
            let (before, after): (Vec<_>, Vec<_>) = heard
                .into_iter()
                .partition(|event| event.ts < Timestamp::from_millis(400));
            for event in before {
                drop(story.tell(event));
            }
            // Another hook is waited for, or the title comes late.
            story.read(Level::Busy, 400);
            assert_eq!(story.state(), State::Running);
            for event in after {
                drop(story.tell(event));
            }
            story.read(Level::WaitingApproval, 1700);
            let row = story.row();
            assert_eq!((row.state, row.waiting[0].message.as_deref()), wanted);
        }
    }

    #[test]
    fn a_title_that_still_shows_a_dialog_right_after_its_answer_opens_nothing() {
        let mut story = Story::asking();
        story.tell(tool(
            1000,
            Kind::ToolFinished,
            Some("c1"),
            "Bash",
            "touch f1",
        ));
        let title = |seen: i64| Reading {
            seen: Timestamp::from_millis(seen),
            lag: Duration::from_millis(200),
            ..reading(Level::WaitingApproval, seen - 200)
        };
        story.apply(Input::Reading(Box::new(title(1040))), 1040);
        assert_eq!(story.state(), State::Running);
        let due = story.table.next_deadline().unwrap();
        assert!(due <= Timestamp::from_millis(1500), "it is read again");
        story.apply(Input::Reading(Box::new(title(1450))), 1450);
        assert_eq!(story.state(), State::WaitingApproval);
    }

    #[test]
    fn a_notice_that_comes_after_the_answer_is_taken_back_when_the_file_says_busy() {
        let mut story = Story::running();
        story.tell(tool(200, Kind::ToolStarted, Some("c1"), "Bash", "sleep 60"));
        story.read(Level::WaitingApproval, 260);
        story.read(Level::Busy, 6290);
        story.tell(event(6300, Kind::ApprovalRequested));
        let due = story.table.next_deadline().unwrap();
        assert_eq!(
            story.apply(Input::Tick, due.as_micros() / 1000).reread,
            [PID]
        );
        let mut again = reading(Level::Busy, 6290);
        again.seen = due;
        story.apply(Input::Reading(Box::new(again)), due.as_micros() / 1000);
        assert_eq!(story.state(), State::Running);
    }

    #[test]
    fn readings_of_a_session_that_was_replaced_are_dropped() {
        let mut story = Story::running();
        story.tell(of_session(event(500, Kind::SessionStarted), "s2"));
        story.read(Level::Busy, 510);
        assert_eq!(story.state(), State::Idle);
    }
}

// What other assistants than Claude need.

#[test]
fn the_end_of_a_turn_does_not_change_how_it_has_ended_already() {
    for end in [Kind::TurnFailed, Kind::Interrupted] {
        let mut story = Story::running();
        story.tell(event(500, end));
        let state = story.state();
        story.tell(event(510, Kind::TurnFinished));
        story.tell(event(900, Kind::TurnFinished));
        assert_eq!(story.state(), state, "{end}");
        story.tell(of_turn(event(1000, Kind::TurnFinished), "t2"));
        assert_eq!(story.state(), State::Completed, "{end}, then another turn");
    }
}

#[test]
fn what_qwen_does_in_the_name_of_a_sub_agent_that_has_ended_is_its_own() {
    let qwen = |mut event: Event, name: &str| {
        event.assistant = Assistant::QWEN;
        event.event = Some(name.to_owned());
        event
    };
    let named = |event, name: &str| of_agent(qwen(event, name), "a1");
    let mut story = Story::new();
    story.tell(qwen(event(0, Kind::SessionStarted), "SessionStart"));
    story.tell(qwen(event(100, Kind::TurnStarted), "UserPromptSubmit"));
    story.tell(named(event(200, Kind::TurnStarted), "SubagentStart"));
    story.tell(named(event(300, Kind::TurnFinished), "SubagentStop"));
    story.tell(qwen(event(400, Kind::TurnFinished), "Stop"));
    assert_eq!(story.state(), State::Completed);
    story.tell(named(event(1000, Kind::TurnStarted), "UserPromptSubmit"));
    assert_eq!(story.state(), State::Running);
    let asks = tool(1100, Kind::ApprovalRequested, None, "Bash", "touch f");
    story.tell(named(asks, "PermissionRequest"));
    assert_eq!(story.state(), State::WaitingApproval);
    let runs = tool(1200, Kind::ToolStarted, Some("c1"), "Bash", "touch f");
    story.tell(named(runs, "PreToolUse"));
    assert_eq!(story.state(), State::Running);
    story.tell(named(event(1300, Kind::TurnFinished), "Stop"));
    assert_eq!(story.state(), State::Completed);
    // An interrupted one: told by the notice alone, which may name nobody.
    story.tell(named(event(2000, Kind::TurnStarted), "UserPromptSubmit"));
    story.tell(qwen(event(2100, Kind::Interrupted), "Notification"));
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn a_turn_known_by_its_session_begins_again_and_again() {
    let mut story = Story::running();
    for start in [1000, 2000, 3000] {
        story.tell(event(start, Kind::TurnStarted));
        assert_eq!(story.state(), State::Running);
        story.tell(event(start + 500, Kind::TurnFailed));
        story.tell(event(start + 501, Kind::TurnFinished));
        assert_eq!(story.state(), State::Error);
    }
}

#[test]
fn an_interrupt_when_nothing_was_going_on_changes_nothing() {
    for (end, state) in [
        (Kind::TurnFinished, State::Completed),
        (Kind::TurnFailed, State::Error),
    ] {
        let mut story = Story::running();
        story.tell(event(500, end));
        story.tell(event(504, Kind::Interrupted));
        assert_eq!(story.state(), state);
    }
}

#[test]
fn an_interrupt_ends_the_sub_agents_too() {
    let mut story = Story::running();
    story.tell(of_agent(event(200, Kind::TurnStarted), "sub"));
    story.tell(event(500, Kind::Interrupted));
    assert_eq!(story.state(), State::Idle);
    story.tell(of_agent(
        tool(600, Kind::ToolStarted, Some("c9"), "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::Running, "one that lives on says so");
}

#[test]
fn a_failed_turn_that_is_tried_again_runs() {
    let mut story = Story::running();
    story.tell(event(500, Kind::TurnFailed));
    story.tell(batch_end(400));
    assert_eq!(story.state(), State::Error, "what was before the failure");
    story.tell(batch_end(700));
    assert_eq!(story.state(), State::Running);
    story.tell(event(900, Kind::TurnFailed));
    assert_eq!(story.state(), State::Error);
}

#[test]
fn a_finished_turn_is_not_tried_again() {
    let mut story = Story::running();
    story.tell(event(500, Kind::TurnFinished));
    story.tell(batch_end(700));
    assert_eq!(story.state(), State::Completed);
}

/// An error that the assistant says it may recover from.
fn setback(millis: i64) -> Event {
    let mut event = event(millis, Kind::Note);
    event.state = State::Error;
    event.message = Some("no answer".into());
    event
}

#[test]
fn an_error_is_believed_when_nothing_has_overcome_it() {
    let mut story = Story::running();
    story.tell(setback(200));
    story.tell(setback(5000));
    story.wait_until(14_999);
    assert_eq!(story.state(), State::Running);
    story.wait_until(15_000);
    let row = story.row();
    assert_eq!(
        (row.state, row.kind),
        (State::Error, Some(Kind::TurnFailed))
    );
    assert_eq!(row.message.as_deref(), Some("no answer"));
}

#[test]
fn an_error_is_believed_at_once_when_a_witness_says_that_the_work_is_over() {
    let mut story = Story::running();
    story.tell(setback(2000));
    story.read(Level::Idle, 2050);
    story.wait_until(2300);
    assert_eq!(story.state(), State::Error);
    assert_eq!(story.row().message.as_deref(), Some("no answer"));
}

#[test]
fn an_error_that_was_overcome_is_forgotten() {
    for after in [
        tool(900, Kind::ToolFinished, Some("c1"), "Bash", "ls"),
        event(900, Kind::TurnFinished),
        event(900, Kind::Interrupted),
    ] {
        let mut story = Story::running();
        story.tell(setback(200));
        story.tell(after);
        let state = story.state();
        story.wait_until(60_000);
        assert_eq!(story.state(), state);
    }
    let mut story = Story::new();
    story.tell(event(0, Kind::SessionStarted));
    story.tell(setback(200));
    story.wait_until(60_000);
    assert_eq!(story.state(), State::Idle, "no turn to fail");
}

#[test]
fn a_question_that_is_not_refused_is_asked() {
    let mut story = Story::running();
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.wait_until(499);
    assert_eq!(story.state(), State::Running);
    story.wait_until(500);
    let row = story.row();
    assert_eq!(row.state, State::WaitingInput);
    assert_eq!(row.message.as_deref(), Some("Which?"));
    story.tell(tool(900, Kind::ToolFinished, Some("c1"), "ask_user", ""));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_question_that_is_refused_at_once_was_never_asked() {
    let mut story = Story::running();
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.tell(batch_end(240));
    story.wait_until(5000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn where_a_witness_knows_it_is_asked_whether_a_dialog_is_open() {
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.tell(tool(
        200,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    let outcome = story.apply(Input::Tick, 500);
    assert_eq!(outcome.reread, [PID]);
    assert_eq!(story.state(), State::Running);
    story.read(Level::WaitingApproval, 505);
    assert_eq!(story.state(), State::WaitingInput);
}

#[test]
fn a_question_that_starts_after_its_answer_is_not_asked_again() {
    let mut story = Story::running();
    story.tell(tool(200, Kind::InputRequested, None, "ask_user", "Which?"));
    story.tell(tool(
        900,
        Kind::ToolStarted,
        Some("c1"),
        "ask_user",
        "Which?",
    ));
    story.wait_until(5000);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn the_end_of_a_tool_with_its_input_closes_the_request_for_that_input() {
    let mut story = Story::running();
    for (at, input) in [(200, "touch a"), (210, "touch b")] {
        story.tell(tool(at, Kind::ApprovalRequested, None, "bash", input));
    }
    story.tell(tool(900, Kind::ToolFinished, None, "bash", "touch b"));
    assert_eq!(story.row().message.as_deref(), Some("touch a"));
    story.tell(tool(
        950,
        Kind::ToolFinished,
        None,
        "bash",
        "what it became",
    ));
    assert_eq!(story.state(), State::Running);
}

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
