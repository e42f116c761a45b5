//! Whether a session asks us before it asks the person. Only then can a rule or the person's trust answer
//! for it: to say that a row is trusted whose assistant asks nobody would be a lie.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::CLAUDE;
use pane_patrol_installer::status::{Registered, Status, status};
use thiserror::Error;

use super::Surroundings;
use crate::state::Row;

/// Only the hook that waits for an answer tells of this event.
const ASKING: &str = "PermissionRequest";

/// Why nobody asks us.
#[derive(Debug, Error)]
pub(super) enum NotAsked {
    /// No entry of ours waits for an answer.
    #[error("Claude Code asks only you there; {} changes that", install(.home.as_deref()))]
    NoHook {
        /// The session's config folder, when it is not the default one.
        home: Option<PathBuf>,
    },
    /// The entry is there, and Claude runs no hook.
    #[error("its hooks are switched off: take `disableAllHooks` out of {}", .settings.display())]
    SwitchedOff {
        /// Where.
        settings: PathBuf,
    },
    /// The entry is there, and what it names cannot be run.
    #[error("its hook names {}, which cannot be run; {} mends that", .program.display(), install(.home.as_deref()))]
    NoProgram {
        /// What it names.
        program: PathBuf,
        /// The session's config folder, when it is not the default one.
        home: Option<PathBuf>,
    },
    /// The settings say nothing.
    #[error("its settings cannot be read: {0}")]
    Unreadable(String),
}

/// The command that has Claude ask us.
fn install(home: Option<&Path>) -> String {
    let command = "pane-patrol install --assistant claude --approvals";
    match home {
        Some(home) => format!("`CLAUDE_CONFIG_DIR='{}' {command}`", home.display()),
        None => format!("`{command}`"),
    }
}

/// Whether the session in `row` asks us: by the settings it runs with, or, where those are not on this
/// machine's disk as we see it, because it has asked since they were last changed.
pub(super) fn asks_us(surroundings: &Surroundings, row: &Row) -> Result<(), NotAsked> {
    let home = row.home.as_ref().map(PathBuf::from);
    let by_home = |name: &str| match (name, &home) {
        ("CLAUDE_CONFIG_DIR", home) => home.clone(),
        _ => surroundings.assistant_folders.get(name).cloned(),
    };
    let location = CLAUDE.locate(&by_home);
    let location = location.map_err(|error| NotAsked::Unreadable(error.to_string()))?;
    let why = match status(&CLAUDE, &location, None) {
        Status::Installed(found) | Status::Partly(found) if found.approvals => {
            return runs(&found, &location.settings, home);
        }
        Status::Unreadable(error) => NotAsked::Unreadable(error.to_string()),
        _ => NotAsked::NoHook { home },
    };
    if has_asked(row, changed(&location.settings)) {
        return Ok(());
    }
    Err(why)
}

/// Whether Claude runs the entry, and the entry something.
fn runs(found: &Registered, settings: &Path, home: Option<PathBuf>) -> Result<(), NotAsked> {
    if found.switched_off {
        let settings = settings.to_owned();
        return Err(NotAsked::SwitchedOff { settings });
    }
    let can_run = |path: &&PathBuf| {
        let found = path.metadata();
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    match found.executables.iter().find(|path| !can_run(path)) {
        Some(program) => Err(NotAsked::NoProgram {
            program: program.clone(),
            home,
        }),
        None => Ok(()),
    }
}

fn changed(settings: &Path) -> Option<Timestamp> {
    let modified = settings.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros())
        .ok()
        .map(Timestamp::from_micros)
}

/// Whether the row's own hook has told of a request it waits for, after `changed`.
fn has_asked(row: &Row, changed: Option<Timestamp>) -> bool {
    row.evidence.iter().any(|piece| {
        piece.source == Source::Hook
            && piece.what.starts_with(ASKING)
            && changed.is_none_or(|changed| changed < piece.at)
    })
}
