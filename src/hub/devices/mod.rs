//! The person's devices: phones and browsers that were paired, each with a token and a right of its own.
//!
//! They are kept in one file of the state folder, so that they stay when another process listens, and several may at
//! once. Whoever changes it holds the lock beside it, and puts the new file in the place of the old one: a code so
//! makes one device, whoever is asked, and a reader finds one or the other whole. The file says what is so at every
//! moment; nobody remembers it.
//!
//! May import: `protocol`, `sys`, and the hooks' words.

mod book;

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::{OpenError, Opening};
use pane_patrol_sys::replace;
use rustix::process::geteuid;
use thiserror::Error;

use super::protocol::Right;
use crate::sys::{lock, random};
use book::Book;
pub(crate) use book::Shown;
pub use book::{Device, GIVEN, MAX_DEVICES, NotEntered, name_of};

/// Bytes of a code, of which nobody guesses one in two minutes.
const CODE_BYTES: usize = 16;

/// Bytes of a token, which is good for years.
const TOKEN_BYTES: usize = 32;

/// The file is no longer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Whoever changes the file has it for milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Clone, Debug)]
pub struct Devices {
    path: PathBuf,
}

/// A code that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct Offered {
    /// The code, 32 hexadecimal digits.
    pub code: String,
    /// From then on it is good for nothing.
    pub until: Timestamp,
}

/// Why the devices cannot be read or written.
#[derive(Debug, Error)]
pub enum DevicesError {
    /// The system refused.
    #[error("could not {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody else holds the lock.
    #[error("{} is locked by another process", .0.display())]
    Locked(PathBuf),
    /// Nothing was entered.
    #[error("nothing was entered")]
    NotEntered(NotEntered),
}

impl Devices {
    /// Those of that state folder; `None` without one.
    pub fn of(places: &Places) -> Option<Self> {
        let path = places.devices()?;
        Some(Self { path })
    }

    /// Where they are kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours alone.
    pub fn all(&self) -> Result<Vec<Device>, DevicesError> {
        Ok(self.read()?.devices)
    }

    /// Gives a code for one more device, that will have that right.
    ///
    /// # Errors
    /// There are too many, one is called so, or the file cannot be changed.
    pub fn offer(
        &self,
        name: Option<&str>,
        right: Right,
        now: Timestamp,
    ) -> Result<Offered, DevicesError> {
        let code = self.secret(CODE_BYTES)?;
        let until = self.change(|book| book.offer(&code, (name, right), now))?;
        let until = until.map_err(DevicesError::NotEntered)?;
        Ok(Offered { code, until })
    }

    /// Takes a code back; whether nobody had used it.
    ///
    /// # Errors
    /// The file cannot be changed.
    pub fn withdraw(&self, code: &str) -> Result<bool, DevicesError> {
        self.change(|book| book.withdraw(code))
    }

    /// The device that has come by that code; `None`: none so far.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours alone.
    pub fn came_by(&self, code: &str) -> Result<Option<Device>, DevicesError> {
        Ok(self.read()?.came_by(code))
    }

    /// Whether whoever shows the code now becomes a device.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours alone.
    pub(crate) fn is_open(&self, code: &str, now: Timestamp) -> Result<bool, DevicesError> {
        Ok(self.read()?.is_open(code, now))
    }

