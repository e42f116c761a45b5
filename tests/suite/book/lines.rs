//! Every line that the README and the book tell people to type is typed here, in a world where it has
//! something to do. The few that cannot be are on a list, each with the reason, and are still parsed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use clap::Parser;
use clap::error::ErrorKind;
use pane_patrol::cli::Cli;
use pane_patrol::config::Config;

use super::fences::{blocks, without_blocks};
use super::line::{Line, all_lines, words};
use super::pages::texts;
use super::world::World;
use crate::common::{TestEnv, finish, started, wait};

/// How a line is tried, by its beginning.
#[derive(Clone, Copy, Debug)]
enum How {
    /// It ends with 0, or with one of these.
    Ends(&'static [i32]),
    /// It stays, and its screen shows this.
    Shows(&'static str),
    /// It stays, and prints a line that holds this.
    Prints(&'static str),
    /// It waits until the assistant's turn ends.
    UntilTheTurnEnds,
    /// It cannot be run here: why.
    IsParsed(&'static str),
    /// The same of what is no program of ours.
    IsNotOurs(&'static str),
}

/// What does not simply end with 0. The first that a line begins with counts.
const OTHERWISE: &[(&str, How)] = &[
    ("pane-patrol supervisor", How::Shows("shop:1.1")),
    ("pane-patrol pulse", How::Shows("shop:1.1")),
    (
        "pane-patrol sidebar",
        How::IsParsed("it needs a window of tmux around it; `sidebar.rs` has that"),
    ),
    ("pane-patrol log replay --", How::Ends(&[0])),
    ("pane-patrol log replay", How::Shows("replay")),
    ("pane-patrol log --follow", How::Prints("claude")),
    (
        "pane-patrol watch --json",
        How::Prints("\"target\":\"shop:1.1\""),
    ),
    (
        "pane-patrol watch --spoken",
        How::Prints("claude in shop, window 1: wants approval, Bash: "),
    ),
    ("pane-patrol watch", How::Prints("shop:1.1")),
    ("pane-patrol wait", How::UntilTheTurnEnds),
    (
        "pane-patrol setup  ",
        How::IsParsed("it asks on a terminal; `setup/asked.rs` has that"),
    ),
    ("pane-patrol --theme", How::Shows("shop:1.1")),
    ("pane-patrol doctor", How::Ends(&[0, 1])),
    (
        "pane-patrol answer",
        How::IsParsed("a question is answered by keys alone, in a dialog; `keys.rs` has them"),
    ),
    (
        "pane-patrol send",
        How::IsParsed("it is typed into a prompt, and none is there; `send.rs` has one"),
    ),
    (
        "pane-patrol collect",
        How::IsParsed("somebody collects here already; every other test starts one"),
    ),
    (
        "RUSTFLAGS=",
        How::IsNotOurs("it builds the release executable once more, for minutes"),
    ),
    (
        "docker run",
        How::IsNotOurs("it needs docker, an image and a network; `belief.rs` has containers"),
    ),
    (
        "pane-patrol --listen",
        How::IsParsed("somebody collects here already; `devices.rs` starts some that listen"),
    ),
    (
        "pane-patrol pair",
        How::IsParsed("nobody listens here, and it waits for a phone; `devices.rs` has both"),
    ),
    (
        "pane-patrol devices revoke",
        How::IsParsed("no device is paired here; `devices.rs` revokes some"),
    ),
    ("ssh -N -L", How::IsNotOurs("it needs another machine")),
    (
        "tailscale serve",
        How::IsNotOurs("it needs Tailscale and a tailnet"),
    ),
    (
        "ssh -R",
        How::IsNotOurs("it needs another machine; `wrap/elsewhere.rs` has the hub's address alone"),
    ),
];

/// Whether it starts our program, and nothing before it.
fn is_ours(line: &str) -> bool {
    line.starts_with("pane-patrol")
}

fn how(line: &str) -> How {
    if words(line) == ["pane-patrol"] {
        return How::Shows("shop:1.1");
    }
    let known = OTHERWISE
        .iter()
        .find(|(begins, _)| line.starts_with(begins));
    known.map_or(How::Ends(&[0]), |(_, how)| *how)
}

fn parse(line: &Line, why: &str) {
    if let Err(error) = Cli::try_parse_from(words(&line.text)) {
        panic!("{line:?} ({why}): {error}");
    }
}

/// `make` has what is asked of it, and nothing more is tried: a demo stays, an install installs.
fn is_made(line: &Line) {
    let makefile = include_str!("../../../Makefile");
    for target in words(&line.text)
        .iter()
        .skip(1)
        .filter(|word| !word.contains('='))
    {
        let rule = format!("\n{target}: ");
        assert!(makefile.contains(&rule), "{line:?}: no such target");
    }
}

fn run(world: &mut World<'_>, line: &Line) {
    world.ask();
    let mut shell = world.shell(&line.text);
    match how(&line.text) {
        How::IsNotOurs(why) => assert!(!is_ours(&line.text), "{line:?}: {why}"),
        How::IsParsed(why) => parse(line, why),
        How::Shows(words) => {
            parse(line, "it is a dashboard");
            world.until_shown(&line.text, words);
        }
        How::Ends(statuses) => {
            let finished = finish(&mut shell);
            let status = finished.status.code();
            assert!(
                status.is_some_and(|status| statuses.contains(&status)),
                "{line:?}: {finished:?}"
            );
            let mut printed = finished.stdout.lines();
            for expected in &line.prints {
                let is_there = printed.any(|printed| printed.trim_end() == expected.trim_end());
                assert!(is_there, "{line:?} prints no {expected:?}: {finished:?}");
            }
        }
        How::Prints(words) => {
            let mut child = shell.stdout(Stdio::piped()).spawn().expect("a shell");
            let stdout = child.stdout.take().expect("it is a pipe");
            let mut printed = BufReader::new(stdout).lines().map_while(Result::ok);
            let is_there = printed.any(|printed| printed.contains(words));
            // The shell is the program itself by then: it was all that it had to run.
            child.kill().expect("it stays");
            child.wait().expect("it is ours");
            assert!(is_there, "{line:?} prints no {words}");
        }
        How::UntilTheTurnEnds => {
            let (child, _stdin) = started(&mut shell);
            world.end_turn();
            let finished = wait(child);
            assert!(finished.status.success(), "{line:?}: {finished:?}");
        }
    }
}

fn type_all(which: impl Fn(&Path) -> bool) {
    let (made, typed): (Vec<Line>, Vec<Line>) = all_lines(which)
        .into_iter()
        .partition(|line| line.text.starts_with("make "));
    made.iter().for_each(is_made);
    let mut rest = typed.as_slice();
    while let Some(first) = rest.first() {
        let count = rest
            .iter()
            .take_while(|line| line.page == first.page)
            .count();
        let (page, others) = rest.split_at(count);
        rest = others;
        let env = TestEnv::new();
        let Some(mut world) = World::new(&env) else {
            return;
        };
        for line in page {
            run(&mut world, line);
        }
    }
}

fn is_about_a_command(page: &Path) -> bool {
    page.starts_with("docs/commands")
}

#[test]
fn every_line_of_the_pages_about_commands_can_be_typed() {
    type_all(is_about_a_command);
}

#[test]
fn every_line_of_the_readme_and_the_other_pages_can_be_typed() {
    type_all(|page| !is_about_a_command(page));
}

#[test]
fn no_exception_is_there_for_nothing() {
    let lines = all_lines(|_| true);
    assert!(lines.len() > 60, "only {} lines were found", lines.len());
    for (begins, how) in OTHERWISE {
        let is_used = lines.iter().any(|line| line.text.starts_with(begins));
        assert!(is_used, "{begins}: {how:?}");
    }
    for line in lines
        .iter()
        .filter(|line| line.text.contains("pane-patrol "))
    {
        assert!(
            is_ours(&line.text) || line.text.contains("| pane-patrol"),
            "{line:?}"
        );
    }
}

/// Whether a command in a sentence stands for many: it shows what may be left out, or a word to be replaced
/// by one of a few. A `TARGET` may be anything.
fn stands_for_many(command: &str) -> bool {
    let is_placeholder = |word: &str| {
        let is_upper = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        is_upper && word != "TARGET" && word != "OPTION"
    };
    command.contains(['[', '{']) || command.split(' ').any(is_placeholder)
}

#[test]
fn every_command_that_a_sentence_names_can_be_parsed() {
    let mut count = 0;
    for (page, text) in texts() {
        let prose = without_blocks(&text);
        let spans = prose
            .lines()
            .flat_map(|line| line.split('`').skip(1).step_by(2));
        // A hook is recognised before anything is parsed.
        let is_command = |span: &&str| {
            span.starts_with("pane-patrol ") && !span.starts_with("pane-patrol hook ")
        };
        let commands = spans.filter(is_command);
        for command in commands.filter(|command| !stands_for_many(command)) {
            // Escaped for the cell of a table.
            let words = words(&command.replace("\\|", "|"));
            // A command may be named without what it needs.
            let is_named = |kind| {
                matches!(
                    kind,
                    ErrorKind::MissingRequiredArgument
                        | ErrorKind::MissingSubcommand
                        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                )
            };
            let parsed = Cli::try_parse_from(words);
            if let Some(error) = parsed.err().filter(|error| !is_named(error.kind())) {
                panic!("{}: `{command}`: {error}", page.display());
            }
            count += 1;
        }
    }
    assert!(count > 40, "only {count} commands were found");
}

#[test]
fn what_is_to_be_put_into_settings_is_understood() {
    let (env, mut count) = (TestEnv::new(), 0);
    let Some(world) = World::new(&env) else {
        return;
    };
    for (page, text) in texts() {
        for block in blocks(&text) {
            let place = format!("{}, line {}", page.display(), block.line);
            match block.language.as_str() {
                "toml" => {
                    let read = Config::parse(&block.text, Path::new("config.toml"));
                    read.unwrap_or_else(|error| panic!("{place}: {error}"));
                }
                "tmux" => world.take_settings(&block.text),
                "json" => {
                    let read = serde_json::from_str::<serde_json::Value>(&block.text);
                    read.unwrap_or_else(|error| panic!("{place}: {error}"));
                }
                // What is typed, what only Zellij itself reads, and pictures of letters.
                "sh" | "console" | "kdl" | "" | "text" => continue,
                other => panic!("{place}: nobody tries `{other}`"),
            }
            count += 1;
        }
    }
    assert!(count > 6, "only {count} blocks were found");
}
