//! The split view: the dashboard at the left, an assistant's own pane at the right of it. The pane is
//! not mirrored but swapped in, so everything works in it; a placeholder keeps its place meanwhile,
//! with its window, index, size and the whole layout.
//!
//! Nothing must be lost when the dashboard is killed. What would be needed then is not kept in a file
//! beside tmux but in tmux itself, as an option of the placeholder, which changes in the same batch of
//! commands as the panes do: it is true at every moment, and gone when the server is. The next
//! dashboard finds placeholders whose owner has ended and puts everything back ([`heal`]).
//!
//! `plan` is pure: a listing in, commands out. This file asks tmux.

mod layout;
mod plan;

use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::ask::{Ask, asking};
use super::{Belief, Call};
use crate::mux::{Beside, Gone, Home, Outcome, Owner, Place, SplitView, Undone};
use layout::Panes;
use plan::Batch;

pub(super) use layout::{PLACEHOLDER, shown_by};

/// The narrowest that the dashboard may be, in columns.
const NARROWEST: u16 = 40;

/// The same of the pane beside it: with the line between them, a terminal of 80 columns holds both.
const NARROWEST_BESIDE: u16 = 39;

/// Said when somebody has closed the placeholder, and with it the exact place of the shown pane.
const RESCUED: &str = "its place was closed, so the pane went back to its window or session";

/// Said when what was shown beside the dashboard is no more.
const HAS_ENDED: &str =
    "what was shown at the right has ended; Enter shows the selected one, s closes the place";

/// The dashboard that owns a split.
#[derive(Clone, Debug)]
pub(super) struct Split {
    home: Home,
    belief: Belief,
    /// Where the shown pane came from, for when its placeholder is closed by hand.
    origin: Option<Origin>,
}

/// A window that a pane was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    pane: PaneId,
    window: String,
    session: String,
}

impl SplitView for Split {
    fn toggle(&mut self, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.toggle(&ask)
    }

    fn show(&mut self, place: &Place, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.show(place, &ask)
    }

    fn refresh(&mut self, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.refresh(&ask)
    }

    fn close(&mut self, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.close(&ask)
    }

    fn now(&self, within: Duration) -> Outcome<Beside> {
        let panes = self.look(&self.ask(within))?;
        Ok(self.seen_in(&panes, None))
    }
}

impl Split {
    /// A split of that dashboard; nothing is done yet.
    pub(super) fn new(home: Home, belief: Belief) -> Self {
        Self {
            home,
            belief,
            origin: None,
        }
    }

    fn ask(&self, within: Duration) -> impl Fn(&Path, &Call) -> Outcome<Vec<u8>> + use<> {
        asking(self.belief.clone(), within)
    }

    /// Opens the place at the right, or closes it when it is open.
    fn toggle(&mut self, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_some() {
            return self.close(ask);
        }
        if self.rescue(&panes, ask)? {
            return Ok(self.seen_in(&self.look(ask)?, Some(RESCUED.to_owned())));
        }
        self.open(&panes, ask)?;
        Ok(self.seen_in(&self.look(ask)?, None))
    }

    /// Shows the pane; moves there if it is shown already. Opens the place when it is not open.
    fn show(&mut self, place: &Place, ask: Ask<'_>) -> Outcome<Beside> {
        let is_elsewhere = |server: &Server| *server != self.home.server;
        if place.server.as_ref().is_some_and(is_elsewhere) {
            return Err(
                "it is on another tmux server; `s` closes the split, then Enter goes there".into(),
            );
        }
        match place.pane {
            Target::Pane(pane) => self.show_pane(pane, ask),
            Target::Address { .. } => Err("its pane is not known yet".into()),
            Target::Process { .. } | Target::Agent(_) => Err("it runs in no pane".into()),
        }
    }

    fn show_pane(&mut self, pane: PaneId, ask: Ask<'_>) -> Outcome<Beside> {
        let mut panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_none() {
            if self.rescue(&panes, ask)? {
                panes = self.look(ask)?;
            }
            self.open(&panes, ask)?;
            panes = self.look(ask)?;
        }
        let batch = plan::show(&panes, &self.home.owner, self.home.pane, pane)?;
        if let Some(found) = panes.pane(pane)
            && !panes.is_shown(pane)
        {
            self.origin = Some(Origin {
                pane,
                window: found.window.clone(),
                session: found.session.clone(),
            });
        }
        self.run(&batch, ask)?;
        Ok(self.seen_in(&self.look(ask)?, None))
    }

