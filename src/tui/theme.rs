//! Colours. Every meaning is also a word and a sign, so that a theme may leave them all out.

use pane_patrol_hooks::event::State;
use ratatui::style::{Color, Modifier, Style};

pub use crate::config::Theme;
use crate::state::Attention;

#[allow(
    clippy::unused_self,
    reason = "every style is asked of the theme, so that a theme can change it"
)]
impl Theme {
    /// The sign and the word of a state.
    pub(super) fn state(self, state: State) -> Style {
        let style = match state {
            State::WaitingApproval => self.colour(Color::Yellow, 221, 130),
            State::WaitingInput => self.colour(Color::Cyan, 80, 30),
            State::Error => self.colour(Color::Red, 203, 160),
            State::Completed => self.colour(Color::Green, 114, 28),
            State::Running => self.colour(Color::Blue, 75, 26),
            State::Idle => return self.dim(),
        };
        if matches!(state, State::WaitingApproval | State::WaitingInput) {
            style.add_modifier(Modifier::BOLD)
        } else {
            style
        }
    }

    /// The title and the count of a section.
    pub(super) fn section(self, attention: Attention) -> Style {
        let style = match attention {
            Attention::NeedsYou => self.state(State::WaitingApproval),
            Attention::Failed => self.state(State::Error),
            Attention::Done => self.state(State::Completed),
            Attention::Working => self.state(State::Running),
            Attention::Quiet => self.dim(),
        };
        style.add_modifier(Modifier::BOLD)
    }

    /// What is there when it is looked for: targets, ages, rules.
    pub(super) fn dim(self) -> Style {
        match self {
            // The palette's grey is invisible on some backgrounds; faint text is not.
            Self::Terminal | Self::None => Style::new().add_modifier(Modifier::DIM),
            Self::Dark => Style::new().fg(Color::Indexed(245)),
            Self::Light => Style::new().fg(Color::Indexed(242)),
        }
    }

    /// What the eye should find first.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Ordinary text.
    pub(super) fn text(self) -> Style {
        Style::new()
    }

    /// The mark of the selected row, and keys in hints.
    pub(super) fn accent(self) -> Style {
        self.colour(Color::Magenta, 177, 91)
            .add_modifier(Modifier::BOLD)
    }

    /// Something does not work.
    pub(super) fn trouble(self) -> Style {
        self.colour(Color::Red, 203, 160)
    }

    /// What is laid under the selected row.
    pub(super) fn selected(self) -> Style {
        match self {
            Self::Terminal | Self::None => Style::new().add_modifier(Modifier::BOLD),
            Self::Dark => Style::new().bg(Color::Indexed(236)),
            Self::Light => Style::new().bg(Color::Indexed(254)),
        }
    }

    /// A line of a diff.
    pub(super) fn diff(self, line: &str) -> Style {
        if line.starts_with("+++") || line.starts_with("---") {
            self.strong()
        } else if line.starts_with('+') {
            self.state(State::Completed)
        } else if line.starts_with('-') {
            self.state(State::Error)
        } else if line.starts_with("@@") {
            self.dim()
        } else {
            self.text()
        }
    }

    fn colour(self, palette: Color, dark: u8, light: u8) -> Style {
        match self {
            Self::Terminal => Style::new().fg(palette),
            Self::Dark => Style::new().fg(Color::Indexed(dark)),
            Self::Light => Style::new().fg(Color::Indexed(light)),
            Self::None => Style::new(),
        }
    }
}
