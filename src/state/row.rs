//! A row: what is known of one pane, in the shape that every reader gets it (dashboard, hub, `status`).

use std::fmt;
use std::sync::Arc;

use pane_patrol_hooks::event::{Assistant, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::text::has_control;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::Facts;
use crate::git::DiffSummary;
use crate::tasks::TaskSummary;

/// What makes a row one row: the pane of a server, whose socket says of which multiplexer it is; as
/// long as no listing has shown the pane, the target that the sender gave; outside of all panes the
/// process that is its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The server; `None` when neither the sender nor the collector knows one.
    pub server: Option<Server>,
    /// `Target::Pane` as soon as the pane is known.
    pub place: Target,
}

impl fmt::Display for RowKey {
    /// The agent's id: `<server>::<pane>`, or the name that its publisher has given it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Target::Agent(name) = &self.place {
            return f.write_str(name);
        }
        if let Some(server) = &self.server {
            server.fmt(f)?;
        }
        write!(f, "::{}", self.place)
    }
}

impl RowKey {
    /// The keys that may have this id; two parts of one may hold what stands between them.
    pub(crate) fn named(id: &str) -> impl Iterator<Item = Self> {
        id.match_indices("::").filter_map(|(at, between)| {
            let (server, place) = (&id[..at], &id[at + between.len()..]);
            let server = match server {
                "" => None,
                server => Some(server.parse().ok()?),
            };
            let place = place.parse().ok()?;
            Some(Self { server, place })
        })
    }
}

/// One pane's assistant as it is shown.
#[allow(clippy::struct_excessive_bools, reason = "each is a field on the wire")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Row {
    /// The agent's id, `<server>::<pane>`; stable while the pane lives.
    pub id: String,
    /// Which assistant.
    #[cfg_attr(test, schemars(with = "String"))]
    pub assistant: Assistant,
    /// What it is doing: the most urgent thing that is true of any of its agents.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::StateWord"))]
    pub state: State,
    /// Why it is in that state.
    #[cfg_attr(test, schemars(with = "Option<crate::hub::protocol::words::KindWord>"))]
    pub kind: Option<Kind>,
    /// Where the pane belongs now.
    #[cfg_attr(test, schemars(with = "String"))]
    pub target: Target,
    /// Where it stands instead, while a dashboard shows it beside itself; a name for it as good as
    /// `target`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub shown_at: Option<Target>,
    /// The program that gives it its terminal, where it runs outside of any multiplexer and that is known. The collector
    /// adds it; the table knows nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// Its multiplexer's stable id of the pane.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub pane: Option<PaneId>,
    /// The pane's server.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub server: Option<Server>,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// What its session holds now, where that is a process which holds several conversations one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The assistant's process.
    pub pid: Option<u32>,
    /// When the state began; for a waiting state when the oldest such request was made.
    #[cfg_attr(test, schemars(with = "String"))]
    pub since: Timestamp,
    /// When something was last heard of it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub ts: Timestamp,
    /// The tool that runs or asks.
    pub tool: Option<String>,
    /// One line: what it does, asks, or said last.
    pub message: Option<String>,
    /// Its last turn is finished and nobody has had it in view.
    #[serde(default)]
    pub unseen: bool,
    /// One line: the assistant's own last words at the end of a turn, whatever it has done since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recap: Option<String>,
    /// What a person calls it beside its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// The assistant's folder.
    pub cwd: Option<String>,
    /// The git branch of that folder, when it has one.
    pub branch: Option<String>,
    /// What is changed in that folder's repository, without the list of files. The collector adds
    /// it; the table knows nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Arc<DiffSummary>>,
    /// How far the assistant's tasks are, without their list; added like `diff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Arc<TaskSummary>>,
    /// What the assistant's own files say of its session; added like `diff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Arc<Facts>>,
    /// The files that it has written and assistants of other rows as well, by path; at most 20. Added like `diff`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// Until when the person lets it do, without asking, what no rule forbids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub trusted_until: Option<Timestamp>,
    /// The assistant's config folder, when it is not the default one.
    pub home: Option<String>,
    /// Who says so.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::SourceWord"))]
    pub source: Source,
    /// The client of the hub that speaks for this row, when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// That client has gone in the middle of its work, or is silent: what is shown was true when it
    /// was last heard.
    #[serde(default)]
    pub offline: bool,
    /// Its process is stopped (Ctrl-Z, SIGSTOP): it is in that state still, but does nothing, and what
    /// it asks cannot be answered before it goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// A known assistant runs there that has not reported anything: its state is not known, `idle` says
    /// only that it is not known to need anybody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Nobody has told of it but a client that may only publish: what that says of a pane, a process or a
    /// folder proves nothing of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hearsay: bool,
    /// How many sub-agents work.
    pub sub_agents: usize,
    /// Open requests, most urgent first.
    pub waiting: Vec<Request>,
    /// Counts the changes of this row; a decision is bound to it.
    pub generation: u64,
    /// The last pieces of evidence, newest first.
    pub evidence: Vec<Arc<Evidence>>,
}

impl Row {
    /// Whether it is in that place: its own, the one it is shown in, or a pane by its id.
    pub fn is_at(&self, place: &Target) -> bool {
        let in_pane = |pane| *place == Target::Pane(pane);
        self.has_address(place) || self.pane.is_some_and(in_pane)
    }

