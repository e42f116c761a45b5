//! What it costs to read panes by their pipes: fifty, in each of which something draws all the time, first as they are
//! and then read, in turns within one run. The figure is CPU time of everything that has to do with it (the tmux
//! server, the readers, the collector that they tell), in percent of one core, and how much memory a reader has.
//!
//! `make bench ARGS=pipe` takes ten minutes; `ARGS="pipe 5 3"` has three turns of five seconds each.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::flat::cpu_of;
use crate::sandbox::{Sandbox, resident_kilobytes};

/// So many panes.
const PANES: usize = 50;

/// What is drawn, so often: five kilobytes a second.
const FRAME: usize = 250;
const FRAMES_A_SECOND: u32 = 20;

/// A status record is among them in every so many frames: once in two seconds.
const FRAMES_A_RECORD: u32 = 40;

/// How long each half of a turn takes, in seconds, and how many turns there are.
const USUAL: (u64, usize) = (60, 5);

/// How long anything may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(20);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Draws as an assistant does, until nobody looks.
pub(crate) fn draw() {
    let mut out = io::stdout().lock();
    let text = "x".repeat(FRAME - 40);
    for number in 0_u32.. {
        let record = if number % FRAMES_A_RECORD == 0 {
            "\x1b]7501;state=working:app=codex\x1b\\"
        } else {
            ""
        };
        let frame =
            format!("\x1b[?2026h\x1b[1;1H\x1b[32m{text}{number:>6}\x1b[0m{record}\x1b[?2026l");
        if out.write_all(frame.as_bytes()).is_err() || out.flush().is_err() {
            return;
        }
        thread::sleep(Duration::from_secs(1) / FRAMES_A_SECOND);
    }
}

/// Prints it; `words`: seconds and turns, where others than usual are wanted.
pub(crate) fn measure(program: &Path, words: &[String]) -> Measured {
    let number = |at: usize| words.get(at).map(|word| word.parse()).transpose();
    let seconds = number(0)?.unwrap_or(USUAL.0);
    let turns = words.get(1).map_or(Ok(USUAL.1), |word| word.parse())?;
    let stage = Stage::start(program)?;
    println!(
        "\n{PANES} panes of 5 kB/s, and read by their pipes (at most 6 % of a core more is wanted, below 4000 kB)"
    );
    let mut costs = Vec::new();
    for turn in 1..=turns {
        let without = stage.cost(&[], seconds)?;
        let readers = stage.read(program)?;
        let with = stage.cost(&readers, seconds)?;
        let memory = readers.iter().map(|pid| resident_kilobytes(*pid));
        let memory = memory.collect::<Measured<Vec<f64>>>()?;
        let most = memory.into_iter().fold(0.0, f64::max);
        stage.read_no_more(&readers)?;
        costs.push(with - without);
        println!(
            "  turn {turn}: {without:>5.2} % without, {with:>5.2} % with: {:>5.2} % more; {most:.0} kB a reader at most",
            with - without
        );
    }
    costs.sort_by(f64::total_cmp);
    println!("  median: {:.2} % more", costs[costs.len() / 2]);
    Ok(())
}

/// A tmux server with all panes, and a collector that the readers tell.
struct Stage {
    sandbox: Sandbox,
    collector: Child,
    server: u32,
    panes: Vec<String>,
}

impl Stage {
    fn start(program: &Path) -> Measured<Self> {
        let sandbox = Sandbox::new()?;
        let mut collect = sandbox.command(program);
        collect.arg("collect").stdin(Stdio::null());
        let collector = collect.stderr(Stdio::null()).spawn()?;
        // It listens by then: nothing is left behind that it would end.
        sandbox.sender()?;
        let mut stage = Self {
            sandbox,
            collector,
            server: 0,
            panes: Vec::new(),
        };
        let own = std::env::current_exe()?;
        let draw = format!("exec '{0}' '{0}' draw", own.display());
        stage.tmux(&["new-session", "-d", "-x", "200", "-y", "50", &draw])?;
        for _ in 1..PANES {
            stage.tmux(&["new-window", "-d", &draw])?;
        }
        stage.server = stage
            .tmux(&["display-message", "-p", "#{pid}"])?
            .trim()
            .parse()?;
        let panes = stage.tmux(&["list-panes", "-a", "-F", "#{pane_id}"])?;
        stage.panes = panes.lines().map(str::to_owned).collect();
        Ok(stage)
    }

    fn tmux(&self, words: &[&str]) -> Measured<String> {
        let mut tmux = self.sandbox.command(Path::new("tmux"));
        tmux.args(["-f", "/dev/null", "-S"]).arg(self.socket());
        let output = tmux.args(words).output()?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            return Err(format!("tmux {words:?}: {error}").into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn socket(&self) -> std::path::PathBuf {
        self.sandbox.path("tmp/s")
    }

    /// Has all panes read; by which processes.
    fn read(&self, program: &Path) -> Measured<Vec<u32>> {
        let runtime = self.sandbox.path("run/pane-patrol");
        for pane in &self.panes {
            let command = format!(
                "exec '{}' tap '{}' default '{},{}' %{pane}",
                program.display(),
                runtime.display(),
                self.socket().display(),
                self.server
            );
            self.tmux(&["pipe-pane", "-O", "-t", pane, &command])?;
        }
        until("all are read", || {
            let readers = self.readers();
            (readers.len() == PANES).then_some(readers)
        })
    }

    fn read_no_more(&self, readers: &[u32]) -> Measured {
        for pane in &self.panes {
            self.tmux(&["pipe-pane", "-t", pane])?;
        }
        let has_ended = |pid: &u32| !Path::new(&format!("/proc/{pid}")).exists();
        until("the readers end", || {
            readers.iter().all(has_ended).then_some(())
        })
    }

    fn readers(&self) -> Vec<u32> {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.server));
        let children = children.unwrap_or_default();
        let is_reader = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).nth(1) == Some(b"tap")
        };
        let children = children
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok());
        children.filter(is_reader).collect()
    }

    /// What all of it takes within that time, in percent of a core.
    fn cost(&self, readers: &[u32], seconds: u64) -> Measured<f64> {
        let all = || -> Measured<Duration> {
            let pids = readers.iter().copied();
            let mut sum = Duration::ZERO;
            for pid in pids.chain([self.server, self.collector.id()]) {
                sum += cpu_of(pid)?;
            }
            Ok(sum)
        };
        let (start, before) = (Instant::now(), all()?);
        thread::sleep(Duration::from_secs(seconds));
        let (took, after) = (start.elapsed(), all()?);
        let worked = after.saturating_sub(before);
        Ok(100.0 * worked.as_secs_f64() / took.as_secs_f64())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
        let _ = self.collector.kill();
        let _ = self.collector.wait();
    }
}

fn until<T>(claim: &str, mut what: impl FnMut() -> Option<T>) -> Measured<T> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(found) = what() {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("never true: {claim}").into())
}
