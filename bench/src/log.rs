//! How fast the log is read: `log` next to `jq` on the same file, and the start of a collector with a
//! small, a large and a very large mirror.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const MEBIBYTE: usize = 1 << 20;
/// How large the file is that `log` and `jq` read, unless `PANE_PATROL_BENCH_MB` says otherwise: 500
/// is the size that the promise is made for.
const READ_MEBIBYTES: usize = 100;
/// What is promised.
const TIMES_JQ: f64 = 20.0;
/// The mirrors that a collector starts with.
const START_MEBIBYTES: [usize; 3] = [1, 64, 1024];
/// What is promised for the largest, next to the smallest.
const START_BUDGET: f64 = 2.0;
const STARTS: usize = 21;
const READS: usize = 3;
/// The filter as `log` and as `jq` are told it: one event in twenty-five.
const FILTER: (&str, &str) = (
    "waiting_approval",
    r#"select(.state == "waiting_approval")"#,
);

/// Prints both comparisons.
pub(crate) fn measure(program: &Path) -> Result<(), Box<dyn Error>> {
    let root = tempfile::Builder::new().prefix("ppb").tempdir_in("/tmp")?;
    read(program, &root)?;
    start(program, &root)
}

fn read(program: &Path, root: &TempDir) -> Result<(), Box<dyn Error>> {
    let asked = std::env::var("PANE_PATROL_BENCH_MB").ok();
    let size = asked.map_or(Ok(READ_MEBIBYTES), |text| text.parse())?;
    let path = root.path().join("log.jsonl");
    let events = write_events(&path, size * MEBIBYTE)?;
    println!("\nthe log ({size} MiB, {events} events, one in 25 wanted)");
    let mut log = Command::new(program);
    log.args(["log", "--json", "--state", FILTER.0]).arg(&path);
    let mut jq = Command::new("jq");
    jq.args(["-c", FILTER.1]).arg(&path);
    let (ours, found) = best(&mut log)?;
    let seconds = ours.as_secs_f64();
    println!(
        "  log  {seconds:>7.3} s  {:.0} events a second",
        per(events, ours)
    );
    let Ok((theirs, also_found)) = best(&mut jq) else {
        println!("  jq is not here to be compared with");
        return fs::remove_file(path).map_err(Into::into);
    };
    println!(
        "  jq   {:>7.3} s  {:.0} events a second\n  ratio {:.1}x, promised {TIMES_JQ:.0}x",
        theirs.as_secs_f64(),
        per(events, theirs),
        theirs.as_secs_f64() / seconds
    );
    fs::remove_file(path)?;
    if found == also_found {
        Ok(())
    } else {
        Err("log and jq do not print the same".into())
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn per(events: usize, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}

/// The shortest of some runs, and what was printed.
fn best(command: &mut Command) -> io::Result<(Duration, Vec<u8>)> {
    let mut best: Option<(Duration, Vec<u8>)> = None;
    for _ in 0..READS {
        let start = Instant::now();
        let output = command.stderr(Stdio::inherit()).output()?;
        let took = start.elapsed();
        if !output.status.success() {
            return Err(io::Error::other(format!("{command:?}: {}", output.status)));
        }
        if best.as_ref().is_none_or(|(shortest, _)| took < *shortest) {
            best = Some((took, output.stdout));
        }
    }
    best.ok_or_else(|| io::Error::other("nothing was run"))
}

fn start(program: &Path, root: &TempDir) -> Result<(), Box<dyn Error>> {
    println!("\nstart of a collector until it listens, by the size of its mirror");
    let mut times: Vec<(usize, Duration)> = Vec::new();
    for size in START_MEBIBYTES {
        let folder = root.path().join(format!("m{size}"));
        let state = folder.join("pane-patrol");
        fs::create_dir_all(&state)?;
        write_events(&state.join("session-events.jsonl"), size * MEBIBYTE)?;
        let mut starts = (0..STARTS)
            .map(|_| start_once(program, root.path(), &folder))
            .collect::<io::Result<Vec<Duration>>>()?;
        starts.sort_unstable();
        let median = starts[STARTS / 2];
        times.push((size, median));
        let (_, base) = times[0];
        println!(
            "  {size:>5} MiB  {:>7.2} ms  {:.2}x",
            median.as_secs_f64() * 1000.0,
            median.as_secs_f64() / base.as_secs_f64()
        );
        fs::remove_dir_all(&folder)?;
    }
    println!("  promised {START_BUDGET:.2}x");
    Ok(())
}

fn start_once(program: &Path, root: &Path, state: &Path) -> io::Result<Duration> {
    let mut command = Command::new(program);
    command.arg("collect").env_clear();
    command.env("HOME", root).env("PATH", "/usr/bin:/bin");
    command.env("XDG_STATE_HOME", state);
    command
        .env("XDG_RUNTIME_DIR", root)
        .env("TMUX_TMPDIR", root);
    let begin = Instant::now();
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take().map(BufReader::new);
    let mut said = String::new();
    if let Some(mut stderr) = stderr {
        stderr.read_line(&mut said)?;
    }
    let took = begin.elapsed();
    // Killed, it might leave its lock to a call of tmux that it has just begun.
    kill_process(Pid::from_child(&child), Signal::TERM)?;
    child.wait()?;
    if said.starts_with("Collecting") {
        Ok(took)
    } else {
        Err(io::Error::other(said))
    }
}

/// What an assistant does all day, in turns: state, kind, tool.
const STEPS: [(&str, &str, &str); 25] = {
    let mut steps = [("running", "tool_started", "Bash"); 25];
    let mut step = 1;
    while step < 25 {
        if step % 2 == 1 {
            steps[step] = ("running", "tool_finished", "Bash");
        }
        step += 1;
    }
    steps[12] = ("waiting_approval", "approval_requested", "Bash");
    steps[24] = ("completed", "turn_finished", "");
    steps
};

/// Writes events of twelve panes until the file has `bytes`; how many there are.
fn write_events(path: &PathBuf, bytes: usize) -> io::Result<usize> {
    let mut file = io::BufWriter::with_capacity(MEBIBYTE, File::create(path)?);
    let (mut written, mut number) = (0, 0);
    let mut line = String::new();
    // The largest of the files holds fifteen hours of them.
    let start = Timestamp::now().minus(Duration::from_secs(16 * 60 * 60));
    while written < bytes {
        line.clear();
        event(number, start, &mut line);
        file.write_all(line.as_bytes())?;
        written += line.len();
        number += 1;
    }
    file.flush()?;
    Ok(number)
}

/// A line as the hook writes it. Time goes on by 20 ms an event from `start`.
fn event(number: usize, start: Timestamp, line: &mut String) {
    let (state, kind, tool) = STEPS[number % STEPS.len()];
    let pane = number % 12;
    let ts = start.plus(Duration::from_millis(20 * number as u64));
    // A string takes everything.
    let _ = writeln!(
        line,
        r#"{{"assistant":"claude","state":"{state}","target":"work:{}.{}","ts":"{ts}","kind":"{kind}","pane":"%{pane}","server":"/tmp/tmux-1000/default,1234","instance_id":"00000000-0000-4000-8000-{pane:012}","turn_id":"a5388765-0442-428d-8a6c-{:012}","request_id":"toolu_{number:020}","event":"Hook","tool":"{tool}","message":"cargo test --workspace --locked number {number}","cwd":"/home/user/proj{pane}"}}"#,
        pane / 4,
        pane % 4,
        number / 25,
    );
}
