//! Which pane a Codex session is in.
//!
//! One server may run the hooks of all panes, with the environment of the pane that started it. So
//! The environment's pane counts only where the hook descends from that pane's process and no such server is in
//! between. Else the session is looked for: by its id in a pane's title (the person has to choose
//! that title), else by the screen that was begun to resume it, else by its folder, if only one Codex works
//! there. A session that was found once stays
//! where it is as long as that process lives, and is then looked for by its folder only when somebody
//! asks it something; where two are possible there is none, for a wrong row is worse than no row.

use std::path::Path;

use crate::locate::Whereabouts;
use crate::mux::Pane;
use crate::pane_cache::CacheEntry;
use crate::process::Processes;
use crate::target::{PaneId, Server};

/// As much of a session's id as Codex writes into a title, in bytes.
const TITLE_ID_BYTES: usize = 29;

/// Arguments that make a Codex process something else than a screen on the shared server.
const NO_SCREEN: &[&str] = &[
    "app-server",
    "exec",
    "e",
    "review",
    "mcp",
    "mcp-server",
    "--no-daemon",
];

/// The session whose pane is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its folder.
    pub folder: &'a str,
    /// It has just begun, perhaps in another pane than before.
    pub begins: bool,
    /// The person has given it something to do, so some screen shows it.
    pub is_asked: bool,
}

/// Where a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its pane.
    pub whereabouts: Whereabouts,
    /// The process of its screen, if that is known.
    pub pid: Option<u32>,
}

/// The pane `told` in a hook's environment, if it is that of the Codex which started the hook,
/// `parent`. To be asked at the hook's start: `parent` may be gone when the payload has come.
pub fn own(told: &Whereabouts, parent: u32, processes: &impl Processes) -> Option<Found> {
    is_own(told, parent, processes).then(|| Found {
        whereabouts: told.clone(),
        pid: Some(parent),
    })
}

/// Finds the pane of a `session` whose hook was told none of its [`own`]. `list` asks the multiplexer, once at
/// most; `memo` is what is remembered of the session.
pub fn find(
    session: Session<'_>,
    processes: &impl Processes,
    memo: Option<&CacheEntry>,
    list: impl FnOnce() -> Option<Vec<Pane>>,
) -> Option<Found> {
    let remembered = memo
        .filter(|_| !session.begins)
        .and_then(|memo| recall(memo, processes));
    if remembered.is_some() {
        return remembered;
    }
    // What a session still does whose screen has ended is done on the server alone: another screen in
    // its folder is not its screen.
    let has_lost_its_screen = memo.is_some_and(|memo| memo.recall_line().is_some());
    let is_shown = session.begins || session.is_asked || !has_lost_its_screen;
    let found = look(session, is_shown, processes, &list().unwrap_or_default());
    match (&found, memo) {
        (Some(found), Some(memo)) => keep(found, memo, processes),
        (None, Some(memo)) if session.begins => memo.forget(),
        _ => {}
    }
    found
}

/// The process of the Codex that shows a session which is in no pane: the one that started the hook, `parent`, else,
/// where that is the server which several screens share, the only screen that can be it.
pub fn outside(session: Session<'_>, parent: u32, processes: &impl Processes) -> Option<u32> {
    let is_shared = |pid: &u32| is_server(&processes.arguments(*pid));
    if !processes.ancestors(parent).iter().any(is_shared) {
        return Some(parent);
    }
    let screens = Screen::all(processes, &[]);
    let names_it = |screen: &&Screen| {
        let arguments = processes.arguments(screen.pid);
        arguments.iter().any(|argument| argument == session.id)
    };
    let is_there = |screen: &&Screen| {
        let folder = screen.folder.as_deref();
        folder.is_none_or(|folder| folder == session.folder)
    };
    let named = only(screens.iter().filter(names_it));
    let possible = || only(screens.iter().filter(is_there));
    let screen = named.or_else(possible)?;
    (screen.place.is_none() && screen.folder.is_some()).then_some(screen.pid)
}

/// Whether the hook's environment is that of the session's own pane.
fn is_own(told: &Whereabouts, parent: u32, processes: &impl Processes) -> bool {
    let ancestors = processes.ancestors(parent);
    let until_server = match told {
        Whereabouts::Told(_) | Whereabouts::Process(_) => Some(ancestors.len()),
        Whereabouts::Pane(_, server) => server
            .as_ref()
            .and_then(|server| ancestors.iter().position(|pid| *pid == server.pid)),
    };
    let own = until_server.map(|end| &ancestors[..end]);
    own.is_some_and(|own| !own.iter().any(|pid| is_server(&processes.arguments(*pid))))
}

/// Whether these are the arguments of the server that several screens share.
pub fn is_server(arguments: &[String]) -> bool {
    arguments
        .iter()
        .skip(1)
        .any(|argument| argument == "app-server")
}

