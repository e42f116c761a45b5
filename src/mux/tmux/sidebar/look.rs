//! What tmux says of windows that have a sidebar, had one or may get one.

use std::borrow::Cow;

use pane_patrol_hooks::target::PaneId;

use super::tree::Cell;
use crate::mux::sidebar::Side;
use crate::mux::tmux::lines::{Line, Query};

/// The option of a sidebar's pane: at which side it is to stand.
pub(super) const MARK: &str = "@pane_patrol_sidebar";

/// The option of a window with a sidebar: its layout as it would be without.
pub(super) const BEFORE: &str = "@pane_patrol_before";

/// The same with it, as it was last seen.
pub(super) const WITH: &str = "@pane_patrol_with";

/// Which of its panes was zoomed when that was last seen: the end of a sidebar's program takes the zoom off.
pub(super) const ZOOMED: &str = "@pane_patrol_zoomed";

/// The server's option while every window that comes gets a sidebar: the number of the last one that was seen.
pub(super) const ALL: &str = "@pane_patrol_sidebars";

/// Every pane; one that is linked into several sessions comes several times. In our options nothing can be taken for a tab.
pub(super) const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{pane_index}",
        "#{window_id}",
        "#{session_id}",
        "#{session_name}:#{window_index}",
        "#{pane_active}",
        "#{window_zoomed_flag}",
        "#{window_layout}",
        "#{s|[^!-~]+| |:@pane_patrol_sidebar}",
        "#{s|[^!-~]+| |:@pane_patrol_before}",
        "#{s|[^!-~]+| |:@pane_patrol_with}",
        "#{s|[^!-~]+| |:@pane_patrol_zoomed}",
        "#{s|[^!-~]+| |:@pane_patrol_sidebars}",
    ],
    client: &[],
};

/// A pane that is a sidebar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) pane: PaneId,
    pub(super) side: Side,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The number in its id.
    pub(super) number: u32,
    /// The id of a session that has it.
    pub(super) session: String,
    /// Everywhere it is, as people write it.
    pub(super) addresses: Vec<String>,
    /// In its order.
    pub(super) panes: Vec<PaneId>,
    /// The number of its first pane.
    pub(super) first_index: u32,
    pub(super) active: Option<PaneId>,
    pub(super) is_zoomed: bool,
    /// As if it were not zoomed; `None`: of a kind that is not known.
    pub(super) layout: Option<Cell>,
    pub(super) bars: Vec<Bar>,
    /// Without a sidebar, as it was kept.
    pub(super) before: Option<Cell>,
    /// With the sidebar, as it was kept.
    pub(super) with: Option<Cell>,
    /// The pane that was zoomed, as it was kept.
    pub(super) was_zoomed: Option<PaneId>,
    /// Whether anything was kept, be it readable or not.
    pub(super) is_kept: bool,
}

/// All windows of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) windows: Vec<Window>,
    /// See [`ALL`].
    pub(super) all_since: Option<u32>,
}

impl Window {
    /// Its id.
    pub(super) fn id(&self) -> String {
        format!("@{}", self.number)
    }

    /// One of its addresses.
    pub(super) fn address(&self) -> String {
        self.addresses.first().cloned().unwrap_or_default()
    }

    /// The pane that is zoomed.
    pub(super) fn zoomed(&self) -> Option<PaneId> {
        self.active.filter(|_| self.is_zoomed)
    }

    /// The panes that are no sidebar.
    pub(super) fn others(&self) -> impl DoubleEndedIterator<Item = PaneId> {
        let is_bar = |pane: &PaneId| self.bars.iter().any(|bar| bar.pane == *pane);
        self.panes.iter().copied().filter(move |pane| !is_bar(pane))
    }
}

impl Windows {
    /// Reads the answer to [`QUERY`]; lines that make no sense are left out.
    pub(super) fn parse(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let mut windows = Self::default();
        for line in QUERY.lines(&text) {
            if let Line::Pane(fields) = line {
                windows.take(&fields);
            }
        }
        windows
    }

    fn take(&mut self, fields: &[Cow<'_, str>]) {
        let [
            _,
            pane,
            index,
            window,
            session,
            address,
            active,
            zoomed,
            layout,
            mark,
            before,
            with,
            was_zoomed,
            all,
        ] = fields
        else {
            return;
        };
        let number = window.strip_prefix('@').and_then(|it| it.parse().ok());
        let (Ok(pane), Ok(index), Some(number)) = (pane.parse(), index.parse(), number) else {
            return;
        };
        self.all_since = all.parse().ok();
        let known = self.windows.iter().position(|it| it.number == number);
        let at = known.unwrap_or_else(|| {
            self.windows.push(Window {
                number,
                session: session.to_string(),
                addresses: Vec::new(),
                panes: Vec::new(),
                first_index: index,
                active: None,
                is_zoomed: zoomed == "1",
                layout: Cell::parse(layout),
                bars: Vec::new(),
                before: Cell::parse(before),
                with: Cell::parse(with),
                was_zoomed: was_zoomed.parse().ok(),
                is_kept: !(before.is_empty() && with.is_empty()),
            });
            self.windows.len() - 1
        });
        let window = &mut self.windows[at];
        if !window.addresses.iter().any(|known| known == address) {
            window.addresses.push(address.to_string());
        }
        if window.panes.contains(&pane) {
            return;
        }
        window.panes.push(pane);
        if active == "1" {
            window.active = Some(pane);
        }
        let side = match &**mark {
            "left" => Side::Left,
            "right" => Side::Right,
            _ => return,
        };
        window.bars.push(Bar { pane, side });
    }

    /// Whether there is a sidebar in any of them but these.
    pub(super) fn has_others(&self, but: &[u32]) -> bool {
        let mut others = self.windows.iter().filter(|it| !but.contains(&it.number));
        others.any(|window| !window.bars.is_empty())
    }

    /// The highest number that a window has.
    pub(super) fn last(&self) -> u32 {
        let numbers = self.windows.iter().map(|window| window.number);
        numbers.max().unwrap_or(0)
    }

    /// Whose window the pane is in.
    pub(super) fn around(&self, pane: PaneId) -> Option<&Window> {
        self.windows.iter().find(|it| it.panes.contains(&pane))
    }
}
