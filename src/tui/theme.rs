//! Colours. Every meaning is also a word and a sign, so that a theme may leave them all out.

use pane_patrol_hooks::event::State;
use ratatui::style::{Color, Modifier, Style};

pub use crate::config::Theme;
use crate::config::{Colour, Colours, Role};
use crate::state::Attention;
use crate::tui::background::Background;

/// A theme, with what the person has set instead of its colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    theme: Theme,
    colours: Colours,
    /// What stands behind the text, as far as that is known.
    background: Option<Background>,
}

impl From<Theme> for Palette {
    fn from(theme: Theme) -> Self {
        Self {
            theme,
            ..Self::default()
        }
    }
}

#[allow(
    clippy::unused_self,
    reason = "every style is asked of the palette, so that it can change each"
)]
impl Palette {
    /// `theme` with these colours instead of its own; one without colours stays so.
    pub fn new(theme: Theme, colours: Colours) -> Self {
        Self {
            theme,
            colours,
            background: None,
        }
    }

    /// The same over this background.
    #[must_use]
    pub fn over(self, background: Option<Background>) -> Self {
        Self {
            background: background.or(self.background),
            ..self
        }
    }

    /// Whether it depends on the background.
    pub(super) fn is_auto(self) -> bool {
        self.theme == Theme::Auto
    }

    /// The theme with colours of its own that it is.
    fn base(self) -> Theme {
        match (self.theme, self.background) {
            (Theme::Auto, Some(Background::Dark)) => Theme::Dark,
            (Theme::Auto, Some(Background::Light)) => Theme::Light,
            (Theme::Auto, None) => Theme::Terminal,
            (theme, _) => theme,
        }
    }

    /// Whether there are any colours.
    pub(super) fn has_colours(self) -> bool {
        self.theme != Theme::None
    }

