//! What is typed wrongly, and what is typed where nobody collects.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::seen::{ANY, Seen};
use crate::common::{TestEnv, finish, finish_with_stdin};

pub(super) fn bring_about(seen: &mut Seen) {
    let env = TestEnv::new();
    nobody(seen, &env);
    words(seen, &env);
    lists(seen, &env);
    elsewhere(seen);
}

fn nobody(seen: &mut Seen, env: &TestEnv) {
    seen.of_any(env, "nobody collects, and there is no event log", "status");
    seen.of(
        env,
        "nobody collects, and `--strict` was given",
        "emit --strict --assistant my-bot --state done --target shop:1.0",
    );
    seen.of(
        env,
        "what is started shows itself on the screen, and there is none",
        "supervisor",
    );
    seen.of(
        env,
        "it asks one question after the other, and nobody can answer",
        "setup",
    );
    seen.of(
        env,
        "a part of the chain from the assistant to the dashboard is broken",
        "doctor",
    );
}

fn words(seen: &mut Seen, env: &TestEnv) {
    for (when, words) in [
        ("there is no such command", "nosuch"),
        ("other programs have a command of that name", "list"),
        ("there is no such option", "status --nosuch"),
        ("something is missing", "stop"),
    ] {
        seen.of_any(env, when, words);
    }
    for (when, words) in [
        (
            "nobody is named, and neither `--next` nor `--prev` is given",
            "jump",
        ),
        (
            "it is typed outside of tmux, and names no window",
            "sidebar",
        ),
        (
            "no client of yours was taken anywhere by a jump",
            "jump last",
        ),
        (
            "there is no launcher of that name, and no assistant is on PATH",
            "start NAME",
        ),
        ("no assistant is named", "install"),
        (
            "there is no assistant of that name",
            "install --assistant nosuch",
        ),
        (
            "the name of an assistant is misspelt",
            "install --assistant clod",
        ),
        ("a step is none", "setup --skip assistant"),
        ("an option lacks its value", "setup --popup-key"),
        (
            "an option is for one that is not named",
            "install --assistant claude --codex-no-daemon",
        ),
        ("there is no command of that name", "man NAME"),
        ("the name of a command is misspelt", "man statsu"),
        ("an option is missing", "wait TARGET"),
        ("the state is misspelt", "wait TARGET --state don"),
        (
            "the time is below zero",
            "wait TARGET --state done --timeout -5",
        ),
        ("the time is below zero", "trust TARGET --for -5"),
        ("the time is below zero", "snooze TARGET -5m"),
        ("the kind of event is misspelt", "log --kind tool_startd"),
        (
            "the number is none",
            "diff TARGET --patch FILE --context many",
        ),
        ("an option lacks its value", "watch --target"),
        ("the theme is misspelt", "supervisor --theme drak"),
        ("the shell is misspelt", "completions bsh"),
        ("the verdict is misspelt", "rules test --expect alow"),
        ("the state is none", "wait TARGET --state nosuch"),
        ("the time is none", "snooze TARGET soon"),
        ("the time is too long", "trust TARGET --for 9h"),
        ("the time is none", "log --since TEXT"),
        ("the speed is none", "log replay --plain --speed NaN"),
        (
            "several files are to be followed, or stdin",
            "log --follow -",
        ),
        (
            "a name has other letters",
            "emit --assistant Mine --state done --target shop:1.0",
        ),
        (
            "a place is written otherwise",
            "emit --assistant my-bot --state done --target nosuch",
        ),
        ("a name has other letters", "wrap --assistant Mine -- true"),
        ("the program is not there", "wrap -- /PROGRAM"),
        (
            "the name of a container has other letters",
            "collect --container a/b",
        ),
        ("that is no address", "collect --listen TEXT"),
        (
            "other machines could connect",
            "collect --listen 192.0.2.1:4200",
        ),
        ("rules are to judge what is no request", "rules test"),
    ] {
        seen.of(env, when, words);
    }
    started(seen, env);
}

