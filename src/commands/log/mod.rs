//! `log`: what the event log holds, oldest first.

pub(super) mod query;
mod replay;
mod stats;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use super::Surroundings;
use crate::cli::{LogArgs, LogView};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::log::fault;
use crate::log::filter::{Filter, Sieve};
use crate::log::print::Printer;
use crate::log::split::Content;
use crate::log::tailer::{Line, Start, Tailer};
use crate::log::watch::{Waker, Watch};
use crate::messages::Output;
use query::{Complaints, From, Query};

/// How soon a file that is no longer written is looked at again, for a writer that was slow.
const STRAGGLER_PAUSE: Duration = Duration::from_millis(250);

/// Prints the events that were asked for, or shows them in another way.
pub(super) fn run(surroundings: &Surroundings, arguments: &LogArgs) -> CommandResult {
    match &arguments.view {
        Some(LogView::Stats { query, json }) => stats::run(&Query::of(surroundings, query)?, *json),
        Some(LogView::Replay {
            query,
            speed,
            plain,
        }) => replay::run(
            surroundings,
            &Query::of(surroundings, query)?,
            *speed,
            *plain,
        ),
        None => print(surroundings, arguments),
    }
}

fn print(surroundings: &Surroundings, arguments: &LogArgs) -> CommandResult {
    let query = Query::of(surroundings, &arguments.query)?;
    let output = Output::open();
    let printer = Printer {
        clock: query.clock,
        has_colour: output.is_terminal() && !surroundings.no_color,
    };
    let mut printing = Printing {
        sieve: Sieve::of(&query.filter),
        filter: query.filter,
        printer: (!arguments.json).then_some(printer),
        output,
        text: String::new(),
        complaints: Complaints::default(),
    };
    if arguments.follow {
        let file = followed(&query.from)?;
        query.from.warn_if_there_is_none();
        follow(file, &mut printing);
    } else {
        query.from.read(&mut |line| printing.take(&line))?;
    }
    printing.complaints.sum_up();
    printing
        .output
        .close()
        .map_err(|error| CommandError::new("could not print the log").caused_by(&error))
}

/// The one file that can be followed.
fn followed(from: &From) -> Result<&Path, CommandError> {
    let paths = match from {
        From::Mirror(mirror) => return Ok(mirror),
        From::Files(paths) => paths,
    };
    match &paths[..] {
        [path] if path != Path::new("-") => Ok(path),
        _ => Err(CommandError::new("only one file can be followed")
            .hint("stdin is read until its end without `--follow`")
            .exit(EXIT_USAGE)),
    }
}

fn follow(mirror: &Path, printing: &mut Printing) {
    let (mut watch, waker) = Watch::of(mirror);
    let is_closed = watch_reader(waker);
    let mut tailer = Tailer::open(mirror, Start::Beginning, Instant::now());
    loop {
        let polled = tailer.poll(Instant::now(), &mut |line| printing.take(&line));
        if polled.is_break() || printing.output.flush().is_break() {
            return;
        }
        watch.wait(tailer.has_stragglers().then_some(STRAGGLER_PAUSE));
        if is_closed.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Notices that nobody reads stdout any more, although nothing is printed at the moment.
fn watch_reader(waker: Waker) -> Arc<AtomicBool> {
    let is_closed = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_closed);
    // Without the thread it is noticed at the next event.
    let _ = std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || {
            let stdout = std::io::stdout();
            let mut closed = [PollFd::new(&stdout, PollFlags::empty())];
            if poll(&mut closed, None).is_ok() {
                told.store(true, Ordering::Relaxed);
                waker.wake();
            }
        });
    is_closed
}

/// Prints what passes the filter.
struct Printing {
    sieve: Sieve,
    filter: Filter,
    /// For people; without one the lines are printed as the JSON that they are.
    printer: Option<Printer>,
    output: Output,
    text: String,
    complaints: Complaints,
}

impl Printing {
    fn take(&mut self, line: &Line<'_>) -> ControlFlow<()> {
        if let Content::Whole(bytes) = line.content
            && self.sieve.rules_out(bytes)
        {
            return ControlFlow::Continue(());
        }
        let found = fault::read(line.content);
        if let Some(fault) = &found.fault {
            self.complaints.note(line, fault);
        }
        let Some((record, bytes)) = found.record else {
            return ControlFlow::Continue(());
        };
        if !self.filter.accepts(&record.event) {
            return ControlFlow::Continue(());
        }
        let Some(printer) = &self.printer else {
            return self.output.print_json(&String::from_utf8_lossy(bytes));
        };
        self.text.clear();
        printer.print(&record.event, &mut self.text);
        self.output.print_ready(&self.text)
    }
}
