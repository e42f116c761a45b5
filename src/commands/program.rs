//! Where programs are, and which one this is.

use std::env;
use std::path::{Path, PathBuf};

/// Where a program of that name would be, by `PATH`.
pub(super) fn on_path(program: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
    let program = program.to_owned();
    folders.into_iter().map(move |folder| folder.join(&program))
}

/// This program by the path it was called by, not resolved through links: a link that an upgrade
/// moves on is what should be registered.
pub(super) fn executable() -> Option<PathBuf> {
    let called = PathBuf::from(env::args_os().next()?);
    if called.components().count() > 1 {
        return Some(env::current_dir().ok()?.join(called));
    }
    let found = on_path(&called).find(|path| path.is_absolute() && path.is_file());
    found.or_else(|| {
        env::current_exe()
            .ok()
            .filter(|path: &PathBuf| Path::new(path).is_file())
    })
}
