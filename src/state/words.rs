//! The words for states that stand on the screen, each as good where one is typed as its word in events.

use pane_patrol_hooks::event::State;

/// What stands on the screen for `state`, and where there is less room, or once stood there.
pub fn on_screen(state: State) -> &'static [&'static str] {
    match state {
        State::WaitingApproval => &["wants approval", "approval", "approve"],
        State::WaitingInput => &["asks", "waits"],
        State::Error => &["failed"],
        State::Completed => &["done"],
        State::Running => &["works", "working"],
        State::Idle => &[],
    }
}

/// All words for states: that in events, then those on the screen.
pub fn all() -> impl Iterator<Item = (&'static str, State)> {
    State::ALL.iter().flat_map(|state| {
        let words = std::iter::once(state.as_str()).chain(on_screen(*state).iter().copied());
        words.map(|word| (word, *state))
    })
}
