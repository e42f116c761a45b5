//! The mirror under many real hooks, rotation and everything that may stand in its way.

mod obstacles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::event_log::{Limits, MIN_MAX_BYTES, lock_path, rotate, rotated};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{
    Collector, PATIENCE, TestEnv, copy_program, finish, finish_with_stdin, fixture, forbidden,
    is_alone, private_folder, skip, until,
};

/// A hook ends by itself before this time; one that took as long may have dropped its event.
const HOOK_GAVE_UP: Duration = Duration::from_millis(75);

/// Runs the hook until it has added a line to `mirror`: on a machine that is too busy it may drop one.
fn logged(mirror: &Path, hook: &mut Command, payload: &str) {
    let lines = || {
        fs::read_to_string(mirror)
            .expect("it is on")
            .lines()
            .count()
    };
    let before = lines();
    until("a line is logged", || {
        finish_with_stdin(hook, payload.as_bytes()).assert_silent_success();
        (lines() > before).then_some(())
    });
}

fn files(mirror: &Path) -> Vec<PathBuf> {
    let rotated = (1..200).map(|number| rotated(mirror, number));
    let there = rotated.take_while(|path| path.exists());
    let mut files: Vec<PathBuf> = there.collect();
    files.reverse();
    files.push(mirror.to_owned());
    files
}

/// What `log --follow --json` prints, line by line.
pub(super) struct Follower {
    child: Child,
    lines: Receiver<String>,
    said: Receiver<String>,
}

