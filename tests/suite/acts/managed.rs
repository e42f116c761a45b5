//! Stopping and starting by a program, by a command and from a dashboard, each with a line that says who.

use serde_json::{Value, json};

use super::{ActsByHand, decisions, row};
use crate::common::{Collector, TestEnv, Tmux, finish, fixture, wait_until};
use crate::launch::{INSIDE, isolating};

const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// An assistant in a pane of its own, its row, and a collector that listens.
pub(super) struct Works<'env> {
    pub(super) server: Tmux<'env>,
    pub(super) collector: Collector<'env>,
    pub(super) pane: String,
    pub(super) row: Value,
}

impl<'env> Works<'env> {
    pub(super) fn new(env: &'env TestEnv, program: &str) -> Option<Self> {
        let server = Tmux::start(env, "work")?;
        let collector = Collector::start_listening_in(env, &server);
        let pane = server.window("work", program);
        server.report(&pane, &fixture(WORKS), "running");
        let row = row(&collector);
        Some(Self {
            server,
            collector,
            pane,
            row,
        })
    }

    fn is_there(&self) -> bool {
        let panes = self.server.run(&["list-panes", "-a", "-F", "#{pane_id}"]);
        panes.lines().any(|pane| pane == self.pane)
    }

    fn stop(&self) -> Value {
        json!({"act": "stop", "instance_id": self.row["instance_id"], "pid": self.row["pid"]})
    }
}

fn told(env: &TestEnv) -> Vec<String> {
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or("-").to_owned();
    let line = |line: &Value| {
        ["decision", "outcome", "door", "right"]
            .map(|name| word(line, name))
            .join(" ")
    };
    decisions(env).iter().map(line).collect()
}

#[test]
fn a_program_stops_the_session_and_process_that_it_names_and_no_other() {
    let env = TestEnv::new();
    let Some(works) = Works::new(&env, "cat") else {
        return;
    };
    let mut program = ActsByHand::with_token(&works.collector, "manage", "board");
    for (change, words) in [
        (json!({"instance_id": null}), "name its session"),
        (json!({"instance_id": "another"}), "another session"),
        (json!({"pid": 1}), "another process"),
        (json!({"generation": 1_000_000}), "changed since"),
    ] {
        let mut stop = works.stop();
        for (name, value) in change.as_object().expect("an object") {
            stop[name] = value.clone();
        }
        let refused = program.act(&works.row, &stop);
        assert_eq!(refused["outcome"], "refused", "{stop}: {refused}");
        let why = refused["why"].as_str().expect("a reason");
        assert!(why.contains(words), "{stop}: {why}");
    }
    assert!(works.is_there());
    let done = program.act_as("once", &works.row, &works.stop());
    assert_eq!(done["outcome"], "done", "{done}");
    wait_until("its pane is gone with it", || !works.is_there());
    assert_eq!(program.act_as("once", &works.row, &works.stop()), done);
    let refused = "stop nothing websocket board manage";
    let done = "stop done websocket board manage";
    assert_eq!(told(&env), [refused, refused, refused, refused, done]);
    let line = decisions(&env).pop().expect("a line");
    assert_eq!(line["instance_id"], works.row["instance_id"]);
    assert_eq!(
        (&line["way"], &line["by"]),
        (&json!("process"), &json!("user"))
    );
}

#[test]
fn what_does_not_end_is_said_to_end_with_its_pane_only() {
    let env = TestEnv::new();
    // This one does not end when it is asked to.
    let stubborn = "trap : TERM; while :; do sleep 0.1; done";
    let Some(works) = Works::new(&env, stubborn) else {
        return;
    };
    let mut program = ActsByHand::with_token(&works.collector, "manage", "board");
    let refused = program.act(&works.row, &works.stop());
    assert_eq!(refused["outcome"], "unknown", "{refused}");
    assert_eq!(refused["only_by_pane"], true, "{refused}");
    assert!(works.is_there());
    let mut close = works.stop();
    close["close_pane"] = json!(true);
    assert_eq!(program.act(&works.row, &close)["outcome"], "done");
    assert!(!works.is_there());
    let lines = [
        "stop unknown websocket board manage",
        "close_pane done websocket board manage",
    ];
    assert_eq!(told(&env), lines);
}

#[test]
fn a_right_that_is_less_stops_nothing_and_only_the_owner_starts() {
    let env = TestEnv::new();
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let Some(works) = Works::new(&env, "cat") else {
        return;
    };
    let start = json!({"act": "start", "launcher": "helper"});
    for right in ["read", "answer", "manage"] {
        let mut program = ActsByHand::with_token(&works.collector, right, "board");
        let mut refused = vec![start.clone()];
        if right != "manage" {
            refused.push(works.stop());
        }
        for what in refused {
            let answer = program.ask_as("x", &works.row, &what);
            assert_eq!(
                answer["payload"]["code"], "not_allowed",
                "{right}: {answer}"
            );
        }
    }
    assert!(works.is_there());
    wait_until("each is written down", || told(&env).len() == 5);
    let mut own = ActsByHand::at_hub(&env, "script");
    let unknown = json!({"act": "start", "launcher": "rm -rf /"});
    let refused = own.act(&json!({}), &unknown);
    assert_eq!(refused["why"], "there is no launcher `rm -rf /`");
    let odd = json!({"act": "start", "launcher": "helper", "folder": "../x"});
    assert_eq!(own.act(&json!({}), &odd)["outcome"], "refused");
    let started = own.act(&json!({}), &start);
    assert_eq!(started["outcome"], "done", "{started}");
    let place = &started["place"];
    let pane = place["pane"].as_str().expect("a pane");
    let name = ["display-message", "-p", "-t", pane, "#{window_name}"];
    assert_eq!(works.server.run(&name), "helper");
    let line = decisions(&env).pop().expect("a line");
    assert_eq!(line["target"], place["target"]);
    assert_eq!(line["message"], "helper");
    assert_eq!(
        told(&env)[5..],
        [
            "start nothing hub script own",
            "start nothing hub script own",
            "start done hub script own"
        ]
    );
}

