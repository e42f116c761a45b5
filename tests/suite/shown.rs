//! Nothing is approved that was not shown: the real dashboard and the real commands, with a hook that waits
//! for the answer and a transcript that holds all of the request.

use std::io::Write;
use std::process::Child;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, PROGRAM, Terminal, TestEnv, Tmux, finish, finish_with_stdin,
    payload_about, started, until, wait, wait_until,
};

/// So long nobody needs for a key after another one; a key within a third of it is a habit. The dashboard
/// tells them apart by nothing but the time between them, so a test that reads has to let it pass.
const READING: Duration = Duration::from_millis(500);

/// A command of so many lines, of which the first says nothing of the last.
fn command(lines: usize) -> String {
    let mut lines: Vec<String> = (1..lines).map(|n| format!("echo step {n}")).collect();
    lines.push("rm -rf ~/everything".to_owned());
    lines.join("\n")
}

/// A server with a pane in which Claude asks, and one for us.
struct Stage<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    pane: String,
}

impl<'env> Stage<'env> {
    fn new(env: &'env TestEnv, size: (u16, u16)) -> Option<Self> {
        let server = Tmux::start_on(env, "tmux.sock", "work", size, "cat")?;
        server.run(&["set-option", "-g", "status", "off"]);
        let pane = server.window("work", "cat");
        Some(Self { env, server, pane })
    }

    /// What Claude writes down of calls that it asks about.
    fn writes(&self, commands: &[&str]) {
        let input = |command: &&str| json!({"command": command, "description": "Tidy up"});
        let inputs: Vec<Value> = commands.iter().map(input).collect();
        self.env.write_transcript(&inputs);
    }

    /// Claude's hook, which asks about `command` and waits. One that finds the machine too busy drops
    /// its event and leaves.
    fn asks(&self, command: &str) -> Child {
        let begin = command.lines().next().unwrap_or_default();
        let asks = |row: &Value| {
            let waiting = row["waiting"].as_array();
            let message = |asked: &Value| asked["message"].as_str().unwrap_or_default().to_owned();
            waiting.is_some_and(|all| all.iter().any(|asked| message(asked).starts_with(begin)))
        };
        until("a hook is heard", || {
            let mut hook = self.hook(command);
            let is_heard = until("it is heard or leaves", || {
                let status = finish(self.env.pane_patrol().args(["status", "--json"]));
                let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
                let has_left = hook.try_wait().expect("it is ours").is_some();
                let is_heard = rows.iter().any(asks);
                (is_heard || has_left).then_some(is_heard)
            });
            is_heard.then_some(hook)
        })
    }

    fn hook(&self, command: &str) -> Child {
        let mut hook = self.server.claude_hook(&self.pane);
        let (child, mut stdin) = started(hook.arg("--decide"));
        let mut payload = payload_about("claude/permission_request.bash.json", command);
        payload["transcript_path"] = json!(self.env.transcript());
        let written = stdin.write_all(payload.to_string().as_bytes());
        written.expect("it reads");
        child
    }

    /// One of our commands about that pane.
    fn run(&self, arguments: &[&str]) -> Finished {
        let mut command = self.env.pane_patrol();
        command.env("TMUX", self.server.variable());
        finish(
            command
                .arg(arguments[0])
                .arg(&self.pane)
                .args(&arguments[1..]),
        )
    }

    fn request(&self) -> Value {
        let shown = self.run(&["request", "--json"]);
        serde_json::from_str(&shown.stdout).unwrap_or_else(|_| panic!("{shown:?}"))
    }

    fn screen(&self) -> String {
        self.server.screen_of("%0")
    }

    fn until_shows(&self, text: &str) -> String {
        until(
            &format!("`{text}` is on the screen:\n{}", self.screen()),
            || Some(self.screen()).filter(|screen| screen.contains(text)),
        )
    }

    fn types(&self, keys: &[&str]) {
        self.server
            .run(&[&["send-keys", "-t", "%0"], keys].concat());
    }

    /// What was tried to be answered, by whatever way; every try leaves a line for what came of it.
    fn decisions(&self) -> Vec<Value> {
        crate::acts::decisions(self.env)
    }
}

fn is_allowed(hook: Child) -> bool {
    let finished = wait(hook);
    let printed: Value = serde_json::from_str(&finished.stdout).unwrap_or_default();
    printed["hookSpecificOutput"]["decision"]["behavior"] == "allow"
}

