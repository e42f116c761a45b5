//! Generated commands, judged by the rules and run by a real shell: what is allowed runs the one
//! program with the very words of the rule, and nothing else; what runs a denied program is seen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::json;

use super::{Ask, Ground, Rules, Then, judge};
use crate::test_program::write_program;

/// A folder with programs that only write down how they were called, one word a line.
struct Stage {
    root: tempfile::TempDir,
}

const PROGRAMS: [&str; 5] = ["git", "rm", "sudo", "ls", "sh2"];

/// Those of them that there are. Commands are run by the person's own.
const SHELLS: [&str; 3] = ["/bin/sh", "/bin/bash", "/bin/zsh"];

impl Stage {
    fn set() -> Self {
        let root = tempfile::tempdir().unwrap();
        let stage = Self { root };
        fs::create_dir_all(stage.project().join("src")).unwrap();
        fs::create_dir(stage.bin()).unwrap();
        for name in PROGRAMS {
            let path = stage.bin().join(name);
            let log = stage.log();
            let text = format!(
                "#!/bin/sh\n{{ printf '[%s]' {name} \"$@\"; echo; }} >>'{}'\n",
                log.display()
            );
            write_program(&path, &text);
        }
        stage
    }

    fn bin(&self) -> PathBuf {
        self.root.path().join("bin")
    }

    fn project(&self) -> PathBuf {
        self.root.path().join("p")
    }

    fn log(&self) -> PathBuf {
        self.root.path().join("log")
    }

    /// Every call that the shell makes of `command`, and what else it left behind in the project.
    fn run(&self, shell: &str, command: &str) -> (Vec<String>, Vec<String>) {
        let _ = fs::remove_file(self.log());
        let mut sh = Command::new(shell);
        sh.args(["-c", command]).current_dir(self.project());
        sh.env_clear()
            .env("PATH", self.bin())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        sh.status().unwrap();
        let calls = fs::read(self.log()).unwrap_or_default();
        let calls = String::from_utf8_lossy(&calls).into_owned();
        let files = fs::read_dir(self.project()).unwrap();
        let files = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
        let files: Vec<String> = files.filter(|name| name != "src").collect();
        for file in &files {
            let path = self.project().join(file);
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        }
        (calls.lines().map(str::to_owned).collect(), files)
    }

    fn ask(&self, command: &str) -> Ask {
        Ask {
            assistant: "claude".into(),
            tool: "Bash".into(),
            input: json!({"command": command}),
            cwd: Some(self.project()),
            project: Some(self.project()),
            is_elsewhere: false,
        }
    }
}

fn rules(text: &str) -> Rules {
    /// The part of the settings that is about rules.
    #[derive(serde::Deserialize)]
    struct Settings {
        rules: Rules,
    }
    let mut rules = toml::from_str::<Settings>(text).unwrap().rules;
    rules.count_lines(text);
    rules
}

/// Mostly the command that is allowed, with something done to it.
fn commands() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => Just("git".to_owned()),
        6 => Just("status".to_owned()),
        3 => Just("diff".to_owned()),
        2 => Just("src/a".to_owned()),
        1 => Just("sudo".to_owned()),
        1 => Just("rm".to_owned()),
        1 => Just("-c".to_owned()),
        1 => Just("core.pager=sh2".to_owned()),
        1 => Just("A=1".to_owned()),
        1 => Just("../x".to_owned()),
        1 => Just("--output=x".to_owned()),
        2 => "[a-z$`\\\\'\"~*?#!{}\\[\\]=:%^é-]{1,4}",
    ];
    let glue = prop_oneof![
        24 => Just(" "),
        2 => Just("  "),
        1 => Just(""),
        1 => Just("\n"),
        1 => Just("\r"),
        1 => Just("\t"),
        1 => Just(" && "),
        1 => Just("; "),
        1 => Just(" | "),
        1 => Just(" & "),
        1 => Just(" > "),
        1 => Just(" $("),
        1 => Just(")"),
        1 => Just("`"),
        1 => Just("'"),
        1 => Just("\""),
        1 => Just("\\"),
        1 => Just(" #"),
        1 => Just(" <<E\n"),
        1 => Just("\u{a0}"),
        1 => Just("\u{200b}"),
    ];
    let more = prop::collection::vec((word.clone(), glue), 0..4);
    let begin = prop_oneof![
        4 => Just("git status ".to_owned()),
        3 => Just("git diff ".to_owned()),
        1 => Just("git st'at'us ".to_owned()),
        1 => Just("\"git\" diff ".to_owned()),
        2 => Just(String::new()),
    ];
    (begin, more, prop::option::of(word)).prop_map(|(begin, more, last)| {
        let more = more.into_iter().map(|(word, glue)| word + glue);
        begin + &more.collect::<String>() + &last.unwrap_or_default()
    })
}

