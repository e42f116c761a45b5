//! Doing something about what is told, once for all that comes in a burst, and again where it could not be done.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::state::update::Update;

/// Who hears updates and does something about them.
pub(super) trait Worker {
    /// What comes within this time is worked on at once.
    const BURST: Duration;

    /// What could not be done is tried again after this.
    const RETRY: Duration;

    /// Takes in an update; whether there is something to do.
    fn hear(&mut self, update: Update) -> bool;

    /// Does it; whether all of it could be done.
    fn work(&mut self) -> bool;
}

/// Has it work on what is told until nobody tells anything any more. What it has not done by then is left.
pub(super) fn follow<W: Worker>(worker: &mut W, updates: &Receiver<Update>) {
    let mut due: Option<Instant> = None;
    loop {
        let heard = match due {
            None => updates.recv().map_err(RecvTimeoutError::from),
            Some(due) => updates.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match heard {
            Ok(update) => {
                if worker.hear(update) {
                    let soon = Instant::now() + W::BURST;
                    due = Some(due.map_or(soon, |due| due.min(soon)));
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                let is_done = worker.work();
                due = (!is_done).then(|| Instant::now() + W::RETRY);
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Notes how many updates it has worked on each time, and fails the first time.
    #[derive(Default)]
    struct Counts {
        heard: usize,
        worked: Vec<usize>,
        done: Option<std::sync::mpsc::Sender<()>>,
    }

    impl Worker for Counts {
        const BURST: Duration = Duration::from_millis(30);
        const RETRY: Duration = Duration::from_millis(1);

        fn hear(&mut self, update: Update) -> bool {
            let counts = matches!(update, Update::Gone(_));
            self.heard += usize::from(counts);
            counts
        }

        fn work(&mut self) -> bool {
            self.worked.push(self.heard);
            let is_done = self.worked.len() > 1;
            if is_done && let Some(done) = &self.done {
                let _ = done.send(());
            }
            is_done
        }
    }

    #[test]
    fn what_comes_in_a_burst_is_worked_on_at_once_and_again_until_it_is_done() {
        let (sender, updates) = channel();
        let (done, is_done) = channel();
        for id in ["a", "b", "c"] {
            sender.send(Update::Gone(id.to_owned())).unwrap();
        }
        let thread = std::thread::spawn(move || {
            let mut counts = Counts {
                done: Some(done),
                ..Counts::default()
            };
            follow(&mut counts, &updates);
            counts.worked
        });
        is_done.recv().unwrap();
        // Nothing is to be done about this one, and none of it is waited for at the end.
        sender.send(Update::Snapshot(Vec::new())).unwrap();
        drop(sender);
        assert_eq!(thread.join().unwrap(), [3, 3]);
    }
}
