//! What Zellij itself is told of what waits, for its own list: a record (OSC 7501) on the terminal of the pane, as the
//! assistant there would write it. Zellij takes it from 0.46 on, and before that swallows it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::mux::zellij::{Session, number_of};
use pane_patrol_hooks::target::PaneId;

use super::call::{numbers, version};
use super::panes::processes;
use crate::mux::{Outcome, Sign, Undone};
use crate::status_record::{Kind, Word, written};
use crate::sys::terminal::write_to;
use pane_patrol_hooks::outside::terminal_of;

/// The first version with such a list.
const FIRST: [u32; 2] = [0, 46];

/// For so long a version is taken to be the same.
const KEPT: Duration = Duration::from_secs(60);

/// Whether the program has such a list, and when that was found out.
static HAS_LIST: Mutex<Option<(Instant, bool)>> = Mutex::new(None);

/// Whether the person's Zellij has such a list.
///
/// # Errors
/// It does not say.
pub(super) fn is_there(within: Duration) -> Outcome<bool> {
    let mut known = HAS_LIST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, has_list)) = known.filter(|(at, _)| at.elapsed() < KEPT) {
        return Ok(has_list);
    }
    let silent = || Undone::Unknown("`zellij --version` gives no answer".to_owned());
    let has_list = has_list(&version(within).ok_or_else(silent)?);
    *known = Some((Instant::now(), has_list));
    Ok(has_list)
}

fn has_list(version: &str) -> bool {
    let numbers = numbers(version);
    numbers.is_some_and(|numbers| numbers[..] >= FIRST[..])
}

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
