//! Where somebody listens, for whoever shows a person how to get there: a file of each listener in the runtime
//! folder that is called by its address, held for as long as it listens.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_sys::open::{Opening, is_at};
use rustix::fs::{FlockOperation, flock};

/// What the name of each begins with; its address follows.
const NAME: &str = "listening.";

/// One's own; gone when dropped.
#[derive(Debug)]
pub(super) struct Posted {
    path: PathBuf,
    file: File,
}

impl Posted {
    /// Says there that somebody listens on `address`. Whoever left such a file does not any more: the port was free.
    pub(super) fn at(folder: &Path, address: SocketAddr) -> io::Result<Self> {
        let path = folder.join(format!("{NAME}{address}"));
        let opening = Opening::to_update().no_link().or_make_private();
        let file = opening.regular(&path)?.file;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
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
    let mut found: Vec<SocketAddr> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let address: SocketAddr = name.to_str()?.strip_prefix(NAME)?.parse().ok()?;
            (address.ip().is_loopback() && is_held(&entry.path())).then_some(address)
        })
        .collect();
    found.sort_by_key(SocketAddr::port);
    found
}

fn is_held(path: &Path) -> bool {
    let opened = Opening::to_read().no_link().regular(path);
    opened.is_ok_and(|it| flock(&it.file, FlockOperation::NonBlockingLockShared).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_while_somebody_listens_and_what_was_left_means_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::of_runtime(folder.path(), "default");
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (one, two) = (address("127.0.0.1:42001"), address("[::1]:42001"));
        let first = Posted::at(folder.path(), one).unwrap();
        let second = Posted::at(folder.path(), two).unwrap();
        assert_eq!(listeners(&places).len(), 2);
        drop(second);
        fs::write(folder.path().join("listening.127.0.0.1:42002"), "").unwrap();
        assert_eq!(listeners(&places), [one], "nobody holds the other");
        assert!(Posted::at(folder.path(), address("127.0.0.1:42002")).is_ok());
        drop(first);
        assert_eq!(listeners(&places), []);
    }
}
