//! Which files of commands tmux reads at its start.

use std::path::{Path, PathBuf};

/// The system's own files; which of them is read was decided when tmux was built.
const OF_THE_SYSTEM: &[&str] = &[
    "/etc/tmux.conf",
    "/usr/local/etc/tmux.conf",
    "/opt/homebrew/etc/tmux.conf",
];

/// The files that tmux reads, all of them that are there, in its order.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// Where the person's own may be.
    own: Vec<PathBuf>,
    home: PathBuf,
}

impl Files {
    /// For a person with that home and `XDG_CONFIG_HOME`, as far as that is set.
    pub(crate) fn of(home: &Path, config: Option<&Path>) -> Self {
        let mut own = vec![home.join(".tmux.conf")];
        let config = config.map(Path::to_owned).into_iter();
        for folder in config.chain([home.join(".config")]) {
            let file = folder.join("tmux/tmux.conf");
            if !own.contains(&file) {
                own.push(file);
            }
        }
        Self {
            own,
            home: home.to_owned(),
        }
    }

    /// The person's own that are there, a link that leads nowhere, too.
    pub(crate) fn own(&self) -> Vec<PathBuf> {
        let is_there = |file: &&PathBuf| file.symlink_metadata().is_ok();
        self.own.iter().filter(is_there).cloned().collect()
    }

    /// Every place where one of the person's own may be.
    pub(crate) fn possible(&self) -> &[PathBuf] {
        &self.own
    }

    /// Where the person's own would be made: beside what they keep for tmux already.
    pub(crate) fn fresh(&self) -> PathBuf {
        let in_folder = |file: &&PathBuf| file.parent().is_some_and(Path::is_dir);
        let below = self.own.iter().skip(1).find(in_folder);
        below.unwrap_or(&self.own[0]).clone()
    }

    /// All that are there.
    pub(crate) fn all(&self) -> Vec<PathBuf> {
        let system = OF_THE_SYSTEM.iter().map(PathBuf::from);
        let system = system.filter(|file| file.is_file());
        system.chain(self.own()).collect()
    }

    /// The path as the person writes it.
    pub(crate) fn short(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.home).ok();
        below.map_or_else(
            || path.display().to_string(),
            |below| format!("~/{}", below.display()),
        )
    }
}
