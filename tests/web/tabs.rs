//! A device's page in more tabs than may be there, and what is said while it is not live.

use serde_json::{Value, json};

use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request, row};
use crate::page::{DESK, PHONE};

/// A scene with a request that is read, and one that is done.
fn scene() -> Value {
    let asked = request("r1", "waiting_approval", "Bash");
    let parts = json!([{"part": "text", "text": "make"}]);
    json!({"rows": [asking(1, &asked), row(2, "completed")], "reads": {"r1": read(&asked, &parts, &json!({}))},
        "results": {"look": {"outcome": "refused", "why": "not now"}}})
}

#[test]
fn a_tab_that_had_to_go_stays_out_until_it_is_wanted_there() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &scene()) else {
        return;
    };
    browser.eval("location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%1')");
    let armed = "document.querySelector('.approve')?.disabled === false";
    browser.until("it can be approved", armed);
    assert_eq!(browser.eval("document.querySelector('#here').hidden"), true);
    let greetings = "said.filter(({ type }) => type === 'hello').length";
    assert_eq!(browser.eval(greetings), 1);
    browser.eval(
        "hub.say('error', { code: 'too_many_clients', message: 'others have come', fatal: true })",
    );
    browser.until(
        "it says so",
        "document.querySelector('#link').innerText.startsWith('Not live: open in too many tabs.')",
    );
    // The words stand at the buttons that cannot be pressed.
    assert_eq!(
        browser.eval("document.querySelector('.approve').disabled"),
        true
    );
    for place in [".request", ".manage"] {
        let words = browser.text(&format!("document.querySelector('{place}').innerText"));
        assert!(
            words.contains("Not live: no button works"),
            "{place}: {words}"
        );
    }
    // Whatever has others try again.
    browser.eval("['online', 'focus', 'pageshow'].forEach((it) => dispatchEvent(new Event(it)))");
    assert!(
        !browser
            .text("document.querySelector('#link').innerText")
            .contains("trying again")
    );
    browser.click("#here");
    browser.until("it is live", "document.querySelector('#link.live')");
    assert_eq!(browser.eval(greetings), 2, "not once by itself");
    assert_eq!(browser.eval("document.querySelector('#here').hidden"), true);
    browser.until("it can be approved", armed);
    assert!(
        !browser
            .text("document.querySelector('#row').innerText")
            .contains("Not live")
    );
}

#[test]
fn the_same_word_once_more_stands_there_once() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, DESK, &scene()) else {
        return;
    };
    browser.eval("location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%2')");
    let seen =
        "[...document.querySelectorAll('.manage button')].find((it) => it.textContent === 'Seen')";
    browser.until("it is open", seen);
    let looks = "said.filter(({ payload }) => payload.act === 'look').length";
    for number in 1..=3 {
        browser.eval(&format!("{seen}.click()"));
        browser.until("it is asked for", &format!("{looks} === {number}"));
    }
    // What is said of another act comes behind what was said of these.
    browser.eval("stage.results.look = { outcome: 'done' }");
    browser.eval(&format!("{seen}.click()"));
    browser.until(
        "the last one is told",
        "document.querySelector('#told').innerText.includes('Marked as seen')",
    );
    let told = browser.eval("[...document.querySelectorAll('#told p')].map((it) => it.innerText)");
    assert_eq!(
        told,
        json!([
            "claude in shop:1.2: Nothing was done: not now",
            "claude in shop:1.2: Marked as seen"
        ])
    );
}
