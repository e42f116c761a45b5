//! Names that are there just now, completed in the real shells: they are texts of others, and no shell runs any of them.

use std::fs;

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, fixture, private_folder, skip, wait_until,
    write_program,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pane-patrol");
const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// What a shell would run, or take apart, if it were not quoted.
const HOSTILE: &str = "$(touch owned);`touch owned`&'\"*?[a]|>owned";

/// How each is begun with its completions, which are in `~/completions/_pane-patrol`.
const SHELLS: &[(&str, &str)] = &[
    ("bash", "bash --rcfile rc.bash -i"),
    ("zsh", "env ZDOTDIR=zsh zsh -i"),
    ("fish", "fish --no-config -C 'source rc.fish' -i"),
];

/// A program that prints its words, and completes as ours does.
fn program(env: &TestEnv) {
    private_folder(&env.path("programs"));
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = completions ] && exec {PROGRAM} \"$@\"\nprintf '<%s>' \"$@\"\necho\n"
    );
    write_program(&env.path("programs/pane-patrol"), &text);
}

fn settings(env: &TestEnv, shell: &str) {
    let home = env.home();
    let printed = finish(env.pane_patrol().args(["completions", shell]));
    for folder in ["completions", "zsh"] {
        fs::create_dir_all(home.join(folder)).expect("home is ours");
    }
    let write = |name: &str, text: &str| fs::write(home.join(name), text).expect("home is ours");
    write("completions/_pane-patrol", &printed.stdout);
    write("rc.bash", "PS1='ready> '\n. completions/_pane-patrol\n");
    write(
        "zsh/.zshrc",
        "PS1='ready> '\nfpath=($HOME/completions $fpath)\nautoload -Uz compinit\ncompinit -u -d dump\n",
    );
    write(
        "rc.fish",
        "source completions/_pane-patrol\nfunction fish_prompt; echo 'ready> '; end\n\
         function fish_greeting; end\n",
    );
}

/// The shell in a terminal, in our home; `None`, loudly, where it is not installed.
fn begin<'env>(env: &'env TestEnv, (shell, command): (&str, &str)) -> Option<Terminal<'env>> {
    if env.command(shell).arg("--version").output().is_err() {
        skip(&format!("there is no {shell}"));
        return None;
    }
    settings(env, shell);
    let path = std::env::var("PATH").unwrap_or_default();
    let line = format!(
        "env PATH='{}:{path}' LANG=C.UTF-8 sh -c \"cd '{}' && exec {command}\"",
        env.path("programs").display(),
        env.home().display(),
    );
    let terminal = Terminal::start(env, &format!("{shell}.sock"), &line)?;
    terminal.wait_for("ready>");
    Some(terminal)
}

#[test]
fn names_of_rows_are_completed_in_every_shell_and_run_in_none() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    program(&env);
    let words = [
        "new-session",
        "-d",
        "-P",
        "-F",
        "#{pane_id}",
        "-s",
        HOSTILE,
        "cat",
    ];
    let pane = server.run(&words);
    let mut collector = Some(Collector::start_in(&env, &server));
    server.report("%0", &fixture(WORKS), "running");
    server.report(&pane, &fixture(WORKS), "running");
    let names = || finish(env.pane_patrol().args(["completions", "--names", "rows"])).stdout;
    wait_until("both are named", || {
        let names = names();
        names.lines().any(|name| name == "work:0.0") && names.contains(HOSTILE)
    });
    for (shell, command) in SHELLS {
        let Some(terminal) = begin(&env, (shell, command)) else {
            continue;
        };
        terminal.press(&["-l", "--", "pane-patrol jump \\$"]);
        terminal.press(&["Tab"]);
        terminal.wait_for("touch\\ owned");
        terminal.press(&["Enter"]);
        terminal.wait_for(&format!("<jump><{HOSTILE}"));
        terminal.press(&["C-l"]);
        terminal.press(&["-l", "--", "pane-patrol stop work:0"]);
        terminal.press(&["Tab"]);
        terminal.wait_for("work:0.0");
        terminal.press(&["Enter"]);
        terminal.wait_for("<stop><work:0.0>");
        for place in [env.home(), env.path("."), "/tmp".into()] {
            assert!(!place.join("owned").exists(), "{shell} ran it");
        }
    }
    collector.take();
    let told = finish(env.pane_patrol().args(["completions", "--names", "rows"]));
    told.assert_silent_success();
    assert_eq!(told.stdout, "", "nobody collects");
}