    /// Whether a multiplexer may know of it: it is no process outside of all panes, and no agent of which
    /// nobody has told where it is.
    pub fn may_be_in_a_pane(&self) -> bool {
        !matches!(self.target, Target::Process { .. } | Target::Agent(_))
    }

    /// Whether it has only a name, and whoever spoke for it has left with its work done or failed: nothing of it runs
    /// that is known, and only time or the person takes it away.
    pub fn is_left_behind(&self) -> bool {
        let is_over = [State::Completed, State::Error, State::Idle].contains(&self.state);
        let is_nameless = self.publisher.is_none() && self.pid.is_none() && self.pane.is_none();
        matches!(self.target, Target::Agent(_)) && is_over && is_nameless
    }

    /// What is kept of it while it rests unseen: where it is, whose, how and since when; `with_words`: and what it
    /// said.
    pub(crate) fn kept(self, with_words: bool) -> Self {
        Self {
            message: self.message.filter(|_| with_words),
            tool: self.tool.filter(|_| with_words),
            recap: self.recap.filter(|_| with_words),
            diff: None,
            tasks: None,
            facts: None,
            conflicts: Vec::new(),
            trusted_until: None,
            waiting: Vec::new(),
            evidence: Vec::new(),
            ..self
        }
    }

    /// Whether no text of it holds a control character: all of them may be drawn.
    pub(crate) fn is_plain(&self) -> bool {
        let texts = [
            &self.instance_id,
            &self.conversation,
            &self.tool,
            &self.message,
            &self.recap,
            &self.called,
            &self.cwd,
            &self.branch,
            &self.home,
            &self.terminal,
            &self.publisher,
        ];
        let paths = self.conflicts.iter().map(|conflict| &conflict.path);
        let mut texts = texts.into_iter().flatten().chain(paths);
        let is_plain = !texts.any(|text| has_control(text));
        let facts = self.facts.as_ref();
        is_plain
            && facts.is_none_or(|facts| facts.is_plain())
            && !has_control(&self.target.to_string())
    }

    /// Whether it is a process before which nobody sits.
    pub fn is_in_background(&self) -> bool {
        self.target.is_in_background()
    }

    /// Whether that is where it belongs, or where it is shown.
    pub fn has_address(&self, address: &Target) -> bool {
        self.target == *address || self.shown_at.as_ref() == Some(address)
    }

    /// Why what is shown is not as fresh as it looks, in a word or two.
    pub fn standing(&self) -> Option<&'static str> {
        match (self.offline, self.suspended, self.silent) {
            (true, ..) => Some("offline"),
            (false, true, _) => Some("suspended"),
            (false, false, true) => Some("runs, has not reported"),
            (false, false, false) => None,
        }
    }

    /// How many requests wait of which one stands on the screen and nobody says which; `None` where
    /// that is known, as with one.
    pub fn one_of(&self) -> Option<usize> {
        one_of(&self.assistant, &self.waiting)
    }
}

/// See [`Row::one_of`].
pub(super) fn one_of(assistant: &Assistant, waiting: &[Request]) -> Option<usize> {
    let queues = assistant.habits().queues_dialogs && waiting.len() > 1;
    queues.then_some(waiting.len())
}

/// A file that the assistants of several rows have written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Conflict {
    /// Its path below the top of the working tree, on one line; outside of all repositories from `/` on.
    pub path: String,
    /// Who else has written it, there or in another working tree of the same repository.
    pub with: Vec<Sharer>,
}

/// A row whose assistant has written the same file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Sharer {
    /// The row's id.
    pub id: String,
    /// Which assistant.
    #[cfg_attr(test, schemars(with = "String"))]
    pub assistant: Assistant,
}

/// Something the assistant asks the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Request {
    /// `waiting_approval` or `waiting_input`.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::StateWord"))]
    pub state: State,
    /// The tool call or permission request, when it has an id.
    pub request_id: Option<String>,
    /// The sub-agent that asks; `None`: the main agent.
    pub agent_id: Option<String>,
    /// The tool it wants to use.
    pub tool: Option<String>,
    /// One line: the command, the file, the question.
    pub message: Option<String>,
    /// When it was made.
    #[cfg_attr(test, schemars(with = "String"))]
    pub since: Timestamp,
    /// Who reported it.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::SourceWord"))]
    pub source: Source,
}

impl Request {
    /// Whether it wants to use a tool of a server (of the Model Context Protocol), which may read more into
    /// what it is given than we know.
    pub fn is_servers(&self) -> bool {
        self.tool.as_deref().is_some_and(Self::is_servers_tool)
    }

    /// Whether a tool of this name is a server's.
    pub fn is_servers_tool(name: &str) -> bool {
        name.starts_with("mcp__")
    }
}

/// One thing that was heard about a row, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// When it happened, by its sender's clock.
    #[cfg_attr(test, schemars(with = "String"))]
    pub at: Timestamp,
    /// Who said it.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::SourceWord"))]
    pub source: Source,
    /// What was said, for example `PreToolUse Bash: cargo test` or `session file says waiting (permission prompt)`.
    pub what: String,
    /// The row's state before and after; equal when it changed nothing, no `before` when it made the row.
    #[cfg_attr(
        test,
        schemars(with = "Option<crate::hub::protocol::words::StateWord>")
    )]
    pub before: Option<State>,
    /// See `before`.
    #[cfg_attr(test, schemars(with = "crate::hub::protocol::words::StateWord"))]
    pub after: State,
    /// Why it changed nothing or changed it in this way, when that is not plain.
    pub reason: Option<String>,
}
