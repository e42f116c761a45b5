//! The page by keys alone: the list is gone through by arrows, a row is opened and left, and nothing is approved by a
//! key that was meant for something else.

use serde_json::json;

use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request, row};
use crate::page::DESK;

#[test]
fn rows_are_chosen_opened_and_left_by_keys() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let parts = json!([{"part": "text", "text": "make"}]);
    let stage = json!({"rows": [asking(1, &asked), row(2, "running"), row(3, "running")],
        "reads": {"r1": read(&asked, &parts, &json!({}))}});
    let Some(mut browser) = fake::open(&env, &hub, DESK, &stage) else {
        return;
    };
    let at = "document.activeElement.closest('a')?.querySelector('.where').textContent ?? document.activeElement.localName";
    browser.until(
        "the rows are there",
        "document.querySelectorAll('#list li').length === 3",
    );
    browser.press("Tab");
    assert_eq!(
        browser.text(at),
        "shop:1.1",
        "of all rows one is reached by Tab"
    );
    for (key, place) in [
        ("j", "shop:1.2"),
        ("ArrowDown", "shop:1.3"),
        ("j", "shop:1.3"),
        ("k", "shop:1.2"),
        ("Home", "shop:1.1"),
        ("End", "shop:1.3"),
        ("ArrowUp", "shop:1.2"),
        ("ArrowUp", "shop:1.1"),
    ] {
        browser.press(key);
        assert_eq!(browser.text(at), place, "{key}");
    }
    browser.press("Enter");
    browser.until(
        "the row is open",
        "document.activeElement.localName === 'h2'",
    );
    assert_eq!(
        browser.text(
            "document.querySelector('#list [aria-current]').querySelector('.where').textContent"
        ),
        "shop:1.1"
    );
    browser.until(
        "it is read",
        "document.querySelector('.approve')?.disabled === false",
    );
    // Keys that mean something on the terminal, or were typed by habit.
    for key in ["a", "y", "1", "Enter", " ", "d"] {
        browser.press(key);
    }
    assert_eq!(
        browser.eval("said.filter(({ payload }) => payload.act === 'decide').length"),
        0
    );
    browser.press("Escape");
    browser.until("the list has it again", &format!("({at}) === 'shop:1.1'"));
    assert_eq!(browser.eval("document.getElementById('row').hidden"), true);
    browser.press("Enter");
    browser.until(
        "it is read",
        "document.querySelector('.approve')?.disabled === false",
    );
    // From the title the request's buttons are the next stops, in their order.
    browser.press("Tab");
    assert_eq!(
        browser.text("document.activeElement.textContent"),
        "Approve"
    );
    browser.press("Enter");
    browser.until(
        "it is approved",
        "said.filter(({ payload }) => payload.decision === 'approve').length === 1",
    );
    browser.until(
        "the focus is still there",
        "document.activeElement.className === 'request'",
    );
    browser.assert_content();
}

#[test]
fn a_text_that_was_begun_is_not_lost_by_escape_or_by_what_changes() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let stage = json!({"rows": [row(1, "running")]});
    let Some(mut browser) = fake::open(&env, &hub, DESK, &stage) else {
        return;
    };
    browser.until("the row is there", "document.querySelector('#list li')");
    browser.click("#list li a");
    browser.until(
        "there is a field",
        "document.querySelector('.send textarea')?.disabled === false",
    );
    browser.click(".send textarea");
    browser.press("j");
    browser.press("k");
    browser.press("Escape");
    let mut changed = row(1, "running");
    changed["message"] = json!("something else");
    browser.eval(&format!("hub.say('agent_status', {changed})"));
    browser.until(
        "it is drawn",
        "document.querySelector('#row .message').innerText.includes('something else')",
    );
    assert_eq!(
        browser.text("document.querySelector('.send textarea').value"),
        "jk"
    );
    browser.click(".send button");
    browser.until(
        "it is sent",
        "document.querySelector('.send textarea').value === ''",
    );
    let sent = browser.eval("said.find(({ payload }) => payload.act === 'send').payload");
    assert_eq!(
        (&sent["text"], &sent["instance_id"]),
        (&json!("jk"), &json!("s"))
    );
}
