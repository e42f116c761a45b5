//! The rules of the table, one by one. Whole recorded sessions are replayed in `tests/suite`.

mod background;
mod ends;
mod kin;
mod menus;
mod published;
mod questions;
mod records;
mod requests;
mod sessions;
mod setbacks;
mod shown;
mod signs_of_life;
mod silent;
mod sub_agents;
mod trusted;
mod turns;
mod within_reach;
mod witness;

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Input, Level, ListedPane, Listing, Outcome, Present, Reading, Row, Settings, Table};

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
        terminal: None,
        background: None,
        cwd: Some("/src/shop".into()),
        home: None,
        attended: true,
        detail: None,
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: false,
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
        window: None,
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
