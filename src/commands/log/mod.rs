//! `log`: what the event log holds, and what was decided beside it, oldest first.

pub(super) mod audit;
pub(super) mod query;
mod replay;
mod stats;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};

use super::Context;
use crate::cli::{LogArgs, LogView, Only};
use crate::error::{CommandError, CommandResult, EXIT_USAGE, unprinted};
use crate::log::fault;
use crate::log::filter::{Filter, Sieve};
use crate::log::print::Printer;
use crate::log::split::Content;
use crate::log::tailer::{Line, Start, Tailer};
use crate::log::whom::Sought;
use crate::messages::{self, Output};
use crate::sys::file_watch::{Waker, Watch};
use audit::Audit;
use query::{Complaints, From, Query, expect_all_found};

/// What was about to be done for longer than this has ended, and nobody tells how: none of it may take so long.
const ACT_PATIENCE: Duration = Duration::from_secs(120);

/// How soon a file that is no longer written is looked at again, for a writer that was slow.
const STRAGGLER_PAUSE: Duration = Duration::from_millis(250);

/// Prints the events that were asked for, or shows them in another way.
pub(super) fn run(context: &Context, arguments: &LogArgs) -> CommandResult {
    match &arguments.view {
        Some(LogView::Stats { query, json }) => stats::run(&Query::of(context, query)?, *json),
        Some(LogView::Replay {
            query,
            speed,
            plain,
        }) => replay::run(context, &Query::of(context, query)?, *speed, *plain),
        None => print(context, arguments),
    }
}

fn print(context: &Context, arguments: &LogArgs) -> CommandResult {
    let query = Query::of(context, &arguments.query)?;
    let audit = match (arguments.only, &query.from) {
        (Some(Only::Events), _) | (_, From::Files(_)) => None,
        _ => context.places().decisions(),
    };
    let audit = audit.map(|path| Audit::open(path, arguments.door.clone()));
    let output = Output::open();
    let printer = Printer {
        clock: query.clock,
        has_colour: output.is_terminal() && !context.no_color,
    };
    let mut printing = Printing {
        sieve: Sieve::of(&query.filter),
        sought: Sought::of(&query.filter.targets),
        filter: query.filter,
        printer: (!arguments.json).then_some(printer),
        output,
        text: String::new(),
        complaints: Complaints::default(),
        has_events: arguments.only != Some(Only::Decisions) && arguments.door.is_none(),
        has_printed: false,
        audit,
    };
    printing.read_audit();
    if arguments.follow {
        let file = followed(&query.from)?;
        query.from.check()?;
        follow(file, &mut printing)?;
    } else {
        printing.give_up(None);
        if printing.has_events || printing.sought.missing().is_some() {
            query.from.read(&mut |line| printing.take(&line))?;
        }
        let _ = printing.print_decided(None);
    }
    printing.complaints.sum_up();
    if let Some(audit) = &printing.audit {
        audit.sum_up();
    }
    let is_empty = !printing.has_printed;
    let (output, sought) = (printing.output, printing.sought);
    output
        .close()
        .map_err(|error| unprinted("could not print the log", &error))?;
    if arguments.follow {
        return Ok(());
    }
    expect_all_found(sought.missing())?;
    if is_empty && arguments.chooses() {
        messages::status("No line fits what was asked for.");
    }
    Ok(())
}

/// The one file that can be followed.
fn followed(from: &From) -> Result<&Path, CommandError> {
    let paths = match from {
        From::EventLog(log) => return Ok(log),
        From::Files(paths) => paths,
    };
    match &paths[..] {
        [path] if path != Path::new("-") => {
            query::check(path)?;
            Ok(path)
        }
        _ => Err(CommandError::new("only one file can be followed")
            .hint("stdin is read until its end without `--follow`")
            .exit(EXIT_USAGE)),
    }
}

/// Prints what is there and what comes, until nobody reads it.
///
/// # Errors
/// Nobody has the name that is meant, and nobody can come to have it.
fn follow(log: &Path, printing: &mut Printing) -> CommandResult {
    let (mut watch, waker) = Watch::of(log);
    if let Some(audit) = &printing.audit {
        audit.wake(&waker);
    }
    let is_closed = watch_reader(waker);
    let mut tailer = Tailer::open(log, Start::Beginning, Instant::now());
    loop {
        printing.read_audit();
        printing.give_up(Some(Timestamp::now().minus(ACT_PATIENCE)));
        let polled = tailer.poll(Instant::now(), &mut |line| printing.take(&line));
        let decided = printing.print_decided(None);
        if polled.is_break() || decided.is_break() || printing.output.flush().is_break() {
            return Ok(());
        }
        expect_all_found(printing.sought.missing_for_ever())?;
        let has_begun = printing.audit.as_ref().is_some_and(Audit::has_begun);
        let pause = has_begun.then_some(ACT_PATIENCE);
        watch.wait(tailer.has_stragglers().then_some(STRAGGLER_PAUSE).or(pause));
        if is_closed.load(Ordering::Relaxed) {
            return Ok(());
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
    /// Who has not been heard of yet.
    sought: Sought,
    filter: Filter,
    /// For people; without one the lines are printed as the JSON that they are.
    printer: Option<Printer>,
    output: Output,
    text: String,
    complaints: Complaints,
    has_events: bool,
    has_printed: bool,
    /// What was decided, where that is wanted, too.
    audit: Option<Audit>,
}

impl Printing {
    /// Looks what was decided since the last time.
    fn read_audit(&mut self) {
        if let Some(audit) = &mut self.audit {
            let sought = &mut self.sought;
            audit.read(&self.filter, &mut |decided| {
                sought.heed_found(|whom| decided.is_of(whom));
            });
        }
    }

    /// Has told what was about to be done, up to then or at all, and of which nobody tells what came of it.
    fn give_up(&mut self, until: Option<Timestamp>) {
        if let Some(audit) = &mut self.audit {
            audit.give_up(until);
        }
    }

    /// Prints what was decided up to then, or all that is left of it.
    fn print_decided(&mut self, until: Option<Timestamp>) -> ControlFlow<()> {
        while let Some((decided, line)) = self.audit.as_mut().and_then(|audit| audit.next(until)) {
            self.has_printed = true;
            match &self.printer {
                None => self.output.print_json(&line)?,
                Some(printer) => {
                    self.text.clear();
                    printer.print_decided(&decided, &mut self.text);
                    self.output.print_ready(&self.text)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, line: &Line<'_>) -> ControlFlow<()> {
        if let Content::Whole(bytes) = line.content {
            self.sought.look(bytes);
            if self.sieve.rules_out(bytes) {
                return ControlFlow::Continue(());
            }
        }
        let found = fault::read(line.content);
        if let Some(fault) = &found.fault {
            self.complaints.note(line, fault);
        }
        let Some((record, bytes)) = found.record else {
            return ControlFlow::Continue(());
        };
        self.sought.heed(&record.event);
        if !self.has_events || !self.filter.accepts(&record.event) {
            return ControlFlow::Continue(());
        }
        self.print_decided(Some(record.event.ts))?;
        self.has_printed = true;
        let Some(printer) = &self.printer else {
            return self.output.print_json(&String::from_utf8_lossy(bytes));
        };
        self.text.clear();
        printer.print(&record.event, &mut self.text);
        self.output.print_ready(&self.text)
    }
}
