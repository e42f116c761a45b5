//! What was asked of the log: which files, and which of their events.

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use time::UtcOffset;

use crate::cli::QueryArgs;
use crate::commands::{Context, lookup};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::log::condition::{Condition, Trouble, condition};
use crate::log::fault::{Fault, Faults};
use crate::log::files::Files;
use crate::log::filter::Filter;
use crate::log::split::Splitter;
use crate::log::tailer::{Line, Sink, Start, Tailer};
use crate::log::when::{Ahead, LocalClock};
use crate::log::whom::{Sought, Whom};
use crate::messages;

/// What to do about a file that is none.
const NAME_A_FILE: &str =
    "name a file of events, as `pane-patrol mirror on` makes it, or `-` for stdin";

/// How much is read at once.
const BLOCK_BYTES: usize = 256 * 1024;

/// As many bad lines are named one by one; then only their number is told.
const NAMED_FAULTS: u64 = 20;

/// Which events of which files, seen by which clock.
#[derive(Debug)]
pub(in crate::commands) struct Query {
    /// Which events.
    pub filter: Filter,
    /// Which files.
    pub from: From,
    /// The clock that times are read and printed by.
    pub clock: LocalClock,
}

/// Where the lines come from.
#[derive(Debug)]
pub(in crate::commands) enum From {
    /// The event log and its rotated files.
    EventLog(PathBuf),
    /// Files, in this order; `-` is stdin.
    Files(Vec<PathBuf>),
}

/// The clock of a command: now, and where we are.
pub(in crate::commands) fn local_clock() -> LocalClock {
    LocalClock {
        now: Timestamp::now(),
        // Before any thread is started: reading the time zone is not safe beside others.
        offset: UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC),
    }
}

/// Reads a moment that was typed.
pub(in crate::commands) fn moment(
    clock: &LocalClock,
    text: &str,
    ahead: Ahead,
) -> Result<Timestamp, CommandError> {
    clock.parse(text, ahead).ok_or_else(|| {
        CommandError::new(format!("`{text}` is no time"))
            .hint("say `2h`, `15m`, `3d`, `09:30`, `2026-11-21 09:30` or `2026-11-21T09:30:00Z`")
            .exit(EXIT_USAGE)
    })
}

impl Query {
    /// What `arguments` ask for.
    pub(in crate::commands) fn of(
        context: &Context,
        arguments: &QueryArgs,
    ) -> Result<Self, CommandError> {
        let clock = local_clock();
        let time = |text: &Option<String>, ahead| {
            text.as_ref()
                .map(|text| moment(&clock, text, ahead))
                .transpose()
        };
        let from = if arguments.paths.is_empty() {
            From::EventLog(context.event_log()?)
        } else {
            From::Files(arguments.paths.clone())
        };
        Ok(Self {
            filter: Filter {
                since: time(&arguments.since, Ahead::IsYesterday)?,
                until: time(&arguments.until, Ahead::IsToday)?,
                assistants: arguments.assistant.clone(),
                states: arguments.state.clone(),
                kinds: arguments.kind.clone(),
                targets: whom(&arguments.target)?,
                instances: arguments.instance.clone(),
                tools: arguments.tool.clone(),
                greps: arguments.grep.clone(),
            },
            from,
            clock,
        })
    }
}

/// Whose records, as typed.
fn whom(names: &[String]) -> Result<Vec<Whom>, CommandError> {
    let whom = names
        .iter()
        .map(|name| Whom::parse(name).ok_or_else(|| unlogged(name)));
    whom.collect()
}

fn unlogged(name: &str) -> CommandError {
    lookup::nobody(name)
        .hint("nothing that was read tells of it; without `--target` all of it is shown")
}

/// Fails where one that was sought is nobody's name.
pub(in crate::commands) fn expect_all_found(missing: Option<&Whom>) -> CommandResult {
    missing.map_or(Ok(()), |whom| Err(unlogged(whom.name())))
}

impl From {
    /// Hands over every line there is.
    pub(in crate::commands) fn read(&self, sink: &mut Sink<'_>) -> Result<(), CommandError> {
        match self {
            Self::EventLog(log) => {
                self.check()?;
                let now = Instant::now();
                let mut tailer = Tailer::open(log, Start::Beginning, now);
                if tailer.poll(now, sink).is_continue() {
                    let _ = tailer.finish(sink);
                }
                Ok(())
            }
            Self::Files(paths) => paths.iter().try_for_each(|path| read_file(path, sink)),
        }
    }