impl Follower {
    pub(super) fn start(env: &TestEnv) -> Self {
        let mut child = env
            .pane_patrol()
            .args(["log", "--follow", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the executable can be started");
        let lines = lines_of(child.stdout.take().expect("stdout is a pipe"));
        let said = lines_of(child.stderr.take().expect("stderr is a pipe"));
        Self { child, lines, said }
    }

    /// The next thing it says about what it prints.
    pub(super) fn said(&self) -> String {
        self.said.recv_timeout(PATIENCE).expect("it says something")
    }

    /// All lines before the one that holds `last`. When that has come, nothing that was written before
    /// it is still on its way.
    pub(super) fn take_until(&self, last: &str) -> Vec<String> {
        let next = || self.lines.recv_timeout(PATIENCE).expect("the last line");
        let before = |line: &String| !line.contains(last);
        std::iter::repeat_with(next).take_while(before).collect()
    }
}

fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// How often each request stands in `lines`, all of which must be events.
fn requests<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut requests = BTreeMap::new();
    for line in lines {
        let event = Event::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"));
        *requests
            .entry(event.request_id.expect("a tool has one"))
            .or_default() += 1;
    }
    requests
}

/// Runs a hook whose payload, shorter than a pipe is long, is there when it starts: it is the hook's
/// own time that counts, not the test's. A thread for each pipe would be most of the work.
fn call(hook: &mut Command, payload: &[u8]) {
    let (stdin, mut assistant) = std::io::pipe().expect("a pipe can be made");
    assistant.write_all(payload).expect("a pipe holds it");
    drop(assistant);
    hook.stdin(stdin);
    hook.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = hook.spawn().expect("the executable can be started");
    let output = child.wait_with_output().expect("it ends by itself");
    let is_silent = output.stdout.is_empty() && output.stderr.is_empty();
    assert!(output.status.success() && is_silent, "{output:?}");
}

/// Whether it is the promise itself that is tested, as `make stress` does with the release: then every
/// event has to be there, also one of a hook that had hardly any time.
fn is_stress() -> bool {
    std::env::var_os("PANE_PATROL_STRESS").is_some()
}

/// The request of the event that is written after all others.
const LAST: &str = "the-last-one";

/// Runs hooks until one has written the last line.
fn write_last(env: &TestEnv, mirror: &Path, payload: &str) {
    until("the last one is written", || {
        call(&mut env.claude_hook(), payload.as_bytes());
        let now = fs::read_to_string(mirror).expect("it is text");
        now.contains(LAST).then_some(())
    });
}

#[test]
fn many_hooks_at_once_lose_no_line_in_any_rotation_and_a_follower_sees_each_once() {
    let env = TestEnv::new();
    let (events, max_bytes) = if is_stress() {
        (5000, 256 * 1024)
    } else {
        (120, MIN_MAX_BYTES)
    };
    let mirror = env.mirror_on();
    let limits = Limits {
        max_bytes,
        max_files: 128,
        messages: true,
    };
    rotate::write_limits(&mirror, limits).expect("it is ours");
    let follower = Follower::start(&env);
    let payload = fixture("claude/pre_tool_use.bash.json");
    let id = payload
        .split('"')
        .find(|text| text.starts_with("toolu_"))
        .expect("the payload has an id");

    let (sure, unsure) = std::thread::scope(|scope| {
        let (env, payload) = (&env, &payload);
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                scope.spawn(move || {
                    let (mut sure, mut unsure) = (Vec::new(), Vec::new());
                    for number in 0..events {
                        let request = format!("w{writer}-{number}");
                        let payload = payload.replace(id, &request);
                        let start = Instant::now();
                        call(&mut env.claude_hook(), payload.as_bytes());
                        if start.elapsed() < HOOK_GAVE_UP {
                            sure.push(request);
                        } else {
                            unsure.push(request);
                        }
                    }
                    (sure, unsure)
                })
            })
            .collect();
        let results = writers
            .into_iter()
            .map(|writer| writer.join().expect("no writer fails"));
        results.fold(
            (BTreeSet::new(), BTreeSet::new()),
            |mut all, (sure, unsure)| {
                all.0.extend(sure);
                all.1.extend(unsure);
                all
            },
        )
    });
    assert!(
        sure.len() > events / 4,
        "the machine is too busy to tell: {}",
        unsure.len()
    );

    let texts: Vec<String> = files(&mirror)
        .iter()
        .map(|path| fs::read_to_string(path).expect("it is text"))
        .collect();
    assert!(texts.len() > 2, "it was rotated");
    assert!(
        texts
            .iter()
            .all(|text| text.is_empty() || text.ends_with('\n'))
    );
    let written = requests(texts.iter().flat_map(|text| text.lines()));
    if is_stress() {
        let lost: Vec<&String> = sure
            .iter()
            .chain(&unsure)
            .filter(|request| !written.contains_key(*request))
            .collect();
        let late = unsure.len();
        assert_eq!(
            written.len(),
            8 * events,
            "lost {lost:?}; {late} hooks took longer than {HOOK_GAVE_UP:?}"
        );
    }
    let check = |who: &str, found: &BTreeMap<String, usize>| {
        for request in &sure {
            assert_eq!(found.get(request), Some(&1), "{who}: {request}");
        }
        let twice = found.iter().find(|(_, times)| **times > 1);
        assert_eq!(twice, None, "{who}");
    };
    check("the files", &written);
    write_last(&env, &mirror, &payload.replace(id, LAST));
    let printed = follower.take_until(LAST);
    let printed = requests(printed.iter().map(String::as_str));
    check("the follower", &printed);
    assert_eq!(printed, written);
    let read = finish(env.pane_patrol().args(["log", "--json"]));
    assert_eq!(read.stderr, "");
    let mut read = requests(read.stdout.lines());
    assert!(read.remove(LAST).is_some());
    assert_eq!(read, written);
}

