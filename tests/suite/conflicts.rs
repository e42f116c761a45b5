//! Files that two assistants have written, on the real executable, its hooks and the real git: marked through one tree,
//! two worktrees and two clones, and never where it is no writing, no one minds, or it is another file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, finish, finish_with_stdin, until};

/// Each way is tried so often; 50 times with `PANE_PATROL_STRESS`, which tells how long it took.
fn rounds() -> usize {
    std::env::var_os("PANE_PATROL_STRESS").map_or(2, |_| 50)
}

/// Stands for an assistant: a process that works in a folder, and what its hooks say.
struct Assistant<'env> {
    env: &'env TestEnv,
    name: &'static str,
    target: &'static str,
    folder: PathBuf,
    process: Child,
}

impl<'env> Assistant<'env> {
    fn new(env: &'env TestEnv, name: &'static str, target: &'static str, folder: &Path) -> Self {
        let process = env.command("sleep").arg("600").spawn();
        Self {
            env,
            name,
            target,
            folder: folder.to_owned(),
            process: process.expect("it can be started"),
        }
    }

    fn hook(&self, event: &str, more: &Value) {
        let session = format!("00000000-0000-4000-8000-{:012}", self.process.id());
        let transcript = self.env.home().join(".claude/projects/p").join(&session);
        let mut payload = json!({
            "session_id": session, "transcript_path": transcript.with_extension("jsonl"),
            "cwd": self.folder, "hook_event_name": event, "permission_mode": "acceptEdits",
        });
        for (field, value) in more.as_object().expect("fields") {
            payload[field] = value.clone();
        }
        let mut hook: Command = self.env.hook(&[self.name]);
        hook.env("PANE_PATROL_TARGET", self.target);
        if self.name == "claude" {
            let pid = self.process.id().to_string();
            hook.envs([("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")]);
            hook.env("CLAUDE_PID", pid);
        }
        finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
    }

    /// Its hooks tell of a call of this tool, which ends by `end`.
    fn tells(&self, tool: &str, input: &Value, end: &str, more: &Value) {
        let mut about = json!({"tool_name": tool, "tool_input": input, "tool_use_id": "toolu_1"});
        for (field, value) in more.as_object().expect("fields") {
            about[field] = value.clone();
        }
        self.hook("PreToolUse", &about);
        self.hook(end, &about);
    }

    /// It writes the file below its folder by its own tool.
    fn writes(&self, path: &str, text: &str) {
        put(&self.folder.join(path), text);
        self.tells_of_writing(path);
    }

    fn tells_of_writing(&self, path: &str) {
        let (tool, field) = match self.name {
            "claude" => ("Write", "file_path"),
            _ => ("write_file", "file_path"),
        };
        let input = json!({field: self.folder.join(path), "content": "x"});
        self.tells(tool, &input, "PostToolUse", &json!({}));
    }
}

impl Drop for Assistant<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

/// What the row there shares, as `src/a.rs claude`.
fn shared(rows: &[Value], target: &str) -> Vec<String> {
    let row = rows.iter().find(|row| row["target"] == target);
    let conflicts = row.and_then(|row| row["conflicts"].as_array());
    let told = |conflict: &Value| {
        let with = conflict["with"].as_array().expect("others");
        let names: Vec<&str> = with
            .iter()
            .filter_map(|it| it["assistant"].as_str())
            .collect();
        format!(
            "{} {}",
            conflict["path"].as_str().expect("a path"),
            names.join("+")
        )
    };
    conflicts.into_iter().flatten().map(told).collect()
}

