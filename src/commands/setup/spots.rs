//! Where the files are that `setup` writes beside those of assistants.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::Spot;

use crate::commands::Context;
use crate::mux::tmux::conf::Files;
use crate::mux::zellij::here;

/// The name of our file for tmux, beside the settings.
const FOR_TMUX: &str = "tmux.conf";

/// All that can be known of the places.
pub(super) struct Spots {
    /// Our settings.
    pub(super) settings: PathBuf,
    /// Our file for tmux.
    pub(super) for_tmux: PathBuf,
    /// The files that tmux reads.
    pub(super) files: Files,
    /// The person's settings of Zellij.
    pub(super) for_zellij: PathBuf,
    home: PathBuf,
    /// Where the records are.
    pub(super) installs: PathBuf,
    uid: u32,
}

impl Spots {
    /// By what the environment says; `None` without a home or a place for backups.
    pub(super) fn of(context: &Context) -> Option<Self> {
        let places = context.places();
        let settings = places.config.clone()?;
        let home = context.environment.home.clone()?;
        let config = context.environment.config_home.as_deref();
        Some(Self {
            for_tmux: settings.with_file_name(FOR_TMUX),
            files: Files::of(&home, config),
            for_zellij: here::settings(&context.multiplexers, &home, config),
            installs: places.installs()?.join("setup"),
            uid: context.environment.uid,
            settings,
            home,
        })
    }

    /// One file, as the installer has to be told of it.
    pub(super) fn spot(&self, file: &Path) -> Spot {
        Spot {
            file: file.to_owned(),
            home: file.starts_with(&self.home).then(|| self.home.clone()),
            installs: self.installs.clone(),
            uid: self.uid,
            now: Timestamp::now(),
        }
    }

    /// The person's home.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// Whether a file for which a record stands is all ours.
    pub(super) fn is_for_tmux(&self, file: &Path) -> bool {
        file == self.for_tmux || ends_as(file, &self.for_tmux)
    }

    /// Whether it is one that Zellij reads.
    pub(super) fn is_for_zellij(&self, file: &Path) -> bool {
        file == self.for_zellij || file.extension().is_some_and(|end| end == "kdl")
    }

    /// Whether it holds our settings.
    pub(super) fn is_settings(&self, file: &Path) -> bool {
        file == self.settings || ends_as(file, &self.settings)
    }
}

/// Of another config folder: the same name in a folder of the same name.
fn ends_as(file: &Path, other: &Path) -> bool {
    let parts = |path: &Path| {
        let folder = path.parent().and_then(Path::file_name);
        Some((folder?.to_owned(), path.file_name()?.to_owned()))
    };
    parts(file).is_some() && parts(file) == parts(other)
}
