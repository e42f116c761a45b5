//! One file a subcommand. This is the edge: what the environment says is read here, once, and passed
//! down; nothing below reads it again.
//!
//! May import: everything; nothing imports it but `main`.

mod acting;
mod answer;
mod approve;
mod collect;
mod context;
mod dashboard;
mod decide;
mod demo;
mod deny;
mod describe;
mod diff;
mod doctor;
mod emit;
mod explain;
mod install;
mod jump;
mod listen;
mod log;
mod logged;
mod lookup;
mod mirror;
mod request;
mod rows;
mod rules;
mod snooze;
mod start;
mod status;
mod tasks;
mod trust;
mod wait;
mod waiting_hook;
mod watch;
mod wrap;

use crate::cli::{Cli, Command};
use crate::error::CommandResult;

pub use context::Surroundings;

/// Runs what was typed.
pub fn run(cli: &Cli) -> CommandResult {
    let surroundings = Surroundings::read(|name| std::env::var_os(name));
    match &cli.command {
        None => dashboard::run(&surroundings, &cli.supervisor),
        Some(Command::Supervisor(arguments)) => dashboard::run(&surroundings, arguments),
        Some(Command::Jump(arguments)) => jump::run(&surroundings, arguments),
        Some(Command::Start(arguments)) => start::start(&surroundings, arguments),
        Some(Command::Stop(arguments)) => start::stop(&surroundings, arguments),
        Some(Command::Snooze(arguments)) => snooze::run(&surroundings, arguments),
        Some(Command::Request(arguments)) => request::run(&surroundings, arguments),
        Some(Command::Approve(arguments)) => approve::run(&surroundings, arguments),
        Some(Command::Deny(arguments)) => deny::run(&surroundings, arguments),
        Some(Command::Answer(arguments)) => answer::run(&surroundings, arguments),
        Some(Command::Trust(arguments)) => trust::run(&surroundings, arguments),
        Some(Command::Rules(command)) => rules::run(&surroundings, command),
        Some(Command::Collect(arguments)) => collect::run(&surroundings, arguments),
        Some(Command::Status(arguments)) => status::run(&surroundings, arguments),
        Some(Command::Wait(arguments)) => wait::run(&surroundings, arguments),
        Some(Command::Watch(arguments)) => watch::run(&surroundings, arguments),
        Some(Command::Wrap(arguments)) => wrap::run(&surroundings, arguments),
        Some(Command::Emit(arguments)) => emit::run(&surroundings, arguments),
        Some(Command::Mirror { command }) => mirror::run(&surroundings, *command),
        Some(Command::Log(arguments)) => log::run(&surroundings, arguments),
        Some(Command::Diff(arguments)) => diff::run(&surroundings, arguments),
        Some(Command::Tasks(arguments)) => tasks::run(&surroundings, arguments),
        Some(Command::Explain(arguments)) => explain::run(&surroundings, arguments),
        Some(Command::Install(arguments)) => install::install(&surroundings, arguments),
        Some(Command::Uninstall(arguments)) => install::uninstall(&surroundings, arguments),
        Some(Command::Doctor(arguments)) => doctor::run(&surroundings, arguments),
        Some(Command::Demo(arguments)) => demo::run(arguments),
        Some(Command::Completions { shell }) => {
            describe::completions(*shell);
            Ok(())
        }
        Some(Command::Man) => describe::man(),
    }
}
