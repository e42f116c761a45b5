//! What the README tells people to type can be typed.

use crate::common::TestEnv;
use crate::install::run;

const README: &str = include_str!("../../README.md");

/// The commands between backquotes in the table of other assistants.
fn commands() -> Vec<&'static str> {
    let (_, section) = README
        .split_once("### Other assistants")
        .expect("it is there");
    let rows = section.lines().take_while(|line| !line.starts_with("## "));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_line_for_another_assistant_is_understood() {
    let env = TestEnv::new();
    let listener = env.listen();
    let mut assistants = Vec::new();
    for command in commands() {
        if !command.contains("pane-patrol emit ") {
            continue;
        }
        let arguments = ["emit", "--target", "%1", "--strict"].into_iter();
        let arguments: Vec<&str> = arguments.chain(typed(command)).collect();
        let finished = run(&env, &arguments);
        assert!(finished.status.success(), "{command}: {finished:?}");
        assistants.push(listener.next().assistant.as_str().to_owned());
    }
    assert_eq!(
        assistants,
        ["aider", "amp", "cline", "cursor", "droid", "goose"]
    );
}

/// The words behind `emit`.
fn typed(command: &'static str) -> impl Iterator<Item = &'static str> {
    command
        .split(' ')
        .skip_while(|word| *word != "emit")
        .skip(1)
}

#[test]
fn kilo_is_given_a_plugin_that_says_kilo() {
    let env = TestEnv::new();
    std::fs::create_dir_all(env.path("config")).expect("the folder can be made");
    std::os::unix::fs::symlink(env.path("config"), env.home().join(".config")).expect("it can be");
    let sed = commands()
        .into_iter()
        .find(|command| command.starts_with("sed "));
    assert!(
        run(&env, &["install", "--assistant", "opencode"])
            .status
            .success()
    );
    let kilo = env.home().join(".config/kilo/plugins");
    std::fs::create_dir_all(&kilo).expect("the folder can be made");
    let mut shell = env.command("/bin/sh");
    shell.arg("-c").arg(sed.expect("it is there"));
    assert!(shell.status().expect("it runs").success());
    let text = std::fs::read_to_string(kilo.join("pane-patrol.js")).expect("it is there");
    assert!(text.contains("const ASSISTANT = \"kilo\"") && text.contains("const PROGRAM = \"/"));
}