#[test]
fn keys_typed_at_once_answer_nothing_before_the_last_line_was_on_the_screen() {
    let rows = [
        ((40, 12), 15),
        ((80, 24), 15),
        ((80, 24), 91),
        ((120, 40), 91),
    ];
    let habits: [&[&str]; 4] = [&["a"], &["a", "a"], &["a", "Enter"], &["a", "y"]];
    for (size, lines) in rows {
        let env = TestEnv::new();
        let Some(stage) = Stage::new(&env, size) else {
            return;
        };
        stage.server.dashboard_in("%0");
        for (turn, habit) in habits.iter().enumerate() {
            // Another request each time, seen for the first time.
            let command = format!("echo turn {turn}\n{}", command(lines));
            stage.writes(&[&command]);
            let mut hook = stage.asks(&command);
            let first = format!("echo turn {turn}");
            let reads = || stage.screen().contains(&first) && stage.screen().contains("read on");
            wait_until("the request was read", reads);
            stage.types(habit);
            // The keys are taken in their order: when the help has come, all of them were.
            stage.types(&["?"]);
            stage.until_shows("Keys and signs");
            assert!(stage.decisions().is_empty(), "{habit:?} at {size:?}");
            // It may have left by itself: a hub that is too busy for it is not waited for.
            let _ = hook.kill();
            assert_eq!(wait(hook).stdout, "", "{habit:?} at {size:?}");
            stage.types(&["Escape"]);
            let mut tool = payload_about("claude/post_tool_use.bash.json", &command);
            tool["transcript_path"] = json!(env.transcript());
            let mut report = stage.server.claude_hook(&stage.pane);
            let stdin = tool.to_string();
            finish_with_stdin(&mut report, stdin.as_bytes()).assert_silent_success();
            wait_until("the request is over", || {
                !stage.screen().contains(&first) || stage.screen().contains("works")
            });
        }
    }
}

#[test]
fn a_key_answers_what_was_read_to_its_last_line() {
    for (size, lines) in [((40, 12), 15), ((80, 24), 15), ((120, 40), 91)] {
        let env = TestEnv::new();
        let Some(stage) = Stage::new(&env, size) else {
            return;
        };
        stage.server.dashboard_in("%0");
        let command = command(lines);
        stage.writes(&[&command]);
        let hook = stage.asks(&command);
        stage.until_shows("read on");
        let mut last_line_seen = false;
        until("it is answered", || {
            let seen_before = stage.screen().contains("rm -rf ~/everything");
            stage.types(&["a"]);
            std::thread::sleep(READING);
            let is_answered = !stage.decisions().is_empty();
            assert!(last_line_seen || !is_answered, "{}", stage.screen());
            last_line_seen |= seen_before || stage.screen().contains("rm -rf ~/everything");
            is_answered.then_some(())
        });
        assert!(is_allowed(hook));
        let line = &stage.decisions()[0];
        assert_eq!(line["door"], "dashboard", "{line}");
        assert_eq!(line["digest"].as_str().map(str::len), Some(64), "{line}");
    }
}

#[test]
fn fifteen_lines_that_are_all_on_the_screen_are_answered_by_one_key() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env, (120, 40)) else {
        return;
    };
    stage.server.dashboard_in("%0");
    stage.writes(&[&command(15)]);
    let hook = stage.asks(&command(15));
    stage.until_shows("rm -rf ~/everything");
    std::thread::sleep(READING);
    stage.types(&["a"]);
    assert!(is_allowed(hook));
    wait_until("it is written down", || stage.decisions().len() == 1);
    assert_eq!(stage.decisions()[0]["outcome"], "done");
}

#[test]
fn a_command_approves_only_what_somebody_was_shown() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env, (80, 24)) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.writes(&[&command(15)]);
    let hook = stage.asks(&command(15));
    collector.until_state("waiting_approval");
    let said = stage.run(&["approve"]);
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    for words in ["shown to nobody", "--digest", "--yes", "nothing was sent"] {
        assert!(said.stderr.contains(words), "{words}: {said:?}");
    }
    assert!(stage.decisions().is_empty(), "nothing was tried");

    let shown = stage.request();
    assert_eq!(shown["input"]["command"], command(15));
    let digest = shown["digest"].as_str().expect("it has one").to_owned();
    let printed = stage.run(&["request"]).stdout;
    assert!(
        printed.ends_with(&format!("\ndigest {digest}\n")),
        "{printed}"
    );
    let other = "0".repeat(64);
    let said = stage.run(&["approve", "--digest", &other]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(said.stderr.contains("not what was shown"), "{said:?}");
    let said = stage.run(&["approve", "--digest", "abc"]);
    assert_eq!(said.status.code(), Some(2), "{said:?}");

    // The same first line, so the row says the same; the last line is another one.
    stage.writes(&[&command(15).replace("everything", "everything-else")]);
    let said = stage.run(&["approve", "--digest", &digest]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(said.stderr.contains("not what was shown"), "{said:?}");
    assert!(said.stderr.contains("nothing was sent"), "{said:?}");
    stage.writes(&[&command(15)]);
    assert_eq!(stage.request()["digest"], digest.as_str());
    let said = stage.run(&["approve", "--digest", &digest]);
    assert!(said.status.success(), "{said:?}");
    assert!(is_allowed(hook));
    let lines = stage.decisions();
    let outcomes: Vec<&Value> = lines.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["nothing", "nothing", "done"]);
    let last = &lines[2];
    assert_eq!([&last["door"], &last["digest"]], ["approve", &digest[..]]);
}

