//! What assistants publish about themselves beside their hooks. Each witness gives readings; none
//! knows the table, and all of them only read.
//!
//! `Witness` is one thread: it is woken by the file watch and by orders; twice a second it looks at
//! the logs it was told to follow, while there are any. Titles come with the listings of panes.

pub(crate) mod present;
pub(crate) mod process;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use std::{fs, io};

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants;
use crate::assistants::claude::job_record::{self as record, Record};
use crate::assistants::claude::session_file::{self as claude, Session};
use crate::assistants::claude::{commands, viewer};
use crate::assistants::facets::session_log::{Followed, SessionLog};
use crate::state::{Command, Level, Listing, Reading};
use crate::sys::process as ancestry;
pub(crate) use crate::sys::process::{descends, is_tmux, lineage, lives, program_of, start_of};
use watch::Watches;

/// How often the logs that are followed are looked at.
const LOG_PAUSE: Duration = Duration::from_millis(500);

/// How many processes are remembered whose pane was looked up.
const MAX_LOCATED: usize = 4096;

/// What the witness thread is told.
#[derive(Debug)]
pub(crate) enum Order {
    /// Watch these config folders too.
    Homes(BTreeSet<PathBuf>),
    /// Read the session file of this process again and report it, changed or not.
    Reread(u32),
    /// The pane of this process has another title than before.
    Titled(u32, String),
    /// Follow these logs, and no others.
    Logs(BTreeSet<Followed>),
    /// A listing that was asked for with [`Report::Locate`].
    Listed(Arc<Listing>),
    /// Something happened to this session file.
    Touched(PathBuf),
    /// This folder came or went.
    Moved(PathBuf),
    /// The file watch has lost events.
    Overrun,
    /// It is over.
    Stop,
}

/// What the witness thread tells.
#[derive(Debug)]
pub(crate) enum Report {
    /// An assistant's level.
    Reading(Box<Reading>),
    /// What a transcript tells in place of a hook.
    Event(Box<Event>),
    /// All commands that the assistant with this process runs; told while it waits for the person.
    Commands(u32, Vec<Command>),
    /// A listing of the server on this socket is needed to find a process's pane.
    Locate(String),
    /// What does not work with this folder; `None` when it works again.
    Trouble(PathBuf, Option<String>),
}

/// What the witnesses have to know.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Claude's config folder when nobody names another one.
    pub(crate) default_home: Option<PathBuf>,
    /// Socket of the tmux server to look at for processes that do not say which one they are in.
    pub(crate) own_socket: String,
}

/// The running thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Handle {
    orders: Sender<Order>,
}

impl Handle {
    /// Gives an order.
    pub(crate) fn order(&self, order: Order) {
        // Without the thread there are no readings, and nobody to tell it to.
        let _ = self.orders.send(order);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The file watch holds a sender too, so the inbox does not close by itself.
        self.order(Order::Stop);
    }
}

/// Starts the thread.
pub(crate) fn spawn(
    setting: Setting,
    now: impl Fn() -> Timestamp + Send + 'static,
    report: impl Fn(Report) + Send + 'static,
) -> io::Result<Handle> {
    let (orders, inbox) = mpsc::channel();
    let touched = orders.clone();
    std::thread::Builder::new()
        .name("witness".into())
        .spawn(move || {
            let mut witness = Witness {
                setting,
                watches: Watches::new(touched),
                now,
                report,
                last: BTreeMap::new(),
                located: BTreeMap::new(),
                unlocated: BTreeMap::new(),
                logs: BTreeMap::new(),
                records: BTreeMap::new(),
                opened: BTreeMap::new(),
                held: BTreeMap::new(),
            };
            witness.run(&inbox);
        })?;
    Ok(Handle { orders })
}

