//! What is drawn beside the dashboard.

use pane_patrol_hooks::target::{PaneId, Server};

use crate::mux::Image;
use crate::state::Row;
use crate::tui::picture::Picture;

/// What a pane shows that is drawn beside the dashboard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mirror {
    /// The pane, and what is known of what it shows.
    pub(crate) seen: Option<((Server, PaneId), Seen)>,
    /// The row whose pane was asked for last, by its id and that pane.
    pub(crate) asked: Option<(String, Option<PaneId>)>,
}

/// What is known of what a pane shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Picture(Picture),
    /// It is not to be had, for this reason.
    Nothing(String),
}

impl Mirror {
    /// Takes in what that pane shows; whether anything has changed.
    pub(crate) fn take(&mut self, pane: (Server, PaneId), image: &Image) -> bool {
        let seen = match image {
            Image::Lines(lines) => Seen::Picture(Picture::of(lines.iter().map(String::as_str))),
            Image::Nothing(why) => Seen::Nothing(why.clone()),
        };
        let seen = Some((pane, seen));
        let is_news = self.seen != seen;
        self.seen = seen;
        is_news
    }

    /// What that pane shows, as far as it was told.
    pub(crate) fn of(&self, pane: &(Server, PaneId)) -> Option<&Seen> {
        let seen = self.seen.as_ref();
        seen.filter(|(of, _)| of == pane).map(|(_, seen)| seen)
    }

    /// The row is asked for now; false where it was the last time, too.
    pub(crate) fn ask(&mut self, row: &Row) -> bool {
        let asked = Some((row.id.clone(), row.pane));
        let is_news = self.asked != asked;
        self.asked = asked;
        is_news
    }
}
