//! Commands that an assistant was seen to run: proof that nobody is asked about them any more.

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Table;
use super::agent::Tool;
use super::entry::Entry;

/// The tool whose commands are processes.
const SHELL_TOOL: &str = "Bash";

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
        let mut entries = self.rows.values();
        let entry = entries.find(|entry| entry.pid == Some(pid));
        entry.map_or_else(Vec::new, |entry| entry.answers_shown_by(commands))
    }
}

/// Tool calls with the same line, each with its agent.
type Calls<'a> = Vec<(Option<&'a String>, &'a Tool)>;

impl Entry {
    fn answers_shown_by(&self, commands: &[Command]) -> Vec<Event> {
        let mut calls: BTreeMap<&str, Calls<'_>> = BTreeMap::new();
        for (agent, tool) in self.tools() {
            if tool.name.as_deref() == Some(SHELL_TOOL)
                && let Some(line) = &tool.message
            {
                calls.entry(line).or_default().push((agent, tool));
            }
        }
        let mut events = Vec::new();
        for (line, calls) in calls {
            let oldest = calls.iter().map(|(_, tool)| tool.since).min();
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
            for (agent, tool) in calls.into_iter().filter(|(_, tool)| !tool.answered) {
                events.extend(began.map(|began| self.answered(agent, tool, began)));
            }
        }
        events
    }

    fn answered(&self, agent: Option<&String>, tool: &Tool, began: Timestamp) -> Event {
        let at = began.max(tool.since);
        let mut event = Event::new(
            self.assistant.clone(),
            State::Running,
            self.target.clone(),
            at,
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
        event.agent_id = agent.cloned();
        event.request_id.clone_from(&tool.request_id);
        event.tool.clone_from(&tool.name);
        event.message.clone_from(&tool.message);
        event
    }
}
