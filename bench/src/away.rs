//! How long `away` takes over eight hours of twenty assistants.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;

const ASSISTANTS: u64 = 20;
const HOURS: u64 = 8;

/// A turn of each begins so often, in seconds.
const TURN: u64 = 240;

/// Tools that each turn uses.
const TOOLS: u64 = 10;

/// What is promised, in seconds.
const BUDGET: f64 = 1.0;

const READS: usize = 5;

/// Prints it.
pub(crate) fn measure(program: &Path) -> Result<(), Box<dyn Error>> {
    let root = tempfile::Builder::new().prefix("ppb").tempdir_in("/tmp")?;
    let state = root.path().join("pane-patrol");
    fs::create_dir_all(&state)?;
    let text = day(Timestamp::now().minus(Duration::from_secs(HOURS * 3600)));
    fs::write(state.join("session-events.jsonl"), &text)?;
    let mut times = Vec::new();
    for _ in 0..READS {
        let mut command = Command::new(program);
        command
            .args(["away", "--since", "9h", "--json"])
            .env_clear();
        command
            .env("HOME", root.path())
            .env("PATH", "/usr/bin:/bin");
        command.env("XDG_STATE_HOME", root.path());
        command.env("XDG_RUNTIME_DIR", root.path());
        let begin = Instant::now();
        let output = command.stderr(Stdio::inherit()).output()?;
        times.push(begin.elapsed());
        let told = String::from_utf8_lossy(&output.stdout);
        let turns = HOURS * 3600 / TURN * ASSISTANTS;
        if told.matches("\"what\": \"finished\"").count() as u64 != turns {
            return Err("away does not tell of every turn".into());
        }
    }
    times.sort_unstable();
    println!(
        "\naway over {HOURS} h of {ASSISTANTS} assistants ({} events, {} bytes)\n  {:.3} s, promised {BUDGET:.0} s",
        text.lines().count(),
        text.len(),
        times[READS / 2].as_secs_f64()
    );
    Ok(())
}

fn day(start: Timestamp) -> String {
    let mut text = String::new();
    for turn in 0..HOURS * 3600 / TURN {
        for number in 0..ASSISTANTS {
            let mut second = turn * TURN;
            let mut tell = |state: &str, kind: &str, id: u64| {
                let ts = start.plus(Duration::from_millis(second * 1000 + number));
                second += 5;
                // A string takes everything.
                let _ = writeln!(
                    text,
                    r#"{{"assistant":"claude","state":"{state}","target":"work:{number}.0","ts":"{ts}","kind":"{kind}","pane":"%{number}","server":"/tmp/tmux-1000/default,1234","instance_id":"00000000-0000-4000-8000-{number:012}","turn_id":"a5388765-0442-428d-8a6c-{turn:012}","request_id":"toolu_{turn:010}{id:010}","event":"Hook","tool":"Edit","message":"src/file-{id}.rs","cwd":"/home/user/proj{number}"}}"#,
                );
            };
            tell("running", "turn_started", 0);
            for tool in 1..=TOOLS {
                tell("running", "tool_started", tool);
                tell("running", "tool_finished", tool);
            }
            tell("completed", "turn_finished", 0);
        }
    }
    text
}
