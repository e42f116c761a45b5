//! What a placeholder shows, and what the dashboard says of the place.

use pane_patrol_hooks::text::one_line;

use crate::mux::tmux::Call;

/// How what was shown there ended, as far as the dashboard knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Without the dashboard.
    ByItself,
    /// It was stopped from the dashboard's list.
    Stopped,
}

/// Longest name of what was shown, in characters.
const MAX_NAME_CHARS: usize = 100;

/// What runs in a placeholder: it says why it is there, and stays. Whatever is typed or pasted into it by
/// mistake is read and forgotten, and no key ends it.
const SCRIPT: &str = "stty -echo -icanon -isig -ixon 2>/dev/null; printf '\\033[2J\\033[H%s' \"$1\"; \
     exec cat >/dev/null";

/// In a place that was not used yet.
pub(super) const EMPTY: &str = "\n  Enter in the list shows it here.\n";

/// Where a pane belongs that is shown elsewhere.
pub(super) const STANDS_IN: &str = "\n  The pane that belongs here is shown beside the dashboard of \
    pane-patrol.\n  It comes back when that shows another one, or ends.\n";

/// In a place whose pane has ended, or has gone home because its assistant has.
pub(super) fn left(name: &str, end: End) -> String {
    let name = one_line(name, MAX_NAME_CHARS);
    let how = how(end);
    format!("\n  {name}\n  {how}.\n\n  Enter in the list shows another one.\n")
}

fn how(end: End) -> &'static str {
    match end {
        End::ByItself => "has ended",
        End::Stopped => "was stopped from the list",
    }
}

/// Said when what was shown is no more.
pub(super) fn ended(name: &str, end: End) -> String {
    let how = how(end);
    format!("{name} {how} · Enter shows the selected one, s closes the place")
}

/// Said when somebody has closed the place; `home`: what was shown there and is back.
pub(super) fn closed(home: Option<&str>) -> String {
    match home {
        Some(name) => {
            format!("its place was closed, so {name} went back · Enter opens the place anew")
        }
        None => "the place beside the dashboard was closed · Enter opens it anew".to_owned(),
    }
}

/// Has the pane that `call` makes be a placeholder that shows this.
pub(super) fn placeholder(call: Call, text: &str) -> Call {
    let words = ["sh", "-c", SCRIPT, "pane-patrol", text];
    words.into_iter().fold(call, Call::operand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_its_name_holds_is_no_more_than_text_on_one_line() {
        let text = left("claude in \u{1b}]0;x\u{7}a\nb:0.0", End::Stopped);
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{7}'),
            "{text:?}"
        );
        assert!(
            text.contains("\n  was stopped from the list.\n"),
            "{text:?}"
        );
        assert_eq!(text.lines().count(), 5, "{text:?}");
    }
}
