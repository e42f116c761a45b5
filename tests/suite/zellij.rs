//! Zellij: whose pane it is where one multiplexer runs in the other, what is listed and when it goes, where one
//! is taken, and what a stopped, dying or lying Zellij can do to that. The real collector and the real commands
//! over a Zellij that behaves as the real one was measured to (`tests/common/zellij.pl`).

mod events;
mod going_there;
mod inbox;
mod keys;
mod listed;
mod mirrored;
mod nested;
mod silent;
mod started;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Collector, TestEnv, Zellij, until, write_program};

/// A program that stands for an assistant: it reports what it is told to, by its real hook, as often as a file
/// `NAME.go` appears with the name of a payload in it.
fn assistant(env: &TestEnv) -> String {
    let path = env.path("assistant");
    if !path.exists() {
        let hook = env!("CARGO_BIN_EXE_pane-patrol");
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gemini");
        let script = format!(
            "#!/bin/sh\n\
             while [ -d \"$HOME\" ]; do\n\
               if [ -s \"$HOME/$1.go\" ]; then\n\
                 '{hook}' hook gemini < \"{}/$(cat \"$HOME/$1.go\").json\"\n\
                 rm -f \"$HOME/$1.go\"\n\
               fi\n\
               sleep 0.05\n\
             done\n",
            fixtures.display()
        );
        write_program(&path, &script);
    }
    path.display().to_string()
}

/// Has that assistant report so, until `is_so` is true of the rows: a busy machine may drop an event.
fn says(
    env: &TestEnv,
    collector: &Collector<'_>,
    (name, payload): (&str, &str),
    is_so: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let order = env.home().join(format!("{name}.go"));
    collector.until(&format!("{name} says {payload}"), |rows| {
        let is_so = is_so(rows);
        if !is_so && !order.exists() {
            fs::write(&order, payload).expect("it is our folder");
        }
        is_so
    })
}

const BEGINS: &str = "SessionStart.startup";
const WORKS: &str = "BeforeAgent";
const DONE: &str = "AfterAgent";

/// A script that says so again and again: who is gone before anybody looked where it ran is not believed.
fn emits(name: &str, state: &str) -> String {
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    format!(
        "while [ -d \"$HOME\" ]; do '{program}' emit --assistant {name} --state {state}; sleep 0.3; done"
    )
}

/// Whether there is a row with that id in that state.
fn has(rows: &[Value], id: &str, state: &str) -> bool {
    rows.iter()
        .any(|row| row["id"] == id && row["state"] == state)
}

/// A collector with Zellij on its PATH.
fn collect(env: &TestEnv) -> Collector<'_> {
    Collector::start_with(env, &mut env.pane_patrol_with_zellij())
}

/// The row with that id.
fn row(collector: &Collector<'_>, id: &str) -> Value {
    until("its row", || {
        let rows = collector.rows();
        rows.into_iter().find(|row| row["id"] == id)
    })
}

/// A session with an assistant in its second pane, which works.
fn at_work<'env>(
    env: &'env TestEnv,
    collector: &Collector<'_>,
    name: &str,
    session: &str,
) -> Option<(Zellij<'env>, u32)> {
    let zellij = Zellij::start(env, session)?;
    let pane = zellij.pane(&["sh", &assistant(env), name]);
    let id = zellij.row(pane);
    says(env, collector, (name, WORKS), |rows| {
        has(rows, &id, "running")
    });
    Some((zellij, pane))
}

/// The program under test with these words in a pane of that session; how it ended and what it said.
fn run_in(env: &TestEnv, zellij: &Zellij<'_>, words: &str) -> (i32, String) {
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    let said = env.home().join("said");
    // It is not there the first time.
    let _ = fs::remove_file(&said);
    let (said_in, path) = (said.display(), env.path("zellij-bin"));
    let script = format!(
        "PATH={}:$PATH '{program}' {words} > '{said_in}.out' 2>&1; echo $? > '{said_in}.new'; \
         mv '{said_in}.new' '{said_in}'; sleep 1000",
        path.display()
    );
    zellij.pane(&["sh", "-c", &script]);
    let status = until("it has ended", || fs::read_to_string(&said).ok());
    let words = fs::read_to_string(said.with_extension("out")).unwrap_or_default();
    (status.trim().parse().expect("a number"), words)
}

#[test]
fn a_sidebar_is_refused_with_what_to_do_instead() {
    let env = TestEnv::new();
    let Some(zellij) = Zellij::start(&env, "work") else {
        return;
    };
    for words in ["sidebar", "sidebar --all --toggle"] {
        let (status, said) = run_in(&env, &zellij, words);
        assert_eq!(status, 1, "{said}");
        let why = "Zellij gives a tab back no layout that it had; `pane-patrol` in a pane of its own shows the same";
        assert!(
            said.contains("there can be no sidebar here") && said.contains(why),
            "{said}"
        );
    }
}
