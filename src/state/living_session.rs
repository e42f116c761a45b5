//! A session that lives, as far as it has to be known once its process is gone and nobody was there to see it go.

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::EndedSession;
use super::entry::Entry;

/// An attended session that is certainly its pane's own, with its process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivingSession {
    /// The assistant's process.
    pub pid: u32,
    /// The session as it would be told if it had ended when this was known; nothing of what it has said.
    pub lives: EndedSession,
}

impl LivingSession {
    /// Of a row, as it is at `now`; `None` where nothing proves that the session is its pane's, nobody sits before it,
    /// its process is not known, or only shows what goes on without it.
    pub(super) fn of(entry: &Entry, now: Timestamp) -> Option<Self> {
        let lives = EndedSession {
            message: None,
            ..EndedSession::of(entry, now)?
        };
        let pid = entry.pid.filter(|_| !entry.witness.stands_in)?;
        Some(Self { pid, lives })
    }

    /// Whether both tell the same, whenever that was.
    pub(super) fn tells_as(&self, other: &Self) -> bool {
        let (own, others) = (&self.lives, &other.lives);
        let place = |it: &EndedSession| (it.target.clone(), it.server.clone(), it.cwd.clone());
        self.pid == other.pid
            && own.id() == others.id()
            && place(own) == place(others)
            && own.window == others.window
    }

    /// It is over; when it ended nobody has seen. `is_gone` as in [`EndedSession::judged`].
    pub(crate) fn found_over(
        self,
        is_gone: impl Fn(&Server, Timestamp) -> bool,
        now: Timestamp,
    ) -> EndedSession {
        EndedSession {
            ended: now,
            unseen: true,
            // Its server was there when it was known to live.
            ..self.lives.judged(is_gone)
        }
    }
}
