//! WezTerm, by `wezterm cli`: which pane its clients look at. By its documentation; nothing of it has been run here.

use std::process::Command;
use std::time::Instant;

use pane_patrol_hooks::text::index;
use pane_patrol_sys::process::variables;
use serde::Deserialize;

use super::window::{Socket, tell, until_so};
use crate::mux::{Outcome, Undone};
use crate::sys::child::{Kept, ours};

/// What people call it.
pub(super) const NAME: &str = "WezTerm";

/// The variable by which its program finds the one that is running.
const SOCKET: &str = "WEZTERM_UNIX_SOCKET";

/// A pane of WezTerm's.
#[derive(Debug)]
pub(super) struct Pane {
    /// Where it listens.
    socket: String,
    /// Its number.
    number: u32,
}

impl Pane {
    /// The one around `process`, which the WezTerm `program` has started. The error says why it cannot be shown.
    pub(super) fn around(process: u32, program: u32) -> Result<Self, String> {
        let [number, path] = variables(process, ["WEZTERM_PANE", SOCKET]).unwrap_or_default();
        let number = number.and_then(|number| index(&number));
        let number = number.ok_or("its environment names no pane of WezTerm")?;
        let path = path.ok_or("its environment does not say where WezTerm listens")?;
        let socket = Socket::at(&path).ok_or("WezTerm listens at what is no Unix socket")?;
        socket
            .check(program)
            .map_err(|why| format!("WezTerm is not asked: {why}"))?;
        Ok(Self {
            socket: path,
            number,
        })
    }

    /// Has its tab and window show it. Which window of the system is in front is not WezTerm's to say.
    pub(super) fn show(&self, deadline: Instant) -> Outcome<()> {
        let number = self.number.to_string();
        self.tell(&["activate-pane", "--pane-id", &number], deadline)?;
        if until_so(deadline, || self.is_looked_at(deadline), |is_so| *is_so)? {
            return Ok(());
        }
        let words = "WezTerm was told to show it, and none of its windows does";
        Err(Undone::Unknown(words.to_owned()))
    }

    fn is_looked_at(&self, deadline: Instant) -> Outcome<bool> {
        let answer = self.tell(&["list-clients", "--format", "json"], deadline)?;
        let clients: Vec<Client> = serde_json::from_slice(&answer).map_err(|_| {
            Undone::Unknown("WezTerm has answered what is not understood".to_owned())
        })?;
        let mut clients = clients.iter();
        Ok(clients.any(|client| client.focused_pane_id == Some(self.number)))
    }

    fn tell(&self, words: &[&str], deadline: Instant) -> Outcome<Vec<u8>> {
        let mut command: Command = ours("wezterm", Kept::NOTHING);
        command.env(SOCKET, &self.socket);
        command.args(["cli", "--no-auto-start"]).args(words);
        tell(command, NAME, deadline)
    }
}

/// One who looks at its panes.
#[derive(Debug, Deserialize)]
struct Client {
    focused_pane_id: Option<u32>,
}
