//! The folder of records, `<state>/installs/<assistant>/`: one folder an install, holding the
//! manifest and the exact bytes that were there before each write. This module reads; `apply` writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::read_whole;

use crate::error::PlanError;
use crate::manifest::{Action, Manifest, sha256};
use crate::target_file::{self, MAX_BYTES};

/// The name of the manifest inside a record.
pub(crate) const MANIFEST: &str = "manifest.json";

/// A record that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
}

/// What was there before the install.
#[derive(Clone, Debug)]
pub(crate) enum Original {
    NoFile,
    Bytes(Vec<u8>),
}

impl Record {
    /// Reads the record in `folder`; `None` when it has no manifest, or a damaged one.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, PlanError> {
        let path = folder.join(MANIFEST);
        let bytes = match read_whole(&path, MAX_BYTES).map_err(io::Error::from) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PlanError::Io { path, source }),
        };
        let folder = folder.to_owned();
        Ok(Manifest::parse(&bytes).map(|manifest| Self { folder, manifest }))
    }

    /// What was there before the first write; `None` when the saved bytes are not what they were.
    pub(crate) fn original(&self) -> Option<Original> {
        let first = self.manifest.writes.first()?;
        let Some(expected) = &first.before else {
            return Some(Original::NoFile);
        };
        let saved = self.folder.join(first.saved.as_ref()?);
        let bytes = read_whole(&saved, MAX_BYTES).ok()?;
        (sha256(&bytes) == *expected).then_some(Original::Bytes(bytes))
    }
}

/// The folders of all records, oldest first. None, when there is no such folder.
pub(crate) fn record_folders(installs: &Path) -> Result<Vec<PathBuf>, PlanError> {
    let fail = |source| PlanError::Io {
        path: installs.to_owned(),
        source,
    };
    let entries = match fs::read_dir(installs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// All records that can be read, oldest first.
pub(crate) fn records(installs: &Path) -> Result<Vec<Record>, PlanError> {
    let folders = record_folders(installs)?;
    let records = folders.iter().map(|folder| Record::read(folder));
    records.filter_map(Result::transpose).collect()
}

/// The record of the install that stands for `file`.
pub(crate) fn standing(installs: &Path, file: &Path) -> Result<Option<Record>, PlanError> {
    let stands = |record: &Record| record.manifest.file == file && record.manifest.ended.is_none();
    Ok(records(installs)?.into_iter().rfind(stands))
}

/// The settings files for which an install stands, by the paths under which they were edited: also
/// those of config folders that are not the present one.
pub fn recorded_files(installs: &Path) -> Result<Vec<PathBuf>, PlanError> {
    let mut files: Vec<PathBuf> = records(installs)?
        .into_iter()
        .filter(|record| record.manifest.ended.is_none())
        .map(|record| record.manifest.file)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// When our entries were last written into `file`, if an install stands for it.
pub fn installed_at(installs: &Path, file: &Path) -> Option<Timestamp> {
    let record = standing(installs, file).ok()??;
    let writes = record.manifest.writes.iter();
    let installs = writes.filter(|write| write.action == Action::Install);
    installs.map(|write| write.at).max()
}

/// The temporary file that takes the settings file's place: always the same name, so that a later
/// run finds what a killed one left.
pub(crate) fn temporary(real: &Path) -> PathBuf {
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    target_file::parent(real).join(format!(".{name}.pane-patrol-new"))
}
