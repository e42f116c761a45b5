//! The files that a pattern of `source-file` fits, as `glob` finds them: by parts of the path, in order of
//! their names, none that begin with a dot unless the pattern says so.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The files of a pattern in full. Of one that names a file alone it is that one, be it there or not.
pub(super) fn files(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = match plain(part.as_bytes()) {
            Some(name) => {
                let name = OsStr::from_bytes(&name);
                found.iter().map(|folder| folder.join(name)).collect()
            }
            None => found
                .iter()
                .flat_map(|folder| fitting(folder, part))
                .collect(),
        };
    }
    let is_plain = plain(pattern.as_bytes()).is_some();
    found.retain(|file| is_plain || file.is_file());
    found
}

/// What a part without wildcards says.
fn plain(part: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    let mut bytes = part.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' | b'?' | b'[' => return None,
            b'\\' => name.push(*bytes.next().unwrap_or(byte)),
            _ => name.push(*byte),
        }
    }
    Some(name)
}

fn fitting(folder: &Path, part: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let mut names: Vec<_> = names
        .filter(|name| {
            let name = name.as_bytes();
            (!name.starts_with(b".") || part.starts_with('.')) && fits(part.as_bytes(), name)
        })
        .collect();
    names.sort();
    names.iter().map(|name| folder.join(name)).collect()
}

fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', rest @ ..] => (0..=name.len()).any(|start| fits(rest, &name[start..])),
        [b'?', rest @ ..] => !name.is_empty() && fits(rest, &name[1..]),
        [b'[', rest @ ..] if end_of_set(rest).is_some() => {
            let end = end_of_set(rest).unwrap_or_default();
            let first = name.first();
            first.is_some_and(|byte| is_in(&rest[..end], *byte))
                && fits(&rest[end + 1..], &name[1..])
        }
        [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
            name.first() == Some(byte) && fits(rest, &name[1..])
        }
    }
}

/// Where a set ends; a bracket that stands first belongs to it.
fn end_of_set(set: &[u8]) -> Option<usize> {
    let first = 1 + usize::from(matches!(set.first(), Some(b'!' | b'^')));
    let rest = set.get(first..)?;
    Some(first + rest.iter().position(|byte| *byte == b']')?)
}

fn is_in(set: &[u8], byte: u8) -> bool {
    let (is_other, mut set) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut is_there = false;
    while let Some((first, rest)) = set.split_first() {
        (is_there, set) = match rest {
            [b'-', last, rest @ ..] => (is_there || (*first..=*last).contains(&byte), rest),
            _ => (is_there || *first == byte, rest),
        };
    }
    is_there != is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_what_glob_finds() {
        for (pattern, name, is_fit) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf~", false),
            ("?[a-c]*", "xb", true),
            ("?[a-c]*", "xd", false),
            ("[!a]*", "b", true),
            ("[!a]*", "a", false),
            ("[]]", "]", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("[", "[", true),
        ] {
            let fits = fits(pattern.as_bytes(), name.as_bytes());
            assert_eq!(fits, is_fit, "{pattern} {name}");
        }
    }

    #[test]
    fn folders_may_be_patterns_and_what_is_hidden_stays_so() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["b", "a", ".c"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join("k.conf"), "").unwrap();
            std::fs::write(root.path().join(folder).join(".k.conf"), "").unwrap();
        }
        let found = files(&format!("{}/*/*.conf", root.path().display()));
        let expected = ["a/k.conf", "b/k.conf"].map(|file| root.path().join(file));
        assert_eq!(found, expected);
        assert_eq!(files("/no/such\\*"), [PathBuf::from("/no/such*")]);
    }
}
