//! Measures an installed pane-patrol: `pane-patrol-bench PROGRAM`, run by `make bench`; with `hook`,
//! `log`, `away`, `frames`, `flat`, `table`, `preview` or `pipe` after it the hook, the event log, what `away` reads, the dashboard's own work, what
//! an event costs with few rows and with many, that in the table alone, what the preview costs, or what it costs to
//! read panes by their pipes.
//!
//! Milliseconds do not travel from one machine to another, ratios within one run do: what is
//! compared is started side by side, and the figure is the median.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

mod away;
mod dashboard;
mod flat;
mod frames;
mod hook;
mod log;
mod pipe;
mod preview;
mod sandbox;
mod screen;
mod spawn;
mod table;
mod watched;
mod yardstick;

use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// What makes a program a server of Zellij.
const SERVES: &str = "--server";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words = match words.split_first_chunk() {
        Some(([serves, _], words)) if serves == SERVES => words,
        _ => return Err(serve(&words).into()),
    };
    let program = words.first().map(PathBuf::from);
    let program = program
        .ok_or("usage: pane-patrol-bench PROGRAM [hook | log | away | frames | flat | table | preview [SECONDS] | pipe [SECONDS [TURNS]]]")?
        .canonicalize()?;
    let words: Vec<String> = words[1..]
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let (part, words) = words
        .split_first()
        .map_or(("", &[][..]), |(part, words)| (part, words));
    match part {
        "hook" => return hook::measure(&program).map(drop),
        "log" => return log::measure(&program),
        "away" => return away::measure(&program),
        "flat" => return flat::measure(&program),
        "table" => return flat::measure_table(),
        "rows" => return flat::measure_rows(words.first().map_or("", String::as_str)),
        "pipe" => return pipe::measure(&program, words),
        "preview" => return preview::measure(&program, words),
        "repaint" => {
            preview::repaint();
            return Ok(());
        }
        "draw" => {
            pipe::draw();
            return Ok(());
        }
        "frames" => {
            frames::measure();
            return Ok(());
        }
        _ => {}
    }
    let empty = hook::measure(&program)?;
    table::measure(empty);
    flat::measure(&program)?;
    log::measure(&program)?;
    away::measure(&program)?;
    frames::measure();
    dashboard::measure(&program, empty)
}

/// Begins once more as what a server of Zellij looks like from a hook that it has started: only that is looked at.
fn serve(words: &[OsString]) -> std::io::Error {
    let own = match std::env::current_exe() {
        Ok(own) => own,
        Err(error) => return error,
    };
    let mut command = Command::new(own);
    command.args([SERVES, "/tmp/contract_version_1/bench"]);
    command.args(words).exec()
}