#[test]
fn what_was_read_elsewhere_is_approved_by_a_word_and_a_denial_needs_none() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env, (80, 24)) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.writes(&[&command(15)]);
    let hook = stage.asks(&command(15));
    collector.until_state("waiting_approval");
    let said = stage.run(&["approve", "--yes"]);
    assert!(said.status.success(), "{said:?}");
    assert!(is_allowed(hook));
    let hook = stage.asks(&command(15));
    let denied = || stage.run(&["deny"]).status.success();
    let finished = std::thread::scope(|scope| {
        // As Claude does, which writes a denial down at once.
        let hook = scope.spawn(|| {
            let finished = wait(hook);
            env.write_denial("denied by the user");
            finished
        });
        wait_until("it asks again", denied);
        hook.join().expect("it ends")
    });
    assert!(finished.stdout.contains("deny"), "{finished:?}");
}

#[test]
fn on_a_terminal_all_of_it_is_printed_and_only_a_yes_after_it_counts() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env, (80, 24)) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.writes(&[&command(15)]);
    let hook = stage.asks(&command(15));
    collector.until_state("waiting_approval");
    let ask = |name: &str, before: &str| {
        let approve = format!("{PROGRAM} approve {}; echo exit $?; cat", stage.pane);
        let command = format!(
            "env TMUX={} sh -c '{before}{approve}'",
            stage.server.variable()
        );
        let terminal = Terminal::start(&env, name, &command).expect("tmux is there");
        let screen = terminal.wait_for("Approve this, once? [y/N]");
        assert!(screen.contains("rm -rf ~/everything"), "{screen}");
        assert!(screen.contains("digest "), "{screen}");
        terminal
    };
    let terminal = ask("no.sock", "");
    terminal.press(&["n", "Enter"]);
    terminal.wait_for("exit 1");
    assert!(stage.decisions().is_empty());
    let terminal = ask("enter.sock", "");
    terminal.press(&["Enter"]);
    terminal.wait_for("exit 1");
    assert!(stage.decisions().is_empty());
    let terminal = ask("yes.sock", "");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("exit 0");
    assert!(is_allowed(hook));
}

#[test]
fn of_several_requests_the_one_that_is_named_is_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env, (80, 24)) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.writes(&["touch one", "touch two"]);
    let one = stage.asks("touch one");
    collector.until_state("waiting_approval");
    let mut two = stage.asks("touch two");
    let both = |rows: &[Value]| {
        rows[0]["waiting"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    };
    collector.until("both wait", both);
    for arguments in [&["approve", "--yes"][..], &["deny"]] {
        let said = stage.run(arguments);
        assert_eq!(said.status.code(), Some(2), "{said:?}");
        assert!(said.stderr.contains("2 requests wait in it"), "{said:?}");
        assert!(said.stderr.contains("is Bash: touch one"), "{said:?}");
    }
    let shown = stage.request();
    let others = shown["others"].as_array().expect("the other one");
    let named = |command: &str| {
        let all = std::iter::once(&shown).chain(others);
        let mut of = all.filter(|request| request["input"]["command"] == command);
        of.next().expect("it is listed").clone()
    };
    let printed = stage.run(&["request"]).stdout;
    assert!(
        printed.contains("request 2 of 2, by `--request "),
        "{printed}"
    );
    let id = named("touch two")["request"]
        .as_str()
        .expect("an id")
        .to_owned();
    let alone = stage.run(&["request", "--request", &id]).stdout;
    assert!(
        alone.contains("touch two") && !alone.contains("touch one"),
        "{alone}"
    );
    let digest = named("touch one")["digest"]
        .as_str()
        .expect("one")
        .to_owned();
    let said = stage.run(&["approve", "--digest", &digest]);
    assert!(said.status.success(), "{said:?}");
    assert!(is_allowed(one));
    assert_eq!(two.try_wait().expect("it is ours"), None);
    let said = stage.run(&["approve", "--yes", "--request", &id]);
    assert!(said.status.success(), "{said:?}");
    assert!(is_allowed(two));
}
