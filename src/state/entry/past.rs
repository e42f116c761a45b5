//! What is over in a row and still matters: sessions that its pane held before, and sub-agents that have
//! ended. Most rows have neither.

use std::collections::VecDeque;

use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;

/// How many of each are remembered.
const REMEMBERED: usize = 16;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    sessions: VecDeque<String>,
    /// When each has ended.
    sub_agents: VecDeque<(String, Timestamp)>,
}

impl Past {
    /// Another session begins in the same pane.
    pub(super) fn forget_sub_agents(&mut self) {
        self.sub_agents = VecDeque::new();
    }

    /// The pane holds that session no more.
    pub(super) fn retire(&mut self, session: String) {
        remember(&mut self.sessions, session);
    }
}

impl Entry {
    /// Whether the pane held that session before this one.
    pub(in crate::state) fn has_retired(&self, session: &str) -> bool {
        let past = self.past.as_ref();
        past.is_some_and(|past| past.sessions.iter().any(|known| known == session))
    }

    /// When that sub-agent has ended.
    pub(super) fn sub_agent_ended(&self, id: &str) -> Option<Timestamp> {
        let mut ended = self.ended_sub_agents();
        ended.find(|(known, _)| known == id).map(|(_, at)| *at)
    }

    /// The sub-agents that have ended last, and when.
    pub(super) fn ended_sub_agents(&self) -> impl Iterator<Item = &(String, Timestamp)> {
        self.past.iter().flat_map(|past| &past.sub_agents)
    }

    pub(super) fn remember_end_of(&mut self, sub_agent: &str, at: Timestamp) {
        let ended = &mut self.past_mut().sub_agents;
        ended.retain(|(known, _)| known != sub_agent);
        remember(ended, (sub_agent.to_owned(), at));
    }

    pub(super) fn past_mut(&mut self) -> &mut Past {
        self.past.get_or_insert_default()
    }
}

fn remember<T>(ring: &mut VecDeque<T>, thing: T) {
    if ring.len() == REMEMBERED {
        ring.pop_front();
    }
    ring.push_back(thing);
}
