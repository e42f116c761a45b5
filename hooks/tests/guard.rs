//! The guard's promise, kept by real processes: this program starts itself once for each of the ways
//! in which a hook could go wrong. It has no test harness, because a harness catches panics.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pane_patrol_hooks::Clock;

/// Tells this program, started by itself, how to go wrong. Not an argument: those are test filters.
const WAY: &str = "PANE_PATROL_GUARD_TEST";
/// Far beyond the guard's deadline, and an end to this program if there were no guard.
const LONG: Duration = Duration::from_secs(20);

fn main() {
    if let Ok(way) = env::var(WAY) {
        go_wrong(&way);
        std::process::exit(3);
    }
    for (way, said) in [
        ("panic", ""),
        ("panic in a thread", ""),
        ("sleep", ""),
        ("spin", ""),
        ("hang before the first byte", ""),
        ("hang with an event", "told"),
        ("hang while it is told", ""),
        ("hang in what is left to do", ""),
        ("hang after it was told", ""),
    ] {
        let output = Command::new(env::current_exe().expect("this program has a path"))
            .env(WAY, way)
            .stdin(Stdio::null())
            .env("RUST_BACKTRACE", "1")
            .output()
            .expect("this program can be started");
        let silent = output.stdout == said.as_bytes() && output.stderr.is_empty();
        assert!(
            silent && output.status.code() == Some(0),
            "{way}: {output:?}"
        );
    }
}

fn go_wrong(way: &str) {
    let (clock, watchdog) = Clock::start();
    watchdog.expect("a thread can be had");
    match way {
        "panic" => panic!("aloud"),
        "panic in a thread" => drop(thread::spawn(|| panic!("aloud")).join()),
        "sleep" => thread::sleep(LONG),
        "hang before the first byte" => {
            clock.wait_for_first_byte(|_| {
                thread::sleep(LONG);
                true
            });
        }
        // What the hook's own thread hangs in is none of this thread's business.
        "hang with an event" => {
            clock.entrust(|| drop(std::io::stdout().write_all(b"told")));
            thread::sleep(LONG);
        }
        "hang while it is told" => {
            clock.entrust(|| drop(std::io::stdout().write_all(b"told twice")));
            clock.finish(|| thread::sleep(LONG));
        }
        "hang in what is left to do" => {
            clock.entrust(|| thread::sleep(LONG));
            thread::sleep(LONG);
        }
        "hang after it was told" => {
            clock.entrust(|| drop(std::io::stdout().write_all(b"told twice")));
            clock.finish(|| ());
            thread::sleep(LONG);
        }
        "spin" => {
            let start = std::time::Instant::now();
            while start.elapsed() < LONG {
                std::hint::spin_loop();
            }
        }
        _ => drop(writeln!(std::io::stderr(), "unknown: {way}")),
    }
}