/// As the fake programs write it down.
fn is_allowed_call(call: &str) -> bool {
    if call == "[git][status]" {
        return true;
    }
    let Some(words) = call.strip_prefix("[git][diff]") else {
        return false;
    };
    let words = words.strip_prefix('[').unwrap_or_default();
    words.is_empty()
        || words
            .trim_end_matches(']')
            .split("][")
            .all(|word| !word.starts_with(['-', '/']) && !word.contains('=') && stays_below(word))
}

/// Whether the path never goes above the folder it begins in.
fn stays_below(path: &str) -> bool {
    let steps = path.split('/').map(|part| match part {
        ".." => -1,
        "" | "." => 0,
        _ => 1,
    });
    let mut depth = 0;
    steps.into_iter().all(|step| {
        depth += step;
        depth >= 0
    })
}

#[test]
fn a_shell_runs_nothing_of_an_allowed_command_but_what_the_rule_says() {
    let stage = Stage::set();
    let rules = rules("[[rules]]\nthen = 'allow'\ncommand = ['git status', 'git diff *']\n");
    let mut allowed = 0;
    let mut runner = TestRunner::new(Cases {
        failure_persistence: None,
        ..Cases::with_cases(2000)
    });
    runner
        .run(&commands(), |command| {
            let judgement = judge(&rules, &stage.ask(&command), &Ground::default(), false);
            if judgement.then == Then::Allow {
                for shell in SHELLS.into_iter().filter(|shell| Path::new(shell).exists()) {
                    let (calls, files) = stage.run(shell, &command);
                    prop_assert!(
                        calls.len() == 1 && is_allowed_call(&calls[0]),
                        "{shell} {command:?}: {calls:?}"
                    );
                    prop_assert!(files.is_empty(), "{shell} {command:?} left {files:?}");
                }
            }
            Ok(())
        })
        .unwrap();
    let mut counter = TestRunner::deterministic();
    for _ in 0..1000 {
        let command = commands().new_tree(&mut counter).unwrap().current();
        let judgement = judge(&rules, &stage.ask(&command), &Ground::default(), false);
        allowed += usize::from(judgement.then == Then::Allow);
    }
    assert!(
        allowed >= 50,
        "only {allowed} of 1000 were allowed: the generator is too wild"
    );
}

#[test]
fn whenever_a_shell_runs_a_denied_program_the_rule_has_seen_it() {
    let stage = Stage::set();
    let rules = rules("[[rules]]\nthen = 'deny'\ncommand = 'rm'\n");
    let mut runner = TestRunner::new(Cases {
        failure_persistence: None,
        ..Cases::with_cases(1000)
    });
    let strategy = (commands(), "(rm|r''m|\\\\rm|\"rm\"|r\\\\m|'r'm) x");
    let mut ran = 0;
    runner
        .run(&strategy, |(command, rm)| {
            let command = command.replace("rm", &rm).replace("status", &rm);
            let judgement = judge(&rules, &stage.ask(&command), &Ground::default(), true);
            if judgement.then == Then::Allow {
                let (calls, _) = stage.run(SHELLS[0], &command);
                prop_assert!(
                    !calls.iter().any(|call| call.starts_with("[rm]")),
                    "{command:?}: {calls:?}"
                );
            }
            Ok(())
        })
        .unwrap();
    let mut counter = TestRunner::deterministic();
    for _ in 0..300 {
        let (command, rm) = strategy.new_tree(&mut counter).unwrap().current();
        let command = command.replace("rm", &rm).replace("status", &rm);
        let (calls, _) = stage.run(SHELLS[0], &command);
        ran += usize::from(calls.iter().any(|call| call.starts_with("[rm]")));
    }
    assert!(
        ran >= 10,
        "only {ran} of 300 commands ran it: the generator is too tame"
    );
}