    /// Looks whether the shown pane is still there, and keeps the place when it is not.
    fn refresh(&mut self, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        let Some(place) = panes.place_of(&self.home.owner) else {
            // Closed by hand: what it stood for must not stay here for good.
            let rescued = self.rescue(&panes, ask)?;
            let note = rescued.then(|| RESCUED.to_owned());
            return Ok(self.seen_in(&self.look(ask)?, note));
        };
        let shows = place.journal.shows;
        if shows.is_none_or(|shown| panes.pane(shown).is_some()) {
            return Ok(self.seen_in(&panes, None));
        }
        self.origin = None;
        self.run(
            &plan::keep_place(&panes, &self.home.owner, self.width_in(&panes)),
            ask,
        )?;
        Ok(self.seen_in(&self.look(ask)?, Some(HAS_ENDED.to_owned())))
    }

    /// Puts everything back.
    fn close(&mut self, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_none() {
            self.rescue(&panes, ask)?;
            return Ok(Beside::default());
        }
        self.run(&plan::close(&panes, &self.home.owner), ask)?;
        self.origin = None;
        Ok(Beside::default())
    }

    /// Sends a pane back whose placeholder is gone. Its exact place went with that.
    fn rescue(&mut self, panes: &Panes, ask: Ask<'_>) -> Outcome<bool> {
        let Some(origin) = self.origin.take() else {
            return Ok(false);
        };
        let batch = plan::rescue(panes, self.home.pane, &origin);
        self.run(&batch, ask)?;
        Ok(!batch.is_empty())
    }

    fn open(&self, panes: &Panes, ask: Ask<'_>) -> Outcome<()> {
        let batch = plan::open(
            panes,
            &self.home.owner,
            self.home.pane,
            self.width_in(panes),
        )?;
        self.run(&batch, ask)
    }

    /// Columns of the dashboard.
    fn width_in(&self, panes: &Panes) -> u16 {
        let whole = panes.width_of(self.home.pane, &self.home.owner);
        let most = whole.saturating_sub(NARROWEST_BESIDE + 1);
        self.home
            .width
            .unwrap_or(whole / 3)
            .max(NARROWEST)
            .min(most.max(NARROWEST))
    }

    fn seen_in(&self, panes: &Panes, note: Option<String>) -> Beside {
        let place = panes.place_of(&self.home.owner);
        let shows = place.and_then(|place| place.journal.shows);
        Beside {
            is_open: place.is_some(),
            shows: shows
                .filter(|pane| panes.pane(*pane).is_some())
                .map(|pane| (self.home.server.clone(), pane)),
            turn: 0,
            note,
        }
    }

    fn look(&self, ask: Ask<'_>) -> Outcome<Panes> {
        let panes = look(Path::new(&self.home.server.socket), ask)?;
        if panes.server_pid != self.home.server.pid {
            return Err("the tmux server was restarted".into());
        }
        Ok(panes)
    }

    fn run(&self, batch: &Batch, ask: Ask<'_>) -> Outcome<()> {
        run(Path::new(&self.home.server.socket), batch, ask)
    }
}

/// Puts back what dashboards left behind that are not alive any more; whether there was anything.
///
/// # Errors
/// tmux does not answer, or refuses.
pub(super) fn heal(
    socket: &Path,
    is_alive: &dyn Fn(&Owner) -> bool,
    ask: Ask<'_>,
) -> Outcome<bool> {
    let mut healed = false;
    // Each one changes what the next one has to look at.
    loop {
        let panes = look(socket, ask)?;
        let Some(orphan) = panes.places().find(|place| !is_alive(&place.journal.owner)) else {
            return Ok(healed);
        };
        let owner = orphan.journal.owner.clone();
        run(socket, &plan::close(&panes, &owner), ask)?;
        healed = true;
    }
}

fn look(socket: &Path, ask: Ask<'_>) -> Outcome<Panes> {
    let answer = ask(socket, &layout::QUERY.call()).map_err(explain)?;
    Ok(Panes::parse(&answer))
}

/// One batch is one message to tmux: either nothing of it happens, or all up to what is refused.
fn run(socket: &Path, batch: &Batch, ask: Ask<'_>) -> Outcome<()> {
    let Some(call) = batch.iter().cloned().reduce(Call::then) else {
        return Ok(());
    };
    ask(socket, &call).map(drop).map_err(explain)
}

/// There is nothing to be done beside a dashboard that no server shows.
fn explain(undone: Undone) -> Undone {
    match undone {
        Undone::Gone(Gone::Server) => "no tmux server runs".into(),
        other => other,
    }
}
