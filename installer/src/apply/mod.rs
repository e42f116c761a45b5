//! Carries a plan out. The contract of the disk:
//!
//! 1. One installer at a time: the folder of records is locked.
//! 2. The exact bytes of before and the manifest are on the disk before anything is changed.
//! 3. The new bytes go into a temporary file beside the real one, with its mode, owner, group, ACL
//!    and extended attributes; one that it cannot be given ends the run.
//! 4. The settings file is read again; if anybody changed it since the plan, nothing is done.
//! 5. One rename (or one removal) is the change: before it the file is the old one, after it the new
//!    one. The disk has it before we say so.
//! 6. A step that fails before the change leaves nothing behind. A process that is killed leaves a
//!    record, or a temporary file, that the next run understands and tidies up.
//!
//! What a rename cannot keep: other names of the same file (the plan points them out).

mod housekeeping;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::read_whole;
use pane_patrol_sys::replace::finish;

use self::housekeeping::sweep;
use crate::durable::{self, Lock, io_error};
use crate::error::ApplyError;
use crate::manifest::Action;
use crate::plan::{Edit, Plan};
use crate::store::{self, MANIFEST, Record};
use crate::target_file::{self, MAX_BYTES, TargetFile};

type Done<T = ()> = Result<T, ApplyError>;

/// A moment between two steps, for tests that kill the process or let the step fail there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The folder of records is there and locked.
    Locked,
    /// Leftovers of a killed run are gone.
    Tidied,
    /// The record's folder is there, empty.
    RecordMade,
    /// The exact bytes of before are saved.
    Saved,
    /// The manifest says what is going to happen.
    Recorded,
    /// The folders for a new file are there.
    FoldersMade,
    /// The temporary file holds the new bytes.
    TemporaryWritten,
    /// It has the mode, owner, group and attributes of the old file.
    TemporaryDressed,
    /// Nobody changed the file in the meantime; the next step is the change.
    Compared,
    /// The change is made.
    Changed,
    /// The disk has it.
    Synced,
    /// The folders that an install had created are gone again.
    FoldersRemoved,
    /// The record says that it is over.
    Ended,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each file that was changed.
    pub changes: Vec<Change>,
}

/// What was done to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The settings file by the path that the assistant uses.
    pub path: PathBuf,
    /// The exact bytes of before; `None` when there was no file.
    pub backup: Option<PathBuf>,
    /// The folder with the backup and the manifest.
    pub record: PathBuf,
    /// Whether the file was removed, because the install had created it.
    pub removed: bool,
}

/// Carries `plan` out. An empty plan only tidies up after a killed run.
pub fn apply(plan: &Plan) -> Result<Report, ApplyError> {
    apply_with(plan, &mut |_| Ok(()))
}

/// As [`apply`], and calls `observe` after each step. An error that it returns is treated as if the
/// next step had failed.
pub fn apply_with(
    plan: &Plan,
    observe: &mut dyn FnMut(Step) -> io::Result<()>,
) -> Result<Report, ApplyError> {
    let mut changes = Vec::new();
    for edit in &plan.edits {
        let mut run = Run {
            plan,
            edit,
            observe,
            undo: Vec::new(),
            changed: false,
        };
        match run.run() {
            Ok(change) => changes.extend(change),
            Err(error) => return Err(run.give_up(error)),
        }
    }
    Ok(Report { changes })
}

/// What takes a step back.
enum Undo {
    RemoveFile(PathBuf),
    RemoveFolder(PathBuf),
    Restore(PathBuf, Vec<u8>),
}

/// One edit being carried out.
struct Run<'a> {
    plan: &'a Plan,
    edit: &'a Edit,
    observe: &'a mut dyn FnMut(Step) -> io::Result<()>,
    undo: Vec<Undo>,
    changed: bool,
}

