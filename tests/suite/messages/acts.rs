//! What is said of assistants: of those that are there, and of those that are not.

use std::fs::{self, File};
use std::path::Path;

use super::seen::Seen;
use crate::common::{Collector, TestEnv, Tmux, finish, fixture, private_folder, until};

/// Commands that are about one assistant.
const ABOUT_ONE: &[&str] = &[
    "jump @",
    "stop @",
    "request @",
    "approve @ --yes",
    "deny @",
    "answer @ 1",
    "send @ hi",
    "trust @",
    "diff @",
    "tasks @",
    "tasks @ set 1 done",
];

pub(super) fn bring_about(seen: &mut Seen) {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    emit(&env, "my-bot", "running", "shop:1.0");
    collector.until_state("running");
    names(seen, &env, &collector);
    one(seen, &env, &collector);
    repository(seen, &env, &collector);
    in_tmux(seen);
    by_the_log(seen);
    silent(seen);
    ended(seen);
    background(seen);
    listing(seen);
}

/// In the background, and of a program that nobody knows how to attach to.
fn background(seen: &mut Seen) {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut emit = env.command("setsid");
    let script = "\"$0\" emit --assistant my-bot --state running; exec sleep 600";
    emit.args(["sh", "-c", script, crate::common::PROGRAM]);
    let mut child = emit
        .stdin(std::process::Stdio::null())
        .spawn()
        .expect("setsid is there");
    let row = collector.until_state("running");
    let name = row["target"].as_str().expect("it has one");
    let mut resume = env.pane_patrol();
    resume.args(["resume", name]);
    let finished = finish(&mut resume);
    let known = |text: &str| text.replace(name, "TARGET");
    let finished = crate::common::Finished {
        stderr: known(&finished.stderr),
        ..finished
    };
    seen.take(
        "resume",
        &env,
        "no program is known that shows it in a pane",
        &finished,
    );
    child.kill().expect("it runs");
    child.wait().expect("it is ours");
}

fn listing(seen: &mut Seen) {
    let env = TestEnv::new();
    let lists = |program: &str| {
        let launcher = "[[launcher]]\nname = 'box'\ncommand = 'x {item}'\nlist = ";
        env.configure(&format!("{launcher}{program}\n"));
    };
    lists("'false'");
    seen.of(
        &env,
        "the program that lists them fails; what else is known is printed",
        "start --list",
    );
    lists("['sh', '-c', 'echo no engine runs >&2; exit 1']");
    seen.of(
        &env,
        "the program that lists them says why it fails",
        "start box",
    );
    lists("['printf', 'one\\ntwo\\n']");
    seen.of(&env, "one of what it lists has to be named", "start box");
    lists("'true'");
    seen.of(&env, "it lists nothing", "start box");
}

/// Nobody collects: what the collector before has written down is known.
fn ended(seen: &mut Seen) {
    let env = TestEnv::new();
    let keeps = |sessions: &[(&str, &str)]| {
        let line = |(id, folder): &(&str, &str)| {
            let ago = std::time::Duration::from_secs(610);
            let ended = pane_patrol_hooks::timestamp::Timestamp::now().minus(ago);
            format!(
                r#"{{"assistant":"claude","instance_id":"{id}","target":"shop:1.0","cwd":"{folder}","ended":"{ended}"}}"#
            )
        };
        let lines: Vec<String> = sessions.iter().map(line).collect();
        let file = env.places().sessions().expect("there is a state folder");
        private_folder(file.parent().expect("it is in one"));
        fs::write(file, lines.join("\n")).expect("it is ours");
    };
    seen.of(&env, "no session has ended lately", "resume");
    keeps(&[("4d0b", "/nothing/of/that/name/shop")]);
    seen.of(&env, "no ended session is called that", "resume NAME");
    seen.of(&env, "its folder was taken away", "resume 4d0b");
    keeps(&[("4d0b", "/src/shop"), ("77ac", "/src/api")]);
    seen.of(&env, "it is not said which one", "resume");
    crashed(seen);
}

