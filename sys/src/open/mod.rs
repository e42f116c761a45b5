//! Opening what somebody else may have put there: a link to elsewhere, a pipe without an end, a folder,
//! a device, another file a moment later.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use thiserror::Error;

/// Why a file was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The system refused; a link where none is followed is `ELOOP`.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is a folder, a pipe or a device.
    #[error("it is no regular file")]
    NotRegular,
    /// It is longer than is read.
    #[error("it is longer than {max} bytes")]
    TooLong {
        /// What is read at most, in bytes.
        max: u64,
    },
}

impl From<OpenError> for io::Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(error) => error,
            OpenError::NotRegular | OpenError::TooLong { .. } => {
                Self::new(io::ErrorKind::InvalidInput, error)
            }
        }
    }
}

/// How something is opened: never waiting for the other end of a pipe, never kept by a child. What else
/// holds is said by each method; without it links are followed.
#[derive(Clone, Debug)]
pub struct Opening {
    options: OpenOptions,
    flags: OFlags,
}

impl Opening {
    fn new() -> Self {
        Self {
            options: OpenOptions::new(),
            flags: OFlags::NONBLOCK,
        }
    }

    /// For reading.
    pub fn to_read() -> Self {
        let mut opening = Self::new();
        opening.options.read(true);
        opening
    }

    /// For writing, each time at the end.
    pub fn to_append() -> Self {
        let mut opening = Self::new();
        opening.options.append(true);
        opening
    }

    /// For writing at its beginning; what it holds stays.
    pub fn to_write() -> Self {
        let mut opening = Self::new();
        opening.options.write(true);
        opening
    }

    /// For reading and writing; what it holds stays.
    pub fn to_update() -> Self {
        let mut opening = Self::to_write();
        opening.options.read(true);
        opening
    }

    /// A link is refused. For names in folders of ours, and where a link is a thing of its own; the
    /// person may have linked whatever else she likes.
    #[must_use]
    pub fn no_link(mut self) -> Self {
        self.flags |= OFlags::NOFOLLOW;
        self
    }

    /// A terminal does not become ours. For a process that may lead a session, as assistants start
    /// their hooks.
    #[must_use]
    pub fn no_terminal(mut self) -> Self {
        self.flags |= OFlags::NOCTTY;
        self
    }

    /// Waits for the other end of a pipe. For folders in which only we can put one.
    #[must_use]
    pub fn may_wait(mut self) -> Self {
        self.flags -= OFlags::NONBLOCK;
        self
    }

    /// Made when it is not there, so that only its owner may read and write it.
    #[must_use]
    pub fn or_make_private(mut self) -> Self {
        self.options.create(true).mode(0o600);
        self
    }

    /// Opens a regular file, and nothing else.
    ///
    /// # Errors
    /// The system refuses, or something else has that name.
    pub fn regular(&self, path: &Path) -> Result<Regular, OpenError> {
        let file = self.anything(path)?;
        // Of what was opened: the name may lead to another one by now.
        let about = file.metadata()?;
        if about.is_file() {
            Ok(Regular { file, about })
        } else {
            Err(OpenError::NotRegular)
        }
    }

    /// Opens whatever stands there, for a caller that looks at it, or whose own folder it is.
    ///
    /// # Errors
    /// The system refuses.
    pub fn anything(&self, path: &Path) -> io::Result<File> {
        let mut options = self.options.clone();
        options.custom_flags(self.flags.bits().cast_signed());
        options.open(path)
    }
}

/// A regular file that is open.
#[derive(Debug)]
pub struct Regular {
    /// The file.
    pub file: File,
    /// What it was when it was opened.
    pub about: Metadata,
}

impl Regular {
    /// Its content from where it stands, at most `max` bytes.
    ///
    /// # Errors
    /// The system refuses.
    pub fn read(self, max: u64) -> io::Result<Vec<u8>> {
        let expected = usize::try_from(self.about.len().min(max)).unwrap_or_default();
        let mut bytes = Vec::with_capacity(expected);
        // It may have become longer.
        self.file.take(max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Its last `max` bytes, counted from where it ended when it was opened.
    ///
    /// # Errors
    /// The system refuses.
    pub fn read_end(mut self, max: u64) -> io::Result<Vec<u8>> {
        let from = self.about.len().saturating_sub(max);
        self.file.seek(SeekFrom::Start(from))?;
        self.read(max)
    }
}

/// The whole content of a regular file of at most `max` bytes; links are followed.
///
/// # Errors
/// The system refuses, something else has that name, or it is longer.
pub fn read_whole(path: &Path, max: u64) -> Result<Vec<u8>, OpenError> {
    let opened = Opening::to_read().regular(path)?;
    // What it says of itself may be old by now, and some say nothing.
    let bytes = opened.read(max.saturating_add(1))?;
    if bytes.len() as u64 > max {
        return Err(OpenError::TooLong { max });
    }
    Ok(bytes)
}

/// The same of a text.
///
/// # Errors
/// Those, or it is no UTF-8.
pub fn read_text(path: &Path, max: u64) -> Result<String, OpenError> {
    let text = String::from_utf8(read_whole(path, max)?);
    text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()).into())
}

/// Whether `path` is still the name of `file`, and no link to it.
pub fn is_at(path: &Path, file: &File) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(here), Ok(there)) => (here.dev(), here.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
