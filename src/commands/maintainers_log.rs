//! `--log`, `PANE_PATROL_LOG` and `AOC_LOG_DIR`: begins the maintainer's log before anything else is done.

use std::path::{Path, PathBuf};

use pane_patrol_sys::private;

use super::Context;
use crate::cli::{Cli, Command};
use crate::diagnostics::{self, Level};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;

/// Our file in a folder that other programs log to.
const NAME: &str = "pane-patrol.log";

/// Begins it, where somebody wants one. What a person says to us alone must be right; a variable of
/// Mission Control's that leads nowhere is worth a warning, and not even that where we print nothing.
pub(super) fn begin(context: &Context, cli: &Cli) -> CommandResult {
    let told = &context.told;
    let level = match &told.log_level {
        Some(text) => text.parse().map_err(|error: diagnostics::NoLevel| {
            CommandError::new("the level of the maintainer's log means nothing")
                .caused_by(&error)
                .hint("nothing was done; correct `PANE_PATROL_LOG_LEVEL` or `AOC_LOG_LEVEL`, or unset it")
                .exit(EXIT_USAGE)
        }),
        None => Ok(Level::default()),
    };
    if let Some(path) = cli.log.as_ref().or(told.log.as_ref()) {
        return diagnostics::begin(path, level?).map_err(|error| {
            CommandError::new(format!("could not write the maintainer's log {}", path.display()))
                .caused_by(&error)
                .hint("nothing was done; name a file in a folder that you may write, with `--log` or `PANE_PATROL_LOG`")
        });
    }
    let Some(folder) = &told.log_folder else {
        return Ok(());
    };
    let begun =
        file_in(folder).and_then(|path| diagnostics::begin(&path, level.unwrap_or_default()));
    if let Err(error) = begun
        && !matches!(cli.command, Some(Command::Wrap(_)))
    {
        let folder = folder.display();
        messages::warning(&format!(
            "there is no maintainer's log: `AOC_LOG_DIR` is {folder}: {error}; unset it, or let it name a folder of yours"
        ));
    }
    Ok(())
}

fn file_in(folder: &Path) -> std::io::Result<PathBuf> {
    private::make_folders(folder)?;
    Ok(folder.join(NAME))
}
