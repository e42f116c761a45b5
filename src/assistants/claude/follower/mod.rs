//! Follows the session files: reads each when it is written, finds the pane of its process, and tells
//! of the background jobs that panes show in place of their sessions. Those that none shows: `behind`.

mod behind;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_hooks::{mux, outside};

use super::job_record::{self as record, Record};
use super::session_file::{self, Session};
use super::{commands, turns, viewer};
use crate::assistants::facets::session_file::{Follower, Report, Setting};
use crate::state::{Level, Listing, Reading};
use crate::sys::process::{self, is_alive, start_of};

/// How many processes are remembered whose pane was looked up.
const MAX_LOCATED: usize = 4096;

pub(super) struct Sessions {
    setting: Setting,
    /// The config folders.
    homes: BTreeSet<PathBuf>,
    /// What each file said last, to tell news from the noise of a file watch.
    last: BTreeMap<PathBuf, Session>,
    /// The pane of each process (by pid and start) that was looked up; `None`: it is in none.
    located: BTreeMap<(u32, u64), Option<(Server, PaneId)>>,
    /// Files whose process is to be looked for in the next listing of a server, by its socket.
    unlocated: BTreeMap<String, BTreeSet<PathBuf>>,
    /// What was told of the job that the pane of each of these processes shows.
    records: BTreeMap<u32, Record>,
    /// The jobs that persons have opened in place of the one that a pane's session was moved to.
    opened: BTreeMap<u32, String>,
    /// Those of them whose level is held back until it is explained, and until when.
    held: BTreeMap<u32, Instant>,
    /// The files of jobs that nothing shows, and when to look for terminals that do: no listing tells of these.
    behind: BTreeMap<PathBuf, Instant>,
    /// The processes whose rows have gone, and since when: what they show is shown until they end.
    leaving: BTreeMap<u32, Instant>,
}

impl Follower for Sessions {
    fn add_home(&mut self, home: &Path) {
        self.homes.insert(home.to_owned());
    }

    fn scan(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            self.look_at(&entry.path(), false);
        }
    }

    fn touched(&mut self, file: &Path) {
        self.look_at(file, false);
    }

    fn reread(&mut self, pid: u32) {
        self.reread_file(pid);
    }

    fn left(&mut self, pid: u32) {
        self.leaving.insert(pid, Instant::now());
    }

    fn titled(&mut self, pid: u32, title: &str) {
        self.note_title(pid, title);
    }

    fn listed(&mut self, listing: &Listing) {
        self.locate_in(listing);
    }

    fn due(&self) -> Option<Instant> {
        let held = self.held.values().chain(self.behind.values());
        held.copied().chain(self.next_farewell()).min()
    }

    fn look_again(&mut self) {
        let now = Instant::now();
        let held = self.held.iter().filter(|(_, due)| **due <= now);
        let due: Vec<u32> = held.map(|(pid, _)| *pid).collect();
        for pid in due {
            self.held.remove(&pid);
            self.reread_file(pid);
        }
        self.say_farewell(now);
        self.look_for_terminals(now);
    }
}

impl Sessions {
    pub(super) fn new(setting: Setting) -> Self {
        Self {
            setting,
            homes: BTreeSet::new(),
            last: BTreeMap::new(),
            located: BTreeMap::new(),
            unlocated: BTreeMap::new(),
            records: BTreeMap::new(),
            opened: BTreeMap::new(),
            held: BTreeMap::new(),
            behind: BTreeMap::new(),
            leaving: BTreeMap::new(),
        }
    }

    /// Reads again what the session of this process says, or the job that it shows.
    fn reread_file(&mut self, pid: u32) {
        let job = viewer::attached_to(pid);
        let is_its_own = |home: &PathBuf| home.join(format!("sessions/{pid}.json")).exists();
        if job.is_none() && !self.homes.iter().any(is_its_own) {
            self.show_no_more(pid);
            return;
        }
        for home in self.homes.clone() {
            let sessions = home.join("sessions");
            let shown = job
                .as_ref()
                .and_then(|job| session_file::job_in(&sessions, job));
            let pid = shown.map_or(pid, |job| job.pid);
            self.look_at(&sessions.join(format!("{pid}.json")), true);
        }
    }

