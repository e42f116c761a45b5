//! Options of `install` that are about one assistant alone.

use clap::Args;
use pane_patrol_installer::{Assistant as Row, Setting};

use super::codex::settings::Options as Codex;

/// What else is to be set.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct InstallOptions {
    #[command(flatten)]
    codex: Codex,
}

impl InstallOptions {
    /// The settings that the person asked for, with the file that they stand in.
    pub(crate) fn settings(&self) -> Vec<(&'static Row, Vec<Setting>)> {
        let all = [self.codex.settings()];
        let asked = all.into_iter();
        asked.filter(|(_, settings)| !settings.is_empty()).collect()
    }
}