/// What is run in another way than by its words alone.
fn started(seen: &mut Seen, env: &TestEnv) {
    // Its session ends with it.
    let mut alone = env.command("setsid");
    let program = env.pane_patrol().get_program().to_owned();
    alone.args(["-f", "-w"]).arg(program).args([
        "emit",
        "--assistant",
        "my-bot",
        "--state",
        "done",
    ]);
    let finished = finish(&mut alone);
    seen.take(
        "emit",
        env,
        "it runs in no pane and in no session of a terminal",
        &finished,
    );
    let mut named = env.pane_patrol();
    named
        .arg("collect")
        .arg("--listen")
        .env("AOC_HUB_ADDR", "TEXT");
    seen.by(env, "`AOC_HUB_ADDR` is no address", &mut named);
    let mut named = env.pane_patrol();
    named
        .args(["wrap", "--", "true"])
        .env("PANE_PATROL_HUB", "192.0.2.1:42000");
    seen.by(env, "`PANE_PATROL_HUB` is on another machine", &mut named);
    logged(seen, env);
    let cannot = env.path("cannot");
    fs::write(&cannot, "no program").expect("it is ours");
    fs::set_permissions(&cannot, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let mut wrap = env.pane_patrol();
    seen.by(
        env,
        "the program is none",
        wrap.args(["wrap", "--"]).arg(cannot),
    );
}

/// Of the maintainer's log, whichever command it is of.
fn logged(seen: &mut Seen, env: &TestEnv) {
    for (when, variable, value) in [
        (
            "the level of the maintainer's log is none",
            "PANE_PATROL_LOG_LEVEL",
            "loud",
        ),
        (
            "there is no folder for the maintainer's log",
            "PANE_PATROL_LOG",
            "/FOLDER/log",
        ),
        ("`AOC_LOG_DIR` is no folder", "AOC_LOG_DIR", "/dev/null"),
    ] {
        let mut command = env.pane_patrol();
        command.env("PANE_PATROL_LOG", env.path("log"));
        if variable == "AOC_LOG_DIR" {
            command.env_remove("PANE_PATROL_LOG");
        }
        let finished = finish(command.env(variable, value).args(["mirror", "status"]));
        seen.take(ANY, env, when, &finished);
    }
}

fn lists(seen: &mut Seen, env: &TestEnv) {
    seen.of(env, "the settings have no `[[rules]]`", "rules list");
    seen.of(env, "the settings have no `[[rules]]`", "rules check");
    let rules =
        "[[rules]]\nthen = \"allow\"\nassistant = \"gemini\"\ntool = \"Bash\"\ncommand = \"ls\"\n";
    env.configure(rules);
    seen.of(
        env,
        "a rule is for an assistant that is answered by keys alone, and no hook asks",
        "rules check",
    );
    let request = br#"{"cwd":"/p","tool_name":"Bash","tool_input":{"command":"ls"}}"#;
    let mut test = env.pane_patrol();
    let finished = finish_with_stdin(test.args(["rules", "test", "--expect", "deny"]), request);
    seen.take(
        "rules test",
        env,
        "the rules say otherwise than `--expect`",
        &finished,
    );
    env.configure("nonsense = [");
    seen.of_any(env, "config.toml cannot be read", "rules list");
    seen.of(env, "something in config.toml is wrong", "config check");
    env.configure("");
    seen.of(env, "config.toml is as it should be", "config check");
    seen.of(env, "there is a config.toml", "config init");
    let there = env.path("config/pane-patrol/config.toml");
    fs::remove_file(&there).expect("it is ours");
    seen.of(env, "there is no config.toml", "config check");
    seen.of(env, "there was no config.toml", "config init");
    fs::remove_file(&there).expect("it is ours");
    fs::create_dir(&there).expect("it is ours");
    seen.of(
        env,
        "in the place of config.toml is something else",
        "config check",
    );
    fs::remove_dir(&there).expect("it is ours");
    env.configure("[[rules]]\nthen = \"ask\"\n");
    seen.of(
        env,
        "there are tables that may stand there several times",
        "config show",
    );
    env.configure("");
}

/// Where a variable or a program is missing.
fn elsewhere(seen: &mut Seen) {
    let env = TestEnv::new();
    let homeless = |words: &str| {
        let mut command = env.pane_patrol();
        command
            .args(words.split(' '))
            .env_remove("HOME")
            .env_remove("XDG_STATE_HOME");
        command
    };
    let when = "neither HOME nor XDG_STATE_HOME is set";
    seen.by(&env, when, &mut homeless("log"));
    seen.by(
        &env,
        "HOME is not set",
        &mut homeless("install --assistant claude"),
    );
    let mut install = homeless("install --assistant claude");
    seen.by(
        &env,
        when,
        install.env("CLAUDE_CONFIG_DIR", env.path("claude")),
    );
    seen.by(
        &env,
        "neither HOME nor XDG_CONFIG_HOME is set",
        homeless("config path").env_remove("XDG_CONFIG_HOME"),
    );
    let mut setup = homeless("setup --yes --skip assistants,notices");
    seen.by(&env, when, &mut setup);
    let mut demo = env.pane_patrol();
    seen.by(
        &env,
        "tmux is not on PATH",
        demo.arg("demo").env("PATH", env.path("bin")),
    );
    seen.of(&env, "there is no terminal", "demo --zellij");
    let mut setup = env.pane_patrol();
    setup.args(["setup", "--yes", "--skip", "assistants,notices"]);
    seen.by(
        &env,
        "tmux is not on PATH",
        setup.env("PATH", env.path("bin")),
    );
    let bin = env.path("bin");
    fs::create_dir_all(&bin).expect("it can be made");
    crate::common::write_program(&bin.join("claude"), "#!/bin/sh\nexit 0\n");
    let mut start = env.pane_patrol();
    seen.by(
        &env,
        "tmux is not on PATH",
        start.args(["start", "claude"]).env("PATH", &bin),
    );
    crate::common::write_program(&bin.join("tmux"), "#!/bin/sh\nexit 0\n");
    let mut start = env.pane_patrol();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    seen.by(
        &env,
        "what is called tmux is none",
        start.args(["start", "claude"]).env("PATH", path),
    );
}
