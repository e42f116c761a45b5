//! Sidebars: the narrow dashboard at a side of a window.

use std::ffi::OsString;

use serde::Deserialize;

use super::Place;

/// A side of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// At its left.
    #[default]
    Left,
    /// At its right.
    Right,
}

/// Fewest and most columns of a sidebar.
pub(crate) const COLUMNS: (u16, u16) = (24, 40);

/// As many columns are left to the rest of a window at least.
pub(crate) const REST: u16 = 40;

/// How sidebars are to be, and what runs in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidebar {
    /// At which side.
    pub side: Side,
    /// Columns.
    pub width: u16,
    /// The program and its arguments, run as they stand.
    pub words: Vec<OsString>,
}

/// As many columns has a window that gets one, the line between both included.
pub(crate) const NEEDED: u16 = COLUMNS.0 + 1 + REST;

impl Sidebar {
    /// Its columns in a window of so many; `None`: that is too narrow for one.
    pub(crate) fn width_in(&self, columns: u16) -> Option<u16> {
        let most = columns.checked_sub(NEEDED)? + COLUMNS.0;
        Some(self.width.min(most))
    }
}

/// Which windows are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Windows {
    /// The one of this pane.
    Around(Place),
    /// The one with this name of the multiplexer's own, as the person gave it.
    Named(String),
    /// All of the person's own server, and those that come later as long as a sidebar is there.
    All,
}

/// What becomes of sidebars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// They are there.
    On,
    /// They are not there.
    Off,
    /// They are there if they were not.
    Toggle,
}

/// What became of sidebars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switched {
    /// How many were opened.
    pub opened: usize,
    /// How many were closed.
    pub closed: usize,
    /// How many were there already and are still.
    pub kept: usize,
    /// The windows that got none, by their address, with the reason.
    pub left_out: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_window_gets_a_narrow_one_and_a_narrower_window_none() {
        let sidebar = Sidebar {
            side: Side::Left,
            width: 32,
            words: Vec::new(),
        };
        let widths = [64, 65, 70, 73, 200].map(|columns| sidebar.width_in(columns));
        assert_eq!(widths, [None, Some(24), Some(29), Some(32), Some(32)]);
    }
}
