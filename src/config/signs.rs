//! The signs that stand for states, wherever one is drawn.

use pane_patrol_hooks::event::State;

/// How states and branches are marked on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signs {
    /// `✗ ✓ ● ○ ⎇`
    #[default]
    Drawn,
    /// `x + * - @`
    Plain,
}

impl Signs {
    /// The sign of a state. Each is one column wide in every terminal we know of.
    pub(crate) fn of(self, state: State) -> &'static str {
        match (state, self) {
            (State::WaitingApproval, _) => "!",
            (State::WaitingInput, _) => "?",
            (State::Error, Self::Drawn) => "✗",
            (State::Completed, Self::Drawn) => "✓",
            (State::Running, Self::Drawn) => "●",
            (State::Idle, Self::Drawn) => "○",
            (State::Error, Self::Plain) => "x",
            (State::Completed, Self::Plain) => "+",
            (State::Running, Self::Plain) => "*",
            (State::Idle, Self::Plain) => "-",
        }
    }
}
