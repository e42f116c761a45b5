//! What tmux says of its panes, and what placeholders know.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use pane_patrol_hooks::target::PaneId;

use crate::mux::Owner;
use crate::mux::tmux::lines::{Line, Query};

/// The option of a placeholder that holds its [`Journal`].
pub(super) const OPTION: &str = "@pane_patrol_split";

/// The same as a field of a line that holds others, too: nothing in it can be taken for a tab.
pub(in crate::mux::tmux) const PLACEHOLDER: &str = "#{s|[^!-~]+| |:@pane_patrol_split}";

/// Every pane; one that is linked into several sessions comes several times.
pub(super) const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{window_id}",
        "#{session_id}",
        "#{pane_width}",
        "#{window_zoomed_flag}",
        "#{window_width}x#{window_height}",
        "#{pane_synchronized}",
        "#{window_layout}",
        "#{@pane_patrol_split}",
    ],
    client: &[],
};

/// What has to be known to put everything back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    pub(super) owner: Owner,
    /// The dashboard's pane and its window.
    pub(super) home: PaneId,
    pub(super) window: String,
    /// Whether that window was zoomed, and its layout.
    pub(super) is_zoomed: bool,
    pub(super) layout: String,
    /// The pane that stands in the place of the placeholder, and it in that one's.
    pub(super) shows: Option<PaneId>,
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shows = self
            .shows
            .map_or_else(|| "-".to_owned(), |pane| pane.to_string());
        let zoomed = u8::from(self.is_zoomed);
        let Self {
            owner,
            home,
            window,
            layout,
            ..
        } = self;
        write!(
            f,
            "1 {} {} {home} {window} {zoomed} {shows} {layout}",
            owner.pid, owner.start
        )
    }
}

impl FromStr for Journal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fields: Vec<&str> = text.split(' ').collect();
        let ["1", pid, start, home, window, zoomed, shows, layout] = fields[..] else {
            return Err(());
        };
        Ok(Self {
            owner: Owner {
                pid: pid.parse().map_err(drop)?,
                start: start.parse().map_err(drop)?,
            },
            home: home.parse().map_err(drop)?,
            window: window.to_owned(),
            is_zoomed: zoomed == "1",
            layout: layout.to_owned(),
            shows: match shows {
                "-" => None,
                pane => Some(pane.parse().map_err(drop)?),
            },
        })
    }
}

/// The pane that stands elsewhere while the one with this `@pane_patrol_split` keeps its place.
pub(in crate::mux::tmux) fn shown_by(option: &str) -> Option<PaneId> {
    let journal: Journal = option.parse().ok()?;
    journal.shows
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pane {
    pub(super) id: PaneId,
    pub(super) window: String,
    pub(super) session: String,
    pub(super) width: u16,
    pub(super) is_zoomed: bool,
    /// Whether what is typed into one pane of its window goes to all of them.
    pub(super) shares_keys: bool,
    /// Of its window: `80x24`.
    pub(super) size: String,
    /// Of its window.
    pub(super) layout: String,
    pub(super) journal: Option<Journal>,
}

/// A placeholder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placeholder<'a> {
    pub(super) pane: &'a Pane,
    pub(super) journal: &'a Journal,
}

/// All panes of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Panes {
    pub(super) server_pid: u32,
    panes: Vec<Pane>,
}

impl Panes {
    /// Reads the answer to [`QUERY`]; lines that make no sense are left out.
    pub(super) fn parse(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let mut panes = Self::default();
        for line in QUERY.lines(&text) {
            if let Line::Pane(fields) = line {
                panes.take(&fields);
            }
        }
        panes
    }

    fn take(&mut self, fields: &[Cow<'_, str>]) {
        let [
            pid,
            id,
            window,
            session,
            width,
            zoomed,
            size,
            shares_keys,
            layout,
            journal,
        ] = fields
        else {
            return;
        };
        let (Ok(pid), Ok(id), Ok(width)) = (pid.parse(), id.parse(), width.parse()) else {
            return;
        };
        self.server_pid = pid;
        self.panes.push(Pane {
            id,
            window: window.to_string(),
            session: session.to_string(),
            width,
            is_zoomed: zoomed == "1",
            shares_keys: shares_keys == "1",
            size: size.to_string(),
            layout: layout.to_string(),
            journal: journal.parse().ok(),
        });
    }

    pub(super) fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.id == id)
    }

    /// Whether the session exists.
    pub(super) fn has_session(&self, id: &str) -> bool {
        self.panes.iter().any(|pane| pane.session == id)
    }

    /// The panes of a window, each once.
    pub(super) fn panes_of(&self, window: &str) -> Vec<PaneId> {
        let mut ids: Vec<PaneId> = Vec::new();
        for pane in self.panes.iter().filter(|pane| pane.window == window) {
            if !ids.contains(&pane.id) {
                ids.push(pane.id);
            }
        }
        ids
    }

    pub(super) fn places(&self) -> impl Iterator<Item = Placeholder<'_>> {
        self.panes.iter().filter_map(|pane| {
            let journal = pane.journal.as_ref()?;
            Some(Placeholder { pane, journal })
        })
    }

    pub(super) fn place_of(&self, owner: &Owner) -> Option<Placeholder<'_>> {
        self.places().find(|place| place.journal.owner == *owner)
    }

    /// Whether any dashboard shows the pane.
    pub(super) fn is_shown(&self, pane: PaneId) -> bool {
        self.places().any(|place| place.journal.shows == Some(pane))
    }

    /// Columns that the dashboard and the place beside it have together.
    pub(super) fn width_of(&self, home: PaneId, owner: &Owner) -> u16 {
        let own = self.pane(home).map_or(0, |pane| pane.width);
        let beside = self.place_of(owner).and_then(|place| {
            let right = place.journal.shows.and_then(|shown| self.pane(shown));
            right
                .or(Some(place.pane))
                .filter(|right| right.window == place.journal.window)
        });
        beside.map_or(own, |beside| own + 1 + beside.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        for shows in [None, Some(PaneId(12))] {
            let journal = Journal {
                owner: Owner { pid: 7, start: 99 },
                home: PaneId(3),
                window: "@4".to_owned(),
                is_zoomed: true,
                layout: "b25f,80x24,0,0{40x24,0,0,1,39x24,41,0,2}".to_owned(),
                shows,
            };
            assert_eq!(journal.to_string().parse(), Ok(journal));
        }
        assert_eq!("".parse::<Journal>(), Err(()));
        assert_eq!("2 7 99 %3 @4 0 - x".parse::<Journal>(), Err(()));
    }
}
