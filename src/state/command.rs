//! Commands that an assistant was seen to run: proof that nobody is asked about them any more.

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Table;
use super::agent::Answered;
use super::entry::Entry;

/// A command's process began at most this long before the report of its tool's start: hooks take
/// their time.
const REPORTED_WITHIN: Duration = Duration::from_millis(300);

/// What such an event is called.
const RUNS: &str = "runs";

/// A command that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line for a person, as the events about its tool call have it.
    pub line: String,
    /// When its process began.
    pub began: Timestamp,
}

impl Table {
    /// What `commands`, all that the assistant with the process `pid` runs, say of its requests: an
    /// `answered` for each tool call that runs and of which that was not known.
    pub fn answers_shown_by(&self, pid: u32, commands: &[Command]) -> Vec<Event> {
        let mut entries = self.rows.of_process(pid);
        let entry = entries.find(|entry| entry.pid == Some(pid));
        entry.map_or_else(Vec::new, |entry| entry.answers_shown_by(commands))
    }
}

/// A tool call that a command can be of.
struct Call {
    agent_id: Option<String>,
    request_id: Option<String>,
    since: Timestamp,
    is_told: bool,
}

impl Entry {
    fn answers_shown_by(&self, commands: &[Command]) -> Vec<Event> {
        let mut events = Vec::new();
        let Some(shell) = self.assistant.shell_tool() else {
            return events;
        };
        for (line, calls) in self.calls(shell) {
            let oldest = calls.iter().map(|call| call.since).min();
            let earliest = oldest.map(|oldest| oldest.minus(REPORTED_WITHIN));
            let running: Vec<Timestamp> = commands
                .iter()
                .filter(|command| command.line == line && Some(command.began) >= earliest)
                .map(|command| command.began)
                .collect();
            // Of several that look alike it is not known which one runs, unless all do.
            if running.len() < calls.len() {
                continue;
            }
            let began = running.into_iter().max();
            for call in calls.into_iter().filter(|call| !call.is_told) {
                events.extend(began.map(|began| self.answered(call, (shell, line), began)));
            }
        }
        events
    }

    /// All calls of the tool `shell` that have not ended, by their lines: those whose start was heard, and those that were
    /// only asked about.
    fn calls(&self, shell: &str) -> BTreeMap<&str, Vec<Call>> {
        let mut calls: BTreeMap<&str, Vec<Call>> = BTreeMap::new();
        for (agent, tool) in self.tools() {
            let is_shell = tool.name.as_deref() == Some(shell);
            let Some(line) = tool.message.as_deref().filter(|_| is_shell) else {
                continue;
            };
            calls.entry(line).or_default().push(Call {
                agent_id: agent.cloned(),
                request_id: tool.request_id.clone(),
                since: tool.since,
                is_told: tool.answered == Answered::Told,
            });
        }
        for request in self.requests.iter().map(|open| &open.request) {
            let is_shell = request.tool.as_deref() == Some(shell);
            let Some(line) = request.message.as_deref().filter(|_| is_shell) else {
                continue;
            };
            let calls = calls.entry(line).or_default();
            let is_it = |call: &Call| {
                call.agent_id == request.agent_id
                    && (call.request_id == request.request_id || request.request_id.is_none())
            };
            if !calls.iter().any(is_it) {
                calls.push(Call {
                    agent_id: request.agent_id.clone(),
                    request_id: request.request_id.clone(),
                    since: request.since,
                    is_told: false,
                });
            }
        }
        calls
    }

    fn answered(&self, call: Call, (shell, line): (&str, &str), began: Timestamp) -> Event {
        let mut event = Event::new(
            self.assistant.clone(),
            State::Running,
            self.target.clone(),
            began.max(call.since),
        );
        event.kind = Some(Kind::Answered);
        event.source = Source::Witness;
        event.event = Some(RUNS.to_owned());
        event.pane = self.pane();
        event.server = self.server().cloned();
        event.pid = self.pid;
        event.instance_id.clone_from(&self.instance_id);
        event.home.clone_from(&self.home);
        event.attended = self.attended;
        event.agent_id = call.agent_id;
        event.request_id = call.request_id;
        event.tool = Some(shell.to_owned());
        event.message = Some(line.to_owned());
        event
    }
}
