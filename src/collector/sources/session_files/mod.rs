//! What assistants publish about themselves beside their hooks. Each witness gives readings; none
//! knows the table, and all of them only read.
//!
//! `Witness` is one thread: it is woken by the file watch and by orders; twice a second it looks at
//! the logs it was told to follow, while there are any. What files and logs say, the folder of each
//! assistant knows. Titles come with the listings of panes.

mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::facets::session_file::{Follower, SessionFiles, Setting as Followers};
use crate::assistants::facets::session_log::{Followed, SessionLog};
use crate::assistants::homes::Homes;
use crate::assistants::{self, Facets};
use crate::collector::counted::Changes;
use crate::state::Listing;
use watch::Watches;

pub(crate) use crate::assistants::facets::session_file::Report;

/// How often the logs that are followed are looked at.
const LOG_PAUSE: Duration = Duration::from_millis(500);

/// What the witness thread is told.
#[derive(Debug)]
pub(crate) enum Order {
    /// Watch these config folders too.
    Homes(BTreeSet<(Assistant, PathBuf)>),
    /// Read the session file of this process again and report it, changed or not.
    Reread(u32),
    /// The row of this process has gone.
    Left(u32),
    /// The pane of this process has another title than before.
    Titled(u32, String),
    /// Follow these logs too, and those not any more.
    Logs(Changes<Followed>),
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

/// What the witnesses have to know.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Where assistants keep their files when nobody names another folder.
    pub(crate) homes: Homes,
    /// Socket of the server to look at for processes that do not say which one they are in.
    pub(crate) own_socket: String,
    /// Whether sessions are told of that no pane shows.
    pub(crate) background: bool,
    /// The assistants whose sessions are told of that run outside of any multiplexer.
    pub(crate) everywhere: BTreeSet<Assistant>,
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
pub(crate) fn start_watch(
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
                watches: Watches::new(touched, is_session_file),
                now: Rc::new(now),
                report: Rc::new(report),
                setting,
                followers: BTreeMap::new(),
                folders: BTreeMap::new(),
                logs: BTreeMap::new(),
                logs_of: BTreeMap::new(),
            };
            witness.run(&inbox);
        })?;
    Ok(Handle { orders })
}

/// Whether any assistant writes session files of this name.
fn is_session_file(path: &Path) -> bool {
    let mut files = assistants::ALL.iter();
    files.any(|known| {
        known
            .session_files()
            .is_some_and(|files| files.is_one(path))
    })
}

struct Witness {
    setting: Setting,
    watches: Watches,
    now: Rc<dyn Fn() -> Timestamp>,
    report: Rc<dyn Fn(Report)>,
    /// Who follows the session files of each assistant.
    followers: BTreeMap<Assistant, Box<dyn Follower>>,
    /// Whose session files are in each folder that is watched.
    folders: BTreeMap<PathBuf, Assistant>,
    logs: BTreeMap<Followed, Box<dyn SessionLog>>,
    /// Those that the assistant with a process writes.
    logs_of: BTreeMap<u32, BTreeSet<Followed>>,
}

