//! Many rows: what is measured by `make bench-page`, and that nothing but what has changed is drawn anew.

use std::time::Instant;

use serde_json::{Value, json};

use crate::common::{Listening, TestEnv};
use crate::fake::{self, row};
use crate::page::DESK;

/// As many as a person has who has very many.
const ROWS: usize = 500;

const STATES: [&str; 5] = ["running", "idle", "completed", "waiting_input", "error"];

fn many() -> Value {
    let rows = (0..ROWS).map(|number| row(number, STATES[number % STATES.len()]));
    json!({"rows": rows.collect::<Vec<_>>()})
}

#[test]
fn a_change_among_five_hundred_rows_touches_no_other_row() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, DESK, &many()) else {
        return;
    };
    let drawn = format!("document.querySelectorAll('#list li').length === {ROWS}");
    browser.until("all are drawn", &drawn);
    browser.eval(
        "window.touched = new Set(); new MutationObserver((all) => all.forEach(({ target, addedNodes }) => \
         [target, ...addedNodes].forEach((node) => { const row = (node.parentElement ?? node).closest?.('li'); \
         if (row && !/^\\d/.test(node.textContent)) touched.add(row); }))).observe(document.getElementById('list'), \
         { subtree: true, childList: true, characterData: true, attributes: true })",
    );
    let mut changed = row(7, "waiting_approval");
    changed["message"] = json!("a word of the one that has changed");
    browser.eval(&format!("hub.say('agent_status', {changed})"));
    browser.until(
        "it is drawn",
        "document.querySelector('#list .needs').innerText.includes('the one that has changed')",
    );
    let touched = browser
        .eval("[...touched].map((row) => row.innerText.includes('the one that has changed'))");
    assert_eq!(touched, json!([true]));
}

/// Until what was drawn is on the screen: two frames, of which the first may be the one that draws.
const PAINTED: &str = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))";

/// Prints figures, which no test asserts.
#[test]
#[ignore = "it measures; `make bench-page` runs it"]
fn five_hundred_rows_measured() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, DESK, &json!({})) else {
        return;
    };
    let stage = many();
    let first = format!(
        "(async () => {{ const stage = {stage}; hub.say('authenticated', {{ right: 'manage', device: 'x' }}); const start = performance.now(); \
         stage.rows.forEach((row) => hub.say('agent_status', row)); hub.say('snapshot', {{ count: {ROWS}, seq: 1 }}); \
         const drawn = await {PAINTED}; return drawn - start; }})()"
    );
    let first = browser.eval(&first);
    assert_eq!(
        browser.eval("document.querySelectorAll('#list li').length"),
        json!(ROWS)
    );
    let mut changes: Vec<f64> = Vec::new();
    for round in 0..200 {
        let next = row(round % ROWS, STATES[(round / 3) % STATES.len()]);
        let change = format!(
            "(async () => {{ const start = performance.now(); hub.say('agent_status', {next}); return await {PAINTED} - start; }})()"
        );
        changes.push(browser.eval(&change).as_f64().expect("a number"));
    }
    changes.sort_by(f64::total_cmp);
    let loads = Instant::now();
    browser.go(&format!("http://{}/", hub.address));
    browser.until("it is live again", "document.querySelector('#link.live')");
    println!(
        "{ROWS} rows: drawn {first:.0} ms after they were told; a change {:.0} ms (median), {:.0} ms (of 200 the slowest)",
        changes[changes.len() / 2],
        changes[changes.len() - 1]
    );
    println!("from nothing to live: {} ms", loads.elapsed().as_millis());
}
