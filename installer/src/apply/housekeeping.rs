//! Keeping the folder of records in order: what a killed run left, records that are over, copies
//! that no manifest names.

use std::fs;
use std::path::Path;

use super::{Done, Run, Step, write_manifest};
use crate::durable::{self, io_error};
use crate::manifest::{Action, sha256};
use crate::store::{self, MANIFEST, Record};

/// The manifest while it is being written.
const UNFINISHED_MANIFEST: &str = "manifest.new";
/// Records of ended installs that are kept for each settings file.
const KEPT_RECORDS: usize = 5;

impl Run<'_> {
    /// Removes what a killed run left: its temporary file, and a record without a manifest, which it
    /// had not yet acted upon.
    pub(super) fn tidy_up(&self) -> Done {
        let temporary = store::temporary(&self.edit.place.real);
        durable::remove_if_there(&temporary).map_err(io_error("remove", &temporary))?;
        for folder in store::record_folders(&self.plan.installs).unwrap_or_default() {
            if !folder.join(MANIFEST).exists() {
                remove_unfinished(&folder);
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, mut record: Record) -> Done {
        if self.edit.after().is_none() {
            durable::remove_empty(&record.manifest.created_folders);
        }
        self.reached(Step::FoldersRemoved)?;
        record.manifest.ended = Some(self.plan.now);
        write_manifest(&record)?;
        self.reached(Step::Ended)?;
        sweep(&record);
        self.drop_old_records(&record);
        Ok(())
    }

    /// The file is as it should be; only the record may not know yet.
    pub(super) fn settle(&mut self) -> Done {
        let Some(folder) = &self.edit.folder else {
            return Ok(());
        };
        // The record as it is now: somebody else may have worked on it since the plan.
        let Some(mut record) = Record::read(folder).ok().flatten() else {
            return Ok(());
        };
        let place = self.look()?;
        let now = place.found.map(|found| sha256(&found.bytes));
        let manifest = &mut record.manifest;
        let written = manifest.writes.len();
        manifest.forget_writes_that_never_happened(now.as_deref());
        if manifest.writes.is_empty() {
            durable::remove_empty(&manifest.created_folders);
            return fs::remove_dir_all(folder).map_err(io_error("remove", folder));
        }
        if self.plan.action == Action::Uninstall {
            return self.end(record);
        }
        if record.manifest.writes.len() < written {
            write_manifest(&record)?;
        }
        sweep(&record);
        Ok(())
    }

    /// Ended records of the same file: the newest stay.
    fn drop_old_records(&self, ended: &Record) {
        let records = store::records(&self.plan.installs).unwrap_or_default();
        let is_old = |record: &Record| {
            record.manifest.file == ended.manifest.file && record.manifest.ended.is_some()
        };
        let old: Vec<_> = records.into_iter().filter(is_old).collect();
        for record in old.iter().rev().skip(KEPT_RECORDS) {
            let _ = fs::remove_dir_all(&record.folder);
        }
    }
}

/// Removes a record that was killed before it had a manifest. Whatever is not named like ours stays,
/// and its folder with it.
fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let numbered = name.split_once('-').map(|(number, _)| number);
        let is_copy = numbered.is_some_and(|number| number.parse::<usize>().is_ok());
        if is_copy || name == UNFINISHED_MANIFEST {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

/// Removes copies of writes that never happened.
pub(super) fn sweep(record: &Record) {
    let saved = record.manifest.saved();
    let Ok(entries) = fs::read_dir(&record.folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let known = name == MANIFEST || name.to_str().is_some_and(|name| saved.contains(name));
        if !known {
            let _ = fs::remove_file(entry.path());
        }
    }
}
