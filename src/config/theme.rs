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
    /// Colours for a dark background.
    Dark,
    /// Colours for a light background.
    Light,
    /// No colours; bold and dim only.
    None,
}

impl Theme {
    /// The names that `--theme` and the settings file take.
    pub const NAMES: [&str; 4] = ["terminal", "dark", "light", "none"];

    /// The theme called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "terminal" => Some(Self::Terminal),
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}
