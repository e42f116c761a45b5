//! The words for states that stand on the screen, each as good where one is typed as its word in events.

use pane_patrol_hooks::event::{Kind, State};

use super::Row;

/// What stands on the screen for `state`, and where there is less room, or once stood there.
pub(crate) fn on_screen(state: State) -> &'static [&'static str] {
    match state {
        State::WaitingApproval => &["wants approval", "approval", "approve"],
        State::WaitingInput => &["asks", "waits"],
        State::Error => &["failed"],
        State::Completed => &["done"],
        State::Running => &["works", "working"],
        State::Idle => &[],
    }
}

/// The one word, or two, for `state` where a person reads of it.
pub(crate) fn word(state: State) -> &'static str {
    on_screen(state).first().copied().unwrap_or(state.as_str())
}

/// The same for a row: of what waits without a question is said that it waits.
pub(crate) fn of(row: &Row) -> &'static str {
    match row.state {
        State::WaitingInput if row.kind == Some(Kind::PromptIdle) => "waits",
        other => word(other),
    }
}

/// All words for states: that in events, then those on the screen.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, State)> {
    State::ALL.iter().flat_map(|state| {
        let words = std::iter::once(state.as_str()).chain(on_screen(*state).iter().copied());
        words.map(|word| (word, *state))
    })
}
