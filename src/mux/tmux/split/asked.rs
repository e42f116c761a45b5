//! The two things that a server is asked.

use std::path::Path;

use super::layout::{self, Panes};
use super::plan::Batch;
use crate::mux::tmux::Call;
use crate::mux::tmux::ask::Ask;
use crate::mux::{Gone, Outcome, Undone};

/// All panes as they are now.
pub(super) fn look(socket: &Path, ask: Ask<'_>) -> Outcome<Panes> {
    let answer = ask(socket, &layout::QUERY.call()).map_err(explain)?;
    Ok(Panes::parse(&answer))
}

/// Has tmux do all of it. One batch is one message: either nothing of it happens, or all up to what is
/// refused.
pub(super) fn run(socket: &Path, batch: &Batch, ask: Ask<'_>) -> Outcome<()> {
    let Some(call) = batch.iter().cloned().reduce(Call::then) else {
        return Ok(());
    };
    ask(socket, &call).map(drop).map_err(explain)
}

/// There is nothing to be done beside a dashboard that no server shows.
fn explain(undone: Undone) -> Undone {
    match undone {
        Undone::Gone(Gone::Server) => "no tmux server runs".into(),
        other => other,
    }
}
