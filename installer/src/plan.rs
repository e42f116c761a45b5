//! What is going to be done, worked out by reading alone: the bytes before and after of every file,
//! and the record that will be kept. A dry run is a plan that nobody applies.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::{Registration, Version};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistant::{Assistant, Location};
use crate::command;
use crate::diff;
use crate::edit::{self, EditError, Origin, Traces};
use crate::entry;
use crate::error::PlanError;
use crate::json::scan::{BOM, Document};
use crate::manifest::{Action, Manifest, Registered, Write, hash, print_version};
use crate::place::{self, Place};
use crate::store::{self, Original, Record};

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

/// What an install shall register.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// pane-patrol's program as it was invoked or found on PATH, not resolved through links.
    pub executable: PathBuf,
    /// The assistant's version; `None` when it could not be found out.
    pub version: Option<Version>,
    /// Whether requests may be answered from the dashboard.
    pub approvals: bool,
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
    pub(crate) place: Place,
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

    /// The file that is written, behind all symbolic links.
    pub fn real_path(&self) -> &Path {
        &self.place.real
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

/// Plans to put our entries into the assistant's settings, or to bring them up to date.
pub fn plan_install(site: &Site, wanted: &Wanted) -> Result<Plan, PlanError> {
    let executable = command::check_executable(&wanted.executable)?;
    let view = View::of(site)?;
    let events: Vec<_> = site
        .assistant
        .events(wanted.version, wanted.approvals)
        .collect();
    let continued = view.record.as_ref().filter(|_| view.has_ours);
    let previous = continued.and_then(|record| record.manifest.created_inside.as_ref());
    let installed = edit::install(&view.text, site.assistant, &events, &executable, previous)
        .map_err(|error| view.error(&error))?;
    let after = Some(installed.text.into_bytes());
    if after.as_deref() != view.bytes() {
        view.check_rights(site)?;
    }
    let mut write = view.write(site, Action::Install, after.as_deref());
    write.only_ours = match continued {
        Some(_) => view.is_untouched(),
        None => !view.has_ours,
    };
    write.registered = Some(registered(wanted, &events));
    view.install_plan(site, after, installed.traces, write)
}

/// Plans to take our entries out: by restoring the original where nothing else has changed since,
/// else by removing what is ours.
pub fn plan_uninstall(site: &Site) -> Result<Plan, PlanError> {
    let view = View::of(site)?;
    let mut notes = Vec::new();
    let after = view.without_ours(site, &mut notes)?;
    notes.extend(view.left_behind(site));
    if after.as_deref() != view.bytes() {
        view.check_rights(site)?;
    }
    let write = view.write(site, Action::Uninstall, after.as_deref());
    view.uninstall_plan(site, after, write, notes)
}

fn registered(wanted: &Wanted, events: &[&Registration]) -> Registered {
    Registered {
        executable: wanted.executable.clone(),
        assistant_version: wanted.version.map(print_version),
        approvals: wanted.approvals,
        events: events.iter().map(|event| event.event.to_owned()).collect(),
    }
}

/// Everything that was read.
struct View {
    place: Place,
    text: String,
    /// Hash of the file as it is; `None` without a file.
    now: Option<String>,
    has_ours: bool,
    /// The standing record, less the writes that never happened.
    record: Option<Record>,
}

impl View {
    fn of(site: &Site) -> Result<Self, PlanError> {
        let place = Place::read(&site.location.settings)?;
        let bytes = place.found.as_ref().map(|found| found.bytes.clone());
        let now = bytes.as_deref().map(hash);
        let text = decode(&place.real, bytes.unwrap_or_default())?;
        let mut record = store::standing(&site.installs, &place.path)?;
        if let Some(record) = &mut record {
            let manifest = &mut record.manifest;
            manifest.forget_writes_that_never_happened(now.as_deref());
        }
        Ok(Self {
            has_ours: has_ours(&text, site.assistant),
            place,
            text,
            now,
            record,
        })
    }

    fn check_rights(&self, site: &Site) -> Result<(), PlanError> {
        if let Some(home) = &site.location.home {
            place::check_folder(home, site.uid)?;
        }
        self.place.check_rights(site.uid)
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.place.found.as_ref().map(|found| &*found.bytes)
    }

    fn error(&self, error: &EditError) -> PlanError {
        syntax_error(&self.place.real, &self.text, error)
    }

    /// A record of an install that took place, and of this very file.
    fn same_file(&self) -> Option<&Record> {
        let took_place = |record: &&Record| {
            !record.manifest.writes.is_empty() && record.manifest.real_file == self.place.real
        };
        self.record.as_ref().filter(took_place)
    }

    fn is_untouched(&self) -> bool {
        self.same_file()
            .is_some_and(|record| record.manifest.is_untouched(self.now.as_deref()))
    }

    fn without_ours(
        &self,
        site: &Site,
        notes: &mut Vec<String>,
    ) -> Result<Option<Vec<u8>>, PlanError> {
        if self.bytes().is_none() {
            return Ok(None);
        }
        if let Some(record) = self.same_file().filter(|_| self.is_untouched()) {
            match record.original() {
                Some(Original::NoFile) => return Ok(None),
                Some(Original::Bytes(bytes)) => return Ok(Some(bytes)),
                None => {}
            }
            notes.push("the backup is damaged; only our entries are removed".into());
        }
        if self.has_ours && self.record.is_none() {
            notes.push(
                "no record of the install was found; our entries are known by their command".into(),
            );
        }
        let origin = match &self.record {
            Some(record) if !record.manifest.writes.is_empty() => record.manifest.origin(),
            _ => Origin::Unknown,
        };
        let text = edit::uninstall(&self.text, site.assistant, origin)
            .map_err(|error| self.error(&error))?;
        Ok(self.unless_created(text))
    }

    /// A file that says nothing without ours becomes what it was before: no file, or a blank one.
    fn unless_created(&self, text: String) -> Option<Vec<u8>> {
        let original = self
            .same_file()
            .filter(|_| self.has_ours && says_nothing(&text))
            .and_then(Record::original);
        match original {
            Some(Original::NoFile) => None,
            Some(Original::Bytes(bytes)) if is_blank(&bytes) => Some(bytes),
            _ => Some(text.into_bytes()),
        }
    }

    fn write(&self, site: &Site, action: Action, after: Option<&[u8]>) -> Write {
        Write {
            at: site.now,
            action,
            pane_patrol: env!("CARGO_PKG_VERSION").to_owned(),
            saved: None,
            before: self.now.clone(),
            after: after.map(hash),
            only_ours: false,
            registered: None,
        }
    }

    fn install_plan(
        self,
        site: &Site,
        after: Option<Vec<u8>>,
        traces: Option<Traces>,
        write: Write,
    ) -> Result<Plan, PlanError> {
        let notes = self.hard_link_note().into_iter().collect();
        let mut fresh = self.fresh_manifest(site);
        let View {
            place,
            record,
            has_ours,
            ..
        } = self;
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
        Plan::of(site, Action::Install, edit, write, notes)
    }

    fn uninstall_plan(
        self,
        site: &Site,
        after: Option<Vec<u8>>,
        write: Write,
        notes: Vec<String>,
    ) -> Result<Plan, PlanError> {
        let mut fresh = self.fresh_manifest(site);
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
        Plan::of(site, Action::Uninstall, edit, write, notes)
    }

    fn fresh_manifest(&self, site: &Site) -> Manifest {
        let place = &self.place;
        let mut manifest =
            Manifest::new(site.assistant.name, place.path.clone(), place.real.clone());
        manifest.link_target.clone_from(&place.link_target);
        let found = place.found.as_ref();
        manifest.mode = found.map(|found| format!("{:04o}", found.mode));
        manifest.created_folders.clone_from(&place.missing_folders);
        manifest
    }

    /// Entries in the file that the settings were a link to at the install and are no longer.
    fn left_behind(&self, site: &Site) -> Option<String> {
        let record = self.record.as_ref()?;
        let real = &record.manifest.real_file;
        let found = place::read_file(real).ok().flatten();
        let text = String::from_utf8(found.filter(|_| *real != self.place.real)?.bytes).ok()?;
        let has_ours = has_ours(&text, site.assistant);
        has_ours.then(|| {
            format!(
                "{}, to which the settings were a link, still holds our entries",
                real.display()
            )
        })
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

impl Plan {
    fn of(
        site: &Site,
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
            installs: site.installs.clone(),
            uid: site.uid,
            now: site.now,
        })
    }
}

pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, PlanError> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let error = EditError {
            offset: good,
            reason: "bytes that are not UTF-8".into(),
        };
        syntax_error(path, &text, &error)
    })
}

pub(crate) fn syntax_error(path: &Path, text: &str, error: &EditError) -> PlanError {
    let before = &text[..error.offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before[line_start..].trim_start_matches(BOM);
    PlanError::Syntax {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        reason: error.reason.clone(),
    }
}

fn has_ours(text: &str, assistant: &Assistant) -> bool {
    Document::parse(text).is_ok_and(|document| !entry::find(&document, assistant).is_empty())
}

fn is_blank(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(edit::is_blank)
}

fn says_nothing(text: &str) -> bool {
    edit::is_blank(text)
        || Document::parse(text).is_ok_and(|document| {
            document.children(Document::ROOT).is_empty()
                && document.raw(Document::ROOT).starts_with('{')
        })
}
