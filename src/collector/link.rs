//! Links to the sockets in the other of the two standard runtime folders: whoever was started with
//! another environment, or knows only one of the folders, finds the collector all the same.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::send::Listener;

use crate::sys::runtime_dir::make_runtime_folder;

/// Links that go with this, each if it still is ours.
#[derive(Debug, Default)]
pub(super) struct Links(Vec<Link>);

#[derive(Debug)]
struct Link {
    at: PathBuf,
    to: PathBuf,
}

impl Links {
    /// Leaves links to the sockets of `places` in `elsewhere`. Where that cannot be, there are none: a
    /// hook tries both folders by itself.
    pub(super) fn leave(elsewhere: Option<&Places>, places: &Places, uid: u32) -> Self {
        let Some(other) = elsewhere else {
            return Self::default();
        };
        if make_runtime_folder(other, uid).is_err() || Listener::stands(other, uid) {
            return Self::default();
        }
        let pairs = [
            (&other.events_socket, &places.events_socket),
            (&other.hub_socket, &places.hub_socket),
        ];
        let links = pairs
            .into_iter()
            .filter_map(|(at, to)| Link::make(at, to).ok());
        Self(links.collect())
    }
}

impl Link {
    /// Makes it in place of an older one and of a socket that nobody listens on, never of anything else.
    fn make(at: &Path, to: &Path) -> io::Result<Self> {
        match fs::symlink_metadata(at) {
            Ok(found) if found.is_symlink() || found.file_type().is_socket() => {
                fs::remove_file(at)?;
            }
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => {}
        }
        symlink(to, at)?;
        Ok(Self {
            at: at.to_owned(),
            to: to.to_owned(),
        })
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        for Link { at, to } in &self.0 {
            if fs::read_link(at).is_ok_and(|found| found == *to) {
                // Left behind it does no harm: it leads to nobody, and the next collector replaces it.
                let _ = fs::remove_file(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use pane_patrol_hooks::paths::Environment;

    use super::*;
    use crate::sys::unix_socket::close;

    fn places(root: &Path, name: &str) -> Places {
        let runtime_dir = root.join(name);
        fs::create_dir_all(&runtime_dir).unwrap();
        let runtime_dir = Some(runtime_dir);
        Places::of(&Environment {
            runtime_dir,
            ..Environment::default()
        })
    }

    fn uid() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    #[test]
    fn whoever_looks_elsewhere_is_led_here_until_it_ends() {
        let root = tempfile::tempdir().unwrap();
        let (here, there) = (places(root.path(), "here"), places(root.path(), "there"));
        make_runtime_folder(&here, uid()).unwrap();
        let socket = UnixDatagram::bind(&here.events_socket).unwrap();
        let _hub = UnixListener::bind(&here.hub_socket).unwrap();
        let links = Links::leave(Some(&there), &here, uid());
        assert!(Listener::find(&there, uid()).is_some());
        assert!(!Listener::stands(&there, uid()) && Listener::stands(&here, uid()));
        assert!(std::os::unix::net::UnixStream::connect(&there.hub_socket).is_ok());
        drop(links);
        assert!(fs::symlink_metadata(&there.events_socket).is_err());
        assert!(fs::symlink_metadata(&there.hub_socket).is_err());

        // One that a killed collector has left is replaced, as is a dead socket of it.
        symlink("/nowhere", &there.events_socket).unwrap();
        close(UnixListener::bind(&there.hub_socket).unwrap());
        let links = Links::leave(Some(&there), &here, uid());
        assert_eq!(links.0.len(), 2);
        // Somebody has taken the place: that stays.
        fs::remove_file(&there.events_socket).unwrap();
        fs::write(&there.events_socket, "mine").unwrap();
        drop(links);
        assert_eq!(fs::read(&there.events_socket).unwrap(), b"mine");
        assert_eq!(Links::leave(Some(&there), &here, uid()).0.len(), 1);
        drop(socket);
    }

    #[test]
    fn another_collector_and_a_folder_of_others_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let (here, there) = (places(root.path(), "here"), places(root.path(), "there"));
        make_runtime_folder(&there, uid()).unwrap();
        let _socket = UnixDatagram::bind(&there.events_socket).unwrap();
        assert!(Links::leave(Some(&there), &here, uid()).0.is_empty());
        assert!(Listener::stands(&there, uid()));
        let absent = places(root.path(), "absent");
        fs::remove_dir(root.path().join("absent")).unwrap();
        assert!(Links::leave(Some(&absent), &here, uid()).0.is_empty());
        assert!(!root.path().join("absent").exists());
        assert!(Links::leave(None, &here, uid()).0.is_empty());
    }
}