struct Witness<N, R> {
    setting: Setting,
    watches: Watches,
    now: N,
    report: R,
    /// What each file said last, to tell news from the noise of a file watch.
    last: BTreeMap<PathBuf, Session>,
    /// The pane of each process (by pid and start) that was looked up; `None`: it is in none.
    located: BTreeMap<(u32, u64), Option<(Server, PaneId)>>,
    /// Files whose process is to be looked for in the next listing of a server, by its socket.
    unlocated: BTreeMap<String, BTreeSet<PathBuf>>,
    logs: BTreeMap<Followed, Box<dyn SessionLog>>,
    /// What was told of the job that the pane of each of these processes shows.
    records: BTreeMap<u32, Record>,
    /// The jobs that persons have opened in place of the one that a pane's session was moved to.
    opened: BTreeMap<u32, String>,
    /// Those of them whose level is held back until it is explained, and until when.
    held: BTreeMap<u32, Instant>,
}

impl<N: Fn() -> Timestamp, R: Fn(Report)> Witness<N, R> {
    fn run(&mut self, inbox: &Receiver<Order>) {
        let mut logs_at = Instant::now();
        loop {
            // Orders that keep coming must not keep us from the logs.
            let left = LOG_PAUSE.saturating_sub(logs_at.elapsed());
            if left.is_zero() {
                self.read_logs();
                logs_at = Instant::now();
            }
            self.look_at_held();
            let first = match self.patience(left) {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(left) => inbox.recv_timeout(left),
            };
            let first = match first {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            // One write makes several file events: a burst is one look at each file.
            let mut touched = BTreeSet::new();
            for order in std::iter::once(first).chain(inbox.try_iter()) {
                match order {
                    Order::Homes(homes) => self.watch(homes),
                    Order::Reread(pid) => self.reread(pid),
                    Order::Titled(pid, title) => self.note_title(pid, &title),
                    Order::Logs(logs) => self.follow(logs),
                    Order::Listed(listing) => self.locate_in(&listing),
                    Order::Touched(path) => {
                        touched.insert(path);
                    }
                    Order::Moved(path) => {
                        self.watches.lose(&path);
                        self.rearm();
                    }
                    Order::Overrun => self.scan_all(),
                    Order::Stop => return,
                }
            }
            for path in touched {
                self.look_at(&path, false);
            }
        }
    }

    /// How long to wait for an order, where something else is to be done after it; `logs`: how long
    /// until logs are to be read, if there are any.
    fn patience(&self, logs: Duration) -> Option<Duration> {
        let logs = (!self.logs.is_empty()).then_some(logs);
        let held = self.held.values().min();
        let held = held.map(|due| due.saturating_duration_since(Instant::now()));
        logs.into_iter().chain(held).min()
    }

    /// Looks again at the jobs whose level was not explained yet.
    fn look_at_held(&mut self) {
        let now = Instant::now();
        let held = self.held.iter().filter(|(_, due)| **due <= now);
        let due: Vec<u32> = held.map(|(pid, _)| *pid).collect();
        for pid in due {
            self.held.remove(&pid);
            self.reread_file(pid);
        }
    }

    fn watch(&mut self, homes: BTreeSet<PathBuf>) {
        let mut is_news = false;
        for home in homes {
            is_news |= self.watches.add(&home);
        }
        if is_news {
            self.rearm();
        }
    }

    fn rearm(&mut self) {
        for armed in self.watches.rearm() {
            (self.report)(Report::Trouble(armed.home.clone(), armed.trouble));
            if armed.is_new {
                self.scan(&armed.home);
            }
        }
    }

    fn scan_all(&mut self) {
        for home in self.watches.homes() {
            self.scan(&home);
        }
    }

    fn scan(&mut self, home: &Path) {
        let Ok(entries) = fs::read_dir(home.join("sessions")) else {
            return;
        };
        for entry in entries.flatten() {
            self.look_at(&entry.path(), false);
        }
    }

    fn follow(&mut self, followed: BTreeSet<Followed>) {
        self.logs.retain(|known, _| followed.contains(known));
        for log in followed {
            if !self.logs.contains_key(&log)
                && let Some(read) = assistants::of(&log.assistant)
                    .and_then(|known| known.session_logs())
                    .and_then(|logs| logs.of(&log))
            {
                self.logs.insert(log, read);
            }
        }
        self.read_logs();
    }

    fn read_logs(&mut self) {
        for (followed, log) in &mut self.logs {
            let seen = (self.now)();
            if let Some(level) = log.read_on() {
                let reading = followed.reading(level, seen);
                (self.report)(Report::Reading(Box::new(reading)));
            }
        }
    }

    fn reread(&mut self, pid: u32) {
        self.read_logs();
        for (followed, log) in &self.logs {
            if followed.pid == Some(pid)
                && let Some(level) = log.level()
            {
                let reading = followed.reading(level, (self.now)());
                (self.report)(Report::Reading(Box::new(reading)));
            }
        }
        self.reread_file(pid);
    }

    /// Reads again what the session of this process says, or the job that it shows.
    fn reread_file(&mut self, pid: u32) {
        let job = viewer::attached_to(pid);
        let is_its_own = |home: &PathBuf| home.join(format!("sessions/{pid}.json")).exists();
        if job.is_none() && !self.watches.homes().iter().any(is_its_own) {
            // It was attached to a job and shows the list of all now.
            if self.records.remove(&pid).is_some() {
                let reading = claude::elsewhere(pid, (self.now)());
                (self.report)(Report::Reading(Box::new(reading)));
            }
            return;
        }
        for home in self.watches.homes() {
            let sessions = home.join("sessions");
            let shown = job.as_ref().and_then(|job| claude::job_in(&sessions, job));
            let pid = shown.map_or(pid, |job| job.pid);
            self.look_at(&sessions.join(format!("{pid}.json")), true);
        }
    }

    /// The title of a pane names the job that is shown there.
    fn note_title(&mut self, pid: u32, title: &str) {
        for home in self.watches.homes() {
            let sessions = home.join("sessions");
            let path = sessions.join(format!("{pid}.json"));
            let Some(parked) = claude::read(&path, pid).and_then(|session| session.parked) else {
                continue;
            };
            let before = self.opened.remove(&pid);
            let opened = claude::opened_by_title(&sessions, &parked, title);
            self.opened.extend(opened.clone().map(|job| (pid, job)));
            if opened != before {
                self.look_at(&path, true);
            }
        }
    }

    /// Reads one file and reports what it says, if that is news or `again` asks for it.
    fn look_at(&mut self, path: &Path, again: bool) {
        let Some(pid) = claude::pid_of_file(path) else {
            return;
        };
        let seen = (self.now)();
        let Some(session) = claude::read(path, pid) else {
            // Half written it comes again; gone it must not be taken for known when it does.
            self.forget(path);
            return;
        };
        let Some(start) = session.living_process() else {
            self.forget(path);
            return;
        };
        if !again && self.last.get(path) == Some(&session) {
            return;
        }
        if session.job.is_some() {
            self.last.insert(path.to_owned(), session.clone());
            self.tell_viewers(path, &session, seen);
            return;
        }
        let known = self.located.get(&(pid, start)).cloned();
        self.tell(path, &session, known.clone().flatten(), seen);
        if known.is_none() && session.attended {
            self.ask_for_pane(path, pid);
        }
        self.last.insert(path.to_owned(), session);
    }

    /// Tells of a background job to whoever shows it: the panes that it was moved away from, and those
    /// that it was attached to.
    fn tell_viewers(&mut self, path: &Path, job: &Session, seen: Timestamp) {
        let Some(id) = job.job.clone() else { return };
        self.tell_parked(path, &id);
        for viewer in viewers_of(&id, path) {
            let Some(start) = start_of(viewer) else {
                continue;
            };
            match self.located.get(&(viewer, start)).cloned() {
                Some(pane) => self.tell_viewer(path, job, viewer, pane, seen),
                None => self.ask_for_pane(path, viewer),
            }
        }
    }

    /// Looks again at the sessions whose pane shows this job in their place.
    fn tell_parked(&mut self, path: &Path, job: &str) {
        let shows = |session: &Session| {
            let opened = self.opened.get(&session.pid).map(String::as_str);
            opened.or(session.parked.as_deref()) == Some(job) && session.parked.is_some()
        };
        let is_its = |(other, session): &(&PathBuf, &Session)| {
            shows(session) && other.parent() == path.parent()
        };
        let parked: Vec<PathBuf> = self
            .last
            .iter()
            .filter(is_its)
            .map(|(path, _)| path.clone())
            .collect();
        for path in parked {
            self.look_at(&path, true);
        }
    }

    fn tell_viewer(
        &mut self,
        path: &Path,
        job: &Session,
        viewer: u32,
        pane: Option<(Server, PaneId)>,
        seen: Timestamp,
    ) {
        let mut reading = job.reading_for(viewer, self.home_of(path), seen);
        reading.pane = pane;
        self.report(reading, job.pid, false);
    }

    /// What is no session file any more may have been a job that a pane shows.
    fn forget(&mut self, path: &Path) {
        if let Some(job) = self.last.remove(path).and_then(|session| session.job) {
            self.tell_parked(path, &job);
        }
    }

    fn tell(
        &mut self,
        path: &Path,
        session: &Session,
        pane: Option<(Server, PaneId)>,
        seen: Timestamp,
    ) {
        let sessions = path.parent().unwrap_or(path);
        let opened = self.opened.get(&session.pid).map(String::as_str);
        let mut reading = session.shown(sessions, opened, self.home_of(path), seen);
        reading.pane = pane;
        let worker = session.worker(sessions, opened);
        let goes_on = session.level != Level::Idle && opened.is_none();
        self.report(reading, worker, goes_on);
    }

    /// Reports a reading, with what runs below the process `worker` while it waits. That of a job comes
    /// with what explains it, or later; `goes_on`: it was moved in the middle of its turn.
    fn report(&mut self, reading: Reading, worker: u32, goes_on: bool) {
        let viewer = reading.pid.filter(|_| reading.stands_in);
        let Some(viewer) = viewer else {
            return self.report_with_commands(reading, worker);
        };
        let config = reading.home.as_deref().map(PathBuf::from);
        let config = config.or_else(|| self.setting.default_home.clone());
        let record = self.records.entry(viewer).or_default();
        // Only the reading says that the pane shows another session now.
        let is_known = record.is_of(&reading);
        let explained = record.explain(&config.unwrap_or_default(), &reading, goes_on);
        let Some(events) = explained else {
            self.held.insert(viewer, Instant::now() + record::PAUSE);
            return;
        };
        if !is_known {
            self.report_with_commands(reading.clone(), worker);
        }
        for event in events {
            (self.report)(Report::Event(Box::new(event)));
        }
        if is_known {
            self.report_with_commands(reading, worker);
        }
    }

    fn report_with_commands(&self, reading: Reading, worker: u32) {
        let waits = matches!(reading.level, Level::WaitingApproval | Level::WaitingInput);
        if let Some(pid) = reading.pid.filter(|_| waits) {
            let commands = commands::run_by(worker, reading.seen);
            (self.report)(Report::Commands(pid, commands));
        }
        (self.report)(Report::Reading(Box::new(reading)));
    }

    /// The config folder of a session file, when it is not the default one.
    fn home_of<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let home = path.ancestors().nth(2);
        home.filter(|home| Some(*home) != self.setting.default_home.as_deref())
    }

