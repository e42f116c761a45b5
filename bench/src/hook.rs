//! What one hook event costs, next to empty programs that are built here.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, MAX_EVENT_BYTES};
use tempfile::TempDir;

use crate::spawn::{Candidate, Times, measure as measure_spawns};
use crate::yardstick;

const ROUNDS: usize = 1000;
const WARM_UP: usize = 20;
/// What the contract allows for the hook with a listener, next to the empty programs in C and in Rust.
const BUDGETS: [f64; 2] = [1.5, 1.3];
/// What it allows with the mirror on, next to the one in Rust.
const LOGGING_BUDGET: f64 = 1.8;
/// A tool has run, the most frequent of the events: a payload of 1 kB.
const PAYLOAD: &[u8] = include_bytes!("../../tests/fixtures/claude/post_tool_use.edit.json");
/// Answers once in place of tmux; the hook remembers it, as it remembers tmux's answer.
const TMUX: &str = "#!/bin/sh\necho bench:0.0\n";

/// Prints the medians of each way to run the hook of `program`, as ratios to the empty programs; the
/// one in Rust has its own returned.
pub(crate) fn measure(program: &Path) -> Result<Duration, Box<dyn Error>> {
    let folders = Folders::new()?;
    let (in_c, in_rust) = (
        yardstick::in_c(folders.0.path())?,
        yardstick::in_rust(folders.0.path())?,
    );
    let (listening, silent) = (folders.path("listening"), folders.path("silent"));
    let logging = folders.path("logging");
    private_folder(&logging)?;
    let heard = listen(&listening)?;
    let mirror = folders.switch_mirror_on()?;
    let mut candidates = [
        ("an empty program in C", Command::new(in_c), &silent),
        ("an empty one in Rust", Command::new(in_rust), &silent),
        ("hook, nobody listens", hook(program), &silent),
        ("hook, somebody listens", hook(program), &listening),
        ("the same in Zellij", in_zellij(hook(program)), &listening),
        ("hook behind its guard", shell(&guard(program)), &listening),
        (
            "hook, mirror on",
            folders.logging(hook(program)),
            &listening,
        ),
        (
            "hook, only the mirror",
            folders.logging(hook(program)),
            &logging,
        ),
        ("sh -c : (for scale)", shell(":"), &silent),
    ]
    .map(|(name, mut command, runtime)| {
        folders.enter(&mut command, runtime);
        Candidate { name, command }
    });
    measure_spawns(&mut candidates, WARM_UP, PAYLOAD)?;
    let times = measure_spawns(&mut candidates, ROUNDS, PAYLOAD)?;
    print(&candidates, &times);
    check(&heard)?;
    check_log(&mirror)?;
    Ok(times[1].wall.median())
}

/// Starts a hook as the installed entry does: scoped to tmux, harmless when the program is gone.
fn guard(program: &Path) -> String {
    let program = program.display();
    format!(
        r#"[ -n "${{TMUX_PANE:+x}}${{ZELLIJ_PANE_ID:+x}}${{CLAUDE_JOB_DIR:+x}}${{PANE_PATROL_TARGET:+x}}" ] && [ -x '{program}' ] && exec '{program}' hook claude; exit 0"#
    )
}

fn hook(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["hook", "claude"]);
    command
}

/// In a pane of Zellij: its server is looked for among the processes around, and this program looks like one.
fn in_zellij(mut command: Command) -> Command {
    command.env("ZELLIJ_PANE_ID", "0");
    command
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

/// Time that passed, which is what an assistant waits for, and time on a processor, which says more on
/// a machine that is busy with others.
fn print(candidates: &[Candidate], times: &[Times]) {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "one hook event (a tool has run, {} bytes), from start to end ({ROUNDS} runs of each, shuffled)",
        PAYLOAD.len()
    );
    println!(
        "  {:<24} {:>9} {:>9} {:>7} {:>7}  {:>9} {:>7} {:>7}",
        "", "median", "p95", "of C", "of Rust", "user+sys", "of C", "of Rust"
    );
    for (candidate, found) in candidates.iter().zip(times) {
        let (wall, processor) = (
            millis(found.wall.median()),
            millis(found.processor.median()),
        );
        let of = |figure: f64, yardstick: Duration| figure / millis(yardstick);
        println!(
            "  {:<24} {wall:>6.3} ms {:>6.3} ms {:>6.2}x {:>6.2}x  {processor:>6.3} ms {:>6.2}x {:>6.2}x",
            candidate.name,
            millis(found.wall.percentile(95)),
            of(wall, times[0].wall.median()),
            of(wall, times[1].wall.median()),
            of(processor, times[0].processor.median()),
            of(processor, times[1].processor.median()),
        );
    }
    let [of_c, of_rust] = BUDGETS;
    println!(
        "  budget with somebody listening: {of_c:.2}x of C and {of_rust:.2}x of Rust; with the mirror on {LOGGING_BUDGET:.2}x of Rust"
    );
}

