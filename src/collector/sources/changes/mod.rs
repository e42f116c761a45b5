//! The thread that keeps the summaries of all rows: it looks again when it is told that a turn or a
//! tool has ended, and when files change; never just because time passes (by that it is only seen
//! that a folder is another one now). Each repository is looked
//! at once for all rows in it. It reports what differs from before.

mod heard;
mod look;
mod places;
mod plan;
#[cfg(test)]
mod tests;
mod watch;
mod way;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use crate::assistants::homes::Homes;
use crate::assistants::tasks::Owner;
use crate::git::{DiffSummary, Git};
use crate::tasks::TaskSummary;
pub(crate) use plan::Pace;
use watch::Watches;
use worker::Worker;

/// What the thread is told. Rows are named by their ids.
#[derive(Debug)]
pub(crate) enum Order {
    /// This row's work is followed from now on.
    Follow(String, Owner),
    /// Not any more.
    Leave(String),
    /// This row's turn or tool has ended.
    Ended(String),
    /// Watched files have changed.
    Touched,
    /// It is over.
    Stop,
}

/// What the thread tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// What is changed in the repository of these rows.
    Diff(Vec<String>, Arc<DiffSummary>),
    /// It was looked at and is as it was told last, whatever it was in between.
    Same(Vec<String>),
    /// How far the tasks of this row are.
    Tasks(String, Arc<TaskSummary>),
}

/// Gives orders to the thread, which ends with this.
#[derive(Debug)]
pub(crate) struct Handle(Sender<Order>);

impl Handle {
    /// Gives an order.
    pub(crate) fn order(&self, order: Order) {
        // Without the thread there are no summaries; everything else goes on.
        let _ = self.0.send(order);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.order(Order::Stop);
    }
}

/// Starts the thread. `report` says whether anybody still listens.
pub(crate) fn start_keeper(
    git: Git,
    homes: Homes,
    pace: Pace,
    report: impl FnMut(Report) -> bool + Send + 'static,
) -> io::Result<Handle> {
    let (orders, inbox) = mpsc::channel();
    let bell = orders.clone();
    let run = move || {
        let ring = move || {
            let _ = bell.send(Order::Touched);
        };
        Worker::new(git, homes, report, pace, Watches::new(ring)).run(&inbox);
    };
    std::thread::Builder::new().name("work".into()).spawn(run)?;
    Ok(Handle(orders))
}
