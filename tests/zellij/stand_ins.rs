//! What stands for assistants in its panes: a script that reports by its real hook whatever it is told to. It waits
//! for that without using the processor.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Collector, PROGRAM, TestEnv, finish, private_folder, until, write_program};
use crate::world::{Session, World};

pub(crate) const WORKS: &str = "BeforeAgent";
pub(crate) const DONE: &str = "AfterAgent";

/// How long to wait before saying it again: a busy machine may drop an event.
const AGAIN: Duration = Duration::from_secs(3);

/// The script; its first word is the stand-in's name.
pub(crate) fn assistant(env: &TestEnv) -> String {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/gemini");
    script(
        env,
        "assistant",
        &format!("'{PROGRAM}' hook gemini < \"{fixtures}/$words.json\""),
    )
}

/// One that runs the program under test with the words that it is told, and says how it ended.
fn person(env: &TestEnv) -> String {
    let run = format!(
        "eval \"'{PROGRAM}' $words\" > \"$HOME/$1.said\" 2>&1; echo $? > \"$HOME/$1.new\"; \
         mv \"$HOME/$1.new\" \"$HOME/$1.ended\""
    );
    script(env, "person", &run)
}

/// In a folder of its own: a terminal has its socket under the name that it is given.
fn script(env: &TestEnv, name: &str, does: &str) -> String {
    let path = env.path("stand-ins").join(name);
    if !path.exists() {
        private_folder(&env.path("stand-ins"));
        let programs = env.path("zellij-bin");
        let text = format!(
            "#!/bin/sh\nPATH=\"{}:$PATH\"\nmkfifo \"$HOME/$1.go\" 2>/dev/null\nexec 3<>\"$HOME/$1.go\"\n\
             while read -r words <&3; do\n  {does}\ndone\n",
            programs.display()
        );
        write_program(&path, &text);
    }
    path.display().to_string()
}

/// Tells the stand-in something.
fn order(env: &TestEnv, name: &str, words: &str) {
    let path = env.home().join(format!("{name}.go"));
    let mut pipe = until("it listens", || {
        let mut options = OpenOptions::new();
        let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).expect("a flag");
        options
            .write(true)
            .custom_flags(nonblocking)
            .open(&path)
            .ok()
    });
    writeln!(pipe, "{words}").expect("it reads");
}

/// Has that assistant report so, until `is_so` is true of the rows.
pub(crate) fn says(
    env: &TestEnv,
    collector: &Collector<'_>,
    (name, payload): (&str, &str),
    is_so: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let told = std::cell::Cell::new(None::<Instant>);
    collector.until(&format!("{name} says {payload}"), |rows| {
        let is_so = is_so(rows);
        if !is_so && told.get().is_none_or(|told| told.elapsed() > AGAIN) {
            order(env, name, payload);
            told.set(Some(Instant::now()));
        }
        is_so
    })
}

/// Whether there is a row with that id in that state.
pub(crate) fn has(rows: &[Value], id: &str, state: &str) -> bool {
    rows.iter()
        .any(|row| row["id"] == id && row["state"] == state)
}

/// A collector with Zellij on its PATH.
pub(crate) fn collect(world: &World) -> Collector<'_> {
    Collector::start_with(&world.env, &mut world.pane_patrol())
}

/// An assistant in a new pane of the session, which works; whoever collects is asked without an end.
pub(crate) fn starts(session: &Session<'_>, name: &str) -> u32 {
    let env = &session.world.env;
    let pane = session.open(&[], &["sh", &assistant(env), name]);
    begins(session, pane, name);
    pane
}

/// Has the one in that pane work.
pub(crate) fn begins(session: &Session<'_>, pane: u32, name: &str) {
    let env = &session.world.env;
    let id = session.row(pane);
    let mut told = Instant::now().checked_sub(AGAIN);
    until("it works", || {
        if told.is_none_or(|told| told.elapsed() >= AGAIN) {
            order(env, name, WORKS);
            told = Some(Instant::now());
        }
        let said = finish(session.world.pane_patrol().args(["status", "--json"])).stdout;
        let rows: Vec<Value> = serde_json::from_str(&said).unwrap_or_default();
        has(&rows, &id, "running").then_some(())
    });
}

/// The same with that collector.
pub(crate) fn at_work(session: &Session<'_>, collector: &Collector<'_>, name: &str) -> u32 {
    let env = &session.world.env;
    let pane = session.open(&[], &["sh", &assistant(env), name]);
    let id = session.row(pane);
    says(env, collector, (name, WORKS), |rows| {
        has(rows, &id, "running")
    });
    pane
}

/// Somebody in a pane of the session who runs the program under test.
pub(crate) struct Person<'world> {
    world: &'world World,
    name: String,
    pub(crate) pane: u32,
}

impl<'world> Person<'world> {
    pub(crate) fn in_pane_of(session: &Session<'world>, name: &str, before: &[&str]) -> Self {
        let world = session.world;
        let pane = session.open(before, &["sh", &person(&world.env), name]);
        Self {
            world,
            name: name.to_owned(),
            pane,
        }
    }

    /// How it ended, and what it said.
    pub(crate) fn runs(&self, words: &str) -> (i32, String) {
        let path = |ending: &str| {
            self.world
                .env
                .home()
                .join(format!("{}.{ending}", self.name))
        };
        // Not there the first time.
        let _ = std::fs::remove_file(path("ended"));
        order(&self.world.env, &self.name, words);
        let status = until("it has ended", || {
            std::fs::read_to_string(path("ended")).ok()
        });
        let said = std::fs::read_to_string(path("said")).unwrap_or_default();
        (status.trim().parse().expect("a number"), said)
    }
}

/// The program under test outside of any pane; how it ended.
pub(crate) fn outside(world: &World, words: &[&str]) -> (i32, String) {
    let ended = finish(world.pane_patrol().args(words));
    (
        ended.status.code().unwrap_or(-1),
        ended.stdout + &ended.stderr,
    )
}
