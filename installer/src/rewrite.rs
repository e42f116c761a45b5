//! Rewriting a file that other programs write, too, so that no write is lost.
//!
//! Reading, comparing and replacing are three steps, and between any two of them another program may write. So
//! the new content changes names with the old one ([`exchange`]), and what it has displaced is looked at then: if
//! that is not what was read, it gets its name back, before anybody has waited for it.

use std::io;
use std::path::Path;

use pane_patrol_sys::open::read_whole;
use pane_patrol_sys::replace::{exchange, finish};

use crate::durable::{dress, io_error, remove_if_there, write_new};
use crate::error::{ApplyError, PlanError};
use crate::store::temporary;
use crate::target_file::{Found, MAX_BYTES, TargetFile};

/// A file as it was read.
#[derive(Debug)]
pub struct Original {
    place: TargetFile,
    found: Found,
}

impl Original {
    /// Reads a file through links; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> Result<Option<Self>, PlanError> {
        let place = TargetFile::read(path)?;
        let found = place.found.clone();
        Ok(found.map(|found| Self { place, found }))
    }

    /// Its content.
    pub fn bytes(&self) -> &[u8] {
        &self.found.bytes
    }

    /// Refuses a file that is not to be changed by that user.
    ///
    /// # Errors
    /// It is read-only, or another user's, or in another user's folder.
    pub fn check_rights(&self, uid: u32) -> Result<(), PlanError> {
        self.place.check_rights(uid)
    }

    /// Puts `bytes` in its place, with its mode, owner and attributes. Nobody else may do the same to it at the
    /// same time: the temporary file has the same name each time, so that none is left behind for good.
    ///
    /// # Errors
    /// It is not the file any more that was read ([`ApplyError::Changed`]), or the system refuses: then it is as
    /// others have written it.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), ApplyError> {
        let (real, new) = (&self.place.real, temporary(&self.place.real));
        remove_if_there(&new).map_err(io_error("remove", &new))?;
        let file = write_new(&new, bytes).map_err(io_error("write", &new))?;
        let replaced = dress(&file, &new, &self.found, real)
            .and_then(|()| self.compare())
            .and_then(|()| self.put(&new, bytes));
        // What is still there is the old content, or was not wanted any more.
        let _ = remove_if_there(&new);
        replaced
    }

    fn compare(&self) -> Result<(), ApplyError> {
        let now = TargetFile::read(&self.place.path).ok();
        let is_same = |now: TargetFile| {
            now.real == self.place.real && now.found.as_ref() == Some(&self.found)
        };
        now.is_some_and(is_same)
            .then_some(())
            .ok_or_else(|| self.changed())
    }

    fn put(&self, new: &Path, ours: &[u8]) -> Result<(), ApplyError> {
        let real = &self.place.real;
        let swap = || exchange(new, real);
        match swap() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                // What is written in the moment since it was compared is lost there.
                return finish(Ok(()), new, real).map_err(io_error("replace", real));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.changed()),
            Err(error) => return Err(io_error("replace", real)(error)),
        }
        let displaced_is = |bytes: &[u8]| read_whole(new, MAX_BYTES).is_ok_and(|it| it == bytes);
        if displaced_is(self.bytes()) {
            return Ok(());
        }
        swap().map_err(io_error("give its name back to", real))?;
        if !displaced_is(ours) {
            // Somebody has written since, and knew what was there before.
            swap().map_err(io_error("give its name back to", real))?;
        }
        Err(self.changed())
    }

    fn changed(&self) -> ApplyError {
        ApplyError::Changed {
            path: self.place.path.clone(),
        }
    }
}