    /// The title of a pane names the job that is shown there.
    fn note_title(&mut self, pid: u32, title: &str) {
        for home in self.homes.clone() {
            let sessions = home.join("sessions");
            let path = sessions.join(format!("{pid}.json"));
            let Some(parked) = session_file::read(&path, pid).and_then(|session| session.parked)
            else {
                continue;
            };
            let before = self.opened.remove(&pid);
            let opened = session_file::opened_by_title(&sessions, &parked, title);
            self.opened.extend(opened.clone().map(|job| (pid, job)));
            if opened != before {
                self.look_at(&path, true);
                let left = before.unwrap_or(parked);
                self.look_at_jobs(&sessions, |job| job.job.as_ref() == Some(&left));
            }
        }
    }

    /// Reads one file and reports what it says, if that is news or `again` asks for it.
    fn look_at(&mut self, path: &Path, again: bool) {
        let Some(pid) = session_file::pid_of_file(path) else {
            return;
        };
        let seen = (self.setting.now)();
        let Some(session) = session_file::read(path, pid) else {
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
        let parked = session.parked.clone();
        let before = self.last.insert(path.to_owned(), session);
        let left = before.and_then(|before| before.parked);
        self.leave(path, left.filter(|left| Some(left) != parked.as_ref()));
    }

    /// Tells of a background job to whoever shows it: the panes that it was moved away from, and those
    /// that it was attached to.
    pub(super) fn tell_viewers(&mut self, path: &Path, job: &Session, seen: Timestamp) {
        let Some(id) = job.job.clone() else { return };
        self.tell_parked(path, &id);
        let viewers = viewers_of(&id, path);
        for viewer in &viewers {
            let Some(start) = start_of(*viewer) else {
                continue;
            };
            match self.located.get(&(*viewer, start)).cloned() {
                Some(pane) => self.tell_viewer(path, job, *viewer, pane, seen),
                None if self.terminal_of(*viewer).is_some() => {
                    self.tell_viewer(path, job, *viewer, None, seen);
                }
                None => self.ask_for_pane(path, *viewer),
            }
        }
        self.tell_behind(path, job, &viewers, seen);
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
        let terminal = self.terminal_of(viewer).filter(|_| pane.is_none());
        if pane.is_none() && terminal.is_none() {
            return;
        }
        let mut reading = job.reading_for(viewer, self.home_of(path), seen);
        (reading.pane, reading.terminal) = (pane, terminal);
        self.report(reading, job.pid, false);
    }

    /// What is no session file any more may have been a job that a pane shows.
    fn forget(&mut self, path: &Path) {
        self.behind.remove(path);
        let Some(session) = self.last.remove(path) else {
            return;
        };
        if let Some(job) = session.job {
            self.records.remove(&session.pid);
            self.tell_parked(path, &job);
        }
        let opened = self.opened.remove(&session.pid);
        self.leave(path, opened);
        self.leave(path, session.parked);
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
        if reading.pane.is_none() && session.attended {
            reading.terminal = self.terminal_of(session.pid);
        }
        reading.prompted = prompted(path, &reading);
        let worker = session.worker(sessions, opened);
        let goes_on = session.level != Level::Idle && opened.is_none();
        self.report(reading, worker, goes_on);
    }

    /// Reports a reading, with what runs below the process `worker` while it waits. That of a job comes
    /// with what explains it, or later; `goes_on`: it was moved in the middle of its turn.
    fn report(&mut self, mut reading: Reading, worker: u32, goes_on: bool) {
        if !self.setting.background && reading.stands_in {
            reading.background = None;
        }
        let viewer = reading.pid.filter(|_| reading.stands_in);
        let Some(viewer) = viewer else {
            return self.report_with_commands(reading, worker);
        };
        if reading.is_shown() && self.is_told_of_another(viewer, &reading) {
            return;
        }
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
            (self.setting.tell)(Report::Event(Box::new(event)));
        }
        if is_known {
            self.report_with_commands(reading, worker);
        }
    }

    /// Whether another pane shows the session that a reading is of, which was told of before: of several the first one
    /// has its row, and what is asked there is asked once.
    fn is_told_of_another(&self, viewer: u32, reading: &Reading) -> bool {
        let is_in_pane = |pid: u32| {
            let mut known = self.located.range((pid, 0)..=(pid, u64::MAX));
            known.any(|(_, pane)| pane.is_some()) || self.terminal_of(pid).is_some()
        };
        let mut others = self.records.iter().filter(|(pid, _)| **pid != viewer);
        others.any(|(pid, record)| record.is_of(reading) && is_in_pane(*pid) && is_alive(*pid))
    }

    fn report_with_commands(&self, reading: Reading, worker: u32) {
        let waits = matches!(reading.level, Level::WaitingApproval | Level::WaitingInput);
        if let Some(pid) = reading.pid.filter(|_| waits) {
            let commands = commands::run_by(worker, reading.seen);
            (self.setting.tell)(Report::Commands(pid, commands));
        }
        (self.setting.tell)(Report::Reading(Box::new(reading)));
    }

