//! `start` and `stop`: assistants from launchers, and their polite end.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Surroundings;
use super::rows;
use crate::cli::{StartArgs, StopArgs};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::launch::{self, ENDED, Launcher, Site, Stopped, System};
use crate::messages;
use crate::mux::Opened;
use crate::state::Row;
use crate::sys::namespaces::user_of;
use crate::sys::{process, shell};

/// How long an assistant may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long to wait between two looks at it.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts an assistant, or lists what can be started.
pub(super) fn start(surroundings: &Surroundings, arguments: &StartArgs) -> CommandResult {
    let launchers = launchers(surroundings)?;
    if arguments.list {
        let names = launchers
            .iter()
            .map(|launcher| format!("{}\n", launcher.name));
        messages::raw_result(&names.collect::<Vec<_>>().concat());
        return Ok(());
    }
    let launcher = choose(&launchers, arguments.launcher.as_deref())?;
    let folder = arguments
        .folder
        .as_deref()
        .map(std::path::absolute)
        .transpose();
    let folder =
        folder.map_err(|error| CommandError::new("that folder has no path").caused_by(&error))?;
    let folder = folder.map(OsString::from);
    let launcher = Launcher {
        // What is typed now counts more than what was written then.
        folder: launcher.folder.clone().filter(|_| folder.is_none()),
        ..launcher.clone()
    };
    let started = start_in(surroundings, &launcher, folder, surroundings.tmux.is_some());
    let started = started
        .map_err(|why| CommandError::new(format!("could not start `{}`: {why}", launcher.name)))?;
    let ended = if started.is_there { "" } else { ENDED };
    let name = &launcher.name;
    messages::status(&format!("Started {name} in {}{ended}.", started.target));
    Ok(())
}

fn choose<'a>(launchers: &'a [Launcher], name: Option<&str>) -> Result<&'a Launcher, CommandError> {
    let names: Vec<&str> = launchers
        .iter()
        .map(|launcher| launcher.name.as_str())
        .collect();
    let wrong = match (name, launchers) {
        (Some(name), _) => match launchers.iter().find(|launcher| launcher.name == name) {
            Some(found) => return Ok(found),
            None => format!("there is no launcher `{name}`"),
        },
        (None, [only]) => return Ok(only),
        (None, _) => "which one is to be started?".to_owned(),
    };
    let hint = if names.is_empty() {
        "no assistant is on PATH: name one in `[[launcher]]` of the settings".to_owned()
    } else {
        format!("there are: {}; nothing was started", names.join(", "))
    };
    Err(CommandError::new(wrong).hint(hint).exit(EXIT_USAGE))
}

/// The person's launchers, else the assistants that are found.
pub(super) fn launchers(surroundings: &Surroundings) -> Result<Vec<Launcher>, CommandError> {
    let path = surroundings.path.clone().unwrap_or_default();
    let is_there =
        |name: &str| std::env::split_paths(&path).any(|folder| is_program(&folder.join(name)));
    Ok(launch::launchers(
        &surroundings.config()?.launcher,
        is_there,
    ))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata();
    metadata.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Starts it in `folder`, else in the folder of this process.
pub(super) fn start_in(
    surroundings: &Surroundings,
    launcher: &Launcher,
    folder: Option<OsString>,
    in_front: bool,
) -> Result<Opened, String> {
    let here = || std::env::current_dir().map(OsString::from);
    let home = surroundings.environment.home.as_ref();
    let site = Site {
        session: surroundings.tmux_session.clone(),
        in_front,
        home: home.map(|home| home.clone().into()),
        cwd: folder
            .map_or_else(here, Ok)
            .map_err(|error| error.to_string())?,
        path: surroundings.path.clone(),
    };
    let mux = surroundings.reach().own();
    launch::start(launcher, &site, &*mux).map_err(|undone| undone.to_string())
}

/// Stops an assistant.
pub(super) fn stop(surroundings: &Surroundings, arguments: &StopArgs) -> CommandResult {
    let row = rows::live(surroundings, "stop")?.row(&arguments.target)?;
    let name = format!("{} in {}", row.assistant, row.target);
    let failed = |why: &str| CommandError::new(format!("could not stop {name}: {why}"));
    if arguments.close_pane {
        close_pane(surroundings, &row).map_err(|why| failed(&why))?;
        messages::status(&format!("The pane of {name} is closed."));
        return Ok(());
    }
    match stop_politely(surroundings, &row) {
        Stopped::Ended => messages::status(&format!("Stopped {name}.")),
        Stopped::Failed(why) => return Err(failed(&why)),
        Stopped::OnlyByPane(why) => {
            return Err(failed(&why).hint(format!(
                "`pane-patrol stop --close-pane {}` closes its pane with everything in it",
                shell::shown(&arguments.target)
            )));
        }
    }
    Ok(())
}

/// Asks its process to end and waits for that.
pub(super) fn stop_politely(surroundings: &Surroundings, row: &Row) -> Stopped {
    let (place, mux) = surroundings.reach().place_of(row);
    let system = System {
        mux: &*mux,
        descends: &process::descends,
        terminate: &terminate,
        has_ended: &has_ended,
    };
    launch::stop(row, &place, &system)
}

/// Closes the row's pane with everything in it, or says why not.
pub(super) fn close_pane(surroundings: &Surroundings, row: &Row) -> Result<(), String> {
    let (place, mux) = surroundings.reach().place_of(row);
    launch::close_pane(&place, &*mux)
}

fn terminate(pid: u32) -> Result<(), String> {
    let ours = rustix::process::geteuid().as_raw();
    if user_of(pid).is_some_and(|user| user != ours) {
        return Err("its process is another user's".to_owned());
    }
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or("its process has no number")?;
    kill_process(pid, Signal::TERM).map_err(|error| error.to_string())
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
