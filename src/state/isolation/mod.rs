//! Tests: nothing of one session, assistant or tmux server reaches another one's row. As a property:
//! whatever is told of several at once, each row is the one that it would have been alone.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use proptest::prelude::*;

use super::{Input, Level, ListedPane, Listing, Outcome, Reading, Row, RowKey, Settings, Table};

/// Panes of each server; they have the same ids and addresses on both.
const PANES: u32 = 3;

/// All of them work in the same folder.
const FOLDER: &str = "/src/shop";

fn server(socket: usize, pid: u32) -> Server {
    Server {
        socket: ["/tmp/tmux/default", "/tmp/tmux/other"][socket].into(),
        pid,
    }
}

fn address(window: u32) -> Target {
    Target::Address {
        session: "work".into(),
        window,
        pane: 0,
    }
}

fn table() -> Table {
    let mut table = Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    });
    table.set_own_socket(server(0, 0).socket);
    table
}

/// Lets every deadline be met when it is due, then applies the input.
fn apply(table: &mut Table, input: Input, at: i64) -> Outcome {
    let at = Timestamp::from_millis(at);
    for _ in 0..1000 {
        let Some(due) = table.next_deadline().filter(|due| *due <= at) else {
            break;
        };
        table.apply(Input::Tick, due);
    }
    table.apply(input, at)
}

fn listing(server: &Server, at: i64) -> Input {
    let pane = |id| ListedPane {
        pane: PaneId(id),
        target: address(id),
        shown_at: None,
        pid: 1,
        in_view: false,
        dead: false,
        title: String::new(),
    };
    Input::Listing(Listing {
        server: server.clone(),
        asked: Timestamp::from_millis(at),
        panes: (0..PANES).map(pane).collect(),
    })
}

/// One session in one pane.
#[derive(Clone, Debug)]
struct Session {
    server: Server,
    pane: u32,
    assistant: Assistant,
    instance: String,
    pid: u32,
    /// It knows its place only by hand, and no server, as in a container.
    is_told: bool,
}

impl Session {
    fn key(&self) -> RowKey {
        RowKey {
            server: Some(self.server.clone()),
            place: Target::Pane(PaneId(self.pane)),
        }
    }

    fn event(&self, at: i64, kind: Kind) -> Event {
        let state = match kind {
            Kind::ApprovalRequested => State::WaitingApproval,
            Kind::InputRequested | Kind::PromptIdle => State::WaitingInput,
            Kind::TurnFinished => State::Completed,
            Kind::TurnFailed => State::Error,
            Kind::SessionStarted | Kind::SessionEnded | Kind::Interrupted => State::Idle,
            _ => State::Running,
        };
        let now = Timestamp::from_millis(at);
        let mut event = Event::new(self.assistant.clone(), state, address(self.pane), now);
        event.kind = Some(kind);
        event.instance_id = Some(self.instance.clone());
        event.cwd = Some(FOLDER.to_owned());
        // Where none is told, the collector fills in its own.
        event.server = Some(self.server.clone());
        if !self.is_told {
            event.pane = Some(PaneId(self.pane));
            event.pid = Some(self.pid);
        }
        event
    }

    /// About a tool; all sessions number their calls alike.
    fn tool(&self, at: i64, kind: Kind, call: u8) -> Event {
        let mut event = self.event(at, kind);
        event.tool = Some("Bash".to_owned());
        event.message = Some(format!("make {call}"));
        event.request_id = (kind != Kind::ApprovalRequested).then(|| format!("call{call}"));
        event
    }

    fn reading(&self, at: i64, level: Level) -> Input {
        Input::Reading(Box::new(Reading {
            assistant: self.assistant.clone(),
            level,
            written: Timestamp::from_millis(at - 2),
            seen: Timestamp::from_millis(at),
            instance_id: Some(self.instance.clone()),
            pid: Some(self.pid),
            pane: Some((self.server.clone(), PaneId(self.pane))),
            cwd: Some(FOLDER.to_owned()),
            home: None,
            attended: true,
            detail: None,
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
        }))
    }
}

fn input(event: Event) -> Input {
    Input::Event(Box::new(event))
}

/// All sessions in one table, and each in a table of its own.
struct World {
    now: i64,
    sessions: Vec<Session>,
    together: Table,
    alone: Vec<Table>,
}

impl World {
    /// A session in each pane of two servers. Those in panes of the same number are of the same
    /// assistant, and mostly one session that was taken up twice.
    fn new() -> Self {
        let assistants = [Assistant::CLAUDE, Assistant::CODEX, Assistant::CLAUDE];
        let mut sessions = Vec::new();
        for socket in 0..2_u32 {
            for pane in 0..PANES {
                let is_told = (socket, pane) == (0, 2);
                sessions.push(Session {
                    server: server(socket as usize, 7),
                    pane,
                    assistant: assistants[pane as usize].clone(),
                    instance: match pane {
                        1 => format!("s{socket}"),
                        _ => format!("resumed{pane}"),
                    },
                    pid: 100 + 10 * socket + pane,
                    is_told,
                });
            }
        }
        let mut world = Self {
            now: 1000,
            together: table(),
            alone: sessions.iter().map(|_| table()).collect(),
            sessions,
        };
        for socket in 0..2 {
            world.list(&server(socket, 7));
        }
        for which in 0..world.sessions.len() {
            world.now += 5;
            let event = world.sessions[which].event(world.now, Kind::SessionStarted);
            world.tell(which, &input(event));
        }
        world
    }

    fn tell(&mut self, which: usize, told: &Input) -> Outcome {
        apply(&mut self.alone[which], told.clone(), self.now);
        apply(&mut self.together, told.clone(), self.now)
    }

