//! What a request offers, what is said when it is taken, and that nothing is pressed on what has just come or moved.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request};
use crate::page::PHONE;

/// What was decided, in the order in which it was said.
pub(crate) const DECIDED: &str =
    "said.filter(({ payload }) => payload.act === 'decide').map(({ payload }) => payload)";

/// When two frames have been drawn.
pub(crate) const DRAWN: &str =
    "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

/// Parts that are that text alone.
pub(crate) fn text(of: &str) -> Value {
    json!([{"part": "text", "text": of}])
}

/// The page of a fake hub on which the only row is open.
pub(crate) fn opened(env: &TestEnv, hub: &Listening, stage: &Value) -> Option<Browser> {
    let mut browser = fake::open(env, hub, PHONE, stage)?;
    browser.until("the row is there", "document.querySelector('#list li')");
    browser.click("#list li a");
    browser.until("it is read", "document.querySelector('.request')");
    Some(browser)
}

/// Waits until that button works.
pub(crate) fn armed(browser: &mut Browser, selector: &str) {
    let is_armed = format!(
        "document.querySelector({})?.disabled === false",
        json!(selector)
    );
    browser.until("its button is armed", &is_armed);
}

#[test]
fn a_question_is_answered_by_the_number_of_what_was_pressed() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_input", "AskUserQuestion");
    let options = json!([{"number": 1, "label": "8080"}, {"number": 2, "label": "9090"}]);
    let more = json!({"can": ["answer"], "takes_words": false, "options": options});
    let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &text("Which port?"), &more)}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    armed(&mut browser, ".option:nth-of-type(2)");
    assert_eq!(
        browser.eval("document.querySelector('.approve')"),
        Value::Null
    );
    browser.click(".option:nth-of-type(2)");
    browser.until(
        "it is told",
        "document.querySelector('#told').textContent === 'claude in shop:1.1: Answered with 2'",
    );
    let decided = browser.eval(DECIDED);
    assert_eq!(decided.as_array().map(Vec::len), Some(1));
    assert_eq!(decided[0]["decision"], "answer");
    assert_eq!(decided[0]["option"], "2");
    assert_eq!(
        (&decided[0]["request"], &decided[0]["digest"]),
        (&asked, &json!("d".repeat(64)))
    );
}

#[test]
fn what_cannot_be_answered_from_here_says_so_and_offers_nothing() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let several = request("r1", "waiting_input", "AskUserQuestion");
    let cut = request("r2", "waiting_approval", "Bash");
    let mut row = asking(1, &several);
    row["waiting"] = json!([several, cut]);
    let unknown = json!({"whole": false, "reason": "the rest is not written down"});
    let stage = json!({"rows": [row], "reads": {"r1": read(&several, &text("Which two?"), &json!({"can": ["answer"], "takes_words": false})),
        "r2": read(&cut, &Value::Null, &unknown)}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    browser.until(
        "both are read",
        "document.querySelectorAll('.request .choices').length === 2 && document.querySelector('.request .choices .deny')",
    );
    let shown = browser.text("document.getElementById('row').innerText");
    assert!(
        shown.contains("It cannot be answered by one choice; it is answered in its pane."),
        "{shown}"
    );
    assert!(
        shown.contains("Only this is known of it: the rest is not written down"),
        "{shown}"
    );
    assert!(
        shown.contains("Not all of it is known here, so it cannot be approved from here."),
        "{shown}"
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.approve, .option').length"),
        0
    );
}

#[test]
fn an_answer_that_comes_too_late_is_told_as_that() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let late = json!({"outcome": "refused", "late": true, "why": "it was denied before"});
    let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &text("make"), &json!({}))},
        "results": {"decide": late}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    armed(&mut browser, ".approve");
    browser.click(".approve");
    browser.until(
        "it is told",
        "document.querySelector('.request').innerText.includes('Too late, nothing was done: it was denied before')",
    );
}

