//! Swaps, stops, ends, closings by hand, zooms and other sizes in any order, beside a second server on which
//! nothing happens but what ends: afterwards both are the same, to the last cell.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{Desk, everything, furnished};
use crate::common::{Terminal, TestEnv, Tmux, finish};

/// How much is done in each trial.
const ACTS: usize = 20;

/// What is left for the end, so that there is always something to be shown.
const LEAST_PANES: usize = 4;

struct Trial<'env> {
    desk: Desk<'env>,
    twin: Tmux<'env>,
    twins_client: Terminal<'env>,
    /// Xorshift's state.
    state: u64,
    /// What was done, for whoever has to understand it.
    done: Vec<String>,
}

/// A placeholder, where it stands, and the pane that it keeps a place for.
struct Holder {
    pane: String,
    address: String,
    shows: Option<String>,
}

impl<'env> Trial<'env> {
    fn new(env: &'env TestEnv, seed: u64) -> Option<Self> {
        let (twin, twins_client) = furnished(env, "twin-")?;
        let desk = Desk::new(env)?;
        for server in [&desk.server, &twin] {
            let size = ["-x", "120", "-y", "40"];
            server.run(&[&["new-session", "-d", "-s", "solo"], &size[..], &["cat"]].concat());
            server.resize("solo", &size);
        }
        desk.report_all();
        assert_eq!(desk.everything(), everything(&twin));
        Some(Self {
            desk,
            twin,
            twins_client,
            state: 0x2545_f491_4f6c_dd1d ^ (seed << 17),
            done: Vec::new(),
        })
    }