impl Witness {
    fn run(&mut self, inbox: &Receiver<Order>) {
        let mut logs_at = Instant::now();
        loop {
            // Orders that keep coming must not keep us from the logs.
            let left = LOG_PAUSE.saturating_sub(logs_at.elapsed());
            if left.is_zero() {
                self.read_logs();
                logs_at = Instant::now();
            }
            for follower in self.followers.values_mut() {
                follower.look_again();
            }
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
                    Order::Left(pid) => self.each_follower(|follower| follower.left(pid)),
                    Order::Titled(pid, title) => {
                        self.each_follower(|follower| follower.titled(pid, &title));
                    }
                    Order::Logs(logs) => self.follow(logs),
                    Order::Listed(listing) => {
                        self.each_follower(|follower| follower.listed(&listing));
                    }
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
                if let Some(follower) = self.follower_of(path.parent().unwrap_or(&path)) {
                    follower.touched(&path);
                }
            }
        }
    }

    fn each_follower(&mut self, tell: impl Fn(&mut dyn Follower)) {
        for follower in self.followers.values_mut() {
            tell(&mut **follower);
        }
    }

    fn follower_of(&mut self, folder: &Path) -> Option<&mut Box<dyn Follower>> {
        self.followers.get_mut(self.folders.get(folder)?)
    }

    /// How long to wait for an order, where something else is to be done after it; `logs`: how long
    /// until logs are to be read, if there are any.
    fn patience(&self, logs: Duration) -> Option<Duration> {
        let logs = (!self.logs.is_empty()).then_some(logs);
        let due = self.followers.values().filter_map(|one| one.due()).min();
        let due = due.map(|due| due.saturating_duration_since(Instant::now()));
        logs.into_iter().chain(due).min()
    }

    fn watch(&mut self, homes: BTreeSet<(Assistant, PathBuf)>) {
        let mut is_news = false;
        for (assistant, home) in homes {
            let files = assistants::of(&assistant).and_then(Facets::session_files);
            if let Some(files) = files {
                is_news |= self.watch_home(&assistant, files, &home);
            }
        }
        if is_news {
            self.rearm();
        }
    }

    fn watch_home(
        &mut self,
        assistant: &Assistant,
        files: &'static dyn SessionFiles,
        home: &Path,
    ) -> bool {
        let folder = home.join(files.folder());
        self.folders.insert(folder.clone(), assistant.clone());
        let setting = || Followers {
            default_home: self.setting.homes.usual(assistant).map(Path::to_owned),
            own_socket: self.setting.own_socket.clone(),
            background: self.setting.background,
            everywhere: self.setting.everywhere.contains(assistant),
            now: Rc::clone(&self.now),
            tell: Rc::clone(&self.report),
        };
        let follower = self.followers.entry(assistant.clone());
        let follower = follower.or_insert_with(|| files.follower(setting()));
        follower.add_home(home);
        self.watches.add(&folder)
    }

    fn rearm(&mut self) {
        for armed in self.watches.rearm() {
            (self.report)(Report::Trouble(armed.folder.clone(), armed.trouble));
            if armed.is_new {
                self.scan(&armed.folder);
            }
        }
    }

    fn scan_all(&mut self) {
        for folder in self.watches.folders() {
            self.scan(&folder);
        }
    }

    fn scan(&mut self, folder: &Path) {
        if let Some(follower) = self.follower_of(folder) {
            follower.scan(folder);
        }
    }

    fn follow(&mut self, followed: Changes<Followed>) {
        for log in &followed.gone {
            self.logs.remove(log);
            if let Some(pid) = log.pid
                && let Some(logs) = self.logs_of.get_mut(&pid)
            {
                logs.remove(log);
                if logs.is_empty() {
                    self.logs_of.remove(&pid);
                }
            }
        }
        for log in followed.come {
            let files = assistants::of(&log.assistant).and_then(Facets::session_logs);
            if let Some(mut read) = files.and_then(|logs| logs.of(&log)) {
                self.read_on(&log, &mut *read);
                if let Some(pid) = log.pid {
                    self.logs_of.entry(pid).or_default().insert(log.clone());
                }
                self.logs.insert(log, read);
            }
        }
    }

    fn read_logs(&mut self) {
        let mut logs = std::mem::take(&mut self.logs);
        for (followed, log) in &mut logs {
            self.read_on(followed, &mut **log);
        }
        self.logs = logs;
    }

    fn read_on(&self, followed: &Followed, log: &mut dyn SessionLog) {
        let seen = (self.now)();
        if let Some(level) = log.read_on() {
            let reading = followed.reading(level, seen);
            (self.report)(Report::Reading(Box::new(reading)));
        }
    }

    fn reread(&mut self, pid: u32) {
        let logs = self.logs_of.get(&pid).into_iter().flatten();
        for log in logs.cloned().collect::<Vec<_>>() {
            let Some((followed, mut log)) = self.logs.remove_entry(&log) else {
                continue;
            };
            self.read_on(&followed, &mut *log);
            if let Some(level) = log.level() {
                let reading = followed.reading(level, (self.now)());
                (self.report)(Report::Reading(Box::new(reading)));
            }
            self.logs.insert(followed, log);
        }
        self.each_follower(|follower| follower.reread(pid));
    }
}
