//! What one event costs with few rows and with many: in the table alone, in the whole collector, and in
//! one that is watched; and what a listing costs for each pane.
//!
//! The events change states and are spread over all rows; in the collector they come as hooks tell of
//! them, as a datagram and as a line of the event log. The figure is CPU time, compared with that of
//! the fewest rows within the same run.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::ops::Range;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol::state::{Input, ListedPane, Listing, Settings, Table};
use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::sandbox::{Sandbox, resident_kilobytes};
use crate::watched::Watched;

/// With so many rows each; the first is what the others are compared with.
const ROWS: [u32; 3] = [10, 1_000, 10_000];
/// Rows of which only the memory is measured.
const MANY: u32 = 100_000;
/// So many events are measured.
const EVENTS: u32 = 20_000;
/// So many panes are listed, so often.
const PANES: u32 = 200;
const LISTINGS: u32 = 50;
/// Events that come faster than they can be told are told once for each row, which would be less work with
/// few rows than with many. So no more come at once than there are rows, with a pause behind them.
const AT_ONCE: usize = 10;
const PAUSE: Duration = Duration::from_millis(3);
/// A process that has used less than this in a beat has nothing left to do.
const AT_REST: Duration = Duration::from_millis(4);
const BEAT: Duration = Duration::from_millis(200);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Prints what an event costs with few rows and with many, and what memory a row takes.
pub(crate) fn measure(program: &Path) -> Measured {
    measure_table()?;
    if cfg!(target_os = "linux") {
        print_ratios(
            "the collector",
            ROWS.into_iter().map(|rows| in_collector(program, rows)),
        )?;
        print_ratios(
            "and watched",
            ROWS.into_iter().map(|rows| watched(program, rows)),
        )?;
        memory(program)?;
    }
    listings()
}

/// Prints what an event costs in the table alone.
pub(crate) fn measure_table() -> Measured {
    println!("\nan event that changes a state, spread over all rows (below 1.5x is wanted)");
    print_ratios("the table", ROWS.into_iter().map(in_table_alone))
}

/// Measures in a process of its own: what a table has left on the heap is no part of the next one's cost.
fn in_table_alone(rows: u32) -> Measured<Duration> {
    let program = std::env::current_exe()?;
    let mut child = Command::new(&program);
    child.arg(&program).args(["rows", &rows.to_string()]);
    let output = child.stderr(Stdio::inherit()).output()?;
    let nanoseconds = String::from_utf8(output.stdout)?;
    Ok(Duration::from_nanos(nanoseconds.trim().parse()?))
}

/// Prints what the measured events took with so many rows, in nanoseconds.
pub(crate) fn measure_rows(rows: &str) -> Measured {
    println!("{}", in_table(rows.parse()?)?.as_nanos());
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
    let mut table = new_table();
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

fn new_table() -> Table {
    Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    })
}

fn in_collector(program: &Path, rows: u32) -> Measured<Duration> {
    let sandbox = Sandbox::new()?;
    let collector = Collector::start(program, &sandbox)?;
    let (teller, pid) = (Teller::new(&sandbox)?, collector.0.id());
    teller.tell(0..2 * rows, rows)?;
    let before = at_rest(pid)?;
    teller.tell(2 * rows..2 * rows + EVENTS, rows)?;
    Ok(at_rest(pid)?.saturating_sub(before))
}

/// The collector is a dashboard's, in which a filter is typed, and has two subscribers.
fn watched(program: &Path, rows: u32) -> Measured<Duration> {
    let sandbox = Sandbox::new()?;
    let watched = Watched::start(program, &sandbox)?;
    let teller = Teller::new(&sandbox)?;
    let pid = watched.pid();
    teller.tell(0..2 * rows, rows)?;
    let before = at_rest(pid)?;
    for first in (2 * rows..2 * rows + EVENTS).step_by(AT_ONCE) {
        teller.tell(first..first + u32::try_from(AT_ONCE)?, rows)?;
        thread::sleep(PAUSE);
    }
    let cost = at_rest(pid)?.saturating_sub(before);
    let heard = watched.heard()?;
    println!("  {:<14} {rows:>7} rows  {heard:?} changes were told", "");
    Ok(cost)
}

