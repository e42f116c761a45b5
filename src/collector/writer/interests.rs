//! What the rows make worth watching: the processes, servers, folders, logs and lists of tasks that the
//! sources are asked to look at from now on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pane_patrol_hooks::event::{Assistant, State};
use pane_patrol_hooks::target::Target;

use super::Writer;
use crate::assistants;
use crate::assistants::facets::session_log::Followed;
use crate::assistants::tasks::Owner;
use crate::assistants::title;
use crate::collector::sources::changes::Order as WorkOrder;
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::state::{Present, Row};

/// The last orders to the sources, to give new ones only when something changes.
#[derive(Default)]
pub(super) struct Told {
    pub(super) pids: BTreeSet<u32>,
    pub(super) sockets: BTreeSet<String>,
    pub(super) homes: BTreeSet<(Assistant, PathBuf)>,
    pub(super) hurried: BTreeSet<String>,
    pub(super) logs: BTreeSet<Followed>,
    pub(super) owners: BTreeMap<String, Owner>,
    pub(super) present: Vec<Present>,
}

impl Writer {
    pub(super) fn socket_of(&self, row: &Row) -> String {
        row.server
            .as_ref()
            .map_or_else(|| self.own_socket.clone(), |server| server.socket.clone())
    }

    /// Asks for what a new or changed row makes worth knowing.
    pub(super) fn ask_about(&self, row: &Row, before: Option<&Row>) {
        let is_new = before.is_none();
        if is_new && row.may_be_in_a_pane() || matches!(row.target, Target::Pane(_)) {
            let socket = self.socket_of(row);
            let _ = self.sources.lister.send(ListOrder::Now(socket));
        }
        if let Some(pid) = row.pid
            && before.is_none_or(|before| before.pid != row.pid)
        {
            self.sources.witness.order(WitnessOrder::Reread(pid));
        }
        let turned = before.is_none_or(|before| {
            before.cwd != row.cwd
                || (before.state == State::Running) != (row.state == State::Running)
        });
        if let Some(cwd) = &row.cwd
            && turned
        {
            let _ = self.sources.branches.send(cwd.clone());
            self.sources.work.order(WorkOrder::Ended(row.id.clone()));
        }
    }

    /// Looks again at what the assistant of this process shows or writes.
    pub(super) fn reread(&self, pid: u32) {
        let row = self.rows.values().find(|row| row.pid == Some(pid));
        match row.filter(|row| title::is_wanted(row)) {
            Some(row) => {
                let socket = self.socket_of(row);
                let _ = self.sources.lister.send(ListOrder::Now(socket));
            }
            None => self.sources.witness.order(WitnessOrder::Reread(pid)),
        }
    }

    /// Tells the sources which processes, servers and folders there are now.
    pub(super) fn give_orders(&mut self) {
        let rows = self.rows.values();
        let pids = rows.flat_map(|row| row.pid.into_iter().chain(row.target.process()));
        let pids: BTreeSet<u32> = pids.collect();
        let in_panes = self.rows.values().filter(|row| row.may_be_in_a_pane());
        let sockets: BTreeSet<String> = in_panes.map(|row| self.socket_of(row)).collect();
        let named = self.rows.values().filter(|row| has_session_file(row));
        let homes = named.filter_map(|row| {
            let home = row.home.as_ref().map(PathBuf::from)?;
            Some((row.assistant.clone(), home))
        });
        let new_homes: BTreeSet<(Assistant, PathBuf)> = homes
            .filter(|home| !self.told.homes.contains(home))
            .collect();
        if pids != self.told.pids {
            self.sources.exits.send(pids.clone());
            self.told.pids = pids;
        }
        if sockets != self.told.sockets {
            let _ = self.sources.lister.send(ListOrder::Watch(sockets.clone()));
            self.sources.stirs.watch(sockets.clone());
            self.told.sockets = sockets;
        }
        let urgent = self.rows.values().filter(|row| title::is_urgent(row));
        let hurried: BTreeSet<String> = urgent.map(|row| self.socket_of(row)).collect();
        if hurried != self.told.hurried {
            let _ = self.sources.lister.send(ListOrder::Hurry(hurried.clone()));
            self.told.hurried = hurried;
        }
        let logs: BTreeSet<Followed> = self
            .rows
            .values()
            .filter_map(|row| self.log_of(row))
            .collect();
        if logs != self.told.logs {
            self.sources.witness.order(WitnessOrder::Logs(logs.clone()));
            self.told.logs = logs;
        }
        let owners: BTreeMap<String, Owner> = self
            .rows
            .values()
            .filter_map(|row| Some((row.id.clone(), self.owner_of(row)?)))
            .collect();
        if owners != self.told.owners {
            self.sources.work.order(WorkOrder::Follow(owners.clone()));
            self.told.owners = owners;
        }
        if !new_homes.is_empty() {
            self.told.homes.extend(new_homes.iter().cloned());
            self.sources.witness.order(WitnessOrder::Homes(new_homes));
        }
    }

    /// Where the row's changes and tasks are to be found.
    fn owner_of(&self, row: &Row) -> Option<Owner> {
        if self.published.tells_of(&row.id) {
            return None;
        }
        Some(Owner::new(
            &row.assistant,
            row.home.as_deref(),
            row.instance_id.as_deref(),
            row.cwd.as_deref()?,
            &self.homes,
        ))
    }

    /// The log that tells what no hook tells of the row, if there is one and it matters now.
    fn log_of(&self, row: &Row) -> Option<Followed> {
        let may_change = [State::Running, State::WaitingApproval, State::WaitingInput];
        assistants::of(&row.assistant)?.session_logs()?;
        may_change.contains(&row.state).then_some(())?;
        Some(Followed {
            assistant: row.assistant.clone(),
            home: self.homes.of(&row.assistant, row.home.as_deref())?,
            instance_id: row.instance_id.clone()?,
            pid: row.pid,
        })
    }
}

/// Whether the row's assistant writes down what each of its sessions does.
pub(super) fn has_session_file(row: &Row) -> bool {
    assistants::of(&row.assistant).is_some_and(|known| known.session_files().is_some())
}
