//! The token: 32 random bytes as 64 hexadecimal digits, in a file that only its owner can read.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;

const BYTES: usize = 32;

/// The token in the file at `path`; made when there is none, so that it stays the same for clients.
///
/// # Errors
/// The file cannot be read or made, others may read it, or it holds something else.
pub(super) fn read_or_make(path: &Path) -> io::Result<String> {
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
pub(super) fn is_same(known: &str, shown: &str) -> bool {
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
    fn tokens_are_the_same_or_not() {
        assert!(is_same("abc", "abc"));
        for shown in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!is_same("abc", shown), "{shown}");
        }
    }
}
