//! The thread that finds out which files two assistants have written: it is told what each one has
//! written, knows by git which working trees are of one repository, and asks git about a file at the
//! moment when two have written it. It reports, for each row, what it shares with which others.

mod judge;
mod ledger;
#[cfg(test)]
mod tests;
mod trees;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};

use pane_patrol_hooks::event::Assistant;

use crate::git::Git;
use crate::state::Conflict;
use worker::Worker;

/// What the thread is told. Rows are named by their ids.
#[derive(Debug)]
pub(crate) enum Order {
    /// An assistant has written files.
    Wrote(Wrote),
    /// The repositories of these rows have been looked at: something there may be another than before.
    Looked(Vec<String>),
    /// This row is gone, or has another session now.
    Forget(String),
    /// It is over.
    Stop,
}

/// Files that an assistant has written.
#[derive(Clone, Debug)]
pub(crate) struct Wrote {
    /// The row.
    pub(crate) row: String,
    /// Who that is.
    pub(crate) author: Author,
    /// Which ones, as paths that start at `/`.
    pub(crate) files: Vec<PathBuf>,
}

/// Whose writing it is: that of the same session elsewhere is no other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    /// The assistant.
    pub(crate) assistant: Assistant,
    /// Its session.
    pub(crate) session: Option<String>,
}

/// All that a row shares with others now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// The row.
    pub(crate) row: String,
    /// What it shares; none: nothing any more.
    pub(crate) conflicts: Vec<Conflict>,
}

/// Gives orders to the thread, which ends with this.
#[derive(Debug)]
pub(crate) struct Handle(Sender<Order>);

impl Handle {
    /// Gives an order.
    pub(crate) fn order(&self, order: Order) {
        // Without the thread nothing is marked; everything else goes on.
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
    report: impl FnMut(Report) -> bool + Send + 'static,
) -> io::Result<Handle> {
    let (orders, inbox) = mpsc::channel();
    let run = move || Worker::new(git, report).run(&inbox);
    std::thread::Builder::new()
        .name("conflicts".into())
        .spawn(run)?;
    Ok(Handle(orders))
}
