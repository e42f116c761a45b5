//! The real page before a hub that says what a test wants: only what the real one may say, by the schemas of the
//! protocol, or, where that is tested, also what no hub would.

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv};
use crate::schema_check::validate;

const FAKE_HUB: &str = include_str!("fake_hub.js");

/// A browser on the page that `hub` serves, whose messages come from a fake: `stage` is what that tells
/// (`fake_hub.js`), by the schemas of its messages. `None` without a browser.
pub(crate) fn open(
    env: &TestEnv,
    hub: &Listening,
    size: (u32, u32),
    stage: &Value,
) -> Option<Browser> {
    for (kind, payload) in told(stage) {
        assert_is(kind, &payload);
    }
    open_lying(env, hub, size, stage)
}

/// The payloads of a stage by the types of their messages.
fn told(stage: &Value) -> Vec<(&'static str, Value)> {
    let all = |field: &str| stage[field].as_array().cloned().unwrap_or_default();
    let named = |field: &str| -> Vec<Value> {
        let named = stage[field].as_object().into_iter().flatten();
        named.map(|(_, value)| value.clone()).collect()
    };
    let result = |mut given: Value| {
        given["act_id"] = json!("0");
        ("act_result", given)
    };
    let read = |request| result(json!({"outcome": "done", "request": request}));
    let mut told = Vec::new();
    told.extend(all("rows").into_iter().map(|row| ("agent_status", row)));
    told.extend(all("diffs").into_iter().map(|diff| ("diff_summary", diff)));
    told.extend(all("tasks").into_iter().map(|list| ("task_summary", list)));
    told.extend(named("reads").into_iter().map(read));
    told.extend(named("results").into_iter().map(result));
    if let Some(sessions) = stage.get("ended") {
        told.push(("ended_sessions", json!({"sessions": sessions})));
    }
    told
}

/// The real hub may say it: the schema of the message, which is held to the types of the hub, takes the payload.
pub(crate) fn assert_is(kind: &str, payload: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol");
    let schema = std::fs::read_to_string(folder.join(format!("{kind}.json"))).expect("a schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let is = validate(payload, &schema["properties"]["payload"], &schema, kind);
    if let Err(why) = is {
        panic!("no hub says that: {why}\n{payload:#}");
    }
}

/// The same where the fake says what no hub would.
pub(crate) fn open_lying(
    env: &TestEnv,
    hub: &Listening,
    size: (u32, u32),
    stage: &Value,
) -> Option<Browser> {
    let mut browser = Browser::start(env, size)?;
    let script = format!("{FAKE_HUB}\nObject.assign(stage, {stage});");
    browser.before_each_page(&script);
    browser.prefer(true);
    browser.go(&format!("http://{}/", hub.address));
    browser.until("it is live", "document.querySelector('#link.live')");
    Some(browser)
}

/// A row as the hub tells it, in that state.
pub(crate) fn row(number: usize, state: &str) -> Value {
    let id = format!("/tmp/t,1::%{number}");
    json!({"agent_id": id, "id": id, "status": "running", "pane_id": format!("%{number}"), "mux": "tmux",
        "project_root": "/src/shop", "label": "shop", "requests": 0, "unseen": false, "assistant": "claude",
        "state": state, "kind": null, "target": format!("shop:1.{number}"), "pane": format!("%{number}"),
        "since": "2026-02-27T10:00:00Z", "ts": "2026-02-27T10:00:00Z", "tool": null, "message": "what it does",
        "cwd": "/src/shop", "branch": "fix-tax", "sub_agents": 0, "waiting": [], "generation": 1, "evidence": [],
        "instance_id": "s", "pid": 4711, "home": null, "source": "hook", "offline": false})
}

/// A request as it stands in a row's `waiting`.
pub(crate) fn request(id: &str, state: &str, tool: &str) -> Value {
    json!({"state": state, "request_id": id, "agent_id": null, "tool": tool, "message": "what it asks",
        "since": "2026-02-27T10:00:00Z", "source": "hook"})
}

/// A row that asks for that.
pub(crate) fn asking(number: usize, request: &Value) -> Value {
    let mut row = row(number, request["state"].as_str().expect("a state"));
    row["waiting"] = json!([request]);
    row["requests"] = json!(1);
    row
}

/// What the hub reads of a request, in these parts; none: there is no more than its text.
pub(crate) fn read(request: &Value, parts: &Value, more: &Value) -> Value {
    let mut read = json!({"request": request, "generation": 1, "digest": "d".repeat(64), "whole": true,
        "text": "all of it\n", "can": ["approve", "deny"], "takes_words": true});
    if !parts.is_null() {
        read["parts"] = parts.clone();
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        read[name] = value.clone();
    }
    read
}
