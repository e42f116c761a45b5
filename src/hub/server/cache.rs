//! What the hub knows and tells its clients: rows, changed files, tasks, health.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::outbox::Item;
use super::texts::Texts;
use crate::git::DiffSummary;
use crate::hub::protocol::{
    EndedSessions, ErrorPayload, Gone, Heartbeat, TaskUpdate, Voice, task_changes,
};
use crate::state::update::{Health, Update};
use crate::state::{EndedSession, Row, urgency};
use crate::sys::monotone_clock::Clock;
use crate::tasks::TaskSummary;

/// See the module.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) voice: Voice,
    pub(super) clock: Arc<Clock>,
    /// By their ids. Boxed: a map keeps places for more than it holds.
    agents: BTreeMap<String, Box<Agent>>,
    complaints: BTreeMap<String, ErrorPayload>,
    ended: Arc<[EndedSession]>,
    health: Health,
    texts: RefCell<Texts>,
}

/// What is known of one agent.
#[derive(Debug, Default)]
struct Agent {
    row: Option<Arc<Row>>,
    diff: Option<Arc<DiffSummary>>,
    tasks: Option<Arc<TaskSummary>>,
    heartbeat: Option<Box<Heartbeat>>,
}

impl Cache {
    pub(super) fn new(voice: Voice, clock: Arc<Clock>) -> Self {
        Self {
            voice,
            clock,
            agents: BTreeMap::new(),
            complaints: BTreeMap::new(),
            ended: Arc::default(),
            health: Health::default(),
            texts: RefCell::default(),
        }
    }

    /// Takes in what the collector says; what subscribers are to be told of it.
    pub(super) fn learn(&mut self, update: Update) -> Vec<Item> {
        let tasks = match &update {
            Update::Tasks(id, tasks) => self.changed_tasks(id, tasks),
            _ => Vec::new(),
        };
        let item = self.take(update);
        let item = item.map(|item| self.told_anew(item));
        item.into_iter().chain(tasks).collect()
    }

    /// Which tasks of the row will be others than before.
    fn changed_tasks(&self, id: &str, tasks: &TaskSummary) -> Vec<Item> {
        let before = self.agents.get(id).and_then(|agent| agent.tasks.as_ref());
        let changes = before.map_or_else(Vec::new, |before| task_changes(before, tasks));
        let changes = changes.into_iter();
        changes
            .map(|(task, action)| Item::Task(id.to_owned(), task, action))
            .collect()
    }

    fn take(&mut self, update: Update) -> Option<Item> {
        match update {
            Update::Row(row) => {
                let id = row.id.clone();
                self.agent(&id).row = Some(row);
                Some(Item::Row(id))
            }
            Update::Gone(id) => {
                self.agents.remove(&id);
                let texts = self.texts.get_mut();
                for item in [Item::Diff, Item::Tasks, Item::Heartbeat] {
                    texts.forget(&item(id.clone()));
                }
                Some(Item::Row(id))
            }
            Update::Diff(id, diff) => {
                self.agent(&id).diff = Some(diff);
                Some(Item::Diff(id))
            }
            Update::Tasks(id, tasks) => {
                self.agent(&id).tasks = Some(tasks);
                Some(Item::Tasks(id))
            }
            Update::Ended(sessions) => {
                // The writer tells of them when it begins, too; nobody hears the same twice.
                let are_others = self.ended != sessions;
                self.ended = sessions;
                are_others.then_some(Item::Ended)
            }
            Update::Health(health) => {
                self.health = health;
                Some(Item::Health)
            }
            // Only at the start, before anybody is here.
            Update::Snapshot(rows) => {
                self.agents.clear();
                for row in rows.into_iter().map(Arc::new) {
                    self.agent(&row.id).row = Some(Arc::clone(&row));
                }
                None
            }
            // Who collects is plain to whoever asks here.
            Update::Role(_) => None,
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.agents
            .values()
            .filter_map(|agent| agent.row.as_deref())
    }

    pub(super) fn row(&self, id: &str) -> Option<&Row> {
        self.agents.get(id)?.row.as_deref()
    }

    /// The ended session of that id.
    pub(super) fn ended(&self, id: &str) -> Option<&EndedSession> {
        self.ended.iter().find(|session| session.id() == id)
    }

    fn agent(&mut self, id: &str) -> &mut Agent {
        self.agents.entry(id.to_owned()).or_default()
    }

    /// Takes in that a publisher's agent lives.
    pub(super) fn hear_heartbeat(&mut self, heartbeat: Heartbeat) -> Item {
        let id = heartbeat.agent_id.clone();
        self.agent(&id).heartbeat = Some(Box::new(heartbeat));
        self.told_anew(Item::Heartbeat(id))
    }

    /// Takes in what is wrong at a publisher.
    pub(super) fn hear_complaint(&mut self, publisher: &str, complaint: ErrorPayload) -> Item {
        self.complaints.insert(publisher.to_owned(), complaint);
        self.told_anew(Item::Complaint(publisher.to_owned()))
    }

    /// What is wrong at a publisher, by its own last word.
    pub(super) fn complaint_of(&self, publisher: &str) -> Option<&ErrorPayload> {
        self.complaints.get(publisher)
    }

    fn told_anew(&mut self, item: Item) -> Item {
        self.texts.get_mut().forget(&item);
        item
    }

    /// Whoever spoke for that agent, of which there is no row, has gone.
    pub(super) fn forget_heartbeat(&mut self, agent: &str) {
        if self.agents.get(agent).is_some_and(|it| it.row.is_none()) {
            self.agents.remove(agent);
            self.told_anew(Item::Heartbeat(agent.to_owned()));
        }
    }

    /// Whoever has complained has gone.
    pub(super) fn forget_complaint(&mut self, publisher: &str) {
        self.complaints.remove(publisher);
        self.told_anew(Item::Complaint(publisher.to_owned()));
    }

    /// Everything that a subscriber is told first: the agents in the order of attention, each with its
    /// work, and that this was all.
    pub(super) fn everything(&self) -> Vec<Item> {
        let mut agents: Vec<(&Row, &Agent)> = self.shown().collect();
        agents.sort_by(|(a, _), (b, _)| urgency(a, b));
        self.told_of(agents.into_iter())
    }

    /// The same, in no particular order: whoever asks again has an order of its own.
    pub(super) fn everything_again(&self) -> Vec<Item> {
        self.told_of(self.shown())
    }

    /// The agents that have a row.
    fn shown(&self) -> impl Iterator<Item = (&Row, &Agent)> {
        let agents = self.agents.values();
        agents.filter_map(|agent| Some((agent.row.as_deref()?, &**agent)))
    }

    fn told_of<'a>(&self, agents: impl Iterator<Item = (&'a Row, &'a Agent)>) -> Vec<Item> {
        let mut items = Vec::with_capacity(self.agents.len() + 2);
        for (row, agent) in agents {
            let id = &row.id;
            items.push(Item::Row(id.clone()));
            if agent.diff.is_some() {
                items.push(Item::Diff(id.clone()));
            }
            if agent.tasks.is_some() {
                items.push(Item::Tasks(id.clone()));
            }
        }
        // Before the end mark, so that whoever asks knows after it whether there are any.
        items.extend((!self.ended.is_empty()).then_some(Item::Ended));
        items.extend([Item::SnapshotEnd, Item::Health]);
        items
    }

