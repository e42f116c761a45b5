//! Sessions that are over: folded below the rows, and taken up again once, by who may.

use serde_json::{Value, json};

use crate::common::{Listening, TestEnv};
use crate::fake::{self, row};
use crate::page::{DESK, PHONE};

/// A session that is over, as the hub tells of it.
fn session(number: usize) -> Value {
    json!({"agent_id": format!("ended/claude/s-{number}"), "label": "shop", "gone": true, "assistant": "claude",
        "instance_id": format!("s-{number}"), "target": format!("shop:2.{number}"), "cwd": "/src/shop", "branch": "fix-tax",
        "message": "All tests pass", "ended": "2026-02-27T10:00:00Z"})
}

fn scene(right: &str) -> Value {
    let mut second = session(2);
    second["unseen"] = json!(true);
    let place = json!({"target": "work:3.0", "server": null, "pane": "%9"});
    json!({"rows": [row(1, "running")], "ended": [session(1), second], "right": right,
        "results": {"resume": {"outcome": "done", "place": place}}})
}

const RESUMED: &str =
    "said.filter(({ payload }) => payload.act === 'resume').map(({ payload }) => payload.agent_id)";

#[test]
fn they_are_folded_counted_by_nobody_and_resumed_once() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &scene("manage")) else {
        return;
    };
    let shown = |browser: &mut crate::browser::Browser| {
        browser.text("document.querySelector('#list').innerText")
    };
    assert_eq!(
        browser.text("document.querySelector('#counts').innerText"),
        "1 working"
    );
    browser.until(
        "it says how many",
        "document.querySelector('.ended summary')?.textContent === 'Ended 2'",
    );
    assert!(!shown(&mut browser).contains("shop:2.1"));
    browser.click(".ended summary");
    browser.until(
        "they can be resumed",
        "document.querySelector('.ended li button')?.disabled === false",
    );
    let list = shown(&mut browser);
    assert!(
        list.contains("shop:2.1") && list.contains("shop ⎇ fix-tax"),
        "{list}"
    );
    assert!(list.contains("found ended "), "{list}");
    browser.picture("phone-dark-ended");
    // However often it is pressed: until it is told what came of it there is nothing to press.
    browser.eval("(() => { const it = document.querySelector('.ended li button'); it.click(); it.click(); it.click(); })()");
    browser.until(
        "it is told",
        "document.querySelector('#told').innerText.includes('Resumed in work:3.0')",
    );
    assert_eq!(browser.eval(RESUMED), json!(["ended/claude/s-1"]));
    // Started, and not heard so far; then it lives, and is over no more.
    let mut started = session(1);
    started["resuming"] = json!(true);
    fake::assert_is("ended_sessions", &json!({"sessions": [started]}));
    browser.eval(&format!(
        "hub.say('ended_sessions', {{ sessions: [{started}] }})"
    ));
    browser.until(
        "it is on its way",
        "document.querySelector('.ended li').innerText.includes('is being started')",
    );
    assert_eq!(
        browser.eval("document.querySelector('.ended button')"),
        Value::Null
    );
    browser.eval("hub.say('ended_sessions', { sessions: [] })");
    browser.until("there are none", "document.querySelector('.ended').hidden");
    browser.assert_content();
}

#[test]
fn who_may_not_resume_sees_them_and_after_a_loss_there_are_those_that_are_told_anew() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, DESK, &scene("answer")) else {
        return;
    };
    let count = "document.querySelectorAll('.ended li').length";
    browser.until("both are there", &format!("{count} === 2"));
    browser.eval("document.querySelector('.ended').open = true");
    assert_eq!(
        browser.eval("document.querySelector('.ended button')"),
        Value::Null
    );
    // The hub that comes next tells of none: then it says nothing of them.
    browser.eval("stage.ended = []; hub.dispatchEvent(new Event('close'))");
    browser.until("there are none", "document.querySelector('.ended').hidden");
    browser.assert_content();
}
