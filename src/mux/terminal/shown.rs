//! Which of the terminal programs that can be told shows an assistant.

use std::time::{Duration, Instant};

use pane_patrol_hooks::outside::terminal_program_around;

use super::{kitty, wezterm};
use crate::mux::Outcome;

/// A window.
#[derive(Debug)]
pub(super) enum Window {
    /// Of kitty.
    Kitty(kitty::Window),
    /// Of WezTerm.
    WezTerm(wezterm::Pane),
}

/// The window around this process; `None` where the program around is none that can be told. The error says why
/// this one cannot.
pub(super) fn around(pid: u32) -> Result<Option<Window>, String> {
    let Some((program, known)) = terminal_program_around(pid) else {
        return Ok(None);
    };
    match known.name {
        kitty::NAME => kitty::Window::around(pid, program).map(|it| Some(Window::Kitty(it))),
        wezterm::NAME => wezterm::Pane::around(pid, program).map(|it| Some(Window::WezTerm(it))),
        _ => Ok(None),
    }
}

impl Window {
    /// Brings it to the front.
    pub(super) fn show(&self, within: Duration) -> Outcome<()> {
        let deadline = Instant::now() + within;
        match self {
            Self::Kitty(window) => window.show(deadline),
            Self::WezTerm(pane) => pane.show(deadline),
        }
    }
}
