//! Rows for tests, as the table would show them.

use std::sync::Arc;

use pane_patrol_hooks::event::{Assistant, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{EndedSession, Evidence, Request, Row, SessionId};

/// Two o'clock, two minutes and fifteen seconds.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T14:02:15Z").unwrap()
}

/// `ago` in seconds before [`now`].
pub(crate) fn row(pane: u32, assistant: &str, state: State, target: &str, ago: u64) -> Row {
    let since = now().minus(std::time::Duration::from_secs(ago));
    let server = Server {
        socket: "/tmp/tmux-1000/default".to_owned(),
        pid: 77,
    };
    Row {
        id: format!("{server}::%{pane}"),
        assistant: assistant.parse::<Assistant>().unwrap(),
        state,
        kind: None,
        target: target.parse().unwrap(),
        pane: Some(PaneId(pane)),
        server: Some(server),
        instance_id: None,
        pid: None,
        since,
        ts: since,
        tool: None,
        message: None,
        conversation: None,
        unseen: state == State::Completed,
        recap: None,
        called: None,
        cwd: None,
        branch: None,
        diff: None,
        tasks: None,
        facts: None,
        conflicts: Vec::new(),
        trusted_until: None,
        home: None,
        source: Source::Hook,
        publisher: None,
        offline: false,
        shown_at: None,
        terminal: None,
        suspended: false,
        silent: false,
        hearsay: false,
        sub_agents: 0,
        waiting: Vec::new(),
        generation: 1,
        evidence: vec![Arc::new(Evidence {
            at: since,
            source: Source::Hook,
            what: "SessionStart".to_owned(),
            before: None,
            after: state,
            reason: None,
        })],
    }
}

/// One that no pane shows, of process `pid`.
pub(crate) fn behind(pid: u32, assistant: &str, state: State, ago: u64) -> Row {
    let target = Target::in_background(pid, 7);
    Row {
        id: format!("::{target}"),
        target,
        server: None,
        pane: None,
        pid: Some(pid),
        ..row(pid, assistant, state, "work:1.0", ago)
    }
}

/// Chained changes of a row.
pub(crate) trait With: Sized {
    fn says(self, tool: Option<&str>, message: &str) -> Self;
    fn asks(self, tool: &str, message: &str) -> Self;
    fn in_folder(self, cwd: &str, branch: Option<&str>) -> Self;
}

impl With for Row {
    fn says(mut self, tool: Option<&str>, message: &str) -> Self {
        self.tool = tool.map(str::to_owned);
        self.message = Some(message.to_owned());
        self
    }

    fn asks(mut self, tool: &str, message: &str) -> Self {
        self.waiting.push(Request {
            state: self.state,
            request_id: None,
            agent_id: None,
            tool: Some(tool.to_owned()),
            message: Some(message.to_owned()),
            since: self.since,
            source: Source::Hook,
        });
        self.says(Some(tool), message)
    }

    fn in_folder(mut self, cwd: &str, branch: Option<&str>) -> Self {
        self.cwd = Some(cwd.to_owned());
        self.branch = branch.map(str::to_owned);
        self
    }
}

/// A session in a folder that is there, which ended five minutes before [`now`].
pub(crate) fn ended(assistant: &str, session: &str) -> EndedSession {
    let row = row(1, assistant, State::Idle, "work:1.0", 300);
    EndedSession {
        assistant: row.assistant,
        instance_id: SessionId::try_from(session.to_owned()).unwrap(),
        target: row.target,
        pane: row.pane,
        server: row.server,
        cwd: Some("/".to_owned()),
        branch: None,
        home: None,
        message: None,
        ended: row.since,
        resuming: false,
        unseen: false,
        window: None,
        with_server: None,
    }
}
