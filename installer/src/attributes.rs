//! Extended attributes of a file, access control lists among them: what a new file has to be given
//! before it may take the place of an old one.
//!
//! Linux stores an ACL as an attribute, so both are kept by the same two functions. On macOS an ACL
//! is no attribute; there the attributes alone are kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;

/// Who may do what beside owner, group and others. A new file may have got one from its folder.
const ACCESS_LIST: &str = "system.posix_acl_access";

/// Written by the system itself, about the very bytes or the very file: the copy has its own.
const OF_THE_SYSTEM: [&str; 3] = ["security.ima", "security.evm", "com.apple.provenance"];

/// Every attribute of one file, with its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes(BTreeMap<OsString, Vec<u8>>);

/// An attribute that the system did not let us read or write.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Its name, as the system lists it.
    pub(crate) name: String,
    pub(crate) source: io::Error,
}

impl Refused {
    fn new(name: &OsString, source: impl Into<io::Error>) -> Self {
        Self {
            name: name.to_string_lossy().into_owned(),
            source: source.into(),
        }
    }
}

impl Attributes {
    /// Those of an open file; none where the file system has none.
    pub(crate) fn read(file: &File) -> Result<Self, Refused> {
        let mut attributes = BTreeMap::new();
        let names = match whole(|buffer| flistxattr(file, buffer)) {
            Ok(names) => names,
            Err(error) if has_none(error) => return Ok(Self::default()),
            Err(error) => return Err(Refused::new(&"the list of attributes".into(), error)),
        };
        for name in names.split(|byte| *byte == 0) {
            let name = OsString::from_vec(name.to_vec());
            if name.is_empty() || OF_THE_SYSTEM.iter().any(|other| name == *other) {
                continue;
            }
            match whole(|buffer| fgetxattr(file, &name, buffer)) {
                Ok(value) => {
                    attributes.insert(name, value);
                }
                // Removed since the names were listed.
                Err(error) if is_missing(error) => {}
                Err(error) => return Err(Refused::new(&name, error)),
            }
        }
        Ok(Self(attributes))
    }

    /// Gives `file` these attributes, and no access list but theirs. An ACL changes the mode with
    /// it: the mode is to be set afterwards, and [`check`](Self::check) to be asked at the end.
    pub(crate) fn put_on(&self, file: &File) -> Result<(), Refused> {
        let there = Self::read(file)?;
        let list = OsString::from(ACCESS_LIST);
        if there.0.contains_key(&list) && !self.0.contains_key(&list) {
            fremovexattr(file, &list).map_err(|error| Refused::new(&list, error))?;
        }
        for (name, value) in &self.0 {
            if there.0.get(name) != Some(value) {
                fsetxattr(file, name, value, XattrFlags::empty())
                    .map_err(|error| Refused::new(name, error))?;
            }
        }
        Ok(())
    }

    /// Whether `file` has come to have exactly these: not every file system says that it has not
    /// taken one.
    pub(crate) fn check(&self, file: &File) -> Result<(), Refused> {
        let there = Self::read(file)?;
        let names = self.0.keys().chain(there.0.keys());
        let differs = |name: &&OsString| self.0.get(*name) != there.0.get(*name);
        match names.into_iter().find(differs) {
            None => Ok(()),
            Some(name) => Err(Refused::new(
                name,
                io::Error::other("the file system did not keep it"),
            )),
        }
    }

    /// Names and bytes in hexadecimal, as `setfattr --value` takes them.
    pub(crate) fn print(&self) -> BTreeMap<String, String> {
        let hex = |value: &[u8]| {
            let digits = value.iter().map(|byte| format!("{byte:02x}"));
            digits.fold("0x".to_owned(), |text, byte| text + &byte)
        };
        let attributes = self.0.iter();
        attributes
            .map(|(name, value)| (name.to_string_lossy().into_owned(), hex(value)))
            .collect()
    }
}

/// Reads what may grow while it is read.
fn whole(
    mut read: impl FnMut(&mut [u8]) -> rustix::io::Result<usize>,
) -> rustix::io::Result<Vec<u8>> {
    let mut buffer = vec![0; 1024];
    loop {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error),
        }
    }
}

fn has_none(error: Errno) -> bool {
    error == Errno::NOTSUP || error == Errno::OPNOTSUPP || error == Errno::NOSYS
}

fn is_missing(error: Errno) -> bool {
    #[cfg(target_vendor = "apple")]
    let missing = Errno::NOATTR;
    #[cfg(not(target_vendor = "apple"))]
    let missing = Errno::NODATA;
    error == missing
}