/// What a listing of a server costs for each pane, with rows of no other server and with many.
fn listings() -> Measured {
    println!("\na listing of {PANES} panes, each with a row (below 20 us for each is wanted)");
    let mut fewest = None;
    for others in [0, MANY / 10, MANY] {
        let cost = listing_beside(others)?.as_secs_f64() * 1e6;
        let cost = cost / f64::from(LISTINGS) / f64::from(PANES);
        let ratio = cost / *fewest.get_or_insert(cost);
        println!("  {others:>7} rows of another server  {cost:>8.2} us a pane  {ratio:>7.2}x");
    }
    Ok(())
}

fn listing_beside(others: u32) -> Measured<Duration> {
    let mut table = new_table();
    let [server, another] = [1, 2].map(|pid| Server {
        socket: format!("/tmp/tmux/{pid}"),
        pid,
    });
    for (server, panes) in [(&server, PANES), (&another, others)] {
        for pane in 0..panes {
            let event = Event {
                pane: Some(PaneId(pane)),
                server: Some(server.clone()),
                ..event(pane, panes, Path::new("/src/shop"))
            };
            let now = event.ts;
            table.apply(Input::Event(Box::new(event)), now);
        }
    }
    let pane = |pane| ListedPane {
        pane: PaneId(pane),
        target: Target::Address {
            session: "work".into(),
            window: pane,
            pane: 0,
        },
        shown_at: None,
        pid: 1000 + pane,
        in_view: false,
        dead: false,
        title: "shop".into(),
        window: None,
    };
    let list = |table: &mut Table| {
        let asked = Timestamp::now();
        let listing = Listing {
            server: server.clone(),
            asked,
            panes: (0..PANES).map(pane).collect(),
        };
        table.apply(Input::Listing(listing), asked);
    };
    list(&mut table);
    let before = cpu_of(std::process::id())?;
    (0..LISTINGS).for_each(|_| list(&mut table));
    assert_eq!(table.len(), (PANES + others) as usize, "all rows are there");
    Ok(cpu_of(std::process::id())?.saturating_sub(before))
}

fn memory(program: &Path) -> Measured {
    let sandbox = Sandbox::new()?;
    let collector = Collector::start(program, &sandbox)?;
    let (teller, pid) = (Teller::new(&sandbox)?, collector.0.id());
    let empty = resident_kilobytes(pid)?;
    teller.tell(0..MANY, MANY)?;
    let loaded = at_rest(pid)?;
    let full = resident_kilobytes(pid)?;
    println!(
        "  {MANY} rows take {:.0} MB (below 500 is wanted), {:.1} KB each, and {:.2} s of CPU",
        full / 1024.0,
        (full - empty) / f64::from(MANY),
        loaded.as_secs_f64()
    );
    Ok(())
}

/// The event of that number: each row in turn works, asks, and is done.
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
struct Collector(Child);

impl Collector {
    fn start(program: &Path, sandbox: &Sandbox) -> Measured<Self> {
        let mut collector = sandbox.command(program);
        collector
            .arg("collect")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(collector.spawn()?))
    }
}

/// Tells as hooks do.
struct Teller<'sandbox> {
    sandbox: &'sandbox Sandbox,
    socket: UnixDatagram,
}

impl<'sandbox> Teller<'sandbox> {
    fn new(sandbox: &'sandbox Sandbox) -> Measured<Self> {
        let socket = sandbox.sender()?;
        Ok(Self { sandbox, socket })
    }

    fn tell(&self, numbers: Range<u32>, rows: u32) -> Measured {
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
}

/// What the process has used so far, once it has nothing left to do.
fn at_rest(pid: u32) -> Measured<Duration> {
    let start = Instant::now();
    let mut before = cpu_of(pid)?;
    loop {
        thread::sleep(BEAT);
        let now = cpu_of(pid)?;
        if now.saturating_sub(before) < AT_REST || start.elapsed() > 100 * BEAT {
            return Ok(now);
        }
        before = now;
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.0.id().cast_signed()) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        }
        self.0.wait().ok();
    }
}

/// User and system time of all threads of the process that live.
pub(crate) fn cpu_of(pid: u32) -> Measured<Duration> {
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
