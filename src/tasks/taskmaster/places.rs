//! Where the list of a project is, and where it would be.

use std::path::{Path, PathBuf};

/// Where it keeps what it knows of a project.
const FOLDER: &str = ".taskmaster";

/// The list of the project around `folder`: the nearest one, not beyond the top of its repository.
pub(crate) fn find(folder: &Path) -> Option<PathBuf> {
    let mut files = projects(folder).map(list_of);
    files.find(|file| file.symlink_metadata().is_ok())
}

/// Every name by which a list of the project around `folder` comes, changes and goes, whether anything has it
/// now or not: each stands behind that of the folder in which it would be.
pub(crate) fn names(folder: &Path) -> Vec<PathBuf> {
    projects(folder).flat_map(names_in).collect()
}

fn names_in(project: &Path) -> [PathBuf; 4] {
    ["", "state.json", "tasks", "tasks/tasks.json"].map(|name| match name {
        "" => project.join(FOLDER),
        name => project.join(FOLDER).join(name),
    })
}

fn list_of(project: &Path) -> PathBuf {
    project.join(FOLDER).join("tasks/tasks.json")
}

/// The folders whose list would be that of `folder`, the nearest first.
fn projects(folder: &Path) -> impl Iterator<Item = &Path> {
    let mut is_inside = true;
    folder.ancestors().take_while(move |folder| {
        let was_inside = is_inside;
        is_inside = !folder.join(".git").exists();
        was_inside
    })
}

/// Where the current tag of a list is named.
pub(super) fn setting_of(file: &Path) -> Option<PathBuf> {
    Some(file.parent()?.parent()?.join("state.json"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_name_of_a_list_is_known_before_it_is_there() {
        let project = tempfile::tempdir().unwrap();
        let deep = project.path().join("src");
        fs::create_dir_all(project.path().join(".git")).unwrap();
        fs::create_dir_all(&deep).unwrap();
        let named = names(&deep);
        assert_eq!(named.len(), 8, "{named:?}");
        assert!(named.iter().all(|name| name.starts_with(project.path())));
        for (index, name) in named.iter().enumerate() {
            let folder = name.parent().unwrap();
            let is_before = named[..index].iter().any(|before| before == folder);
            assert!(is_before || folder.is_dir(), "{name:?} in {named:?}");
        }
    }

    #[test]
    fn the_list_of_another_project_above_the_repository_is_not_ours() {
        let project = tempfile::tempdir().unwrap();
        let list = list_of(project.path());
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        fs::write(list, "{}").unwrap();
        let inner = project.path().join("inner");
        fs::create_dir_all(inner.join(".git")).unwrap();
        fs::create_dir_all(inner.join("src")).unwrap();
        assert_eq!(find(&inner.join("src")), None);
        assert!(find(project.path()).is_some());
    }
}