fn look(
    session: Session<'_>,
    is_shown: bool,
    processes: &impl Processes,
    panes: &[Pane],
) -> Option<Found> {
    let screens = Screen::all(processes, panes);
    if let Some(pane) = by_title(session.id, panes) {
        let place = (pane.id, pane.server.clone());
        let inside = screens
            .iter()
            .filter(|screen| screen.place.as_ref() == Some(&place));
        return Some(Found {
            whereabouts: Whereabouts::Pane(place.0, Some(place.1.clone())),
            pid: only(inside).map(|screen| screen.pid),
        });
    }
    // A screen that was begun to show just this session does, also while it works on.
    let names_it = |screen: &&Screen| {
        let arguments = processes.arguments(screen.pid);
        arguments.iter().any(|argument| argument == session.id)
    };
    if let Some(screen) = only(screens.iter().filter(names_it))
        && let Some((pane, server)) = screen.place.clone()
    {
        return Some(Found {
            whereabouts: Whereabouts::Pane(pane, Some(server)),
            pid: Some(screen.pid),
        });
    }
    // One whose folder is not known might be the one.
    let possible = screens.iter().filter(|screen| {
        screen
            .folder
            .as_deref()
            .is_none_or(|folder| folder == session.folder)
    });
    let screen = only(possible).filter(|screen| screen.folder.is_some())?;
    if !is_shown && !resumes_the_last(&processes.arguments(screen.pid)) {
        return None;
    }
    let (pane, server) = screen.place.clone()?;
    Some(Found {
        whereabouts: Whereabouts::Pane(pane, Some(server)),
        pid: Some(screen.pid),
    })
}

/// Whether a screen was begun with these arguments to show what was worked at last.
fn resumes_the_last(arguments: &[String]) -> bool {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    has("resume") && has("--last")
}

fn by_title<'a>(session: &str, panes: &'a [Pane]) -> Option<&'a Pane> {
    let id = session.get(..TITLE_ID_BYTES)?;
    only(panes.iter().filter(|pane| pane.title.contains(id)))
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// A running Codex that may show a session of the shared server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Its process.
    pub pid: u32,
    /// The folder it works in, where that can be known.
    pub folder: Option<String>,
    /// Its pane, if it is in one.
    pub place: Option<(PaneId, Server)>,
}

impl Screen {
    /// All of this user; `panes`: those of a server, where the processes do not tell theirs.
    pub fn all(processes: &impl Processes, panes: &[Pane]) -> Vec<Self> {
        let pids = processes.all().into_iter();
        pids.filter_map(|pid| Self::of(pid, processes, panes))
            .collect()
    }

    fn of(pid: u32, processes: &impl Processes, panes: &[Pane]) -> Option<Self> {
        let arguments = processes.arguments(pid);
        if !is_screen(&arguments) {
            return None;
        }
        let ancestors = processes.ancestors(pid);
        let around = ancestors
            .iter()
            .find_map(|ancestor| panes.iter().find(|pane| pane.pid == *ancestor));
        let place = around
            .map(|pane| (pane.id, pane.server.clone()))
            // A pane of another server, which holds it if it descends from that.
            .or_else(|| {
                let told = processes.pane(pid);
                told.filter(|(_, server)| ancestors.contains(&server.pid))
            });
        let folder = processes
            .folder(pid)
            .or_else(|| around.map(|pane| pane.folder.clone()));
        Some(Self {
            pid,
            folder: folder.and_then(|folder| moved(&folder, &arguments)),
            place,
        })
    }
}

fn is_screen(arguments: &[String]) -> bool {
    let program = arguments.first().map(Path::new).and_then(Path::file_name);
    program.is_some_and(|program| program == "codex")
        && !arguments
            .iter()
            .any(|argument| NO_SCREEN.contains(&argument.as_str()))
}

/// The folder that Codex works in when it was started in `folder`.
fn moved(folder: &str, arguments: &[String]) -> Option<String> {
    let mut rest = arguments.iter().skip(1);
    let mut elsewhere = None;
    while let Some(argument) = rest.next() {
        elsewhere = match argument.as_str() {
            "-C" | "--cd" => Some(rest.next()?.as_str()),
            other => other.strip_prefix("--cd=").or(elsewhere),
        };
    }
    let folder = elsewhere.map_or_else(|| folder.into(), |to| Path::new(folder).join(to));
    folder.to_str().map(str::to_owned)
}

/// `<pid> <start> <pane> <server>`
fn keep(found: &Found, memo: &CacheEntry, processes: &impl Processes) {
    let (Some(pid), Whereabouts::Pane(pane, Some(server))) = (found.pid, &found.whereabouts) else {
        return;
    };
    if let Some(start) = processes.start(pid) {
        memo.keep_line(&format!("{pid} {start} {pane} {server}"));
    }
}

fn recall(memo: &CacheEntry, processes: &impl Processes) -> Option<Found> {
    let (line, _) = memo.recall_line()?;
    let mut fields = line.splitn(4, ' ');
    let mut next = || fields.next();
    let (pid, start, pane, server) = (next()?.parse().ok()?, next()?, next()?, next()?);
    let lives = processes.start(pid) == start.parse().ok() && is_screen(&processes.arguments(pid));
    lives.then_some(Found {
        whereabouts: Whereabouts::Pane(pane.parse().ok()?, Some(server.parse().ok()?)),
        pid: Some(pid),
    })
}

#[cfg(test)]
mod tests;
