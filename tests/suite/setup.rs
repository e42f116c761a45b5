//! `setup` as it is typed: everything in one go and everything back again, with the real tmux reading
//! what was written.

mod asked;
mod first_run;
mod generated;
mod keys;
mod left_over;
mod places;
mod refused;
mod stays;
mod zellij;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{Finished, TestEnv, finish};
use crate::install::{read, run, with_programs, write};

/// The line as it stands in a file of the person's, of a world whose config folder is not below the home.
fn line(env: &TestEnv) -> String {
    let file = env.path("config/pane-patrol/tmux.conf");
    format!("source-file -q {}", file.display())
}

/// Everything below the home and the config folder: bytes, where links lead, mode.
fn picture(env: &TestEnv) -> BTreeMap<PathBuf, (Option<Vec<u8>>, u32)> {
    let mut picture = BTreeMap::new();
    let mut todo = vec![env.home(), env.path("config")];
    while let Some(path) = todo.pop() {
        let found = fs::symlink_metadata(&path).expect("it is there");
        let bytes = if found.is_symlink() {
            let target = fs::read_link(&path).expect("it is a link");
            Some(target.to_string_lossy().into_owned().into_bytes())
        } else if found.is_file() {
            fs::read(&path).ok()
        } else {
            None
        };
        if found.is_dir() {
            let entries = fs::read_dir(&path).expect("it is a folder");
            todo.extend(entries.flatten().map(|entry| entry.path()));
        }
        picture.insert(path, (bytes, found.mode()));
    }
    picture
}

/// `setup` for tmux alone, without a question.
fn for_tmux(env: &TestEnv, more: &[&str]) -> Finished {
    let words = ["setup", "--yes", "--skip", "assistants,notices"];
    run(env, &[&words[..], more].concat())
}

/// What a tmux that starts in this world says to these commands: it reads the person's own files.
fn tmux_says(env: &TestEnv, arguments: &[&str]) -> String {
    /// One that is about to end is not asked once more.
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let socket = env.path(format!("own-{number}"));
    let mut command = env.command("tmux");
    command.arg("-S").arg(&socket);
    command.args(["new-session", "-d", "-x", "80", "-y", "24", "cat", ";"]);
    command.args(arguments);
    let said = finish(&mut command);
    let mut end = env.command("tmux");
    finish(end.arg("-S").arg(&socket).arg("kill-server"));
    assert!(said.status.success(), "{said:?}");
    said.stdout
}

/// The lines of `list-keys` after the prefix that run this program.
fn our_keys(env: &TestEnv) -> Vec<String> {
    let keys = tmux_says(env, &["list-keys", "-T", "prefix"]);
    let keys = keys.lines().filter(|line| line.contains("pane-patrol"));
    keys.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn everything_is_done_in_one_go_read_by_tmux_and_taken_back() {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "gemini"]);
    write(
        &env,
        ".tmux.conf",
        "set -g mouse on\nset -g status-interval 9\n",
    );
    let before = picture(&env);
    let dry = run(&env, &["setup", "--dry-run"]);
    assert!(dry.status.success(), "{dry:?}");
    assert_eq!(picture(&env), before, "{dry:?}");
    assert!(
        dry.stderr
            .contains("This was a dry run; nothing was changed."),
        "{dry:?}"
    );

    let done = run(&env, &["setup", "--yes"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(dry.stdout, done.stdout, "what is shown is what is done");
    let conf = read(&env, ".tmux.conf").expect("it is there");
    let mine = "set -g mouse on\nset -g status-interval 9\n";
    assert_eq!(conf, format!("{mine}{}\n", line(&env)));
    let keys = our_keys(&env);
    assert!(
        keys.len() == 3
            && keys[0].starts_with("bind-key -T prefix N run-shell")
            && keys[1].starts_with("bind-key -T prefix P display-popup -E")
            && keys[2].starts_with("bind-key -T prefix S run-shell"),
        "{keys:?}"
    );
    let status = tmux_says(&env, &["show-options", "-gv", "status-right"]);
    assert!(status.contains("status --format tmux) "), "{status}");
    assert!(
        status.contains("#{=21:pane_title}"),
        "what was there stays: {status}"
    );
    let interval = tmux_says(&env, &["show-options", "-gv", "status-interval"]);
    assert_eq!(interval, "5\n");
    assert!(read(&env, ".claude/settings.json").is_some());
    assert!(read(&env, ".gemini/settings.json").is_some());
    let settings = fs::read_to_string(env.path("config/pane-patrol/config.toml"));
    assert!(settings.expect("it is there").contains("\"tmux\""));

    let written = picture(&env);
    let again = run(&env, &["setup", "--yes"]);
    assert!(
        again.status.success() && again.stdout.is_empty(),
        "{again:?}"
    );
    assert_eq!(picture(&env), written, "twice is once");

    let dry = run(&env, &["uninstall", "--dry-run"]);
    assert!(dry.stdout.contains(&format!("-{}", line(&env))), "{dry:?}");
    assert_eq!(picture(&env), written);
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(picture(&env), before);
    assert!(our_keys(&env).is_empty());
    let nothing = run(&env, &["uninstall"]);
    assert!(
        nothing.stderr.contains("No hooks of ours are registered;"),
        "{nothing:?}"
    );
}

#[test]
fn a_count_stands_in_the_status_line_once_however_often_the_file_is_read() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    assert!(for_tmux(&env, &[]).status.success());
    let ours = env.path("config/pane-patrol/tmux.conf");
    let ours = ours.to_str().expect("it is text");
    let status = [
        "source-file",
        ours,
        ";",
        "show-options",
        "-gv",
        "status-right",
    ];
    let status = tmux_says(&env, &status);
    assert_eq!(
        status.matches("status --format tmux").count(),
        1,
        "{status}"
    );
}

