//! The OpenCode plugin as it is installed, run by a real JavaScript engine on recorded events: it must
//! hand over what the replay of those recordings supposes, and stay silent whatever is missing.
//!
//! Skipped, loudly, where there is no `node`.

use std::fs;
use std::path::Path;
use std::process::Output;

use pane_patrol_hooks::adapter::opencode;
use pane_patrol_hooks::event::Assistant;
use serde_json::{Value, json};

use crate::common::player::recording;
use crate::common::{TestEnv, write_program};
use crate::replay_others::passed_on;

/// Feeds the plugin the lines of a recording, as OpenCode would.
const DRIVER: &str = r#"
import { readFileSync } from "node:fs"
import { PanePatrol } from "./plugin.mjs"
const idle = async () => {
  while (globalThis[Symbol.for("pane-patrol")].waiting.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
const model = { limit: { context: 200_000 } }
const providers = async () => ({ data: { providers: [{ id: "lab", models: { "fake-model": model } }] } })
const context = { directory: "/src", client: { config: { providers } } }
const hooks = []
for (const text of readFileSync("recording.jsonl", "utf8").trim().split("\n")) {
  const { event, payload } = JSON.parse(text)
  if (event === "_driver") continue
  if (event === "plugin.init" || hooks.length === 0) hooks.push(await PanePatrol(context))
  if (event === "hook:dispose") await hooks.pop()?.dispose?.()
  else if (event !== "plugin.init") await hooks[0].event?.({ event: payload })
  await idle()
}
"#;

/// A folder with the plugin, a recording, and a program that writes down what it is given.
struct Stage {
    env: TestEnv,
}

impl Stage {
    fn of(name: &str) -> Self {
        let env = TestEnv::new();
        let source = format!(
            "{}/tests/fixtures/opencode/scenario-{name}.jsonl",
            env!("CARGO_MANIFEST_DIR")
        );
        fs::copy(source, env.path("recording.jsonl")).expect("the recording is there");
        fs::write(env.path("driver.mjs"), DRIVER).expect("a file can be written");
        let stage = Self { env };
        let program = stage.env.path("program");
        let heard = stage.env.path("heard.jsonl");
        let script = format!("#!/bin/sh\ncat >> '{0}'; echo >> '{0}'\n", heard.display());
        write_program(&program, &script);
        stage.install(&program);
        stage
    }

    fn install(&self, program: &Path) {
        let program = program.to_str().expect("the path is a text");
        let plugin =
            opencode::plugin(&Assistant::OPENCODE, program, false).expect("it can be written");
        fs::write(self.env.path("plugin.mjs"), plugin).expect("a file can be written");
    }

    /// Plays the recording in a pane, or outside of tmux; `None` without `node`.
    fn play(&self, pane: Option<&str>) -> Option<Output> {
        let mut command = self.env.command("node");
        command.arg("driver.mjs").current_dir(self.env.path(""));
        if let Some(pane) = pane {
            command.env("TMUX_PANE", pane);
        }
        let output = command.output();
        if output.is_err() {
            let required = std::env::var_os("PANE_PATROL_REQUIRE_NODE").is_some();
            assert!(!required, "node is not there");
        }
        output.ok()
    }

    /// What the program was given.
    fn heard(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.env.path("heard.jsonl")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("each is an object"))
            .collect()
    }
}

#[allow(clippy::print_stderr, reason = "a skipped test must be heard of")]
fn skipped() {
    eprintln!("SKIPPED: there is no `node` to run the OpenCode plugin with");
}

/// The parts that the adapter's reading depends on, without what every run makes anew.
fn core(message: &Value) -> String {
    let properties = &message["properties"];
    let fields = ["sessionID", "id", "requestID", "reply"].map(|field| properties[field].clone());
    let status = &properties["status"]["type"];
    let agent = &message["pane_patrol"]["agent"];
    format!(
        "{} {fields:?} {status} {} {agent}",
        message["type"], properties["error"]["name"]
    )
}

#[test]
fn the_plugin_hands_over_what_the_replays_suppose() {
    for name in [
        "prompt",
        "approve",
        "deny",
        "question",
        "subagent",
        "err500",
        "kill-pane",
        "api",
    ] {
        let stage = Stage::of(name);
        let Some(output) = stage.play(Some("%1")) else {
            return skipped();
        };
        assert!(output.status.success(), "{output:?}");
        assert!(
            output.stdout.is_empty() && output.stderr.is_empty(),
            "{output:?}"
        );
        let supposed = passed_on(&recording(&Assistant::OPENCODE, name));
        let supposed = supposed.iter().map(|(_, message)| core(message));
        let mut heard: Vec<String> = stage.heard().iter().map(core).collect();
        if !name.contains("kill") && name != "api" {
            // The recording begins after the plugin was loaded.
            assert!(heard.remove(0).contains("plugin.init"));
        }
        assert_eq!(heard, supposed.collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn what_it_hands_over_is_there_before_its_program_starts() {
    let stage = Stage::of("approve");
    let kinds = stage.env.path("kinds");
    let program = stage.env.path("program");
    let script = format!(
        "#!/bin/sh\nif [ -f /dev/stdin ]; then echo file; else echo other; fi >> '{}'\n",
        kinds.display()
    );
    write_program(&program, &script);
    let Some(output) = stage.play(Some("%1")) else {
        return skipped();
    };
    assert!(output.status.success(), "{output:?}");
    let kinds = fs::read_to_string(kinds).expect("the program was started");
    assert!(
        kinds.lines().count() > 3 && kinds.lines().all(|kind| kind == "file"),
        "{kinds}"
    );
    for folder in ["run", "tmp"] {
        let left = fs::read_dir(stage.env.path(folder)).expect("the folder is there");
        assert_eq!(left.count(), 0, "no file stays behind in {folder}");
    }
}

#[test]
fn what_the_assistant_has_said_last_comes_with_the_end_of_its_turn() {
    let stage = Stage::of("prompt");
    let event = |kind: &str, properties: Value| json!({"event": kind, "payload": {"type": kind, "properties": properties}});
    let message = |id: &str, role: &str| {
        event(
            "message.updated",
            json!({"sessionID": "s", "info": {"id": id, "sessionID": "s", "role": role}}),
        )
    };
    let text = |message: &str, text: &str| {
        let part = json!({"type": "text", "text": text, "messageID": message, "sessionID": "s"});
        event(
            "message.part.updated",
            json!({"sessionID": "s", "part": part}),
        )
    };
    let idle = event("session.idle", json!({"sessionID": "s"}));
    let lines = [
        json!({"event": "plugin.init", "payload": {}}),
        message("m1", "user"),
        text("m1", "the person's own"),
        event(
            "session.status",
            json!({"sessionID": "s", "status": {"type": "busy"}}),
        ),
        message("m2", "assistant"),
        text("m2", ""),
        text("m2", "one\nsecond line"),
        message("m2", "assistant"),
        idle.clone(),
        // It says nothing in the next one, and what comes of the last one means nothing there.
        text("m2", "late"),
        idle,
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    fs::write(stage.env.path("recording.jsonl"), lines).expect("it can be written");
    let Some(output) = stage.play(Some("%1")) else {
        return skipped();
    };
    assert!(output.stderr.is_empty(), "{output:?}");
    let heard = stage.heard();
    let ends = heard.iter().filter(|it| it["type"] == "session.idle");
    let said = ends.map(|it| {
        let payload = opencode::Payload::read(it.to_string().as_bytes());
        opencode::report(&payload).expect("it is known").message
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [Some("one second line".to_owned()), None]
    );
}

/// The lists of todos that lie where the dashboard looks for them.
fn todo_lists(stage: &Stage) -> Vec<(String, Value)> {
    kept(stage, "todos")
}

/// What lies there of that kind.
fn kept(stage: &Stage, kind: &str) -> Vec<(String, Value)> {
    let folder = stage.env.path("state/pane-patrol").join(kind);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let read = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("it can be read");
        let list = serde_json::from_str(&text).expect("it is JSON");
        (entry.file_name().to_string_lossy().into_owned(), list)
    };
    entries.flatten().map(read).collect()
}

#[test]
fn the_todos_of_the_session_in_front_are_written_down_and_taken_away() {
    let stage = Stage::of("prompt");
    let todos = |session: &str| {
        let list = [
            json!({"content": "look around", "status": "completed", "priority": "high"}),
            json!({"content": "do the work", "status": "in_progress", "priority": "high"}),
        ];
        let payload = json!({"id": session, "type": "todo.updated", "properties": {"sessionID": session, "todos": list}});
        json!({"event": "event", "payload": payload})
    };
    let child = json!({"event": "event", "payload": {"id": "c", "type": "session.created", "properties": {"info": {"id": "child", "parentID": "front"}}}});
    let init = json!({"event": "plugin.init", "payload": {}});
    let play = |lines: &[Value]| {
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        fs::write(stage.env.path("recording.jsonl"), lines.join("\n")).expect("it can be written");
        stage.play(Some("%1"))
    };
    let Some(output) = play(&[init.clone(), todos("front"), child, todos("child")]) else {
        return skipped();
    };
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let lists = todo_lists(&stage);
    assert_eq!(lists.len(), 1, "{lists:?}");
    assert!(lists[0].0.starts_with("opencode-"), "{lists:?}");
    assert_eq!(
        lists[0].1[1],
        json!({"content": "do the work", "status": "in_progress"})
    );
    // That process has gone without a word; the next one clears up, and leaves nothing itself.
    let dispose = json!({"event": "hook:dispose", "payload": {}});
    play(&[init.clone(), todos("front")]).expect("node is there");
    let after = todo_lists(&stage);
    assert!(after.len() == 1 && after[0].0 != lists[0].0, "{after:?}");
    play(&[init, todos("front"), dispose]).expect("node is there");
    assert_eq!(todo_lists(&stage), []);
}

#[test]
fn with_what_the_session_in_front_works_is_written_down_and_taken_away() {
    let stage = Stage::of("prompt");
    let event = |id: &str, kind: &str, properties: Value| json!({"event": "event", "payload": {"id": id, "type": kind, "properties": properties}});
    let busy = |session: &str| {
        let status = json!({"sessionID": session, "status": {"type": "busy"}});
        event(&format!("busy-{session}"), "session.status", status)
    };
    let said = |id: &str, session: &str, rest: Value| {
        let mut info = json!({
            "id": id, "role": "assistant", "sessionID": session, "modelID": "fake-model", "providerID": "lab",
            "mode": "build",
        });
        for (name, value) in rest.as_object().expect("it is one") {
            info[name] = value.clone();
        }
        event(id, "message.updated", json!({"info": info}))
    };
    let tokens = |input: u64, output: u64| json!({"tokens": {"input": input, "output": output, "reasoning": 0, "cache": {"read": 1000, "write": 0}}});
    let limit = json!({"mode": "plan", "error": {"data": {"statusCode": 429, "message": "try again at 7"}}});
    let init = json!({"event": "plugin.init", "payload": {}});
    let begun = [init, busy("front"), busy("beside")];
    let play = |more: &[Value]| {
        let lines = begun.iter().chain(more).map(Value::to_string);
        let text = lines.collect::<Vec<_>>().join("\n");
        fs::write(stage.env.path("recording.jsonl"), text).expect("it can be written");
        stage.play(Some("%1"))
    };
    let Some(output) = play(&[
        said("1", "front", tokens(29_000, 20)),
        said("2", "beside", tokens(7, 7)),
    ]) else {
        return skipped();
    };
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let facts = kept(&stage, "facts");
    let answered = json!({
        "model": "fake-model", "mode": "build", "context_tokens": 30_020, "context_percent": 15,
    });
    assert_eq!(facts.len(), 1, "{facts:?}");
    assert_eq!(facts[0].1, answered);
    // A message that was begun says nothing yet; one that was refused says why.
    let refused = [
        said("1", "front", tokens(29_000, 20)),
        said("2", "front", tokens(0, 0)),
        said("3", "front", limit),
    ];
    play(&refused).expect("node is there");
    let mut expected = answered;
    (expected["mode"], expected["limit"]) = (json!("plan"), json!("try again at 7"));
    assert_eq!(kept(&stage, "facts")[0].1, expected);
    let dispose = json!({"event": "hook:dispose", "payload": {}});
    play(&[said("1", "front", tokens(1, 1)), dispose]).expect("node is there");
    assert_eq!(kept(&stage, "facts"), []);
}

#[test]
fn the_times_it_tells_only_grow() {
    let stage = Stage::of("approve");
    if stage.play(Some("%1")).is_none() {
        return skipped();
    }
    let times = stage.heard().into_iter().map(|message| {
        let at = message["pane_patrol"]["at"].as_str().expect("it is a text");
        at.parse::<u64>().expect("it is a number")
    });
    let times: Vec<u64> = times.collect();
    assert!(
        times.is_sorted_by(|a, b| a < b) && times.len() > 3,
        "{times:?}"
    );
}

#[test]
fn without_its_program_or_a_pane_the_plugin_does_nothing() {
    let stage = Stage::of("prompt");
    let Some(outside) = stage.play(None) else {
        return skipped();
    };
    stage.install(&stage.env.path("gone"));
    let gone = stage.play(Some("%1")).expect("node is there");
    for output in [outside, gone] {
        assert!(output.status.success(), "{output:?}");
        assert!(
            output.stdout.is_empty() && output.stderr.is_empty(),
            "{output:?}"
        );
    }
    assert_eq!(stage.heard(), Vec::<Value>::new());
}
