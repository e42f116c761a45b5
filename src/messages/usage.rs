//! What is said of a command line that is none: which word was meant, and what may stand there.

use clap::builder::{PossibleValue, StyledStr};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::nearest::nearest;

/// Words of other programs for what a command of ours does.
const KNOWN_ELSEWHERE: &[(&str, &[&str])] = &[
    ("status", &["list", "ls", "ps", "show"]),
    ("jump", &["go", "goto", "attach", "switch"]),
    ("approve", &["yes", "allow", "accept"]),
    ("deny", &["no", "reject"]),
    ("watch", &["tail", "events"]),
    ("start", &["run", "new", "launch", "spawn"]),
    ("stop", &["kill", "quit", "end"]),
    ("collect", &["daemon", "serve", "server"]),
    ("supervisor", &["dashboard", "ui", "tui", "dash"]),
    ("setup", &["init", "configure"]),
    ("config", &["settings", "preferences", "options"]),
    ("doctor", &["check", "health", "diagnose"]),
];

/// Words of other programs for a value of ours.
const VALUES_ELSEWHERE: &[(&str, &[&str])] = &[
    ("done", &["finished", "complete", "success", "ok"]),
    ("works", &["busy", "active", "thinking", "in_progress"]),
    ("failed", &["crashed", "broken", "failure", "errored"]),
    (
        "wants approval",
        &["blocked", "permission", "needs_approval"],
    ),
    ("asks", &["question", "input", "needs_input"]),
    ("allow", &["approve", "yes"]),
    ("keys", &["tmux", "bindings"]),
];

/// Names the word that was meant, or none: what clap takes for similar may be anything. Where a value is
/// missing or none, also what may stand there, by the definition that `words` lead to.
pub(super) fn explain(
    error: &mut clap::Error,
    mut program: Command,
    words: impl Iterator<Item = String>,
) {
    match error.kind() {
        ErrorKind::InvalidSubcommand => suggest_command(error),
        ErrorKind::InvalidValue | ErrorKind::MissingRequiredArgument => {
            suggest_value(error);
            program.build();
            describe(error, command_of(&program, words));
        }
        ErrorKind::UnknownArgument => not_a_value(error),
        _ => {}
    }
}

fn suggest_command(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return;
    };
    let meant = match (
        elsewhere(KNOWN_ELSEWHERE, typed),
        error.get(ContextKind::SuggestedSubcommand),
    ) {
        (Some(ours), _) => vec![ours.to_owned()],
        (None, Some(ContextValue::Strings(similar))) => {
            let is_close =
                |one: &&String| one.contains(typed) || one.chars().next() == typed.chars().next();
            similar.iter().filter(is_close).cloned().collect()
        }
        (None, _) => return,
    };
    error.remove(ContextKind::SuggestedSubcommand);
    // It has none, and leaves a line for it.
    error.remove(ContextKind::Suggested);
    if !meant.is_empty() {
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(meant),
        );
    }
}

fn elsewhere(known: &[(&'static str, &[&str])], typed: &str) -> Option<&'static str> {
    let mut known = known.iter();
    let found = known.find(|(_, words)| words.contains(&typed));
    found.map(|(ours, _)| *ours)
}

fn suggest_value(error: &mut clap::Error) {
    let (Some(ContextValue::String(typed)), Some(ContextValue::Strings(values))) = (
        error.get(ContextKind::InvalidValue),
        error.get(ContextKind::ValidValue),
    ) else {
        return;
    };
    let values = || values.iter().map(String::as_str);
    if typed.is_empty() {
        return;
    }
    let known = elsewhere(VALUES_ELSEWHERE, typed).filter(|ours| values().any(|one| one == *ours));
    let meant = known.or_else(|| nearest(typed, values()));
    let meant = meant.map(|meant| ContextValue::String(meant.to_owned()));
    error.remove(ContextKind::SuggestedValue);
    if let Some(meant) = meant {
        error.insert(ContextKind::SuggestedValue, meant);
    }
}

/// The definition of what was typed, as far as it can be followed.
fn command_of(program: &Command, words: impl Iterator<Item = String>) -> &Command {
    let mut command = program;
    for word in words.take_while(|word| !word.starts_with('-')) {
        let Some(below) = command.find_subcommand(&word) else {
            break;
        };
        command = below;
    }
    command
}

/// Tells of options what their values are, where nothing else tells it.
fn describe(error: &mut clap::Error, command: &Command) {
    let values = error.get(ContextKind::ValidValue);
    if matches!(values, Some(ContextValue::Strings(values)) if !values.is_empty()) {
        return;
    }
    let names = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) => vec![name.clone()],
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => return,
    };
    let mut arguments = command.get_arguments();
    let tips: Vec<StyledStr> = names
        .iter()
        .filter(|name| name.starts_with('-'))
        .filter_map(|name| arguments.find(|argument| argument.to_string() == *name))
        .filter_map(tip)
        .collect();
    if !tips.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
}

/// What an option is for, and what its values are.
fn tip(argument: &Arg) -> Option<StyledStr> {
    let help = argument.get_help()?;
    let values = argument.get_possible_values();
    let mut names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    // Names with a blank are other words for the same.
    names.retain(|name| !name.contains(' '));
    let one_of = if names.is_empty() {
        String::new()
    } else {
        format!("; one of {}", names.join(", "))
    };
    Some(format!("{argument}: {help}{one_of}").into())
}

/// A number below zero looks like an option, and clap's advice would have it read as something else.
fn not_a_value(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    let is_number = typed
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if is_number {
        let tip = "no time and no number here begins with `-`".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
}
