//! `man`: what the command line says about itself, as pages of the manual.

use clap::{Command, CommandFactory};

use crate::cli::{Cli, ManArgs};
use crate::config;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages::{self, nearest};

/// The page of what can be set; it is of no command, and belongs to section 5.
const SETTINGS: &str = "pane-patrol-settings";

/// Prints a manual page, or the names of all.
pub(super) fn man(arguments: &ManArgs) -> CommandResult {
    let pages = pages();
    if arguments.list {
        let names = pages.iter().map(|page| format!("{}\n", name_of(page)));
        messages::result(&names.collect::<String>());
        return Ok(());
    }
    let page = wanted(&arguments.command);
    if page == SETTINGS {
        messages::result(&config::manual(env!("CARGO_PKG_VERSION")));
        return Ok(());
    }
    let is_wanted = |it: &&Command| name_of(it) == page;
    let page = pages.iter().find(is_wanted).ok_or_else(|| {
        let words = arguments.command.join(" ");
        let failed = CommandError::new(format!("there is no command `{words}`"));
        let names = pages
            .iter()
            .map(|page| name_of(page).trim_start_matches("pane-patrol-"));
        let near = nearest(&words.replace(' ', "-"), names);
        let near = near.map(|near| format!("is `pane-patrol man {near}` meant?"));
        let failed = near.into_iter().fold(failed, CommandError::hint);
        failed
            .hint("`pane-patrol man --list` prints the name of every page")
            .exit(EXIT_USAGE)
    })?;
    let mut text = Vec::new();
    clap_mangen::Man::new(page.clone())
        .render(&mut text)
        .map_err(|error| CommandError::new("could not write the manual page").caused_by(&error))?;
    messages::result(&String::from_utf8_lossy(&text));
    Ok(())
}

/// The name of the page that is meant by the words of a command, or by that name itself.
fn wanted(words: &[String]) -> String {
    let words = words.join("-");
    match words.as_str() {
        "" | "pane-patrol" => "pane-patrol".to_owned(),
        page if page.starts_with("pane-patrol-") => words,
        _ => format!("pane-patrol-{words}"),
    }
}

/// What a page is called by `man`.
fn name_of(page: &Command) -> &str {
    page.get_display_name().unwrap_or_else(|| page.get_name())
}

/// The program and each of its commands, outermost first.
fn pages() -> Vec<Command> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = vec![program];
    let mut next = 0;
    while let Some(page) = pages.get(next) {
        let below = page
            .get_subcommands()
            .filter(|command| !command.is_hide_set());
        let below: Vec<Command> = below.cloned().collect();
        pages.extend(below);
        next += 1;
    }
    pages
}
