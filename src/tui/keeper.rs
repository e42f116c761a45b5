//! The thread that has written down how the list is arranged, in the order of the keys. What was asked for before the
//! dashboard ends is written down still.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender, channel};
use std::time::Duration;

use crate::tui::actions::Actions;
use crate::tui::input;
use crate::tui::kept::Change;
use crate::tui::message::Message;

/// For so long the end of the dashboard waits for what is being written down.
const FAREWELL: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Keeper {
    changes: Option<Sender<Vec<Change>>>,
    /// Whoever listens hears of its end.
    ended: Receiver<()>,
}

impl Keeper {
    pub(super) fn start(
        actions: &Arc<dyn Actions>,
        messages: &Sender<Message>,
    ) -> io::Result<Self> {
        let (sender, changes) = channel::<Vec<Change>>();
        let (end, ended) = channel();
        let actions = Arc::clone(actions);
        input::spawn("keeper", messages.clone(), move |messages| {
            let _end: Sender<()> = end;
            let mut is_told = false;
            for changes in changes {
                let kept = actions.keep(&changes);
                if let Err(why) = kept
                    && !std::mem::replace(&mut is_told, true)
                {
                    let _ = messages.send(Message::NotKept(why.to_string()));
                }
            }
        })?;
        Ok(Self {
            changes: Some(sender),
            ended,
        })
    }

    /// Has these written down, after those before them.
    pub(super) fn keep(&self, changes: Vec<Change>) -> Result<(), SendError<Vec<Change>>> {
        match &self.changes {
            Some(sender) => sender.send(changes),
            None => Err(SendError(changes)),
        }
    }

    /// Waits until all is written down.
    pub(super) fn end(&mut self) {
        self.changes = None;
        if let Err(RecvTimeoutError::Timeout) = self.ended.recv_timeout(FAREWELL) {
            // A folder does not answer: the terminal is given back all the same.
        }
    }
}
