//! What a subscriber is still to be told: not a queue of messages but of what has changed, so that
//! it gets the last state of each and a slow one costs no more than a fast one.

use std::collections::{BTreeSet, VecDeque};

use crate::hub::protocol::TaskAction;

/// One thing that a subscriber is told of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// The row with this id, or that it is gone.
    Row(String),
    /// The changed files of the row with this id.
    Diff(String),
    /// The tasks of the row with this id.
    Tasks(String),
    /// One task of the row with the first id, and what became of it.
    Task(String, String, TaskAction),
    /// The sign of life of a publisher's agent.
    Heartbeat(String),
    /// What is wrong at the publisher of that name.
    Complaint(String),
    /// That all agents were told of.
    SnapshotEnd,
    /// The sessions that are over and within reach.
    Ended,
    /// The collector's health.
    Health,
}

impl Item {
    /// The type of the message that tells it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Row(_) => "agent_status",
            Self::Diff(_) => "diff_summary",
            Self::Tasks(_) => "task_summary",
            Self::Task(..) => "task_update",
            Self::Heartbeat(_) => "heartbeat",
            Self::Complaint(_) => "error",
            Self::SnapshotEnd => "snapshot",
            Self::Ended => "ended_sessions",
            Self::Health => "health",
        }
    }
}

/// See the module. First come, first told: a row that changes all the time does not push others back.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    order: VecDeque<Item>,
    known: BTreeSet<Item>,
    /// All was asked for, and it is not empty since.
    owes_all: bool,
}

impl Outbox {
    pub(super) fn add(&mut self, item: Item) {
        if self.known.insert(item.clone()) {
            self.order.push_back(item);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Item> {
        let item = self.order.pop_front();
        match &item {
            Some(item) => drop(self.known.remove(item)),
            None => self.owes_all = false,
        }
        item
    }

    /// Notes that everything was asked for and added.
    pub(super) fn owe_all(&mut self) {
        self.owes_all = true;
    }

    /// Whether everything that was asked for before is still to be told.
    pub(super) fn owes_all(&self) -> bool {
        self.owes_all
    }

    pub(super) fn clear(&mut self) {
        self.order.clear();
        self.known.clear();
        self.owes_all = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_often_is_told_once_and_in_its_turn() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            outbox.add(Item::Row("a".into()));
        }
        outbox.add(Item::Row("b".into()));
        assert_eq!(outbox.pop(), Some(Item::Row("a".into())));
        outbox.add(Item::Row("a".into()));
        assert_eq!(outbox.pop(), Some(Item::Row("b".into())));
        assert_eq!(outbox.pop(), Some(Item::Row("a".into())));
        assert_eq!(outbox.pop(), None);
    }

    #[test]
    fn everything_is_owed_until_all_of_it_was_told() {
        let mut outbox = Outbox::default();
        for id in ["a", "b"] {
            outbox.add(Item::Row(id.into()));
        }
        outbox.owe_all();
        outbox.pop();
        outbox.pop();
        assert!(outbox.owes_all(), "it is not known yet that this was all");
        assert_eq!(outbox.pop(), None);
        assert!(!outbox.owes_all());
    }
}
