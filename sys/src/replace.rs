//! Replacing a file so that whoever opens it finds the old content or the new one, whole: the new one
//! is written to a file of its own in the same folder, which then gets the name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::private;

/// Replaces the file at `path` by a private one with these bytes. `temporary` is a name beside it that
/// nobody else uses at this moment; what was left there is removed. The disk may have it later.
///
/// # Errors
/// The system refuses; the old content stays, and nothing is left at `temporary`.
pub fn replace(path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = begin(temporary)?;
    finish(file.write_all(bytes), temporary, path)
}

/// The same, and the disk has the content before it gets the name, and the name at the end.
///
/// # Errors
/// As [`replace`]; when only the end fails, the new content is there.
pub fn replace_on_disk(path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = begin(temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    finish(written, temporary, path)?;
    sync_folder(parent(path))
}

/// A new private file at `temporary`, in place of what was left there, for a caller that fills it in
/// a way of its own.
///
/// # Errors
/// A folder has that name, or the system refuses.
pub fn begin(temporary: &Path) -> io::Result<File> {
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => private::make_file(temporary),
    }
}

/// Gives the file at `temporary` the name `path` when it was `prepared`; else, and when that fails,
/// removes it.
///
/// # Errors
/// The one of `prepared`, or the system refuses.
pub fn finish(prepared: io::Result<()>, temporary: &Path, path: &Path) -> io::Result<()> {
    let done = prepared.and_then(|()| fs::rename(temporary, path));
    done.inspect_err(|_| {
        // It is of no use to anybody; the next one removes it otherwise.
        let _ = fs::remove_file(temporary);
    })
}

/// Has two files in one folder change names, in one step: whatever stood at `path` in that very moment, its
/// content is at `temporary` then, and nothing that another program has put there meanwhile is lost.
///
/// # Errors
/// One of them is not there, or the system refuses; [`io::ErrorKind::Unsupported`] where it has no such step.
/// Nothing is changed.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub fn exchange(temporary: &Path, path: &Path) -> io::Result<()> {
    let done = renameat_with(CWD, temporary, CWD, path, RenameFlags::EXCHANGE);
    done.map_err(|error| match io::Error::from(error) {
        // A file system that knows renames, and not this one.
        error if error.kind() == io::ErrorKind::InvalidInput => io::ErrorKind::Unsupported.into(),
        error => error,
    })
}

/// The same where no system that is known has it.
///
/// # Errors
/// Always.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until the disk knows the names in a folder. File systems that cannot do this for folders
/// have nothing to wait for.
///
/// # Errors
/// It is no folder that may be opened, or the disk fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// The folder of a file, also of one that is named without any.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    use super::*;

    type Replace = fn(&Path, &Path, &[u8]) -> io::Result<()>;
    const WAYS: [Replace; 2] = [replace, replace_on_disk];

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.0.path()).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    #[test]
    fn the_new_content_takes_the_name_and_nothing_is_left() {
        for way in WAYS {
            let folder = Folder::new();
            let (path, new) = (folder.path("file"), folder.path("file.new"));
            way(&path, &new, b"first").unwrap();
            let mut old = File::open(&path).unwrap();
            way(&path, &new, b"second").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"second");
            assert_eq!(io::read_to_string(&mut old).unwrap(), "first");
            let rights = path.metadata().unwrap().permissions().mode();
            assert_eq!(rights & 0o777, 0o600);
            assert_eq!(folder.names(), ["file"]);
        }
    }

    #[test]
    fn what_was_left_at_the_temporary_name_is_neither_kept_nor_written_through() {
        for way in WAYS {
            let folder = Folder::new();
            let (path, new) = (folder.path("file"), folder.path("file.new"));
            fs::write(&new, "half of something longer").unwrap();
            way(&path, &new, b"one").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"one");
            fs::write(folder.path("mine"), "mine").unwrap();
            symlink(folder.path("mine"), &new).unwrap();
            way(&path, &new, b"two").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"two");
            assert_eq!(fs::read(folder.path("mine")).unwrap(), b"mine");
            assert_eq!(folder.names(), ["file", "mine"]);
        }
    }

    #[test]
    fn two_files_change_names_and_neither_content_is_lost() {
        let folder = Folder::new();
        let (path, new) = (folder.path("file"), folder.path("new"));
        fs::write(&path, "old").unwrap();
        assert!(
            exchange(&new, &path).is_err(),
            "there is nothing to put there"
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::write(&new, "new").unwrap();
        exchange(&new, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read(&new).unwrap(), b"old");
    }

    #[test]
    fn a_link_of_that_name_is_replaced_and_what_it_leads_to_stays() {
        let folder = Folder::new();
        let path = folder.path("file");
        fs::write(folder.path("mine"), "mine").unwrap();
        symlink(folder.path("mine"), &path).unwrap();
        replace(&path, &folder.path("new"), b"ours").unwrap();
        assert_eq!(fs::read(folder.path("mine")).unwrap(), b"mine");
        assert!(path.symlink_metadata().unwrap().is_file());
    }

    #[test]
    fn a_failure_leaves_the_old_one_and_nothing_else() {
        for way in WAYS {
            let folder = Folder::new();
            let (path, new) = (folder.path("folder"), folder.path("new"));
            fs::create_dir(&path).unwrap();
            assert!(way(&path, &new, b"x").is_err(), "a folder has the name");
            assert_eq!(folder.names(), ["folder"]);
            let none = folder.path("none/file");
            assert!(way(&none, &folder.path("none/new"), b"x").is_err());
            // A folder at the temporary name is somebody's.
            fs::create_dir(&new).unwrap();
            assert!(way(&folder.path("file"), &new, b"x").is_err());
            assert_eq!(folder.names(), ["folder", "new"]);
        }
    }

    #[test]
    fn what_was_not_prepared_gets_no_name() {
        let folder = Folder::new();
        let (path, new) = (folder.path("file"), folder.path("new"));
        fs::write(&path, "old").unwrap();
        begin(&new).unwrap().write_all(b"half").unwrap();
        let full = Err(io::ErrorKind::StorageFull.into());
        let refused = finish(full, &new, &path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(folder.names(), ["file"]);
    }

    #[test]
    fn readers_find_the_old_content_or_the_new_one() {
        let folder = Folder::new();
        let path = folder.path("file");
        let texts = ["a".repeat(5000), "b".repeat(3)];
        replace(&path, &folder.path("new"), texts[0].as_bytes()).unwrap();
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for round in 0..100 {
                    let text = texts[round % 2].as_bytes();
                    replace(&path, &folder.path("new"), text).unwrap();
                }
            });
            while !writing.is_finished() {
                let text = fs::read_to_string(&path).unwrap();
                assert!(texts.contains(&text), "{}", text.len());
            }
        });
    }
}