/// What ended with its server, where the launcher that would bring it back fails.
fn crashed(seen: &mut Seen) {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "shop") else {
        return;
    };
    let file = env.places().sessions().expect("there is a state folder");
    private_folder(file.parent().expect("it is in one"));
    let lock = file.with_extension("lock");
    let socket = server.socket().display();
    let now = pane_patrol_hooks::timestamp::Timestamp::now();
    let line = format!(
        r#"{{"assistant":"my-bot","instance_id":"4d0b","target":"shop:1.0","cwd":"/","ended":"{now}","server":"{socket},999999999","with_server":true}}"#
    );
    fs::write(&file, line).expect("it is ours");
    let launcher = "[[launcher]]\nname = 'my-bot'\ncommand = 'x'\nresume = 'exit 3'\n";
    env.configure(launcher);
    let mut say = |when: &'static str, words: &str| {
        let mut command = env.pane_patrol();
        command
            .env("TMUX", server.variable())
            .arg("resume")
            .args(words.split(' '));
        seen.by(&env, when, &mut command);
    };
    say("this is no terminal to ask on", "--all");
    fs::create_dir(&lock).expect("it is ours");
    say("its lock is something else", "--all --yes");
    fs::remove_dir(&lock).expect("it is empty");
    let collector = Collector::start_in(&env, &server);
    say("what was started has ended at once", "--all --yes");
    drop(collector);
    fs::remove_file(&file).expect("it is ours");
    say("nothing ended with its server", "--all --yes");
}

fn emit(env: &TestEnv, assistant: &str, state: &str, target: &str) {
    let mut command = env.pane_patrol();
    command.args([
        "emit",
        "--assistant",
        assistant,
        "--state",
        state,
        "--target",
        target,
    ]);
    finish(&mut command).assert_silent_success();
}

fn names(seen: &mut Seen, env: &TestEnv, collector: &Collector<'_>) {
    seen.of_any(env, "nobody is called that", "explain NAME");
    seen.of(
        env,
        "nobody waits for you, and there is no such client",
        "jump --next --client CLIENT",
    );
    seen.of(env, "nobody waits for you", "jump --next");
    seen.of(
        env,
        "it was in another state all the time",
        "wait shop:1.0 --state done --timeout 0s",
    );
    seen.of(
        env,
        "nobody was there all the time",
        "wait shop:9.0 --state done --timeout 0s",
    );
    seen.of(env, "somebody collects already", "collect");
    emit(env, "other-bot", "running", "shop:2.0");
    collector.until("both are there", |rows| rows.len() == 2);
    seen.of_any(env, "two are called that", "explain shop");
}

fn one(seen: &mut Seen, env: &TestEnv, collector: &Collector<'_>) {
    let all = |seen: &mut Seen, when| {
        for words in ABOUT_ONE {
            seen.of(env, when, &words.replace('@', "shop:1.0"));
        }
    };
    all(seen, "a script reported it, and it asks nothing");
    emit(env, "my-bot", "waiting_approval", "shop:1.0");
    collector.until("it asks", |rows| {
        rows.iter().any(|row| row["state"] == "waiting_approval")
    });
    all(
        seen,
        "a script reported that it asks, and its pane is not there",
    );
    seen.of(env, "it may be told of again", "snooze shop:1.0 0");
    // What is snoozed stands in the runtime folder.
    let snoozes = env.places().runtime.join("snoozes");
    let _ = fs::remove_file(&snoozes);
    fs::create_dir(&snoozes).expect("it is ours");
    seen.of(env, "it cannot be written down", "snooze shop:1.0 10");
}

fn repository(seen: &mut Seen, env: &TestEnv, collector: &Collector<'_>) {
    let folder = env.home().join("src");
    private_folder(&folder);
    env.git(&folder, &["init", "-q", "-b", "main"]);
    fs::write(folder.join("long"), "0123456789abcdef\n".repeat(80_000)).expect("it is ours");
    fs::write(folder.join("same"), "same\n").expect("it is ours");
    env.git(&folder, &["add", "same"]);
    env.git(&folder, &["commit", "-q", "-m", "Begin"]);
    let event = format!(
        r#"{{"assistant":"my-bot","state":"running","target":"repo:1.0","cwd":"{}","ts":"2026-02-27T10:00:00Z"}}"#,
        folder.display()
    );
    env.send(event.as_bytes());
    collector.until("it is there", |rows| {
        rows.iter().any(|row| row["target"] == "repo:1.0")
    });
    seen.of(
        env,
        "the file is as it was committed",
        "diff repo:1.0 --patch same",
    );
    seen.of(
        env,
        "the patch is longer than 1 MB",
        "diff repo:1.0 --patch long",
    );
    tasks(seen, env, &folder);
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("it is there");
    let mut watch = env.pane_patrol();
    let child = watch
        .arg("watch")
        .stdout(full)
        .stderr(std::process::Stdio::piped())
        .spawn();
    let finished = crate::common::wait(child.expect("it starts"));
    seen.take("watch", env, "what it prints cannot be written", &finished);
}

