//! Looks whether sessions have ended by themselves or with their server: of that no event tells.

use std::time::{Duration, Instant};

use super::Writer;
use crate::collector::liveness::server_has_ended;
use crate::state::Input;

/// So long after the end of a session its server has ended too, if it went with it: a server that is told to end
/// hangs up on its panes first.
const LOOK_AFTER: Duration = Duration::from_millis(1500);

/// What ended that long ago is judged then: clocks differ by a little.
const JUDGED_AFTER: Duration = Duration::from_millis(1400);

impl Writer {
    /// Some sessions have ended.
    pub(super) fn question_servers(&mut self) {
        if self.servers_due.is_none() && !self.table.servers_in_question(self.now).is_empty() {
            self.servers_due = Some(Instant::now() + LOOK_AFTER);
        }
    }

    /// When the servers are to be looked at, if they are.
    pub(super) fn servers_due(&self) -> Option<Duration> {
        let due = self.servers_due?;
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Looks at them, if it is time.
    pub(super) fn look_at_servers(&mut self) {
        if self.servers_due().is_none_or(|left| !left.is_zero()) {
            return;
        }
        self.servers_due = None;
        let until = self.now.max(self.clock.now()).minus(JUDGED_AFTER);
        for server in self.table.servers_in_question(until) {
            let has_ended = server_has_ended(&server, until);
            let seen = Input::ServerSeen { server, has_ended };
            self.apply(seen, self.clock.now());
        }
        // Others have ended meanwhile.
        self.question_servers();
    }
}
