//! What one hook event costs, next to an empty program that is built here.

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

use crate::spawn::{Candidate, measure as measure_spawns};

const ROUNDS: usize = 1000;
const WARM_UP: usize = 20;
/// What the contract allows for the hook with a listener.
const BUDGET: f64 = 1.5;
/// What it allows with the mirror on.
const LOGGING_BUDGET: f64 = 1.8;
/// A tool about to run: the most frequent payload.
const PAYLOAD: &[u8] = include_bytes!("../../tests/fixtures/claude/pre_tool_use.bash.json");
/// Answers once in place of tmux; the hook remembers it, as it remembers tmux's answer.
const TMUX: &str = "#!/bin/sh\necho bench:0.0\n";

/// Prints the median of each way to run the hook of `program`, as a ratio to an empty program, whose
/// own median it returns.
pub(crate) fn measure(program: &Path) -> Result<Duration, Box<dyn Error>> {
    let world = World::new()?;
    let empty = world.build_empty_program()?;
    let (listening, silent) = (world.path("listening"), world.path("silent"));
    let logging = world.path("logging");
    private_folder(&logging)?;
    let heard = listen(&listening)?;
    let mirror = world.switch_mirror_on()?;
    let mut candidates = [
        ("an empty program", Command::new(empty), &silent),
        ("hook, nobody listens", hook(program), &silent),
        ("hook, somebody listens", hook(program), &listening),
        ("hook behind its guard", shell(&guard(program)), &listening),
        ("hook, mirror on", world.logging(hook(program)), &listening),
        (
            "hook, only the mirror",
            world.logging(hook(program)),
            &logging,
        ),
        ("sh -c : (for scale)", shell(":"), &silent),
    ]
    .map(|(name, mut command, runtime)| {
        world.enter(&mut command, runtime);
        Candidate { name, command }
    });
    measure_spawns(&mut candidates, WARM_UP, PAYLOAD)?;
    let times = measure_spawns(&mut candidates, ROUNDS, PAYLOAD)?;
    print(&candidates, &times);
    check(&heard)?;
    check_log(&mirror)?;
    Ok(times[0].median())
}

/// Starts a hook as the installed entry does: scoped to tmux, harmless when the program is gone.
fn guard(program: &Path) -> String {
    let program = program.display();
    format!(
        r#"[ -n "$TMUX_PANE$ZELLIJ_PANE_ID$CLAUDE_JOB_DIR$PANE_PATROL_TARGET" ] && [ -x '{program}' ] && exec '{program}' hook claude; exit 0"#
    )
}

fn hook(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["hook", "claude"]);
    command
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

fn print(candidates: &[Candidate], times: &[crate::spawn::Times]) {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    let base = times.first().map_or(1.0, |empty| millis(empty.median()));
    println!("one hook event, from start to end ({ROUNDS} runs of each, shuffled)");
    println!("  {:<24} {:>9} {:>9} {:>7}", "", "median", "p95", "ratio");
    for (candidate, times) in candidates.iter().zip(times) {
        let (median, p95) = (millis(times.median()), millis(times.percentile(95)));
        let ratio = median / base;
        println!(
            "  {:<24} {median:>6.3} ms {p95:>6.3} ms {ratio:>6.2}x",
            candidate.name
        );
    }
    println!(
        "  budget with somebody listening: {BUDGET:.2}x, with the mirror on: {LOGGING_BUDGET:.2}x"
    );
}

/// A bench of a hook that sends nothing would be fast and worthless.
fn check(heard: &mpsc::Receiver<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    let events: Vec<_> = heard.try_iter().collect();
    let last = events.last().ok_or("no event arrived")?;
    let target = Event::parse(last)?.target.to_string();
    if target == "bench:0.0" && events.len() >= ROUNDS {
        Ok(())
    } else {
        Err(format!("{} events arrived, the last of {target}", events.len()).into())
    }
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
struct World(TempDir);

impl World {
    fn new() -> std::io::Result<Self> {
        let world = Self(tempfile::Builder::new().prefix("ppb").tempdir_in("/tmp")?);
        private_folder(&world.path("silent"))?;
        private_folder(&world.path("bin"))?;
        fs::write(world.path("bin/tmux"), TMUX)?;
        fs::set_permissions(world.path("bin/tmux"), PermissionsExt::from_mode(0o700))?;
        Ok(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes an empty log where [`World::logging`] hooks find it.
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

    /// Gives `command` the environment of a hook of Claude in tmux, and nothing else.
    fn enter(&self, command: &mut Command, runtime: &Path) {
        let mut path = OsString::from(self.path("bin"));
        path.push(":/usr/bin:/bin");
        let state = command
            .get_envs()
            .find(|(name, _)| *name == "XDG_STATE_HOME")
            .and_then(|(_, value)| value.map(OsString::from));
        command.env_clear().env("PATH", path);
        if let Some(state) = state {
            command.env("XDG_STATE_HOME", state);
        }
        command
            .env("HOME", self.0.path())
            .env("XDG_RUNTIME_DIR", runtime);
        command.envs([
            ("TMUX", "/tmp/tmux-0/bench,1,0"),
            ("TMUX_PANE", "%0"),
            ("CLAUDECODE", "1"),
            ("CLAUDE_CODE_ENTRYPOINT", "cli"),
        ]);
    }

    /// Compiles `fn main() {}`, linked as the release is.
    fn build_empty_program(&self) -> Result<PathBuf, Box<dyn Error>> {
        let (source, program) = (self.path("empty.rs"), self.path("empty"));
        fs::write(&source, "fn main() {}\n")?;
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["-C", "opt-level=3", "-C", "strip=symbols"]);
        if cfg!(target_os = "linux") {
            rustc.args([
                "-C",
                "target-feature=+crt-static",
                "-C",
                "relocation-model=static",
            ]);
        }
        let built = rustc.arg(&source).arg("-o").arg(&program).status()?;
        built
            .success()
            .then_some(program)
            .ok_or_else(|| "rustc cannot build `fn main() {}`".into())
    }
}