#[test]
fn without_a_terminal_it_wants_to_be_told() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    let before = picture(&env);
    let asked = run(&env, &["setup"]);
    assert_eq!(asked.status.code(), Some(2), "{asked:?}");
    for word in ["no terminal", "--yes", "--dry-run", "nothing was changed"] {
        assert!(asked.stderr.contains(word), "{word}: {asked:?}");
    }
    assert_eq!(picture(&env), before);
}

#[test]
fn each_step_can_be_left_out() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    let all = "assistants,keys,status,notices";
    let before = picture(&env);
    assert!(
        run(&env, &["setup", "--yes", "--skip", all])
            .status
            .success()
    );
    assert_eq!(picture(&env), before);
    let ours = env.path("config/pane-patrol/tmux.conf");
    for (left_out, absent, present) in [
        ("assistants,notices,keys", "bind-key", "status-right"),
        ("assistants,notices,status", "status-right", "bind-key"),
    ] {
        let done = run(&env, &["setup", "--yes", "--skip", left_out]);
        assert!(done.status.success(), "{done:?}");
        let text = fs::read_to_string(&ours).expect("it is there");
        assert!(
            !text.contains(absent) && text.contains(present),
            "{left_out}: {text}"
        );
        assert!(!env.home().join(".claude").exists());
        assert!(run(&env, &["uninstall"]).status.success());
    }
    let done = run(
        &env,
        &[
            "setup",
            "--yes",
            "--skip",
            "keys",
            "--skip",
            "status,notices",
        ],
    );
    assert!(done.status.success(), "{done:?}");
    assert!(!ours.exists() && read(&env, ".claude/settings.json").is_some());
}

#[test]
fn what_is_set_of_notices_is_left_and_what_was_not_is_taken_back() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let settings = env.path("config/pane-patrol/config.toml");
    let folder = settings.parent().expect("it has a folder");
    fs::create_dir(folder).expect("the folder can be made");
    let setup = ["setup", "--yes", "--skip", "assistants,keys,status"];
    let mine = "# mine\n[notice] # why\ndelay_seconds = 3\n";
    fs::write(&settings, mine).expect("it can be written");
    let done = run(&env, &setup);
    assert!(
        done.stderr.contains("they are left as they are"),
        "{done:?}"
    );
    assert_eq!(fs::read_to_string(&settings).expect("it is there"), mine);

    let mine = "# mine\n[split]\nwidth = 50 # wide";
    fs::write(&settings, mine).expect("it can be written");
    assert!(run(&env, &setup).status.success());
    let text = fs::read_to_string(&settings).expect("it is there");
    assert!(
        text.contains("waiting_input = [\"bell\", \"tmux\"") && text.starts_with(mine),
        "{text}"
    );
    assert!(run(&env, &["uninstall"]).status.success());
    assert_eq!(fs::read_to_string(&settings).expect("it is there"), mine);

    fs::write(&settings, "[notice\n").expect("it can be written");
    let wrong = run(&env, &setup);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    assert!(wrong.stderr.contains("line 1") && wrong.stderr.contains("nothing was changed"));
}

#[test]
fn where_no_assistant_is_found_doctor_sends_nobody_to_install_for_all() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let said = run(&env, &["doctor"]).stdout;
    let last = said.lines().last().expect("it says something");
    assert!(
        last.starts_with("next ") && last.contains("install an assistant first"),
        "{said}"
    );
    assert!(!said.contains("install --all"), "{said}");
}

#[test]
fn doctor_ends_with_the_one_next_step() {
    let env = TestEnv::new();
    with_programs(&env, &["gemini"]);
    let next = |env: &TestEnv| {
        let said = run(env, &["doctor"]).stdout;
        let last = said.lines().last().expect("it says something").to_owned();
        assert_eq!(said.matches("\nnext ").count(), 1, "{said}");
        last
    };
    assert_eq!(next(&env), "next     pane-patrol install --all");
    assert!(run(&env, &["setup", "--yes"]).status.success());
    assert_eq!(next(&env), "next     pane-patrol");
    write(&env, ".gemini/settings.json", "{}");
    let install = "next     pane-patrol install --assistant gemini";
    assert_eq!(next(&env), install);
}
