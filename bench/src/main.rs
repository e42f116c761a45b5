//! Measures an installed pane-patrol: `pane-patrol-bench PROGRAM`, run by `make bench`; with `hook`,
//! `log`, `away`, `frames`, `flat`, `table` or `pipe` after it the hook, the event log, the dashboard's own work, what an event
//! costs with few rows and with many, that in the table alone, or what it costs to read panes by their pipes.
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
mod sandbox;
mod screen;
mod spawn;
mod table;
mod watched;
mod yardstick;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args_os().nth(1).map(PathBuf::from);
    let program = program
        .ok_or("usage: pane-patrol-bench PROGRAM [hook | log | away | frames | flat | table | pipe [SECONDS [TURNS]]]")?
        .canonicalize()?;
    let part = std::env::args_os().nth(2).unwrap_or_default();
    match part.to_str() {
        Some("hook") => return hook::measure(&program).map(drop),
        Some("log") => return log::measure(&program),
        Some("away") => return away::measure(&program),
        Some("flat") => return flat::measure(&program),
        Some("table") => return flat::measure_table(),
        Some("rows") => {
            let rows = std::env::args().nth(3).unwrap_or_default();
            return flat::measure_rows(&rows);
        }
        Some("pipe") => {
            let words: Vec<String> = std::env::args().skip(3).collect();
            return pipe::measure(&program, &words);
        }
        Some("draw") => {
            pipe::draw();
            return Ok(());
        }
        Some("frames") => {
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
