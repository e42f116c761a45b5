//! Bounded calls of servers that are believed, and what their failures mean.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Belief, CALL_BUDGET, Call, TmuxError};
use crate::mux::{Gone, Outcome, Undone};

/// Asks the tmux server on a socket something.
pub(super) type Ask<'a> = &'a dyn Fn(&Path, &Call) -> Outcome<Vec<u8>>;

/// Calls of servers that are believed, each bounded, all of them `within` that time.
pub(super) fn asking(
    belief: Belief,
    within: Duration,
) -> impl Fn(&Path, &Call) -> Outcome<Vec<u8>> {
    let began = Instant::now();
    move |socket, call| {
        let left = within.saturating_sub(began.elapsed());
        let tmux = belief.tmux(socket);
        tmux.and_then(|tmux| tmux.with_budget(left.min(CALL_BUDGET)).run(call))
            .map_err(undone)
    }
}

/// What a failure means, in a person's words.
pub(super) fn undone(error: TmuxError) -> Undone {
    match error {
        TmuxError::NoServer { .. } => Undone::Gone(Gone::Server),
        TmuxError::NotBelieved { socket, why } => Undone::NotBelieved {
            socket: socket.to_string_lossy().into_owned(),
            why: why.reason(),
        },
        TmuxError::Failed { stderr, .. } if stderr.contains("find pane") => {
            Undone::Gone(Gone::Pane)
        }
        TmuxError::Failed { stderr, .. } => Undone::Refused(format!("tmux: {stderr}")),
        TmuxError::TimedOut { .. } => Undone::Unknown("tmux does not answer".to_owned()),
        TmuxError::NotInstalled => Undone::Refused(error.to_string()),
        other => Undone::Unknown(other.to_string()),
    }
}
