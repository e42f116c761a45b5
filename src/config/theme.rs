//! The names of themes. What they look like is the dashboard's.

use serde::Deserialize;

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// The terminal's own sixteen colours.
    #[default]
    Terminal,
    /// One of the next two, by the background that the terminal tells; as `terminal` where it tells of none.
    Auto,
    /// Colours for a dark background.
    Dark,
    /// Colours for a light background.
    Light,
    /// No colours; bold and dim only.
    None,
}

impl Theme {
    /// The names that `--theme` and the settings file take.
    pub const NAMES: [&str; 5] = ["terminal", "auto", "dark", "light", "none"];

    /// The theme called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "terminal" => Some(Self::Terminal),
            "auto" => Some(Self::Auto),
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}