    /// Makes whoever shows the code a device; its token, which is told once.
    ///
    /// # Errors
    /// No such code is open, there are too many devices, or the file cannot be changed.
    pub(crate) fn pair(
        &self,
        code: &str,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<(String, Device), DevicesError> {
        let token = self.secret(TOKEN_BYTES)?;
        let device = self.change(|book| book.pair(code, &token, name, now))?;
        let device = device.map_err(DevicesError::NotEntered)?;
        Ok((token, device))
    }

    /// Whose token that is; that its device was there is noted.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours alone.
    pub(crate) fn whose(&self, token: &str, now: Timestamp) -> Result<Shown, DevicesError> {
        let mut book = self.read()?;
        let shown = book.whose(token);
        if let Shown::Known(device) = &shown
            && book.note_use(device, now)
        {
            // Who cannot be written down is let in all the same.
            let _ = self.change(|book| book.note_use(device, now));
        }
        Ok(shown)
    }

    /// Takes a device out; `None`: none is called so.
    ///
    /// # Errors
    /// The file cannot be changed.
    pub fn revoke(&self, name: &str) -> Result<Option<Device>, DevicesError> {
        self.change(|book| book.revoke(name))
    }

    /// Those of `devices` that are none any more. Where that cannot be read, all of them: what nobody can look up
    /// lets nobody stay.
    pub(crate) fn gone<'a>(&self, devices: &'a [Device]) -> Vec<&'a Device> {
        let book = self.read().unwrap_or_default();
        devices.iter().filter(|device| !book.has(device)).collect()
    }

    fn secret(&self, bytes: usize) -> Result<String, DevicesError> {
        random::digits(bytes).map_err(self.failed("make a secret for"))
    }

    fn read(&self) -> Result<Book, DevicesError> {
        let opened = match Opening::to_read().no_link().regular(&self.path) {
            Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Book::default());
            }
            opened => opened.map_err(|error| self.failed("open")(error.into()))?,
        };
        let about = opened.file.metadata().map_err(self.failed("look at"))?;
        if about.uid() != geteuid().as_raw() || about.mode() & 0o077 != 0 {
            let words = format!(
                "it must be yours with the mode 0600, not {:04o}",
                about.mode() & 0o7777
            );
            let error = io::Error::new(io::ErrorKind::PermissionDenied, words);
            return Err(self.failed("trust")(error));
        }
        let bytes = opened.read(MAX_BYTES).map_err(self.failed("read"))?;
        serde_json::from_slice(&bytes).map_err(|error| self.failed("understand")(error.into()))
    }

    /// Changes the file while nobody else does.
    fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> Result<T, DevicesError> {
        let _held = self.lock()?;
        let mut book = self.read()?;
        let before = book.clone();
        let result = change(&mut book);
        if book != before {
            // Texts, numbers and lists of them: there is nothing in it that cannot be printed.
            let bytes = serde_json::to_vec_pretty(&book).unwrap_or_default();
            let temporary = self.path.with_extension("json.new");
            replace::replace_on_disk(&self.path, &temporary, &bytes)
                .map_err(self.failed("write"))?;
        }
        Ok(result)
    }

    fn lock(&self) -> Result<File, DevicesError> {
        let path = self.path.with_extension("lock");
        let held = lock::hold(&path, PATIENCE).map_err(self.failed("lock"))?;
        held.ok_or(DevicesError::Locked(path))
    }

    fn failed(&self, what: &'static str) -> impl FnOnce(io::Error) -> DevicesError {
        let path = self.path.clone();
        move |source| DevicesError::Io { what, path, source }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn devices(folder: &Path) -> Devices {
        Devices {
            path: folder.join("state/devices.json"),
        }
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-30T12:00:00Z").unwrap()
    }

    #[test]
    fn a_code_that_many_show_at_once_makes_one_device() {
        let folder = tempfile::tempdir().unwrap();
        let devices = devices(folder.path());
        assert_eq!(devices.all().unwrap(), []);
        let offered = devices.offer(Some("phone"), Right::Read, now()).unwrap();
        assert_eq!(offered.code.len(), 32);
        let tries: Vec<_> = (0..16)
            .map(|_| {
                let (devices, code) = (devices.clone(), offered.code.clone());
                std::thread::spawn(move || devices.pair(&code, None, now()).ok())
            })
            .collect();
        let paired: Vec<_> = tries
            .into_iter()
            .filter_map(|it| it.join().unwrap())
            .collect();
        let [(token, device)] = &paired[..] else {
            panic!("{} were paired", paired.len());
        };
        assert_eq!(token.len(), 64);
        let shown = devices.whose(token, now()).unwrap();
        assert_eq!(shown, Shown::Known(device.clone()));
        let names = fs::read_dir(folder.path().join("state")).unwrap();
        for entry in names.map(Result::unwrap) {
            let rights = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(rights, 0o600, "{entry:?}");
            let text = fs::read_to_string(entry.path()).unwrap();
            assert!(!text.contains(token) && !text.contains(&offered.code));
        }
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_none_lets_nobody_in_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let devices = devices(folder.path());
        let offered = devices.offer(None, Right::Read, now()).unwrap();
        let (token, device) = devices.pair(&offered.code, None, now()).unwrap();
        let known = std::slice::from_ref(&device);
        assert!(devices.gone(known).is_empty());
        let mode = |mode| fs::set_permissions(devices.path(), PermissionsExt::from_mode(mode));
        mode(0o640).unwrap();
        let refused = devices.whose(&token, now()).unwrap_err();
        assert!(refused.to_string().starts_with("could not trust"));
        assert_eq!(devices.gone(known).len(), 1);
        mode(0o600).unwrap();
        fs::write(devices.path(), "no book").unwrap();
        assert!(devices.whose(&token, now()).is_err());
        assert!(devices.revoke("device").is_err());
        assert_eq!(fs::read_to_string(devices.path()).unwrap(), "no book");
        assert_eq!(devices.gone(known).len(), 1);
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let devices = devices(folder.path());
        devices.offer(None, Right::Read, now()).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(devices.path(), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, devices.path()).unwrap();
        assert!(devices.all().is_err());
    }
}
