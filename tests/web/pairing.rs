//! A device comes in by a code, is offered what it may do, and is cut off.

use serde_json::json;

use crate::browser::Browser;
use crate::common::stage::Stage;
use crate::common::{Listening, TestEnv, finish};
use crate::page::{DESK, PHONE, Page};
use crate::scene::{asked, report};

#[test]
fn a_code_pairs_a_device_once_and_leaves_the_address_at_once() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, PHONE, None) else {
        return;
    };
    assert_eq!(page.browser.text("location.hash"), "");
    assert_eq!(
        page.browser.eval("history.length"),
        2,
        "it is not gone back to"
    );
    page.until_says("#link", "answers");
    assert_eq!(
        page.browser.eval("localStorage.getItem('token').length"),
        64
    );
    // Another time it comes in by what it has.
    let address = page.here("#");
    page.browser.go(&address);
    page.until_live();
    let used = page.pair("tablet", None);
    page.until_live();
    page.browser.eval("localStorage.clear()");
    let address = page.here(used["address"].as_str().expect("an address"));
    page.browser.go(&address);
    page.browser.until(
        "the door is shown",
        "!document.getElementById('door').hidden",
    );
    page.until_says("#told", "code");
    assert_eq!(
        page.browser.eval("localStorage.getItem('token')"),
        json!(null)
    );
    page.browser.assert_content();
}

#[test]
fn a_code_can_be_given_by_hand() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(browser) = Browser::start(&env, DESK) else {
        return;
    };
    let mut page = Page::new(&env, hub, browser);
    let address = page.here("#");
    page.browser.go(&address);
    page.until_says("#door", "pane-patrol pair");
    let offer = crate::page::offer(&env, "desk", Some("--manage"));
    let code = &offer["code"];
    page.browser.eval(&format!(
        "document.querySelector('#door input').value = {code}"
    ));
    page.browser.click("#door button");
    page.until_live();
    page.until_says("#link", "answers, sends, stops");
}

#[test]
fn a_device_that_is_revoked_is_cut_off_and_shows_nothing_more() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, PHONE, None) else {
        return;
    };
    report(&env, "secret:1.0", "running", 1, &json!({}));
    page.until_says("#list", "secret:1.0");
    page.open("secret:1.0");
    let mut revoke = env.pane_patrol();
    let finished = finish(revoke.args(["devices", "revoke", "phone"]));
    assert!(finished.status.success(), "{finished:?}");
    page.browser.until(
        "the door is shown",
        "!document.getElementById('door').hidden",
    );
    page.until_says("#told", "revoked");
    assert_eq!(
        page.browser.eval("localStorage.getItem('token')"),
        json!(null)
    );
    page.browser.until(
        "nothing is shown",
        "!document.documentElement.innerText.includes('secret')",
    );
    // Not even in what is not drawn.
    assert_eq!(
        page.browser
            .eval("document.body.textContent.includes('secret')"),
        false
    );
}

#[test]
fn what_a_device_may_not_is_not_offered_and_says_why() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let Some(mut page) = asked(&env, &stage, Some("--read-only")) else {
        return;
    };
    page.until_says(".request", "touch f1 && sleep 9");
    page.until_says("#row", "This device may not answer requests");
    assert_eq!(
        page.browser.eval(
            "document.querySelectorAll('#row :is(button, textarea, select):not([hidden] *)').length"
        ),
        0
    );
    page.browser.picture("phone-read-only");
}
