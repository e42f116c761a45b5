//! Making files and folders that only their owner may look into, from their first moment.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;

/// Makes a folder, and none above it.
///
/// # Errors
/// Something has that name, a link too, or the system refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(FOLDER).create(path)
}

/// Makes a folder and those above it that are missing. One that is there stays as it is.
///
/// # Errors
/// Something else has one of the names, or the system refuses.
pub fn make_folders(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Makes an empty file, open for writing.
///
/// # Errors
/// Something has that name, a link too, or the system refuses.
pub fn make_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(FILE);
    options.open(path)
}

/// Makes a file with that content; what could not be written whole is removed again.
///
/// # Errors
/// Something has that name, a link too, or the system refuses.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<File> {
    made_whole(path, |file| file.write_all(bytes))
}

/// The same, and the disk has it.
///
/// # Errors
/// As [`write_file`].
pub fn write_file_to_disk(path: &Path, bytes: &[u8]) -> io::Result<File> {
    made_whole(path, |file| {
        file.write_all(bytes).and_then(|()| file.sync_all())
    })
}

fn made_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
    let mut file = make_file(path)?;
    if let Err(error) = write(&mut file) {
        // Half of it would be in the way for good.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    fn rights(path: &Path) -> u32 {
        path.symlink_metadata().unwrap().permissions().mode() & 0o777
    }

    /// What may have the name already.
    fn occupants(folder: &Path) -> Vec<std::path::PathBuf> {
        let at = |name: &str| folder.join(name);
        fs::write(at("file"), "mine").unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink(at("nothing"), at("dangling")).unwrap();
        let made = Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        ["file", "folder", "link", "dangling", "pipe"]
            .map(at)
            .into()
    }

    #[test]
    fn only_the_owner_may_look_into_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        make_folder(&at("one")).unwrap();
        make_folders(&at("two/three")).unwrap();
        make_file(&at("one/file")).unwrap();
        write_file(&at("one/whole"), b"text").unwrap();
        write_file_to_disk(&at("one/kept"), b"text").unwrap();
        assert_eq!(
            ["one", "two", "two/three"].map(|name| rights(&at(name))),
            [0o700; 3]
        );
        let files = ["one/file", "one/whole", "one/kept"];
        assert_eq!(files.map(|name| rights(&at(name))), [0o600; 3]);
        assert_eq!(fs::read(at("one/file")).unwrap(), b"");
        assert_eq!(fs::read(at("one/whole")).unwrap(), b"text");
        assert_eq!(fs::read(at("one/kept")).unwrap(), b"text");
    }

    #[test]
    fn whatever_has_the_name_already_stays_and_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        for path in occupants(folder.path()) {
            let refusals = [
                make_folder(&path),
                make_file(&path).map(drop),
                write_file(&path, b"other").map(drop),
                write_file_to_disk(&path, b"other").map(drop),
            ];
            for refused in refusals {
                let kind = refused.unwrap_err().kind();
                assert_eq!(kind, io::ErrorKind::AlreadyExists, "{path:?}");
            }
            assert!(path.symlink_metadata().is_ok(), "{path:?}");
        }
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"mine");
        assert!(!folder.path().join("nothing").exists());
    }

    #[test]
    fn folders_that_are_there_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, PermissionsExt::from_mode(0o750)).unwrap();
        make_folders(&open.join("inner")).unwrap();
        make_folders(&open).unwrap();
        assert_eq!((rights(&open), rights(&open.join("inner"))), (0o750, 0o700));
        fs::write(open.join("file"), "").unwrap();
        assert!(make_folders(&open.join("file")).is_err());
        assert!(make_folders(&open.join("file/inner")).is_err());
    }

    #[test]
    fn without_a_folder_there_is_an_error_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/file");
        let refusals = [
            make_folder(&path),
            make_file(&path).map(drop),
            write_file(&path, b"x").map(drop),
        ];
        for refused in refusals {
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::NotFound);
        }
        assert!(!folder.path().join("none").exists());
    }

    #[test]
    fn what_could_not_be_written_whole_is_removed_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let full = |file: &mut File| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let refused = made_whole(&path, full).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
        assert!(!path.exists());
    }
}
