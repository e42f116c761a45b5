//! The dashboard in a terminal of its own: how soon it shows something, how soon an event is on the
//! screen, and what it costs while nothing happens.
//!
//! The terminal is a pseudo-terminal that this program reads, so that nothing in between blurs the
//! times. CPU and memory are what Linux says of the process and of the programs it started.

use std::error::Error;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Assistant, Event, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::sandbox::{Sandbox, resident_kilobytes};
use crate::screen::Screen;

/// How many rows the dashboard has.
const ROWS: u32 = 50;
/// How long it is watched while nothing happens.
const IDLE: Duration = Duration::from_secs(30);
/// How often each time is taken.
const TIMES: usize = 31;
/// Kernel clock ticks a second, as `/proc` counts them on every Linux that Rust supports.
const TICKS: f64 = 100.0;

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Prints all figures of the dashboard; times also as a ratio to `empty`, the empty program.
pub(crate) fn measure(program: &Path, empty: Duration) -> Measured {
    let sandbox = Sandbox::new()?;
    let first = median(
        (0..TIMES)
            .map(|_| first_frame(program, &sandbox))
            .collect::<Measured<_>>()?,
    );
    let ratio = |time: Duration| time.as_secs_f64() / empty.as_secs_f64();
    println!("\nthe dashboard, 200 x 50 cells, {ROWS} rows");
    println!(
        "  first frame           {:>8.2} ms   {:>6.2}x an empty program",
        millis(first),
        ratio(first)
    );

    let server = Tmux::start(&sandbox)?;
    let mut screen = Screen::start(program, &sandbox)?;
    screen.until("pane-patrol")?;
    let sender = sandbox.sender()?;
    for pane in server.panes()? {
        sender.send(&event(&server, pane, State::Idle, "resting").encode()?)?;
    }
    screen.until("quiet")?;
    thread::sleep(Duration::from_secs(3));
    let shown = median(
        (0..TIMES)
            .map(|round| on_screen(&mut screen, &sender, &server, round))
            .collect::<Measured<_>>()?,
    );
    println!(
        "  event to screen       {:>8.2} ms   {:>6.2}x an empty program",
        millis(shown),
        ratio(shown)
    );
    sender.send(&event(&server, server.panes()?[0], State::Idle, "resting").encode()?)?;
    thread::sleep(Duration::from_secs(3));
    if cfg!(target_os = "linux") {
        idle(screen.pid())?;
    }
    Ok(())
}

fn first_frame(program: &Path, sandbox: &Sandbox) -> Measured<Duration> {
    let start = Instant::now();
    let mut screen = Screen::start(program, sandbox)?;
    screen.until("pane-patrol")?;
    Ok(start.elapsed())
}

/// From the datagram to the bytes that draw its message.
fn on_screen(
    screen: &mut Screen,
    sender: &UnixDatagram,
    server: &Tmux,
    round: usize,
) -> Measured<Duration> {
    let message = token(round);
    let bytes = event(server, server.panes()?[0], State::WaitingInput, &message).encode()?;
    // So that the last frame's drawing is no part of this one's time.
    thread::sleep(Duration::from_millis(50));
    screen.forget();
    let start = Instant::now();
    sender.send(&bytes)?;
    screen.until(&message)?;
    Ok(start.elapsed())
}

/// A message that differs from the one before in every cell: only what differs is drawn.
fn token(round: usize) -> String {
    let first = if round.is_multiple_of(2) { b'a' } else { b'A' };
    let digit = |place: usize| u8::try_from(round / place % 10).unwrap_or(0);
    [100, 10, 1]
        .map(|place| char::from(first + digit(place)))
        .iter()
        .collect()
}

fn idle(pid: u32) -> Measured {
    let before = cpu_ticks(pid)?;
    thread::sleep(IDLE);
    let used = (cpu_ticks(pid)? - before) / TICKS;
    println!(
        "  idle for {} s         {:>8.3} % of a core, the tmux it asks included (below 0.2 is wanted)",
        IDLE.as_secs(),
        100.0 * used / IDLE.as_secs_f64()
    );
    println!(
        "  resident memory       {:>8.1} MB (below 20 is wanted)",
        resident_kilobytes(pid)? / 1024.0
    );
    Ok(())
}

/// User and system time of the process and of its children that have ended.
fn cpu_ticks(pid: u32) -> Measured<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit_once(')').ok_or("a process has a name")?.1;
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()?)
}

fn event(server: &Tmux, pane: PaneId, state: State, message: &str) -> Event {
    Event {
        pane: Some(pane),
        server: Some(server.server.clone()),
        message: Some(message.to_owned()),
        ..Event::new(
            Assistant::CLAUDE,
            state,
            Target::Pane(pane),
            Timestamp::now(),
        )
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A private tmux server with a window for each row.
struct Tmux<'sandbox> {
    sandbox: &'sandbox Sandbox,
    server: Server,
}

impl<'sandbox> Tmux<'sandbox> {
    fn start(sandbox: &'sandbox Sandbox) -> Measured<Self> {
        let socket = sandbox.path("tmux.sock").to_string_lossy().into_owned();
        let mut tmux = Self {
            sandbox,
            server: Server { socket, pid: 0 },
        };
        tmux.run(&["new-session", "-d", "-s", "work", "sleep 1000"])?;
        for _ in 1..ROWS {
            tmux.run(&["new-window", "-d", "-t", "work:", "sleep 1000"])?;
        }
        tmux.server.pid = tmux
            .run(&["display-message", "-p", "#{pid}"])?
            .trim()
            .parse()?;
        Ok(tmux)
    }

    fn panes(&self) -> Measured<Vec<PaneId>> {
        let panes = self.run(&["list-panes", "-a", "-F", "#{pane_id}"])?;
        Ok(panes.lines().map(str::parse).collect::<Result<_, _>>()?)
    }

    fn run(&self, arguments: &[&str]) -> Measured<String> {
        let mut tmux = self.sandbox.command(Path::new("tmux"));
        tmux.args(["-f", "/dev/null", "-S", &self.server.socket])
            .args(arguments);
        Ok(String::from_utf8(tmux.output()?.stdout)?)
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        self.run(&["kill-server"]).ok();
    }
}
