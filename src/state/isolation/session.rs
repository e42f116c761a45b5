//! One session in one pane, and what it says.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::super::{Input, Level, Reading, RowKey};

/// Panes of each server; they have the same ids and addresses on both.
pub(super) const PANES: u32 = 3;

/// All of them work in the same folder.
pub(super) const FOLDER: &str = "/src/shop";

pub(super) fn server(socket: usize, pid: u32) -> Server {
    Server {
        socket: ["/tmp/tmux/default", "/tmp/tmux/other"][socket].into(),
        pid,
    }
}

pub(super) fn address(window: u32) -> Target {
    Target::Address {
        session: "work".into(),
        window,
        pane: 0,
    }
}

/// One session in one pane.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) server: Server,
    pub(super) pane: u32,
    pub(super) assistant: Assistant,
    pub(super) instance: String,
    pub(super) pid: u32,
    /// It knows its place only by hand, and no server, as in a container.
    pub(super) is_told: bool,
}

impl Session {
    pub(super) fn key(&self) -> RowKey {
        RowKey {
            server: Some(self.server.clone()),
            place: Target::Pane(PaneId(self.pane)),
        }
    }

    pub(super) fn event(&self, at: i64, kind: Kind) -> Event {
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
    pub(super) fn tool(&self, at: i64, kind: Kind, call: u8) -> Event {
        let mut event = self.event(at, kind);
        event.tool = Some("Bash".to_owned());
        event.message = Some(format!("make {call}"));
        event.request_id = (kind != Kind::ApprovalRequested).then(|| format!("call{call}"));
        event
    }

    pub(super) fn reading(&self, at: i64, level: Level) -> Input {
        Input::Reading(Box::new(Reading {
            assistant: self.assistant.clone(),
            level,
            written: Timestamp::from_millis(at - 2),
            seen: Timestamp::from_millis(at),
            instance_id: Some(self.instance.clone()),
            pid: Some(self.pid),
            pane: Some((self.server.clone(), PaneId(self.pane))),
            terminal: None,
            background: None,
            cwd: Some(FOLDER.to_owned()),
            home: None,
            attended: true,
            detail: None,
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
            by_record: false,
        }))
    }
}

pub(super) fn input(event: Event) -> Input {
    Input::Event(Box::new(event))
}
