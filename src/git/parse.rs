//! Readers of what git prints for programs: `status --porcelain=v2 -z` and `diff --numstat -z`. Pure;
//! a record that is not understood is left out.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use super::types::{Change, FileStatus};

/// One changed file as git names it, before its lines are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its path below the top folder, byte for byte.
    pub(super) path: Vec<u8>,
    pub(super) status: FileStatus,
    pub(super) change: Change,
    pub(super) submodule: bool,
    pub(super) renamed_from: Option<Vec<u8>>,
}

/// What `git status` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) branch: Option<String>,
    pub(super) commit: Option<String>,
    pub(super) upstream: Option<String>,
    pub(super) ahead: Option<u64>,
    pub(super) behind: Option<u64>,
    pub(super) found: Vec<Found>,
    /// Stands for all of git's words, the names of staged contents among them.
    pub(super) digest: u64,
}

/// Lines added and deleted; none for a binary file.
pub(super) type Lines = Option<(u64, u64)>;

/// Reads the output of `git status --porcelain=v2 --branch -z`.
pub(super) fn parse_status(output: &[u8]) -> Status {
    let mut digest = DefaultHasher::new();
    digest.write(output);
    let mut status = Status {
        digest: digest.finish(),
        ..Status::default()
    };
    let mut records = output.split(|byte| *byte == 0);
    while let Some(record) = records.next() {
        match record.first() {
            Some(b'#') => read_header(&mut status, &String::from_utf8_lossy(record)),
            Some(b'1') => read_changed(&mut status, record, 9, None),
            Some(b'2') => {
                let origin = records.next();
                read_changed(&mut status, record, 10, origin);
            }
            Some(b'u') => read_unmerged(&mut status, record),
            Some(b'?') => status.found.extend(record.get(2..).map(untracked)),
            _ => {}
        }
    }
    status
}

fn read_header(status: &mut Status, header: &str) {
    let Some((name, value)) = header.trim_start_matches("# ").split_once(' ') else {
        return;
    };
    let known = |none: &str| (value != none).then(|| value.to_owned());
    match name {
        "branch.oid" => status.commit = known("(initial)"),
        "branch.head" => status.branch = known("(detached)"),
        "branch.upstream" => status.upstream = known(""),
        "branch.ab" => {
            let mut counts = value.split(' ');
            let mut count = |sign| counts.next()?.strip_prefix(sign)?.parse().ok();
            status.ahead = count('+');
            status.behind = count('-');
        }
        _ => {}
    }
}

/// A record of `fields` fields, of which the second is the state in index and folder, the third what
/// kind of submodule it is, and the last the path.
fn read_changed(status: &mut Status, record: &[u8], fields: usize, origin: Option<&[u8]>) {
    let parts: Vec<&[u8]> = record.splitn(fields, |byte| *byte == b' ').collect();
    let (Some(&[index, folder]), Some(kind), Some(path)) =
        (parts.get(1), parts.get(2), parts.get(fields - 1))
    else {
        return;
    };
    let places = [(FileStatus::Staged, index), (FileStatus::Unstaged, folder)];
    for (place, letter) in places {
        let Some(change) = change_of(*letter) else {
            continue;
        };
        let moved = matches!(change, Change::Renamed | Change::Copied);
        status.found.push(Found {
            path: path.to_vec(),
            status: place,
            change,
            submodule: kind.first() == Some(&b'S'),
            renamed_from: origin.filter(|_| moved).map(<[u8]>::to_vec),
        });
    }
}

fn read_unmerged(status: &mut Status, record: &[u8]) {
    let parts: Vec<&[u8]> = record.splitn(11, |byte| *byte == b' ').collect();
    if let (Some(kind), Some(path)) = (parts.get(2), parts.get(10)) {
        status.found.push(Found {
            path: path.to_vec(),
            status: FileStatus::Unstaged,
            change: Change::Unmerged,
            submodule: kind.first() == Some(&b'S'),
            renamed_from: None,
        });
    }
}

fn untracked(path: &[u8]) -> Found {
    Found {
        path: path.to_vec(),
        status: FileStatus::Untracked,
        change: Change::Added,
        submodule: false,
        renamed_from: None,
    }
}

