//! Looks whether sessions have ended by themselves or with their server: of that no event tells.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Server;

use super::Writer;
use crate::collector::liveness::server_has_ended;
use crate::state::{Input, ServerEnd};

/// So long after the end of a session its server has ended too, if it went with it: a server that is told to end
/// hangs up on its panes first.
const LOOK_AFTER: Duration = Duration::from_millis(1500);

/// What ended that long ago is judged then: clocks differ by a little.
const JUDGED_AFTER: Duration = Duration::from_millis(1400);

/// The servers of sessions that ended a moment ago.
#[derive(Debug)]
pub(super) struct Questioned {
    due: Instant,
    /// Those of them that were there when the first of their sessions had ended.
    lived: BTreeSet<Server>,
    known: BTreeSet<Server>,
}

impl Writer {
    /// Some sessions have ended.
    pub(super) fn question_servers(&mut self) {
        let servers = self.table.servers_in_question(self.now);
        if servers.is_empty() {
            return;
        }
        let questioned = self.questioned.get_or_insert_with(|| Questioned {
            due: Instant::now() + LOOK_AFTER,
            lived: BTreeSet::new(),
            known: BTreeSet::new(),
        });
        for server in servers {
            if questioned.known.insert(server.clone()) && !server_has_ended(&server, self.now) {
                questioned.lived.insert(server);
            }
        }
    }

    /// When the servers are to be looked at, if they are.
    pub(super) fn servers_due(&self) -> Option<Duration> {
        let due = self.questioned.as_ref()?.due;
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Looks at them, if it is time.
    pub(super) fn look_at_servers(&mut self) {
        if self.servers_due().is_none_or(|left| !left.is_zero()) {
            return;
        }
        let Some(questioned) = self.questioned.take() else {
            return;
        };
        let until = self.now.max(self.clock.now()).minus(JUDGED_AFTER);
        for server in self.table.servers_in_question(until) {
            let end = server_has_ended(&server, until).then(|| {
                if questioned.lived.contains(&server) {
                    ServerEnd::After
                } else {
                    ServerEnd::Before
                }
            });
            self.apply(Input::ServerSeen { server, end }, self.clock.now());
        }
        // Others have ended meanwhile.
        self.question_servers();
    }
}
