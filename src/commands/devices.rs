//! `devices`: the phones and browsers that were paired.

use std::fmt::Write as _;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;

use super::Context;
use crate::cli::DevicesCommand;
use crate::error::{CommandError, CommandResult};
use crate::hub::devices::{Device, Devices, DevicesError, MAX_DEVICES, NotEntered};
use crate::hub::protocol::Right;
use crate::log::when::{Grain, age};
use crate::messages;

/// One device as it is printed for programs.
#[derive(Serialize)]
struct Printed<'a> {
    name: &'a str,
    right: Right,
    made: Timestamp,
    used: Option<Timestamp>,
}

/// Lists them, or takes one out.
pub(super) fn run(context: &Context, command: &DevicesCommand) -> CommandResult {
    let devices = of(context)?;
    match command {
        DevicesCommand::List { json } => list(&devices, *json),
        DevicesCommand::Revoke { name } => revoke(&devices, name),
    }
}

/// Where they are kept.
pub(super) fn of(context: &Context) -> Result<Devices, CommandError> {
    Devices::of(&context.places()).ok_or_else(|| {
        CommandError::new("there is no folder in which devices could be kept")
            .hint("set HOME or XDG_STATE_HOME")
    })
}

fn list(devices: &Devices, as_json: bool) -> CommandResult {
    let all = devices.all().map_err(|error| failed(&error))?;
    if as_json {
        let printed = all.iter().map(|device| Printed {
            name: &device.name,
            right: device.right,
            made: device.made,
            used: device.used,
        });
        return messages::json(&printed.collect::<Vec<_>>());
    }
    if all.is_empty() {
        messages::status("No device is paired. `pane-patrol pair` lets one in.");
        return Ok(());
    }
    messages::result(&table(&all, Timestamp::now()));
    Ok(())
}

fn table(all: &[Device], now: Timestamp) -> String {
    let names = all.iter().map(|device| device.name.chars().count());
    let width = names.max().unwrap_or_default();
    let ago = |at: Timestamp| format!("{} ago", age(now.since(at), Grain::Coarse));
    let mut text = String::new();
    for device in all {
        let (name, right) = (&device.name, device.right.as_str());
        let used = device.used.map_or("never".to_owned(), ago);
        let paired = ago(device.made);
        // A text takes whatever is written to it.
        let _ = writeln!(
            text,
            "{name:width$}  {right:6}  paired {paired}, last here {used}"
        );
    }
    text
}

fn revoke(devices: &Devices, name: &str) -> CommandResult {
    if devices
        .revoke(name)
        .map_err(|error| failed(&error))?
        .is_some()
    {
        messages::status(&format!(
            "`{name}` was revoked: what it had open is cut off, and its token opens nothing any more."
        ));
        return Ok(());
    }
    let all = devices.all().map_err(|error| failed(&error))?;
    let names: Vec<String> = all.iter().map(|it| format!("`{}`", it.name)).collect();
    let known = if names.is_empty() {
        "no device is paired".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Err(CommandError::new(format!("no device is called `{name}`"))
        .hint(format!("nothing was changed; {known}")))
}

/// What a person can do about it.
pub(super) fn failed(error: &DevicesError) -> CommandError {
    match error {
        DevicesError::NotEntered(NotEntered::Taken) => {
            CommandError::new("another device is called so, or is about to be").hint(
                "nothing was changed; take another `--name`, or `pane-patrol devices revoke` the one there is",
            )
        }
        DevicesError::NotEntered(_) => {
            CommandError::new(format!("there are {MAX_DEVICES} devices or open codes already"))
                .hint("nothing was changed; `pane-patrol devices revoke NAME` takes one out")
        }
        DevicesError::Locked(_) | DevicesError::Io { .. } => {
            CommandError::new("the devices could not be read or changed")
                .caused_by(error)
                .hint("nothing was changed; see what stands there, and try again")
        }
    }
}
