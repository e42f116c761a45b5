//! Folders and names that mean something to tmux, to a shell or to a terminal.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::common::{
    Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, until, wait_until,
};

const NAMES: &[&str] = &[
    "x#(touch P)",
    "a#{pid}b",
    "#{?1,b,c}",
    "##(touch P)",
    "#[fg=red]",
    "##[fg=red]x",
    "semi;",
    r"semi\;",
    "$(touch P)",
    "`touch P`",
    "'; touch P; '",
    "-dash",
    "--help",
    "100%Y",
    "~",
    "two  words",
    "é日本",
];

/// Folders alone: no window has such a name, and no event tells of them.
fn folders() -> Vec<OsString> {
    let mut folders: Vec<OsString> = NAMES.iter().map(OsString::from).collect();
    folders.extend(["a\nb", "ends\n", "\n", "tab\t", "esc\u{1b}[31m"].map(OsString::from));
    folders.push(OsString::from_vec(b"bytes\xff;".to_vec()));
    folders
}

/// A launcher that says in `out` where it was started; each of the names.
fn configure_launchers(env: &TestEnv) {
    let launcher = |name: &&str| {
        format!(
            "[[launcher]]\nname = {}\ncommand = '''{{ pwd; printf '%s' {{cwd}}; }} > \"$HOME/new\"; \
             mv \"$HOME/new\" \"$HOME/out\"; exec cat'''\n",
            serde_json::Value::from(*name)
        )
    };
    let names = ["plain"].iter().chain(NAMES);
    env.configure(&names.map(launcher).collect::<String>());
}

/// Waits until a launcher was started in `folder`.
fn assert_started_in(env: &TestEnv, folder: &Path) {
    let bytes = folder.as_os_str().as_bytes();
    let expected = [bytes, b"\n", bytes].concat();
    let out = env.home().join("out");
    let said = until("a launcher was started", || {
        fs::read(&out).ok().filter(|said| !said.is_empty())
    });
    let said = OsStr::from_bytes(&said);
    assert_eq!(
        said,
        OsStr::from_bytes(&expected),
        "in {}",
        folder.display()
    );
    fs::remove_file(out).expect("it is ours");
}

/// Whether anything of a name was run, wherever that may have happened.
fn assert_nothing_was_run(env: &TestEnv) {
    let planted = |folder: &Path| folder.join("P").exists();
    let folders = fs::read_dir(env.home()).expect("home is ours");
    for entry in folders {
        let folder = entry.expect("it can be read").path();
        assert!(!planted(&folder), "{}", folder.display());
    }
    assert!(!planted(&env.home()));
}

fn make(env: &TestEnv, name: &OsStr) -> PathBuf {
    let folder = env.home().join(name);
    fs::create_dir(&folder).expect("home is ours");
    folder.canonicalize().expect("it is there")
}

#[test]
fn an_assistant_starts_in_its_folder_whatever_that_is_called() {
    let env = TestEnv::new();
    configure_launchers(&env);
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    for name in folders() {
        let folder = make(&env, &name);
        let mut named = env.pane_patrol();
        named.args(["start", "plain", "--folder"]).arg(&folder);
        let started = finish(named.env("TMUX", server.variable()));
        assert!(started.status.success(), "{name:?}: {started:?}");
        assert_started_in(&env, &folder);
        let mut inside = env.pane_patrol();
        inside.args(["start", "plain"]).current_dir(&folder);
        let started = finish(inside.env("TMUX", server.variable()));
        assert!(started.status.success(), "{name:?}: {started:?}");
        assert_started_in(&env, &folder);
    }
    assert_nothing_was_run(&env);
}

#[test]
fn a_server_begins_in_the_folder_whatever_that_is_called() {
    for name in folders() {
        let env = TestEnv::new();
        configure_launchers(&env);
        let folder = make(&env, &name);
        let mut start = env.pane_patrol();
        start.args(["start", "plain"]).current_dir(&folder);
        let started = finish(&mut start);
        if started.stderr.contains("not installed") {
            return crate::common::skip("tmux is not installed");
        }
        assert!(started.status.success(), "{name:?}: {started:?}");
        assert_started_in(&env, &folder);
        finish(env.command("tmux").arg("kill-server"));
        assert_nothing_was_run(&env);
    }
}

#[test]
fn a_window_has_its_launchers_name_whatever_that_is() {
    let env = TestEnv::new();
    configure_launchers(&env);
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    for name in NAMES {
        let mut start = env.pane_patrol();
        start.args(["start", "--", name]);
        let started = finish(start.env("TMUX", server.variable()));
        assert!(started.status.success(), "{name}: {started:?}");
        assert_started_in(&env, &env.home());
        let shown = one_space(name);
        assert_eq!(server.ask("#{window_name}"), shown, "it is in front");
    }
    assert_nothing_was_run(&env);
}

/// A name as it is shown: on one line, blanks as one.
fn one_space(name: &str) -> String {
    name.split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Claude in the pane says that it works in `folder`.
fn report(server: &Tmux<'_>, folder: &Path) {
    let mut hook = server.claude_hook("%1");
    let payload = fixture("claude/user_prompt_submit.plain.json");
    let mut payload: serde_json::Value = serde_json::from_str(&payload).expect("it is JSON");
    payload["cwd"] = folder.to_str().expect("it is text").into();
    finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
}

/// Starts one from the dashboard in the folder of the row, beside the dashboard or in a window.
fn start_from_dashboard(beside: bool) {
    for name in NAMES {
        let env = TestEnv::new();
        configure_launchers(&env);
        let folder = make(&env, OsStr::new(name));
        let Some(server) = Tmux::start_on(&env, "tmux.sock", "work", (100, 30), "cat") else {
            return;
        };
        let Some(client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
            return;
        };
        server.run(&["new-window", "-d", "-t", "work:", "cat"]);
        server.dashboard_in("%0");
        client.wait_for("pane-patrol  ");
        wait_until("it is on the list", || {
            report(&server, &folder);
            client.screen().contains("work:1.0")
        });
        if beside {
            client.press(&["s"]);
            client.wait_for("│");
        }
        client.press(&["n"]);
        client.wait_for("Start in");
        client.press(&["Enter"]);
        assert_started_in(&env, &folder);
        assert_nothing_was_run(&env);
    }
}

#[test]
fn the_dashboard_starts_in_the_rows_folder_whatever_that_is_called() {
    start_from_dashboard(false);
}

#[test]
fn beside_the_dashboard_one_starts_in_the_rows_folder_too() {
    start_from_dashboard(true);
}
