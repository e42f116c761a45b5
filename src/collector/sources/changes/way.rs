//! Where something is heard that has a path: in the folders that there are on the way to it, and by the names of
//! what is a link or missing there. Looks, and watches nothing.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// So many links are followed on one way.
const MAX_LINKS: usize = 8;

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// Everything in this folder.
    Folder(PathBuf),
    /// What comes, changes and goes by this name.
    Name(PathBuf),
}

impl Spot {
    /// The folder in which it is heard.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Name(name) => name.parent(),
        }
    }

    /// Whether something that happens at `path`, in its folder or to that itself, is about it.
    pub(super) fn hears(&self, path: &Path) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Name(name) => name.starts_with(path),
        }
    }

    /// Where it is heard as things are now, at places without a link on the way to them: itself, if all folders on
    /// the way are there, or else the name of the first that is not, in the nearest one that is; and the name of
    /// each link, which may lead elsewhere soon.
    ///
    /// A folder has two names where there is a link, and the system tells of it by one of them only.
    fn heard_at(&self) -> Vec<Self> {
        let (Self::Folder(path) | Self::Name(path)) = self;
        let mut heard = Vec::new();
        let mut rest = steps(path);
        let mut here = PathBuf::new();
        while let Some(step) = rest.pop() {
            if step == ".." {
                here.pop();
                continue;
            }
            let next = here.join(&step);
            if fs::symlink_metadata(&next).is_ok_and(|about| about.is_dir()) {
                here = next;
                continue;
            }
            let leads_to = fs::read_link(&next).ok();
            let is_followed = heard.len() < MAX_LINKS;
            heard.push(Self::Name(next));
            match leads_to.filter(|_| is_followed) {
                Some(target) => rest.extend(steps(&target)),
                None => return heard,
            }
        }
        heard.push(match self {
            Self::Folder(_) => Self::Folder(here),
            Self::Name(_) => Self::Name(here),
        });
        heard
    }
}

/// Where all of them are heard now.
pub(super) fn heard_at(spots: &BTreeSet<Spot>) -> BTreeSet<Spot> {
    spots.iter().flat_map(Spot::heard_at).collect()
}

/// The parts of a path, the last one first.
fn steps(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev();
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder without a link on the way to it.
    fn root() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().canonicalize().unwrap();
        (root, path)
    }

    #[test]
    fn what_is_missing_is_heard_by_its_name_in_the_nearest_folder_that_there_is() {
        let (_root, root) = root();
        let file = Spot::Name(root.join("a/b/c"));
        let folder = Spot::Folder(root.join("a/b/c"));
        for spot in [&file, &folder] {
            assert_eq!(spot.heard_at(), [Spot::Name(root.join("a"))]);
        }
        fs::create_dir_all(root.join("a/b")).unwrap();
        for spot in [&file, &folder] {
            assert_eq!(spot.heard_at(), [Spot::Name(root.join("a/b/c"))]);
        }
        fs::create_dir(root.join("a/b/c")).unwrap();
        assert_eq!(file.heard_at(), [file]);
        assert_eq!(folder.heard_at(), [folder]);
        fs::write(root.join("a/file"), "").unwrap();
        let below_a_file = Spot::Name(root.join("a/file/x"));
        assert_eq!(below_a_file.heard_at(), [Spot::Name(root.join("a/file"))]);
    }

    #[test]
    fn each_link_on_the_way_is_heard_by_its_own_name_and_its_end_where_it_leads() {
        let (_root, root) = root();
        fs::create_dir_all(root.join("real/deep")).unwrap();
        symlink("../real/./deep", root.join("real/again")).unwrap();
        symlink(root.join("real/again"), root.join("link")).unwrap();
        symlink("file", root.join("real/deep/to file")).unwrap();
        let name = |path: &str| Spot::Name(root.join(path));
        assert_eq!(
            Spot::Name(root.join("link/to file")).heard_at(),
            [
                name("link"),
                name("real/again"),
                name("real/deep/to file"),
                name("real/deep/file"),
            ]
        );
        assert_eq!(
            Spot::Folder(root.join("link")).heard_at(),
            [
                name("link"),
                name("real/again"),
                Spot::Folder(root.join("real/deep"))
            ]
        );
    }

    #[test]
    fn links_that_lead_in_a_circle_are_not_followed_for_ever() {
        let (_root, root) = root();
        symlink("two", root.join("one")).unwrap();
        symlink("one", root.join("two")).unwrap();
        let heard = Spot::Name(root.join("one/x")).heard_at();
        assert_eq!(heard.len(), MAX_LINKS + 1);
        let names: BTreeSet<Spot> = heard.into_iter().collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
