//! `completions` and `man`: what the command line says about itself, in other programs' formats.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Prints the completions of one shell.
pub(super) fn completions(shell: Shell) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "pane-patrol", &mut text);
    messages::result(&String::from_utf8_lossy(&text));
}

/// Prints the manual page.
pub(super) fn man() -> CommandResult {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut text)
        .map_err(|error| CommandError::new("could not write the manual page").caused_by(&error))?;
    messages::result(&String::from_utf8_lossy(&text));
    Ok(())
}
