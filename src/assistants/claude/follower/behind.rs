//! Background jobs that nothing shows: `claude --bg`, what was begun in the list of sessions, what its pane
//! was closed on or was left.
//!
//! A job is shown where its session was moved away from a pane, where somebody has opened it from there, and
//! by `claude attach`. As long as it is not known of each of these processes whether it is in a pane, nothing
//! is told: there would be two rows of one session.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Sessions, record, session_file};
use crate::assistants::claude::session_file::Session;
use crate::assistants::facets::session_file::Report;
use crate::sys::process::{is_alive, start_of};

/// A process whose pane has gone ends within this time.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Between two looks for terminals that show a job.
const LOOK: Duration = Duration::from_millis(700);

/// Whether a pane or a terminal shows a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Somewhere,
    /// That has been asked.
    Unknown,
    Nowhere,
}

impl Sessions {
    /// Tells of a job that nothing shows. `viewers`: the processes that were started to show it.
    pub(super) fn tell_behind(
        &mut self,
        path: &Path,
        job: &Session,
        viewers: &[u32],
        seen: Timestamp,
    ) {
        if !self.setting.background || !job.is_background {
            return;
        }
        match self.is_shown(path, job, viewers) {
            Shown::Nowhere => {
                if let Some(start) = start_of(job.pid) {
                    let reading = job.reading_behind(start, self.home_of(path), seen);
                    self.report(reading, job.pid, false);
                }
                if self.setting.everywhere {
                    self.behind.insert(path.to_owned(), Instant::now() + LOOK);
                }
            }
            Shown::Somewhere => {
                self.behind.remove(path);
                self.records.remove(&job.pid);
                self.held.remove(&job.pid);
            }
            Shown::Unknown => {}
        }
    }

    fn is_shown(&mut self, path: &Path, job: &Session, viewers: &[u32]) -> Shown {
        let sessions = path.parent().unwrap_or(path);
        let shows = |session: &Session| {
            let opened = self.opened.get(&session.pid);
            opened.or(session.parked.as_ref()) == job.job.as_ref()
        };
        let parked = session_file::parked_in(sessions).into_iter().filter(shows);
        let parked: Vec<u32> = parked.map(|session| session.pid).collect();
        let parked = parked.into_iter().map(|pid| (pid, file_of(sessions, pid)));
        let viewers = viewers.iter().map(|pid| (*pid, path.to_owned()));
        let mut known = Shown::Nowhere;
        for (pid, asked_by) in parked.chain(viewers) {
            let Some(start) = start_of(pid) else { continue };
            match self.located.get(&(pid, start)) {
                Some(Some(_)) => return Shown::Somewhere,
                _ if self.terminal_of(pid).is_some() => return Shown::Somewhere,
                Some(None) => {}
                None => {
                    self.ask_for_pane(&asked_by, pid);
                    known = Shown::Unknown;
                }
            }
        }
        known
    }

    /// Looks whether somebody shows a job now in a plain terminal.
    pub(super) fn look_for_terminals(&mut self, now: Instant) {
        let due = self.behind.iter().filter(|(_, due)| **due <= now);
        let due: Vec<PathBuf> = due.map(|(path, _)| path.clone()).collect();
        for path in due {
            self.behind.remove(&path);
            let job =
                session_file::pid_of_file(&path).and_then(|pid| session_file::read(&path, pid));
            let Some(job) = job.filter(|job| job.living_process().is_some()) else {
                continue;
            };
            let viewers = super::viewers_of(job.job.as_deref().unwrap_or_default(), &path);
            if viewers.iter().any(|pid| self.terminal_of(*pid).is_some()) {
                self.tell_viewers(&path, &job, (self.setting.now)());
            } else {
                self.behind.insert(path, now + LOOK);
            }
        }
    }

    /// When to look again whether one whose row has gone has ended.
    pub(super) fn next_farewell(&self) -> Option<Instant> {
        let any = !self.leaving.is_empty();
        any.then(|| Instant::now() + record::PAUSE)
    }

    /// Looks what became of what those have shown whose rows have gone, as each of them ends.
    pub(super) fn say_farewell(&mut self, now: Instant) {
        let (ended, stays): (BTreeMap<_, _>, _) = std::mem::take(&mut self.leaving)
            .into_iter()
            .partition(|(pid, _)| !is_alive(*pid));
        self.leaving = stays;
        self.leaving.retain(|_, since| now < *since + ENDS_WITHIN);
        for pid in ended.into_keys() {
            self.reread_file(pid);
        }
    }

    /// The process, which was attached to a job, has ended or shows the list of all now.
    pub(super) fn show_no_more(&mut self, pid: u32) {
        let Some(record) = self.records.remove(&pid) else {
            return;
        };
        if is_alive(pid) {
            let reading = session_file::elsewhere(pid, (self.setting.now)());
            (self.setting.tell)(Report::Reading(Box::new(reading)));
        }
        let Some(session) = record.session() else {
            return;
        };
        for home in self.homes.clone() {
            self.look_at_jobs(&home.join("sessions"), |job| job.is(session));
        }
    }

    /// The session at `path` may show `job` no more.
    pub(super) fn leave(&mut self, path: &Path, job: Option<String>) {
        let (Some(job), Some(sessions)) = (job, path.parent()) else {
            return;
        };
        self.look_at_jobs(sessions, |it| it.job.as_ref() == Some(&job));
    }

    /// Looks again at the jobs of a folder that are meant.
    pub(super) fn look_at_jobs(&mut self, sessions: &Path, is_meant: impl Fn(&Session) -> bool) {
        let jobs = session_file::jobs_in(sessions);
        for job in jobs.iter().filter(|job| is_meant(job)) {
            let path = file_of(sessions, job.pid);
            self.tell_viewers(&path, job, (self.setting.now)());
        }
    }
}

fn file_of(sessions: &Path, pid: u32) -> PathBuf {
    sessions.join(format!("{pid}.json"))
}