#[test]
fn words_go_with_a_denial_only_where_the_hub_says_that_they_come_there_and_stay_where_it_was_refused()
 {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let (plan, command) = (
        request("r1", "waiting_approval", "ExitPlanMode"),
        request("r2", "waiting_approval", "Bash"),
    );
    let mut row = asking(1, &plan);
    row["waiting"] = json!([plan, command]);
    let wordless = json!({"takes_words": false});
    let stage = json!({"rows": [row], "reads": {"r1": read(&plan, &text("a plan"), &wordless),
        "r2": read(&command, &text("make"), &json!({}))},
        "results": {"decide": {"outcome": "refused", "why": "its dialog is another one"}}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    browser.until(
        "both are read",
        "document.querySelectorAll('.request .choices .deny').length === 2",
    );
    let offered = "[...document.querySelectorAll('.request')].map((it) => it.querySelector('.saying') !== null)";
    assert_eq!(browser.eval(offered), json!([false, true]));
    armed(&mut browser, ".saying button");
    browser.click(".saying input");
    browser.call("Input.insertText", &json!({"text": "use --dry-run"}));
    browser.press("Enter");
    browser.until(
        "it is refused, and what was written stands there still",
        "document.querySelector('.request .refused') && document.querySelector('.saying input')?.value === 'use --dry-run'",
    );
}

#[test]
fn a_denial_says_what_was_written() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &text("make"), &json!({}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    armed(&mut browser, ".saying button");
    browser.click(".saying input");
    browser.call("Input.insertText", &json!({"text": "use --dry-run"}));
    browser.press("Enter");
    browser.until("it is said", &format!("{DECIDED}.length === 1"));
    let decided = browser.eval(DECIDED);
    assert_eq!(
        (&decided[0]["decision"], &decided[0]["message"]),
        (&json!("deny"), &json!("use --dry-run"))
    );
}

#[test]
fn nothing_is_pressed_on_what_has_just_come_or_moved_under_the_finger() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let (first, second) = (
        request("r1", "waiting_approval", "Bash"),
        request("r2", "waiting_approval", "Bash"),
    );
    let mut row = asking(1, &first);
    row["waiting"] = json!([first, second]);
    let stage = json!({"rows": [row], "reads": {"r1": read(&first, &text("make one"), &json!({})),
        "r2": read(&second, &text("make two"), &json!({"digest": "e".repeat(64)}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    browser.until(
        "both are armed",
        "[...document.querySelectorAll('.approve')].filter((it) => !it.disabled).length === 2",
    );
    // The first was answered elsewhere: the second stands in its place, and the finger is on its way.
    row["waiting"] = json!([second]);
    let pressed = format!(
        "(async () => {{ const place = document.querySelector('.approve').getBoundingClientRect(); hub.say('agent_status', {row}); {DRAWN}; \
         const under = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2); under.click(); \
         return [under.textContent, under.disabled]; }})()"
    );
    assert_eq!(browser.eval(&pressed), json!(["Approve", true]));
    assert_eq!(browser.eval(DECIDED), json!([]));
    armed(&mut browser, ".approve");
    browser.click(".approve");
    browser.until("it is said", &format!("{DECIDED}.length === 1"));
    assert_eq!(browser.eval(DECIDED)[0]["digest"], "e".repeat(64));
}

#[test]
fn what_is_read_otherwise_after_a_loss_is_shown_anew_and_a_lost_act_is_said_again_under_its_id() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = request("r1", "waiting_approval", "Bash");
    let stage = json!({"rows": [asking(1, &asked)], "reads": {"r1": read(&asked, &text("make one"), &json!({}))}});
    let Some(mut browser) = opened(&env, &hub, &stage) else {
        return;
    };
    armed(&mut browser, ".approve");
    let other = read(
        &asked,
        &text("make two"),
        &json!({"digest": "e".repeat(64)}),
    );
    browser.eval(&format!(
        "stage.reads.r1 = {other}; hub.dispatchEvent(new Event('close'))"
    ));
    assert_eq!(
        browser.eval("document.querySelector('.approve').disabled"),
        true
    );
    browser.until(
        "it is shown anew",
        "document.querySelector('.request').innerText.includes('make two')",
    );
    assert_eq!(
        browser.eval("document.querySelector('.request').innerText.includes('make one')"),
        false
    );
    armed(&mut browser, ".approve");
    // Nobody answers, and the connection goes: the same act again, which the hub knows by its id.
    browser.eval("const answer = hub.answer; hub.constructor.prototype.answer = function (type, payload, id) { \
        if (payload.act !== 'decide' || said.filter((it) => it.payload.act === 'decide').length > 1) answer.call(this, type, payload, id); }");
    browser.click(".approve");
    browser.until("it is said", &format!("{DECIDED}.length === 1"));
    browser.eval("hub.dispatchEvent(new Event('close'))");
    browser.until(
        "it is told",
        "document.querySelector('#told').textContent === 'claude in shop:1.1: Approved'",
    );
    let decided = browser.eval(DECIDED);
    assert_eq!(decided.as_array().map(Vec::len), Some(2));
    assert_eq!(decided[0], decided[1]);
}
