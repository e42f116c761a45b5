use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use rustix::fs::fcntl_getfl;
use rustix::io::{Errno, FdFlags, fcntl_getfd};

use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }
}

fn ways() -> [Opening; 4] {
    [
        Opening::to_read(),
        Opening::to_append(),
        Opening::to_write(),
        Opening::to_update(),
    ]
}

fn errno(error: &OpenError) -> Option<Errno> {
    match error {
        OpenError::Io(error) => Errno::from_io_error(error),
        OpenError::NotRegular | OpenError::TooLong { .. } => None,
    }
}

#[test]
fn a_file_is_read_whole_or_not_at_all() {
    let folder = Folder::new();
    let path = folder.with("file", "0123456789");
    assert_eq!(read_whole(&path, 10).unwrap(), b"0123456789");
    assert_eq!(read_text(&path, u64::MAX).unwrap(), "0123456789");
    let long = read_whole(&path, 9).unwrap_err();
    assert!(matches!(long, OpenError::TooLong { max: 9 }), "{long:?}");
    assert_eq!(long.to_string(), "it is longer than 9 bytes");
    let pipe = read_text(&folder.pipe("pipe"), 9).unwrap_err();
    assert!(matches!(pipe, OpenError::NotRegular), "{pipe:?}");
    let none = io::Error::from(read_text(&folder.path("none"), 9).unwrap_err());
    assert_eq!(none.kind(), io::ErrorKind::NotFound);
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let odd = io::Error::from(read_text(&path, 9).unwrap_err());
    assert_eq!(odd.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_file_is_read_up_to_what_is_allowed() {
    let folder = Folder::new();
    let path = folder.with("file", "0123456789");
    let read = |max| Opening::to_read().regular(&path).unwrap().read(max);
    assert_eq!(read(4).unwrap(), b"0123");
    assert_eq!(read(10).unwrap(), b"0123456789");
    assert_eq!(read(u64::MAX).unwrap(), b"0123456789");
    assert_eq!(read(0).unwrap(), b"");
    let end = |max| Opening::to_read().regular(&path).unwrap().read_end(max);
    assert_eq!(end(4).unwrap(), b"6789");
    assert_eq!(end(10).unwrap(), b"0123456789");
    assert_eq!(end(u64::MAX).unwrap(), b"0123456789");
    assert_eq!(end(0).unwrap(), b"");

    let opened = Opening::to_read().regular(&path).unwrap();
    let mut end = Opening::to_append().regular(&path).unwrap().file;
    end.write_all(b"more").unwrap();
    assert_eq!(opened.about.len(), 10);
    assert_eq!(opened.read(12).unwrap(), b"0123456789mo", "it grew");
}

#[test]
fn a_link_is_followed_unless_it_is_refused() {
    let folder = Folder::new();
    let path = folder.with("file", "mine");
    let link = folder.path("link");
    symlink(&path, &link).unwrap();
    let dangling = folder.path("dangling");
    symlink(folder.path("nothing"), &dangling).unwrap();
    let making = Opening::to_append().or_make_private();
    for way in ways().into_iter().chain([making]) {
        assert!(way.regular(&link).is_ok(), "{way:?}");
        for link in [&link, &dangling] {
            let refused = way.clone().no_link().regular(link).unwrap_err();
            assert_eq!(errno(&refused), Some(Errno::LOOP), "{way:?}");
        }
    }
    assert!(!folder.path("nothing").exists());
    // A folder on the way may be one: only the name itself counts.
    symlink(folder.0.path(), folder.path("here")).unwrap();
    let behind = folder.path("here/file");
    assert!(Opening::to_read().no_link().regular(&behind).is_ok());
}

#[test]
fn nothing_but_a_file_is_regular_and_nothing_waits() {
    let folder = Folder::new();
    let pipe = folder.pipe("pipe");
    let socket = folder.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let refused = |way: Opening, path: &Path| way.regular(path).unwrap_err();
    // Nobody has its other end.
    assert!(errno(&refused(Opening::to_read(), &pipe)).is_none());
    for way in [Opening::to_write(), Opening::to_append()] {
        assert_eq!(errno(&refused(way, &pipe)), Some(Errno::NXIO));
    }
    // Somebody has it.
    let _both = Opening::to_update().anything(&pipe).unwrap();
    for way in ways() {
        assert!(errno(&refused(way.clone(), &pipe)).is_none());
        let device = Path::new("/dev/null");
        assert!(errno(&refused(way.clone(), device)).is_none());
        assert_eq!(errno(&refused(way, &socket)), Some(Errno::NXIO));
    }
    let read = refused(Opening::to_read(), folder.0.path());
    assert_eq!(read.to_string(), "it is no regular file");
    let written = refused(Opening::to_append(), folder.0.path());
    assert_eq!(errno(&written), Some(Errno::ISDIR));
}

#[test]
fn what_is_not_there_stays_away_unless_it_is_to_be_made() {
    let folder = Folder::new();
    for (number, way) in ways().into_iter().enumerate() {
        let path = folder.path(&number.to_string());
        let refused = way.regular(&path).unwrap_err();
        assert_eq!(errno(&refused), Some(Errno::NOENT));
        if number == 0 {
            continue;
        }
        let made = way.or_make_private().regular(&path).unwrap();
        assert_eq!(made.about.permissions().mode() & 0o777, 0o600);
        fs::write(&path, "kept").unwrap();
        Opening::to_update()
            .or_make_private()
            .regular(&path)
            .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"kept");
    }
}

#[test]
fn the_flags_are_those_that_were_asked_for() {
    let folder = Folder::new();
    let path = folder.with("file", "");
    let flags = |way: Opening| fcntl_getfl(way.anything(&path).unwrap()).unwrap();
    let seen = OFlags::NONBLOCK | OFlags::APPEND | OFlags::RWMODE;
    assert_eq!(flags(Opening::to_read()) & seen, OFlags::NONBLOCK);
    let waiting = Opening::to_update().may_wait();
    assert_eq!(flags(waiting) & seen, OFlags::RDWR);
    let end = OFlags::WRONLY | OFlags::APPEND | OFlags::NONBLOCK;
    assert_eq!(flags(Opening::to_append().no_terminal()) & seen, end);
    for way in ways() {
        let file = way.anything(&path).unwrap();
        assert_eq!(fcntl_getfd(&file).unwrap(), FdFlags::CLOEXEC);
    }
}

#[test]
fn what_was_opened_stays_what_it_is_when_the_name_gets_another_one() {
    let folder = Folder::new();
    let path = folder.with("file", "first");
    let opened = Opening::to_read().regular(&path).unwrap();
    assert!(is_at(&path, &opened.file));
    fs::rename(&path, folder.path("away")).unwrap();
    assert!(!is_at(&path, &opened.file), "nothing is there");
    symlink(folder.path("away"), &path).unwrap();
    assert!(!is_at(&path, &opened.file), "a link to it");
    fs::remove_file(&path).unwrap();
    folder.with("file", "second");
    assert!(!is_at(&path, &opened.file), "another one");
    assert_eq!(opened.read(100).unwrap(), b"first");
}

/// A name that is a file at one moment and a pipe at the next never gives a pipe.
#[test]
fn a_name_that_is_swapped_all_the_time_gives_the_file_or_nothing() {
    let folder = Folder::new();
    let name = folder.path("name");
    std::thread::scope(|scope| {
        let swapping = scope.spawn(|| {
            for round in 0..120 {
                let next = folder.path("next");
                match round % 3 {
                    0 => drop(folder.pipe("next")),
                    1 => drop(folder.with("next", "text")),
                    _ => symlink("/dev/zero", &next).unwrap(),
                }
                fs::rename(&next, &name).unwrap();
            }
        });
        while !swapping.is_finished() {
            if let Ok(opened) = Opening::to_read().no_link().regular(&name) {
                assert!(opened.about.is_file());
                let text = opened.read(100).unwrap();
                assert!(matches!(&*text, b"" | b"text"), "{text:?}");
            }
        }
        swapping.join().unwrap();
    });
    folder.with("next", "text");
    fs::rename(folder.path("next"), &name).unwrap();
    assert!(Opening::to_read().no_link().regular(&name).is_ok());
}
