//! Six sessions of two servers that look alike, in one table and each in a table of its own.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Kind};
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use super::super::{Input, Level, ListedPane, Listing, Outcome, Row, Settings, Table};
use super::session::*;

pub(super) fn table() -> Table {
    let mut table = Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    });
    table.set_own_socket(server(0, 0).socket);
    table
}

/// Lets every deadline be met when it is due, then applies the input.
pub(super) fn apply(table: &mut Table, input: Input, at: i64) -> Outcome {
    let at = Timestamp::from_millis(at);
    for _ in 0..1000 {
        let Some(due) = table.next_deadline().filter(|due| *due <= at) else {
            break;
        };
        table.apply(Input::Tick, due);
    }
    table.apply(input, at)
}

pub(super) fn listing(server: &Server, at: i64) -> Input {
    let pane = |id| ListedPane {
        pane: PaneId(id),
        target: address(id),
        shown_at: None,
        pid: 1,
        in_view: false,
        dead: false,
        title: String::new(),
        window: None,
    };
    Input::Listing(Listing {
        server: server.clone(),
        asked: Timestamp::from_millis(at),
        panes: (0..PANES).map(pane).collect(),
    })
}

/// All sessions in one table, and each in a table of its own.
pub(super) struct Tables {
    pub(super) now: i64,
    pub(super) sessions: Vec<Session>,
    pub(super) together: Table,
    pub(super) alone: Vec<Table>,
}

impl Tables {
    /// A session in each pane of two servers. Those in panes of the same number are of the same
    /// assistant, and mostly one session that was taken up twice.
    pub(super) fn new() -> Self {
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
        let mut tables = Self {
            now: 1000,
            together: table(),
            alone: sessions.iter().map(|_| table()).collect(),
            sessions,
        };
        for socket in 0..2 {
            tables.list(&server(socket, 7));
        }
        for which in 0..tables.sessions.len() {
            tables.now += 5;
            let event = tables.sessions[which].event(tables.now, Kind::SessionStarted);
            tables.tell(which, &input(event));
        }
        tables
    }

    pub(super) fn tell(&mut self, which: usize, told: &Input) -> Outcome {
        apply(&mut self.alone[which], told.clone(), self.now);
        apply(&mut self.together, told.clone(), self.now)
    }

    pub(super) fn list(&mut self, server: &Server) {
        for table in self.alone.iter_mut().chain([&mut self.together]) {
            apply(table, listing(server, self.now), self.now);
        }
    }

    /// The server of that session is killed and another one started on its socket, with the same
    /// panes and the same sessions in them; `anew` takes them up under other names.
    pub(super) fn restart(&mut self, which: usize, anew: bool) {
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

    pub(super) fn step(&mut self, which: usize, step: Step) {
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
    pub(super) fn intrude(&mut self, which: usize, stranger: Stranger) {
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
    pub(super) fn rows(&mut self) -> Vec<[Option<Row>; 2]> {
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
pub(super) enum Step {
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
pub(super) enum Stranger {
    Unknown,
    Assistant,
    Headless,
    Container,
    OldServer,
}
