//! `setup`: everything that a person needs, one question after the other. Each step shows its change
//! before it asks, can be left out, and is taken back by `uninstall`. What cannot be done in one step does
//! not keep the others from theirs.

mod assistants;
pub(super) mod back;
mod confs;
mod files;
mod keys;
mod notices;
mod person;
mod spots;
mod tmux;
mod zellij;

use super::Context;
use crate::cli::{SetupArgs, SetupStep};
use crate::error::{CommandError, CommandResult};
use crate::messages;
use person::{Done, Halt, Person, Step};

/// A step and its title.
type Titled<'a> = (&'a str, Box<dyn Fn() -> Step<Done> + 'a>);

/// Walks through all steps.
pub(super) fn run(context: &Context, arguments: &SetupArgs) -> CommandResult {
    let person = Person::of(arguments)?;
    let wants = |step: SetupStep| !arguments.skip.contains(&step);
    let mut steps: Vec<Titled<'_>> = Vec::new();
    if wants(SetupStep::Assistants) {
        let step = || assistants::register(context, person);
        steps.push(("Assistants", Box::new(step)));
    }
    if wants(SetupStep::Keys) || wants(SetupStep::Status) {
        let step = || tmux::equip(context, person, arguments);
        steps.push(("tmux", Box::new(step)));
    }
    if wants(SetupStep::Keys) && zellij::is_here(context) {
        let step = || zellij::equip(context, person, arguments);
        steps.push(("Zellij", Box::new(step)));
    }
    if wants(SetupStep::Notices) {
        let step = || notices::choose(context, person);
        steps.push(("Notices", Box::new(step)));
    }
    let count = steps.len();
    let (mut failures, mut has_changed) = (Vec::new(), false);
    for (number, (title, step)) in steps.iter().enumerate() {
        messages::status(&format!("\n{} of {count}. {title}", number + 1));
        match step() {
            Ok(done) => has_changed |= done == Done::Changed,
            Err(Halt::Failed(error)) => {
                messages::error(&error);
                failures.push(error);
            }
            Err(Halt::Stopped(done)) => {
                has_changed |= done == Done::Changed;
                messages::status(if has_changed || !failures.is_empty() {
                    "Stopped here; what was done before stays."
                } else {
                    "Stopped here; nothing was changed."
                });
                return Ok(());
            }
        }
    }
    farewell(person, has_changed, failures.is_empty());
    match failures.first() {
        None => Ok(()),
        Some(first) => Err(CommandError::new(not_done(failures.len(), count))
            .hint("mend what is said above, then run `pane-patrol setup` again: what is done stays")
            .exit(first.exit_status())),
    }
}

/// How many steps could not be done. What came of the others each of them has said.
fn not_done(failed: usize, count: usize) -> String {
    match failed {
        1 if count == 1 => "the only step could not be done, as said above".to_owned(),
        all if all == count => format!("none of the {count} steps could be done, as said above"),
        _ => format!("{failed} of {count} steps could not be done, as said above"),
    }
}

fn farewell(person: Person, has_changed: bool, is_whole: bool) {
    if person.only_looks() {
        messages::status("\nThis was a dry run; nothing was changed.");
    } else if has_changed {
        messages::status(
            "\n`pane-patrol` shows the assistants, `pane-patrol doctor` says how each is, `pane-patrol uninstall` takes everything back.",
        );
    } else if is_whole {
        messages::status(
            "\nNothing was changed. `pane-patrol` shows the assistants, `pane-patrol doctor` says how each is.",
        );
    }
}
