//! Ending an assistant politely: its own process is asked to end, and only if that process is certainly the
//! one in the row's pane. A number alone proves nothing: it may come from a container, or have been given
//! to another program since.

use rustix::io::Errno;
use thiserror::Error;

use crate::mux::{Gone, Multiplexer, Outcome, PATIENCE, PATIENCE_FOR_SEVERAL, Place, Undone};
use crate::state::Row;

/// How stopping an assistant went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It has ended.
    Ended,
    /// It cannot be asked, or did not end. Closing its pane would end it.
    OnlyByPane {
        /// Why it still runs.
        why: String,
        /// It was asked to end.
        asked: bool,
    },
    /// Nothing was done; says why.
    Failed(String),
}

/// Why a process is not asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotAsked {
    /// Its owner is somebody else.
    #[error("its process is another user's")]
    AnotherUsers,
    /// No process can have that number.
    #[error("its process has no number")]
    NoNumber,
    /// The system refuses.
    #[error(transparent)]
    Refused(#[from] Errno),
}

/// The system, as far as stopping needs it.
pub(crate) struct System<'a> {
    /// The row's multiplexer.
    pub mux: &'a dyn Multiplexer,
    /// Whether a process is another one or descends from it; `None`: that cannot be told.
    pub descends: &'a dyn Fn(u32, u32) -> Option<bool>,
    /// Asks a process to end; says why that cannot be done.
    pub terminate: &'a dyn Fn(u32) -> Result<(), NotAsked>,
    /// Waits some seconds for a process to end; whether it has.
    pub has_ended: &'a dyn Fn(u32) -> bool,
}

/// Asks the row's assistant to end and waits for it. `place` is its pane.
pub(crate) fn stop(row: &Row, place: &Place, system: &System<'_>) -> Stopped {
    let root = match system.mux.process(place, PATIENCE) {
        Ok(root) => root,
        Err(undone) => return Stopped::Failed(without_pane(undone).to_string()),
    };
    let Some(pid) = row.pid else {
        return only_by_pane("its process is not known", false);
    };
    match (system.descends)(pid, root) {
        Some(true) => {}
        Some(false) => return only_by_pane("its process is not the pane's", false),
        None => return only_by_pane("whose process it is cannot be told here", false),
    }
    if let Err(why) = (system.terminate)(pid) {
        return only_by_pane(&why.to_string(), false);
    }
    if (system.has_ended)(pid) {
        Stopped::Ended
    } else {
        only_by_pane("it was asked to end and has not", true)
    }
}

fn only_by_pane(why: &str, asked: bool) -> Stopped {
    let why = why.to_owned();
    Stopped::OnlyByPane { why, asked }
}

/// Closes the pane with everything in it.
///
/// # Errors
/// Says why it is still there.
pub(crate) fn close_pane(place: &Place, mux: &dyn Multiplexer) -> Outcome<()> {
    mux.close(place, PATIENCE_FOR_SEVERAL).map_err(without_pane)
}

/// With a server its panes are gone, too.
fn without_pane(undone: Undone) -> Undone {
    match undone {
        Undone::Gone(Gone::Server) => Undone::Gone(Gone::Pane),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::mux::fake::Fake;

    /// Stops a row with this process, whose pane has process 40; what came of it and which process was
    /// asked to end.
    fn stopping(
        servant: &Fake,
        pid: Option<u32>,
        descends: Option<bool>,
        ends: bool,
    ) -> (Stopped, Vec<u32>) {
        let mut row = servant.row(1, "claude", State::Running);
        row.pid = pid;
        let asked = RefCell::new(Vec::new());
        let (place, mux) = servant.reach().place_of(&row);
        let system = System {
            mux: &*mux,
            descends: &|_, pane| descends.filter(|_| pane == 40),
            terminate: &|pid| {
                asked.borrow_mut().push(pid);
                Ok(())
            },
            has_ended: &|_| ends,
        };
        let stopped = stop(&row, &place, &system);
        (stopped, asked.into_inner())
    }

    #[test]
    fn only_a_process_of_the_rows_own_pane_is_asked_to_end() {
        let fake = Fake::new();
        fake.pane(1, 40);
        assert_eq!(
            stopping(&fake, Some(50), Some(true), true),
            (Stopped::Ended, vec![50])
        );
        let (stopped, asked) = stopping(&fake, Some(50), Some(true), false);
        assert!(matches!(stopped, Stopped::OnlyByPane { asked: true, .. }) && asked == [50]);
        for (pid, descends) in [
            (None, Some(true)),
            (Some(50), Some(false)),
            (Some(50), None),
        ] {
            let (stopped, asked) = stopping(&fake, pid, descends, true);
            assert!(
                matches!(stopped, Stopped::OnlyByPane { asked: false, .. }),
                "{stopped:?}"
            );
            assert!(asked.is_empty());
        }
        let gone = Stopped::Failed("the pane is gone".to_owned());
        assert_eq!(
            stopping(&Fake::new(), Some(50), Some(true), true),
            (gone, vec![])
        );
    }
}
