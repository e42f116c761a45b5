//! One file a subcommand. This is the edge: what the environment says is read here, once, and passed
//! down; nothing below reads it again.

mod collect;
mod demo;
mod describe;
mod doctor;
mod emit;
mod install;
mod site;
mod status;
mod surroundings;

use crate::cli::{Cli, Command};
use crate::error::CommandResult;

pub use surroundings::Surroundings;

/// Runs what was typed.
pub fn run(cli: &Cli) -> CommandResult {
    let surroundings = Surroundings::read(|name| std::env::var_os(name));
    match &cli.command {
        Command::Collect => collect::run(&surroundings),
        Command::Status(arguments) => status::run(&surroundings, arguments),
        Command::Emit(arguments) => emit::run(&surroundings, arguments),
        Command::Install(arguments) => install::install(&surroundings, arguments),
        Command::Uninstall(arguments) => install::uninstall(&surroundings, arguments),
        Command::Doctor(arguments) => doctor::run(&surroundings, arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Completions { shell } => {
            describe::completions(*shell);
            Ok(())
        }
        Command::Man => describe::man(),
    }
}
