//! Settings of Codex that the person may ask for with an install.

use clap::Args;
use pane_patrol_installer::{
    Assistant as Row, CODEX_CONFIG, CODEX_NO_DAEMON, CODEX_TERMINAL_TITLE, Setting,
};

/// Options of `install` for Codex alone.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    /// Let Codex put its state and session into the window's title, so that a pane is found whose
    /// hooks run in the server all panes share (`tui.terminal_title` in its config.toml)
    #[arg(long = "codex-terminal-title")]
    terminal_title: bool,
    /// Let each Codex run by itself, without that server (`features.daemon_auto_start = false`)
    #[arg(long = "codex-no-daemon")]
    no_daemon: bool,
}

impl Options {
    /// The settings, and the file they stand in.
    pub(crate) fn settings(&self) -> (&'static Row, Vec<Setting>) {
        let title = self.terminal_title.then_some(CODEX_TERMINAL_TITLE);
        let no_daemon = self.no_daemon.then_some(CODEX_NO_DAEMON);
        (&CODEX_CONFIG, title.into_iter().chain(no_daemon).collect())
    }
}