#[test]
fn commands_start_and_stop_by_the_same_act_whether_anybody_collects_or_not() {
    let env = TestEnv::new();
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    env.mirror_on();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let run = |words: &[&str]| {
        let mut command = env.pane_patrol();
        let finished = finish(command.args(words).env("TMUX", server.variable()));
        assert!(finished.status.success(), "{finished:?}");
        finished.stderr
    };
    for is_collected in [true, false] {
        let collector = is_collected.then(|| Collector::start_in(&env, &server));
        let said = run(&["start", "helper"]);
        let target = said.trim_end().trim_end_matches('.').rsplit(' ').next();
        let target = target.expect("it says where").to_owned();
        let pane = server.run(&["display-message", "-p", "-t", &target, "#{pane_id}"]);
        server.report(&pane, &fixture(WORKS), "running");
        let said = run(&["stop", &pane]);
        assert!(said.contains("Stopped claude"), "{said}");
        wait_until("it has gone", || {
            let panes = server.run(&["list-panes", "-a", "-F", "#{pane_id}"]);
            !panes.lines().any(|other| other == pane)
        });
        drop(collector);
    }
    let both = ["start done start own", "stop done stop own"];
    assert_eq!(told(&env), [both, both].concat());
}

#[test]
fn a_container_that_was_given_the_hub_has_nothing_started_out_here() {
    let env = TestEnv::new();
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let Some(works) = Works::new(&env, "cat") else {
        return;
    };
    let windows = || {
        works
            .server
            .run(&["list-windows", "-a", "-F", "#{window_id}"])
    };
    let before = windows();
    let mut start = env.command(isolating[0]);
    start.args(&isolating[1..]);
    start.args(["sh", "-c", INSIDE, "sh"]).arg(env.path(""));
    // It may do it where it is, as it may have anything run there.
    start.args([crate::common::PROGRAM, "start", "helper"]);
    finish(&mut start);
    wait_until("it is written down", || !told(&env).is_empty());
    assert_eq!(told(&env), ["start not_allowed start own"]);
    assert_eq!(windows(), before);
}

#[test]
fn what_cannot_run_is_said_not_to_be_started_whoever_starts_it() {
    let env = TestEnv::new();
    let launcher =
        |(name, command)| format!("[[launcher]]\nname = '{name}'\ncommand = '{command}'\n");
    let launchers = [
        ("missing", "no-such-program-here --now"),
        ("broken", "echo oh no; exit 3"),
        ("folder", "/"),
        ("over", "true"),
    ];
    env.configure(&launchers.map(launcher).concat());
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let run = |name: &str| {
        let mut command = env.pane_patrol();
        finish(command.args(["start", name]).env("TMUX", server.variable()))
    };
    let failures = [
        (
            "missing",
            "its program was not found; its pane work:1.0 stays",
        ),
        (
            "broken",
            "it ended at once with status 3; its pane work:1.0 stays",
        ),
        (
            "folder",
            "its program cannot be run; its pane work:1.0 stays",
        ),
    ];
    let close = || drop(server.run(&["kill-window", "-t", "work:1"]));
    for is_collected in [true, false] {
        let collector = is_collected.then(|| Collector::start_in(&env, &server));
        for (name, words) in failures {
            let refused = run(name);
            assert_eq!(refused.status.code(), Some(1), "{refused:?}");
            assert!(refused.stderr.contains(words), "{refused:?}");
            close();
            if is_collected {
                let mut own = ActsByHand::at_hub(&env, "script");
                let result = own.act(&json!({}), &json!({"act": "start", "launcher": name}));
                assert_eq!(result["outcome"], "refused", "{result}");
                let why = result["why"].as_str().expect("a reason");
                assert!(why.contains(words), "{why}");
                assert_eq!(result["place"]["target"], "work:1.0", "{result}");
                close();
            }
        }
        let over = run("over");
        assert!(over.stderr.contains("which is gone already"), "{over:?}");
        drop(collector);
    }
    assert_eq!(told(&env).len(), 3 * 3 + 2);
    let runtime = std::fs::read_dir(env.places().runtime).expect("it is there");
    let names = runtime
        .flatten()
        .map(|entry| entry.file_name().into_string().expect("text"));
    let notes: Vec<String> = names.filter(|name| name.starts_with("start-")).collect();
    assert_eq!(notes, [""; 0], "nothing is left behind");
}
