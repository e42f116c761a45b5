//! What is approved and denied by a finger reaches the dialog that was shown, once, or nothing.

use std::fs;

use serde_json::{Value, json};

use crate::common::stage::{Stage, dialog};
use crate::common::{TestEnv, lines_so_far, until};
use crate::page::Page;
use crate::scene::asked;

/// Keeps what the page says to the hub in `window.said`.
pub(crate) const LISTEN: &str = "window.said = []; const say = WebSocket.prototype.send; \
    WebSocket.prototype.send = function (text) { said.push([this, text]); say.call(this, text); };";

/// The lines of the audit that tell what came of something.
pub(crate) fn outcomes(env: &TestEnv) -> Vec<Value> {
    let path = env.places().decisions().expect("a state folder");
    let lines = lines_so_far(&path).into_iter();
    let lines = lines.map(|line| serde_json::from_str(&line).expect("JSON"));
    lines
        .filter(|line: &Value| line["outcome"] != "begun")
        .collect()
}

fn key(stage: &Stage<'_>) -> String {
    until("a key is pressed", || {
        stage.keys().filter(|keys| !keys.is_empty())
    })
}

/// Presses that button, so often at once, and again where the machine is too busy for tmux to answer, until these words
/// are told.
pub(crate) fn presses(page: &mut Page<'_>, selector: &str, times: usize, words: &str) {
    until(words, || {
        page.until_armed(selector);
        let button = format!("document.querySelector({})", json!(selector));
        page.browser.eval(&format!(
            "(() => {{ const it = {button}; for (let n = 0; n < {times}; n += 1) it.click(); }})()"
        ));
        let told = "document.querySelector('#told').innerText";
        page.browser.until("it is told", told);
        let told = page.browser.text(told);
        page.browser
            .eval("document.querySelectorAll('#told p').forEach((it) => it.click())");
        let is_busy = told.contains("tmux does not answer");
        (!is_busy).then(|| assert!(told.contains(words), "{told}"))
    });
}

#[test]
fn a_request_is_shown_in_full_and_approved_once_however_often_it_is_pressed() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_says(".request", "touch f1 && sleep 9");
    page.until_says(".request", "lab command");
    page.browser.eval(LISTEN);
    assert_eq!(
        page.browser
            .eval("document.querySelector('.approve').disabled"),
        true,
        "it has only just come"
    );
    page.until_armed(".approve");
    page.browser.picture("phone-request");
    presses(&mut page, ".approve", 3, "Approved");
    assert_eq!(key(&stage), "1");
    // The very same message again: its act was done, and is told, not done again.
    let again = "[...said].filter(([, text]) => text.includes('\"decide\"')).map(([socket, text]) => socket.send(text)).length";
    assert_ne!(page.browser.eval(again), 0);
    // Another act with what was shown: it is asked no more.
    page.browser.eval("[...said].filter(([, text]) => text.includes('\"decide\"')).slice(0, 1).map(([socket, text]) => \
        { const message = JSON.parse(text); message.payload.act_id = '0123456789abcdef0123'; socket.send(JSON.stringify(message)); })");
    let told = until("the second is refused", || {
        Some(outcomes(&env)).filter(|lines| lines.len() > 1)
    });
    let done: Vec<_> = told
        .iter()
        .filter(|line| line["outcome"] == "done")
        .collect();
    assert_eq!(done.len(), 1, "{told:#?}");
    assert!(
        done[0]["digest"].is_string() && done[0]["right"] == "answer",
        "{told:#?}"
    );
    assert_eq!(stage.keys().as_deref(), Some("1"));
    page.browser.until(
        "it is asked no more",
        "document.querySelector('#row .request') === null || \
        document.querySelector('.approve') === null",
    );
    page.browser.assert_content();
}

#[test]
fn a_request_is_denied() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_armed(".choices .deny");
    page.browser.until(
        "words can be said with it, as the real hub tells of this assistant",
        "document.querySelector('.saying button')?.disabled === false",
    );
    presses(&mut page, ".choices .deny", 1, "Denied");
    assert_ne!(key(&stage), "1");
    let line = outcomes(&env).pop().expect("it is written down");
    assert_eq!(
        (&line["decision"], &line["outcome"]),
        (&json!("deny"), &json!("done"))
    );
}

#[test]
fn where_another_dialog_stands_nothing_is_pressed_and_the_reason_is_told() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_armed(".approve");
    stage.redraw(&dialog().replace("touch f1", "touch f2"));
    page.browser.click(".approve");
    page.until_says(".request .refused", "Nothing was done");
    assert_eq!(stage.keys(), None);
    // It is read and offered again, and by then the dialog is its own.
    stage.redraw(&dialog());
    page.browser
        .eval("document.querySelectorAll('#told p').forEach((it) => it.click())");
    presses(&mut page, ".approve", 1, "Approved");
    assert_eq!(key(&stage), "1");
}

#[test]
fn what_is_another_request_by_then_has_other_buttons() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    page.until_armed(".approve");
    page.browser.eval(LISTEN);
    page.browser
        .eval("window.old = document.querySelector('.approve')");
    let mut approve = env.pane_patrol();
    approve
        .env("TMUX", stage.server.variable())
        .args(["approve", "%0", "--yes"]);
    let finished = crate::common::finish(&mut approve);
    assert!(finished.status.success(), "{finished:?}");
    page.browser
        .until("it is asked no more", "!old.isConnected");
    fs::remove_file(stage.folder.join("keys")).expect("it was pressed");
    stage.sub_agent_asks("touch f3");
    page.until_says(".request", "touch f3");
    // A finger that was on its way presses what is not there any more.
    page.browser.eval("old.click()");
    page.until_armed(".request button");
    let said = "said.filter(([, text]) => text.includes('\"decide\"')).length";
    assert_eq!(page.browser.eval(said), 0);
    assert_eq!(stage.keys(), None);
}

#[test]
fn a_session_is_stopped_only_when_that_was_asked_twice() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, Some("--manage")) else {
        return;
    };
    page.browser.eval(LISTEN);
    let stop = "[...document.querySelectorAll('.manage button')].find((it) => it.textContent.startsWith('Stop'))";
    page.browser.until("it is offered", stop);
    page.browser.eval(&format!("{stop}.click()"));
    page.until_says(".question", "Stop claude in ");
    let said = "said.filter(([, text]) => text.includes('\"stop\"')).length";
    assert_eq!(page.browser.eval(said), 0);
    page.browser.click(".question .deny");
    page.browser
        .until("it is told", "document.querySelector('#told p')");
    assert_eq!(page.browser.eval(said), 1);
    let line = until("it is written down", || outcomes(&env).pop());
    assert_eq!(line["decision"], "stop");
}

#[test]
fn notices_are_snoozed() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, None) else {
        return;
    };
    snooze(&mut page);
    page.until_says("#told", "No notices of it for 10 minutes");
    let line = outcomes(&env).pop().expect("it is written down");
    assert_eq!(
        (&line["decision"], &line["outcome"]),
        (&json!("snooze"), &json!("done"))
    );
}

fn snooze(page: &mut Page<'_>) {
    page.browser.eval(
        "const it = document.querySelector('.snooze select'); it.selectedIndex = 1; \
        it.dispatchEvent(new Event('change'))",
    );
}
