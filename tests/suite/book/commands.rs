//! One page a command, made from the definitions that parse it.

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use pane_patrol::cli::Cli;

use crate::common::book::{hold, table};

/// Every command that can be typed, with its full name.
fn commands() -> Vec<(String, Command)> {
    let mut cli = Cli::command();
    cli.build();
    let of = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    let named = |command: &Command| (command.get_name().to_owned(), command.clone());
    cli.get_subcommands().filter(of).map(named).collect()
}

fn text(styled: Option<&StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

/// What is said of a command, in full.
fn about(command: &Command) -> String {
    let long = text(command.get_long_about().or(command.get_about()));
    let paragraphs = long.split("\n\n").map(|paragraph| {
        let end = if paragraph.ends_with('.') { "" } else { "." };
        format!("{}{end}", paragraph.replace('\n', " "))
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// One command with what can be typed behind it, and the commands below it.
fn told(command: &Command, depth: usize) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage: ")
        .replace("\n       ", "\n");
    let mut told = format!("{}\n\n```text\n{usage}\n```\n", about(command));
    let shown = |argument: &&Arg| !argument.is_hide_set() && argument.get_id() != "help";
    let arguments: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    let (placed, options): (Vec<&Arg>, Vec<&Arg>) =
        arguments.into_iter().partition(|one| one.is_positional());
    for (head, arguments) in [("argument", placed), ("option", options)] {
        if !arguments.is_empty() {
            told += "\n";
            told += &table([head, "is"], arguments.into_iter().map(row));
        }
    }
    for below in command
        .get_subcommands()
        .filter(|one| one.get_name() != "help")
    {
        let marks = "#".repeat(depth + 1);
        let name = below.get_bin_name().unwrap_or_else(|| below.get_name());
        let below = self::told(below, depth + 1);
        told.extend(["\n", &marks, " `", name, "`\n\n", &below]);
    }
    told
}

fn row(argument: &Arg) -> [String; 2] {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let mut name = short.into_iter().chain(long).collect::<Vec<_>>().join(", ");
    if takes_value(argument) {
        let values = argument.get_value_names().unwrap_or_default();
        let values: Vec<String> = values.iter().map(|value| format!("<{value}>")).collect();
        let separator = if name.is_empty() { "" } else { " " };
        name = name + separator + &values.join(" ");
    }
    let mut is = text(argument.get_help().or(argument.get_long_help())).replace('\n', " ");
    let choices = argument.get_possible_values();
    let words: Vec<String> = choices
        .iter()
        .filter(|choice| !choice.is_hide_set())
        .map(|choice| format!("`{}`", choice.get_name()))
        .collect();
    if takes_value(argument) && !words.is_empty() {
        is = is + "; one of " + &words.join(", ");
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<String> = defaults
        .map(|value| format!("`{}`", value.display()))
        .collect();
    if takes_value(argument) && !defaults.is_empty() {
        is = is + "; without it " + &defaults.join(", ");
    }
    [format!("`{name}`"), is]
}

fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

#[test]
fn each_page_of_the_book_about_a_command_says_what_can_be_typed() {
    for (name, command) in commands() {
        let page = format!("commands/{name}.md");
        hold(&page, &format!("pane-patrol {name}"), &told(&command, 1));
    }
}

#[test]
fn the_list_of_the_book_names_every_command() {
    let rows = commands().into_iter().map(|(name, command)| {
        let link = format!("[`{name}`](commands/{name}.md)");
        [link, text(command.get_about())]
    });
    hold(
        "commands.md",
        "the commands",
        &table(["command", "does"], rows),
    );
}