/// Taskmaster's list, and what is no task of it or cannot be written.
fn tasks(seen: &mut Seen, env: &TestEnv, project: &Path) {
    let change = "tasks repo:1.0 set 9 done";
    seen.of(env, "there is no list of Taskmaster's", change);
    let tasks = project.join(".taskmaster/tasks");
    fs::create_dir_all(&tasks).expect("it is ours");
    let (list, lock) = (tasks.join("tasks.json"), tasks.join("tasks.json.lock"));
    let two = r#"{"master": {"tasks": [{"id": 1, "title": "x"}, {"id": 2}]}}"#;
    fs::write(&list, two).expect("it is ours");
    seen.of(env, "no task of the list has that number", change);
    seen.of(env, "the task has no title", "tasks repo:1.0 set 2 done");
    seen.of(env, "the list has no such tag", "tasks repo:1.0 tag side");
    let long = format!("tasks repo:1.0 add {}", "x".repeat(201));
    let mut command = env.pane_patrol();
    command.args(long.split(' '));
    seen.take("tasks", env, "the title is too long", &finish(&mut command));
    fs::create_dir(&lock).expect("it is ours");
    seen.of(env, "another program has locked the list", change);
    fs::remove_dir(&lock).expect("it is ours");
    fs::write(&list, "{").expect("it is ours");
    seen.of(env, "the list is malformed", change);
    seen.of(
        env,
        "the status is none of Taskmaster's",
        "tasks repo:1.0 set 1 finished",
    );
}

fn in_tmux(seen: &mut Seen) {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "shop") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    let mut emit = env.pane_patrol();
    emit.args(["emit", "--assistant", "my-bot", "--state", "running"]);
    finish(emit.env("TMUX", server.variable()).env("TMUX_PANE", "%0")).assert_silent_success();
    collector.until_state("running");
    seen.of(
        &env,
        "no tmux client shows its session, and this is no terminal to show it on",
        "jump shop:0.0",
    );
    seen.of(
        &env,
        "there is no such client",
        "jump shop:0.0 --client CLIENT",
    );
    let mut odd = env.pane_patrol();
    odd.args(["wait", "%7", "--state", "done", "--timeout", "0s"]);
    seen.by(
        &env,
        "nobody was there all the time",
        odd.env("TMUX", server.variable()),
    );
    drop(collector);
    held_apart(seen);
    no_sidebar(seen);
}

/// Windows that get no sidebar.
fn no_sidebar(seen: &mut Seen) {
    let env = TestEnv::new();
    let mut command = env.pane_patrol();
    let nowhere = "no tmux runs where it is meant";
    seen.by(&env, nowhere, command.args(["sidebar", "--all"]));
    let Some(server) = Tmux::start(&env, "shop") else {
        return;
    };
    server.run(&[
        "new-session",
        "-d",
        "-s",
        "narrow",
        "-x",
        "60",
        "-y",
        "20",
        "cat",
    ]);
    for (when, window) in [
        ("tmux has no window of that name", "shop:9"),
        ("its window is too narrow", "narrow:0"),
    ] {
        let mut command = env.pane_patrol();
        command.env("TMUX", server.variable());
        seen.by(&env, when, command.args(["sidebar", "--window", window]));
    }
}

/// A script told of another assistant in the pane of one that is gone by now.
fn held_apart(seen: &mut Seen) {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "shop") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    server.report(
        "%0",
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    until("it is held apart", || {
        emit(&env, "my-bot", "running", "shop:0.0");
        let rows = collector.rows();
        let held = rows[0]["held_apart"].as_array().map_or(0, Vec::len);
        (rows.len() == 1 && held > 0).then_some(())
    });
    // It is told as often as it was heard.
    for _ in 0..2 {
        emit(&env, "my-bot", "running", "shop:0.0");
    }
    server.run(&["respawn-pane", "-k", "-t", "%0", "cat"]);
    collector.until("the assistant has ended", <[_]>::is_empty);
    let when = "nobody is there, and something was told that fitted nobody";
    seen.of(&env, when, "wait shop:0.0 --state done --timeout 0s");
}

fn by_the_log(seen: &mut Seen) {
    let env = TestEnv::new();
    let log = env.mirror_on();
    emit(&env, "my-bot", "running", "shop:1.0");
    seen.of(
        &env,
        "nobody collects, and the event log is asked instead",
        "explain shop:1.0",
    );
    fs::remove_file(&log).expect("it is ours");
    fs::create_dir(&log).expect("it is ours");
    seen.of_any(
        &env,
        "nobody collects, and in the place of the event log is something else",
        "status",
    );
}

/// Whoever should answer has stopped.
fn silent(seen: &mut Seen) {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    collector.signal(rustix::process::Signal::STOP);
    seen.of_any(
        &env,
        "whoever collects has been stopped (Ctrl-Z, SIGSTOP)",
        "status",
    );
    collector.signal(rustix::process::Signal::CONT);
}
