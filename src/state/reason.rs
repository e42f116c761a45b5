//! Why something that was heard changed no row, in words for a person.

/// Why an input left a row as it was.
pub(super) type Reason = &'static str;

/// Late events of a session follow its end.
pub(super) const OVER: Reason = "its session is over";

/// The same where its process has ended, too.
pub(super) const ENDED: Reason = "its process has ended";

/// What a process says of its own session while its pane shows another one.
pub(super) const AWAY: Reason = "its pane shows another session";

/// A child of a session reports from the same pane.
pub(super) const HEADLESS: Reason = "a headless run in the pane of a session";

/// Hooks of one session may overtake the start of the next one.
pub(super) const REPLACED: Reason = "its session was replaced in this pane";

/// See [`REPLACED`].
pub(super) const OLDER: Reason = "older than the session in this pane";

/// What a session of the pane has started reports from there.
/// The same where there is no pane.
pub(super) const OF_ANOTHER: Reason = "its process was started by another assistant";

pub(super) const CHILD: Reason = "its process was started by the assistant of this pane";

/// Its variables were handed on, or it has outlived what was in the pane.
pub(super) const OUTSIDE: Reason = "its process is none of that pane";
