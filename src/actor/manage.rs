//! Stopping an agent, and starting another one.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::one_line;
use rustix::process::{Pid, Signal, kill_process};

use super::executor::{Executor, Refusal};
use super::started::{self, Note, Seen};
use crate::config::Config;
use crate::hub::protocol::{ActOutcome, ActResult, Located, Start, SystemText};
use crate::launch::{self, Launcher, NotAsked, Site, Stopped, System};
use crate::mux::{Opened, Reach};
use crate::state::Row;
use crate::sys::namespaces::user_of;
use crate::sys::process;

/// How long an assistant may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long a row may take to go that is taken away.
const GOES_WITHIN: Duration = Duration::from_secs(2);

/// Of what is asked for and not there, so much is said, in characters.
const MAX_ITEM_CHARS: usize = 60;

/// How long to wait between two looks at it.
const PAUSE: Duration = Duration::from_millis(20);

/// Which session is to be stopped.
pub(super) struct Meant<'a> {
    /// Its id; `None` where it has none that is known.
    pub(super) instance_id: Option<&'a str>,
    /// Its process, where whoever wants it knew one.
    pub(super) pid: Option<u32>,
}

impl Executor {
    /// Asks the row's process to end, or closes its pane.
    pub(super) fn stop(&self, id: &str, row: &Row, meant: &Meant<'_>, by_pane: bool) -> ActResult {
        if let Some(why) = meant.objection(row) {
            return ActResult::refused(id, why);
        }
        if let Some(why) = self.objection_to_stop(row) {
            return ActResult::refused(id, why);
        }
        let (place, mux) = self.reach.place_of(row);
        if by_pane {
            return match launch::close_pane(&place, &*mux) {
                Ok(()) => ActResult::of(id, ActOutcome::Done, None),
                Err(undone) => ActResult::refused(id, undone.to_string()),
            };
        }
        let system = System {
            mux: &*mux,
            descends: &process::descends,
            terminate: &terminate,
            has_ended: &has_ended,
        };
        match launch::stop(row, &place, &system) {
            Stopped::Ended => ActResult::of(id, ActOutcome::Done, None),
            Stopped::Failed(why) => ActResult::refused(id, why),
            Stopped::OnlyByPane { why, asked } => {
                let outcome = if asked {
                    ActOutcome::Unknown
                } else {
                    ActOutcome::Refused
                };
                let result = ActResult::of(id, outcome, Some(why));
                ActResult {
                    only_by_pane: true,
                    ..result
                }
            }
        }
    }

    /// What came of it that a row of which nothing runs any more was told to go.
    pub(super) fn dismissed(&self, id: &str, row: &Row) -> ActResult {
        let until = Instant::now() + GOES_WITHIN;
        while Instant::now() < until {
            match self.collector.row(&row.id) {
                Ok(None) => return ActResult::of(id, ActOutcome::Done, None),
                Ok(Some(_)) => std::thread::sleep(PAUSE),
                Err(error) => {
                    return ActResult::of(id, ActOutcome::Unknown, Some(error.to_string()));
                }
            }
        }
        let why = "it is still in the list: something has told of it in the same moment".to_owned();
        ActResult::of(id, ActOutcome::Unknown, Some(why))
    }

    /// Starts what that launcher of the settings says.
    pub(super) fn start(&self, id: &str, start: &Start) -> ActResult {
        match self.open(start) {
            Ok((opened, seen)) => {
                let (outcome, why) = seen.told(&opened.target);
                let mut result = ActResult::of(id, outcome, why);
                let pane = opened.pane.parse().ok();
                result.place = opened.target.parse().ok().map(|target| Located {
                    target,
                    server: None,
                    pane,
                });
                result
            }
            Err(why) => ActResult::refused(id, why),
        }
    }

