//! Where a path really leads: links followed, `..` taken both as a program may normalise it and as
//! the system walks it. What cannot be found out is nowhere.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// More links than this on one way are a loop.
const MAX_LINKS: usize = 40;

/// `path`, absolute or below `base`, with `.` and `..` taken out as text.
pub(super) fn lexical(path: &Path, base: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for component in base.join(path).components() {
        match component {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    plain
}

/// Where an absolute path leads when every link is followed; its last parts need not exist yet.
/// `None`: a loop, or something on the way cannot be looked at.
pub(super) fn physical(path: &Path) -> Option<PathBuf> {
    let mut pending = parts(path);
    let mut resolved = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = pending.pop_front() {
        if part == ".." {
            resolved.pop();
            continue;
        }
        let next = resolved.join(&part);
        match fs::symlink_metadata(&next) {
            Ok(found) if found.is_symlink() => {
                links += 1;
                let target = fs::read_link(&next).ok().filter(|_| links <= MAX_LINKS)?;
                if target.is_absolute() {
                    resolved = PathBuf::from("/");
                }
                for part in parts(&target).into_iter().rev() {
                    pending.push_front(part);
                }
            }
            Ok(_) => resolved = next,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                resolved = next;
            }
            Err(_) => return None,
        }
    }
    Some(resolved)
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let part = |component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    };
    path.components().filter_map(part).collect()
}

/// Every place that `path`, seen from `base`, may lead to; `None` when one of them is not known.
pub(super) fn places(path: &Path, base: &Path) -> Option<[PathBuf; 2]> {
    Some([physical(&lexical(path, base))?, physical(&base.join(path))?])
}

/// Whether `path`, seen from `base`, certainly lies in `folder`, and in nothing hidden there.
pub(super) fn is_surely_in(path: &Path, base: &Path, folder: &Path) -> bool {
    let Some((folder, places)) = physical(folder).zip(places(path, base)) else {
        return false;
    };
    places.iter().all(|place| {
        place.strip_prefix(&folder).is_ok_and(|below| {
            !below
                .iter()
                .any(|part| part.as_encoded_bytes().starts_with(b"."))
        })
    })
}

/// Whether `path`, seen from `base`, may lie in `folder`, by any way of reading it.
pub(super) fn may_be_in(path: &Path, base: &Path, folder: &Path) -> bool {
    all_readings(path, base).iter().any(|place| {
        all_readings(folder, base)
            .iter()
            .any(|folder| place.starts_with(folder))
    })
}

/// Whether `folder` may lie below `path`, seen from `base`.
pub(super) fn may_hold(path: &Path, base: &Path, folder: &Path) -> bool {
    all_readings(path, base).iter().any(|place| {
        all_readings(folder, base)
            .iter()
            .any(|folder| folder.starts_with(place))
    })
}

fn all_readings(path: &Path, base: &Path) -> Vec<PathBuf> {
    let plain = lexical(path, base);
    let led = [physical(&plain), physical(&base.join(path))];
    led.into_iter().flatten().chain([plain]).collect()
}

/// A path as a person writes it, `~` being their home; relative to `base`.
pub(super) fn written(text: &str, base: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    if let Some(below) = text.strip_prefix('~') {
        let below = below
            .strip_prefix('/')
            .or_else(|| below.is_empty().then_some(""))?;
        return Some(lexical(Path::new(below.trim_start_matches('/')), home?));
    }
    if Path::new(text).is_absolute() {
        return Some(lexical(Path::new(text), Path::new("/")));
    }
    Some(lexical(Path::new(text), base?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_is_certainly_inside_and_not_hidden_is_inside() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let project = root.join("p");
        fs::create_dir_all(project.join("src")).unwrap();
        fs::create_dir(root.join("out")).unwrap();
        symlink("../out", project.join("away")).unwrap();
        symlink("src", project.join("near")).unwrap();
        symlink("/nowhere/x", project.join("dangling")).unwrap();
        symlink("loop", project.join("loop")).unwrap();
        let inside = |path: &str| is_surely_in(Path::new(path), &project, &project);
        for path in [
            ".",
            "a",
            "src/a",
            "./src/../a",
            "near/new/a",
            "new/folder/a",
            "near/../a",
        ] {
            assert!(inside(path), "{path}");
        }
        assert!(inside(project.join("a").to_str().unwrap()));
        for path in [
            "..",
            "../p2",
            "/etc/passwd",
            "away",
            "away/a",
            "away/../a",
            "src/../../a",
            "dangling",
            "loop",
            ".git/config",
            "src/.env",
            ".hidden",
            "new/../../out/a",
        ] {
            assert!(!inside(path), "{path}");
        }
        assert!(is_surely_in(
            Path::new(".git/config"),
            &project,
            &project.join(".git")
        ));
        let link = root.join("link");
        symlink(&project, &link).unwrap();
        assert!(
            is_surely_in(Path::new("a"), &link, &project),
            "the project by another name"
        );
    }

    #[test]
    fn what_may_be_inside_by_any_reading_is_told() {
        let root = tempfile::tempdir().unwrap();
        let project = root.path();
        fs::create_dir(project.join("secrets")).unwrap();
        symlink("secrets", project.join("link")).unwrap();
        let secrets = project.join("secrets");
        let may = |path: &str| may_be_in(Path::new(path), project, &secrets);
        assert!(may("secrets") && may("secrets/a") && may("link/a") && may("x/../secrets/a"));
        assert!(!may("secret") && !may("a") && !may("."));
        assert!(may_hold(Path::new("."), project, &secrets));
        assert!(!may_hold(Path::new("src"), project, &secrets));
    }

    #[test]
    fn a_path_is_written_from_home_from_the_root_or_from_the_project() {
        let (base, home) = (Path::new("/p"), Path::new("/home/me"));
        let read = |text| written(text, Some(base), Some(home));
        assert_eq!(read("src/./a"), Some("/p/src/a".into()));
        assert_eq!(read("~/notes"), Some("/home/me/notes".into()));
        assert_eq!(read("~"), Some(home.into()));
        assert_eq!(read("~other/x"), None);
        assert_eq!(read("/etc"), Some("/etc".into()));
        assert_eq!(written("src", None, Some(home)), None);
    }
}
