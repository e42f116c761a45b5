//! `keys`: which key of the dashboard does what.

use serde::Serialize;

use super::Context;
use crate::error::CommandResult;
use crate::keymap::{self, Bound};
use crate::messages;

/// One action as it is printed for programs.
#[derive(Serialize)]
struct Printed {
    action: &'static str,
    /// As they are written in the settings; none: it is not bound.
    keys: Vec<String>,
    /// They work, and the help does not show them.
    habits: Vec<String>,
    does: &'static str,
}

/// Prints them.
pub(super) fn run(context: &Context, json: bool) -> CommandResult {
    // Where the settings were read, they have none that would mean two things.
    let bindings = context.config()?.keys.bindings().unwrap_or_default();
    let all: Vec<Printed> = bindings.all().iter().map(Printed::of).collect();
    if json {
        return messages::json(&all);
    }
    messages::result(&all.iter().map(line).collect::<String>());
    Ok(())
}

impl Printed {
    fn of(bound: &Bound) -> Self {
        let written = |keys: &[keymap::Key]| keys.iter().map(keymap::Key::written).collect();
        Self {
            action: keymap::name(bound.action),
            keys: written(&bound.keys),
            habits: written(&bound.habits),
            does: keymap::help_of(bound.action),
        }
    }
}

fn line(one: &Printed) -> String {
    let keys: Vec<&str> = one
        .keys
        .iter()
        .chain(&one.habits)
        .map(String::as_str)
        .collect();
    let keys = if keys.is_empty() {
        "no key".to_owned()
    } else {
        keys.join(" ")
    };
    format!("{:<17} {keys:<22} {}\n", one.action, one.does)
}
