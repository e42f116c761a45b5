//! One file a subcommand. This is the edge: what the environment says is read here, once, and passed
//! down; nothing below reads it again.
//!
//! May import: everything; nothing imports it but `main`.

mod acting;
mod answer;
mod approve;
mod away;
mod came_from;
mod change_task;
mod collect;
mod colours;
mod completions;
mod config;
mod context;
mod dashboard;
mod decide;
mod demo;
mod deny;
mod describe;
mod devices;
mod diff;
mod doctor;
mod emit;
mod ended;
mod explain;
mod follow;
mod install;
mod interrupted;
mod jump;
mod keys;
mod listen;
mod log;
mod logged;
mod lookup;
mod maintainers_log;
mod mirror;
mod pair;
mod program;
mod request;
mod restore;
mod resume;
mod rows;
mod rules;
mod send;
mod setup;
mod sidebar;
mod snooze;
mod start;
mod status;
mod tasks;
mod trust;
mod variables;
mod wait;
mod waiting_hook;
mod watch;
mod work;
mod wrap;

use crate::cli::{Cli, Command};
use crate::error::CommandResult;

pub(crate) use context::Context;
pub use wrap::{LEADER, lead};

/// Runs what was typed.
pub fn run(cli: &Cli) -> CommandResult {
    let context = Context::read(|name| std::env::var_os(name));
    maintainers_log::begin(&context, cli)?;
    match &cli.command {
        None => dashboard::run(&context, &cli.supervisor),
        Some(Command::Supervisor(arguments)) => dashboard::run(&context, arguments),
        Some(Command::Pulse(arguments)) => dashboard::pulse::run(&context, arguments),
        Some(Command::Sidebar(arguments)) => sidebar::run(&context, arguments),
        Some(Command::Jump(arguments)) => jump::run(&context, arguments),
        Some(Command::Start(arguments)) => start::start(&context, arguments),
        Some(Command::Stop(arguments)) => start::stop(&context, arguments),
        Some(Command::Resume(arguments)) => resume::run(&context, arguments),
        Some(Command::Snooze(arguments)) => snooze::run(&context, arguments),
        Some(Command::Request(arguments)) => request::run(&context, arguments),
        Some(Command::Approve(arguments)) => approve::run(&context, arguments),
        Some(Command::Deny(arguments)) => deny::run(&context, arguments),
        Some(Command::Answer(arguments)) => answer::run(&context, arguments),
        Some(Command::Send(arguments)) => send::run(&context, arguments),
        Some(Command::Trust(arguments)) => trust::run(&context, arguments),
        Some(Command::Rules(command)) => rules::run(&context, command),
        Some(Command::Collect(arguments)) => collect::run(&context, arguments),
        Some(Command::Pair(arguments)) => pair::run(&context, arguments),
        Some(Command::Devices(command)) => devices::run(&context, command),
        Some(Command::Status(arguments)) => status::run(&context, arguments),
        Some(Command::Away(arguments)) => away::run(&context, arguments),
        Some(Command::Wait(arguments)) => wait::run(&context, arguments),
        Some(Command::Watch(arguments)) => watch::run(&context, arguments),
        Some(Command::Wrap(arguments)) => wrap::run(&context, arguments),
        Some(Command::Emit(arguments)) => emit::run(&context, arguments),
        Some(Command::Config(command)) => config::run(&context, command),
        Some(Command::Keys { json }) => keys::run(&context, *json),
        Some(Command::Mirror { command }) => mirror::run(&context, *command),
        Some(Command::Log(arguments)) => log::run(&context, arguments),
        Some(Command::Diff(arguments)) => diff::run(&context, arguments),
        Some(Command::Tasks(arguments)) => tasks::run(&context, arguments),
        Some(Command::Explain(arguments)) => explain::run(&context, arguments),
        Some(Command::Install(arguments)) => install::install(&context, arguments),
        Some(Command::Uninstall(arguments)) => install::uninstall::uninstall(&context, arguments),
        Some(Command::Setup(arguments)) => setup::run(&context, arguments),
        Some(Command::Doctor(arguments)) => doctor::run(&context, arguments),
        Some(Command::Demo(arguments)) => demo::run(&context, arguments),
        Some(Command::Completions(arguments)) => {
            completions::run(&context, arguments);
            Ok(())
        }
        Some(Command::Man(arguments)) => describe::man(arguments),
    }
}
