//! Looks at the place of a settings file before anything is planned: through which links it is
//! reached, what is there, whose it is, and whether its owner allows a change.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use pane_patrol_sys::open::Opening;

use crate::attributes::Attributes;
use crate::error::PlanError;
use crate::flags::Flags;

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;
/// Far more than any settings file has.
pub(crate) const MAX_BYTES: u64 = 16 * 1024 * 1024;
const OWNER_WRITE: u32 = 0o200;

/// A settings file as it was found.
#[derive(Clone, Debug)]
pub(crate) struct TargetFile {
    /// The path by which the assistant knows it.
    pub(crate) path: PathBuf,
    /// Where its first link points, in the link's own words.
    pub(crate) link_target: Option<PathBuf>,
    /// Where the bytes are, behind all links.
    pub(crate) real: PathBuf,
    /// What is there; `None` when there is no file.
    pub(crate) found: Option<Found>,
    /// Folders that do not exist, outermost first.
    pub(crate) missing_folders: Vec<PathBuf>,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    /// Permission bits.
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Extended attributes, with the ACL.
    pub(crate) attributes: Attributes,
    /// What `lsattr` shows of it.
    pub(crate) flags: Flags,
    /// How many names it has.
    pub(crate) links: u64,
}

impl TargetFile {
    /// Reads the file and everything about its place, without judging whose it is.
    pub(crate) fn read(path: &Path) -> Result<Self, PlanError> {
        let path = tidy(path);
        let (real, link_target) = follow_links(&path)?;
        let mut missing = missing_folders(&path)?;
        for folder in missing_folders(&real)? {
            if !missing.contains(&folder) {
                missing.push(folder);
            }
        }
        Ok(Self {
            found: read_file(&real)?,
            path,
            link_target,
            real,
            missing_folders: missing,
        })
    }

    /// Refuses a place that `uid` should not change: a read-only file, or one that belongs to
    /// another user. A folder may also belong to root; for root it must.
    pub(crate) fn check_rights(&self, uid: u32) -> Result<(), PlanError> {
        for folder in [parent(&self.path), parent(&self.real)] {
            check_folder(folder, uid)?;
        }
        let Some(found) = &self.found else {
            return Ok(());
        };
        let is_for_us = found.uid == uid && found.mode & OWNER_WRITE != 0;
        if !is_for_us && self.link_target.is_some() && is_sealed(parent(&self.real)) {
            return Err(PlanError::Managed {
                path: self.path.clone(),
                real: self.real.clone(),
            });
        }
        check_owner(&self.real, found.uid, found.uid == uid, uid)?;
        if found.mode & OWNER_WRITE == 0 {
            return Err(PlanError::ReadOnly {
                path: self.real.clone(),
            });
        }
        Ok(())
    }
}

/// Whether nobody is to make anything in the folder, its owner included: that of a store.
fn is_sealed(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|folder| folder.mode() & OWNER_WRITE == 0)
}

/// The folder of a path; the root's is itself.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Reads a regular file and everything that a file in its place must have; `None` when there is
/// none.
fn read_file(path: &Path) -> Result<Option<Found>, PlanError> {
    let Some((file, bytes, metadata)) = read_open(path)? else {
        return Ok(None);
    };
    let attributes = Attributes::read(&file).map_err(|refused| PlanError::Attribute {
        path: path.to_owned(),
        name: refused.name,
        source: refused.source,
    })?;
    Ok(Some(Found {
        flags: Flags::read(&file),
        bytes,
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        attributes,
        links: metadata.nlink(),
    }))
}

/// Reads the bytes of a regular file; `None` when there is none.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, PlanError> {
    Ok(read_open(path)?.map(|(_, bytes, _)| bytes))
}

