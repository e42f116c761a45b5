//! What changes is drawn where it stands, and what is not known to be so any more says that.

use serde_json::json;

use crate::common::{Listening, TestEnv};
use crate::page::{DESK, Page};
use crate::scene::report;

#[test]
fn rows_stand_by_attention_and_a_change_is_drawn_where_it_belongs() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, DESK, None) else {
        return;
    };
    page.until_says("#list", "No assistant runs.");
    let message = json!({"message": "the first"});
    report(&env, "a:0.0", "running", 1, &message);
    report(&env, "b:0.0", "error", 2, &json!({"message": "it broke"}));
    report(&env, "c:0.0", "completed", 3, &json!({}));
    page.browser.until(
        "all are there",
        "document.querySelectorAll('#list li').length === 3",
    );
    let places = |rows: Vec<String>| -> Vec<char> {
        let of = |row: &String| {
            "abc"
                .chars()
                .find(|name| row.contains(&format!("{name}:0.0")))
        };
        rows.iter().filter_map(of).collect()
    };
    assert_eq!(places(page.rows()), ['b', 'c', 'a']);
    page.until_says("#counts", "1 failed · 1 done · 1 working");
    // What is new of one row leaves the others' elements, the focus and the open row as they are.
    page.open("b:0.0");
    page.browser
        .eval("window.kept = document.querySelector('#list .error a'); kept.focus()");
    report(
        &env,
        "a:0.0",
        "waiting_input",
        4,
        &json!({"message": "which port?"}),
    );
    page.until_says("#list .needs", "which port?");
    assert_eq!(places(page.rows()), ['a', 'b', 'c']);
    assert_eq!(
        page.browser
            .eval("document.activeElement === kept && kept.isConnected"),
        true
    );
    page.browser.until(
        "it is told",
        "document.getElementById('news').textContent === 'demo in a:0.0 asks: which port?'",
    );
    assert_eq!(page.browser.text("document.title"), "(1) pane-patrol");
    page.until_says("#row h2", "b:0.0");
    report(&env, "b:0.0", "running", 5, &json!({"message": "again"}));
    page.until_says("#row .message", "again");
    assert_eq!(places(page.rows()), ['a', 'c', 'b']);
    page.browser.assert_content();
}

#[test]
fn the_row_of_a_link_is_opened_and_one_that_is_not_there_is_told() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, DESK, None) else {
        return;
    };
    report(
        &env,
        "a b:0.0",
        "running",
        1,
        &json!({"message": "at work"}),
    );
    page.until_says("#list", "a b:0.0");
    let address = page.here("#row=a%20b%3A0.0");
    page.browser.go(&address);
    page.until_says("#row", "at work");
    page.browser
        .eval("location.hash = '#row=' + encodeURIComponent('nobody:9.9')");
    page.until_says("#row", "There is no such assistant");
}

#[test]
fn a_lost_connection_is_told_greys_the_rows_and_comes_back_with_the_next_collector() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, DESK, Some("--manage")) else {
        return;
    };
    report(&env, "a:0.0", "completed", 1, &json!({}));
    page.until_says("#list", "a:0.0");
    page.open("a:0.0");
    page.until_armed("#row .manage .choices button");
    page.hub.child.kill().expect("it runs");
    page.hub.child.wait().expect("it has ended");
    page.until_says("#link", "Not live: ");
    page.until_says("#link", "What is shown was true when it was last heard.");
    assert_eq!(
        page.browser
            .eval("[...document.querySelectorAll('#row button')].every((it) => it.disabled)"),
        true
    );
    assert_eq!(
        page.browser
            .eval("document.body.classList.contains('lost')"),
        true
    );
    assert!(page.rows()[0].contains("a:0.0"), "it stays to be read");
    page.browser.picture("desk-lost");

    let mut again = env.pane_patrol();
    again.args(["collect", "--listen", &page.hub.address]);
    page.hub = Listening::start_with(&mut again);
    page.until_live();
    report(&env, "b:0.0", "running", 2, &json!({}));
    page.until_says("#list", "b:0.0");
    assert_eq!(
        page.browser
            .eval("document.body.classList.contains('lost')"),
        false
    );
}
