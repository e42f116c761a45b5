//! Sessions that have ended: within reach of whoever collects next, resumed where they worked, and by nothing that an
//! event could say.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::acts::{ActsByHand, decisions};
use crate::common::{
    Collector, Finished, TestEnv, Tmux, finish, private_folder, until, wait_until, write_program,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pane-patrol");

/// An assistant that notes how it was started, and says in a row that it is there: a hook that finds the machine too
/// busy drops its event. Its session is that of `--resume`, else the one of the file.
fn assistant(env: &TestEnv) {
    private_folder(&env.path("programs"));
    let text = format!(
        "#!/bin/sh\n\
         {{ pwd; printf '<%s>' \"$@\"; echo; }} >> \"$HOME/started\"\n\
         id=$(cat \"$HOME/session\"); [ $# -eq 2 ] && id=$2\n\
         export CLAUDE_PID=$$ CLAUDE_CODE_ENTRYPOINT=cli\n\
         while :; do sed \"s,ID,$id,\" \"$HOME/payload\" | {PROGRAM} hook claude; sleep 0.2; done\n"
    );
    write_program(&env.path("programs/claude"), &text);
}

/// What its hook is told in `folder`, and its first session.
fn works_in(env: &TestEnv, folder: &Path, session: &str) {
    let payload = json!({"session_id": "ID", "cwd": folder, "hook_event_name": "SessionStart", "source": "startup"});
    fs::write(env.home().join("payload"), payload.to_string()).expect("home is ours");
    fs::write(env.home().join("session"), session).expect("home is ours");
}

/// PATH with the assistant in it.
fn path(env: &TestEnv) -> String {
    let system = std::env::var("PATH").unwrap_or_default();
    format!("{}:{system}", env.path("programs").display())
}

fn with_path<'a>(command: &'a mut Command, env: &TestEnv, server: &Tmux<'_>) -> &'a mut Command {
    command
        .env("PATH", path(env))
        .env("TMUX", server.variable())
}

fn ended(env: &TestEnv) -> Vec<Value> {
    let told = finish(env.pane_patrol().args(["status", "--ended", "--json"]));
    assert!(told.status.success(), "{told:?}");
    serde_json::from_str(&told.stdout).expect("an array")
}

/// Starts the assistant in `folder`, and waits for its row; gives its pane.
fn live(env: &TestEnv, server: &Tmux<'_>, collector: &Collector<'_>, folder: &Path) -> String {
    let window = [
        "new-window",
        "-d",
        "-P",
        "-F",
        "#{pane_id}",
        "-t",
        "work",
        "-c",
    ];
    let folder = folder.to_str().expect("a text");
    let line = format!("exec {}", env.path("programs/claude").display());
    let pane = server.run(&[&window[..], &[folder, &line]].concat());
    collector.until("it is there", |rows| {
        let mut rows = rows.iter();
        rows.any(|row| row["pane"] == *pane && row["instance_id"].is_string())
    });
    pane
}

/// The same, and kills it with its pane.
fn live_and_die(env: &TestEnv, server: &Tmux<'_>, collector: &Collector<'_>, folder: &Path) {
    let pane = live(env, server, collector, folder);
    server.run(&["kill-pane", "-t", &pane]);
    collector.until("it is gone", |rows| {
        rows.iter().all(|row| row["pane"] != *pane)
    });
}

/// Has `resume` done with these words.
fn resume(env: &TestEnv, server: &Tmux<'_>, words: &[&str]) -> Finished {
    let mut resume = env.pane_patrol();
    finish(with_path(resume.arg("resume").args(words), env, server))
}

#[test]
fn an_ended_session_is_resumed_once_where_it_worked_also_after_a_restart_of_the_collector() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = env.home().join("it's {session} $(touch x)");
    fs::create_dir(&folder).expect("home is ours");
    assistant(&env);
    works_in(&env, &folder, "s-1");
    let collector = Collector::start_in(&env, &server);
    live_and_die(&env, &server, &collector, &folder);
    let known = until("it is within reach", || {
        Some(ended(&env)).filter(|ended| ended.len() == 1 && ended[0]["with_server"] == false)
    });
    assert_eq!(known[0]["agent_id"], "ended/claude/s-1");
    assert_eq!(collector.rows(), Vec::<Value>::new(), "it is no row");
    let file = env.places().sessions().expect("a state folder");
    let rights = fs::metadata(&file).expect("it is there").permissions();
    assert_eq!(rights.mode() & 0o777, 0o600);

    drop(collector);
    assert_eq!(ended(&env), known, "by what was written down");
    let collector = Collector::start_in(&env, &server);
    assert_eq!(ended(&env), known, "the next one knows it");
    let dry = resume(&env, &server, &["--dry-run"]);
    let quoted = folder.to_str().expect("a text").replace('\'', r"'\''");
    let expected = format!("cd '{quoted}' && claude --resume s-1\n");
    assert_eq!(dry.stdout, expected, "{dry:?}");
    let name = folder.file_name().expect("a name").to_string_lossy();
    let done = resume(&env, &server, &["s-1"]);
    let expected = format!("Resumed claude of {name} in work:1.0.\n");
    assert_eq!(done.stderr, expected, "{done:?}");
    let rows = collector.until("it lives", |rows| !rows.is_empty());
    let sessions: Vec<&Value> = rows.iter().map(|row| &row["instance_id"]).collect();
    assert_eq!(sessions, ["s-1"], "and is not shown twice");
    assert_eq!(ended(&env), Vec::<Value>::new());
    let again = resume(&env, &server, &["s-1"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(again.stderr.contains("it lives, in work:1.0"), "{again:?}");
    let folder = folder.canonicalize().expect("it is there");
    let started = fs::read_to_string(env.home().join("started")).expect("it was");
    let expected = format!("{0}\n<>\n{0}\n<--resume><s-1>\n", folder.display());
    assert_eq!(started, expected);
    assert!(!folder.join("x").exists() && !env.home().join("x").exists());
}

#[test]
fn a_session_that_ended_while_nobody_collected_is_found_by_its_process() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    assistant(&env);
    works_in(&env, &env.home(), "s-1");
    let mut collector = Collector::start_in(&env, &server);
    let dies = live(&env, &server, &collector, &env.home());
    works_in(&env, &env.home(), "s-2");
    live(&env, &server, &collector, &env.home());
    let file = env.places().sessions().expect("a state folder");
    wait_until("both are written down", || {
        fs::read_to_string(&file).is_ok_and(|text| text.contains("s-1") && text.contains("s-2"))
    });
    assert_eq!(ended(&env), Vec::<Value>::new());
    collector.signal(Signal::KILL);
    collector.wait();
    server.run(&["kill-pane", "-t", &dies]);
    let found = until("its process is gone", || {
        Some(ended(&env)).filter(|ended| !ended.is_empty())
    });
    let told = |found: &[Value]| -> Vec<_> {
        let told = found.iter();
        told.map(|it| (it["instance_id"].clone(), it["unseen"].clone()))
            .collect()
    };
    let expected = [(json!("s-1"), json!(true))];
    assert_eq!(told(&found), expected, "the other one lives");
    let listed = finish(env.pane_patrol().args(["status", "--ended"]));
    assert!(listed.stdout.starts_with("found ended "), "{listed:?}");
    let _collector = Collector::start_in(&env, &server);
    assert_eq!(told(&ended(&env)), expected, "the next one finds it too");
}

#[test]
fn what_could_be_an_option_or_a_command_is_never_within_reach() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    assistant(&env);
    let collector = Collector::start_in(&env, &server);
    let home = env.home();
    for hostile in ["--dangerously-skip-permissions", "$(touch x)", "a b", "a;b"] {
        works_in(&env, &home, hostile);
        live_and_die(&env, &server, &collector, &home);
    }
    works_in(&env, &home, "good");
    live_and_die(&env, &server, &collector, &home);
    let known = until("the last one is", || {
        Some(ended(&env)).filter(|ended| !ended.is_empty())
    });
    let known: Vec<&Value> = known.iter().map(|it| &it["instance_id"]).collect();
    assert_eq!(known, ["good"]);
    let refused = resume(
        &env,
        &server,
        &["--dry-run", "--", "--dangerously-skip-permissions"],
    );
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}

