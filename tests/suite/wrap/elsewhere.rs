//! `wrap` where the collector sees nothing of its folder: in a mount namespace of its own, with only the hub's
//! address and a token, or with the hub's socket.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::common::{Collector, Listening, TestEnv, finish, until};
use crate::launch::isolating;

/// A folder that is there only inside, with a repository and a list of tasks, and a program in it that does what
/// its stdin says.
const INSIDE: &str = r#"set -e; root=$1 exe=$2; shift 2
mkdir -p "$root/inner"; mount -t tmpfs none "$root/inner"; mount -t tmpfs none "$root/state"
cd "$root/inner"; git init -q -b main
git config user.name a; git config user.email a@b; printf '1\n2\n' >a; git add a; git commit -q -m x
printf 'changed\n2\nmore\n' >a; mkdir -p .taskmaster/tasks
printf '{"tasks":[{"id":1,"title":"one","status":"done"},{"id":2,"title":"two","status":"in-progress"}]}' \
    >.taskmaster/tasks/tasks.json
[ -z "$PANE_PATROL_HUB" ] || mount -t tmpfs none "$root/run"
exec "$exe" wrap --assistant bot "$@" -- sh -c 'while read -r line; do eval "$line"; done'"#;

/// What runs inside; it ends with its stdin.
struct Inside {
    child: Child,
    stdin: ChildStdin,
}

impl Inside {
    fn start(env: &TestEnv, prepare: impl FnOnce(&mut Command)) -> Option<Self> {
        let isolating = isolating(env)?;
        let mut command = env.command(isolating[0]);
        command
            .args(&isolating[1..])
            .args(["sh", "-c", INSIDE, "sh"])
            .arg(env.path(""))
            .arg(env!("CARGO_BIN_EXE_pane-patrol"))
            .stdin(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("it can be started");
        let stdin = child.stdin.take().expect("it is a pipe");
        Some(Self { child, stdin })
    }

    fn run(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("it reads");
    }

    /// Its exit status, once there is nothing more to do.
    fn end(mut self) -> Option<i32> {
        drop(self.stdin);
        self.child.wait().expect("it ends").code()
    }
}

/// The first row of which that is true.
fn until_row(env: &TestEnv, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    until(what, || {
        let status = finish(env.pane_patrol().args(["status", "--json"]));
        let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
        rows.into_iter().find(&holds)
    })
}

fn lines(row: &Value) -> [Option<u64>; 2] {
    ["additions", "deletions"].map(|name| row["diff"][name].as_u64())
}

/// Its changes, tasks and patches are those inside, and follow what is done there.
fn assert_told(env: &TestEnv, inside: &mut Inside, id: &str) {
    let row = until_row(env, "its changes and tasks are told", |row| {
        lines(row) == [Some(3), Some(1)] && row["tasks"]["total"] == 2
    });
    assert_eq!(row["tasks"]["active"][0], "two");
    assert_eq!(row["diff"]["branch"], "main");
    assert!(
        row["id"].as_str().is_some_and(|its| its.starts_with(id)),
        "{row}"
    );
    let id = row["id"].as_str().expect("a text").to_owned();
    let patch = finish(env.pane_patrol().args(["diff", &id, "--patch", "a"]));
    assert!(patch.stdout.contains("+changed\n"), "{patch:?}");
    let none = finish(
        env.pane_patrol()
            .args(["diff", &id, "--patch", "../../etc/passwd"]),
    );
    assert_ne!(none.status.code(), Some(0), "{none:?}");
    inside.run("echo more >>a");
    inside.run("printf '{\"tasks\":[' >.taskmaster/tasks/tasks.json");
    until_row(env, "what is done there is told", |row| {
        row["diff"]["additions"].as_u64() > Some(3) && row["tasks"]["state"] == "tasks_malformed"
    });
    let doctor = || finish(env.pane_patrol().arg("doctor")).stdout;
    until("what is wrong there is told", || {
        doctor().contains("tasks_malformed").then_some(())
    });
    inside.run("rm -r .taskmaster");
    until("what is right again is forgotten", || {
        (!doctor().contains("tasks_malformed")).then_some(())
    });
}

#[test]
fn with_only_an_address_and_a_token_changes_tasks_and_patches_are_told() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let token = env.home().join("token");
    std::fs::write(&token, listening.token("publish")).expect("home is ours");
    let inside = Inside::start(&env, |command| {
        command
            .env("PANE_PATROL_HUB", format!("ws://{}/ws", listening.address))
            .env("PANE_PATROL_TOKEN_FILE", &token);
    });
    let Some(mut inside) = inside else { return };
    let row = until_row(&env, "it has a row", |row| row["assistant"] == "bot");
    assert_eq!((&row["hearsay"], &row["pid"]), (&true.into(), &Value::Null));
    assert_told(&env, &mut inside, "bot@");
    inside.run("exit 7");
    assert_eq!(inside.end(), Some(7));
    until_row(&env, "how it ended is told", |row| row["state"] == "error");
}

#[test]
fn with_the_socket_of_a_collector_outside_they_are_told_by_wrap_alone() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let Some(mut inside) = Inside::start(&env, |command| {
        command.env("PANE_PATROL_TARGET", "work:1.0");
    }) else {
        return;
    };
    let row = until_row(&env, "it has a row", |row| row["assistant"] == "bot");
    assert_eq!(
        (&row["target"], &row["hearsay"]),
        (&"work:1.0".into(), &true.into())
    );
    assert_told(&env, &mut inside, "::work:1.0");
    assert_eq!(inside.end(), Some(0));
}
