//! What is going to be done, worked out by reading alone: the bytes before and after of every file,
//! and the record that will be kept. A dry run is a plan that nobody applies.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistant::{Assistant, Location};
use crate::diff;
use crate::error::PlanError;
use crate::manifest::{Action, Manifest, Write};
use crate::store::Record;
use crate::target_file::TargetFile;
use crate::toml::Setting;

/// Whose settings are edited, where, and by whom. Everything that a plan may know of the world
/// beside the files themselves.
#[derive(Clone, Debug)]
pub struct Site {
    /// The assistant.
    pub assistant: &'static Assistant,
    /// Its settings file.
    pub location: Location,
    /// Folder of this assistant's backups and manifests: `<state>/installs/<assistant>`.
    pub installs: PathBuf,
    /// The user.
    pub uid: u32,
    /// What the clock says.
    pub now: Timestamp,
}

/// Who keeps the record of a change: under which name, where, for which user, and when.
pub(crate) struct Keeper<'a> {
    /// The name in the manifest.
    pub(crate) name: &'a str,
    /// The folder of records.
    pub(crate) installs: &'a Path,
    pub(crate) uid: u32,
    pub(crate) now: Timestamp,
}

impl Site {
    /// Who keeps the record of it.
    pub(crate) fn keeper(&self) -> Keeper<'_> {
        Keeper {
            name: self.assistant.name,
            installs: &self.installs,
            uid: self.uid,
            now: self.now,
        }
    }
}

/// What an install shall register.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// pane-patrol's program as it was invoked or found on PATH, not resolved through links.
    pub executable: PathBuf,
    /// The assistant's version; `None` when it could not be found out.
    pub version: Option<Version>,
    /// Whether requests may be answered from the dashboard.
    pub approvals: bool,
    /// Whether sessions are to be heard that run in no multiplexer, too.
    pub everywhere: bool,
    /// Single settings, for a file that takes those.
    pub settings: Vec<Setting>,
}

/// An intended change.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) action: Action,
    pub(crate) edits: Vec<Edit>,
    pub(crate) installs: PathBuf,
    pub(crate) uid: u32,
    pub(crate) now: Timestamp,
    notes: Vec<String>,
}

/// One file's part of a plan.
#[derive(Clone, Debug)]
pub struct Edit {
    pub(crate) place: TargetFile,
    pub(crate) after: Option<Vec<u8>>,
    /// The record as it will be, without the write itself where there is none.
    pub(crate) manifest: Manifest,
    /// The record's folder, if it exists already.
    pub(crate) folder: Option<PathBuf>,
    /// An earlier record that no longer stands.
    pub(crate) superseded: Option<Record>,
}

impl Edit {
    /// The settings file by the path that the assistant uses.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// The bytes that are there; `None` without a file.
    pub fn before(&self) -> Option<&[u8]> {
        self.place.found.as_ref().map(|found| &*found.bytes)
    }

    /// The bytes that will be there; `None` when there will be no file.
    pub fn after(&self) -> Option<&[u8]> {
        self.after.as_deref()
    }

    /// Whether the file's bytes will differ.
    pub fn changes(&self) -> bool {
        self.before() != self.after()
    }
}

impl Plan {
    /// Installing or uninstalling.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Each file's part, also of files that stay as they are.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Whether every file stays as it is. Applying such a plan tidies up after a killed run.
    pub fn is_empty(&self) -> bool {
        !self.edits.iter().any(Edit::changes)
    }

    /// What the person should know beside the diff, a sentence fragment each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The change as a unified diff, one section a file; empty when nothing changes. Control
    /// characters are shown escaped, so that no file can draw on the terminal.
    pub fn diff(&self) -> String {
        self.edits
            .iter()
            .map(|edit| diff::unified(edit.path(), edit.before(), edit.after()))
            .collect()
    }
}

impl Plan {
    pub(crate) fn of(
        keeper: &Keeper,
        action: Action,
        mut edit: Edit,
        write: Write,
        notes: Vec<String>,
    ) -> Result<Self, PlanError> {
        if edit.changes() {
            edit.manifest.writes.push(write);
            // What cannot be recorded is not begun.
            edit.manifest.print().map_err(|source| PlanError::Io {
                path: edit.place.path.clone(),
                source,
            })?;
        }
        Ok(Self {
            action,
            notes: if edit.changes() { notes } else { Vec::new() },
            edits: vec![edit],
            installs: keeper.installs.to_owned(),
            uid: keeper.uid,
            now: keeper.now,
        })
    }
}
