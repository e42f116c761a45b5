//! What the recent end of the event log says of assistants while nobody collects.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::homes::Homes;
use crate::assistants::{self, Facets};
use crate::collector::liveness::has_ended;
use crate::log::condition::Trouble;
use crate::log::player::Player;
use crate::log::recent::{self, Bounds};
use crate::messages;
use crate::mux::{Reach, Undone};
use crate::state::{Input, Listing, REBUILD_GRACE, Row, Settings, Table, Unmatched};

/// How long a server may take to say which panes of the log are still there.
const LISTING_BUDGET: Duration = Duration::from_millis(300);

/// The end of the event log, and whom to ask what of it is still there.
#[derive(Clone, Debug)]
pub(super) struct RecentLog {
    /// The file that is written.
    pub(super) log: PathBuf,
    /// What is wrong with it, if anything is.
    pub(super) trouble: Option<Trouble>,
    /// So many bytes before its end.
    pub(super) bytes: u64,
    /// Nothing older than this.
    pub(super) window: Duration,
    /// What the rows are to be like.
    pub(super) rows: Settings,
    /// Where assistants keep their files.
    pub(super) homes: Homes,
    /// Which multiplexers are asked.
    pub(super) reach: Reach,
}

/// What it says.
pub(super) struct Logged {
    /// In no certain order.
    pub(super) rows: Vec<Row>,
    /// What fitted none of them.
    pub(super) apart: Vec<Unmatched>,
    /// When the last event was logged; `None`: nothing recent is in it.
    pub(super) last: Option<Timestamp>,
}

impl RecentLog {
    /// Rows whose process and pane are there. `None` when the log cannot be read.
    pub(super) fn read(&self) -> Option<Logged> {
        if let Some(trouble) = &self.trouble {
            messages::warning(&format!("the event log is not as it should be: {trouble}"));
        }
        self.read_again()
    }

    /// The same without a word.
    pub(super) fn read_again(&self) -> Option<Logged> {
        let now = Timestamp::now();
        let bounds = Bounds {
            bytes: self.bytes,
            begin: now.minus(self.window),
        };
        let mut player = Player::new(self.rows.clone(), now);
        let (log, last) = recent::play(&self.log, bounds, Instant::now(), &mut player);
        // What cannot be written may still be read.
        if self.trouble.is_some() && !log.has_live() {
            return None;
        }
        let mut table = player.finish(now);
        table.remove_rows(has_ended, now);
        self.look_at_panes(&mut table, now);
        self.look_at_session_files(&mut table, now);
        // Nothing else will prove the others.
        table.apply(Input::Tick, now.plus(REBUILD_GRACE));
        Some(Logged {
            rows: table.rows(),
            apart: table.apart(),
            last,
        })
    }

    /// Asks what assistants say of themselves: some things no hook has told of.
    fn look_at_session_files(&self, table: &mut Table, now: Timestamp) {
        for row in table.rows() {
            let files = assistants::of(&row.assistant).and_then(Facets::session_files);
            let home = self.homes.of(&row.assistant, row.home.as_deref());
            let (Some(files), Some(home), Some(pid)) = (files, home, row.pid) else {
                continue;
            };
            if let Some(reading) = files.look(&home, pid, row.instance_id.as_deref()) {
                table.apply(Input::Reading(Box::new(reading)), now);
            }
        }
    }

    /// Asks each server of the rows where their panes are now.
    fn look_at_panes(&self, table: &mut Table, now: Timestamp) {
        let own = self.own_socket(table);
        table.set_own_socket(own.clone());
        let socket_of = |row: &Row| match &row.server {
            Some(server) => server.socket.clone(),
            None => own.clone(),
        };
        let mut sockets: Vec<String> = table.rows().iter().map(socket_of).collect();
        sockets.sort();
        sockets.dedup();
        for socket in sockets {
            let path = Path::new(&socket);
            let mux = self.reach.at(path);
            // What runs in the panes of a server that nobody can talk to runs on.
            let servers = table.rows().into_iter().filter_map(|row| row.server);
            let on_it = servers.filter(|server| server.socket == socket);
            let without = on_it
                .filter(|server| mux.out_of_reach(server).is_some())
                .collect();
            table.set_lost(&socket, without);
            let input = match mux.list(path, LISTING_BUDGET) {
                Ok(list) => Input::Listing(Listing {
                    server: Server {
                        socket,
                        pid: list.server_pid,
                    },
                    asked: now,
                    panes: list.panes,
                }),
                Err(Undone::Gone(_)) => Input::ServerGone { socket },
                Err(Undone::NotBelieved { socket, why }) => {
                    table.disbelieve(&socket, why, now);
                    continue;
                }
                // What is not known removes nothing.
                Err(_) => continue,
            };
            table.apply(input, now);
        }
    }

    /// The server of rows that name none. Asked from outside of any, with nobody at the default socket, it can
    /// only be the one that all other rows are of: whoever collected there would have put them together.
    fn own_socket(&self, table: &Table) -> String {
        let own = &self.reach.own_socket;
        let text = own.to_string_lossy().into_owned();
        if self.rows.own_server.is_some() {
            return text;
        }
        let servers = table.rows().into_iter().filter_map(|row| row.server);
        let mut sockets: Vec<String> = servers.map(|server| server.socket).collect();
        sockets.sort();
        sockets.dedup();
        match (
            self.reach.own().list(own, LISTING_BUDGET),
            sockets.as_slice(),
        ) {
            (Err(Undone::Gone(_)), [only]) => only.clone(),
            _ => text,
        }
    }
}
