//! Measures an installed pane-patrol: `pane-patrol-bench PROGRAM`, run by `make bench`; with `log`
//! or `frames` after it the event log or the dashboard's own work alone.
//!
//! Milliseconds do not travel from one machine to another, ratios within one run do: what is
//! compared is started side by side, and the figure is the median.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

mod dashboard;
mod frames;
mod hook;
mod log;
mod spawn;
mod table;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args_os().nth(1).map(PathBuf::from);
    let program = program
        .ok_or("usage: pane-patrol-bench PROGRAM [log|frames]")?
        .canonicalize()?;
    let part = std::env::args_os().nth(2);
    if part.as_ref().is_some_and(|part| part == "log") {
        return log::measure(&program);
    }
    if part.is_some_and(|part| part == "frames") {
        frames::measure();
        return Ok(());
    }
    let empty = hook::measure(&program)?;
    table::measure(empty);
    log::measure(&program)?;
    frames::measure();
    dashboard::measure(&program, empty)
}
