//! kitty, by its remote control: which window has which number, and which is in front. kitty lets itself be told only
//! where its settings say so, at a socket of its own.

use std::process::Command;
use std::time::Instant;

use pane_patrol_hooks::text::index;
use pane_patrol_sys::process::variables;
use serde::Deserialize;

use super::window::{Socket, tell, until_so};
use crate::mux::{Outcome, Undone};
use crate::sys::child::{Kept, ours};
use crate::sys::process::ancestors;

/// What people call it.
pub(super) const NAME: &str = "kitty";

/// What a person does to have it listen.
const REMEDY: &str = "`allow_remote_control socket-only` and `listen_on unix:@kitty` in kitty.conf, and a new start of kitty, \
                      let pane-patrol go there";

/// A window of kitty's, in which a process runs.
#[derive(Debug)]
pub(super) struct Window {
    /// Where kitty listens, in its own words.
    address: String,
    /// Its number.
    number: u32,
    /// The process in it.
    process: u32,
}

impl Window {
    /// The one around `process`, which the kitty `program` has started. The error says why it cannot be shown.
    pub(super) fn around(process: u32, program: u32) -> Result<Self, String> {
        let names = ["KITTY_WINDOW_ID", "KITTY_LISTEN_ON"];
        let [number, address] = variables(process, names).unwrap_or_default();
        let number = number.and_then(|number| index(&number));
        let number = number.ok_or("its environment names no window of kitty")?;
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return Err(format!("kitty takes no orders: {REMEDY}"));
        };
        let socket = socket_of(&address);
        let socket = socket.ok_or("kitty listens at what is no Unix socket of this machine")?;
        socket
            .check(program)
            .map_err(|why| format!("kitty is not asked: {why}"))?;
        Ok(Self {
            address,
            number,
            process,
        })
    }

    /// Brings it to the front.
    pub(super) fn show(&self, deadline: Instant) -> Outcome<()> {
        let above = ancestors(self.process);
        let before = self.state(deadline)?;
        if !before.process.is_some_and(|pid| above.contains(&pid)) {
            return Err(Undone::Refused(format!(
                "kitty has no window {} with this assistant",
                self.number
            )));
        }
        if before.is_in_front() {
            return Ok(());
        }
        let number = format!("id:{}", self.number);
        self.tell(&["focus-window", "--match", &number], deadline)?;
        let state = until_so(
            deadline,
            || self.state(deadline),
            |state| state.is_in_front(),
        )?;
        if state.is_in_front() {
            return Ok(());
        }
        let words = if state.is_shown {
            "kitty shows it, but its window has not come to the front"
        } else {
            "kitty was told to show it, and shows another window"
        };
        Err(Undone::Unknown(words.to_owned()))
    }

    fn tell(&self, words: &[&str], deadline: Instant) -> Outcome<Vec<u8>> {
        let mut command: Command = ours("kitty", Kept::NOTHING);
        command.arg("@").arg("--to").arg(&self.address).args(words);
        tell(command, NAME, deadline).map_err(explained)
    }

    fn state(&self, deadline: Instant) -> Outcome<State> {
        let answer = self.tell(&["ls"], deadline)?;
        let windows: Vec<OsWindow> = serde_json::from_slice(&answer)
            .map_err(|_| Undone::Unknown("kitty has answered what is not understood".to_owned()))?;
        Ok(State::of(&windows, self.number))
    }
}

/// Adds what to do where the settings forbid it.
fn explained(undone: Undone) -> Undone {
    match undone {
        Undone::Refused(said) if said.to_lowercase().contains("remote control") => {
            Undone::Refused(format!("{said}; {REMEDY}"))
        }
        other => other,
    }
}

/// The socket of an address in kitty's own words.
fn socket_of(address: &str) -> Option<Socket> {
    let place = address.strip_prefix("unix:")?;
    match place.strip_prefix('@') {
        Some(name) => Socket::named(name),
        None => Socket::at(place),
    }
}

/// A window of the system, as far as it is looked at.
#[derive(Debug, Deserialize)]
struct OsWindow {
    #[serde(default)]
    is_focused: bool,
    #[serde(default)]
    tabs: Vec<Tab>,
}

#[derive(Debug, Deserialize)]
struct Tab {
    #[serde(default, alias = "is_active_tab")]
    is_active: bool,
    #[serde(default)]
    windows: Vec<Inner>,
}

/// One of kitty's own windows.
#[derive(Debug, Deserialize)]
struct Inner {
    id: u32,
    #[serde(default, alias = "is_active_window")]
    is_active: bool,
    pid: Option<u32>,
}

/// How a window stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    /// The process that was started in it.
    process: Option<u32>,
    /// Whether the window of the system that it is in shows it.
    is_shown: bool,
    /// Whether that has the keys.
    is_focused: bool,
}

impl State {
    fn of(all: &[OsWindow], number: u32) -> Self {
        for outer in all {
            for tab in &outer.tabs {
                if let Some(it) = tab.windows.iter().find(|window| window.id == number) {
                    return Self {
                        process: it.pid,
                        is_shown: tab.is_active && it.is_active,
                        is_focused: outer.is_focused,
                    };
                }
            }
        }
        Self::default()
    }

    fn is_in_front(self) -> bool {
        self.is_shown && self.is_focused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As kitty 0.26.5 has answered, with what is not looked at left out: two windows of the system, the first
    /// with two tabs.
    const ANSWER: &str = r#"[
        {"id": 1, "is_active": true, "is_focused": true, "tabs": [
            {"id": 1, "is_active_tab": false, "is_focused": false, "windows": [
                {"id": 1, "is_active_window": true, "is_focused": true, "pid": 16662}]},
            {"id": 2, "is_active_tab": true, "is_focused": true, "windows": [
                {"id": 2, "is_active_window": true, "is_focused": true, "pid": 18868}]}]},
        {"id": 2, "is_active": false, "is_focused": false, "tabs": [
            {"id": 3, "is_active_tab": true, "is_focused": false, "windows": [
                {"id": 3, "is_active_window": true, "is_focused": false, "pid": 19298}]}]}]"#;

    #[test]
    fn a_window_is_in_front_where_its_tab_is_and_the_systems_window_has_the_keys() {
        let newer = ANSWER
            .replace("is_active_tab", "is_active")
            .replace("is_active_window", "is_active");
        for answer in [ANSWER, &newer] {
            let all: Vec<OsWindow> = serde_json::from_str(answer).unwrap();
            let of = |number| State::of(&all, number);
            assert!(of(2).is_in_front() && of(2).process == Some(18868));
            assert!(!of(1).is_in_front() && !of(1).is_shown);
            assert!(!of(3).is_in_front() && of(3).is_shown);
            assert_eq!(of(4), State::default());
        }
    }

    #[test]
    fn an_address_that_is_no_socket_of_this_machine_is_none() {
        let file = || Socket::at("/run/k");
        assert_eq!(socket_of("unix:/run/k"), file());
        assert_eq!(socket_of("unix:@kitty"), Socket::named("kitty"));
        for address in [
            "",
            "unix:",
            "unix:@",
            "unix:k",
            "tcp:localhost:1",
            "fd:3",
            "/run/k",
        ] {
            assert_eq!(socket_of(address), None, "{address}");
        }
    }
}
