//! `mirror`: the event log on, off, or how it is. It is on when its file exists.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use pane_patrol_hooks::event_log::{EventLog, lock_path, rotate};
use pane_patrol_sys::private;

use super::Context;
use super::log::query::broken;
use crate::cli::MirrorCommand;
use crate::error::{CommandError, CommandResult};
use crate::log::condition::{Condition, condition};
use crate::messages;

/// Said where lines have no messages.
const NO_MESSAGES: &str =
    "Prompts, commands and last words are not written; what was written before stays.";

/// Does what was asked.
pub(super) fn run(context: &Context, command: MirrorCommand) -> CommandResult {
    let log = context.event_log()?;
    match command {
        MirrorCommand::On => switch_on(context, &log),
        MirrorCommand::Off => switch_off(&log),
        MirrorCommand::Status => tell(context, &log),
    }
}

fn switch_on(context: &Context, log: &Path) -> CommandResult {
    let limits = context.config()?.mirror.limits();
    let failed = |error: io::Error| {
        CommandError::new(format!("could not switch on {}", log.display()))
            .caused_by(&error)
            .hint("nothing is logged; see what stands there, and that you may write to its folder")
    };
    if let Some(folder) = log.parent() {
        private::make_folders(folder).map_err(failed)?;
    }
    rotate::write_limits(log, limits).map_err(|error| {
        CommandError::new(format!("could not write {}", lock_path(log).display()))
            .caused_by(&error)
            .hint("nothing was switched on")
    })?;
    match private::make_file(log) {
        Ok(_) => messages::status(&format!(
            "Every event is logged from now on, to {}.",
            log.display()
        )),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if EventLog::open(log).is_none() {
                return tell(context, log);
            }
            messages::status(&format!("It was on already, in {}.", log.display()));
        }
        Err(error) => return Err(failed(error)),
    }
    if !limits.messages {
        messages::status(NO_MESSAGES);
    }
    Ok(())
}

fn switch_off(log: &Path) -> CommandResult {
    if condition(log) == Condition::Off {
        messages::status("It was off already.");
        return Ok(());
    }
    rotate::put_away(log).map_err(|error| {
        CommandError::new(format!("could not switch off {}", log.display()))
            .caused_by(&error)
            .hint("it is as it was; remove it by hand if it is not a log of ours")
    })?;
    messages::status(&format!(
        "Nothing is logged any more. What was logged is kept beside {}: `pane-patrol log` reads it, and nothing else needs it.",
        log.display()
    ));
    Ok(())
}

fn tell(context: &Context, log: &Path) -> CommandResult {
    let name = log.display();
    match condition(log) {
        Condition::Off => messages::result(&format!(
            "off\n`pane-patrol mirror on` logs every event to {name}\n"
        )),
        Condition::On { files, bytes } => {
            let limits = rotate::read_limits(log);
            let files = if files == 1 {
                "one file".to_owned()
            } else {
                format!("{files} files")
            };
            let mut said = format!(
                "on, {files} with {bytes} bytes\n{name} is rotated at {} bytes; {} files are kept\n",
                limits.max_bytes, limits.max_files
            );
            if !limits.messages {
                let _ = writeln!(said, "{NO_MESSAGES}");
            }
            let wanted = context.config()?.mirror.limits().messages;
            if wanted != limits.messages {
                let _ = writeln!(
                    said,
                    "the settings say `messages = {wanted}`, of which no hook knows: run `pane-patrol mirror on`"
                );
            }
            messages::result(&said);
        }
        Condition::Broken(trouble) => {
            return Err(broken(log, &trouble));
        }
    }
    Ok(())
}
