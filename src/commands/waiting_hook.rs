//! Whether a session asks us before it asks the person. Only then can a rule or the person's trust answer
//! for it: to say that a row is trusted whose assistant asks nobody would be a lie.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::status::{Registered, Status, status};
use pane_patrol_installer::{Assistant, Location};
use thiserror::Error;

use super::Context;
use super::install::site;
use crate::assistants::facets::doctor::{Look, Obstacle};
use crate::assistants::running::{Running, Session, Variables};
use crate::assistants::{self, asking_install};
use crate::state::Row;

/// Why nobody asks us.
#[derive(Debug, Error)]
pub(super) enum NotAsked {
    /// No entry of ours waits for an answer.
    #[error("{title} asks only you there; {install} changes that")]
    NoHook {
        /// The assistant's name for people.
        title: &'static str,
        /// The command that has it ask us.
        install: String,
    },
    /// The entry is there, and the assistant runs no hook.
    #[error("its hooks do not run, {seen}: {fix}")]
    NotRun {
        /// What was seen.
        seen: String,
        /// What to do.
        fix: String,
    },
    /// The entry is there, and what it names cannot be run.
    #[error("its hook names {}, which cannot be run; {install} mends that", .program.display())]
    NoProgram {
        /// What it names.
        program: PathBuf,
        /// The command that has it ask us.
        install: String,
    },
    /// The settings say nothing.
    #[error("its settings cannot be read: {0}")]
    Unreadable(String),
}

/// Whether the session in `row` asks us: by the settings it runs with, or, where those are not on this
/// machine's disk as we see it, because it has asked since they were last changed.
pub(super) fn asks_us(context: &Context, row: &Row) -> Result<(), NotAsked> {
    let home = row.home.as_ref().map(PathBuf::from);
    let no_assistant = || NotAsked::Unreadable("it has none that we know".to_owned());
    let assistant = Assistant::find(row.assistant.as_str()).ok_or_else(no_assistant)?;
    let by_home = |name: &str| {
        if Some(name) == assistant.variable() {
            return home.clone();
        }
        context.assistant_folders.get(name).cloned()
    };
    let location = assistant.locate(&by_home);
    let location = location.map_err(|error| NotAsked::Unreadable(error.to_string()))?;
    let install = asking_install(assistant, home.as_deref(), row.target.process().is_some());
    let why = match status(assistant, &location, None) {
        Status::Installed(found) | Status::Partly(found) if found.approvals => {
            let looked_at = running_in(assistant, &location, row);
            let stops = what_stops(assistant, &location, &found, &looked_at);
            return stops.map_or_else(
                || runs(&found, install),
                |Obstacle { seen, fix, .. }| Err(NotAsked::NotRun { seen, fix }),
            );
        }
        Status::Unreadable(error) => NotAsked::Unreadable(error.to_string()),
        _ => NotAsked::NoHook {
            title: assistant.title,
            install,
        },
    };
    if has_asked(assistant, row, changed(&location.settings)) {
        return Ok(());
    }
    Err(why)
}

/// What keeps the assistant from running what is `registered`, by all settings that count, in every
/// session that is `running`: of one, in that; of none, wherever one begins.
pub(super) fn what_stops(
    assistant: &'static Assistant,
    location: &Location,
    registered: &Registered,
    running: &Running,
) -> Option<Obstacle> {
    let settings = &location.settings;
    let looked = assistants::named(assistant.name)?.look(&Look {
        settings,
        registered: Some(registered),
        running,
        version: site::version(assistant),
    });
    let mut all = looked.all_obstacles(registered, settings).into_iter();
    all.find(Obstacle::stops_all)
}

/// The row's own session; where its process cannot be looked at, what the row tells of it.
fn running_in(assistant: &Assistant, location: &Location, row: &Row) -> Running {
    let mut running = assistants::running::running(assistant, location);
    let (Some(pane), Some(server)) = (row.pane, row.server.clone()) else {
        return Running::default();
    };
    let is_its = |session: &Session| session.pane == pane && session.server == server;
    running.sessions.retain(is_its);
    if running.sessions.is_empty() {
        running.sessions.push(Session {
            pane,
            server,
            start: row.since,
            folder: row.cwd.clone(),
            reports_to: Variables::new(),
            switches: Variables::new(),
        });
    }
    running
}

/// Whether the entry runs something.
fn runs(found: &Registered, install: String) -> Result<(), NotAsked> {
    let can_run = |path: &&PathBuf| {
        let found = path.metadata();
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    match found.executables.iter().find(|path| !can_run(path)) {
        Some(program) => Err(NotAsked::NoProgram {
            program: program.clone(),
            install,
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
fn has_asked(assistant: &Assistant, row: &Row, changed: Option<Timestamp>) -> bool {
    // Only the hook that waits for an answer tells of this event.
    let Some(asking) = assistant.adapter.asking() else {
        return false;
    };
    row.evidence.iter().any(|piece| {
        piece.source == Source::Hook
            && piece.what.starts_with(asking.event)
            && changed.is_none_or(|changed| changed < piece.at)
    })
}
