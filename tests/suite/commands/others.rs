//! The same of every other command, and of what is typed wrongly.

use super::Uncollected;
use crate::common::{Collector, finish};

/// What is about no one row, typed rightly.
const RIGHT: &[&[&str]] = &[
    &["status"],
    &["status", "--json"],
    &["status", "--format", "tmux"],
    &["jump", "--next"],
    &["start", "--list"],
    &["rules", "list"],
    &["rules", "check"],
    &["mirror", "status"],
    &["log"],
    &["log", "--json"],
    &["log", "stats"],
    &["log", "--since", "1h", "--state", "done"],
    &["wait", "work:1.0", "--state", "done", "--timeout", "1s"],
    &[
        "emit",
        "--assistant",
        "mine",
        "--state",
        "running",
        "--target",
        "work:1.0",
    ],
    &[
        "emit",
        "--assistant",
        "mine",
        "--state",
        "works",
        "--target",
        "work:1.0",
    ],
    &["install", "--assistant", "gemini", "--dry-run"],
    &["uninstall", "--assistant", "gemini", "--dry-run"],
    &["wrap", "--", "true"],
    &["wrap", "--", "sh", "-c", "exit 7"],
];

/// What is typed wrongly, or cannot be.
const WRONG: &[&[&str]] = &[
    &["nosuch"],
    &["list"],
    &["lst"],
    &["--nosuch"],
    &["jump"],
    &["jump", "--client", "/dev/pts/nosuch", "work:1.0"],
    &["start", "nosuch"],
    &["start", "--cwd", "/nosuch/folder", "nosuch"],
    &["stop"],
    &["snooze", "work:1.0"],
    &["snooze", "work:1.0", "soon"],
    &["request"],
    &["approve"],
    &["approve", "work:1.0"],
    &["deny", "work:1.0", "--message", ""],
    &["answer", "work:1.0"],
    &["trust", "work:1.0", "--for", "9h"],
    &["trust", "work:1.0", "--for", "soon"],
    &["rules", "test"],
    &["rules", "nosuch"],
    &["status", "--format", "nosuch"],
    &["wait"],
    &["wait", "--state", "nosuch"],
    &["wait", "--state", "done", "--timeout", "soon"],
    &["watch", "--nosuch"],
    &["wrap"],
    &["wrap", "--", "/nosuch/program"],
    &["emit"],
    &[
        "emit",
        "--assistant",
        "Mine",
        "--state",
        "running",
        "--target",
        "work:1.0",
    ],
    &[
        "emit",
        "--assistant",
        "mine",
        "--state",
        "nosuch",
        "--target",
        "work:1.0",
    ],
    &[
        "emit",
        "--assistant",
        "mine",
        "--state",
        "running",
        "--target",
        "nosuch",
    ],
    &["mirror"],
    &["mirror", "nosuch"],
    &["log", "--since", "soon"],
    &["log", "--state", "nosuch"],
    &["log", "/nosuch/file"],
    &["explain"],
    &["diff"],
    &["tasks"],
    &["install"],
    &["install", "--assistant", "nosuch"],
    &["uninstall", "--assistant", "nosuch"],
    &["supervisor"],
    &["collect", "--container", "a/b"],
    &["completions", "nosuch"],
];

impl Uncollected {
    /// All of `commands`, one below the other.
    fn told_of(&self, commands: &[&[&str]]) -> String {
        let mut told = String::new();
        for command in commands {
            let finished = finish(self.0.pane_patrol().args(*command));
            self.write(&mut told, &command.join(" "), &finished);
        }
        told
    }
}

/// The same while somebody collects and an assistant works.
fn told_beside_a_collector(commands: &[&[&str]]) -> String {
    let machine = Uncollected::new();
    let collector = Collector::start(&machine.0);
    machine.emit("mine", "running", "work:1.0", "half way");
    collector.until_state("running");
    machine.told_of(commands)
}

#[test]
fn others_with_nobody_who_collects() {
    insta::assert_snapshot!(Uncollected::new().told_of(RIGHT));
}

#[test]
fn others_while_somebody_collects() {
    insta::assert_snapshot!(told_beside_a_collector(RIGHT));
}

#[test]
fn what_is_typed_wrongly_with_nobody_who_collects() {
    insta::assert_snapshot!(Uncollected::new().told_of(WRONG));
}

#[test]
fn what_is_typed_wrongly_while_somebody_collects() {
    insta::assert_snapshot!(told_beside_a_collector(WRONG));
}

/// Only one collects; what else is asked of the second one is refused before.
#[test]
fn a_second_collector() {
    let machine = Uncollected::new();
    let _collector = Collector::start(&machine.0);
    insta::assert_snapshot!(machine.told_of(&[&["collect"]]));
}
