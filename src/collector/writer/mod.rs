//! The one thread that writes the table, and tells everybody what that changed.

mod health;
mod interests;
mod published;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Assistant, Event, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants;
use crate::assistants::homes::Homes;
use crate::assistants::title;
use crate::collector::attribution::{self, Works};
use crate::collector::belief::{self, Ground, Standing};
use crate::collector::cache_sweeper::Tidy;
use crate::collector::contained::Container;
use crate::collector::journal::Memory;
use crate::collector::kinship::Kinship;
use crate::collector::liveness::has_ended;
use crate::collector::published_work::PublishedWork;
use crate::collector::sources::changes::{Order as WorkOrder, Report};
use crate::collector::sources::panes::{Answer, Order as ListOrder};
use crate::collector::sources::present::Found;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::collector::{Message, Setup, Sources};
use crate::mux::Reach;
use crate::mux::tmux::is_tmux;
use crate::protocol::code;
use crate::state::update::{Feed, Role};
use crate::state::{Command, Input, Kin, Listing, Outcome, Present, Reading, Row, RowKey, Table};
use crate::sys::monotone_clock::Clock;
use health::HealthReport;
use interests::{Told, has_session_file};

/// What is so, and what to do, where living tmux servers have lost their socket, to another one or to
/// whoever took the file away. `None` where none has.
fn without_socket(subject: &str, lost: &BTreeSet<Server>) -> Option<String> {
    let words = |server: &Server| {
        let pid = server.pid;
        format!(
            "{subject}: process {pid} has lost its socket, but lives and so do its rows; \
             `kill -USR1 {pid}` has it make the socket again"
        )
    };
    let all: Vec<String> = lost.iter().map(words).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Said of an assistant that has reported nothing. Why depends on its settings, which doctor looks at.
const UNHEARD: &str = "nothing was heard of it yet; `pane-patrol doctor` says what may keep it";

/// An assistant in its pane.
fn present_in(pane: (Server, PaneId), found: &Found) -> Present {
    Present {
        assistant: found.assistant.clone(),
        pid: found.pid,
        pane,
        cwd: found.folder.clone(),
        why: UNHEARD.to_owned(),
    }
}

pub(super) struct Writer {
    pub(super) table: Table,
    memory: Memory,
    /// Every row as it was told last.
    rows: BTreeMap<RowKey, Row>,
    own_server: Option<Server>,
    own_socket: String,
    reach: Reach,
    ground: Ground,
    kinship: Kinship,
    homes: Homes,
    work: Works,
    pub(super) clock: Arc<Clock>,
    /// The moment of the last input.
    now: Timestamp,
    pub(super) sources: Sources,
    /// What publishers have told of the work of their agents.
    pub(super) published: PublishedWork,
    subscribers: Vec<Sender<Feed>>,
    told: Told,
    /// The known assistants that run in panes.
    present: Vec<(Server, Found)>,
    /// What the pane of each process that writes a session file had as its title.
    titles: BTreeMap<u32, String>,
    /// The servers on which they are looked for.
    looked_on: Vec<Server>,
    /// Sockets of which a witness wants the next listing.
    wanted_by_witness: BTreeSet<String>,
    health: HealthReport,
    troubles: BTreeMap<String, String>,
    tidy: Tidy,
}

impl Writer {
    pub(super) fn new(
        own_server: Option<Server>,
        setup: &Setup,
        clock: Arc<Clock>,
        sources: Sources,
        subscribers: Vec<Sender<Feed>>,
        mut table: Table,
        memory: Memory,
    ) -> Self {
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
            rows: BTreeMap::new(),
            own_server,
            own_socket,
            ground: Ground::new(setup.reach.belief.clone()),
            reach: setup.reach.clone(),
            kinship: Kinship::default(),
            homes: setup.homes.clone(),
            work: Works::default(),
            now: clock.now(),
            clock,
            sources,
            published: PublishedWork::default(),
            subscribers,
            told: Told {
                homes,
                ..Told::default()
            },
            present: Vec::new(),
            titles: BTreeMap::new(),
            looked_on: Vec::new(),
            wanted_by_witness: BTreeSet::new(),
            health: HealthReport::default(),
            troubles: BTreeMap::new(),
            tidy: Tidy::new(setup.places.runtime.clone(), setup.uid),
        }
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
        self.tell(Feed::Snapshot(self.table.rows()));
        self.tell(Feed::Role(Role::Collector));
        self.take_up();
        loop {
            let message = match self.time_left() {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(left) => inbox.recv_timeout(left),
            };
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {
                    self.apply(Input::Tick, self.clock.now());
                }
            }
            if let Some(health) = self.health.take_due(&self.troubles, Instant::now()) {
                self.tell(Feed::Health(health));
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
        self.now = self.now.max(self.clock.now());
        let gone = self.table.remove_rows(has_ended, self.now);
        self.memory.note_ends(&gone, &self.rows, self.now);
        self.follow(&gone);
        self.look_at_mirror();
    }

    fn look_at_mirror(&mut self) {
        if self.memory.is_due(Instant::now()) {
            self.trouble("event log".to_owned(), self.memory.trouble());
        }
    }

    fn time_left(&self) -> Option<Duration> {
        let deadline = self.table.next_deadline();
        let table = deadline.map(|due| due.since(self.clock.now()));
        let health = self.health.due(Instant::now());
        [table, health].into_iter().flatten().min()
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Heard(event, standing, at) => {
                self.health.counts.received += 1;
                self.health.changed();
                if self.take_event(event, standing, at) {
                    // Its line was read before.
                    let by_mirror = &mut self.health.counts.by_mirror;
                    *by_mirror = by_mirror.saturating_sub(1);
                }
                self.look_at_mirror();
            }
            Message::Contained(container, event, at) => {
                self.health.counts.received += 1;
                self.health.changed();
                self.take_contained(&container, event, at);
            }
            Message::Mirrored(event, at) => {
                if !self.take_event(event, Standing::Home, at) {
                    self.health.counts.by_mirror += 1;
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
            Message::Commands(pid, commands, at) => self.take_commands(pid, &commands, at),
            Message::Unheard(events) => self.take_unheard(events),
            Message::Locate(socket) => {
                let _ = self.sources.lister.send(ListOrder::Now(socket.clone()));
                self.wanted_by_witness.insert(socket);
            }
            Message::Work(report) => self.take_work(&report),
            Message::Trouble(subject, trouble) => self.trouble(subject, trouble),
            Message::Stop => {}
        }
    }

    /// What runs has been answered. That is an event like any other, and no hook logs it.
    fn take_commands(&mut self, pid: u32, commands: &[Command], at: Timestamp) {
        for event in self.table.answers_shown_by(pid, commands) {
            self.memory.note_event(event.clone());
            self.apply(Input::Event(Box::new(event)), at);
        }
    }

    /// What was begun before anybody listened, each as its hook would have told it.
    fn take_unheard(&mut self, events: Vec<Event>) {
        for event in events {
            self.memory.note_event(event.clone());
            self.apply(Input::Event(Box::new(event)), self.clock.now());
        }
    }

    fn take_answer(&mut self, socket: &str, answer: Answer) {
        let subject = format!("tmux server {socket}");
        match answer {
            Answer::Panes(listing) => {
                let mut lost = self.living_on(socket);
                lost.remove(&listing.server);
                self.trouble(subject.clone(), without_socket(&subject, &lost));
                self.table.set_lost(socket, lost);
                self.tidy.by(&listing);
                self.ground.learn(&listing);
                if socket == self.own_socket {
                    self.own_server = Some(listing.server.clone());
                }
                let for_witness = self
                    .wanted_by_witness
                    .remove(socket)
                    .then(|| Arc::new(listing.clone()));
                let readings = self.titles(&listing);
                self.note_titles(&listing);
                self.apply(Input::Listing(listing), self.clock.now());
                for reading in readings {
                    self.apply(Input::Reading(Box::new(reading)), self.clock.now());
                }
                self.look_for_silent();
                self.tell_present();
                if let Some(listing) = for_witness {
                    self.sources.witness.order(WitnessOrder::Listed(listing));
                }
            }
            Answer::Gone => {
                self.wanted_by_witness.remove(socket);
                let lost = self.living_on(socket);
                self.trouble(subject.clone(), without_socket(&subject, &lost));
                self.ground.forget(socket);
                let lives = |server: &Server| lost.contains(server);
                if socket == self.own_socket && !self.own_server.as_ref().is_some_and(lives) {
                    self.own_server = None;
                }
                self.table.set_lost(socket, lost);
                let socket = socket.to_owned();
                self.apply(Input::ServerGone { socket }, self.clock.now());
            }
            Answer::NotBelieved(why) => {
                self.wanted_by_witness.remove(socket);
                self.ground.forget(socket);
                let is_own = socket == self.own_socket;
                let lost = self.living_without(socket);
                let own = is_own.then(|| format!("{subject}: {why}"));
                self.trouble(subject.clone(), without_socket(&subject, &lost).or(own));
                self.table.set_lost(socket, lost);
                let outcome = self.table.disbelieve(socket, why, self.now);
                self.count_apart(&outcome);
                self.follow(&outcome);
            }
            Answer::Unknown(why) => self.trouble(subject, Some(why)),
        }
    }

    /// Has known assistants looked for on every server that is listed.
    fn look_for_silent(&mut self) {
        let Some(silent) = &self.sources.silent else {
            return;
        };
        let listed = self.ground.listed();
        if listed != self.looked_on {
            // Without the thread nobody is found.
            let _ = silent.send(listed.clone());
            self.looked_on = listed;
        }
    }

    /// Takes which known assistants run in panes. One that shows another job now says so in no file.
    fn take_present(&mut self, found: Vec<(Server, Found)>) {
        let before = std::mem::replace(&mut self.present, found);
        for (_, found) in &self.present {
            let mut known = before.iter().map(|(_, known)| known);
            let turned = known.any(|it| it.pid == found.pid && it.shows != found.shows);
            if turned {
                self.sources.witness.order(WitnessOrder::Reread(found.pid));
            }
        }
        self.tell_present();
    }

    /// Tells the witness what the title of each pane with a session file says, when it says something
    /// new.
    fn note_titles(&mut self, listing: &Listing) {
        for row in self.rows.values().filter(|row| has_session_file(row)) {
            let here = row.server.as_ref() == Some(&listing.server);
            let mut panes = listing.panes.iter().filter(|_| here);
            let pane = panes.find(|pane| Some(pane.pane) == row.pane);
            let (Some(pane), Some(pid)) = (pane, row.pid) else {
                continue;
            };
            if self.titles.get(&pid) != Some(&pane.title) {
                self.titles.insert(pid, pane.title.clone());
                let order = WitnessOrder::Titled(pid, pane.title.clone());
                self.sources.witness.order(order);
            }
        }
        let rows = &self.rows;
        self.titles
            .retain(|pid, _| rows.values().any(|row| row.pid == Some(*pid)));
    }

    /// Tells the table which known assistants run in which panes; those in panes that are not known yet
    /// are told with the next listing.
    fn tell_present(&mut self) {
        let mut present = Vec::new();
        let mut unknown = BTreeSet::new();
        for (server, found) in &self.present {
            match self.ground.pane_of(server, found.root) {
                Some(pane) => present.push(present_in((server.clone(), pane), found)),
                // Nobody can ask one that has lost its socket.
                None if self.table.has_lost_its_socket(server) => {}
                None => {
                    unknown.insert(server.socket.clone());
                }
            }
        }
        for socket in unknown {
            let _ = self.sources.lister.send(ListOrder::Now(socket));
        }
        if !(present.is_empty() && self.told.present.is_empty()) {
            self.told.present.clone_from(&present);
            self.apply(Input::Present(present), self.clock.now());
        }
    }

    /// The tmux servers that live and are or were on `socket`.
    fn living_on(&self, socket: &str) -> BTreeSet<Server> {
        let servers = self.rows.values().filter_map(|row| row.server.as_ref());
        let known = servers
            .chain(&self.own_server)
            .filter(|server| server.socket == socket && is_tmux(server.pid));
        known
            .chain(self.ground.living_on(socket))
            .cloned()
            .collect()
    }

    /// Those that live and have lost `socket` to another program: what was listed there before, by a
    /// server that was believed, or is proved by its process.
    fn living_without(&self, socket: &str) -> BTreeSet<Server> {
        let mux = self.reach.at(Path::new(socket));
        let listed = self.ground.living_on(socket);
        let listed = listed.filter(|server| mux.out_of_reach(server).is_some());
        let rows = self.rows.values().filter_map(|row| row.server.as_ref());
        let proved = rows.filter(|server| server.socket == socket);
        let proved = proved.filter(|server| self.ground.lives_without_socket(server));
        listed.chain(proved).cloned().collect()
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

    /// Applies an event, as far as its sender is believed; whether it had come before.
    fn take_event(&mut self, mut event: Box<Event>, standing: Standing, at: Timestamp) -> bool {
        match self.judge(&mut event, standing) {
            Ok(()) => {
                let kin = self.kin_of(&event);
                self.apply(Input::Reported { event, kin }, at)
            }
            Err(why) => {
                // Where its process is tells more than that its sender was gone.
                let known = match why {
                    belief::UNPROVED => self.table.why_late(&event),
                    _ => Some(why),
                };
                let known = known.or_else(|| self.kin_of(&event).is_astray());
                self.hold_apart(&event, known.unwrap_or(why), at);
                false
            }
        }
    }

    /// Applies an event of a container.
    fn take_contained(&mut self, container: &Container, mut event: Box<Event>, at: Timestamp) {
        let judged = container.judge(&mut event);
        event.server.clone_from(&self.own_server);
        if let Err(why) = judged {
            return self.hold_apart(&event, why, at);
        }
        let container = container.name.clone();
        self.apply(Input::Contained { container, event }, at);
    }

    /// Says which server an event means that names none, and takes from it what is not believed.
    fn judge(&mut self, event: &mut Event, standing: Standing) -> Result<(), &'static str> {
        let names_server = event.server.is_some();
        if !names_server {
            event.server.clone_from(&self.own_server);
        }
        let mut facts = self.ground.with(&self.rows);
        belief::judge(event, names_server, standing, &self.own_socket, &mut facts)
    }

    /// What the process of a hook's event is to its pane.
    fn kin_of(&mut self, event: &Event) -> Kin {
        let row = self.table.process_at(&self.table.key_of(event));
        let ground = &self.ground;
        let root = |server: &Server, pane| ground.process_of(server, pane);
        self.kinship.of(event, row, root)
    }

    /// Whether a witness tells of a session that the assistant of that pane has started.
    fn is_of_a_child(&self, reading: &Reading) -> bool {
        let Some((server, pane)) = &reading.pane else {
            return false;
        };
        let key = RowKey {
            server: Some(server.clone()),
            place: Target::Pane(*pane),
        };
        let is_own = |row: &&Row| row.publisher.is_none() && !row.silent;
        let row = self.rows.get(&key).filter(is_own);
        let other = row.filter(|row| row.instance_id != reading.instance_id);
        let above = other.and_then(|row| row.pid).zip(reading.pid);
        above.is_some_and(|(row, pid)| row != pid && Kinship::is_below(pid, row))
    }

    fn hold_apart(&mut self, event: &Event, why: &'static str, at: Timestamp) {
        self.now = self.now.max(at);
        let outcome = self.table.hold_apart(event, why, self.now);
        self.count_apart(&outcome);
    }

    fn count_apart(&mut self, outcome: &Outcome) {
        if let Some(reason) = outcome.held_apart {
            self.health.count(|health| &mut health.held_apart, reason);
            self.health.counts.apart = self.table.apart();
        }
    }

    /// Lets the table work; whether it knew the event already.
    pub(super) fn apply(&mut self, input: Input, at: Timestamp) -> bool {
        self.apply_and_tell(input, at).again
    }

    /// The same; everything that it changed.
    fn apply_and_tell(&mut self, input: Input, at: Timestamp) -> Outcome {
        // Sources overtake each other by microseconds; for the table time never goes back.
        self.now = self.now.max(at);
        let reading = match &input {
            Input::Reading(reading) => Some(reading.clone()),
            _ => None,
        };
        let is_event = matches!(
            input,
            Input::Event(_)
                | Input::Reported { .. }
                | Input::Published { .. }
                | Input::Contained { .. }
        );
        let (may_have_written, written) = match &input {
            Input::Event(event)
            | Input::Reported { event, .. }
            | Input::Published { event, .. } => (
                attribution::may_have_written(event),
                attribution::written_by(event),
            ),
            _ => (false, Vec::new()),
        };
        let outcome = self.table.apply(input, self.now);
        self.count_apart(&outcome);
        if !is_event {
            self.memory.note_ends(&outcome, &self.rows, self.now);
        }
        self.follow(&outcome);
        if let Some(reading) = reading {
            self.memory.note_reading(&reading, &outcome, &self.rows);
        }
        self.memory.note_looks(&outcome, &self.rows, self.now);
        if may_have_written {
            self.look_at_work(&outcome, &written);
        }
        for pid in &outcome.reread {
            self.reread(*pid);
        }
        outcome
    }

    /// Applies a publisher's event, and logs it, as hooks do with theirs; the error says why it was
    /// not taken.
    pub(super) fn take_published_event(
        &mut self,
        publisher: String,
        mut event: Box<Event>,
        standing: Standing,
        at: Timestamp,
    ) -> Result<(), (&'static str, String)> {
        if let Err(why) = self.judge(&mut event, standing) {
            self.hold_apart(&event, why, at);
            return Err((code::NOT_TAKEN, why.to_owned()));
        }
        let input = Input::Published {
            publisher,
            event: event.clone(),
        };
        let outcome = self.apply_and_tell(input, at);
        if !outcome.again {
            self.memory.note_event(*event);
        }
        match outcome.held_apart {
            Some(reason) => Err((code::NOT_TAKEN, reason.to_owned())),
            None => Ok(()),
        }
    }

    /// Looks again at what the assistant of this process shows or writes.
    fn reread(&self, pid: u32) {
        let row = self.rows.values().find(|row| row.pid == Some(pid));
        match row.filter(|row| title::is_wanted(row)) {
            Some(row) => {
                let socket = self.socket_of(row);
                let _ = self.sources.lister.send(ListOrder::Now(socket));
            }
            None => self.sources.witness.order(WitnessOrder::Reread(pid)),
        }
    }

    /// What the titles in a listing say of the rows that show themselves there.
    fn titles(&self, listing: &Listing) -> Vec<Reading> {
        let wanted = self.rows.values().filter(|row| title::is_wanted(row));
        let here = wanted.filter(|row| row.server.as_ref() == Some(&listing.server));
        let read = |row: &Row| {
            let mut panes = listing.panes.iter();
            let pane = panes.find(|pane| Some(pane.pane) == row.pane && !pane.dead)?;
            title::reading(
                row,
                (&listing.server, pane.pane),
                &pane.title,
                listing.asked,
            )
        };
        here.filter_map(read).collect()
    }

    /// Tells what has changed, and has the sources follow it.
    fn follow(&mut self, outcome: &Outcome) {
        if outcome.changed.is_empty() && outcome.removed.is_empty() {
            return;
        }
        for key in &outcome.removed {
            self.rows.remove(key);
            self.work.forget(&key.to_string());
            self.published.forget(&key.to_string());
            self.tell(Feed::Gone(key.to_string()));
        }
        for key in outcome.changed.iter().collect::<BTreeSet<_>>() {
            let Some(row) = self.table.row(key) else {
                continue;
            };
            let row = self.dressed(row);
            let before = self.rows.insert(key.clone(), row.clone());
            self.ask_about(&row, before.as_ref());
            self.sources.unheard.look(&row);
            self.tell(Feed::Row(Box::new(row)));
        }
        self.give_orders();
    }

    /// Tells a row again because of what the table does not know.
    pub(super) fn tell_again(&mut self, key: &RowKey) {
        if let Some(row) = self.table.row(key) {
            let row = self.dressed(row);
            self.rows.insert(key.clone(), row.clone());
            self.tell(Feed::Row(Box::new(row)));
        }
        self.give_orders();
    }

    /// The row with what is known of its work: its publisher's word, else what we see ourselves.
    fn dressed(&mut self, row: Row) -> Row {
        let row = self.work.dressed(row);
        self.published.dressed(row)
    }

    /// Asks for what a new or changed row makes worth knowing.
    fn ask_about(&self, row: &Row, before: Option<&Row>) {
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

    /// Has the changes and tasks of these rows looked at again; one of them has written files.
    fn look_at_work(&mut self, outcome: &Outcome, written: &[PathBuf]) {
        for key in outcome.changed.iter().collect::<BTreeSet<_>>() {
            let id = key.to_string();
            let signed = self.work.wrote(&id, written.to_vec());
            self.tell_diffs(&signed);
            self.sources.work.order(WorkOrder::Ended(id));
        }
    }

    /// Tells what is changed in a folder, or how far tasks are: the lists, and the rows with the sums.
    fn take_work(&mut self, report: &Report) {
        self.work.take(report);
        match report {
            Report::Diff(ids, _) => self.tell_diffs(ids),
            // What its publisher says of it counts more.
            Report::Tasks(id, _) if self.published.tells_of(id) => {}
            Report::Tasks(id, tasks) => {
                self.tell(Feed::Tasks(id.clone(), Arc::clone(tasks)));
                self.tell_dressed(std::slice::from_ref(id));
            }
        }
    }

    fn tell_diffs(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(diff) = self.work.diff(id)
                && !self.published.tells_of(id)
            {
                self.tell(Feed::Diff(id.clone(), diff));
            }
        }
        self.tell_dressed(ids);
    }

    /// Tells these rows with what is known of their work now.
    fn tell_dressed(&mut self, ids: &[String]) {
        let mut dressed = Vec::new();
        for row in self.rows.values_mut() {
            if ids.contains(&row.id) {
                *row = self.published.dressed(self.work.dressed(row.clone()));
                dressed.push(row.clone());
            }
        }
        for row in dressed {
            self.tell(Feed::Row(Box::new(row)));
        }
    }

    pub(super) fn tell(&mut self, feed: Feed) {
        self.subscribers
            .retain(|subscriber| subscriber.send(feed.clone()).is_ok());
        self.sources.hub.publish(feed);
    }
}
