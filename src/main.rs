//! The executable: `hook` first, else parse, run, exit code.

use std::env;
use std::process::ExitCode;

use clap::Parser;
use pane_patrol::cli::Cli;
use pane_patrol::{commands, messages};

fn main() -> ExitCode {
    // Before anything that could fail, print or take its time: an assistant waits for it.
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|command| command == "hook") {
        pane_patrol_hooks::run(arguments);
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(messages::usage(&error)),
    };
    match commands::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            messages::error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}
