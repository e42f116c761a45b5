//! The split view: the dashboard, and beside it an assistant's own pane. The pane is not mirrored but
//! swapped in, so everything works in it; a placeholder keeps its place meanwhile, with its window,
//! index, size and the whole layout.
//!
//! Nothing must be lost when the dashboard is killed. What would be needed then is not kept in a file
//! beside tmux but in tmux itself, as an option of the placeholder, which changes in the same batch of
//! commands as the panes do: it is true at every moment, and gone when the server is. The next
//! dashboard finds placeholders whose owner has ended and puts everything back ([`heal`]). For when
//! somebody closes a placeholder the dashboard remembers the same ([`memory`]), and the lent pane holds a
//! copy of that ([`copy`]).
//!
//! `plan` and `memory` are pure: a listing in, commands out. This file asks tmux.

mod asked;
pub(super) mod cells;
mod copy;
mod journal;
mod layout;
mod memory;
mod plan;
#[cfg(test)]
mod testing;
mod words;

use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::ask::{Ask, asking};
use super::{Belief, Call};
use crate::mux::{Beside, Gone, Home, Outcome, Owner, Place, SplitView, Typed, Undone};
use asked::{look, run};
use layout::Panes;
use memory::Memory;
use plan::Batch;
use words::End;

pub(super) use journal::{PLACEHOLDER, shown_by};

/// The dashboard that owns a split.
#[derive(Clone, Debug)]
pub(super) struct Split {
    home: Home,
    belief: Belief,
    /// The place as it was last seen; `None`: there is none, as far as we know.
    memory: Option<Memory>,
    /// Whether there is none because somebody has closed it.
    is_lost: bool,
}

impl SplitView for Split {
    fn toggle(&mut self, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.toggle(&ask)
    }

    fn show(&mut self, place: &Place, name: &str, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.show(place, name, &ask)
    }

    fn refresh(&mut self, stopping: &[(Server, PaneId)], within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.refresh(stopping, &ask)
    }

    fn empty(&mut self, stopped: &(Server, PaneId), within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.empty(stopped, &ask)
    }

    fn close(&mut self, within: Duration) -> Outcome<Beside> {
        let ask = self.ask(within);
        self.close(&ask)
    }

    fn now(&self, within: Duration) -> Outcome<Beside> {
        let panes = self.look(&self.ask(within))?;
        Ok(self.seen_in(&panes, None))
    }

    fn type_into(&mut self, _: &(Server, PaneId), _: &Typed, _: Duration) -> Outcome<()> {
        Err("the pane itself is there: go to it and type".into())
    }
}

impl Split {
    /// A split of that dashboard; nothing is done yet.
    pub(super) fn new(home: Home, belief: Belief) -> Self {
        Self {
            home,
            belief,
            memory: None,
            is_lost: false,
        }
    }

    fn ask(&self, within: Duration) -> impl Fn(&Path, &Call) -> Outcome<Vec<u8>> + use<> {
        asking(self.belief.clone(), within)
    }

    /// Opens the place, or closes it when it is open.
    fn toggle(&mut self, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_some() {
            return self.close(ask);
        }
        self.open(panes, ask)?;
        self.seen(None, ask)
    }

    /// Shows the pane; moves there if it is shown already. Opens the place when it is not open.
    fn show(&mut self, place: &Place, name: &str, ask: Ask<'_>) -> Outcome<Beside> {
        let is_elsewhere = |server: &Server| *server != self.home.server;
        if place.server.as_ref().is_some_and(is_elsewhere) {
            return Err(
                "it is on another tmux server; `s` closes the split, then Enter goes there".into(),
            );
        }
        match place.pane {
            Target::Pane(pane) => self.show_pane(pane, name, ask),
            Target::Address { .. } => Err("its pane is not known yet".into()),
            Target::Process { .. } | Target::Agent(_) => Err("it runs in no pane".into()),
        }
    }

    fn show_pane(&mut self, pane: PaneId, name: &str, ask: Ask<'_>) -> Outcome<Beside> {
        let mut panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_none() {
            panes = self.open(panes, ask)?;
        }
        let mut batch = plan::show(&panes, &self.home, pane)?;
        // Its placeholder may be closed as soon as it is there.
        let before = self.memory.clone();
        if let Some(lent) = Memory::once_shown(&panes, &self.home, pane, name) {
            batch.extend(lent.kept());
            self.memory = Some(lent);
        }
        if let Err(undone) = self.run(&batch, ask) {
            self.memory = before;
            return Err(undone);
        }
        self.refresh(&[], ask)
    }

