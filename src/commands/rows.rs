//! The rows that a command is about: those of whoever collects, or, when nobody does and the event
//! log is on, those that its recent end tells of.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Context;
use crate::error::{CommandError, EXIT_NOBODY};
use crate::hub::client::HubError;
use crate::messages;
use crate::state::{Row, Unmatched};

/// What else would have told.
const ASK_THE_LOG: &str = "with `pane-patrol mirror on` the event log can be asked, too";

/// Rows, and who says so.
pub(super) struct Known {
    /// In no certain order.
    pub(super) rows: Vec<Row>,
    /// The event log says so, because nobody collects.
    pub(super) from_log: Option<FromLog>,
    /// What fitted none of them.
    pub(super) apart: Vec<Unmatched>,
    /// The socket of the server that is meant where several have the same place.
    pub(super) own: String,
}

/// How far the event log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FromLog {
    /// When the last event was logged; `None`: nothing recent is in it.
    pub(super) last: Option<Timestamp>,
}

/// The rows of whoever collects; `who` asks.
pub(super) fn live(context: &Context, who: &str) -> Result<Known, CommandError> {
    ask(context, who).map_err(|error| nobody(&error))
}

/// The same by the event log, too, which is said.
pub(super) fn to_read(context: &Context, who: &str) -> Result<Known, CommandError> {
    let known = live_or_logged(context, who)?;
    if known.from_log.is_some() {
        warn_of_log();
    }
    Ok(known)
}

/// Says that the event log speaks, because nobody collects.
fn warn_of_log() {
    messages::warning("nobody collects: this is by what the event log says");
}

/// The rows of whoever collects, or those of the event log; `who` asks.
pub(super) fn live_or_logged(context: &Context, who: &str) -> Result<Known, CommandError> {
    let error = match ask(context, who) {
        Ok(known) => return Ok(known),
        Err(error) => error,
    };
    let failed = nobody(&error);
    if !matches!(error, HubError::Nobody { .. }) {
        return Err(failed);
    }
    let logged = context.recent_log()?.and_then(|log| log.read());
    let logged = logged.ok_or_else(|| failed.hint(ASK_THE_LOG))?;
    Ok(Known {
        rows: logged.rows,
        from_log: Some(FromLog { last: logged.last }),
        apart: logged.apart,
        own: context.own_socket_text(),
    })
}

fn ask(context: &Context, who: &str) -> Result<Known, HubError> {
    let mut client = context.hub().subscribe(who)?;
    Ok(Known {
        rows: client.rows()?,
        from_log: None,
        apart: client.health()?.apart,
        own: context.own_socket_text(),
    })
}

/// Why there is nobody to ask, as a person reads it.
pub(super) fn nobody(error: &HubError) -> CommandError {
    let failed = CommandError::new("cannot tell what assistants do");
    let failed = match error {
        HubError::Nobody { .. } => failed
            .hint("start `pane-patrol`, or `pane-patrol collect` without a screen")
            .exit(EXIT_NOBODY),
        HubError::Silent { .. } => failed
            .hint("it may be stopped or very busy; try again, or restart it")
            .exit(EXIT_NOBODY),
        HubError::Untrusted { path } => failed.hint(format!(
            "look at {} and remove it if it is not yours",
            path.display()
        )),
        _ => failed.hint("nothing was changed; `pane-patrol doctor` says how the collector is"),
    };
    failed.caused_by(error)
}
