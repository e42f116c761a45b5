//! Which key means what. One table serves the keyboard, the help and the hints, so that what is
//! shown is what works.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// So many rows down, or up when negative.
    Move(isize),
    /// So many screens down, or up when negative.
    Page(isize),
    First,
    Last,
    NextWaiting,
    PreviousWaiting,
    Go,
    Filter,
    Cycle,
    Explain,
    /// The request in full, with room to read it.
    Read,
    /// The next of several requests of the selected row.
    OtherRequest,
    /// So many tabs to the right, or to the left when negative.
    Tab(isize),
    /// So many lines of the panel down, or up when negative.
    Scroll(isize),
    Install,
    Snooze,
    /// Let the selected row do for a while what no rule forbids, or no longer.
    Trust,
    Start,
    Stop,
    /// Yes, this once, to the selected row's request.
    Approve,
    /// No.
    Deny,
    /// No, with a word about what to do instead.
    DenySaying,
    /// Yes, although not all of it is known.
    Confirm,
    /// The question's option of this number.
    Answer(u8),
    Split,
    Help,
    /// Close what is open, else clear the filter.
    Close,
    Redraw,
    Quit,
}

/// Keys that do the same, as the help shows them.
pub(super) struct Binding {
    pub(super) keys: &'static str,
    pub(super) does: &'static str,
    actions: &'static [(KeyCode, Action)],
}