    /// Looks whether the place and the shown pane are still there, and keeps the place for another one.
    fn refresh(&mut self, stopping: &[(Server, PaneId)], ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        let Some(place) = panes.place_of(&self.home.owner) else {
            let closed = self.let_go(&panes, ask)?;
            return self.seen(closed, ask);
        };
        let ended = place
            .journal
            .shows
            .filter(|shown| panes.pane(*shown).is_none());
        if let Some(pane) = ended {
            let is_stopped = stopping.contains(&(self.home.server.clone(), pane));
            let end = if is_stopped {
                End::Stopped
            } else {
                End::ByItself
            };
            let said = words::ended(self.name(), end);
            self.run(&plan::leave(&panes, &self.home, self.name(), end), ask)?;
            return self.seen(Some(said), ask);
        }
        self.remember(&panes);
        Ok(self.seen_in(&panes, None))
    }

    /// Leaves the place empty after what is shown was stopped.
    fn empty(&mut self, stopped: &(Server, PaneId), ask: Ask<'_>) -> Outcome<Beside> {
        // Its pane may close between a look at it and the step home.
        for _ in 0..2 {
            let panes = self.look(ask)?;
            let place = panes.place_of(&self.home.owner);
            let shows = place.and_then(|place| place.journal.shows);
            if stopped.0 != self.home.server || shows != Some(stopped.1) {
                break;
            }
            let leave = plan::leave(&panes, &self.home, self.name(), End::Stopped);
            match self.run(&leave, ask) {
                Err(Undone::Gone(Gone::Pane)) => {}
                done => {
                    done?;
                    break;
                }
            }
        }
        self.refresh(std::slice::from_ref(stopped), ask)
    }

    /// Puts everything back.
    fn close(&mut self, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        if panes.place_of(&self.home.owner).is_none() {
            self.let_go(&panes, ask)?;
        } else {
            self.run(&plan::close(&panes, &self.home.owner), ask)?;
        }
        (self.memory, self.is_lost) = (None, false);
        Ok(Beside::default())
    }

    /// Puts everything back after somebody has closed the place, if so; what is to be said of it.
    fn let_go(&mut self, panes: &Panes, ask: Ask<'_>) -> Outcome<Option<String>> {
        let Some(memory) = self.memory.take() else {
            return Ok(None);
        };
        self.is_lost = true;
        let stranded = memory.stranded(panes).is_some();
        let restored = restored(&memory, panes, Path::new(&self.home.server.socket), ask);
        let said = words::closed(stranded.then_some(&memory.name));
        if restored.is_err() {
            // The next look tries again.
            self.memory = Some(memory);
        }
        restored.map(|()| Some(said))
    }

    /// Opens the place; the panes with it.
    fn open(&mut self, mut panes: Panes, ask: Ask<'_>) -> Outcome<Panes> {
        if self.let_go(&panes, ask)?.is_some() {
            panes = self.look(ask)?;
        }
        self.is_lost = false;
        self.run(&plan::open(&panes, &self.home)?, ask)?;
        let panes = self.look(ask)?;
        self.remember(&panes);
        Ok(panes)
    }

    fn remember(&mut self, panes: &Panes) {
        let name = self.name().to_owned();
        let place = panes.place_of(&self.home.owner);
        self.memory = place.map(|place| Memory::of(panes, place, name));
    }

    /// What a person calls what is shown.
    fn name(&self) -> &str {
        let memory = self.memory.as_ref();
        memory.map_or("what was shown here", |memory| &memory.name)
    }

    /// What there is after something was done.
    fn seen(&mut self, note: Option<String>, ask: Ask<'_>) -> Outcome<Beside> {
        let panes = self.look(ask)?;
        self.remember(&panes);
        Ok(self.seen_in(&panes, note))
    }

    fn seen_in(&self, panes: &Panes, note: Option<String>) -> Beside {
        let place = panes.place_of(&self.home.owner);
        let shows = place.and_then(|place| place.journal.shows);
        Beside {
            is_open: place.is_some(),
            is_lost: place.is_none() && self.is_lost,
            shows: shows
                .filter(|pane| panes.pane(*pane).is_some())
                .map(|pane| (self.home.server.clone(), pane)),
            note,
            ..Beside::default()
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
            break;
        };
        let owner = orphan.journal.owner.clone();
        run(socket, &plan::close(&panes, &owner), ask)?;
        healed = true;
    }
    // What is left was lent in a place that somebody has closed since.
    loop {
        let panes = look(socket, ask)?;
        let mut lent = panes.copies().filter_map(|copy| copy.parse().ok());
        let lent = lent.find(|lent: &Memory| !is_alive(&lent.journal.owner));
        let Some(lent) = lent else {
            return Ok(healed);
        };
        restored(&lent, &panes, socket, ask)?;
        healed = true;
    }
}

/// Puts everything back without a placeholder, at least beside nobody.
fn restored(memory: &Memory, panes: &Panes, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    match run(socket, &memory.restore(panes), ask) {
        Err(Undone::Refused(_) | Undone::Gone(Gone::Pane)) => {
            let panes = look(socket, ask)?;
            run(socket, &memory.set_aside(&panes), ask)
        }
        done => done,
    }
}
