//! A file as it stands: its place, its bytes and what the records say of it. What is made of that is a
//! plan; whose file it is, and what ours looks like in it, is for those who ask.

use std::path::Path;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::edit::Traces;
use crate::error::PlanError;
use crate::manifest::{Action, Manifest, Write, sha256};
use crate::plan::{Edit, Keeper, Plan};
use crate::store::{self, Record};
use crate::target_file::{self, TargetFile};

/// What was read of a file and its record.
pub(crate) struct Standing {
    pub(crate) place: TargetFile,
    /// Hash of the file as it is; `None` without a file.
    pub(crate) now: Option<String>,
    /// The standing record, less the writes that never happened.
    pub(crate) record: Option<Record>,
}

impl Standing {
    pub(crate) fn of(file: &Path, installs: &Path) -> Result<Self, PlanError> {
        let place = TargetFile::read(file)?;
        let now = place.found.as_ref().map(|found| sha256(&found.bytes));
        let mut record = store::standing(installs, &place.path)?;
        if let Some(record) = &mut record {
            let manifest = &mut record.manifest;
            manifest.forget_writes_that_never_happened(now.as_deref());
        }
        Ok(Self { place, now, record })
    }

    pub(crate) fn check_rights(&self, home: Option<&Path>, uid: u32) -> Result<(), PlanError> {
        if let Some(home) = home {
            target_file::check_folder(home, uid)?;
        }
        self.place.check_rights(uid)
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.place.found.as_ref().map(|found| &*found.bytes)
    }

    /// Whether an install of ours took place, whatever has become of it.
    pub(crate) fn has_written(&self) -> bool {
        let record = self.record.as_ref();
        record.is_some_and(|record| !record.manifest.writes.is_empty())
    }

    /// A record of an install that took place, and of this very file.
    pub(crate) fn same_file(&self) -> Option<&Record> {
        let took_place = |record: &&Record| {
            !record.manifest.writes.is_empty() && record.manifest.real_file == self.place.real
        };
        self.record.as_ref().filter(took_place)
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.same_file()
            .is_some_and(|record| record.manifest.is_untouched(self.now.as_deref()))
    }

    pub(crate) fn write(&self, at: Timestamp, action: Action, after: Option<&[u8]>) -> Write {
        Write {
            at,
            action,
            pane_patrol: env!("CARGO_PKG_VERSION").to_owned(),
            saved: None,
            before: self.now.clone(),
            after: after.map(sha256),
            only_ours: false,
            registered: None,
        }
    }

    pub(crate) fn install_plan(
        self,
        keeper: &Keeper,
        has_ours: bool,
        after: Option<Vec<u8>>,
        traces: Option<Traces>,
        write: Write,
    ) -> Result<Plan, PlanError> {
        let notes = self.hard_link_note().into_iter().collect();
        let mut fresh = self.fresh_manifest(keeper.name);
        let Self { place, record, .. } = self;
        let (mut manifest, folder, superseded) = match record {
            Some(record) if has_ours => (record.manifest, Some(record.folder), None),
            // Killed before its change: its folder is used again.
            Some(record) if record.manifest.writes.is_empty() => {
                fresh.inherit_folders(&record.manifest);
                (fresh, Some(record.folder), None)
            }
            superseded => {
                if let Some(record) = superseded.as_ref().filter(|_| place.found.is_none()) {
                    fresh.inherit_folders(&record.manifest);
                }
                (fresh, None, superseded)
            }
        };
        manifest.created_inside = traces;
        let edit = Edit {
            place,
            after,
            manifest,
            folder,
            superseded,
        };
        Plan::of(keeper, Action::Install, edit, write, notes)
    }

    pub(crate) fn uninstall_plan(
        self,
        keeper: &Keeper,
        after: Option<Vec<u8>>,
        write: Write,
        notes: Vec<String>,
    ) -> Result<Plan, PlanError> {
        let mut fresh = self.fresh_manifest(keeper.name);
        fresh.created_folders.clear();
        let (manifest, folder) = match self.record {
            Some(record) => (record.manifest, Some(record.folder)),
            None => (fresh, None),
        };
        let edit = Edit {
            place: self.place,
            after,
            manifest,
            folder,
            superseded: None,
        };
        Plan::of(keeper, Action::Uninstall, edit, write, notes)
    }

    fn fresh_manifest(&self, name: &str) -> Manifest {
        let place = &self.place;
        let mut manifest = Manifest::new(name, place.path.clone(), place.real.clone());
        manifest.link_target.clone_from(&place.link_target);
        let found = place.found.as_ref();
        manifest.mode = found.map(|found| format!("{:04o}", found.mode));
        manifest.attributes = found
            .map(|found| found.attributes.print())
            .unwrap_or_default();
        manifest.created_folders.clone_from(&place.missing_folders);
        manifest
    }

    fn hard_link_note(&self) -> Option<String> {
        let found = self.place.found.as_ref()?;
        (found.links > 1).then(|| {
            format!(
                "{} has another name (a hard link), which will keep the bytes of before",
                self.place.real.display()
            )
        })
    }
}
