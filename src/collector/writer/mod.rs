//! The one thread that writes the table, and tells everybody what that changed.
//!
//! Here it takes messages; each file below does what one kind of message asks, and `dressing` tells the
//! rows that changed.

mod applying;
mod dressing;
mod events;
mod glimpses;
mod health;
mod interests;
mod listings;
mod published;
mod records;
mod servers;
mod sharing;
pub(super) mod silent;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants;
use crate::assistants::homes::Homes;
use crate::assistants::present::Found;
use crate::collector::attribution::Works;
use crate::collector::belief::Ground;
use crate::collector::cache_sweeper::Sweeper;
use crate::collector::journal::{Journal, Recalled};
use crate::collector::kinship::Kinship;
use crate::collector::liveness::has_ended;
use crate::collector::message::Message;
use crate::collector::published_work::PublishedWork;
use crate::collector::recorded::Recorded;
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::collector::sources::{Setup, Sources};
use crate::hub::server::Hub;
use crate::log::wrote::Writing;
use crate::mux::Reach;
use crate::state::update::{Role, Update};
use crate::state::{Input, Outcome, Present, Row, Table};
use crate::sys::monotone_clock::Clock;
use glimpses::Titles;
use health::HealthReport;
use interests::{LastOrders, has_session_file};
use sharing::Sharing;

/// How often it is looked whether the hub has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

pub(super) struct Writer {
    pub(super) table: Table,
    memory: Journal,
    own_server: Option<Server>,
    own_socket: String,
    reach: Reach,
    ground: Ground,
    kinship: Kinship,
    homes: Homes,
    /// Whether sessions have a row that no pane shows.
    has_background: bool,
    work: Works,
    /// The tools that are under way, as far as they write.
    writing: Writing,
    /// Which files several assistants have written.
    sharing: Sharing,
    pub(super) clock: Arc<Clock>,
    /// The moment of the last input.
    now: Timestamp,
    pub(super) sources: Sources,
    /// What publishers have told of the work of their agents.
    pub(super) published: PublishedWork,
    /// What programs have said of themselves to their terminals, as far as it waits.
    recorded: Recorded,
    subscribers: Vec<Sender<Update>>,
    told: LastOrders,
    /// The known assistants that run in panes.
    present: BTreeMap<Server, Vec<Found>>,
    /// The servers of which the table was told that some do.
    told_present: BTreeSet<Server>,
    /// Who ran there by the word of a collector that is gone, and is no known assistant, as far as it still runs.
    carried: BTreeMap<Server, Vec<Present>>,
    /// What the pane of each process that writes a session file had as its title.
    titles: BTreeMap<u32, String>,
    /// The programs around the terminals of rows that are in no pane, by the rows' ids, as far as they are known.
    terminals: BTreeMap<String, Option<&'static str>>,
    /// What stands in the titles of panes of which nothing was reported.
    unheard_titles: Titles,
    /// The servers on which they are looked for.
    looked_on: Vec<Server>,
    /// Sockets of which a witness wants the next listing.
    wanted_by_witness: BTreeSet<String>,
    health: HealthReport,
    troubles: BTreeMap<String, String>,
    /// Clears the runtime folder, where that is ours to do.
    tidy: Option<Sweeper>,
    /// What this process is to the rows.
    role: Role,
    /// When the servers of sessions that have ended are looked at.
    servers_due: Option<Instant>,
}

impl Writer {
    pub(super) fn new(
        setup: &Setup,
        own_server: Option<Server>,
        recalled: Recalled,
        clock: Arc<Clock>,
        sources: Sources,
        subscribers: Vec<Sender<Update>>,
        tidy: Option<Sweeper>,
    ) -> Self {
        let Recalled {
            mut table, memory, ..
        } = recalled;
        let followed = assistants::ALL.iter();
        let followed = followed.filter(|known| known.session_files().is_some());
        let homes: BTreeSet<(Assistant, PathBuf)> = followed
            .map(|known| known.row().adapter.assistant.clone())
            .flat_map(|name| {
                let homes = setup.homes.all_of(&name).into_iter();
                homes.map(move |home| (name.clone(), home))
            })
            .collect();
        sources.witness.order(WitnessOrder::Homes(homes.clone()));
        let own_socket = setup.reach.own_socket.to_string_lossy().into_owned();
        table.set_own_socket(own_socket.clone());
        Self {
            table,
            memory,
            own_server,
            own_socket,
            ground: Ground::new(setup.reach.clone()),
            reach: setup.reach.clone(),
            kinship: Kinship::default(),
            homes: setup.homes.clone(),
            has_background: setup.background,
            work: Works::default(),
            writing: Writing::default(),
            sharing: Sharing::default(),
            now: clock.now(),
            clock,
            sources,
            published: PublishedWork::default(),
            recorded: Recorded::default(),
            subscribers,
            told: LastOrders::with_homes(homes),
            present: BTreeMap::new(),
            told_present: BTreeSet::new(),
            carried: BTreeMap::new(),
            titles: BTreeMap::new(),
            terminals: BTreeMap::new(),
            unheard_titles: Titles::default(),
            looked_on: Vec::new(),
            wanted_by_witness: BTreeSet::new(),
            health: HealthReport::default(),
            troubles: BTreeMap::new(),
            tidy,
            role: Role::Collector,
            servers_due: None,
        }
    }

    /// It is not the collector. What was told of how well another one hears holds no longer.
    pub(super) fn in_role(mut self, role: Role) -> Self {
        self.role = role;
        self.health.changed_now();
        self
    }

