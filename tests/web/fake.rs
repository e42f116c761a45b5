//! The real page before a hub that says what a test wants, also what no hub would.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv};

const FAKE_HUB: &str = include_str!("fake_hub.js");

/// A browser on the page that `hub` serves, whose messages come from a fake: `stage` is what that tells
/// (`fake_hub.js`). `None` without a browser.
pub(crate) fn open(
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
        "instance_id": "s", "pid": 4711})
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

/// What the hub reads of a request, in these parts.
pub(crate) fn read(request: &Value, parts: &Value, more: &Value) -> Value {
    let mut read = json!({"request": request, "generation": 1, "digest": "d".repeat(64), "whole": true,
        "text": "all of it\n", "parts": parts, "can": ["approve", "deny"], "takes_words": true});
    for (name, value) in more.as_object().into_iter().flatten() {
        read[name] = value.clone();
    }
    read
}
