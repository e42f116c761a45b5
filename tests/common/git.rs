//! Repositories of the real git.

use std::path::Path;

use super::{TestEnv, finish};

impl TestEnv {
    /// Runs git in `folder`, as somebody; it must succeed.
    pub fn git(&self, folder: &Path, arguments: &[&str]) {
        let mut git = self.command("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        let done = finish(git.args(arguments).current_dir(folder));
        assert!(done.status.success(), "git {arguments:?}: {done:?}");
    }
}
