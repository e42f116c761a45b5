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

use pane_patrol_hooks::target::{PaneId, Server};

use crate::mux::tmux::Call;
use crate::mux::tmux::jump::{Ask, Refusal};
use crate::state::Row;
use layout::World;
use plan::Batch;

pub use layout::{Owner, shown_by};

/// The narrowest either side may be, in columns.
const NARROWEST: u16 = 40;

/// Said when somebody has closed the placeholder, and with it the exact place of the shown pane.
const RESCUED: &str = "its place was closed, so the pane went back to its window or session";

/// The dashboard that owns a split.
#[derive(Clone, Debug)]
pub struct Split {
    server: Server,
    /// The dashboard's own pane.
    home: PaneId,
    owner: Owner,
    /// Columns of the dashboard; `None`: a third of the window.
    width: Option<u16>,
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

/// What is at the right now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Whether there is a place at all.
    pub is_open: bool,
    /// The pane that is shown there, with its server.
    pub shows: Option<(Server, PaneId)>,
    /// Counts the answers of one dashboard: a later one is the truer one.
    pub turn: u64,
    /// What the person should know, if anything.
    pub note: Option<String>,
}

impl Split {
    /// A split of the dashboard in the pane `home` of `server`; nothing is done yet.
    pub fn new(server: Server, home: PaneId, owner: Owner, width: Option<u16>) -> Self {
        Self {
            server,
            home,
            owner,
            width,
            origin: None,
        }
    }

    /// Opens the place at the right, or closes it when it is open.
    ///
    /// # Errors
    /// Says why not; the panes are as they were.
    pub fn toggle(&mut self, ask: Ask<'_>) -> Result<Place, String> {
        let world = self.look(ask)?;
        if world.place_of(&self.owner).is_some() {
            return self.close(ask);
        }
        if self.rescue(&world, ask)? {
            return Ok(self.now(&self.look(ask)?, Some(RESCUED.to_owned())));
        }
        self.open(&world, ask)?;
        Ok(self.now(&self.look(ask)?, None))
    }

    /// Shows the row's pane; moves there if it is shown already. Opens the place when it is not open.
    ///
    /// # Errors
    /// Says why not; the panes are as they were.
    pub fn show(&mut self, row: &Row, ask: Ask<'_>) -> Result<Place, String> {
        let pane = match (&row.server, row.pane) {
            (Some(server), _) if *server != self.server => {
                return Err(
                    "it is on another tmux server; `s` closes the split, then Enter goes there"
                        .to_owned(),
                );
            }
            (_, None) => return Err("its pane is not known yet".to_owned()),
            (_, Some(pane)) => pane,
        };
        self.show_pane(pane, ask)
    }

    /// The same for any pane of the server.
    ///
    /// # Errors
    /// Says why not; the panes are as they were.
    pub fn show_pane(&mut self, pane: PaneId, ask: Ask<'_>) -> Result<Place, String> {
        let mut world = self.look(ask)?;
        if world.place_of(&self.owner).is_none() {
            if self.rescue(&world, ask)? {
                world = self.look(ask)?;
            }
            self.open(&world, ask)?;
            world = self.look(ask)?;
        }
        let batch = plan::show(&world, &self.owner, self.home, pane)?;
        if let Some(found) = world.pane(pane)
            && !world.is_shown(pane)
        {
            self.origin = Some(Origin {
                pane,
                window: found.window.clone(),
                session: found.session.clone(),
            });
        }
        self.run(&batch, ask)?;
        Ok(self.now(&self.look(ask)?, None))
    }

    /// Looks whether the shown pane is still there, and keeps the place when it is not.
    ///
    /// # Errors
    /// tmux does not answer, or refuses.
    pub fn refresh(&mut self, ask: Ask<'_>) -> Result<Place, String> {
        let world = self.look(ask)?;
        let Some(place) = world.place_of(&self.owner) else {
            // Closed by hand: what it stood for must not stay here for good.
            let rescued = self.rescue(&world, ask)?;
            let note = rescued.then(|| RESCUED.to_owned());
            return Ok(self.now(&self.look(ask)?, note));
        };
        let Some(shown) = place
            .journal
            .shows
            .filter(|shown| world.pane(*shown).is_none())
        else {
            return Ok(self.now(&world, None));
        };
        self.origin = None;
        self.run(
            &plan::keep_place(&world, &self.owner, self.width_in(&world)),
            ask,
        )?;
        let note = format!("the pane {shown} has ended; Enter shows another one");
        Ok(self.now(&self.look(ask)?, Some(note)))
    }

