//! What tmux says of its panes.

use std::borrow::Cow;

use pane_patrol_hooks::target::PaneId;

use super::cells;
use super::journal::{COPY, Journal};
use crate::mux::tmux::lines::{Line, Query};
use crate::mux::{Direction, Home, Owner};

/// Every pane; one that is linked into several sessions comes several times.
pub(super) const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{window_id}",
        "#{window_index}",
        "#{window_name}",
        "#{automatic-rename}",
        "#{session_id}",
        "#{session_name}",
        "#{session_attached}",
        "#{base-index}",
        "#{window_active}#{pane_active}",
        "#{pane_width}x#{pane_height}",
        "#{window_zoomed_flag}",
        "#{window_width}x#{window_height}",
        "#{pane_synchronized}",
        "#{window_layout}",
        COPY,
        "#{@pane_patrol_split}",
    ],
    client: &[],
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pane {
    pub(super) id: PaneId,
    pub(super) window: Window,
    pub(super) session: Session,
    /// Whether it is the one of its window that has the keys.
    pub(super) is_active: bool,
    /// Columns and lines.
    pub(super) size: (u16, u16),
    pub(super) journal: Option<Journal>,
    /// What the dashboard that has lent it remembered, as it was written.
    pub(super) lent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) id: String,
    pub(super) index: u32,
    /// `None`: tmux names it.
    pub(super) name: Option<String>,
    /// Whether it is the one of its session that is in front.
    pub(super) is_current: bool,
    pub(super) is_zoomed: bool,
    /// Whether what is typed into one of its panes goes to all of them.
    pub(super) shares_keys: bool,
    /// `80x24`.
    pub(super) size: String,
    pub(super) layout: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) name: String,
    /// Whether anybody looks at it.
    pub(super) is_attached: bool,
    /// The number of its first window.
    pub(super) first_index: u32,
}

impl Pane {
    /// Columns in a row of panes, lines in a column of them; where one is zoomed, as if it were not.
    fn extent(&self, direction: Direction) -> u16 {
        let unzoomed = cells::size_of(&self.window.layout, self.id);
        let (width, height) = unzoomed.unwrap_or(self.size);
        match direction {
            Direction::Right => width,
            Direction::Below => height,
        }
    }
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
            index,
            name,
            names_itself,
            session,
            session_name,
            attached,
            first_index,
            in_front,
            size,
            zoomed,
            window_size,
            shares_keys,
            layout,
            lent,
            journal,
        ] = fields
        else {
            return;
        };
        let (Ok(pid), Ok(id), Ok(index)) = (pid.parse(), id.parse(), index.parse()) else {
            return;
        };
        let Some(size) = read_size(size) else { return };
        self.server_pid = pid;
        self.panes.push(Pane {
            id,
            window: Window {
                id: window.to_string(),
                index,
                name: (names_itself != "1").then(|| name.to_string()),
                is_current: in_front.starts_with('1'),
                is_zoomed: zoomed == "1",
                shares_keys: shares_keys == "1",
                size: window_size.to_string(),
                layout: layout.to_string(),
            },
            session: Session {
                id: session.to_string(),
                name: session_name.to_string(),
                is_attached: attached != "0",
                first_index: first_index.parse().unwrap_or(0),
            },
            is_active: in_front.ends_with('1'),
            size,
            journal: journal.parse().ok(),
            lent: (!lent.is_empty()).then(|| lent.to_string()),
        });
    }

    pub(super) fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.id == id)
    }

    /// Whether the session exists.
    pub(super) fn has_session(&self, id: &str) -> bool {
        self.panes.iter().any(|pane| pane.session.id == id)
    }

    /// Whether a window of the session has this number.
    pub(super) fn has_window(&self, session: &str, index: u32) -> bool {
        let is_it = |pane: &Pane| pane.session.id == session && pane.window.index == index;
        self.panes.iter().any(is_it)
    }

    /// The pane of a window that has the keys.
    pub(super) fn active_in(&self, window: &str) -> Option<PaneId> {
        let is_it = |pane: &&Pane| pane.window.id == window && pane.is_active;
        self.panes.iter().find(is_it).map(|pane| pane.id)
    }

    /// The panes of a window in its order, each once.
    pub(super) fn panes_of(&self, window: &str) -> Vec<PaneId> {
        let mut ids: Vec<PaneId> = Vec::new();
        for pane in self.panes.iter().filter(|pane| pane.window.id == window) {
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

    /// The copies that lent panes hold of what their dashboards remember.
    pub(super) fn copies(&self) -> impl Iterator<Item = &str> {
        self.panes.iter().filter_map(|pane| pane.lent.as_deref())
    }

    pub(super) fn place_of(&self, owner: &Owner) -> Option<Placeholder<'_>> {
        self.places().find(|place| place.journal.owner == *owner)
    }

    /// Whether any dashboard shows the pane.
    pub(super) fn is_shown(&self, pane: PaneId) -> bool {
        self.places().any(|place| place.journal.shows == Some(pane))
    }

    /// Columns or lines that the dashboard and the place beside it have together; alone those that the
    /// dashboard has.
    pub(super) fn whole(&self, home: &Home) -> u16 {
        let direction = home.room.direction;
        let Some(dashboard) = self.pane(home.pane) else {
            return 0;
        };
        let own = dashboard.extent(direction);
        let shown = self.place_of(&home.owner).and_then(|place| {
            let shown = place.journal.shows.and_then(|shown| self.pane(shown));
            let beside = shown.unwrap_or(place.pane);
            (beside.window.id == dashboard.window.id).then_some(beside)
        });
        shown.map_or(own, |beside| own + 1 + beside.extent(direction))
    }
}

/// `80x24` as columns and lines.
pub(super) fn read_size(text: &str) -> Option<(u16, u16)> {
    let (width, height) = text.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}
