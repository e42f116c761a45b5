//! The git branch of a folder, read from `.git/HEAD` without starting git, in a thread of its own
//! because a folder may be on a disk that hangs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender, SyncSender};

use pane_patrol_sys::open::read_text;

use crate::collector::Message;
use crate::state::Input;
use crate::sys::monotone_clock::Clock;

/// Longest `HEAD` or `.git` file that is read, in bytes.
const MAX_BYTES: u64 = 4096;

/// Starts the thread. It reads each folder it is told and ends when the sender is dropped.
pub(in crate::collector) fn start_reader(
    clock: Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<Sender<String>> {
    let (orders, inbox) = mpsc::channel::<String>();
    let run = move || {
        for cwd in inbox {
            let branch = branch_of(Path::new(&cwd));
            let message = Message::Input(Input::Branch { cwd, branch }, clock.now());
            if output.send(message).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("branch".into())
        .spawn(run)?;
    Ok(orders)
}

/// The branch that is checked out in `folder` or the nearest repository above it.
fn branch_of(folder: &Path) -> Option<String> {
    let git = folder
        .ancestors()
        .map(|folder| folder.join(".git"))
        .find(|git| git.exists())?;
    let head = read_text(&git_folder(git)?.join("HEAD"), MAX_BYTES).ok()?;
    let branch = head.trim_end().strip_prefix("ref: refs/heads/")?;
    let is_plain = !branch.is_empty() && !branch.chars().any(char::is_control);
    is_plain.then(|| branch.to_owned())
}

/// `.git` is a folder, or, in a worktree or submodule, a file that says where it is.
fn git_folder(git: PathBuf) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git);
    }
    let text = read_text(&git, MAX_BYTES).ok()?;
    let told = text.strip_prefix("gitdir:")?.trim();
    Some(git.parent()?.join(told))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_branch_of_a_folder_is_that_of_the_repository_around_it() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(branch_of(&deep), None);
        fs::create_dir(root.path().join(".git")).unwrap();
        let head = root.path().join(".git/HEAD");
        fs::write(&head, "ref: refs/heads/fix/tax\n").unwrap();
        assert_eq!(branch_of(&deep).as_deref(), Some("fix/tax"));
        fs::write(&head, "0123456789012345678901234567890123456789\n").unwrap();
        assert_eq!(branch_of(&deep), None, "a detached head");
    }

    #[test]
    fn a_worktree_has_a_branch_of_its_own() {
        let root = tempfile::tempdir().unwrap();
        let state = root.path().join("main/.git/worktrees/w");
        fs::create_dir_all(&state).unwrap();
        fs::write(state.join("HEAD"), "ref: refs/heads/side\n").unwrap();
        let worktree = root.path().join("w");
        fs::create_dir(&worktree).unwrap();
        fs::write(worktree.join(".git"), "gitdir: ../main/.git/worktrees/w\n").unwrap();
        assert_eq!(branch_of(&worktree).as_deref(), Some("side"));
    }
}
