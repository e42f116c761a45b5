//! What the preview costs: a dashboard with fifty rows in a real tmux, before a pane that repaints its screen sixty times
//! a second, before the same while another window is in view, and before one that stands still. The figure is CPU time of
//! the dashboard with all children that it starts, in percent of one core.
//!
//! `make bench ARGS=preview` takes two minutes; `ARGS="preview 5"` measures for five seconds each.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::flat::cpu_of;
use crate::sandbox::Sandbox;
use crate::screen::Screen;

/// So many rows.
const ROWS: u32 = 50;

/// How long each is measured, in seconds.
const USUAL: u64 = 30;

/// The clock of what children have used ticks so often.
const TICK: Duration = Duration::from_millis(10);

/// What runs when it has begun rests after so long.
const SETTLES: Duration = Duration::from_secs(8);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Repaints forty lines sixty times a second, until nobody looks.
pub(crate) fn repaint() {
    let mut out = io::stdout().lock();
    for number in 0_u32.. {
        let mut frame = "\x1b[?2026h\x1b[H".to_owned();
        for line in 0..40 {
            let colour = (number + line) % 256;
            let _ = write!(
                frame,
                "\x1b[38;5;{colour}mline {line:>2}\x1b[0m of frame {number:>8} \x1b[48;5;{colour}m  \x1b[0m\x1b[K\r\n"
            );
        }
        frame.push_str("\x1b[?2026l");
        if out.write_all(frame.as_bytes()).is_err() || out.flush().is_err() {
            return;
        }
        thread::sleep(Duration::from_secs(1) / 60);
    }
}

/// Prints it; `words`: seconds, where others than usual are wanted.
pub(crate) fn measure(program: &Path, words: &[String]) -> Measured {
    let seconds = words.first().map_or(Ok(USUAL), |word| word.parse())?;
    println!("\na dashboard with {ROWS} rows and a preview, its children included, of one core");
    let own = std::env::current_exe()?;
    let repaint = format!("exec '{0}' '{0}' repaint", own.display());
    let stage = Stage::start(program, &repaint)?;
    let cost = stage.cost(seconds)?;
    println!("  the pane repaints 60 times a second   {cost:>6.2} % (below 3 is wanted)");
    stage.tmux(&["new-window", "-t", "work", "cat"])?;
    let cost = stage.cost(seconds)?;
    println!("  and another window is in view         {cost:>6.2} % (below 0.5 is wanted)");
    drop(stage);
    let stage = Stage::start(program, "exec cat")?;
    let cost = stage.cost(seconds)?;
    println!("  the pane stands still                 {cost:>6.2} % (below 0.5 is wanted)");
    stage.tmux(&["send-keys", "-t", "%0", "p"])?;
    let cost = stage.cost(seconds)?;
    println!("  without the preview                   {cost:>6.2} %");
    Ok(())
}

/// A tmux server with a client, the dashboard in its first pane and something to look at in the second.
struct Stage {
    sandbox: Sandbox,
    dashboard: u32,
    _client: Screen,
}

impl Stage {
    fn start(program: &Path, shows: &str) -> Measured<Self> {
        let sandbox = Sandbox::new()?;
        let size = ["-x", "200", "-y", "50"];
        let begin = ["new-session", "-d", "-s", "work"];
        tmux(&sandbox, &[&begin[..], &size, &["cat"]].concat())?;
        tmux(&sandbox, &["set-option", "-g", "status", "off"])?;
        let mut attach = sandbox.command(Path::new("tmux"));
        attach.args(["-f", "/dev/null", "-S"]);
        attach.arg(sandbox.path("tmux")).args(["attach-session"]);
        let mut client = Screen::of(&mut attach)?;
        let dashboard = format!("exec '{}' supervisor", program.display());
        tmux(&sandbox, &["respawn-pane", "-k", "-t", "%0", &dashboard])?;
        client.until("pane-patrol")?;
        let window = ["new-window", "-d", "-t", "work", "-P", "-F"];
        let told = "#{pane_id} #{pane_pid} #{pid} #{socket_path}";
        let pane = tmux(&sandbox, &[&window[..], &[told, shows]].concat())?;
        tell(&sandbox, &pane)?;
        client.until("preview of work:1.0")?;
        let pid = ["display-message", "-p", "-t", "%0", "#{pane_pid}"];
        let dashboard = tmux(&sandbox, &pid)?.parse()?;
        let stage = Self {
            sandbox,
            dashboard,
            _client: client,
        };
        Ok(stage)
    }

    fn tmux(&self, words: &[&str]) -> Measured<String> {
        tmux(&self.sandbox, words)
    }

    /// What is used in so many seconds, in percent of a core.
    fn cost(&self, seconds: u64) -> Measured<f64> {
        thread::sleep(SETTLES);
        let before = self.used()?;
        thread::sleep(Duration::from_secs(seconds));
        let used = self.used()?.saturating_sub(before);
        Ok(used.as_secs_f64() / Duration::from_secs(seconds).as_secs_f64() * 100.0)
    }

    fn used(&self) -> Measured<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.dashboard))?;
        let (_, words) = stat.rsplit_once(") ").ok_or("a stat has a name")?;
        let children = words.split(' ').skip(13).take(2).map(str::parse::<u32>);
        let ticks: u32 = children.sum::<Result<u32, _>>()?;
        Ok(cpu_of(self.dashboard)? + TICK * ticks)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}

fn tmux(sandbox: &Sandbox, words: &[&str]) -> Measured<String> {
    let mut command = sandbox.command(Path::new("tmux"));
    command.args(["-f", "/dev/null", "-S"]);
    let output = command.arg(sandbox.path("tmux")).args(words).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// All rows: that of the pane, which is the most urgent one, and others.
fn tell(sandbox: &Sandbox, pane: &str) -> Measured {
    let words: Vec<&str> = pane.split(' ').collect();
    let [pane, pid, server, socket] = words[..] else {
        return Err(format!("a pane: {pane}").into());
    };
    let pane: PaneId = pane.parse().map_err(|_| "a pane has an id")?;
    let sender = sandbox.sender()?;
    for row in 1..ROWS {
        let target = Target::Address {
            session: "other".into(),
            window: row,
            pane: 0,
        };
        let mut event = Event::new(Assistant::CLAUDE, State::Idle, target, Timestamp::now());
        event.kind = Some(Kind::Note);
        sender.send(&event.encode().map_err(|_| "an event is short")?)?;
        thread::sleep(Duration::from_millis(3));
    }
    let target = Target::Pane(pane);
    let mut event = Event::new(Assistant::CLAUDE, State::Error, target, Timestamp::now());
    event.kind = Some(Kind::TurnFailed);
    event.pane = Some(pane);
    event.pid = Some(pid.parse()?);
    event.server = Some(Server {
        socket: socket.to_owned(),
        pid: server.parse()?,
    });
    sender.send(&event.encode().map_err(|_| "an event is short")?)?;
    Ok(())
}
