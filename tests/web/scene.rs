//! What assistants do before the browser: events of rows, and one in a pane that really asks.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::stage::Stage;
use crate::common::{Listening, TestEnv, finish};
use crate::page::Page;

/// Has an assistant at that target be in that state.
pub(crate) fn report(env: &TestEnv, target: &str, state: &str, second: u32, more: &Value) {
    let mut event = json!({"assistant": "demo", "state": state, "target": target, "cwd": "/src/shop",
        "ts": format!("2026-02-27T10:00:{second:02}Z")});
    for (name, value) in more.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    env.send(event.to_string().as_bytes());
}

/// A collector that listens, whose own server is the stage's.
pub(crate) fn listen(env: &TestEnv, stage: &Stage<'_>) -> Listening {
    let mut collect = env.pane_patrol();
    collect.env("TMUX", stage.server.variable());
    Listening::start_with(collect.args(["collect", "--listen", "127.0.0.1:0"]))
}

/// A page on a phone, on which the request of the stage is open and can be decided.
pub(crate) fn asked<'env>(
    env: &'env TestEnv,
    stage: &Stage<'env>,
    right: Option<&str>,
) -> Option<Page<'env>> {
    let hub = listen(env, stage);
    let mut page = Page::paired(env, hub, crate::page::PHONE, right)?;
    stage.begins_to_ask("");
    stage.until_shown();
    page.browser.until(
        "the row is there",
        "document.querySelector('#list li.waiting_approval')",
    );
    open_first(&mut page.browser);
    Some(page)
}

/// How many devices are paired.
pub(crate) fn listed(env: &TestEnv) -> usize {
    let told = finish(env.pane_patrol().args(["devices", "list", "--json"]));
    let devices: Vec<Value> = serde_json::from_str(&told.stdout).expect("JSON");
    devices.len()
}

/// Opens the first row by a tap.
pub(crate) fn open_first(browser: &mut Browser) {
    browser.click("#list li a");
    browser.until("the row is open", "document.querySelector('#row h2')");
}