/// What every key does outside the filter's line.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        keys: "Enter",
        does: "go to the pane",
        actions: &[(KeyCode::Enter, Action::Go)],
    },
    Binding {
        keys: "Tab S-Tab",
        does: "next and previous row that needs you",
        actions: &[
            (KeyCode::Tab, Action::NextWaiting),
            (KeyCode::BackTab, Action::PreviousWaiting),
        ],
    },
    Binding {
        keys: "j k ↓ ↑",
        does: "next and previous row; scroll what is open",
        actions: &[
            (KeyCode::Char('j'), Action::Move(1)),
            (KeyCode::Down, Action::Move(1)),
            (KeyCode::Char('k'), Action::Move(-1)),
            (KeyCode::Up, Action::Move(-1)),
        ],
    },
    Binding {
        keys: "PgDn PgUp",
        does: "a screen down and up",
        actions: &[
            (KeyCode::PageDown, Action::Page(1)),
            (KeyCode::PageUp, Action::Page(-1)),
        ],
    },
    Binding {
        keys: "g G Home End",
        does: "first and last row",
        actions: &[
            (KeyCode::Char('g'), Action::First),
            (KeyCode::Home, Action::First),
            (KeyCode::Char('G'), Action::Last),
            (KeyCode::End, Action::Last),
        ],
    },
    Binding {
        keys: "/",
        does: "filter by any word a row shows",
        actions: &[(KeyCode::Char('/'), Action::Filter)],
    },
    Binding {
        keys: "f",
        does: "view: all, only what wants attention, by project",
        actions: &[(KeyCode::Char('f'), Action::Cycle)],
    },
    Binding {
        keys: "e",
        does: "explain: everything heard about the row",
        actions: &[(KeyCode::Char('e'), Action::Explain)],
    },
    Binding {
        keys: "h l ← →",
        does: "tabs: overview, work, diff, health",
        actions: &[
            (KeyCode::Char('l'), Action::Tab(1)),
            (KeyCode::Right, Action::Tab(1)),
            (KeyCode::Char('h'), Action::Tab(-1)),
            (KeyCode::Left, Action::Tab(-1)),
        ],
    },
    Binding {
        keys: "Space J K",
        does: "read the request, the files, a patch; scroll",
        actions: &[
            (KeyCode::Char(' '), Action::Read),
            (KeyCode::Char('J'), Action::Scroll(1)),
            (KeyCode::Char('K'), Action::Scroll(-1)),
        ],
    },
    Binding {
        keys: "a",
        does: "approve the request, this once; first: read on",
        actions: &[(KeyCode::Char('a'), Action::Approve)],
    },
    Binding {
        keys: "d",
        does: "deny the request",
        actions: &[(KeyCode::Char('d'), Action::Deny)],
    },
    Binding {
        keys: "D",
        does: "deny it and say what to do instead",
        actions: &[(KeyCode::Char('D'), Action::DenySaying)],
    },
    Binding {
        keys: "y",
        does: "yes, answer what is only partly known",
        actions: &[(KeyCode::Char('y'), Action::Confirm)],
    },
    Binding {
        keys: "r",
        does: "the next one, where several requests wait",
        actions: &[(KeyCode::Char('r'), Action::OtherRequest)],
    },
    Binding {
        keys: "1-9",
        does: "answer the question with that option",
        actions: &[
            (KeyCode::Char('1'), Action::Answer(1)),
            (KeyCode::Char('2'), Action::Answer(2)),
            (KeyCode::Char('3'), Action::Answer(3)),
            (KeyCode::Char('4'), Action::Answer(4)),
            (KeyCode::Char('5'), Action::Answer(5)),
            (KeyCode::Char('6'), Action::Answer(6)),
            (KeyCode::Char('7'), Action::Answer(7)),
            (KeyCode::Char('8'), Action::Answer(8)),
            (KeyCode::Char('9'), Action::Answer(9)),
        ],
    },
    Binding {
        keys: "t",
        does: "trust it 10 minutes: only rules still ask or deny",
        actions: &[(KeyCode::Char('t'), Action::Trust)],
    },
    Binding {
        keys: "i",
        does: "install hooks, while nobody reports",
        actions: &[(KeyCode::Char('i'), Action::Install)],
    },
    Binding {
        keys: "s",
        does: "split: an assistant's own pane beside the dashboard",
        actions: &[(KeyCode::Char('s'), Action::Split)],
    },
    Binding {
        keys: "n",
        does: "start another assistant in a new window",
        actions: &[(KeyCode::Char('n'), Action::Start)],
    },
    Binding {
        keys: "x",
        does: "stop this assistant, after a question",
        actions: &[(KeyCode::Char('x'), Action::Stop)],
    },
    Binding {
        keys: "z",
        does: "snooze: no notice for 10 minutes, an hour, or again",
        actions: &[(KeyCode::Char('z'), Action::Snooze)],
    },
    Binding {
        keys: "Esc",
        does: "close what is open; clear the filter",
        actions: &[(KeyCode::Esc, Action::Close)],
    },
    Binding {
        keys: "?",
        does: "this help",
        actions: &[(KeyCode::Char('?'), Action::Help)],
    },
    Binding {
        keys: "q Ctrl-C",
        does: "quit",
        actions: &[(KeyCode::Char('q'), Action::Quit)],
    },
];

/// What `key` asks for, unless it is typed into the filter.
pub(super) fn action(key: KeyEvent) -> Option<Action> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return control(key.code);
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    BINDINGS
        .iter()
        .flat_map(|binding| binding.actions)
        .find(|(code, _)| *code == key.code)
        .map(|(_, action)| *action)
}

/// Habits from other programs, not shown in the help.
fn control(code: KeyCode) -> Option<Action> {
    match code {
        KeyCode::Char('c') => Some(Action::Quit),
        KeyCode::Char('l') => Some(Action::Redraw),
        KeyCode::Char('n') => Some(Action::Move(1)),
        KeyCode::Char('p') => Some(Action::Move(-1)),
        KeyCode::Char('d' | 'f') => Some(Action::Page(1)),
        KeyCode::Char('u' | 'b') => Some(Action::Page(-1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let mut codes: Vec<_> = BINDINGS
            .iter()
            .flat_map(|binding| binding.actions)
            .map(|(code, _)| format!("{code:?}"))
            .collect();
        let all = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
