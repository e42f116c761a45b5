//! Where Claude Code's settings are, which version it has, and by which path we are called: what the
//! installer has to be told.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_hooks::tmux::bounded_output;
use pane_patrol_installer::{PlanError, Site, Wanted, claude};

use super::Surroundings;

/// How long `claude --version` may take; it usually needs half a second.
const VERSION_BUDGET: Duration = Duration::from_secs(10);

/// Claude's settings and the place of our records; `None` without a state folder.
pub(super) fn claude(surroundings: &Surroundings) -> Result<Option<Site>, PlanError> {
    let config = surroundings.claude_config.as_deref();
    let location = claude::locate(config, surroundings.environment.home.as_deref())?;
    let installs = surroundings
        .places()
        .ok()
        .and_then(|places| places.installs());
    Ok(installs.map(|installs| Site {
        assistant: &claude::CLAUDE,
        location,
        installs: installs.join(claude::CLAUDE.name),
        uid: surroundings.environment.uid,
        now: Timestamp::now(),
    }))
}

/// What to register: this program, with the events of the Claude Code that is on PATH.
pub(super) fn wanted() -> Option<Wanted> {
    Some(Wanted {
        executable: executable()?,
        version: claude_version(),
        approvals: false,
    })
}

fn claude_version() -> Option<Version> {
    let mut command = Command::new("claude");
    command.arg("--version");
    let printed = bounded_output(&mut command, Instant::now() + VERSION_BUDGET)?;
    claude::parse_version(&String::from_utf8_lossy(&printed))
}

/// This program by the path it was called by, not resolved through links: a link that an upgrade
/// moves on is what should be registered.
fn executable() -> Option<PathBuf> {
    let called = PathBuf::from(env::args_os().next()?);
    if called.components().count() > 1 {
        return Some(env::current_dir().ok()?.join(called));
    }
    let found = env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&called))
        .find(|path| path.is_absolute() && path.is_file());
    found.or_else(|| {
        env::current_exe()
            .ok()
            .filter(|path: &PathBuf| Path::new(path).is_file())
    })
}