/// A bench of a hook that sends nothing would be fast and worthless.
fn check(heard: &mpsc::Receiver<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    let events: Vec<_> = heard.try_iter().collect();
    let targets = events.iter().map(|event| Event::parse(event));
    let targets: Vec<String> = targets
        .map(|event| event.map(|event| event.target.to_string()))
        .collect::<Result<_, _>>()?;
    for expected in ["bench:0.0", "zellij:0"] {
        let arrived = targets.iter().filter(|target| *target == expected).count();
        if arrived < ROUNDS {
            return Err(format!("{arrived} events of {expected} arrived").into());
        }
    }
    Ok(())
}

/// The same for the log.
fn check_log(mirror: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(mirror)?;
    let lines = text.lines();
    let events = lines
        .filter(|line| Event::parse(line.as_bytes()).is_ok())
        .count();
    if events >= 2 * ROUNDS {
        Ok(())
    } else {
        Err(format!("{events} events were logged").into())
    }
}

/// Receives at `runtime` what hooks send.
fn listen(runtime: &Path) -> Result<mpsc::Receiver<Vec<u8>>, Box<dyn Error>> {
    let folder = runtime.join("pane-patrol");
    private_folder(&folder)?;
    let socket = UnixDatagram::bind(folder.join("events.sock"))?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; MAX_EVENT_BYTES];
        while let Ok(length) = socket.recv(&mut bytes) {
            if sender.send(bytes[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, PermissionsExt::from_mode(0o700))
}

/// A folder of its own for all that is measured; socket paths must be short.
struct Folders(TempDir);

impl Folders {
    fn new() -> std::io::Result<Self> {
        let folders = Self(tempfile::Builder::new().prefix("ppb").tempdir_in("/tmp")?);
        private_folder(&folders.path("silent"))?;
        private_folder(&folders.path("bin"))?;
        fs::write(folders.path("bin/tmux"), TMUX)?;
        fs::set_permissions(folders.path("bin/tmux"), PermissionsExt::from_mode(0o700))?;
        Ok(folders)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes an empty log where [`Folders::logging`] hooks find it.
    fn switch_mirror_on(&self) -> std::io::Result<PathBuf> {
        let folder = self.path("state/pane-patrol");
        private_folder(&folder)?;
        let mirror = folder.join("session-events.jsonl");
        fs::write(&mirror, "")?;
        Ok(mirror)
    }

    fn logging(&self, mut command: Command) -> Command {
        command.env("XDG_STATE_HOME", self.path("state"));
        command
    }

    /// Gives `command` the environment of a hook of Claude, in tmux where it is in no other pane, and nothing else but
    /// what it was given.
    fn enter(&self, command: &mut Command, runtime: &Path) {
        let mut path = OsString::from(self.path("bin"));
        path.push(":/usr/bin:/bin");
        let given: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        command.env_clear().env("PATH", path);
        command
            .env("HOME", self.0.path())
            .env("XDG_RUNTIME_DIR", runtime);
        command.envs([("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")]);
        if !given.iter().any(|(name, _)| name == "ZELLIJ_PANE_ID") {
            command.envs([("TMUX", "/tmp/tmux-0/bench,1,0"), ("TMUX_PANE", "%0")]);
        }
        command.envs(given);
    }
}