    /// Puts everything back.
    ///
    /// # Errors
    /// tmux does not answer, or refuses; the next dashboard tries again.
    pub fn close(&mut self, ask: Ask<'_>) -> Result<Place, String> {
        let world = self.look(ask)?;
        if world.place_of(&self.owner).is_none() {
            self.rescue(&world, ask)?;
            return Ok(Place::default());
        }
        self.run(&plan::close(&world, &self.owner), ask)?;
        self.origin = None;
        Ok(Place::default())
    }

    /// Sends a pane back whose placeholder is gone. Its exact place went with that.
    fn rescue(&mut self, world: &World, ask: Ask<'_>) -> Result<bool, String> {
        let Some(origin) = self.origin.take() else {
            return Ok(false);
        };
        let batch = plan::rescue(world, self.home, &origin);
        self.run(&batch, ask)?;
        Ok(!batch.is_empty())
    }

    fn open(&self, world: &World, ask: Ask<'_>) -> Result<(), String> {
        let batch = plan::open(world, &self.owner, self.home, self.width_in(world))?;
        self.run(&batch, ask)
    }

    /// Columns of the dashboard.
    fn width_in(&self, world: &World) -> u16 {
        let whole = world.width_of(self.home, &self.owner);
        let most = whole.saturating_sub(NARROWEST + 1);
        self.width
            .unwrap_or(whole / 3)
            .max(NARROWEST)
            .min(most.max(NARROWEST))
    }

    fn now(&self, world: &World, note: Option<String>) -> Place {
        let place = world.place_of(&self.owner);
        let shows = place.and_then(|place| place.journal.shows);
        Place {
            is_open: place.is_some(),
            shows: shows
                .filter(|pane| world.pane(*pane).is_some())
                .map(|pane| (self.server.clone(), pane)),
            turn: 0,
            note,
        }
    }

    /// What is at the right now, after something was refused for the reason `why`.
    pub fn after_failure(&self, why: String, ask: Ask<'_>) -> Place {
        match self.look(ask) {
            Ok(world) => self.now(&world, Some(why)),
            // tmux does not answer: what was there is still there.
            Err(_) => Place {
                is_open: true,
                note: Some(why),
                ..Place::default()
            },
        }
    }

    fn look(&self, ask: Ask<'_>) -> Result<World, String> {
        let world = look(Path::new(&self.server.socket), ask)?;
        if world.server_pid != self.server.pid {
            return Err("the tmux server was restarted".to_owned());
        }
        Ok(world)
    }

    fn run(&self, batch: &Batch, ask: Ask<'_>) -> Result<(), String> {
        run(Path::new(&self.server.socket), batch, ask)
    }
}

/// Puts back what dashboards left behind that are not alive any more; whether there was anything.
///
/// # Errors
/// tmux does not answer, or refuses.
pub fn heal(
    socket: &Path,
    is_alive: &dyn Fn(&Owner) -> bool,
    ask: Ask<'_>,
) -> Result<bool, String> {
    let mut healed = false;
    // Each one changes what the next one has to look at.
    loop {
        let world = look(socket, ask)?;
        let Some(orphan) = world.places().find(|place| !is_alive(&place.journal.owner)) else {
            return Ok(healed);
        };
        let owner = orphan.journal.owner.clone();
        run(socket, &plan::close(&world, &owner), ask)?;
        healed = true;
    }
}

fn look(socket: &Path, ask: Ask<'_>) -> Result<World, String> {
    let answer = ask(socket, &layout::list()).map_err(explain)?;
    Ok(World::parse(&answer))
}

/// One batch is one message to tmux: either nothing of it happens, or all up to what is refused.
fn run(socket: &Path, batch: &Batch, ask: Ask<'_>) -> Result<(), String> {
    let Some(call) = batch.iter().cloned().reduce(Call::then) else {
        return Ok(());
    };
    ask(socket, &call).map(drop).map_err(explain)
}

/// Why tmux did not do it, in words.
pub(crate) fn explain(refusal: Refusal) -> String {
    match refusal {
        Refusal::NoServer => "no tmux server runs".to_owned(),
        Refusal::Other(why) => why,
    }
}