fn change_of(letter: u8) -> Option<Change> {
    match letter {
        b'A' => Some(Change::Added),
        b'M' => Some(Change::Modified),
        b'D' => Some(Change::Deleted),
        b'R' => Some(Change::Renamed),
        b'C' => Some(Change::Copied),
        b'T' => Some(Change::TypeChanged),
        _ => None,
    }
}

/// Reads the output of `git diff --numstat -z`: by path, the new one of a renamed file.
pub(super) fn parse_numstat(output: &[u8]) -> BTreeMap<Vec<u8>, Lines> {
    let mut lines = BTreeMap::new();
    let mut records = output.split(|byte| *byte == 0);
    while let Some(record) = records.next() {
        let mut fields = record.splitn(3, |byte| *byte == b'\t');
        let (Some(added), Some(deleted), Some(path)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        // A renamed file has its two paths in records of their own.
        let path = if path.is_empty() {
            records.next();
            records.next().unwrap_or_default()
        } else {
            path
        };
        let counted = number(added).zip(number(deleted));
        // A file that a merge left unmerged comes twice: first without numbers.
        let known = lines.entry(path.to_vec()).or_insert(Some((0, 0)));
        *known = known
            .zip(counted)
            .map(|((a, b), (c, d)): ((u64, u64), (u64, u64))| (a + c, b + d));
    }
    lines
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use Change::{Added, Modified, Renamed, Unmerged};
    use FileStatus::{Staged, Unstaged, Untracked};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_status_tells_branch_distance_and_every_kind_of_change() {
        let hash = "0".repeat(40);
        let output = [
            "# branch.oid 1234".to_owned(),
            "# branch.head fix/tax".to_owned(),
            "# branch.upstream origin/fix/tax".to_owned(),
            "# branch.ab +2 -13".to_owned(),
            format!("1 AM N... 000000 100644 100644 {hash} {hash} a b"),
            format!("2 R. N... 100644 100644 100644 {hash} {hash} R86 new\nname"),
            "old name".to_owned(),
            format!("1 .M SC.. 160000 160000 160000 {hash} {hash} sub"),
            format!("u UU N... 100644 100644 100644 100644 {hash} {hash} {hash} both"),
            "? left".to_owned(),
            String::new(),
        ]
        .join("\0");
        let status = parse_status(output.as_bytes());
        assert_eq!(status.branch.as_deref(), Some("fix/tax"));
        assert_eq!((status.ahead, status.behind), (Some(2), Some(13)));
        let told: Vec<_> = status
            .found
            .iter()
            .map(|found| {
                let path = std::str::from_utf8(&found.path).unwrap();
                (path, found.status, found.change, found.submodule)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a b", Staged, Added, false),
                ("a b", Unstaged, Modified, false),
                ("new\nname", Staged, Renamed, false),
                ("sub", Unstaged, Modified, true),
                ("both", Unstaged, Unmerged, false),
                ("left", Untracked, Added, false),
            ]
        );
        assert_eq!(
            status.found[2].renamed_from.as_deref(),
            Some(&b"old name"[..])
        );
    }

    #[test]
    fn a_repository_without_commit_and_a_detached_head_have_no_name() {
        let status = parse_status(b"# branch.oid (initial)\0# branch.head (detached)\0");
        assert_eq!((status.commit, status.branch), (None, None));
    }

    #[test]
    fn numbers_are_known_by_path_and_a_binary_file_has_none() {
        let lines = parse_numstat(b"3\t1\ta\tb\0-\t-\tpicture\x001\t0\t\0old\0new\0");
        assert_eq!(lines.get(&b"a\tb"[..]), Some(&Some((3, 1))));
        assert_eq!(lines.get(&b"picture"[..]), Some(&None));
        assert_eq!(lines.get(&b"new"[..]), Some(&Some((1, 0))));
        assert_eq!(lines.len(), 3);
    }

    proptest! {
        #[test]
        fn nothing_that_a_program_prints_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse_status(&bytes);
            parse_numstat(&bytes);
        }
    }
}