    fn ask_for_pane(&mut self, path: &Path, pid: u32) {
        let told = ancestry::tmux_variables(pid).map(|(server, _)| server.socket);
        let own = self.setting.own_socket.clone();
        let sockets: BTreeSet<String> = told.into_iter().chain([own]).collect();
        for socket in sockets {
            let waiting = self.unlocated.entry(socket.clone()).or_default();
            waiting.insert(path.to_owned());
            (self.report)(Report::Locate(socket));
        }
    }

    /// Looks in a fresh listing for those that show a background job.
    fn locate_viewers(&mut self, path: &Path, job: &Session, listing: &Listing, seen: Timestamp) {
        for viewer in job.job.iter().flat_map(|id| viewers_of(id, path)) {
            let (Some(start), Some(pane)) = (start_of(viewer), pane_of(viewer, listing)) else {
                continue;
            };
            if self.located.len() >= MAX_LOCATED {
                self.located.clear();
            }
            self.located.insert((viewer, start), Some(pane.clone()));
            self.tell_viewer(path, job, viewer, Some(pane), seen);
        }
    }

    /// Looks in a fresh listing for the processes that wait for it.
    fn locate_in(&mut self, listing: &Listing) {
        for path in self
            .unlocated
            .remove(&listing.server.socket)
            .unwrap_or_default()
        {
            let seen = (self.now)();
            let Some(session) = claude::pid_of_file(&path).and_then(|pid| claude::read(&path, pid))
            else {
                continue;
            };
            let Some(start) = session.living_process() else {
                continue;
            };
            if session.job.is_some() {
                self.locate_viewers(&path, &session, listing, seen);
                continue;
            }
            let pane = pane_of(session.pid, listing);
            let elsewhere = self.unlocated.values().any(|paths| paths.contains(&path));
            if pane.is_none() && elsewhere {
                continue;
            }
            if self.located.len() >= MAX_LOCATED {
                self.located.clear();
            }
            self.located.insert((session.pid, start), pane.clone());
            if pane.is_some() {
                for paths in self.unlocated.values_mut() {
                    paths.remove(&path);
                }
                self.tell(&path, &session, pane, seen);
                self.last.insert(path, session);
            }
        }
    }
}

