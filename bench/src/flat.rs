//! What one event costs with few rows and with many: in the table alone, and in the whole collector.
//!
//! The events change states and are spread over all rows; in the collector they come as hooks tell of
//! them, as a datagram and as a line of the event log. The figure is CPU time, compared with that of
//! the fewest rows within the same run.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol::state::{Input, Settings, Table};
use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::sandbox::{Sandbox, resident_kilobytes};

/// With so many rows each; the first is what the others are compared with.
const ROWS: [u32; 3] = [10, 1_000, 10_000];
/// Rows of which only the memory is measured.
const MANY: u32 = 100_000;
/// So many events are measured.
const EVENTS: u32 = 20_000;
/// A process that has used less than this in a beat has nothing left to do.
const AT_REST: Duration = Duration::from_millis(4);
const BEAT: Duration = Duration::from_millis(200);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Prints what an event costs with few rows and with many, and what memory a row takes.
pub(crate) fn measure(program: &Path) -> Measured {
    println!("\nan event that changes a state, spread over all rows (below 1.5x is wanted)");
    print_ratios("the table", ROWS.into_iter().map(in_table))?;
    if cfg!(target_os = "linux") {
        print_ratios(
            "the collector",
            ROWS.into_iter().map(|rows| in_collector(program, rows)),
        )?;
        if EVENTS > 5000 {
            memory(program)?;
        }
    }
    Ok(())
}

fn print_ratios(what: &str, costs: impl Iterator<Item = Measured<Duration>>) -> Measured {
    let mut fewest = None;
    for (rows, cost) in ROWS.into_iter().zip(costs) {
        let cost = cost?.as_secs_f64() * 1e6 / f64::from(EVENTS);
        let ratio = cost / *fewest.get_or_insert(cost);
        println!("  {what:<14} {rows:>7} rows  {cost:>8.1} us of CPU  {ratio:>7.2}x");
    }
    Ok(())
}

fn in_table(rows: u32) -> Measured<Duration> {
    let mut table = Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    });
    let mut apply = |number: u32| {
        let event = event(number, rows, Path::new("/src/shop"));
        let now = event.ts;
        table.apply(Input::Event(Box::new(event)), now);
        std::hint::black_box(table.next_deadline());
    };
    (0..2 * rows).for_each(&mut apply);
    let before = cpu_of(std::process::id())?;
    (2 * rows..2 * rows + EVENTS).for_each(apply);
    Ok(cpu_of(std::process::id())?.saturating_sub(before))
}

fn in_collector(program: &Path, rows: u32) -> Measured<Duration> {
    let sandbox = Sandbox::new()?;
    let collector = Collector::start(program, &sandbox)?;
    collector.tell(0..2 * rows, rows)?;
    let before = collector.at_rest()?;
    collector.tell(2 * rows..2 * rows + EVENTS, rows)?;
    Ok(collector.at_rest()?.saturating_sub(before))
}

fn memory(program: &Path) -> Measured {
    let sandbox = Sandbox::new()?;
    let collector = Collector::start(program, &sandbox)?;
    let empty = resident_kilobytes(collector.child.id())?;
    collector.tell(0..MANY, MANY)?;
    let loaded = collector.at_rest()?;
    let full = resident_kilobytes(collector.child.id())?;
    println!(
        "  {MANY} rows take {:.0} MB (below 500 is wanted), {:.1} KB each, and {:.2} s of CPU",
        full / 1024.0,
        (full - empty) / f64::from(MANY),
        loaded.as_secs_f64()
    );
    Ok(())
}

/// The event of that number: each row in turn works, asks, and works again.
fn event(number: u32, rows: u32, folder: &Path) -> Event {
    let (row, step) = (number % rows, number / rows);
    let (state, kind) = match step % 4 {
        0 => (State::Running, Kind::TurnStarted),
        1 => (State::Running, Kind::ToolStarted),
        2 => (State::WaitingApproval, Kind::ApprovalRequested),
        _ => (State::Completed, Kind::TurnFinished),
    };
    let target = Target::Address {
        session: "work".into(),
        window: row,
        pane: 0,
    };
    Event {
        kind: Some(kind),
        instance_id: Some(format!("0195d7e8-0000-7000-8000-{row:012}")),
        turn_id: Some(format!("turn-{}", step / 4)),
        request_id: Some(format!("call-{row}-{}", step / 4)),
        event: Some(kind.as_str().to_owned()),
        tool: Some("Bash".into()),
        message: Some("cargo test --workspace".into()),
        cwd: Some(folder.to_string_lossy().into_owned()),
        ..Event::new(Assistant::CLAUDE, state, target, Timestamp::now())
    }
}

/// A collector without a screen.
struct Collector<'sandbox> {
    sandbox: &'sandbox Sandbox,
    child: Child,
    socket: UnixDatagram,
}

impl<'sandbox> Collector<'sandbox> {
    fn start(program: &Path, sandbox: &'sandbox Sandbox) -> Measured<Self> {
        let child = sandbox
            .command(program)
            .arg("collect")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let socket = sandbox.sender()?;
        Ok(Self {
            sandbox,
            child,
            socket,
        })
    }

    fn tell(&self, numbers: std::ops::Range<u32>, rows: u32) -> Measured {
        let mut log = self.log()?;
        let folder = self.sandbox.path("home");
        for number in numbers {
            let mut line = event(number, rows, &folder).encode()?;
            self.socket.send(&line)?;
            line.push(b'\n');
            log.write_all(&line)?;
        }
        Ok(())
    }

    fn log(&self) -> Measured<File> {
        let path = self.sandbox.path("state/pane-patrol/session-events.jsonl");
        fs::create_dir_all(path.parent().ok_or("it is in a folder")?)?;
        Ok(OpenOptions::new().create(true).append(true).open(path)?)
    }

    /// What it has used so far, once it has nothing left to do.
    fn at_rest(&self) -> Measured<Duration> {
        let start = Instant::now();
        let mut before = cpu_of(self.child.id())?;
        loop {
            thread::sleep(BEAT);
            let now = cpu_of(self.child.id())?;
            if now.saturating_sub(before) < AT_REST || start.elapsed() > 100 * BEAT {
                return Ok(now);
            }
            before = now;
        }
    }
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        }
        self.child.wait().ok();
    }
}

/// User and system time of all threads of the process that live.
fn cpu_of(pid: u32) -> Measured<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may have ended since.
        if let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) {
            nanoseconds += text
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .parse::<u64>()?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}
