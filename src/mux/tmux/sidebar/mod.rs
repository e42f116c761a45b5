//! Sidebars: a pane of ours across a side of a window, and nothing of it left when it goes.
//!
//! What a window was before is an option of that window, which changes in the same batch of commands as its panes do; so is
//! what it became with the sidebar. As long as it is still that, the first comes back byte for byte. Where the person has
//! changed it meanwhile, the rest keeps the shape that she gave it.
//!
//! One of the programs that run in sidebars looks after all of them ([`keep`]), each time that tmux says something has moved.
//!
//! `tree`, `look` and `plan` are pure: a listing in, commands out. This file asks tmux.

mod look;
mod plan;
mod tree;

use std::path::Path;

use pane_patrol_hooks::target::Target;

use super::Call;
use super::ask::Ask;
use crate::mux::sidebar::{NEEDED, Sidebar, Switch, Switched, Windows as Wanted};
use crate::mux::{Outcome, Undone};
use look::{QUERY, Window, Windows};
use plan::Care;

/// Opens or closes those that are wanted.
pub(super) fn switch(
    wanted: &Wanted,
    switch: Switch,
    sidebar: &Sidebar,
    (socket, ask): (&Path, Ask<'_>),
) -> Outcome<Switched> {
    heal(socket, ask)?;
    let windows = look(socket, ask)?;
    let meant: Vec<&Window> = match wanted {
        Wanted::All => windows.windows.iter().collect(),
        Wanted::Around(place) => match place.pane {
            Target::Pane(pane) => windows.around(pane).into_iter().collect(),
            _ => Vec::new(),
        },
        Wanted::Named(name) => {
            let is_it = |window: &&Window| window.id() == *name || window.addresses.contains(name);
            windows.windows.iter().filter(is_it).collect()
        }
    };
    if meant.is_empty() {
        return Err("tmux has no such window".into());
    }
    let is_all = *wanted == Wanted::All;
    let is_on = if is_all {
        windows.all_since.is_some()
    } else {
        meant.iter().all(|window| !window.bars.is_empty())
    };
    let on = match switch {
        Switch::On => true,
        Switch::Off => false,
        Switch::Toggle => !is_on,
    };
    let mut switched = Switched::default();
    if on {
        for window in &meant {
            open(window, sidebar, &mut switched, (socket, ask))?;
        }
        look_again(&meant, &mut switched, (socket, ask))?;
        if is_all {
            tell(plan::following(&windows), socket, ask)?;
        }
    } else {
        let numbers: Vec<u32> = meant.iter().map(|window| window.number).collect();
        if is_all || !windows.has_others(&numbers) {
            tell(plan::not_following(), socket, ask)?;
        }
        for window in meant.iter().filter(|window| !window.bars.is_empty()) {
            switched.closed += 1;
            carry_out(plan::closed(window), socket, ask)?;
        }
    }
    Ok(switched)
}

/// Has the window have one, or says why not.
fn open(
    window: &Window,
    sidebar: &Sidebar,
    switched: &mut Switched,
    (socket, ask): (&Path, Ask<'_>),
) -> Outcome<()> {
    if !window.bars.is_empty() {
        switched.kept += 1;
        return Ok(());
    }
    let columns = window.layout.as_ref().map(|layout| layout.size().0);
    let why = match columns {
        None => "tmux tells its layout in words that are not known".to_owned(),
        Some(columns) => match sidebar.width_in(columns) {
            None => format!("it has {columns} columns, and {NEEDED} are needed"),
            Some(width) => match tell(plan::opened(window, sidebar, width), socket, ask) {
                Ok(()) => {
                    switched.opened += 1;
                    return Ok(());
                }
                Err(Undone::Refused(why)) => why,
                Err(undone) => return Err(undone),
            },
        },
    };
    switched.left_out.push((window.address(), why));
    Ok(())
}

/// Looks whether those that were opened are there. One whose program has ended at once leaves nothing.
fn look_again(
    meant: &[&Window],
    switched: &mut Switched,
    (socket, ask): (&Path, Ask<'_>),
) -> Outcome<()> {
    let now = look(socket, ask)?;
    for window in meant.iter().filter(|window| window.bars.is_empty()) {
        let mut windows = now.windows.iter();
        let Some(now) = windows.find(|it| it.number == window.number) else {
            continue;
        };
        if now.is_kept && now.bars.is_empty() {
            carry_out(plan::healed(now), socket, ask)?;
        }
        let is_told = |(address, _): &(String, String)| *address == window.address();
        if now.bars.is_empty() && !switched.left_out.iter().any(is_told) {
            switched.opened -= 1;
            let why = "it is not there: the window was changed in that moment, or its program ended at once";
            switched.left_out.push((window.address(), why.to_owned()));
        }
    }
    Ok(())
}

/// Looks after all of them, and after windows that have come; how many there are.
pub(super) fn keep(sidebar: &Sidebar, socket: &Path, ask: Ask<'_>) -> Outcome<usize> {
    let windows = look(socket, ask)?;
    for window in &windows.windows {
        match plan::care(window, sidebar) {
            Care::Nothing => {}
            Care::Now(batch) => carry_out(batch, socket, ask)?,
            Care::Displaced(bar) => {
                let by_name = is_by_name(window, socket, ask)?;
                let back = plan::put_back(window, bar, by_name, sidebar);
                carry_out(back, socket, ask)?;
            }
            Care::Doubtful(bar, otherwise) => {
                let batch = if is_by_name(window, socket, ask)? {
                    plan::put_back(window, bar, true, sidebar)
                } else {
                    otherwise
                };
                carry_out(batch, socket, ask)?;
            }
        }
    }
    let bars = windows.windows.iter().map(|window| window.bars.len()).sum();
    let Some(since) = windows.all_since.filter(|_| bars > 0) else {
        return Ok(bars);
    };
    let mut opened = Switched::default();
    for window in windows.windows.iter().filter(|it| it.number > since) {
        open(window, sidebar, &mut opened, (socket, ask))?;
    }
    if windows.last() > since {
        tell(plan::following(&windows), socket, ask)?;
    }
    Ok(bars)
}

/// Whether the person has just had tmux lay the window out by a name; else it stays as it is.
fn is_by_name(window: &Window, socket: &Path, ask: Ask<'_>) -> Outcome<bool> {
    if plan::is_only_swapped(window) {
        return Ok(false);
    }
    let printed = ask(socket, &plan::probed(window))?;
    let now = tree::Cell::parse(String::from_utf8_lossy(&printed).trim());
    let by_name = now == window.layout;
    if !by_name {
        tell(plan::as_it_was(window), socket, ask)?;
    }
    Ok(by_name)
}

/// Takes away what sidebars have left that were killed; whether there was anything.
pub(super) fn heal(socket: &Path, ask: Ask<'_>) -> Outcome<bool> {
    let windows = look(socket, ask)?;
    let left = |window: &&Window| window.is_kept && window.bars.is_empty();
    let mut healed = false;
    for window in windows.windows.iter().filter(left) {
        carry_out(plan::healed(window), socket, ask)?;
        healed = true;
    }
    if windows.all_since.is_some() && !windows.has_others(&[]) {
        tell(plan::not_following(), socket, ask)?;
        healed = true;
    }
    Ok(healed)
}

fn look(socket: &Path, ask: Ask<'_>) -> Outcome<Windows> {
    Ok(Windows::parse(&ask(socket, &QUERY.call())?))
}

fn carry_out(batch: plan::Batch, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    tell(plan::joined(batch), socket, ask)
}

fn tell(call: impl Into<Option<Call>>, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    match call.into() {
        Some(call) => ask(socket, &call).map(drop),
        None => Ok(()),
    }
}