/// Every process that was started to show the background job `job`, whose session file is at `path`.
fn viewers_of(job: &str, path: &Path) -> Vec<u32> {
    let config = path.ancestors().nth(2);
    config.map_or_else(Vec::new, |config| viewer::viewers_of(job, config))
}

/// The pane of a process: the one it was started in by its own word if that is true, else the one
/// whose process is its nearest ancestor.
fn pane_of(pid: u32, listing: &Listing) -> Option<(Server, PaneId)> {
    let ancestors = ancestry::ancestors(pid);
    let told = ancestry::tmux_variables(pid)
        .filter(|(server, _)| *server == listing.server)
        .map(|(_, pane)| pane);
    let mut holding = listing.panes.iter().filter_map(|pane| {
        let depth = ancestors
            .iter()
            .position(|ancestor| *ancestor == pane.pid)?;
        Some((Some(pane.pane) != told, depth, pane.pane))
    });
    let nearest = holding.by_ref().min()?;
    Some((listing.server.clone(), nearest.2))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::state::ListedPane;

    fn pane(id: u32, pid: u32) -> ListedPane {
        ListedPane {
            pane: PaneId(id),
            target: pane_patrol_hooks::target::Target::Pane(PaneId(id)),
            shown_at: None,
            pid,
            in_view: false,
            dead: false,
            title: String::new(),
        }
    }

    #[test]
    fn a_process_belongs_to_the_pane_of_its_nearest_ancestor_or_to_none() {
        let own = std::process::id();
        let parent = ancestry::stat(own).unwrap().parent;
        let listing = |panes: Vec<ListedPane>| Listing {
            server: "/tmp/none,1".parse().unwrap(),
            asked: Timestamp::default(),
            panes,
        };
        let found = |panes| pane_of(own, &listing(panes)).map(|(_, pane)| pane);
        assert_eq!(found(vec![pane(1, parent), pane(2, own)]), Some(PaneId(2)));
        assert_eq!(
            found(vec![pane(1, parent), pane(2, 4_000_000)]),
            Some(PaneId(1))
        );
        assert_eq!(found(vec![pane(2, 4_000_000)]), None);
    }
}
