//! Where an assistant's settings are, which version it has, and by which path we are called: what the
//! installer has to be told.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::{Assistant, PlanError, Site, Wanted, parse_version};

use crate::commands::Context;
use crate::commands::program::{executable, on_path};
use crate::sys::child;

/// How long an assistant may take to tell its version; it usually needs half a second.
const VERSION_BUDGET: Duration = Duration::from_secs(10);

/// An assistant's settings and the place of our records; `None` without a state folder.
pub(in crate::commands) fn of(
    context: &Context,
    assistant: &'static Assistant,
) -> Result<Option<Site>, PlanError> {
    let location = assistant.locate(&|name| context.assistant_folders.get(name).cloned())?;
    let installs = context.places().installs();
    Ok(installs.map(|installs| Site {
        assistant,
        location,
        installs: installs.join(assistant.name),
        uid: context.environment.uid,
        now: Timestamp::now(),
    }))
}

/// What to register with `assistant`: this program, with the events of the version on PATH.
pub(in crate::commands) fn wanted(assistant: &'static Assistant) -> Option<Wanted> {
    Some(Wanted {
        executable: executable()?,
        version: version(assistant),
        approvals: false,
        everywhere: false,
        settings: Vec::new(),
    })
}

/// The version of an assistant, where what is registered depends on it.
pub(in crate::commands) fn version(assistant: &'static Assistant) -> Option<Version> {
    let depends = assistant.adapter.registrations.iter();
    if !depends.clone().any(|event| event.since.is_some()) {
        return None;
    }
    let mut command = child::ours(assistant.program, child::ASSISTANT);
    command.arg("--version");
    // It may be found, or choose its version, by its own folder.
    let own = assistant.own_variables();
    command.envs(own.filter_map(|name| Some((name, env::var_os(name)?))));
    let printed = child::printed(&mut command, child::ANSWER, Instant::now() + VERSION_BUDGET)?;
    parse_version(&String::from_utf8_lossy(&printed))
}

/// Whether the assistant's program is on PATH.
pub(in crate::commands) fn is_found(assistant: &Assistant) -> bool {
    let can_run = |path: &PathBuf| {
        let found = path.metadata();
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    on_path(Path::new(assistant.program)).any(|path| can_run(&path))
}