fn read_open(path: &Path) -> Result<Option<(File, Vec<u8>, Metadata)>, PlanError> {
    let fail = |source| PlanError::Io {
        path: path.to_owned(),
        source,
    };
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(PlanError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let metadata = file.metadata().map_err(fail)?;
    check_kind(path, &metadata, "a file")?;
    if metadata.len() > MAX_BYTES {
        return Err(PlanError::TooLarge {
            path: path.to_owned(),
            bytes: metadata.len(),
        });
    }
    let mut bytes = Vec::new();
    let mut limited = (&file).take(MAX_BYTES);
    limited.read_to_end(&mut bytes).map_err(fail)?;
    Ok(Some((file, bytes, metadata)))
}

/// Looks before it opens: opening a named pipe would wait for its writer.
fn open_regular(path: &Path) -> Result<File, PlanError> {
    let fail = |source| PlanError::Io {
        path: path.to_owned(),
        source,
    };
    check_kind(path, &fs::metadata(path).map_err(fail)?, "a file")?;
    Opening::to_read().anything(path).map_err(fail)
}

fn check_kind(path: &Path, metadata: &Metadata, expected: &'static str) -> Result<(), PlanError> {
    let kind = metadata.file_type();
    let found = if kind.is_dir() {
        "a folder"
    } else if kind.is_file() {
        "a file"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    if found == expected {
        return Ok(());
    }
    Err(PlanError::WrongKind {
        path: path.to_owned(),
        found,
        expected,
    })
}

/// Refuses a folder (or, if it does not exist, the one it would be made in) of another user.
pub(crate) fn check_folder(folder: &Path, uid: u32) -> Result<(), PlanError> {
    let (existing, metadata) = nearest_existing(folder)?;
    check_kind(&existing, &metadata, "a folder")?;
    let owner = metadata.uid();
    check_owner(&existing, owner, owner == uid || owner == 0, uid)
}

fn check_owner(path: &Path, owner: u32, ours: bool, uid: u32) -> Result<(), PlanError> {
    if ours {
        return Ok(());
    }
    Err(PlanError::NotOurs {
        path: path.to_owned(),
        owner,
        uid,
    })
}

fn nearest_existing(folder: &Path) -> Result<(PathBuf, Metadata), PlanError> {
    for ancestor in folder.ancestors() {
        match fs::metadata(ancestor) {
            Ok(metadata) => return Ok((ancestor.to_owned(), metadata)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                let path = ancestor.to_owned();
                return Err(PlanError::Io { path, source });
            }
        }
    }
    Err(PlanError::Io {
        path: folder.to_owned(),
        source: io::ErrorKind::NotFound.into(),
    })
}

/// The folders of the file that do not exist, outermost first.
fn missing_folders(file: &Path) -> Result<Vec<PathBuf>, PlanError> {
    let folder = parent(file);
    let (existing, _) = nearest_existing(folder)?;
    let missing = folder
        .ancestors()
        .take_while(|ancestor| *ancestor != existing);
    let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
    missing.reverse();
    Ok(missing)
}

/// Follows the links of the last component, each relative one from its own folder. The end of the
/// chain need not exist.
fn follow_links(path: &Path) -> Result<(PathBuf, Option<PathBuf>), PlanError> {
    let mut real = path.to_owned();
    let mut first = None;
    for _ in 0..MAX_LINKS {
        match fs::read_link(&real) {
            Ok(target) => {
                real = tidy(&parent(&real).join(&target));
                first.get_or_insert(target);
            }
            // Not a link, or nothing there.
            Err(error) if is_no_link(&error) => return Ok((real, first)),
            Err(source) => return Err(PlanError::Io { path: real, source }),
        }
    }
    Err(PlanError::LinkLoop {
        path: path.to_owned(),
    })
}

fn is_no_link(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::NotFound
    )
}

/// Without `.` components and doubled slashes. `..` stays: behind a linked folder it leads elsewhere
/// than its text says.
fn tidy(path: &Path) -> PathBuf {
    let is_step = |component: &Component| !matches!(component, Component::CurDir);
    path.components().filter(is_step).collect()
}
