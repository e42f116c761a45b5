//! What happens in a session, told by Zellij itself from 0.46.1 on: a line for each pane that is opened, closed, renamed
//! or looked at, and for each client that comes or goes.

use std::io;

use pane_patrol_hooks::mux::zellij::Session;

use super::belief::Belief;
use super::call::{alone, events};
use super::mirror::end_of;
use super::{rest, version};
use crate::mux::{Gone, Lines, Outcome, PATIENCE, Undone};
use crate::sys::child::Group;

const TOO_OLD: &str = "Zellij before 0.46.1 tells of nothing by itself";
const NOT_LISTED: &str = "its Zellij session has not answered yet";

/// Whoever tells what happens there. Nothing is asked of the server, which may be stopped: it has been listed.
pub(super) fn of(session: &Session, belief: &Belief) -> Outcome<Lines> {
    let program = belief.program().ok_or("Zellij is not installed")?;
    if !version::is_from(&version::TELLS, &program, PATIENCE)? {
        return Err(TOO_OLD.into());
    }
    let server = rest::place(session).ok_or(NOT_LISTED)?;
    let alone = alone(&server)?;
    let ended = || Undone::Gone(Gone::Server);
    // Before it could be another one's.
    let end = end_of(session.pid).ok_or_else(ended)?;
    let refused =
        |error: io::Error| Undone::Refused(format!("zellij could not be started: {error}"));
    let mut program = Group::start(&mut events(&alone)).map_err(refused)?;
    let (output, _) = program.pipes();
    let output = output.ok_or("zellij was started without its output")?;
    Ok(Lines::of((program, output), Some(end), Box::new(alone)))
}
