//! What the hub knows and tells its clients: rows, changed files, tasks, health. Each is printed once
//! for all who are told of it.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::outbox::Item;
use crate::git::DiffSummary;
use crate::hub::protocol::{ErrorPayload, Gone, Heartbeat, Voice};
use crate::state::update::{Feed, Health};
use crate::state::{Row, urgency};
use crate::sys::monotone_clock::Clock;
use crate::tasks::TaskSummary;

/// Something that is told, and the message that tells it, once somebody was told.
#[derive(Debug)]
struct Told<T> {
    value: T,
    said: OnceCell<Arc<[u8]>>,
}

impl<T> Told<T> {
    fn new(value: T) -> Self {
        Self {
            value,
            said: OnceCell::new(),
        }
    }

    fn say(&self, say: impl FnOnce(&T) -> Vec<u8>) -> Arc<[u8]> {
        Arc::clone(self.said.get_or_init(|| say(&self.value).into()))
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct World {
    pub(super) voice: Voice,
    pub(super) clock: Arc<Clock>,
    /// Boxed: a map keeps places for more than it holds.
    rows: BTreeMap<String, Told<Box<Row>>>,
    diffs: BTreeMap<String, Told<Arc<DiffSummary>>>,
    tasks: BTreeMap<String, Told<Arc<TaskSummary>>>,
    heartbeats: BTreeMap<String, Told<Heartbeat>>,
    complaints: BTreeMap<String, Told<ErrorPayload>>,
    health: Told<Health>,
}

impl World {
    pub(super) fn new(voice: Voice, clock: Arc<Clock>) -> Self {
        Self {
            voice,
            clock,
            rows: BTreeMap::new(),
            diffs: BTreeMap::new(),
            tasks: BTreeMap::new(),
            heartbeats: BTreeMap::new(),
            complaints: BTreeMap::new(),
            health: Told::new(Health::default()),
        }
    }

    /// Takes in what the collector says; what subscribers are to be told of it.
    pub(super) fn learn(&mut self, feed: Feed) -> Option<Item> {
        match feed {
            Feed::Row(row) => {
                let id = row.id.clone();
                self.rows.insert(id.clone(), Told::new(row));
                Some(Item::Row(id))
            }
            Feed::Gone(id) => {
                self.rows.remove(&id);
                self.diffs.remove(&id);
                self.tasks.remove(&id);
                self.heartbeats.remove(&id);
                Some(Item::Row(id))
            }
            Feed::Diff(id, diff) => {
                self.diffs.insert(id.clone(), Told::new(diff));
                Some(Item::Diff(id))
            }
            Feed::Tasks(id, tasks) => {
                self.tasks.insert(id.clone(), Told::new(tasks));
                Some(Item::Tasks(id))
            }
            Feed::Health(health) => {
                self.health = Told::new(health);
                Some(Item::Health)
            }
            // Only at the start, before anybody is here.
            Feed::Snapshot(rows) => {
                let rows = rows
                    .into_iter()
                    .map(|row| (row.id.clone(), Told::new(Box::new(row))));
                self.rows = rows.collect();
                None
            }
            // Who collects is plain to whoever asks here.
            Feed::Role(_) => None,
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|told| &*told.value)
    }

    pub(super) fn row(&self, id: &str) -> Option<&Row> {
        self.rows.get(id).map(|told| &*told.value)
    }

    /// Takes in that a publisher's agent lives.
    pub(super) fn hear_heartbeat(&mut self, heartbeat: Heartbeat) -> Item {
        let id = heartbeat.agent_id.clone();
        self.heartbeats.insert(id.clone(), Told::new(heartbeat));
        Item::Heartbeat(id)
    }

    /// Takes in what is wrong at a publisher.
    pub(super) fn hear_complaint(&mut self, publisher: &str, complaint: ErrorPayload) -> Item {
        let told = Told::new(complaint);
        self.complaints.insert(publisher.to_owned(), told);
        Item::Complaint(publisher.to_owned())
    }

    /// Whoever has complained has gone.
    pub(super) fn forget_complaint(&mut self, publisher: &str) {
        self.complaints.remove(publisher);
    }

    /// Everything that a subscriber is told first: the agents in the order of attention, each with its
    /// work, and that this was all.
    pub(super) fn everything(&self) -> Vec<Item> {
        let mut rows: Vec<&Row> = self.rows().collect();
        rows.sort_by(|a, b| urgency(a, b));
        let mut items = Vec::with_capacity(rows.len() + 2);
        for row in rows {
            let id = &row.id;
            items.push(Item::Row(id.clone()));
            if self.diffs.contains_key(id) {
                items.push(Item::Diff(id.clone()));
            }
            if self.tasks.contains_key(id) {
                items.push(Item::Tasks(id.clone()));
            }
        }
        items.extend([Item::SnapshotEnd, Item::Health]);
        items
    }

    /// The message about `item` as it is now; `None` when there is nothing to tell of it any more.
    pub(super) fn say(&self, item: &Item) -> Option<Arc<[u8]>> {
        let now = self.clock.now();
        let voice = &self.voice;
        match item {
            Item::Row(id) => Some(match self.rows.get(id) {
                Some(told) => told.say(|row| voice.say_row(row, now)),
                None => self.say_gone(id),
            }),
            Item::Diff(id) => {
                let told = self.diffs.get(id)?;
                Some(told.say(|diff| voice.say_diff(id, diff, now)))
            }
            Item::Tasks(id) => {
                let told = self.tasks.get(id)?;
                Some(told.say(|tasks| voice.say_tasks(id, tasks, now)))
            }
            Item::Heartbeat(id) => {
                let told = self.heartbeats.get(id)?;
                Some(told.say(|beat| voice.say("heartbeat", beat, None, now)))
            }
            Item::Complaint(publisher) => {
                let told = self.complaints.get(publisher)?;
                Some(told.say(|complaint| voice.say("error", complaint, None, now)))
            }
            // Only the client itself knows what it was told.
            Item::SnapshotEnd => None,
            Item::Health => Some(
                self.health
                    .say(|health| voice.say("health", health, None, now)),
            ),
        }
    }

    fn say_gone(&self, id: &str) -> Arc<[u8]> {
        let now = self.clock.now();
        let gone = Gone::of(id);
        self.voice.say("agent_status", &gone, None, now).into()
    }
}