/// Lets both write the file until both rows say so; how long that took since the second one's hook had ended. A hook that
/// finds the machine too busy drops its event.
#[allow(clippy::print_stderr, reason = "how it went is to be read")]
fn until_marked(
    collector: &Collector<'_>,
    [one, two]: [&Assistant<'_>; 2],
    path: &str,
) -> Duration {
    let expected = [one, two].map(|of| {
        let other = if of.target == one.target { two } else { one };
        vec![format!("{path} {}", other.name)]
    });
    let mut tries = 0;
    until("both rows say so", || {
        tries += 1;
        if tries > 1 {
            eprintln!("{path}: an event was dropped, or it was not marked: told once more");
        }
        one.writes(path, "1\n");
        two.writes(path, "2\n");
        let written = Instant::now();
        while written.elapsed() < Duration::from_secs(10) {
            let rows = collector.rows();
            if [one, two].map(|it| shared(&rows, it.target)) == expected {
                return Some(written.elapsed());
            }
        }
        None
    })
}

fn until_unmarked(collector: &Collector<'_>, target: &str) {
    collector.until("nothing is shared any more", |rows| {
        shared(rows, target).is_empty()
    });
}

/// A repository with a file, a worktree beside it, two clones of it, and one that came from elsewhere.
fn repositories(env: &TestEnv) -> PathBuf {
    let all = env.path("all");
    let main = all.join("main");
    put(&main.join("src/a.rs"), "0\n");
    put(&main.join("src/moved.rs"), "0\n");
    put(&main.join(".gitignore"), "*.log\n/target/\n");
    put(&main.join(".gitattributes"), "made.rs linguist-generated\n");
    env.git(&main, &["init", "-q", "-b", "main"]);
    env.git(&main, &["add", "-A"]);
    env.git(&main, &["commit", "-q", "-m", "x"]);
    env.git(&main, &["worktree", "add", "-q", "../side"]);
    for clone in ["one", "two", "fork"] {
        env.git(&all, &["clone", "-q", "main", clone]);
    }
    let fork = all.join("fork");
    let address = "https://example.org/fork";
    env.git(&fork, &["remote", "set-url", "origin", address]);
    let other = all.join("other");
    put(&other.join("src/a.rs"), "0\n");
    env.git(&other, &["init", "-q", "-b", "main"]);
    env.git(&other, &["add", "-A"]);
    env.git(&other, &["commit", "-q", "-m", "y"]);
    all
}

#[allow(clippy::print_stderr, reason = "how it went is to be read")]
#[test]
fn a_file_that_two_have_written_is_marked_through_worktrees_and_clones_until_that_is_settled() {
    let env = TestEnv::new();
    let all = repositories(&env);
    let collector = Collector::start(&env);
    let pairs = [
        ["main", "main"],
        ["main", "side"],
        ["one", "two"],
        ["main", "one"],
    ];
    // Each two somewhere else: where a session was, another one is a stranger.
    let places = [
        ["a:0.0", "a:0.1"],
        ["b:0.0", "b:0.1"],
        ["c:0.0", "c:0.1"],
        ["d:0.0", "d:0.1"],
    ];
    for ([first, second], targets) in pairs.into_iter().zip(places) {
        let one = Assistant::new(&env, "claude", targets[0], &all.join(first));
        let two = Assistant::new(&env, "qwen", targets[1], &all.join(second));
        let mut times = Vec::new();
        for round in 0..rounds() {
            let path = format!("src/new {round}.rs");
            times.push(until_marked(&collector, [&one, &two], &path));
            for it in [&one, &two] {
                let _ = fs::remove_file(it.folder.join(&path));
            }
            until_unmarked(&collector, one.target);
            until_unmarked(&collector, two.target);
        }
        times.sort_unstable();
        let late = times.iter().filter(|it| it.as_millis() > 1000).count();
        eprintln!(
            "{first} and {second}: {} marked, {late} of them after more than a second, median {:?}, last {:?}",
            times.len(),
            times[times.len() / 2],
            times[times.len() - 1],
        );
    }
}

#[test]
fn what_is_committed_and_is_in_the_others_commit_as_well_is_no_version_of_its_own() {
    let env = TestEnv::new();
    let all = repositories(&env);
    let collector = Collector::start(&env);
    let one = Assistant::new(&env, "claude", "work:1.1", &all.join("main"));
    let two = Assistant::new(&env, "claude", "work:1.2", &all.join("side"));
    until_marked(&collector, [&one, &two], "src/a.rs");
    let explained = finish(env.pane_patrol().args(["explain", "work:1.1"])).stdout;
    assert!(
        explained.contains("  src/a.rs was also written by claude in work:1.2\n"),
        "{explained}"
    );
    env.git(&one.folder, &["commit", "-q", "-a", "-m", "one"]);
    collector.until("the commit is seen", |rows| {
        let row = rows.iter().find(|row| row["target"] == "work:1.1");
        row.is_some_and(|row| row["diff"]["file_count"] == 0)
    });
    assert_eq!(shared(&collector.rows(), "work:1.2"), ["src/a.rs claude"]);
    env.git(&two.folder, &["checkout", "-q", "."]);
    env.git(&two.folder, &["merge", "-q", "main"]);
    until_unmarked(&collector, "work:1.1");
    until_unmarked(&collector, "work:1.2");
    two.writes("src/a.rs", "3\n");
    two.writes("src/b.rs", "3\n");
    until_marked(&collector, [&one, &two], "src/b.rs");
    two.hook("SessionEnd", &json!({"reason": "other"}));
    until_unmarked(&collector, "work:1.1");
}

#[test]
fn what_is_no_writing_or_no_one_minds_or_is_another_file_is_never_marked() {
    let env = TestEnv::new();
    let all = repositories(&env);
    let collector = Collector::start(&env);
    let [one, two, fork, other] = [
        ("work:1.1", "main"),
        ("work:1.2", "side"),
        ("work:1.3", "fork"),
        ("work:1.4", "other"),
    ]
    .map(|(target, folder)| Assistant::new(&env, "claude", target, &all.join(folder)));
    let all_rows = [&one, &two, &fork, &other];
    let nothing = json!({});
    let before = |_: usize| {
        // Ignored, and made by a program.
        for path in ["a.log", "target/deep/x", "made.rs"] {
            one.writes(path, "1\n");
            two.writes(path, "2\n");
        }
        // In another repository, and in one that came from elsewhere.
        for it in [&one, &fork, &other] {
            it.writes("src/a.rs", "3\n");
        }
        // Read, and not written after all.
        one.writes("src/read.rs", "1\n");
        two.tells(
            "Read",
            &json!({"file_path": two.folder.join("src/read.rs")}),
            "PostToolUse",
            &nothing,
        );
        two.tells(
            "Write",
            &json!({"file_path": two.folder.join("src/read.rs"), "content": ""}),
            "PostToolUseFailure",
            &nothing,
        );
        two.hook(
            "PreToolUse",
            &json!({"tool_name": "Write", "tool_use_id": "toolu_9",
            "tool_input": {"file_path": two.folder.join("src/read.rs"), "content": ""}}),
        );
        // Moved.
        let (from, to) = ("src/moved.rs", "src/here.rs");
        one.writes(to, "1\n");
        let _ = fs::rename(two.folder.join(from), two.folder.join(to));
        two.tells(
            "Bash",
            &json!({"command": "git mv src/moved.rs src/here.rs"}),
            "PostToolUse",
            &nothing,
        );
        // By the assistant itself and one that works for it.
        one.writes("src/sub.rs", "1\n");
        let agent = json!({"agent_id": "a1", "agent_type": "general-purpose"});
        one.hook("SubagentStart", &agent);
        let input = json!({"file_path": one.folder.join("src/sub.rs"), "content": ""});
        one.tells("Write", &input, "PostToolUse", &agent);
        let mut stop = agent.clone();
        stop["last_assistant_message"] = json!("done");
        one.hook("SubagentStop", &stop);
    };
    for round in 0..rounds().min(10) {
        before(round);
        // What was written before has been looked at when this is marked.
        let path = format!("src/control {round}.rs");
        until_marked(&collector, [&one, &two], &path);
        let rows = collector.rows();
        for it in all_rows {
            let expected = if [&one.target, &two.target].contains(&&it.target) {
                vec![format!("{path} claude")]
            } else {
                Vec::new()
            };
            assert_eq!(shared(&rows, it.target), expected, "{}", it.target);
        }
        for it in [&one, &two] {
            let _ = fs::remove_file(it.folder.join(&path));
        }
        until_unmarked(&collector, one.target);
        until_unmarked(&collector, two.target);
    }
}

#[test]
fn outside_of_all_repositories_only_the_very_same_file_counts() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let [here, there] = ["here", "there"].map(|name| env.path(name));
    fs::create_dir_all(&here).unwrap();
    fs::create_dir_all(&there).unwrap();
    std::os::unix::fs::symlink(here.join("a"), here.join("link")).unwrap();
    let one = Assistant::new(&env, "claude", "work:1.1", &here);
    let two = Assistant::new(&env, "claude", "work:1.2", &here);
    let three = Assistant::new(&env, "claude", "work:1.3", &there);
    three.writes("a", "3\n");
    let path = fs::canonicalize(&here).unwrap().join("a");
    until("through a link as well", || {
        one.writes("a", "1\n");
        two.writes("link", "2\n");
        let expected = [format!("{} claude", path.display())];
        let rows = collector.rows();
        let told = [&one, &two].map(|it| shared(&rows, it.target));
        (told == [&expected; 2]).then_some(())
    });
    assert_eq!(shared(&collector.rows(), three.target), [""; 0]);
}
