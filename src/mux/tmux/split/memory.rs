//! What a dashboard remembers of its place, for when somebody closes the placeholder and with it all that
//! it knew: the shown pane is sent where it belongs, and the dashboard's window is as it was. The pane holds a
//! copy of it ([`super::copy`]), for when the dashboard is killed, too.

use pane_patrol_hooks::target::PaneId;

use super::journal::{Journal, forgotten};
use super::layout::{Pane, Panes, Placeholder};
use super::plan::{Batch, lends, moved, settled};
use super::words::{self, placeholder};
use crate::mux::Home;
use crate::mux::tmux::{Call, Format};

#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) journal: Journal,
    /// What a person calls what is shown, or was shown last.
    pub(super) name: String,
    pub(super) stand_in: Option<StandIn>,
}

/// The placeholder where a shown pane belongs.
#[derive(Clone, Debug)]
pub(super) struct StandIn {
    /// The one that belongs there.
    pub(super) pane: PaneId,
    /// The placeholder, as it was last seen.
    pub(super) was: Pane,
    /// The panes of that window in its order, with the one that belongs there.
    pub(super) order: Vec<PaneId>,
}

impl Memory {
    /// What there is now.
    pub(super) fn of(panes: &Panes, place: Placeholder<'_>, name: String) -> Self {
        let is_away = place.pane.window.id != place.journal.window;
        let shows = place.journal.shows.filter(|_| is_away);
        Self {
            journal: place.journal.clone(),
            name,
            stand_in: shows.map(|shown| StandIn::of(panes, place, place.pane, shown)),
        }
    }

    /// What there will be once `pane` is shown in the place; `None`: it is beside the dashboard already.
    pub(super) fn once_shown(panes: &Panes, home: &Home, pane: PaneId, name: &str) -> Option<Self> {
        let (place, wanted) = (panes.place_of(&home.owner)?, panes.pane(pane)?);
        lends(panes, home, wanted).then(|| Self {
            journal: Journal {
                shows: Some(pane),
                ..place.journal.clone()
            },
            name: name.to_owned(),
            stand_in: Some(StandIn::of(panes, place, wanted, pane)),
        })
    }

    /// The pane that has to be sent home now that the placeholder is gone.
    pub(super) fn stranded<'a>(&self, panes: &'a Panes) -> Option<&'a Pane> {
        let pane = panes.pane(self.stand_in.as_ref()?.pane)?;
        let dashboard = panes.pane(self.journal.home);
        let beside = dashboard.map_or(&self.journal.window, |pane| &pane.window.id);
        // Moved on by hand, it is where somebody wants it.
        (pane.window.id == *beside).then_some(pane)
    }

    /// Puts everything back without a placeholder.
    pub(super) fn restore(&self, panes: &Panes) -> Batch {
        let stranded = self.stranded(panes).is_some();
        let stand_in = self.stand_in.as_ref().filter(|_| stranded);
        let mut batch = stand_in.map_or_else(Batch::new, |stand_in| stand_in.restored(panes));
        batch.extend(settled(panes, &self.journal, None));
        batch.extend(self.forgotten(panes));
        batch
    }

    /// Leaves no copy of it at the pane that was lent.
    fn forgotten(&self, panes: &Panes) -> Option<Call> {
        let pane = self.stand_in.as_ref()?.pane;
        panes.pane(pane).map(|pane| forgotten(pane.id))
    }

    /// The same where tmux has refused that: a window of its own for the pane.
    pub(super) fn set_aside(&self, panes: &Panes) -> Batch {
        let stranded = self.stranded(panes).map(|pane| pane.id);
        let aside = stranded.map(|pane| moved("break-pane", pane));
        aside.into_iter().chain(self.forgotten(panes)).collect()
    }
}

