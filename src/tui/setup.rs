//! What a dashboard is told once, and again when the settings have changed.

use std::time::Duration;

use time::UtcOffset;

use crate::config::{ListColumns, Signs};
use crate::keymap::Bindings;
use crate::tui::kept::Kept;
use crate::tui::theme::Palette;

/// What the edge of the program knows and a model needs to be told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Whether the dashboard itself runs in a pane or popup of a multiplexer.
    pub in_multiplexer: bool,
    /// The difference between local time and UTC.
    pub offset: UtcOffset,
    /// The person's home, shown as `~`.
    pub home: Option<String>,
    /// Whether the place beside the dashboard is opened at once.
    pub split: bool,
    /// Lines of a row of the list, 1 or 2.
    pub row_lines: u16,
    /// The names of what can be started.
    pub launchers: Vec<String>,
    /// The places of those that list names, each of which can be started.
    pub listing: Vec<usize>,
    /// The places of those whose settings say that they run through `wrap`.
    pub wrapping: Vec<usize>,
    /// Colours.
    pub theme: Palette,
    /// Which columns the list has.
    pub columns: ListColumns,
    /// How states and branches are marked.
    pub signs: Signs,
    /// Which key does what.
    pub keys: Bindings,
    /// The folder it runs in, where it only follows whoever collects.
    pub pulse: Option<Pulse>,
    /// Who has pressed no key for so long was away; zero: nobody ever was.
    pub away_after: Duration,
    /// Whether the terminal may be asked what stands behind its text.
    pub answers: bool,
    /// How the list was arranged before; or why that is not known any more.
    pub kept: Result<Kept, String>,
    /// Columns and lines.
    pub size: (u16, u16),
}

/// What a dashboard that only follows shows beside the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// The folder it runs in.
    pub folder: String,
    /// Whether there are rows at all; else only the folder's work, and how well everything is.
    pub overview: bool,
    /// What of the environment means nothing, in a sentence.
    pub remark: Option<String>,
}
