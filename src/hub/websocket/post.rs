//! Where somebody listens, for whoever shows a person how to get there: a file of each listener in the runtime
//! folder with its address, held for as long as it listens.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_sys::open::{Opening, is_at};
use rustix::fs::{FlockOperation, flock};

/// What the name of each begins with; its port follows.
const NAME: &str = "listening.";

/// An address is no longer, in bytes.
const MAX_BYTES: u64 = 64;

/// One's own; gone when dropped.
#[derive(Debug)]
pub(super) struct Posted {
    path: PathBuf,
    file: File,
}

impl Posted {
    /// Says there that somebody listens on `address`. Whoever left such a file does not any more: the port was free.
    pub(super) fn at(folder: &Path, address: SocketAddr) -> io::Result<Self> {
        let path = folder.join(format!("{NAME}{}", address.port()));
        let opening = Opening::to_update().no_link().or_make_private();
        let mut file = opening.regular(&path)?.file;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        file.set_len(0)?;
        file.write_all(address.to_string().as_bytes())?;
        Ok(Self { path, file })
    }
}

impl Drop for Posted {
    fn drop(&mut self) {
        if is_at(&self.path, &self.file) {
            // Somebody may have removed it before.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Where somebody of this session listens now, by port.
pub fn listeners(places: &Places) -> Vec<SocketAddr> {
    let entries = fs::read_dir(&places.runtime).into_iter().flatten();
    let is_one = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(NAME))
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<_> = paths
        .filter(is_one)
        .filter_map(|path| posted(&path))
        .collect();
    found.sort_by_key(SocketAddr::port);
    found
}

/// The address in that file, if somebody holds it.
fn posted(path: &Path) -> Option<SocketAddr> {
    let opened = Opening::to_read().no_link().regular(path).ok()?;
    let is_left = flock(&opened.file, FlockOperation::NonBlockingLockShared).is_ok();
    let text = opened.read(MAX_BYTES).ok()?;
    let address: Option<SocketAddr> = String::from_utf8_lossy(&text).parse().ok();
    address.filter(|address| !is_left && address.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_while_somebody_listens_and_what_was_left_means_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::of_runtime(folder.path(), "default");
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (one, two) = (address("127.0.0.1:42001"), address("[::1]:42000"));
        let first = Posted::at(folder.path(), one).unwrap();
        let second = Posted::at(folder.path(), two).unwrap();
        assert_eq!(listeners(&places), [two, one]);
        drop(second);
        fs::write(folder.path().join("listening.42002"), "127.0.0.1:42002").unwrap();
        assert_eq!(listeners(&places), [one], "nobody holds the other");
        assert!(Posted::at(folder.path(), address("127.0.0.1:42002")).is_ok());
        drop(first);
        assert_eq!(listeners(&places), []);
    }
}
