//! What the rows make worth watching: the processes, servers, folders, logs and lists of tasks that the
//! sources are asked to look at from now on.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use pane_patrol_hooks::event::{Assistant, State};
use pane_patrol_hooks::target::Target;

use super::Writer;
use crate::assistants;
use crate::assistants::facets::session_log::Followed;
use crate::assistants::tasks::Owner;
use crate::assistants::title;
use crate::collector::counted::Counted;
use crate::collector::sources::changes::Order as WorkOrder;
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::state::{Row, RowKey, fingerprint};

/// The last orders to the sources, to give new ones only when something changes.
#[derive(Default)]
pub(super) struct LastOrders {
    /// By row, what it makes worth watching.
    rows: HashMap<Arc<RowKey>, Box<Interest>>,
    pids: Counted<u32>,
    /// Those of sessions that live, whether a row shows them or not.
    living: BTreeSet<u32>,
    sockets: Counted<Arc<str>>,
    hurried: Counted<Arc<str>>,
    titled: Counted<Arc<str>>,
    logs: Counted<Followed>,
    homes: BTreeSet<(Assistant, PathBuf)>,
    new_homes: BTreeSet<(Assistant, PathBuf)>,
}

/// What one row makes worth watching.
#[derive(Debug, Default, PartialEq, Eq)]
struct Interest {
    pid: Option<u32>,
    /// The process that is its place.
    place: Option<u32>,
    socket: Option<Arc<str>>,
    is_hurried: bool,
    /// Whether the title of its pane tells anything now.
    is_titled: bool,
    log: Option<Box<Followed>>,
    /// What tells where its changes and tasks are, by its fingerprint.
    work: Option<u64>,
    /// Its folder, likewise.
    folder: Option<u64>,
    runs: bool,
}

impl LastOrders {
    /// These folders were told of.
    pub(super) fn with_homes(homes: BTreeSet<(Assistant, PathBuf)>) -> Self {
        Self {
            homes,
            ..Self::default()
        }
    }

    fn put(&mut self, interest: &Interest) {
        for pid in interest.processes() {
            self.pids.add(pid);
        }
        if let Some(socket) = &interest.socket {
            self.sockets.add(Arc::clone(socket));
        }
        if let Some(socket) = interest.hurried() {
            self.hurried.add(Arc::clone(socket));
        }
        if let Some(socket) = interest.titled() {
            self.titled.add(Arc::clone(socket));
        }
        if let Some(log) = &interest.log {
            self.logs.add((**log).clone());
        }
    }

    fn take_back(&mut self, interest: &Interest) {
        for pid in interest.processes() {
            self.pids.remove(&pid);
        }
        if let Some(socket) = &interest.socket {
            self.sockets.remove(socket);
        }
        if let Some(socket) = interest.hurried() {
            self.hurried.remove(socket);
        }
        if let Some(socket) = interest.titled() {
            self.titled.remove(socket);
        }
        if let Some(log) = &interest.log {
            self.logs.remove(log);
        }
    }
}

impl Interest {
    fn processes(&self) -> impl Iterator<Item = u32> {
        self.pid.into_iter().chain(self.place)
    }

    fn hurried(&self) -> Option<&Arc<str>> {
        self.socket.as_ref().filter(|_| self.is_hurried)
    }

    fn titled(&self) -> Option<&Arc<str>> {
        self.socket.as_ref().filter(|_| self.is_titled)
    }
}

impl Writer {
    pub(super) fn socket_of(&self, row: &Row) -> String {
        row.server
            .as_ref()
            .map_or_else(|| self.own_socket.clone(), |server| server.socket.clone())
    }

    /// The same, once for all rows that are there.
    fn shared_socket_of(&self, row: &Row) -> Arc<str> {
        let server = row.server.as_ref();
        let socket = server.map_or(&*self.own_socket, |server| &*server.socket);
        let known = self.told.sockets.known(socket);
        known.map_or_else(|| socket.into(), Arc::clone)
    }

    /// Takes up what a new or changed row makes worth watching and knowing.
    pub(super) fn take_interest(&mut self, key: &RowKey, row: &Row) {
        if row.hearsay {
            self.work.forget(&row.id);
        }
        let interest = Box::new(self.interest_in(row));
        let before = self.told.rows.get(key).map(Box::as_ref);
        if before.is_none() {
            self.recorded.row_came(key, self.clock.now());
        }
        self.ask_about(row, &interest, before);
        if before != Some(&*interest) {
            self.follow_work(row, &interest, before);
            self.told.put(&interest);
            if let Some(known) = self.told.rows.get_mut(key) {
                let before = std::mem::replace(known, interest);
                self.told.take_back(&before);
            } else {
                let key = self.table.shared_key(key);
                self.told.rows.insert(key, interest);
            }
        }
        self.note_home(row);
    }

    /// A row is gone.
    pub(super) fn lose_interest(&mut self, key: &RowKey) {
        if let Some(before) = self.told.rows.remove(key) {
            self.told.take_back(&before);
            if before.work.is_some() {
                let order = WorkOrder::Leave(key.to_string());
                self.sources.work.order(order);
            }
        }
    }

    fn interest_in(&self, row: &Row) -> Interest {
        Interest {
            pid: row.pid,
            place: row.target.process(),
            socket: row.may_be_in_a_pane().then(|| self.shared_socket_of(row)),
            is_hurried: title::is_urgent(row),
            is_titled: title::is_wanted(row),
            log: self.log_of(row).map(Box::new),
            work: self.work_of_row(row),
            folder: folder_of(row).map(fingerprint),
            runs: row.state == State::Running,
        }
    }

