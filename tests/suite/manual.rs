//! The pages of the manual and the completions: every command has a page, and every shell what it needs.

use std::collections::BTreeSet;
use std::fs;

use crate::common::{TestEnv, finish, finish_with_stdin, skip};

/// What a command that must work prints.
fn printed(env: &TestEnv, arguments: &[&str]) -> String {
    let finished = finish(env.pane_patrol().args(arguments));
    assert!(finished.status.success(), "{arguments:?}: {finished:?}");
    finished.stdout
}

/// The commands that `help` lists, below `command`.
fn commands(env: &TestEnv, command: &[&str]) -> Vec<String> {
    let help = printed(env, &[command, &["--help"]].concat());
    let Some((_, list)) = help.split_once("\nCommands:\n") else {
        return Vec::new();
    };
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_a_page_that_is_found_by_its_name_and_by_its_words() {
    let env = TestEnv::new();
    let listed = printed(&env, &["man", "--list"]);
    let mut expected = BTreeSet::from(["pane-patrol".to_owned()]);
    let mut words = vec![Vec::new()];
    while let Some(command) = words.pop() {
        let typed: Vec<&str> = command.iter().map(String::as_str).collect();
        for name in commands(&env, &typed) {
            let below = [command.clone(), vec![name]].concat();
            expected.insert(format!("pane-patrol-{}", below.join("-")));
            words.push(below);
        }
        let page = printed(&env, &[&["man"], &*typed].concat());
        let name = [&["pane-patrol"], &*typed].concat().join("-");
        // Titles are upper case there, and a dash is written as such.
        assert!(page.contains(&format!(".TH {name} 1")), "{name}: {page}");
        assert!(page.contains(".SH NAME"), "{name}: {page}");
        assert_eq!(page, printed(&env, &["man", &name]), "{name}");
    }
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    assert_eq!(listed, expected);
    assert!(listed.contains("pane-patrol-rules-list"), "{listed:?}");
}

#[test]
fn a_page_that_is_none_is_not_made_up() {
    let env = TestEnv::new();
    let finished = finish(env.pane_patrol().args(["man", "rules", "nosuch"]));
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains("`rules nosuch`"), "{finished:?}");
    assert!(finished.stderr.contains("man --list"), "{finished:?}");
}

#[test]
fn every_page_refers_only_to_pages_that_are_there() {
    let env = TestEnv::new();
    let listed = printed(&env, &["man", "--list"]);
    let there: BTreeSet<&str> = listed.lines().collect();
    for name in &there {
        let page = printed(&env, &["man", name]).replace('\\', "");
        for word in page.split_whitespace().filter(|word| word.ends_with("(1)")) {
            let named = word.trim_end_matches("(1)");
            assert!(there.contains(named), "{name} names {word}");
        }
    }
}

/// Asks bash what it would complete, one line of words each; the last one is being typed.
const ASKS_BASH: &str = r#"
. ./completions
function=$(complete -p pane-patrol | sed 's/.* -F \([^ ]*\) .*/\1/')
while read -r -a COMP_WORDS; do
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    "$function" pane-patrol "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[@]}"
done
"#;

#[test]
fn bash_completes_every_command_and_its_options() {
    let env = TestEnv::new();
    if env.command("bash").arg("--version").output().is_err() {
        return skip("there is no bash");
    }
    fs::write(
        env.home().join("completions"),
        printed(&env, &["completions", "bash"]),
    )
    .expect("a file can be written");
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    let mut ask = |words: &str, answer: &str| {
        asked.push(format!("pane-patrol{words}"));
        expected.push(answer.to_owned());
    };
    for page in printed(&env, &["man", "--list"]).lines() {
        let words = page.trim_start_matches("pane-patrol").replace('-', " ");
        ask(&format!("{words} --hel"), "--help");
        if let Some((_, last)) = words.rsplit_once(' ') {
            ask(&words, last);
        }
    }
    ask(" status --for", "--format");
    let mut bash = env.command("bash");
    let answered = finish_with_stdin(
        bash.args(["--norc", "-c", ASKS_BASH]),
        (asked.join("\n") + "\n").as_bytes(),
    );
    let answers: Vec<&str> = answered.stdout.lines().collect();
    assert_eq!(answers.len(), expected.len(), "{answered:?}");
    for ((typed, answer), expected) in asked.iter().zip(answers).zip(&expected) {
        assert!(
            answer.split(' ').any(|word| word == *expected),
            "{typed}: {answer}"
        );
    }
}

#[test]
fn every_shell_that_is_packaged_gets_completions_of_every_command() {
    let env = TestEnv::new();
    for shell in ["bash", "zsh", "fish"] {
        let text = printed(&env, &["completions", shell]);
        for command in commands(&env, &[]) {
            assert!(text.contains(&command), "{shell}: {command}");
        }
    }
}
