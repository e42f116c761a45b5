//! Which commands lead from the panes as they are to the panes as they should be. Pure. Every batch is
//! sent as one message, so tmux does all of it before anybody else has a word.

use std::fmt;

use pane_patrol_hooks::target::PaneId;
use thiserror::Error;

use super::cells;
use super::journal::{Journal, OPTION, forgotten};
use super::layout::{Pane, Panes, Placeholder};
use super::words::{self, End, placeholder};
use crate::mux::tmux::Call;
use crate::mux::{Direction, Home, Owner, Undone};

/// Commands of tmux.
pub(super) type Batch = Vec<Call>;

/// Why the panes stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum NoSplit {
    /// We are in no pane of this server.
    #[error("the dashboard's own pane is not found · start the dashboard again")]
    NoDashboard,
    /// Columns that there are, and that are needed.
    #[error("too narrow to split: {is} columns, {needed} are needed · make the window wider")]
    TooNarrow {
        /// There are.
        is: u16,
        /// Are needed.
        needed: u16,
    },
    /// The same with lines.
    #[error("too low to split: {is} lines, {needed} are needed · make the window higher")]
    TooLow {
        /// There are.
        is: u16,
        /// Are needed.
        needed: u16,
    },
    /// The placeholder was closed by hand.
    #[error("the place beside the dashboard is gone · open it again")]
    PlaceGone,
    /// What was to be shown has ended.
    #[error("the pane is gone · choose another row")]
    PaneGone,
    /// It would show itself.
    #[error("that is the dashboard itself · choose another row")]
    Itself,
    /// It is another dashboard's placeholder.
    #[error("that pane only keeps a place · choose another row")]
    KeepsAPlace,
    /// It stands beside another dashboard.
    #[error("another dashboard shows it · close the place there first")]
    ShownElsewhere,
    /// What is typed here would reach the assistant.
    #[error("this window shares its keys among its panes · switch `synchronize-panes` off first")]
    SharesKeys,
}

impl From<NoSplit> for Undone {
    fn from(why: NoSplit) -> Self {
        Self::Refused(why.to_string())
    }
}

/// Makes the place beside the dashboard.
pub(super) fn open(panes: &Panes, home: &Home) -> Result<Batch, NoSplit> {
    let dashboard = panes.pane(home.pane).ok_or(NoSplit::NoDashboard)?;
    shares_no_keys(dashboard)?;
    let (is, needed) = (panes.whole(home), home.room.needed());
    match home.room.direction {
        _ if is >= needed => {}
        Direction::Right => return Err(NoSplit::TooNarrow { is, needed }),
        Direction::Below => return Err(NoSplit::TooLow { is, needed }),
    }
    let window = &dashboard.window;
    let journal = Journal {
        owner: home.owner.clone(),
        home: home.pane,
        window: window.id.clone(),
        is_zoomed: window.is_zoomed,
        layout: window.layout.clone(),
        shows: None,
    };
    let split = sized(Call::new("split-window"), home, is).target(home.pane);
    let active = panes.active_in(&window.id).unwrap_or(home.pane);
    Ok(vec![
        placeholder(split, words::EMPTY),
        // The new pane is the active one of its window now: a name for it that is known beforehand.
        keep(&journal, &journal.window),
        Call::new("select-pane").target(active),
    ])
}

/// Shows `pane` in the place; what stood there before goes back first.
pub(super) fn show(panes: &Panes, home: &Home, pane: PaneId) -> Result<Batch, NoSplit> {
    let place = panes.place_of(&home.owner).ok_or(NoSplit::PlaceGone)?;
    let wanted = panes.pane(pane).ok_or(NoSplit::PaneGone)?;
    let dashboard = panes.pane(home.pane).ok_or(NoSplit::NoDashboard)?;
    let is_ours = place.journal.shows == Some(pane);
    if pane == home.pane {
        return Err(NoSplit::Itself);
    }
    if wanted.journal.is_some() {
        return Err(NoSplit::KeepsAPlace);
    }
    if panes.is_shown(pane) && !is_ours {
        return Err(NoSplit::ShownElsewhere);
    }
    shares_no_keys(dashboard)?;
    if !lends(panes, home, wanted) {
        return Ok(vec![Call::new("select-pane").target(pane)]);
    }
    let mut batch = Batch::new();
    if dashboard.window.is_zoomed {
        // Else nobody would see it.
        batch.push(Call::new("resize-pane").flag("-Z").target(home.pane));
    }
    batch.extend(fetched(panes, home, place));
    batch.push(swap(pane, place.pane.id));
    batch.push(note(place, Some(pane)));
    batch.push(respawn(place.pane, words::STANDS_IN));
    Ok(batch)
}

/// Whether the pane has to be brought to the dashboard to be seen beside it.
pub(super) fn lends(panes: &Panes, home: &Home, wanted: &Pane) -> bool {
    let dashboard = panes.pane(home.pane);
    dashboard.is_some_and(|dashboard| dashboard.window.id != wanted.window.id)
}