#[test]
fn the_mirror_is_private_and_off_until_it_is_switched_on() {
    let env = TestEnv::new();
    let payload = fixture("claude/stop.plain.json");
    let status = || finish(env.pane_patrol().args(["mirror", "status"])).stdout;
    finish_with_stdin(&mut env.claude_hook(), payload.as_bytes()).assert_silent_success();
    assert!(status().starts_with("off\n"));
    assert!(
        !env.path("state/pane-patrol").exists(),
        "nothing makes it unasked"
    );

    let mirror = env.mirror_on();
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&mirror), 0o600);
    assert_eq!(mode(&lock_path(&mirror)), 0o600);
    assert_eq!(mode(mirror.parent().expect("a folder")), 0o700);
    logged(&mirror, &mut env.claude_hook(), &payload);
    assert!(status().starts_with("on, one file with "));
    let again = finish(env.pane_patrol().args(["mirror", "on"]));
    assert!(again.stderr.starts_with("It was on already"), "{again:?}");

    let off = finish(env.pane_patrol().args(["mirror", "off"]));
    assert!(
        off.status.success() && off.stderr.contains("is kept"),
        "{off:?}"
    );
    finish_with_stdin(&mut env.claude_hook(), payload.as_bytes()).assert_silent_success();
    assert!(!mirror.exists());
    let kept = finish(env.pane_patrol().args(["log", "--json"]));
    assert_eq!(kept.stdout.lines().count(), 1, "{kept:?}");
    let off = finish(env.pane_patrol().args(["mirror", "off"]));
    assert_eq!(off.stderr, "It was off already.\n");
}

#[test]
fn a_named_session_has_a_log_of_its_own() {
    let env = TestEnv::new();
    let mirror = env.mirror_on();
    let payload = fixture("claude/stop.plain.json");
    let mut other = env.pane_patrol();
    other
        .args(["mirror", "on"])
        .env("PANE_PATROL_SESSION", "team");
    assert!(finish(&mut other).status.success());
    let mut hook = env.claude_hook();
    hook.env("PANE_PATROL_SESSION", "team");
    let folder = mirror.parent().expect("a folder");
    private_folder(folder);
    let own = folder.join("sessions/team/session-events.jsonl");
    logged(&own, &mut hook, &payload);
    assert_eq!(fs::read(&mirror).expect("ours"), b"");
}

/// What is said in prompts and commands, by a hook, a script and a client of the hub, while the settings say
/// that the log is not to have it.
#[test]
fn without_messages_no_prompt_and_no_command_is_in_it() {
    const SECRET: &str = "hunter2";
    let env = TestEnv::new();
    env.configure("[mirror]\nmessages = false\n");
    let mirror = env.mirror_on();
    let emit = |state: &str, says: &str| {
        let arguments = ["--assistant", "bot", "--state", state, "--target", "a:0.0"];
        let mut emit = env.pane_patrol();
        emit.arg("emit").args(arguments).args(["--message", says]);
        assert!(finish(&mut emit).status.success());
    };
    let hook = || {
        let mut hook = env.hook(&["claude"]);
        hook.env("PANE_PATROL_TARGET", "b:0.0")
            .env("CLAUDE_CODE_ENTRYPOINT", "cli");
        hook
    };
    let asks = fixture("claude/pre_tool_use.bash.json")
        .replace("\"command\": \"ls", &format!("\"command\": \"{SECRET} "));
    assert!(asks.contains(SECRET), "{asks}");
    logged(&mirror, &mut hook(), &asks);
    emit("asks", SECRET);
    // With a collector the line is the event that it has heard, and takes nothing from it.
    let collector = Collector::start(&env);
    emit("works", SECRET);
    emit("done", &format!("{SECRET} is said"));
    let is_done = |row: &Value| row["state"] == "completed";
    let rows = collector.until("it is done", |rows| rows.iter().any(is_done));
    let row = rows.into_iter().find(is_done).expect("it was there");
    emit("idle", "");
    let text = |path: &Path| fs::read_to_string(path).expect("it is on");
    until("the last line is there", || {
        text(&mirror).contains("\"idle\"").then_some(())
    });
    assert_eq!(row["message"], format!("{SECRET} is said"));
    let text = text(&mirror);
    assert!(!text.contains(SECRET), "{text}");
    assert_eq!(text.matches("\"withheld\":true").count(), 4, "{text}");
    let said = finish(env.pane_patrol().args(["mirror", "status"])).stdout;
    assert!(said.contains("last words are not written"), "{said}");
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    assert!(doctor.contains("without prompts, commands"), "{doctor}");
    // What the hooks were told holds until somebody tells them otherwise, and that is said.
    env.configure("");
    let said = finish(env.pane_patrol().args(["mirror", "status"])).stdout;
    assert!(
        said.contains("the settings say `messages = true`"),
        "{said}"
    );
}