impl Run<'_> {
    fn run(&mut self) -> Done<Option<Change>> {
        let installs = &self.plan.installs;
        if !self.edit.changes() && !installs.exists() {
            return Ok(None);
        }
        self.make_store(installs)?;
        let _lock = Lock::take(installs, self.plan.uid)?;
        self.reached(Step::Locked)?;
        self.tidy_up()?;
        self.reached(Step::Tidied)?;
        if !self.edit.changes() || self.is_done_already()? {
            self.settle()?;
            return Ok(None);
        }
        self.compare()?;
        let record = self.write_record()?;
        self.change()?;
        self.finish(&record)?;
        Ok(Some(self.report(record)))
    }

    fn make_store(&mut self, installs: &Path) -> Done {
        let (made, result) = durable::make_folders(installs);
        self.undo.extend(made.into_iter().map(Undo::RemoveFolder));
        result.map_err(io_error("create the folder", installs))
    }

    /// Somebody else carried out the same plan before we had the lock.
    fn is_done_already(&self) -> Done<bool> {
        let place = self.look()?;
        let now = place.found.as_ref().map(|found| &*found.bytes);
        Ok(now == self.edit.after() && place.real == self.edit.place.real)
    }

    fn look(&self) -> Done<TargetFile> {
        let path = &self.edit.place.path;
        TargetFile::read(path).map_err(|_| ApplyError::Changed { path: path.clone() })
    }

    /// Refuses when the file is not the one that the plan was made for.
    fn compare(&self) -> Done {
        let (then, now) = (&self.edit.place, self.look()?);
        if now.real == then.real && now.found == then.found {
            return Ok(());
        }
        Err(ApplyError::Changed {
            path: then.path.clone(),
        })
    }

    fn write_record(&mut self) -> Done<Record> {
        self.end_superseded()?;
        let folder = self.record_folder()?;
        self.reached(Step::RecordMade)?;
        let mut manifest = self.edit.manifest.clone();
        let saved = self.save_bytes(&folder, manifest.writes.len())?;
        if let Some(write) = manifest.writes.last_mut() {
            write.saved = saved;
        }
        self.reached(Step::Saved)?;
        let record = Record { folder, manifest };
        let path = record.folder.join(MANIFEST);
        match read_whole(&path, MAX_BYTES) {
            Ok(bytes) => self.undo.push(Undo::Restore(path.clone(), bytes)),
            Err(_) => self.undo.push(Undo::RemoveFile(path.clone())),
        }
        write_manifest(&record)?;
        durable::sync_folder(&self.plan.installs)
            .map_err(io_error("write", &self.plan.installs))?;
        self.reached(Step::Recorded)?;
        Ok(record)
    }

    /// A record whose entries the person has taken out by hand is over.
    fn end_superseded(&self) -> Done {
        let Some(record) = &self.edit.superseded else {
            return Ok(());
        };
        let mut record = record.clone();
        record.manifest.ended = Some(self.plan.now);
        write_manifest(&record)
    }

    fn record_folder(&mut self) -> Done<PathBuf> {
        if let Some(folder) = &self.edit.folder {
            return Ok(folder.clone());
        }
        let folder = make_record_folder(&self.plan.installs, &self.record_name())?;
        self.undo.push(Undo::RemoveFolder(folder.clone()));
        Ok(folder)
    }

    /// The second of the install, as a name that sorts and that every file system takes.
    fn record_name(&self) -> String {
        let time = self.plan.now.to_string();
        let seconds = time.split('.').next().unwrap_or(&time);
        seconds.replace(':', "-") + "Z"
    }

    fn save_bytes(&mut self, folder: &Path, write: usize) -> Done<Option<String>> {
        let Some(bytes) = self.edit.before() else {
            return Ok(None);
        };
        let file = self.edit.place.real.file_name().unwrap_or_default();
        let file = file.to_string_lossy();
        for number in write.. {
            let name = format!("{number}-{file}");
            let path = folder.join(&name);
            match durable::write_new(&path, bytes) {
                Ok(_) => {
                    self.undo.push(Undo::RemoveFile(path));
                    return Ok(Some(name));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io_error("write the backup", &path)(error)),
            }
        }
        Ok(None)
    }

    fn change(&mut self) -> Done {
        match self.edit.after() {
            Some(bytes) => self.replace_file(bytes)?,
            None => self.remove_file()?,
        }
        self.changed = true;
        self.reached(Step::Changed)?;
        let folder = target_file::parent(&self.edit.place.real);
        durable::sync_folder(folder).map_err(io_error("write", folder))?;
        self.reached(Step::Synced)
    }

    fn replace_file(&mut self, bytes: &[u8]) -> Done {
        for folder in &self.edit.place.missing_folders {
            match durable::make_folder(folder) {
                Ok(()) => self.undo.push(Undo::RemoveFolder(folder.clone())),
                // The plan of another file beside this one has made it meanwhile.
                Err(_)
                    if target_file::check_folder(folder, self.plan.uid).is_ok()
                        && folder.is_dir() => {}
                Err(error) => return Err(io_error("create the folder", folder)(error)),
            }
        }
        self.reached(Step::FoldersMade)?;
        let real = &self.edit.place.real;
        let temporary = store::temporary(real);
        let file = durable::write_new(&temporary, bytes).map_err(io_error("write", &temporary))?;
        self.undo.push(Undo::RemoveFile(temporary.clone()));
        self.reached(Step::TemporaryWritten)?;
        match &self.edit.place.found {
            Some(found) => durable::dress(&file, &temporary, found, real)?,
            None => durable::undress(&file, &temporary)?,
        }
        self.reached(Step::TemporaryDressed)?;
        self.compare()?;
        self.reached(Step::Compared)?;
        finish(Ok(()), &temporary, real).map_err(io_error("replace", real))
    }

    fn remove_file(&mut self) -> Done {
        self.compare()?;
        self.reached(Step::Compared)?;
        let real = &self.edit.place.real;
        fs::remove_file(real).map_err(io_error("remove", real))
    }

    /// After the change: an uninstall takes the folders away that the install had created, and ends
    /// the record.
    fn finish(&mut self, record: &Record) -> Done {
        if self.plan.action == Action::Uninstall {
            return self.end(record.clone());
        }
        sweep(record);
        Ok(())
    }

    fn report(&self, record: Record) -> Change {
        let saved = record.manifest.writes.last();
        let saved = saved.and_then(|write| write.saved.as_ref());
        Change {
            path: self.edit.place.path.clone(),
            backup: saved.map(|name| record.folder.join(name)),
            removed: self.edit.after().is_none(),
            record: record.folder,
        }
    }

    fn reached(&mut self, step: Step) -> Done {
        (self.observe)(step).map_err(io_error("go on with", &self.edit.place.real))
    }

    /// Takes back what was done, unless the file was changed already.
    fn give_up(mut self, error: ApplyError) -> ApplyError {
        if self.changed {
            return late(&self.edit.place.path, error);
        }
        for step in self.undo.drain(..).rev() {
            // Each is tried; what cannot be taken back is tidied up by the next run.
            let _ = match step {
                Undo::RemoveFile(path) => fs::remove_file(path),
                Undo::RemoveFolder(path) => fs::remove_dir(path),
                Undo::Restore(path, bytes) => durable::replace(&path, &bytes),
            };
        }
        error
    }
}

fn late(file: &Path, error: ApplyError) -> ApplyError {
    match error {
        ApplyError::Io {
            action,
            path,
            source,
        } => ApplyError::Late {
            file: file.to_owned(),
            action,
            path,
            source,
        },
        other => other,
    }
}

/// Makes a folder that nobody used before; a second one in the same second gets a number.
fn make_record_folder(installs: &Path, name: &str) -> Done<PathBuf> {
    for number in 1_u32.. {
        let folder = match number {
            1 => installs.join(name),
            _ => installs.join(format!("{name}-{number:02}")),
        };
        match durable::make_folder(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io_error("create the folder", &folder)(error)),
        }
    }
    Ok(installs.join(name))
}

fn write_manifest(record: &Record) -> Done {
    let path = record.folder.join(MANIFEST);
    let written = record.manifest.print();
    let written = written.and_then(|bytes| durable::replace(&path, &bytes));
    written.map_err(io_error("write", &path))
}
