//! The thread itself: takes what was written, asks what that leaves open, and tells what is found.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::ledger::Ledger;
use super::trees::Trees;
use super::{Order, Report, Wrote, judge};
use crate::git::Git;

/// How many questions are asked of git at once.
const BATCH: usize = 32;

/// After each batch it rests this many times as long as that took.
const REST: u32 = 2;

/// How long git may take for all that is asked of one tree.
const BUDGET: Duration = Duration::from_secs(5);

/// Who finds it out, in its thread.
pub(super) struct Worker<R> {
    git: Git,
    trees: Trees,
    ledger: Ledger,
    report: R,
    rests_until: Instant,
}

impl<R: FnMut(Report) -> bool> Worker<R> {
    /// One that knows of nobody.
    pub(super) fn new(git: Git, report: R) -> Self {
        Self {
            git: git.budget(BUDGET),
            trees: Trees::default(),
            ledger: Ledger::default(),
            report,
            rests_until: Instant::now(),
        }
    }

    /// Works until it is told to stop, or nobody listens any more.
    pub(super) fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let rest = self.rests_until.saturating_duration_since(Instant::now());
            // Before the next order: there may be no end of them.
            if self.ledger.has_questions() && rest.is_zero() {
                self.ask();
            } else {
                let order = if self.ledger.has_questions() {
                    inbox.recv_timeout(rest)
                } else {
                    inbox.recv().map_err(RecvTimeoutError::from)
                };
                match order {
                    Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    Ok(order) => self.take(order),
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
            for (row, conflicts) in self.ledger.take_changed() {
                let row = row.to_string();
                if !(self.report)(Report { row, conflicts }) {
                    return;
                }
            }
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Wrote(Wrote { row, author, files }) => {
                for file in files {
                    let now = Instant::now();
                    let place = self.trees.place(&self.git, &file, now);
                    self.ledger.wrote(&row, &author, &place, now);
                }
            }
            Order::Looked(rows) => self.ledger.doubt(&rows),
            Order::Forget(row) => self.ledger.forget(&row),
            Order::Stop => {}
        }
    }

    fn ask(&mut self) {
        let begun = Instant::now();
        let questions = self.ledger.take_questions(BATCH);
        let answers = judge::answers(&self.git, &mut self.trees, &questions);
        for (question, answer) in questions.iter().zip(answers) {
            self.ledger.answer(question, answer);
        }
        self.rests_until = Instant::now() + begun.elapsed() * REST;
    }
}
