//! What a notice says.

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::text::one_line;

use super::watch::Notice;
use crate::state::words::word;

/// Longest text of a notice, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 160;

/// One line for a person: `claude in shop:1.1 wants approval: Bash: cargo publish`.
pub(super) fn text(notice: &Notice) -> String {
    let row = &notice.row;
    let (does, asked) = (does(notice), asked(notice));
    one_line(
        &format!("{} in {} {does}{asked}", row.assistant, row.target.shown()),
        MAX_TEXT_CHARS,
    )
}

/// `wants approval`.
pub(super) fn does(notice: &Notice) -> &'static str {
    match notice.state {
        State::Running | State::Idle => "is there",
        other => word(other),
    }
}

/// `: Bash: cargo publish`, where it is known.
pub(super) fn asked(notice: &Notice) -> String {
    let (tool, message) = match &notice.request {
        Some(request) => (&request.tool, &request.message),
        None => (&None, &notice.row.message),
    };
    let parts: Vec<&str> = [tool, message]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(": "))
    }
}