    /// Asks for what a new or changed row makes worth knowing.
    fn ask_about(&self, row: &Row, interest: &Interest, before: Option<&Interest>) {
        let is_new = before.is_none();
        if is_new && row.may_be_in_a_pane() || matches!(row.target, Target::Pane(_)) {
            let socket = self.socket_of(row);
            let _ = self.sources.lister.send(ListOrder::Now(socket));
        } else if before.is_some_and(|before| before.runs != interest.runs)
            && row.may_be_in_a_pane()
        {
            // Whether somebody looks at what has just been done. Where it is told without a question, or the trace
            // tells of all, a listing is soon made anyway.
            let socket = self.socket_of(row);
            let mux = self.reach.at(Path::new(&socket));
            if mux.absent().stirs.is_some() || !mux.proof().traces_all() {
                let _ = self.sources.lister.send(ListOrder::Now(socket));
            }
        }
        if let Some(pid) = row.pid
            && before.is_none_or(|before| before.pid != row.pid)
        {
            self.sources.witness.order(WitnessOrder::Reread(pid));
        }
        let turned = before
            .is_none_or(|before| (before.folder, before.runs) != (interest.folder, interest.runs));
        if let Some(cwd) = folder_of(row)
            && turned
        {
            let _ = self.sources.branches.send(cwd.to_owned());
            self.sources.work.order(WorkOrder::Ended(row.id.clone()));
        }
    }

    fn follow_work(&self, row: &Row, interest: &Interest, before: Option<&Interest>) {
        if before.and_then(|before| before.work) == interest.work {
            return;
        }
        let id = row.id.clone();
        self.sources.work.order(match self.owner_of(row) {
            Some(owner) => WorkOrder::Follow(id, owner),
            None => WorkOrder::Leave(id),
        });
    }

    fn note_home(&mut self, row: &Row) {
        let Some(home) = row.home.as_ref().filter(|_| has_session_file(row)) else {
            return;
        };
        let home = (row.assistant.clone(), PathBuf::from(home));
        if !self.told.homes.contains(&home) {
            self.told.homes.insert(home.clone());
            self.told.new_homes.insert(home);
        }
    }

    /// Looks again at what the assistant of this process shows or writes.
    pub(super) fn reread(&self, pid: u32) {
        let row = self.table.row_of_process(pid);
        match row.filter(title::is_wanted) {
            Some(row) => {
                let socket = self.socket_of(&row);
                let _ = self.sources.lister.send(ListOrder::Now(socket));
            }
            None => self.sources.witness.order(WitnessOrder::Reread(pid)),
        }
    }

    /// Has the ends of all sessions seen that would be within reach then.
    pub(super) fn watch_living(&mut self) {
        let living = self.table.living_sessions().iter();
        let living: BTreeSet<u32> = living.map(|session| session.pid).collect();
        let told = &mut self.told;
        for pid in living.difference(&told.living) {
            told.pids.add(*pid);
        }
        for pid in told.living.difference(&living) {
            told.pids.remove(pid);
        }
        told.living = living;
        self.give_orders();
    }

    /// Tells the sources which processes, servers and folders have come and gone.
    pub(super) fn give_orders(&mut self) {
        let told = &mut self.told;
        if let Some(pids) = told.pids.take_changes() {
            for pid in &pids.gone {
                self.titles.remove(pid);
            }
            self.sources.exits.send(pids);
        }
        if told.sockets.take_changes().is_some() {
            let sockets = told.sockets.wanted().map(ToString::to_string);
            let sockets: BTreeSet<String> = sockets.collect();
            let _ = self.sources.lister.send(ListOrder::Watch(sockets.clone()));
            if let Some(stirs) = &self.sources.stirs {
                stirs.watch(sockets);
            }
        }
        if told.hurried.take_changes().is_some() {
            let hurried = told.hurried.wanted().map(ToString::to_string).collect();
            let _ = self.sources.lister.send(ListOrder::Hurry(hurried));
        }
        if told.titled.take_changes().is_some() {
            let titled = told.titled.wanted().map(ToString::to_string).collect();
            let _ = self.sources.lister.send(ListOrder::Titles(titled));
        }
        if let Some(logs) = told.logs.take_changes() {
            self.sources.witness.order(WitnessOrder::Logs(logs));
        }
        let new_homes = std::mem::take(&mut told.new_homes);
        if !new_homes.is_empty() {
            self.sources.witness.order(WitnessOrder::Homes(new_homes));
        }
    }

    /// See [`Interest::work`].
    fn work_of_row(&self, row: &Row) -> Option<u64> {
        let cwd = folder_of(row)?;
        let is_ours = !self.published.tells_of(&row.id);
        is_ours.then(|| fingerprint(&(&row.assistant, &row.home, &row.instance_id, cwd)))
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
            folder_of(row)?,
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

/// The folder that is looked into for the row: none that only a client has named which may do nothing but publish,
/// for what is changed there and is to be done there is not for everybody to know.
fn folder_of(row: &Row) -> Option<&str> {
    row.cwd.as_deref().filter(|_| !row.hearsay)
}

/// Whether the row's assistant writes down what each of its sessions does.
pub(super) fn has_session_file(row: &Row) -> bool {
    assistants::of(&row.assistant).is_some_and(|known| known.session_files().is_some())
}
