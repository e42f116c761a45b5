//! The tokens, one for each right that can be given: 32 random bytes as 64 hexadecimal digits, each in a
//! file that only its owner can read.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_sys::open::{OpenError, Opening, is_at};
use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;

use crate::hub::protocol::Right;
use crate::sys::random;

const BYTES: usize = 32;

/// The rights that are given by a token. That of the hub's owner is not.
pub(super) const GIVEN: [Right; 4] = [Right::Publish, Right::Read, Right::Answer, Right::Manage];

/// So often it is looked again when another process has just made or removed a file.
const TRIES: usize = 100;

/// And after this time.
const PAUSE: Duration = Duration::from_millis(2);

/// All of them.
#[derive(Debug)]
pub(super) struct Tokens {
    known: Vec<(Right, String)>,
}

/// Their files. Each is held by everybody who listens and takes its token; the last one to end removes it. One that
/// nobody holds was left by somebody who was killed: whoever listens next takes its token up, so that programs that
/// have it are let in again.
#[derive(Debug)]
pub(super) struct Files {
    _held: Vec<Held>,
}

/// A token's file, locked for as long as its token is taken.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: File,
}

impl Tokens {
    /// Those in the folder, which somebody else takes, too, or has left; else new ones.
    ///
    /// # Errors
    /// A file cannot be read or made, it is none of ours alone, or it holds something else: with its path.
    pub(super) fn open(folder: &Path) -> Result<(Self, Files), (PathBuf, io::Error)> {
        let (mut known, mut held) = (Vec::new(), Vec::new());
        for right in GIVEN {
            let path = path_in(folder, right);
            let (token, file) = hold(&path).map_err(|error| (path.clone(), error))?;
            held.push(Held { path, file });
            known.push((right, token));
        }
        Ok((Self { known }, Files { _held: held }))
    }

    /// What the token gives; takes as long for each.
    pub(super) fn right_of(&self, shown: &str) -> Option<Right> {
        let mut right = None;
        for (known, token) in &self.known {
            if is_same(token, shown) {
                right = Some(*known);
            }
        }
        right
    }

    /// Of these texts, for a test.
    #[cfg(test)]
    pub(super) fn of(known: &[(Right, &str)]) -> Self {
        let known = known.iter();
        Self {
            known: known
                .map(|(right, text)| (*right, (*text).to_owned()))
                .collect(),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let is_last = flock(&self.file, FlockOperation::NonBlockingLockExclusive).is_ok();
        if is_last && is_at(&self.path, &self.file) {
            // Somebody may have removed it before.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Where the token of a right is.
pub(super) fn path_in(folder: &Path, right: Right) -> PathBuf {
    folder.join(format!("token.{}", right.as_str()))
}

/// Whether somebody has listened and was killed, and nobody does now.
pub(super) fn are_left(folder: &Path) -> bool {
    let opened = Opening::to_read()
        .no_link()
        .regular(&path_in(folder, Right::Read));
    opened.is_ok_and(|it| flock(&it.file, FlockOperation::NonBlockingLockExclusive).is_ok())
}

/// The token in the file at `path`, and the file, held; made anew where there is none.
///
/// # Errors
/// The file cannot be read or made, is none of ours alone, or holds something else.
fn hold(path: &Path) -> io::Result<(String, File)> {
    for _ in 0..TRIES {
        let file = match Opening::to_read().no_link().regular(path) {
            Ok(opened) => opened.file,
            Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                match make(path) {
                    // It is held like one that was there.
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
                continue;
            }
            Err(OpenError::Io(error)) => return Err(error),
            Err(OpenError::NotRegular | OpenError::TooLong { .. }) => {
                return Err(refused("it is no regular file; remove it"));
            }
        };
        let token = match read(&file) {
            // Somebody may be about to write it.
            Err(_) if file.metadata()?.len() == 0 => {
                std::thread::sleep(PAUSE);
                continue;
            }
            read => read?,
        };
        let is_held = flock(&file, FlockOperation::NonBlockingLockShared).is_ok();
        if is_held && is_at(path, &file) {
            return Ok((token, file));
        }
        std::thread::sleep(PAUSE);
    }
    Err(refused("it stays without a token; remove it"))
}

fn make(path: &Path) -> io::Result<()> {
    let token = random::digits(BYTES)?;
    private::write_file(path, format!("{token}\n").as_bytes()).map(drop)
}

fn read(mut file: &File) -> io::Result<String> {
    let about = file.metadata()?;
    let rights = about.mode() & 0o7777;
    if about.uid() != geteuid().as_raw() || rights != 0o600 {
        let words = format!("it must be ours with the mode 0600, not {rights:04o}; remove it");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let mut text = Vec::new();
    file.by_ref().take(1024).read_to_end(&mut text)?;
    let token = String::from_utf8_lossy(&text).trim().to_owned();
    if token.len() != BYTES * 2 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(refused("it holds no token; remove it"));
    }
    Ok(token)
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether two tokens are the same; takes as long for one wrong byte as for all.
fn is_same(known: &str, shown: &str) -> bool {
    let differs = known
        .bytes()
        .zip(shown.bytes())
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    known.len() == shown.len() && std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_for_its_owner_alone_and_stays_while_anybody_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_in(folder.path(), Right::Read);
        let first = Tokens::open(folder.path()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let token = std::fs::read_to_string(&path).unwrap().trim().to_owned();
        assert_eq!(token.len(), 64);
        let second = Tokens::open(folder.path()).unwrap();
        drop(first);
        // The one that is left has its files still, with what they held.
        assert_eq!(std::fs::read_to_string(&path).unwrap().trim(), token);
        assert_eq!(second.0.right_of(&token), Some(Right::Read));
        drop(second);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn what_was_left_behind_is_taken_up_and_what_is_anothers_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_in(folder.path(), Right::Read);
        make(&path).unwrap();
        let old = std::fs::read_to_string(&path).unwrap();
        assert!(are_left(folder.path()));
        let tokens = Tokens::open(folder.path()).unwrap();
        assert!(!are_left(folder.path()), "somebody takes it now");
        assert_eq!(tokens.0.right_of(old.trim()), Some(Right::Read));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), old);
        std::fs::remove_file(&path).unwrap();
        make(&path).unwrap();
        drop(tokens);
        assert!(path.exists(), "it was put there by somebody else");
        drop(Tokens::open(folder.path()).unwrap());
        assert!(
            !are_left(folder.path()),
            "whoever ends in order leaves nothing"
        );
    }

    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_in(folder.path(), Right::Read);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let (refused, error) = Tokens::open(folder.path()).unwrap_err();
        assert_eq!(refused, path);
        assert!(error.to_string().contains("no regular file"), "{error}");
    }

    #[test]
    fn a_file_that_others_may_read_a_link_and_other_content_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        hold(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(hold(&path).unwrap_err().to_string().contains("0644"));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(hold(&path).is_err());
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(hold(&path).is_err());
    }

    #[test]
    fn each_right_has_a_token_that_goes_with_whoever_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path()).unwrap();
        for right in GIVEN {
            let token = std::fs::read_to_string(path_in(folder.path(), right)).unwrap();
            assert_eq!(tokens.0.right_of(token.trim()), Some(right));
        }
        assert_eq!(tokens.0.right_of(&"0".repeat(64)), None);
        drop(Tokens::open(folder.path()).unwrap());
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            4,
            "not its own"
        );
        drop(tokens);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(is_same("abc", "abc"));
        for shown in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!is_same("abc", shown), "{shown}");
        }
    }
}
