//! `pair`: shows a one-time code by which a phone or browser becomes a device of the person's.

mod address;
mod code;
mod sheet;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Context;
use super::devices::{failed, of};
use crate::cli::PairArgs;
use crate::error::{CommandError, CommandResult, EXIT_TIMED_OUT, EXIT_USAGE};
use crate::hub::devices::{Device, Devices, Offered, name_of};
use crate::hub::protocol::Right;
use crate::messages::{self, Output};
use crate::sys::file_watch::Watch;
use sheet::Sheet;

/// What is printed for programs.
#[derive(Serialize)]
struct Printed<'a> {
    address: &'a str,
    code: &'a str,
    name: Option<&'a str>,
    right: Right,
    until: Timestamp,
}

/// Gives a code and shows it; on a terminal it waits for the device.
pub(super) fn run(context: &Context, arguments: &PairArgs) -> CommandResult {
    let devices = of(context)?;
    let name = arguments.name.as_deref();
    if let Some(name) = name.filter(|name| name.is_empty() || name_of(name) != **name) {
        return Err(no_name(name));
    }
    let right = match (arguments.read_only, arguments.manage) {
        (true, _) => Right::Read,
        (_, true) => Right::Manage,
        _ => Right::Answer,
    };
    let base = address::of(context, arguments.address.as_deref())?;
    let offered = devices.offer(name, right, Timestamp::now());
    let offered = offered.map_err(|error| failed(&error))?;
    // What stands behind `#` is for the page alone: no browser sends it anywhere.
    let address = format!("{base}/#pair={}", offered.code);
    if arguments.json {
        return messages::json(&Printed {
            address: &address,
            code: &offered.code,
            name,
            right,
            until: offered.until,
        });
    }
    let mut output = Output::open();
    if !output.is_terminal() {
        let _ = output.print(&format!("{address}\n"));
        return close(output);
    }
    let code = code::drawn(&address, context.no_color || context.is_dumb);
    let mut sentences =
        vec!["Waiting for it: scan this, or open it there, in two minutes. Ctrl-C ends it."];
    if address::is_here_alone(&base) {
        sentences
            .push("It is this machine's own address: docs/phone.md says how a phone reaches it.");
    }
    sentences.push(words_of(right));
    let sheet = Sheet {
        sentences: &sentences,
        address: &address,
        code: &code,
    };
    // A terminal that has gone is told at the end.
    let _ = output.print_ready(&sheet.laid_out(messages::size()));
    close(output)?;
    wait(&devices, &offered)
}

fn close(output: Output) -> CommandResult {
    output.close().map_err(|error| {
        CommandError::new("could not print the code")
            .caused_by(&error)
            .hint("the code that was made is good for two minutes, and nobody has seen it")
    })
}

fn words_of(right: Right) -> &'static str {
    match right {
        Right::Read => "It may see everything, and do nothing.",
        Right::Manage => "It may see everything, decide, send prompts, stop and resume.",
        _ => "It may see everything, and decide about requests.",
    }
}

/// Waits until the device has come, the time is over, or the person does not want it any more.
fn wait(devices: &Devices, offered: &Offered) -> CommandResult {
    let (mut watch, waker) = Watch::of(devices.path());
    let is_unwanted = Arc::new(AtomicBool::new(false));
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| CommandError::new("could not wait for signals").caused_by(&error))?;
    let unwanted = Arc::clone(&is_unwanted);
    // Without the thread Ctrl-C would be for nothing: the code is good for no longer than it would be anyway.
    let _ = std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if signals.forever().next().is_some() {
                unwanted.store(true, Ordering::Relaxed);
                waker.wake();
            }
        });
    loop {
        if let Some(device) = devices
            .came_by(&offered.code)
            .map_err(|error| failed(&error))?
        {
            welcome(&device);
            return Ok(());
        }
        let left = offered.until.since(Timestamp::now());
        if left.is_zero() || is_unwanted.load(Ordering::Relaxed) {
            break;
        }
        watch.wait(Some(left.min(LONGEST)));
    }
    take_back(devices, offered)
}

/// The clock may be set meanwhile.
const LONGEST: Duration = Duration::from_secs(5);

/// The device may have come in this very moment.
fn take_back(devices: &Devices, offered: &Offered) -> CommandResult {
    let is_taken_back = devices
        .withdraw(&offered.code)
        .map_err(|error| failed(&error))?;
    if let Some(device) = devices
        .came_by(&offered.code)
        .map_err(|error| failed(&error))?
    {
        welcome(&device);
        return Ok(());
    }
    let why = if is_taken_back && offered.until > Timestamp::now() {
        "the code was taken back before anybody came"
    } else {
        "nobody came in two minutes"
    };
    Err(CommandError::new(why)
        .hint("the code is good for nothing any more; `pane-patrol pair` gives another one")
        .exit(EXIT_TIMED_OUT))
}

fn welcome(device: &Device) {
    let name = &device.name;
    messages::status(&format!(
        "Paired: `{name}`. `pane-patrol devices revoke '{name}'` ends that at once."
    ));
}

fn no_name(name: &str) -> CommandError {
    CommandError::new(format!("`{name}` is no name of a device"))
        .hint("nothing was changed; a name is one line of at most 40 letters")
        .exit(EXIT_USAGE)
}
