//! A row as another collector showed it, made an entry again: what can be concluded of its agents.
//!
//! It says less than the entry it came from. A row names no sub-agents but those that ask, and no
//! tools behind the newest; the next hook or reading tells of them.

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use super::projection::Projection;
use crate::state::agent::{Answered, Tool};
use crate::state::marked::Key;
use crate::state::publisher::Publisher;
use crate::state::{Request, Row};

impl Entry {
    /// The entry that shows `row`.
    pub(in crate::state) fn of_row(key: Key, row: &Row, now: Timestamp) -> Self {
        let mut entry = Self::new(key, row.target.clone(), row.assistant.clone(), now);
        entry.instance_id.clone_from(&row.instance_id);
        entry.pid = row.pid;
        entry.label = row.called.as_deref().map(Box::from);
        entry.recap = row.recap.as_deref().map(Box::from);
        entry.looked = !row.unseen;
        entry.cwd.clone_from(&row.cwd);
        entry.branch.clone_from(&row.branch);
        entry.home.clone_from(&row.home);
        // Until it says something here too.
        let publisher = row.publisher.clone().map(Publisher::away);
        entry.publisher = publisher.map(Box::new);
        entry.hearsay = row.hearsay;
        entry.ts = row.ts;
        entry.last_event = row.ts;
        entry.take_up_turn(row);
        entry.take_up_ending(row, now);
        for request in &row.waiting {
            entry.take_up_request(request);
        }
        entry.shown = Projection {
            state: row.state,
            kind: row.kind,
            source: row.source,
            since: row.since,
            tool: row.tool.clone(),
            message: row.message.clone(),
            waiting: row.waiting.clone(),
            sub_agents: row.sub_agents,
        };
        entry.generation = row.generation;
        entry.evidence = row.evidence.iter().cloned().collect();
        entry.evidence_count = row.evidence.len() as u64;
        entry
    }

    /// Whoever asks or works is in a turn; else the last one is over since the row says so.
    fn take_up_turn(&mut self, row: &Row) {
        let works = !row.waiting.is_empty() || row.state == State::Running;
        self.main.last = row.ts;
        if !works {
            self.main.enter(row.state, row.kind, row.source);
            self.main.close_turn(None, row.since);
            self.main.turn.failed = row.state == State::Error;
            self.main.message.clone_from(&row.message);
            return;
        }
        self.main.enter(State::Running, row.kind, row.source);
        self.main.turn.open(None, row.since);
        if !row.waiting.is_empty() {
            return;
        }
        match &row.tool {
            // Whose it is the row does not say.
            Some(_) if row.sub_agents > 0 => {}
            Some(name) => self.main.tools.push(Tool {
                request_id: None,
                name: Some(name.clone()),
                message: row.message.clone(),
                since: row.since,
                dialog_settled: false,
                answered: Answered::No,
            }),
            None => self.main.message.clone_from(&row.message),
        }
    }

    /// The tool that is asked about has begun and has not ended.
    fn take_up_request(&mut self, request: &Request) {
        if request.tool.is_some() {
            let agent = self.agent_mut(request.agent_id.as_deref());
            agent.tools.push(Tool {
                request_id: request.request_id.clone(),
                name: request.tool.clone(),
                message: request.message.clone(),
                since: request.since,
                dialog_settled: true,
                answered: Answered::No,
            });
        }
        self.requests.take_up(request.clone());
    }
}
