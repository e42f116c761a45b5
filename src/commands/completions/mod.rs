//! `completions`: what each shell has to know to complete a command line, and the names that there are just now.
//!
//! Commands and options are made from their definitions. Names of assistants are asked for when somebody presses
//! the key: they are texts of others, and the scripts beside this file give them to their shell quoted.

mod names;

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use super::Context;
use crate::cli::{Cli, CompletionsArgs, NamesOf};
use crate::messages;

/// Prints the completions of one shell, or the names that there are.
pub(super) fn run(context: &Context, arguments: &CompletionsArgs) {
    match (arguments.names, arguments.shell) {
        (Some(of), _) => names::print(context, of),
        (None, Some(shell)) => messages::result(&script(shell)),
        (None, None) => {}
    }
}

fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => bash(),
        Shell::Zsh => zsh(),
        Shell::Fish => fish(),
        _ => generate(shell, Cli::command(), "pane-patrol"),
    }
}

fn generate(shell: Shell, mut program: Command, name: &str) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut program, name, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Of a name with a dash the generator makes two that do not meet, so that no command's options would be found. Within
/// the text any name will do; only at its end it says whose completions these are.
fn bash() -> String {
    const REGISTERED: &str = "\nif [[ \"${BASH_VERSINFO[0]}\" -eq 4 &&";
    let text = generate(Shell::Bash, Cli::command(), "pane_patrol");
    let text = text.replace("default pane_patrol\n", "default pane-patrol\n");
    let text = text.replace(
        "complete -F _pane_patrol ",
        "complete -F _pane_patrol_live ",
    );
    let live = include_str!("live.bash");
    let live = live.replace("ROWS", &commands_about(NamesOf::Rows).join(" | "));
    let live = live.replace("ENDED", &commands_about(NamesOf::Ended).join(" | "));
    text.replacen(REGISTERED, &format!("{live}{REGISTERED}"), 1)
}

/// The generator has a place for what a kind of value is completed by, and none for a kind of ours: that of users and that of
/// hosts, which nothing here takes, stand for it.
fn zsh() -> String {
    const CALLED: &str = "\nif [ \"$funcstack[1]\" = \"_pane-patrol\" ]";
    let text = generate(Shell::Zsh, hinted(Cli::command()), "pane-patrol");
    let text = text.replace(":_users'", ":_pane_patrol_rows'");
    let text = text.replace(":_hosts'", ":_pane_patrol_ended'");
    let live = include_str!("live.zsh");
    text.replacen(CALLED, &format!("\n{live}{}", &CALLED[1..]), 1)
}

fn fish() -> String {
    let text = generate(Shell::Fish, hinted(Cli::command()), "pane-patrol");
    let text = text.replace("(__fish_complete_users)", "(__fish_pane_patrol_names rows)");
    let mut text = text + include_str!("live.fish");
    for of in [NamesOf::Rows, NamesOf::Ended] {
        let word = of.word();
        for command in commands_about(of) {
            let _ = writeln!(
                text,
                "complete -c pane-patrol -n \"__fish_pane_patrol_using_subcommand {command}\" -f -a \"(__fish_pane_patrol_names {word})\""
            );
        }
    }
    text
}

/// The commands whose first word names such a one.
fn commands_about(of: NamesOf) -> Vec<String> {
    let program = Cli::command();
    let commands = program.get_subcommands().filter(|command| {
        let mut words = command.get_positionals();
        let about = words
            .next()
            .and_then(|word| about(command.get_name(), word));
        about == Some(of)
    });
    commands.map(|it| it.get_name().to_owned()).collect()
}

/// What a word or an option of that command names.
fn about(command: &str, argument: &Arg) -> Option<NamesOf> {
    match (command, argument.get_id().as_str()) {
        ("resume", "target") => Some(NamesOf::Ended),
        (_, "target") | ("wait", "name") => Some(NamesOf::Rows),
        _ => None,
    }
}

/// The same command with hints that stand for the names of assistants.
fn hinted(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|argument| match about(&name, &argument) {
        Some(NamesOf::Rows) => argument.value_hint(ValueHint::Username),
        Some(NamesOf::Ended) => argument.value_hint(ValueHint::Hostname),
        None => argument,
    });
    command.mut_subcommands(hinted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_asks_for_names_where_one_is_typed() {
        let text = bash();
        assert!(text.contains("complete -F _pane_patrol_live "), "{text}");
        assert!(text.contains("\n_pane_patrol_live() {\n"), "{text}");
        assert!(text.contains(" resume) of=ended ;;\n"), "{text}");
        let text = zsh();
        for used in [
            ":_pane_patrol_rows'",
            ":_pane_patrol_ended'",
            "\n_pane_patrol_rows() {",
        ] {
            assert!(text.contains(used), "{used}");
        }
        let text = fish();
        for used in [
            "jump\" -f -a \"(__fish_pane_patrol_names rows)\"",
            "resume\" -f -a \"(__fish_pane_patrol_names ended)\"",
        ] {
            assert!(text.contains(used), "{used}");
        }
        assert!(!text.contains("__fish_complete_users"), "{text}");
    }
}