/// Leaves the place empty, with what was shown there called `name`: after it has ended, or when what is
/// left of it goes back. Where a placeholder stood without it the window closes up, as it would have
/// without us.
pub(super) fn leave(panes: &Panes, home: &Home, name: &str, end: End) -> Batch {
    let Some(place) = panes.place_of(&home.owner) else {
        return Batch::new();
    };
    let mut batch = fetched(panes, home, place);
    batch.push(note(place, None));
    batch.push(respawn(place.pane, &words::left(name, end)));
    batch
}

/// Puts everything back: the pane, then the layout of the dashboard's window.
pub(super) fn close(panes: &Panes, owner: &Owner) -> Batch {
    let Some(place) = panes.place_of(owner) else {
        return Batch::new();
    };
    let mut batch = back(panes, place);
    batch.push(Call::new("kill-pane").target(place.pane.id));
    batch.extend(settled(panes, place.journal, Some(place.pane.id)));
    batch
}

/// The dashboard's window as it was before there was a place in it, if it has the same panes and size.
pub(super) fn settled(panes: &Panes, journal: &Journal, placeholder: Option<PaneId>) -> Batch {
    let mut now = panes.panes_of(&journal.window);
    now.retain(|pane| Some(*pane) != placeholder && Some(*pane) != journal.shows);
    let mut then = cells::panes_in(&journal.layout);
    let size = now.first().and_then(|pane| panes.pane(*pane));
    let size = size.map(|pane| pane.window.size.as_str());
    now.sort_unstable();
    then.sort_unstable();
    let mut batch = Batch::new();
    if now != then {
        return batch;
    }
    let active = panes.active_in(&journal.window);
    if active.is_none_or(|active| !then.contains(&active)) {
        batch.push(Call::new("select-pane").target(journal.home));
    }
    if size == cells::size_in(&journal.layout) {
        let select = Call::new("select-layout").target(&journal.window);
        batch.push(select.operand(&journal.layout));
    }
    if journal.is_zoomed {
        batch.push(Call::new("resize-pane").flag("-Z").target(journal.home));
    }
    batch
}

/// Takes a pane to another window, without going there.
pub(super) fn moved(command: &'static str, pane: PaneId) -> Call {
    Call::new(command).flag("-d").option("-s", pane.to_string())
}

/// The placeholder beside the dashboard, from wherever it stands once the shown pane has its own place.
fn fetched(panes: &Panes, home: &Home, place: Placeholder<'_>) -> Batch {
    let mut batch = back(panes, place);
    let shown = place.journal.shows.and_then(|shown| panes.pane(shown));
    let stands = shown.unwrap_or(place.pane);
    let dashboard = panes.pane(home.pane);
    if dashboard.is_some_and(|dashboard| dashboard.window.id != stands.window.id) {
        let join = moved("join-pane", place.pane.id);
        batch.push(sized(join, home, panes.whole(home)).target(home.pane));
    }
    batch
}

/// The shown pane to its own place, wherever it was moved meanwhile. When it has ended, nothing.
fn back(panes: &Panes, place: Placeholder<'_>) -> Batch {
    let shown = place.journal.shows.and_then(|shown| panes.pane(shown));
    shown.map_or_else(Batch::new, |shown| {
        vec![
            swap(place.pane.id, shown.id),
            note(place, None),
            forgotten(shown.id),
        ]
    })
}

/// A pane beside the dashboard, of what both have.
fn sized(call: Call, home: &Home, whole: u16) -> Call {
    let side = match home.room.direction {
        Direction::Right => "-h",
        Direction::Below => "-v",
    };
    let extent = home.room.share(whole).to_string();
    call.flag(side).option("-l", extent)
}

/// Nothing but the two panes changes: not the active ones, not a zoom.
fn swap(one: PaneId, other: PaneId) -> Call {
    moved("swap-pane", one).flag("-Z").target(other)
}

fn note(place: Placeholder<'_>, shows: Option<PaneId>) -> Call {
    let journal = Journal {
        shows,
        ..place.journal.clone()
    };
    keep(&journal, place.pane.id)
}

/// Gives the pane, or the active one of the window, its journal.
fn keep(journal: &Journal, pane: impl fmt::Display) -> Call {
    let set = Call::new("set-option").flag("-p").target(pane);
    set.operand(OPTION).operand(journal.to_string())
}

fn respawn(pane: &Pane, text: &str) -> Call {
    let respawn = Call::new("respawn-pane").flag("-k").target(pane.id);
    placeholder(respawn, text)
}

/// What is typed for the dashboard must not reach the assistant beside it.
fn shares_no_keys(dashboard: &Pane) -> Result<(), NoSplit> {
    if dashboard.window.shares_keys {
        return Err(NoSplit::SharesKeys);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