    /// Says so when there is no log at all, or something is wrong with it.
    ///
    /// # Errors
    /// In its place is something that can hold no log.
    pub(in crate::commands) fn check(&self) -> Result<(), CommandError> {
        let Self::EventLog(log) = self else {
            return Ok(());
        };
        match condition(log) {
            Condition::Broken(trouble) if fs::metadata(log).is_ok_and(|found| !found.is_file()) => {
                return Err(broken(log, &trouble));
            }
            Condition::Broken(trouble) => {
                messages::warning(&format!("the event log {}: {trouble}", log.display()));
            }
            Condition::On { .. } => {}
            Condition::Off if !Files::open(log, &|_| false).seen.is_empty() => {}
            Condition::Off => messages::warning(&format!(
                "there is no event log yet in {}; `pane-patrol mirror on` begins one",
                log.display()
            )),
        }
        Ok(())
    }
}

/// The event log cannot be used.
pub(in crate::commands) fn broken(log: &Path, trouble: &Trouble) -> CommandError {
    let failed = CommandError::new(format!("the event log {}: {}", log.display(), trouble.why));
    failed.hint(format!("nothing was changed; {}", trouble.fix))
}

fn read_file(path: &Path, sink: &mut Sink<'_>) -> Result<(), CommandError> {
    let failed = |error: io::Error| {
        let failed = CommandError::new(format!("could not read {}", path.display()));
        failed.caused_by(&error).hint(NAME_A_FILE)
    };
    if path == Path::new("-") {
        return read_from(io::stdin().lock(), Path::new("stdin"), sink).map_err(failed);
    }
    check(path)?;
    // It was named by the person, who may have made it a pipe.
    let file = Opening::to_read().may_wait().anything(path);
    let file = file.map_err(failed)?;
    read_from(file, path, sink).map_err(failed)
}

/// Refuses what can hold no log, and says so where nothing comes until somebody writes.
///
/// # Errors
/// It is a folder, a device or a socket.
pub(super) fn check(path: &Path) -> Result<(), CommandError> {
    // What is not there is told by whoever opens it.
    let Ok(kind) = fs::metadata(path).map(|metadata| metadata.file_type()) else {
        return Ok(());
    };
    let what = if kind.is_dir() {
        "a folder"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else if kind.is_socket() {
        "a socket"
    } else {
        // That of a shell's `<(command)` has a writer already.
        let is_named_pipe = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_fifo());
        if is_named_pipe {
            let path = path.display();
            messages::status(&format!(
                "{path} is a pipe: what somebody writes into it is read."
            ));
        }
        return Ok(());
    };
    let failed = CommandError::new(format!("could not read {}: it is {what}", path.display()));
    Err(failed.hint(NAME_A_FILE))
}

fn read_from(mut source: impl Read, path: &Path, sink: &mut Sink<'_>) -> io::Result<()> {
    let mut splitter = Splitter::default();
    let mut block = vec![0; BLOCK_BYTES];
    let mut named = |number, content: crate::log::split::Content<'_>| {
        sink(Line {
            path,
            number: Some(number),
            content,
        })
    };
    loop {
        let length = match source.read(&mut block) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if splitter.feed(&block[..length], &mut named).is_break() {
            return Ok(());
        }
    }
    let _ = splitter.finish(&mut named);
    Ok(())
}

/// Names bad lines as they come, and counts them.
#[derive(Debug, Default)]
pub(in crate::commands) struct Complaints {
    faults: Faults,
}

impl Complaints {
    /// Takes note of what is wrong with `line`.
    pub(in crate::commands) fn note(&mut self, line: &Line<'_>, fault: &Fault) {
        self.faults.count(fault);
        if self.faults.total() <= NAMED_FAULTS {
            let number = line
                .number
                .map_or_else(String::new, |number| format!(", line {number}"));
            messages::warning(&format!("{}{number}: {fault}", line.path.display()));
        }
    }

    /// Tells how many there were.
    pub(in crate::commands) fn sum_up(&self) {
        let total = self.faults.total();
        if total == 0 {
            return;
        }
        let reasons: Vec<String> = self
            .faults
            .by_reason
            .iter()
            .map(|(reason, count)| format!("{reason} {count}"))
            .collect();
        let lines = if total == 1 { "line was" } else { "lines were" };
        messages::warning(&format!(
            "{total} {lines} no whole event: {}",
            reasons.join(", ")
        ));
    }
}

/// Reads every record, wanted or not, and names what is none.
///
/// # Errors
/// Something could not be read, or one that is sought is nobody's name.
pub(in crate::commands) fn read_records(
    from: &From,
    whom: &[Whom],
    take: &mut dyn FnMut(crate::log::Record) -> ControlFlow<()>,
) -> Result<(), CommandError> {
    let mut complaints = Complaints::default();
    let mut sought = Sought::of(whom);
    from.read(&mut |line| {
        let found = crate::log::fault::read(line.content);
        if let Some(fault) = &found.fault {
            complaints.note(&line, fault);
        }
        match found.record {
            Some((record, _)) => {
                sought.heed(&record.event);
                take(record)
            }
            None => ControlFlow::Continue(()),
        }
    })?;
    complaints.sum_up();
    expect_all_found(sought.missing())
}