    /// The sign and the word of a state.
    pub(super) fn state(self, state: State) -> Style {
        let style = match state {
            State::WaitingApproval => self.colour(Role::WaitingApproval, Color::Yellow, 221, 130),
            State::WaitingInput => self.colour(Role::WaitingInput, Color::Cyan, 80, 30),
            State::Error => self.colour(Role::Error, Color::Red, 203, 160),
            State::Completed => self.colour(Role::Completed, Color::Green, 114, 28),
            State::Running => self.colour(Role::Running, Color::Blue, 75, 26),
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
        if let Some(set) = self.set(Role::Dim) {
            return Style::new().fg(set);
        }
        match self.base() {
            // The palette's grey is invisible on some backgrounds; faint text is not.
            Theme::Terminal | Theme::Auto | Theme::None => Style::new().add_modifier(Modifier::DIM),
            Theme::Dark => Style::new().fg(Color::Indexed(245)),
            Theme::Light => Style::new().fg(Color::Indexed(242)),
        }
    }

    /// What the eye should find first.
    pub(super) fn strong(self) -> Style {
        self.plain(Role::Strong).add_modifier(Modifier::BOLD)
    }

    /// Ordinary text.
    pub(super) fn text(self) -> Style {
        self.plain(Role::Text)
    }

    /// The mark of the selected row, and keys in hints.
    pub(super) fn accent(self) -> Style {
        self.colour(Role::Accent, Color::Magenta, 177, 91)
            .add_modifier(Modifier::BOLD)
    }

    /// Something does not work.
    pub(super) fn trouble(self) -> Style {
        self.colour(Role::Trouble, Color::Red, 203, 160)
    }

    /// What is laid under the selected row.
    pub(super) fn selected(self) -> Style {
        if let Some(set) = self.set(Role::Selected) {
            return Style::new().bg(set);
        }
        match self.base() {
            Theme::Terminal | Theme::Auto | Theme::None => {
                Style::new().add_modifier(Modifier::BOLD)
            }
            Theme::Dark => Style::new().bg(Color::Indexed(236)),
            Theme::Light => Style::new().bg(Color::Indexed(254)),
        }
    }

    /// A line of a diff.
    pub(super) fn diff(self, line: &str) -> Style {
        let instead = |role, state| match self.set(role) {
            Some(set) => Style::new().fg(set),
            None => self.state(state),
        };
        if line.starts_with("+++") || line.starts_with("---") {
            self.strong()
        } else if line.starts_with('+') {
            instead(Role::Added, State::Completed)
        } else if line.starts_with('-') {
            instead(Role::Removed, State::Error)
        } else if line.starts_with("@@") {
            self.dim()
        } else {
            self.text()
        }
    }

    /// What no theme has a colour for.
    fn plain(self, role: Role) -> Style {
        self.set(role)
            .map_or(Style::new(), |set| Style::new().fg(set))
    }

    fn colour(self, role: Role, palette: Color, dark: u8, light: u8) -> Style {
        if let Some(set) = self.set(role) {
            return Style::new().fg(set);
        }
        match self.base() {
            Theme::Terminal | Theme::Auto => Style::new().fg(palette),
            Theme::Dark => Style::new().fg(Color::Indexed(dark)),
            Theme::Light => Style::new().fg(Color::Indexed(light)),
            Theme::None => Style::new(),
        }
    }

    /// What the person wants for it.
    fn set(self, role: Role) -> Option<Color> {
        let colour = self.colours.of(role).filter(|_| self.has_colours())?;
        Some(match colour {
            Colour::Default => Color::Reset,
            Colour::Indexed(number) => Color::Indexed(number),
            Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;
    use crate::tui::fixture::{day, drawn, model_with};

    /// Every style there is, by the role that decides about it.
    fn styles(palette: Palette) -> [(&'static str, Style); 13] {
        [
            ("waiting_approval", palette.state(State::WaitingApproval)),
            ("waiting_input", palette.state(State::WaitingInput)),
            ("error", palette.state(State::Error)),
            ("completed", palette.state(State::Completed)),
            ("running", palette.state(State::Running)),
            ("text", palette.text()),
            ("strong", palette.strong()),
            ("dim", palette.dim()),
            ("accent", palette.accent()),
            ("trouble", palette.trouble()),
            ("selected", palette.selected()),
            ("added", palette.diff("+")),
            ("removed", palette.diff("-")),
        ]
    }

    fn read(text: &str) -> Colours {
        let read = Config::parse(text, Path::new("config.toml"));
        read.expect("it is right").colours
    }

    #[test]
    fn every_role_has_the_colour_that_is_set_in_every_theme_but_that_without() {
        let wanted = Color::Rgb(1, 2, 3);
        for theme in Theme::NAMES.map(|name| Theme::from_name(name).expect("it is a theme")) {
            let before = styles(theme.into());
            for (role, name, _) in Role::ALL {
                let colours = read(&format!("[colours]\n{name} = '#010203'\n"));
                let after = styles(Palette::new(theme, colours));
                let (_, style) = after[role as usize];
                let is_it = style.fg == Some(wanted) || style.bg == Some(wanted);
                assert_eq!(is_it, theme != Theme::None, "{theme:?} {name}");
                if theme == Theme::None {
                    assert_eq!(before, after);
                }
                for ((other, one), (_, two)) in before.iter().zip(&after) {
                    let follows = matches!(
                        (name, *other),
                        ("completed", "added") | ("error", "removed")
                    );
                    assert_eq!(
                        one == two,
                        *other != name && !follows || theme == Theme::None
                    );
                }
            }
        }
    }

    #[test]
    fn what_follows_the_background_is_one_of_the_two_or_the_terminals_own() {
        let auto = Palette::from(Theme::Auto);
        assert_eq!(styles(auto), styles(Theme::Terminal.into()));
        for (background, theme) in [
            (Background::Dark, Theme::Dark),
            (Background::Light, Theme::Light),
        ] {
            assert_eq!(styles(auto.over(Some(background))), styles(theme.into()));
            let other = Palette::from(Theme::Terminal).over(Some(background));
            assert_eq!(styles(other), styles(Theme::Terminal.into()));
        }
    }

    #[test]
    fn what_is_set_stands_on_the_screen() {
        let mut model = model_with(day(), 100, 30);
        model.setup.theme =
            Palette::new(Theme::Dark, read("[colours]\nrunning = 199\ndim = 'red'\n"));
        let cells = drawn(&model).content;
        let has = |colour| cells.iter().any(|cell| cell.fg == colour);
        assert!(has(Color::Indexed(199)) && has(Color::Indexed(1)));
        assert!(!has(Color::Indexed(75)) && !has(Color::Indexed(245)));
    }
}
