//! The dialog that a pane shows, by its assistant's own shapes, and whether it is the request's.

use pane_patrol_hooks::event::Assistant;

pub(crate) use super::facets::dialog::Pane;
pub(crate) use super::facets::dialog::*;
use super::{facets, of};
use crate::state::Bound;

fn dialogs_of(assistant: &Assistant) -> Option<&'static dyn facets::Dialogs> {
    of(assistant)?.dialogs()
}

/// Whether any dialog of the assistant is known.
pub(crate) fn knows(assistant: &Assistant) -> bool {
    dialogs_of(assistant).is_some()
}

/// Whether the assistant's dialogs are told by colours too: its screen is read with them.
pub(crate) fn reads_colours(assistant: &Assistant) -> bool {
    dialogs_of(assistant).is_some_and(facets::Dialogs::have_colours)
}

/// Whether a key that comes too early is dropped, or moves the cursor.
pub(crate) fn drops_early_keys(assistant: &Assistant) -> bool {
    dialogs_of(assistant).is_some_and(facets::Dialogs::drop_early_keys)
}

/// Whether "No" takes words about what to do instead.
pub(crate) fn takes_words(assistant: &Assistant) -> bool {
    dialogs_of(assistant).is_some_and(facets::Dialogs::take_words)
}

/// Reads the text of a pane of `width` cells. `None` when no dialog of a known shape is its last word.
pub(crate) fn read(assistant: &Assistant, screen: &str, width: usize) -> Option<Dialog> {
    dialogs_of(assistant)?.read(screen, width)
}

/// The screen half of the check of an answer: the dialog that the pane shows, if it is the request's.
pub(crate) fn shown(bound: &Bound, pane: &Pane) -> Result<Dialog, Refusal> {
    let Some(dialog) = read(&bound.assistant, &pane.screen, pane.width) else {
        let dialogs = dialogs_of(&bound.assistant);
        let is_cut_off =
            dialogs.is_some_and(|dialogs| dialogs.is_cut_off(&pane.screen, pane.width));
        return Err(if is_cut_off {
            Refusal::TooTall
        } else {
            Refusal::NoDialog
        });
    };
    dialog.shows(bound).map(|()| dialog)
}

/// Whether a dialog of a known shape is the last word of the pane, or the end of one is.
pub(crate) fn may_stand_on(assistant: &Assistant, pane: &Pane) -> bool {
    let is_shown = |dialogs: &dyn facets::Dialogs| {
        let (screen, width) = (&pane.screen, pane.width);
        dialogs.read(screen, width).is_some() || dialogs.is_cut_off(screen, width)
    };
    dialogs_of(assistant).is_some_and(is_shown)
}

/// What a pane shows after a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnScreen {
    /// Its dialog.
    Its,
    /// Another one, or what may be one.
    Other,
    /// None.
    Nothing,
}

/// Whether the pane shows the request's dialog, another one, or none.
pub(crate) fn on_screen(bound: &Bound, pane: &Pane) -> OnScreen {
    match shown(bound, pane) {
        Ok(_) => OnScreen::Its,
        Err(Refusal::NoDialog) if !may_hold_one(&pane.screen) => OnScreen::Nothing,
        Err(_) => OnScreen::Other,
    }
}

/// Whether anything stands there that dialogs have.
fn may_hold_one(screen: &str) -> bool {
    screen.lines().map(str::trim).any(|line| {
        let is_foot = line.contains("Esc to cancel") || line.starts_with("Enter to select");
        is_foot || option(line, '❯').is_some_and(|(_, _, has_cursor)| has_cursor)
    })
}

#[cfg(test)]
mod tests;