    /// The message about `item` as it is now; `None` when there is nothing to tell of it any more.
    pub(super) fn say(&self, item: &Item) -> Option<Arc<[u8]>> {
        let known = self.texts.borrow().get(item);
        known.or_else(|| {
            let text = self.print(item)?;
            // What becomes of one task is told once.
            if !matches!(item, Item::Task(..)) {
                self.texts.borrow_mut().keep(item, &text);
            }
            Some(text)
        })
    }

    fn print(&self, item: &Item) -> Option<Arc<[u8]>> {
        let now = self.clock.now();
        let voice = &self.voice;
        let agent = |id: &str| self.agents.get(id);
        let text = match item {
            Item::Row(id) => match self.row(id) {
                Some(row) => voice.say_row(row, now),
                None => voice.say("agent_status", &Gone::of(id), None, now),
            },
            Item::Diff(id) => voice.say_diff(id, agent(id)?.diff.as_ref()?, now),
            Item::Tasks(id) => voice.say_tasks(id, agent(id)?.tasks.as_ref()?, now),
            Item::Task(id, task, action) => {
                let update = TaskUpdate::of(id, task, *action, agent(id)?.tasks.as_ref()?);
                voice.say("task_update", &update, None, now)
            }
            Item::Heartbeat(id) => {
                let heartbeat = agent(id)?.heartbeat.as_deref()?;
                voice.say("heartbeat", heartbeat, None, now)
            }
            Item::Complaint(publisher) => {
                voice.say("error", self.complaints.get(publisher)?, None, now)
            }
            // Only the client itself knows what it was told.
            Item::SnapshotEnd => return None,
            Item::Ended => {
                let ended = EndedSessions::of(&self.ended);
                voice.say("ended_sessions", &ended, None, now)
            }
            Item::Health => voice.say("health", &self.health, None, now),
        };
        Some(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::row;
    use pane_patrol_hooks::event::State;
    use pane_patrol_hooks::timestamp::Timestamp;

    fn cache() -> Cache {
        let voice = Voice {
            session_id: "s".to_owned(),
            sender_id: "hub".to_owned(),
        };
        Cache::new(voice, Arc::new(Clock::new(Timestamp::now)))
    }

    #[test]
    fn what_was_printed_is_told_again_until_it_changes_or_is_gone() {
        let mut cache = cache();
        let shown = row(1, "claude", State::Running, "a:0.0", 5);
        let id = shown.id.clone();
        let row_item = cache.learn(Update::Row(Arc::new(shown.clone()))).remove(0);
        let diff_item = cache
            .learn(Update::Diff(id.clone(), Arc::default()))
            .remove(0);
        let first = cache.say(&row_item).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.say(&row_item).unwrap()));
        assert!(cache.say(&diff_item).is_some());
        let waits = Row {
            state: State::WaitingApproval,
            ..shown
        };
        cache.learn(Update::Row(Arc::new(waits)));
        assert_ne!(first, cache.say(&row_item).unwrap());
        cache.learn(Update::Gone(id));
        assert!(cache.say(&diff_item).is_none());
    }
}
