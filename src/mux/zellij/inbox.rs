//! What Zellij itself is told of what waits, for its own list: a record (OSC 7501) on the terminal of the pane, as the
//! assistant there would write it. Zellij takes it from 0.46 on, and before that swallows it.

use std::path::Path;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::mux::zellij::{Session, number_of};
use pane_patrol_hooks::target::PaneId;

use super::panes::processes;
use crate::mux::Sign;
use crate::status_record::{Kind, Word, written};
use crate::sys::terminal::write_to;
use pane_patrol_hooks::outside::terminal_of;

/// Tells it of these panes. Those of assistants that tell it by themselves are left out, and what cannot be written now
/// is left at that: the next change is told.
pub(super) fn tell(session: &Session, signs: &[(PaneId, Option<Sign>)]) {
    let processes = processes(session);
    for (pane, sign) in signs {
        let pid = number_of(*pane).and_then(|number| processes.get(&number));
        let tty = pid.and_then(|pid| terminal_of(*pid));
        let record = record(sign.as_ref());
        if let (Some(tty), Some(record)) = (tty, record) {
            let _ = write_to(&Path::new("/dev").join(tty), record.as_bytes());
        }
    }
}

/// What is written for a sign, and where one is taken away. `None`: nothing.
fn record(sign: Option<&Sign>) -> Option<String> {
    let Some(sign) = sign else {
        return Some("\u{1b}]7501;state=clear\u{7}".to_owned());
    };
    let state = State::ALL
        .iter()
        .find(|state| state.as_str() == sign.state)?;
    let (word, kind) = match state {
        State::WaitingApproval => (Word::Blocked, Some(Kind::Permission)),
        State::WaitingInput => (Word::Blocked, Some(Kind::Question)),
        State::Running => (Word::Working, None),
        State::Completed => (Word::Done, None),
        State::Error => (Word::Error, None),
        State::Idle => (Word::Idle, None),
    };
    written(word, kind, sign.of?)
}
