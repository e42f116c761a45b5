//! The projects of the scripted assistants: little repositories with real changes in them.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use pane_patrol_sys::open::read_text;
use pane_patrol_sys::private;

use super::story::Script;
use crate::sys::child::{self, Kept};

/// No file of a project is longer, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Makes the project of a script in `folder`: what was committed, and what was changed since. Without git
/// it has its files and the name of its branch.
pub(super) fn make(script: &Script, folder: &Path, home: &OsStr) -> io::Result<()> {
    write_all(script.files, folder)?;
    let branch = format!("init.defaultBranch={}", script.branch);
    let is_made = git(folder, home, &["-c", &branch, "init", "-q"])
        && git(folder, home, &["add", "--all"])
        && git(folder, home, &["commit", "-q", "-m", "Begin"]);
    if !is_made {
        private::make_folders(&folder.join(".git"))?;
        let head = format!("ref: refs/heads/{}\n", script.branch);
        std::fs::write(folder.join(".git/HEAD"), head)?;
    }
    lay_out(script, folder)
}

/// Has the files as they are when the story begins.
pub(super) fn lay_out(script: &Script, folder: &Path) -> io::Result<()> {
    write_all(script.files, folder)?;
    write_all(script.changed, folder)
}

/// Puts one text into the place of another in a file.
pub(super) fn edit(file: &Path, old: &str, new: &str) -> io::Result<()> {
    let text = read_text(file, MAX_FILE).map_err(io::Error::other)?;
    std::fs::write(file, text.replacen(old, new, 1))
}

fn write_all(files: &[(&str, &str)], folder: &Path) -> io::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), private::make_folders)?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// Whether git has done that, with none of the person's settings.
fn git(folder: &Path, home: &OsStr, arguments: &[&str]) -> bool {
    let mut git = child::ours("git", Kept::these(&["GIT_EXEC_PATH"]));
    git.env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=You", "-c", "user.email=you@localhost"])
        .args(["-c", "commit.gpgSign=false"])
        .args(arguments);
    git.status().is_ok_and(|status| status.success())
}
