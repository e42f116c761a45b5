//! What an assistant writes down of the model, the mode and the tokens of a session.

use std::path::{Path, PathBuf};

use crate::state::Facts;

/// So much of a file's end is looked at, in bytes: what is asked stands there after each answer of the model.
pub(crate) const MAX_BYTES: u64 = 1024 * 1024;

/// Where an assistant writes that down.
pub(crate) trait FactsFile: Sync {
    /// The file of a session, where there is one. `home`: the assistant's config folder.
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf>;

    /// What the file says now; what it does not say is empty.
    fn read(&self, file: &Path) -> Facts;
}

/// The files of that name in the folder `within` each folder in `folder`.
pub(crate) fn files_below<'a>(
    folder: &Path,
    within: &'a str,
    is_one: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = PathBuf> + 'a {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries(folder);
    let files = folders.flat_map(move |entry| entries(&entry.path().join(within)));
    files.filter_map(move |entry| {
        let name = entry.file_name();
        is_one(name.to_str()?).then(|| entry.path())
    })
}
