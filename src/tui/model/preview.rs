//! What the selected row's pane shows.

use pane_patrol_hooks::target::{PaneId, Target};

use super::Model;
use crate::mux::Shown;
use crate::state::Row;
use crate::tui::effect::Look;
use crate::tui::picture::Picture;

/// How far back it can be scrolled, in lines.
pub(crate) const MOST_ABOVE: u16 = 1000;

/// What the selected row's pane shows, and how it is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preview {
    /// The person does not want it beside the list.
    pub(crate) is_hidden: bool,
    /// What is looked at.
    pub(crate) asked: Option<Asked>,
    /// What is known of what that pane shows.
    pub(crate) seen: Option<Seen>,
    /// How many lines it is scrolled back.
    pub(crate) back: usize,
}

/// The row by its id, its pane, and how many lines of what that has shown before.
pub(crate) type Asked = (String, Option<PaneId>, u16);

/// What is known of what a pane shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Picture {
        /// With those lines of what it has shown before that were asked for.
        picture: Picture,
        /// How many more could be.
        more: usize,
    },
    /// It is not to be had, for this reason.
    Nothing(String),
}

impl Seen {
    fn of(told: Result<Shown, String>) -> Self {
        match told {
            Ok(shown) => Self::Picture {
                picture: Picture::of(shown.lines.iter().map(String::as_str)),
                more: shown
                    .history
                    .min(MOST_ABOVE.into())
                    .saturating_sub(shown.above),
            },
            Err(why) => Self::Nothing(why),
        }
    }
}

impl Preview {
    /// What is asked when this is looked at.
    pub(crate) fn question(look: &Look) -> Asked {
        (look.row.id.clone(), look.row.pane, look.above)
    }

    /// Takes in what the pane shows that was asked for, and whether anything has changed.
    pub(crate) fn take(&mut self, look: &Look, told: Result<Shown, String>) -> bool {
        if self.asked != Some(Self::question(look)) {
            return false;
        }
        let seen = Some(Seen::of(told));
        let is_news = self.seen != seen;
        self.seen = seen;
        is_news
    }

    /// How far back a box of so many lines can be scrolled.
    pub(crate) fn most_back(&self, height: usize) -> usize {
        match &self.seen {
            Some(Seen::Picture { picture, more }) => {
                (picture.height() + more).saturating_sub(height)
            }
            Some(Seen::Nothing(_)) | None => 0,
        }
    }
}

/// Why nothing is looked at for this row, in a line; `None`: something is.
pub(crate) fn instead(model: &Model, row: &Row) -> Option<&'static str> {
    if model.split.is_open && model.is_beside(row) {
        return Some("its pane stands beside the dashboard");
    }
    match &row.target {
        Target::Process { .. } => Some("no preview: it runs in no pane of a multiplexer"),
        Target::Agent(_) => Some("no preview: only its publisher knows where it runs"),
        Target::Address { .. } | Target::Pane(_) if row.hearsay => {
            Some("no preview: nobody but a publisher says that this is its pane")
        }
        Target::Address { .. } | Target::Pane(_) if row.pane.is_none() => {
            Some("no preview: its pane is not known yet")
        }
        Target::Address { .. } | Target::Pane(_) => None,
    }
}