    fn number(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % below as u64).expect("it is small")
    }

    fn wait(&self, what: &str, condition: impl Fn() -> bool) {
        self.desk
            .wait(&format!("{what} after {:#?}", self.done), condition);
    }

    fn holder(&self) -> Option<Holder> {
        let format =
            "#{pane_id} #{session_name}:#{window_index}.#{pane_index} #{@pane_patrol_split}";
        let listed = self.desk.server.run(&["list-panes", "-a", "-F", format]);
        listed.lines().find_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [pane, address, _, _, _, _, _, _, shows, _] = words[..] else {
                return None;
            };
            Some(Holder {
                pane: pane.to_owned(),
                address: address.to_owned(),
                shows: (shows != "-").then(|| shows.to_owned()),
            })
        })
    }

    /// Has the selection on the row of `pane`, which belongs to `address`.
    fn select(&self, pane: &str, address: &str) {
        self.wait("the dashboard has heard where it is", || {
            let status = finish(self.desk.env.pane_patrol().args(["status", "--json"]));
            let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
            let row = rows.iter().find(|row| row["pane"] == pane);
            row.is_some_and(|row| row["target"] == address)
        });
        let client = &self.desk.client;
        client.press(&["/", "C-u", address]);
        self.wait("its row is the only one", || {
            let screen = client.screen();
            let rows: Vec<&str> = super::rows(&screen).collect();
            matches!(rows[..], [row] if row.contains(address))
        });
        client.press(&["Enter", "g"]);
    }

    /// Shows a pane that is not shown already.
    fn show(&mut self) {
        let panes: Vec<String> = self.at_home().collect();
        let pane = panes[self.number(panes.len())].clone();
        let place = "#{session_name}:#{window_index}.#{pane_index}";
        let address = self
            .desk
            .server
            .run(&["display-message", "-p", "-t", &pane, place]);
        self.done.push(format!("show {pane} of {address}"));
        self.select(&pane, &address);
        let is_open = self.holder().is_some();
        let was_closed = self
            .done
            .iter()
            .rev()
            .any(|done| done.starts_with("close by hand"));
        self.desk
            .client
            .press(&[if is_open || was_closed { "Enter" } else { "s" }]);
        self.wait("it is shown", || self.desk.beside().as_ref() == Some(&pane));
        self.desk.client.wait_for("▸");
    }

    /// Those of assistants that are not shown, outside of the dashboard's window.
    fn at_home(&self) -> impl Iterator<Item = String> + use<> {
        let holder = self.holder().map(|holder| holder.pane);
        let panes = self.desk.panes();
        panes
            .into_iter()
            .filter(move |pane| Some(pane) != holder.as_ref())
    }

    /// What is shown ends: stopped from the list, or by itself.
    fn end(&mut self, by_key: bool) {
        let Some(Holder { address, shows, .. }) = self.holder() else {
            return;
        };
        let Some(shows) = shows else { return };
        if self.at_home().count() < LEAST_PANES {
            return;
        }
        self.done
            .push(format!("end {shows} of {address}, by key: {by_key}"));
        let words = if by_key {
            self.select(&shows, &address);
            self.desk.client.press(&["x"]);
            self.desk.client.wait_for("Stop claude in");
            self.desk.client.press(&["x"]);
            "was stopped from the list."
        } else {
            self.desk.server.run(&["kill-pane", "-t", &shows]);
            "has ended."
        };
        self.twin.run(&["kill-pane", "-t", &shows]);
        self.wait("the place says so", || {
            let holder = self.holder().filter(|holder| holder.shows.is_none());
            holder.is_some_and(|holder| self.desk.server.screen_of(&holder.pane).contains(words))
        });
    }

    /// Somebody closes the placeholder, wherever it stands.
    fn close_by_hand(&mut self) {
        let Some(Holder {
            pane,
            address,
            shows,
        }) = self.holder()
        else {
            return;
        };
        self.done
            .push(format!("close by hand {pane} in {address} for {shows:?}"));
        if shows.is_none() {
            // Whoever closes it goes there first.
            self.desk.server.run(&["select-pane", "-t", &pane]);
            self.desk.client.wait_for("│");
        }
        self.desk.server.run(&["kill-pane", "-t", &pane]);
        self.desk.client.wait_for(if shows.is_some() {
            "its place was closed"
        } else {
            "the place beside the dashboard was closed"
        });
        assert!(self.desk.beside().is_none(), "{:#?}", self.done);
    }

    /// Zooms the dashboard, so that nobody sees what is beside it.
    fn zoom(&mut self) {
        let server = &self.desk.server;
        let is_zoomed = ["display-message", "-p", "-t", "%0", "#{window_zoomed_flag}"];
        if self.holder().is_some() && server.run(&is_zoomed) == "0" {
            self.done.push("zoom".to_owned());
            self.desk.server.run(&["resize-pane", "-Z", "-t", "%0"]);
        }
    }

    /// The windows become too narrow for the split, and wide again.
    fn squeeze(&mut self) {
        self.done.push("squeeze".to_owned());
        for columns in [70, 100] {
            for (client, server) in self.sides() {
                client.resize((columns, 30));
                self.wait_for_width(server, columns);
            }
        }
    }

    /// Somebody else looks at the same session for a while, on a narrower terminal.
    fn visit(&mut self) {
        for (side, (_, server)) in self.sides().into_iter().enumerate() {
            // A server that goes may still have its socket.
            let socket = format!("visitor-{}-{side}.sock", self.done.len());
            let visitor = Terminal::client_of(self.desk.env, &socket, server, "work");
            let visitor = visitor.expect("tmux is there");
            visitor.resize((70, 30));
            self.wait_for_width(server, 70);
            drop(visitor);
            self.wait_for_width(server, 100);
        }
        self.done.push("visit".to_owned());
    }

    fn sides(&self) -> [(&Terminal<'env>, &Tmux<'env>); 2] {
        [
            (&self.desk.client, &self.desk.server),
            (&self.twins_client, &self.twin),
        ]
    }

    fn wait_for_width(&self, server: &Tmux<'_>, columns: u16) {
        let width = ["display-message", "-p", "-t", "%0", "#{window_width}"];
        self.wait("it has that width", || {
            server.run(&width) == columns.to_string()
        });
    }

    fn act(&mut self) {
        match self.number(12) {
            0 | 1 => self.close_by_hand(),
            2 => self.end(true),
            3 => self.end(false),
            4 => self.zoom(),
            5 => self.squeeze(),
            6 => self.visit(),
            _ => self.show(),
        }
    }

    /// The dashboard ends in one of the ways in which it can.
    fn leave(&mut self) {
        let way = self.number(3);
        self.done.push(format!("leave in way {way}"));
        let pid = Pid::from_raw(self.desk.dashboard_pid()).expect("a process has a number");
        match way {
            0 => self.desk.client.press(&["q"]),
            1 => kill_process(pid, Signal::TERM).expect("it runs"),
            _ => {
                kill_process(pid, Signal::KILL).expect("it runs");
                self.desk.client.wait_for("Killed");
                self.desk.start("");
                self.wait("it is healed", || self.holder().is_none());
                self.desk.client.press(&["q"]);
            }
        }
        self.wait("the dashboard has ended", || {
            self.desk.server.ask("#{pane_current_command}") == "sh"
        });
    }
}

fn try_with(seed: u64) {
    let env = TestEnv::new();
    let Some(mut trial) = Trial::new(&env, seed) else {
        return;
    };
    for _ in 0..ACTS {
        trial.act();
    }
    trial.leave();
    assert_eq!(
        trial.desk.everything(),
        everything(&trial.twin),
        "{:#?}",
        trial.done
    );
}

#[test]
fn everything_is_where_it_was_after_a_first_twenty_acts() {
    try_with(1);
}

#[test]
fn everything_is_where_it_was_after_a_second_twenty_acts() {
    try_with(2);
}

#[test]
fn everything_is_where_it_was_after_a_third_twenty_acts() {
    try_with(3);
}

#[test]
fn everything_is_where_it_was_after_a_fourth_twenty_acts() {
    try_with(10);
}