    /// Opens it, and looks what became of it.
    fn open(&self, start: &Start) -> Result<(Opened, Seen), Refusal> {
        let reach = self.reach_of(start);
        let path = start.path.as_ref().map(SystemText::to_os);
        let path = path.or_else(|| reach.path.clone());
        let launcher = self.launcher(&start.launcher, path.as_deref().unwrap_or_default())?;
        let item = start.item.as_deref();
        listed(&launcher, item, path.as_deref().unwrap_or_default())?;
        let folder = folder(start.folder.as_ref())?;
        let launcher = Launcher {
            // What is wanted now counts more than what was written then.
            folder: launcher.folder.filter(|_| folder.is_none()),
            wrap: start.wrap.unwrap_or(launcher.wrap),
            ..launcher
        };
        let home = self.home.clone().map(OsString::from);
        let cwd = folder.map_or_else(|| self::folder(start.cwd.as_ref()), |it| Ok(Some(it)))?;
        let site = Site {
            session: start.session.clone(),
            in_front: start.in_front,
            spot: None,
            cwd: cwd.or_else(|| home.clone()).unwrap_or_else(|| "/".into()),
            home,
            path,
            program: own_program(),
        };
        let note = Note::begin(&self.places.runtime);
        let mux = reach.own();
        let opened = launch::start(&launcher, item, &site, Note::path(note.as_ref()), &*mux);
        let opened = opened.map_err(|undone| undone.to_string());
        opened.map(|opened| {
            let seen = started::look_again(&reach, &opened, note.as_ref());
            (opened, seen)
        })
    }

    /// Which servers are talked to: the hub's owner, and nobody else may start anything, has named hers as
    /// she might in the settings.
    fn reach_of(&self, start: &Start) -> Reach {
        let server = start.server.as_ref();
        server.map_or_else(
            || self.reach.clone(),
            |server| self.reach_at(PathBuf::from(server.to_os())),
        )
    }

    /// The same with the server on `socket` as the own one.
    pub(super) fn reach_at(&self, socket: PathBuf) -> Reach {
        let mut reach = self.reach.clone();
        reach.named.push(socket.clone());
        reach.own_socket = socket;
        reach
    }

    fn launcher(&self, name: &str, path: &OsStr) -> Result<Launcher, Refusal> {
        let config = Config::read(self.places.config.as_deref());
        let config = config.map_err(|error| format!("the settings cannot be used: {error}"))?;
        let all = launch::launchers(&config.launcher, path);
        let named = all.into_iter().find(|launcher| launcher.name == name);
        named.ok_or_else(|| format!("there is no launcher `{name}`"))
    }
}

impl Meant<'_> {
    /// Why `row` is not what is meant.
    pub(super) fn objection(&self, row: &Row) -> Option<&'static str> {
        match (row.instance_id.as_deref(), self.instance_id) {
            (Some(_), None) => return Some("name its session in `instance_id`"),
            (own, meant) if own != meant => return Some("another session has taken its place"),
            _ => {}
        }
        let is_other = self.pid.is_some() && self.pid != row.pid;
        is_other.then_some("another process has taken its place")
    }
}

/// Whether the launcher lists that item now, or none where it lists nothing.
fn listed(launcher: &Launcher, item: Option<&str>, path: &OsStr) -> Result<(), Refusal> {
    let name = &launcher.name;
    match (launcher.names(path), item) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(format!("`{name}` lists nothing to choose from")),
        (Some(Err(why)), _) => Err(why.to_string()),
        (Some(Ok(_)), None) => Err(format!("say which of what `{name}` lists")),
        (Some(Ok(items)), Some(item)) if items.iter().any(|own| own == item) => Ok(()),
        (Some(Ok(_)), Some(item)) => {
            let item = one_line(item, MAX_ITEM_CHARS);
            Err(format!("`{name}` does not list `{item}`"))
        }
    }
}

/// What is started where something is to be wrapped: this program, or whichever has taken its place.
pub(super) fn own_program() -> OsString {
    let own = std::env::current_exe().ok();
    let own = own.filter(|program| program.is_file());
    own.map_or_else(|| "pane-patrol".into(), PathBuf::into_os_string)
}

fn folder(named: Option<&SystemText>) -> Result<Option<OsString>, Refusal> {
    let folder = named.map(SystemText::to_os);
    let is_whole = |folder: &OsString| Path::new(folder).is_absolute();
    match folder {
        Some(folder) if !is_whole(&folder) => Err("a folder is an absolute path".to_owned()),
        folder => Ok(folder),
    }
}

fn terminate(pid: u32) -> Result<(), NotAsked> {
    let ours = rustix::process::geteuid().as_raw();
    if user_of(pid).is_some_and(|user| user != ours) {
        return Err(NotAsked::AnotherUsers);
    }
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(NotAsked::NoNumber)?;
    Ok(kill_process(pid, Signal::TERM)?)
}

fn has_ended(pid: u32) -> bool {
    let until = Instant::now() + FAREWELL;
    while process::lives(pid) {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    true
}
