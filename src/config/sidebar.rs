//! `[sidebar]`.

use serde::Deserialize;

use crate::mux::Side;
use crate::mux::sidebar::COLUMNS;

/// Columns, unless said otherwise.
const DEFAULT_WIDTH: u16 = 32;

/// `[sidebar]`: the dashboard at a side of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Sidebar {
    /// `side`: at which side of a window it is.
    side: Option<Side>,
    /// `width`: columns, 24 to 40; fewer where a window would have less than 40 left.
    #[cfg_attr(test, schemars(with = "Option<u16>"))]
    width: Option<Width>,
    /// `lines`: how many lines a row has in it, 1 or 2.
    #[cfg_attr(test, schemars(with = "Option<u16>"))]
    lines: Option<Lines>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
struct Width(u16);

impl TryFrom<u16> for Width {
    type Error = String;

    fn try_from(columns: u16) -> Result<Self, Self::Error> {
        let (least, most) = COLUMNS;
        let is_one = (least..=most).contains(&columns);
        let why = || format!("a sidebar has {least} to {most} columns, and not {columns}");
        is_one.then_some(Self(columns)).ok_or_else(why)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
struct Lines(u16);

impl TryFrom<u16> for Lines {
    type Error = String;

    fn try_from(lines: u16) -> Result<Self, Self::Error> {
        let why = || format!("a row has 1 or 2 lines, and not {lines}");
        matches!(lines, 1 | 2)
            .then_some(Self(lines))
            .ok_or_else(why)
    }
}

impl Sidebar {
    /// At which side it is.
    pub fn side(&self) -> Side {
        self.side.unwrap_or_default()
    }

    /// Columns.
    pub fn width(&self) -> u16 {
        self.width.map_or(DEFAULT_WIDTH, |width| width.0)
    }

    /// Lines of a row.
    pub fn lines(&self) -> u16 {
        self.lines.map_or(2, |lines| lines.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_narrow_or_too_wide_is_refused_with_what_can_be() {
        let set = |text: &str| toml::from_str::<Sidebar>(text);
        let sidebar = set("side = 'right'\nwidth = 24\nlines = 1").unwrap();
        assert_eq!(
            (sidebar.side(), sidebar.width(), sidebar.lines()),
            (Side::Right, 24, 1)
        );
        for (wrong, why) in [
            ("width = 23", "24 to 40 columns, and not 23"),
            ("width = 41", "24 to 40 columns, and not 41"),
            ("lines = 3", "1 or 2 lines, and not 3"),
            ("side = 'top'", "expected `left` or `right`"),
        ] {
            let error = set(wrong).unwrap_err();
            assert!(error.message().contains(why), "{error}");
        }
    }
}
