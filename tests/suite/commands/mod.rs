//! What every command that is about one row prints, on stdout and stderr, and how it ends: right and
//! wrong names, with a collector, with none, and with the event log alone.
//!
//! One table for all of them, so that a person who has learned how to name an assistant in one command
//! can use it in each, and is told the same where it fails.

mod others;

use std::fmt::Write;

use crate::common::{Collector, Finished, PROGRAM, TestEnv, finish};

/// The commands, each with what it needs besides a name (`@`).
const COMMANDS: [&[&str]; 14] = [
    &["jump", "@"],
    &["stop", "@"],
    &["snooze", "@", "10"],
    &["request", "@"],
    &["request", "@", "--json"],
    &["approve", "@", "--yes"],
    &["deny", "@"],
    &["answer", "@", "1"],
    &["trust", "@"],
    &[
        "wait",
        "--target",
        "@",
        "--state",
        "completed",
        "--timeout",
        "1s",
    ],
    &["explain", "@"],
    &["diff", "@"],
    &["tasks", "@"],
    &["tasks", "@", "--json"],
];

/// A private world with nobody who collects.
struct Uncollected(TestEnv);

impl Uncollected {
    fn new() -> Self {
        Self(TestEnv::new())
    }

    fn emit(&self, assistant: &str, state: &str, target: &str, message: &str) {
        let mut command = self.0.pane_patrol();
        command.args(["emit", "--assistant", assistant, "--state", state]);
        command.args(["--target", target, "--message", message]);
        finish(&mut command).assert_silent_success();
    }

    /// Every command with `name`, one below the other.
    fn told(&self, name: &str) -> String {
        let mut told = String::new();
        for command in COMMANDS {
            let named = |word: &&str| {
                if *word == "@" {
                    name.to_owned()
                } else {
                    (*word).to_owned()
                }
            };
            let words: Vec<String> = command.iter().map(named).collect();
            let finished = finish(self.0.pane_patrol().args(&words));
            self.write(&mut told, &words.join(" "), &finished);
        }
        told
    }

    fn write(&self, told: &mut String, words: &str, finished: &Finished) {
        let status = finished.status.code().expect("it ends by itself");
        writeln!(told, "$ pane-patrol {words}").expect("a text takes it");
        for (channel, text) in [("", &finished.stdout), ("! ", &finished.stderr)] {
            for line in text.lines() {
                writeln!(told, "{channel}{}", self.settled(line)).expect("a text takes it");
            }
        }
        writeln!(told, "= {status}\n").expect("a text takes it");
    }

    /// Without what is another one in each run: this world's folder, times of day and ages.
    fn settled(&self, line: &str) -> String {
        let root = self.0.path("");
        let line = line.replace(&root.display().to_string(), "/world/");
        let line = line.replace(PROGRAM, "/bin/pane-patrol");
        let is_age = |word: &str| {
            let number = word.strip_suffix('s').unwrap_or_default();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        let mut settled = String::new();
        let mut words = line.split(' ').peekable();
        while let Some(word) = words.next() {
            let is_clock =
                word.len() >= 8 && word.as_bytes()[2] == b':' && word.as_bytes()[5] == b':';
            let is_moment = word.starts_with("\"20") && word.contains("Z\"");
            let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            let is_unit = |word: &&str| {
                ["s", "ms", "seconds", "second"]
                    .iter()
                    .any(|unit| word.starts_with(unit))
            };
            let is_process = settled.ends_with("process ");
            let shown = if is_clock
                || is_moment
                || is_process
                || is_age(word)
                || (is_number && words.peek().is_some_and(is_unit))
            {
                "…"
            } else {
                word
            };
            settled.push_str(shown);
            settled.push(' ');
        }
        settled.trim_end().to_owned()
    }
}

#[test]
fn with_nobody_who_collects() {
    let machine = Uncollected::new();
    insta::assert_snapshot!(machine.told("work:1.0"));
}

#[test]
fn an_assistant_that_works() {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    collector.until_state("running");
    insta::assert_snapshot!(machine.told("work:1.0"));
}

#[test]
fn an_assistant_that_waits() {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "waiting_approval", "work:1.0", "may I");
    collector.until_state("waiting_approval");
    insta::assert_snapshot!(machine.told("work:1.0"));
}

#[test]
fn each_of_its_names_means_the_same_assistant() {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    let row = collector.until_state("running");
    let by_place = machine.told("work:1.0");
    let id = row["id"].as_str().expect("an id");
    for name in [id, "work"] {
        // What was wanted under another name is told under each.
        let decisions = machine.0.places().decisions().expect("there is a home");
        std::fs::remove_file(decisions).expect("some were made");
        let told = machine.told(name);
        let unnamed = |told: &str| {
            let names = [id, "work:1.0", "work"].map(|name| format!("`{name}`"));
            let lines = told.lines().filter(|line| !line.starts_with('$'));
            let replaced = |line: &str| {
                let line = line.to_owned();
                names
                    .iter()
                    .fold(line, |line, name| line.replace(name, "`@`"))
            };
            lines.map(replaced).collect::<Vec<_>>()
        };
        assert_eq!(unnamed(&told), unnamed(&by_place), "{name}");
    }
}

#[test]
fn a_name_of_two_is_nobodys() {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    machine.emit("yours", "running", "work:2.0", "half way");
    collector.until("both are there", |rows| rows.len() == 2);
    insta::assert_snapshot!(machine.told("work"));
}

#[test]
fn a_name_that_nobody_has() {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    collector.until_state("running");
    for name in ["work:2.0", "%7", "nobody"] {
        insta::assert_snapshot!(
            format!(
                "a_name_that_nobody_has_{}",
                name.replace([':', '.', '%'], "_")
            ),
            machine.told(name)
        );
    }
}

#[test]
fn by_the_event_log_alone() {
    let machine = Uncollected::new();
    finish(machine.0.pane_patrol().args(["mirror", "on"]));
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    collector.until_state("running");
    drop(collector);
    insta::assert_snapshot!(machine.told("work:1.0"));
}