#[test]
fn its_last_words_are_written_down_where_the_settings_want_them() {
    for (settings, expected) in [("", true), ("[mirror]\nmessages = false\n", false)] {
        let env = TestEnv::new();
        let Some(server) = Tmux::start(&env, "work") else {
            return;
        };
        assistant(&env);
        env.configure(settings);
        let home = env.home();
        works_in(&env, &home, "s-1");
        let payload = json!({"session_id": "ID", "cwd": home, "hook_event_name": "UserPromptSubmit",
            "prompt": "plan the party"});
        fs::write(home.join("payload"), payload.to_string()).expect("home is ours");
        let collector = Collector::start_in(&env, &server);
        live_and_die(&env, &server, &collector, &home);
        let file = env.places().sessions().expect("a state folder");
        let kept = until("it is written down", || {
            let text = fs::read_to_string(&file).ok()?;
            Some(text).filter(|text| text.contains("s-1"))
        });
        assert_eq!(kept.contains("plan the party"), expected, "{settings}");
    }
}

#[test]
fn a_program_that_may_manage_resumes_what_the_settings_say_and_names_no_path_and_no_server() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    assistant(&env);
    works_in(&env, &env.home(), "s-1");
    env.configure(
        "[[launcher]]\nname = 'box'\ncommand = 'false'\nassistant = 'claude'\n\
         resume = 'echo {session} {cwd} > \"$HOME/out\"; exec cat'\n",
    );
    let collector = Collector::start_listening_in(&env, &server);
    live_and_die(&env, &server, &collector, &env.home());
    until("it is within reach", || {
        (ended(&env).len() == 1).then_some(())
    });
    let session = json!({"id": "ended/claude/s-1"});
    let mut program = ActsByHand::with_token(&collector, "manage", "board");
    for foreign in ["path", "server"] {
        let refused = program.act(&session, &json!({"act": "resume", foreign: "/tmp/planted"}));
        let why = refused["why"].as_str().expect("a reason");
        assert!(why.starts_with("only the hub's owner says"), "{refused}");
    }
    let unknown = json!({"id": "ended/claude/$(touch x)"});
    let refused = program.act(&unknown, &json!({"act": "resume"}));
    assert_eq!(refused["outcome"], "refused", "{refused}");
    let done = program.act(&session, &json!({"act": "resume"}));
    assert_eq!(
        (&done["outcome"], &done["place"]["target"]),
        (&json!("done"), &json!("work:1.0"))
    );
    let expected = format!("s-1 {}\n", env.home().display());
    wait_until("the launcher runs", || {
        fs::read_to_string(env.home().join("out")).is_ok_and(|out| out == expected)
    });
    let twice = program.act(&session, &json!({"act": "resume"}));
    assert_eq!(twice["why"], "it is started again already", "{twice}");
    let told: Vec<String> = decisions(&env)
        .iter()
        .map(|line| format!("{} {} {}", line["decision"], line["outcome"], line["right"]))
        .collect();
    let nothing = r#""resume" "nothing" "manage""#;
    let done = r#""resume" "done" "manage""#;
    assert_eq!(told, [nothing, nothing, nothing, done, nothing]);
}