impl StandIn {
    /// For `pane`, where `stands` is now, with all that are shown elsewhere at home.
    fn of(panes: &Panes, place: Placeholder<'_>, stands: &Pane, pane: PaneId) -> Self {
        let mut order = panes.panes_of(&stands.window.id);
        if let Some(shown) = place.journal.shows {
            for stands in order.iter_mut().filter(|stands| **stands == place.pane.id) {
                *stands = shown;
            }
        }
        Self {
            pane,
            was: stands.clone(),
            order,
        }
    }

    fn restored(&self, panes: &Panes) -> Batch {
        let others = panes.panes_of(&self.was.window.id);
        if !others.is_empty() {
            return self.in_its_window(panes, &others);
        }
        if panes.has_session(&self.was.session.id) {
            return self.in_a_new_window(panes);
        }
        self.in_a_new_session()
    }

    /// Among the panes that are left there.
    fn in_its_window(&self, panes: &Panes, others: &[PaneId]) -> Batch {
        let at = self.order.iter().position(|pane| *pane == self.pane);
        let (before, behind) = self.order.split_at(at.unwrap_or(0));
        let is_there = |pane: &&PaneId| others.contains(pane);
        let neighbour = before.iter().rev().find(is_there);
        let next = behind.iter().find(is_there);
        // Across the whole window there is room; the layout gives it its own place afterwards.
        let join = moved("join-pane", self.pane).flag("-f");
        let mut batch = vec![match (neighbour, next) {
            (Some(neighbour), _) => join.target(neighbour),
            (None, Some(next)) => join.flag("-b").target(next),
            (None, None) => join.target(&self.was.window.id),
        }];
        let mut known = self.order.clone();
        known.retain(|pane| *pane != self.pane);
        let window = panes.pane(others[0]).map(|pane| &pane.window);
        let is_as_large = window.is_some_and(|window| window.size == self.was.window.size);
        if known == others && is_as_large {
            batch.push(self.laid_out());
        }
        let active = if self.was.is_active {
            batch.push(self.selected());
            Some(self.pane)
        } else {
            panes.active_in(&self.was.window.id)
        };
        if let Some(active) = active.filter(|_| self.was.window.is_zoomed) {
            batch.push(Call::new("resize-pane").flag("-Z").target(active));
        }
        batch
    }

    /// Its window went with the placeholder.
    fn in_a_new_window(&self, panes: &Panes) -> Batch {
        let (window, session) = (&self.was.window, &self.was.session);
        let mut away = moved("break-pane", self.pane);
        if let Some(name) = &window.name {
            away = away.option("-n", name);
        }
        if panes.has_window(&session.id, window.index) {
            // The windows behind it have been numbered anew.
            away = away.flag("-b");
        }
        let mut batch = vec![away.target(format!("{}:{}", session.id, window.index))];
        if !session.is_attached {
            // Whoever looks decides about its size, and about what is in front.
            batch.push(self.laid_out());
            if window.is_current {
                batch.push(Call::new("select-window").target(self.pane));
            }
        }
        batch
    }

    /// Its session went with its last window.
    fn in_a_new_session(&self) -> Batch {
        let (window, session) = (&self.was.window, &self.was.session);
        let (columns, lines) = window.size.split_once('x').unwrap_or(("80", "24"));
        let new = Call::new("new-session").flag("-d");
        let mut new = new.format("-s", &Format::text(&session.name));
        if let Some(name) = &window.name {
            new = new.format("-n", &Format::text(name));
        }
        let new = new.option("-x", columns).option("-y", lines);
        let target = format!("={}:", session.name);
        let mut batch = vec![
            placeholder(new, words::EMPTY),
            moved("join-pane", self.pane).target(&target),
            Call::new("kill-pane").flag("-a").target(self.pane),
            // Nobody looks at it yet who would decide about its size.
            self.laid_out(),
        ];
        if window.index != session.first_index {
            let place = format!("{target}{}", window.index);
            batch.push(moved("move-window", self.pane).target(place));
        }
        batch
    }

    fn laid_out(&self) -> Call {
        let select = Call::new("select-layout").target(self.pane);
        select.operand(&self.was.window.layout)
    }

    fn selected(&self) -> Call {
        Call::new("select-pane").target(self.pane)
    }
}
