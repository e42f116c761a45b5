//! The executable: `hook` first, and what it becomes another program by, else parse, run, exit code.

use std::env;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use pane_patrol::cli::Cli;
use pane_patrol::tap::{self, TAP};
use pane_patrol::{commands, messages};
use pane_patrol_sys::child::{AllGroups, TIED, become_tied};

pane_patrol_bare::before_main!(pane_patrol_hooks::run_before_main);

fn main() -> ExitCode {
    // Before anything that could fail, print or take its time: an assistant waits for it. Most hooks
    // have been served before that even.
    let mut arguments = env::args_os().skip(1);
    match arguments.next() {
        Some(command) if command == "hook" => {
            pane_patrol_hooks::run(arguments);
            return ExitCode::SUCCESS;
        }
        // One runs beside each session that is read, and has to stay small.
        Some(command) if command == TAP && tap::run(arguments.by_ref()) => {
            return ExitCode::SUCCESS;
        }
        Some(command) if command == TIED => {
            become_tied(arguments);
            return ExitCode::FAILURE;
        }
        Some(command) if command == commands::LEADER => return commands::lead(arguments),
        _ => {}
    }
    // Whatever becomes of the command, nothing that works for it is left behind.
    let _all = AllGroups;
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(messages::usage(error, Cli::command())),
    };
    match commands::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            messages::error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}