    /// The config folder of a session file, when it is not the default one.
    fn home_of<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let home = path.ancestors().nth(2);
        home.filter(|home| Some(*home) != self.setting.default_home.as_deref())
    }

    /// The plain terminal that a process has, as its place, if no multiplexer is around and such ones are wanted.
    fn terminal_of(&self, pid: u32) -> Option<Target> {
        if !self.setting.everywhere || mux::pane_of(pid).is_some() {
            return None;
        }
        outside::place_of_running(pid)
    }

    fn ask_for_pane(&mut self, path: &Path, pid: u32) {
        let told = mux::pane_of(pid).map(|(_, server)| server.socket);
        let own = self.setting.own_socket.clone();
        let sockets: BTreeSet<String> = told.into_iter().chain([own]).collect();
        for socket in sockets {
            let waiting = self.unlocated.entry(socket.clone()).or_default();
            waiting.insert(path.to_owned());
            (self.setting.tell)(Report::Locate(socket));
        }
    }

    /// Looks in a fresh listing for those that show a background job.
    fn locate_viewers(&mut self, path: &Path, job: &Session, listing: &Listing, seen: Timestamp) {
        let id = job.job.as_deref().unwrap_or_default();
        let viewers = viewers_of(id, path);
        for viewer in viewers.iter().copied() {
            let Some(start) = start_of(viewer) else {
                continue;
            };
            let known = self.located.get(&(viewer, start)).cloned().flatten();
            let pane = pane_of(viewer, listing).or(known);
            if pane.is_none() && self.is_asked_elsewhere(path) {
                continue;
            }
            if self.located.len() >= MAX_LOCATED {
                self.located.clear();
            }
            self.located.insert((viewer, start), pane.clone());
            self.tell_viewer(path, job, viewer, pane, seen);
        }
        self.tell_behind(path, job, &viewers, seen);
    }

    /// Whether the process of this file is looked for on another server, too.
    fn is_asked_elsewhere(&self, path: &Path) -> bool {
        self.unlocated.values().any(|paths| paths.contains(path))
    }

    /// Looks in a fresh listing for the processes that wait for it.
    fn locate_in(&mut self, listing: &Listing) {
        for path in self
            .unlocated
            .remove(&listing.server.socket)
            .unwrap_or_default()
        {
            let seen = (self.setting.now)();
            let Some(session) =
                session_file::pid_of_file(&path).and_then(|pid| session_file::read(&path, pid))
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
            if pane.is_none() && self.is_asked_elsewhere(&path) {
                continue;
            }
            if self.located.len() >= MAX_LOCATED {
                self.located.clear();
            }
            self.located.insert((session.pid, start), pane.clone());
            let shown = self.opened.get(&session.pid).or(session.parked.as_ref());
            let shown = shown.cloned();
            if pane.is_some() {
                for paths in self.unlocated.values_mut() {
                    paths.remove(&path);
                }
                self.tell(&path, &session, pane, seen);
                self.last.insert(path.clone(), session);
            }
            // Whether a pane shows it is known now.
            self.leave(&path, shown);
        }
    }
}

/// When the person's last prompt to a session that is idle was written down.
fn prompted(path: &Path, reading: &Reading) -> Option<Timestamp> {
    let is_over = reading.level == Level::Idle && !reading.stands_in;
    let session = reading.instance_id.as_deref().filter(|_| is_over)?;
    turns::prompted(path.ancestors().nth(2)?, session)
}

/// Every process that was started to show the background job `job`, whose session file is at `path`.
fn viewers_of(job: &str, path: &Path) -> Vec<u32> {
    let config = path.ancestors().nth(2);
    config.map_or_else(Vec::new, |config| viewer::viewers_of(job, config))
}

/// The pane of a process: the one it was started in by its own word if that is true, else the one
/// whose process is its nearest ancestor.
fn pane_of(pid: u32, listing: &Listing) -> Option<(Server, PaneId)> {
    let ancestors = process::ancestors(pid);
    let told = mux::pane_of(pid)
        .filter(|(_, server)| *server == listing.server)
        .map(|(pane, _)| pane);
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
            target: Target::Pane(PaneId(id)),
            shown_at: None,
            pid,
            in_view: false,
            dead: false,
            title: String::new(),
            window: None,
        }
    }

    #[test]
    fn a_process_belongs_to_the_pane_of_its_nearest_ancestor_or_to_none() {
        let own = std::process::id();
        let parent = process::stat(own).unwrap().parent;
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
