//! `config`: the settings file: written anew with every key, checked, found, and what holds.

mod show;

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

use pane_patrol_sys::private;

use super::Context;
use crate::cli::ConfigCommand;
use crate::config::{self, Config, ConfigError, Fault};
use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Does what was asked.
pub(super) fn run(context: &Context, command: &ConfigCommand) -> CommandResult {
    match command {
        ConfigCommand::Init { print: true } => {
            messages::result(&config::commented());
            Ok(())
        }
        ConfigCommand::Init { print: false } => init(&place(context)?),
        ConfigCommand::Check { json, file } => {
            let file = match file {
                Some(file) => file.clone(),
                None => place(context)?,
            };
            check(&file, *json)
        }
        ConfigCommand::Path => {
            messages::result(&format!("{}\n", place(context)?.display()));
            Ok(())
        }
        ConfigCommand::Show { json } => show::run(context, &place(context)?, *json),
    }
}

fn place(context: &Context) -> Result<PathBuf, CommandError> {
    context.places().config.ok_or_else(|| {
        CommandError::new("there is no place for the settings").hint("set HOME or XDG_CONFIG_HOME")
    })
}

fn init(file: &Path) -> CommandResult {
    let name = file.display();
    let failed = |error: io::Error| {
        let is_there = error.kind() == io::ErrorKind::AlreadyExists;
        let failed = CommandError::new(format!("could not write {name}")).caused_by(&error);
        failed.hint(if is_there {
            "it is left as it is; `pane-patrol config init --print` prints what would be written"
        } else {
            "nothing was written; see that you may write to its folder"
        })
    };
    if let Some(folder) = file.parent() {
        private::make_folders(folder).map_err(failed)?;
    }
    private::write_file(file, config::commented().as_bytes()).map_err(failed)?;
    messages::status(&format!(
        "Every setting is in {name} now, each with its default."
    ));
    Ok(())
}

fn check(file: &Path, json: bool) -> CommandResult {
    let name = file.display();
    let Some(text) = Config::text(file).map_err(|error| unreadable(&error))? else {
        messages::status(&format!(
            "There is no {name}: everything is as it is by default."
        ));
        return if json {
            messages::json(&[(); 0])
        } else {
            Ok(())
        };
    };
    let faults = config::faults(&text);
    if json {
        messages::json(&faults)?;
    } else {
        messages::result(&told(&name.to_string(), &faults));
    }
    let errors = faults.iter().filter(|fault| fault.is_error).count();
    if errors > 0 {
        let failed = CommandError::new(format!("{name} cannot be used"));
        return Err(failed.hint("until it is corrected, nothing that reads it starts"));
    }
    if faults.is_empty() {
        messages::status(&format!("{name} is right."));
    }
    Ok(())
}

fn unreadable(error: &ConfigError) -> CommandError {
    CommandError::new("the settings cannot be read")
        .caused_by(error)
        .hint("nothing was changed; see what stands there, and that you may read it")
}

/// One line for what is wrong and one for what to write.
fn told(name: &str, faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let kind = if fault.is_error { "error" } else { "warning" };
        let (line, column, what) = (fault.line, fault.column, &fault.what);
        let _ = writeln!(text, "{name}:{line}:{column}: {kind}: {what}");
        if let Some(fix) = &fault.fix {
            let _ = writeln!(text, "  {fix}");
        }
    }
    text
}