    fn list(&mut self, server: &Server) {
        for table in self.alone.iter_mut().chain([&mut self.together]) {
            apply(table, listing(server, self.now), self.now);
        }
    }

    /// The server of that session is killed and another one started on its socket, with the same
    /// panes and the same sessions in them; `anew` takes them up under other names.
    fn restart(&mut self, which: usize, anew: bool) {
        let old = self.sessions[which].server.clone();
        let new = server(usize::from(old.socket == server(1, 0).socket), old.pid + 1);
        self.now += 10;
        self.list(&new);
        for which in 0..self.sessions.len() {
            let session = &mut self.sessions[which];
            if session.server != old {
                continue;
            }
            session.server = new.clone();
            session.pid += 1000;
            if anew {
                session.instance.push('\'');
            }
            self.now += 5;
            let event = self.sessions[which].event(self.now, Kind::SessionStarted);
            self.tell(which, &input(event));
        }
    }

    fn step(&mut self, which: usize, step: Step) {
        let (session, at) = (self.sessions[which].clone(), self.now);
        let told = match step {
            Step::Tell(kind) => input(session.event(at, kind)),
            Step::Tool(kind, call) => input(session.tool(at, kind, call)),
            Step::SubAgent(kind, call) => {
                let mut event = session.tool(at, kind, call);
                event.agent_id = Some("agent1".to_owned());
                input(event)
            }
            // In a container nobody sees its file, nor its process.
            Step::Read(_) | Step::Exit if session.is_told => return,
            Step::Read(level) => session.reading(at, level),
            Step::Exit => {
                self.tell(which, &Input::ProcessExited { pid: session.pid });
                self.sessions[which].pid += 1000;
                self.now += 5;
                let event = self.sessions[which].event(self.now, Kind::SessionStarted);
                input(event)
            }
            Step::Clear => {
                let mut clear = session.event(at, Kind::SessionEnded);
                clear.message = Some("clear".to_owned());
                self.tell(which, &input(clear));
                self.sessions[which].instance.push('+');
                self.now += 5;
                input(self.sessions[which].event(self.now, Kind::SessionStarted))
            }
        };
        self.tell(which, &told);
    }

    /// Something that is none of its business comes from the session's pane; it is held apart.
    fn intrude(&mut self, which: usize, stranger: Stranger) {
        let session = &self.sessions[which];
        // A pane that has no row is not taken, and one without a process not proved.
        let row = self.together.row(&session.key());
        if row.is_none_or(|row| row.pid.is_none()) {
            return;
        }
        let other = |change: &dyn Fn(&mut Session)| {
            let mut other = session.clone();
            change(&mut other);
            other
        };
        let event = match stranger {
            Stranger::Unknown => other(&|session| {
                session.instance = "unknown".to_owned();
                session.pid = 9;
            })
            .tool(self.now, Kind::ToolFinished, 1),
            Stranger::Assistant => other(&|session| {
                session.assistant = Assistant::GEMINI;
                session.pid = 9;
            })
            .tool(self.now, Kind::ToolStarted, 1),
            Stranger::Headless => {
                let child = other(&|session| {
                    session.instance = "child".to_owned();
                    session.pid = 9;
                });
                let mut event = child.event(self.now, Kind::TurnStarted);
                event.attended = false;
                event
            }
            Stranger::Container => other(&|session| {
                session.instance = "elsewhere".to_owned();
                session.is_told = true;
            })
            .event(self.now, Kind::TurnStarted),
            Stranger::OldServer if session.server.pid == 7 => return,
            Stranger::OldServer => other(&|session| {
                session.server.pid -= 1;
                session.pid -= 1000;
            })
            .event(self.now, Kind::TurnFinished),
        };
        let outcome = apply(&mut self.together, input(event.clone()), self.now);
        let why = outcome.held_apart.expect("it is held apart");
        assert!(outcome.changed.is_empty() && outcome.removed.is_empty());
        let apart = self.together.apart();
        assert!(apart.len() <= 32);
        assert_eq!(
            (apart[0].instance_id.as_ref(), apart[0].why.as_str()),
            (event.instance_id.as_ref(), why)
        );
    }

    /// What the person sees of every session, together and alone.
    fn rows(&mut self) -> Vec<[Option<Row>; 2]> {
        for table in self.alone.iter_mut().chain([&mut self.together]) {
            apply(table, Input::Tick, self.now);
        }
        let sessions = self.sessions.iter().zip(&self.alone);
        sessions
            .map(|(session, alone)| [self.together.row(&session.key()), alone.row(&session.key())])
            .collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Tell(Kind),
    Tool(Kind, u8),
    SubAgent(Kind, u8),
    Read(Level),
    /// Its process ends, and the same session is taken up by another one in the same pane.
    Exit,
    /// Another session begins in the same process.
    Clear,
}

#[derive(Clone, Copy, Debug)]
enum Stranger {
    Unknown,
    Assistant,
    Headless,
    Container,
    OldServer,
}

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
        let mut world = World::new();
        for (which, act, passes) in acts {
            world.now += passes;
            match act {
                Act::Step(step) => world.step(which, step),
                Act::Intrude(stranger) => world.intrude(which, stranger),
                Act::List => world.list(&world.sessions[which].server.clone()),
                Act::Restart(anew) => world.restart(which, anew),
            }
            let rows = world.rows();
            let there = rows.iter().filter(|[together, _]| together.is_some()).count();
            prop_assert_eq!(world.together.len(), there, "no other row was made by {:?}", act);
            for [together, alone] in rows {
                prop_assert_eq!(together, alone, "{:?} in {}", act, which);
            }
        }
    }
}

/// A session in the first pane of the first server.
fn session() -> Session {
    World::new().sessions.swap_remove(0)
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