    /// Goes on with who ran by the word of a collector that is gone.
    pub(super) fn carrying(mut self, carried: BTreeMap<Server, Vec<Present>>) -> Self {
        self.carried = carried;
        self
    }

    /// Something was held apart for these reasons before the first message came.
    pub(super) fn with_apart(mut self, reasons: &[&'static str]) -> Self {
        for reason in reasons {
            self.health.count(|health| &mut health.held_apart, reason);
        }
        self.health.counts.apart = self.table.apart();
        self
    }

    /// Works until it is told to stop.
    pub(super) fn run(&mut self, inbox: &Receiver<Message>) {
        self.tell(Update::Snapshot(self.table.rows()));
        self.tell(Update::Role(self.role.clone()));
        self.tell(Update::Ended(self.table.ended_sessions().into()));
        self.take_up();
        let mut is_ending = false;
        // What is being carried out is seen to its end, and what becomes of it is heard.
        while !(is_ending && self.sources.hub.as_ref().is_none_or(Hub::has_ended)) {
            let left = self.time_left();
            let message = match left
                .into_iter()
                .chain(is_ending.then_some(LOOK_AGAIN))
                .min()
            {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(left) => inbox.recv_timeout(left),
            };
            match message {
                Ok(Message::Stop) => {
                    is_ending = true;
                    if let Some(hub) = &self.sources.hub {
                        hub.end();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {
                    self.apply(Input::Tick, self.clock.now());
                }
            }
            self.take_due_records();
            self.look_at_servers();
            if let Some(health) = self.health.take_due(&self.troubles, Instant::now()) {
                self.tell(Update::Health(health));
            }
        }
    }

    /// Takes up the rows that were recalled: their processes and panes may be gone.
    fn take_up(&mut self) {
        let recalled = Outcome {
            changed: self.table.keys(),
            ..Outcome::default()
        };
        self.follow(&recalled);
        self.watch_living();
        self.now = self.now.max(self.clock.now());
        // They may have been wanted when they were written down.
        let is_unwanted =
            |row: &Row| !self.has_background && row.is_in_background() && has_session_file(row);
        let is_gone = |row: &Row| has_ended(row) || is_unwanted(row);
        let gone = self.table.remove_rows(is_gone, self.now);
        for row in &gone.ended {
            self.memory.note_end(row, false, self.now);
        }
        self.follow(&gone);
        self.look_at_log();
    }

    fn look_at_log(&mut self) {
        if self.memory.is_due(Instant::now()) {
            self.trouble("event log".to_owned(), self.memory.trouble());
        }
    }

    fn time_left(&self) -> Option<Duration> {
        let deadline = self.table.next_deadline().into_iter();
        let deadline = deadline.chain(self.recorded.due()).min();
        let table = deadline.map(|due| due.since(self.clock.now()));
        let health = self.health.due(Instant::now());
        [table, health, self.servers_due()]
            .into_iter()
            .flatten()
            .min()
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Heard(event, standing, at) => {
                self.health.counts.received += 1;
                self.health.changed();
                if self.take_event(event, Some(standing), at) {
                    // Its line was read before.
                    let by_log = &mut self.health.counts.by_log;
                    *by_log = by_log.saturating_sub(1);
                }
                self.look_at_log();
            }
            Message::Contained(container, event, at) => {
                self.health.counts.received += 1;
                self.health.changed();
                self.take_contained(&container, event, at);
            }
            Message::Logged(event, at) => {
                if !self.take_event(event, None, at) {
                    self.health.counts.by_log += 1;
                    self.health.changed();
                }
            }
            Message::Present(found) => self.take_present(found),
            // No hook logs it.
            Message::Witnessed(event, at) => {
                self.memory.note_event((*event).clone());
                self.apply(Input::Event(event), at);
            }
            Message::Unreadable(reason) => {
                self.health.count(|health| &mut health.unreadable, reason);
            }
            Message::Input(Input::Reading(reading), _) if self.is_of_a_child(&reading) => {}
            Message::Input(input, at) => {
                self.note_what_it_leaves(&input);
                self.apply(input, at);
            }
            Message::Rejected(reason) => self.health.count(|health| &mut health.rejected, reason),
            Message::Published(published) => self.take_published(*published),
            Message::Refused(reason) => self.health.count(|health| &mut health.refused, reason),
            Message::Foreign => {
                self.health.counts.foreign += 1;
                self.health.changed();
            }
            Message::Listed { socket, answer } => self.take_answer(&socket, answer),
            Message::Turn { row, asked, turn } => self.take_turn(&row, asked, turn),
            Message::Facts(read) => self.take_facts(read),
            Message::Commands(pid, commands, at) => self.take_commands(pid, &commands, at),
            Message::Unheard(events) => self.take_unheard(events),
            Message::Locate(socket) => {
                let _ = self.sources.lister.send(ListOrder::Now(socket.clone()));
                self.wanted_by_witness.insert(socket);
            }
            Message::Work(report) => self.take_work(&report),
            Message::Conflicts(report) => self.take_conflicts(report),
            Message::Trouble(subject, trouble) => self.trouble(subject, trouble),
            Message::Stop => {}
        }
    }

    fn trouble(&mut self, subject: String, trouble: Option<String>) {
        let changed = match trouble {
            Some(words) => self.troubles.insert(subject, words.clone()) != Some(words),
            None => self.troubles.remove(&subject).is_some(),
        };
        if changed {
            self.health.changed_now();
        }
    }

    pub(super) fn tell(&mut self, update: Update) {
        self.subscribers
            .retain(|subscriber| subscriber.send(update.clone()).is_ok());
        if let Some(hub) = &self.sources.hub {
            hub.publish(update);
        }
    }
}
