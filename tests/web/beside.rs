//! What is said beside what is asked: whose it is, how long it is true, and what a person had begun.

use serde_json::{Value, json};

use crate::asking::{DECIDED, DRAWN, armed, opened, text};
use crate::browser::Browser;
use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request, row};
use crate::page::PHONE;

#[test]
fn what_came_of_it_names_whose_it_is_and_is_gone_when_another_row_is_opened() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let stage = json!({"rows": [asking(1, &asked), row(2, "running")], "reads": {"r1": read(&asked, &text("make"), &json!({}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    armed(&mut browser, ".approve");
    browser.click(".approve");
    browser.until(
        "it is told of whom",
        "document.querySelector('#told').textContent === 'claude in shop:1.1: Approved'",
    );
    browser.eval("location.hash = '#'");
    browser.until("it is left", "document.querySelector('#row').hidden");
    let told = browser.eval("document.querySelectorAll('#told p').length");
    assert_eq!(told, 1);
    browser.eval("location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%2')");
    browser.until(
        "the other one is open",
        "document.querySelector('#row h2')?.innerText.includes('shop:1.2')",
    );
    let told = browser.eval("document.querySelectorAll('#told p').length");
    assert_eq!(told, 0);
}

#[test]
fn another_dialog_is_told_without_a_command_line_and_only_as_long_as_it_is_there() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let (first, second) = (
        request("r1", "waiting_approval", "Bash"),
        request("r2", "waiting_approval", "Bash"),
    );
    let mut row = asking(1, &first);
    row["waiting"] = json!([first, second]);
    let why = "another request's dialog is on its screen (Bash: make one): answer that first, `--request r1`";
    let stage = json!({"rows": [row], "reads": {"r1": read(&first, &text("make one"), &json!({})),
        "r2": read(&second, &text("make two"), &json!({"digest": "e".repeat(64)}))},
        "results": {"decide": {"outcome": "refused", "why": why}}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    let button = ".request:nth-of-type(2) .approve";
    armed(&mut browser, button);
    browser.click(button);
    browser.until(
        "it is told",
        "document.querySelector('.request .refused')?.innerText.includes('answer the other one first')",
    );
    let shown = browser.text("document.body.innerText");
    assert!(!shown.contains("--request"), "{shown}");
    row["waiting"] = json!([second]);
    browser.eval(&format!("hub.say('agent_status', {row})"));
    browser.until(
        "it is not so any more",
        "document.querySelectorAll('.request').length === 1 && !document.querySelector('.request .refused')",
    );
}

#[test]
fn who_taps_on_and_on_approves_nothing_that_they_have_not_looked_at() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &text("make"), &json!({}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    browser.until("it is offered", "document.querySelector('.approve')");
    // A real tap is noticed also where the button does not work yet.
    browser.eval(
        "window.taps = 0; addEventListener('pointerdown', () => (taps += 1), true); \
         hub.dispatchEvent(new Event('close'))",
    );
    browser.until(
        "it does not work",
        "document.querySelector('.approve')?.disabled",
    );
    browser.click(".approve");
    assert_eq!(browser.eval("taps"), 1);
    // For twice as long as it takes until it works where nobody taps.
    let tapped = browser.eval(
        "(async () => { while (!document.querySelector('#link.live')) await new Promise((done) => setTimeout(done, 20)); \
         for (let n = 0; n < 60; n += 1) { const it = document.querySelector('.approve'); \
         it?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true })); it?.click(); await new Promise((done) => setTimeout(done, 20)); } \
         return document.querySelector('.approve').disabled; })()",
    );
    assert_eq!(tapped, true);
    assert_eq!(browser.eval(DECIDED), json!([]));
    armed(&mut browser, ".approve");
    browser.click(".approve");
    browser.until("it is said", &format!("{DECIDED}.length === 1"));
}

#[test]
fn what_was_begun_to_be_written_is_there_again() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let stage = json!({"rows": [asking(1, &asked), row(2, "idle")], "reads": {"r1": read(&asked, &text("make"), &json!({}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    for (number, field) in [(1, ".saying input"), (2, ".send textarea")] {
        let open = format!("location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%{number}')");
        let there = format!(
            "document.querySelector('#row h2')?.innerText.includes('shop:1.{number}') && document.querySelector('{field}')"
        );
        browser.eval(&open);
        browser.until("it is open", &there);
        browser.eval(&format!("document.querySelector('{field}').focus()"));
        browser.call("Input.insertText", &json!({"text": "use --dry-run"}));
        browser.eval("location.hash = '#'");
        browser.until("it is left", "document.querySelector('#row').hidden");
        browser.eval(&open);
        browser.until("it is open", &there);
        let written = browser.text(&format!("document.querySelector('{field}').value"));
        assert_eq!(written, "use --dry-run");
    }
}

#[test]
fn an_option_stands_once_and_why_a_device_may_not_is_said_once() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_input", "AskUserQuestion");
    let parts = json!([{"part": "text", "text": "Which port?"}, {"part": "field", "name": "1", "value": "8080 — the usual one"}]);
    let more = json!({"can": ["answer"], "takes_words": false, "options": [{"number": 1, "label": "8080", "about": "the usual one"}]});
    for (right, times) in [("manage", 0), ("read", 1)] {
        let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &parts, &more)}, "right": right});
        let Some(mut browser) = opened(&env, &hub, &stage) else {
            return;
        };
        browser.until(
            "it is read",
            "document.querySelector('.request').innerText.includes('the usual one')",
        );
        let shown = browser.text("document.querySelector('#row').innerText");
        assert_eq!(shown.matches("the usual one").count(), 1, "{shown}");
        assert_eq!(
            shown.matches("This device may not").count(),
            times,
            "{shown}"
        );
    }
}

#[test]
fn what_has_ended_says_where_it_stands_and_what_is_beyond_reach_is_offered_nothing() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let mut beyond = row(1, "idle");
    for (field, value) in [
        ("publisher", json!("bot")),
        ("hearsay", json!(true)),
        ("pane", Value::Null),
    ] {
        beyond[field] = value;
    }
    let stage = json!({"rows": [beyond, row(2, "running")]});
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &stage) else {
        return;
    };
    let open = |browser: &mut Browser, number: usize| {
        browser.eval(&format!(
            "location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%{number}')"
        ));
        browser.until(
            "it is open",
            &format!("document.querySelector('#row h2')?.innerText.includes('shop:1.{number}')"),
        );
        browser.text("document.querySelector('.manage').innerText")
    };
    let offered = open(&mut browser, 1);
    assert!(
        !offered.contains("Stop") && !offered.contains("Send"),
        "{offered}"
    );
    let offered = open(&mut browser, 2);
    assert!(
        offered.contains("Stop") && offered.contains("Send"),
        "{offered}"
    );
    let session = json!({"agent_id": "ended/claude/s", "label": "shop", "gone": true, "assistant": "claude", "instance_id": "s",
        "target": "shop:1.2", "cwd": "/src/shop", "ended": "2026-02-27T10:00:00Z"});
    browser.eval(&format!(
        "hub.say('agent_status', {{ agent_id: '/tmp/t,1::%2', gone: true }}); hub.say('ended_sessions', {{ sessions: [{session}] }})"
    ));
    browser.until(
        "it says where it is",
        "document.querySelector('#row').innerText.includes('It stands under Ended')",
    );
}

#[test]
fn ages_go_by_the_clock_of_whoever_has_told_everything() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &json!({"rows": [row(1, "running")]}))
    else {
        return;
    };
    browser.until("the row is there", "document.querySelector('#list li')");
    // Everything is told by a hub whose first word is of another time than its last.
    let aged = browser.eval(&format!(
        "(async () => {{ const {{ heard }} = await import('/age.js'); const age = () => document.querySelector('#list .age').textContent; \
         const before = age(); hub.dispatchEvent(new Event('close')); hub.constructor.prototype.answer = function (type) {{ \
         if (type === 'authenticate') this.say('authenticated', {{ right: 'manage', device: 'phone' }}); \
         if (type === 'hello') {{ this.say('agent_status', stage.rows[0]); heard('2026-02-27T10:00:00Z'); \
         requestAnimationFrame(() => requestAnimationFrame(() => {{ window.early = age(); this.say('snapshot', {{ count: 1, seq: 1 }}); }})); }} }}; \
         while (!document.querySelector('#link.live')) {DRAWN}; {DRAWN}; return [before === age(), age()]; }})()"
    ));
    assert_eq!(aged[0], true, "{aged}");
    assert_eq!(browser.eval("early"), "0s", "it was drawn before");
}
