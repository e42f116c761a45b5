//! The tokens, one for each right that can be given: 32 random bytes as 64 hexadecimal digits, each in a
//! file that only its owner can read.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;

use crate::hub::protocol::Right;

const BYTES: usize = 32;

/// The rights that are given by a token. That of the hub's owner is not.
pub(super) const GIVEN: [Right; 4] = [Right::Publish, Right::Read, Right::Answer, Right::Manage];

/// All of them. The files that were made for them go with this.
#[derive(Debug)]
pub(super) struct Tokens {
    known: Vec<(Right, String)>,
    made: Vec<PathBuf>,
}

impl Tokens {
    /// Those in the folder; what is missing is made.
    ///
    /// # Errors
    /// A file cannot be read or made, others may read it, or it holds something else: with its path.
    pub(super) fn open(folder: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let mut tokens = Self {
            known: Vec::new(),
            made: Vec::new(),
        };
        for right in GIVEN {
            let path = path_in(folder, right);
            let is_there = path.symlink_metadata().is_ok();
            let token = read_or_make(&path).map_err(|error| (path.clone(), error))?;
            if !is_there {
                tokens.made.push(path);
            }
            tokens.known.push((right, token));
        }
        Ok(tokens)
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
            made: Vec::new(),
        }
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        for path in &self.made {
            // Somebody may have removed it before.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Where the token of a right is.
pub(super) fn path_in(folder: &Path, right: Right) -> PathBuf {
    folder.join(format!("token.{}", right.as_str()))
}

/// The token in the file at `path`; made when there is none, so that it stays the same for clients.
///
/// # Errors
/// The file cannot be read or made, others may read it, or it holds something else.
fn read_or_make(path: &Path) -> io::Result<String> {
    match make(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        made => made,
    }
}

fn make(path: &Path) -> io::Result<String> {
    let mut random = [0; BYTES];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let token: String = digits.map(digit).collect();
    private::write_file(path, format!("{token}\n").as_bytes())?;
    Ok(token)
}

fn read(path: &Path) -> io::Result<String> {
    let file = Opening::to_read().no_link().may_wait().anything(path)?;
    let rights = file.metadata()?.mode() & 0o777;
    if rights & 0o077 != 0 {
        let words = format!("others may read it (mode {rights:04o}); remove it");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text)?;
    let token = text.trim();
    if token.len() != BYTES * 2 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let words = "it holds no token; remove it";
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    Ok(token.to_owned())
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
    fn it_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let token = read_or_make(&path).unwrap();
        assert_eq!(token.len(), 64);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_or_make(&path).unwrap(), token);
        let other = read_or_make(&folder.path().join("other")).unwrap();
        assert_ne!(other, token);
    }

    #[test]
    fn a_file_that_others_may_read_a_link_and_other_content_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        read_or_make(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(
            read_or_make(&path)
                .unwrap_err()
                .to_string()
                .contains("0644")
        );
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(read_or_make(&path).is_err());
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(read_or_make(&path).is_err());
    }

    #[test]
    fn each_right_has_a_token_that_goes_with_whoever_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path()).unwrap();
        for right in GIVEN {
            let token = std::fs::read_to_string(path_in(folder.path(), right)).unwrap();
            assert_eq!(tokens.right_of(token.trim()), Some(right));
        }
        assert_eq!(tokens.right_of(&"0".repeat(64)), None);
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
