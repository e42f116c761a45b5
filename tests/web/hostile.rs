//! Whatever others have written stands on the page as text: it makes no markup, runs nothing, hides nothing, and
//! moves nothing that stands beside it.

use pane_patrol_hooks::unseen::is_unseen;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request};
use crate::page::{PHONE, Page};
use crate::scene::report;

/// Longer than any message of the hub's.
const LONG: usize = 256 * 1024;

/// What somebody may have written, with a mark by which it is found again.
fn hostile(mark: &str) -> String {
    format!(
        "{mark}\"'><img src=x onerror=window.hacked=1><script>window.hacked=1</script><svg onload=window.hacked=1>\
         <a href=javascript:window.hacked=1>&lt;\u{202e}\u{2067}\u{0}\u{1b}]8;;x\u{7}\u{feff}\u{ad}${{window.hacked=1}}{}",
        "x".repeat(LONG)
    )
}

/// Of what is shown no text was parsed: all elements are ones that the page makes, and none goes anywhere.
fn assert_harmless(browser: &mut Browser) {
    assert_eq!(browser.eval("window.hacked === undefined"), true);
    let strange = "[...document.querySelectorAll('main *, #told *, #news *')].map((it) => it.localName).filter((name) => \
        !'a article bdi button code dd details div dl dt form h2 h3 input label li nav option p section select span summary textarea ul kbd'.split(' ').includes(name))";
    assert_eq!(browser.eval(strange), json!([]));
    let leading = "[...document.querySelectorAll('body [href], body [src], body [action]')].filter((it) => !it.getAttribute('href')?.startsWith('#')).length";
    assert_eq!(browser.eval(leading), 0);
    let attributes = "[...document.querySelectorAll('main *')].flatMap((it) => it.getAttributeNames()).filter((name) => /^on|style|src/.test(name))";
    assert_eq!(browser.eval(attributes), json!([]));
    let unseen = r"(document.body.textContent.match(/.{0,30}[\u0000-\u0008\u001b\u00ad\u202a-\u202e\u2066-\u2069\ufeff]/g) ?? [])";
    assert_eq!(browser.eval(unseen), json!([]));
    assert_eq!(
        browser.eval("document.documentElement.scrollWidth <= innerWidth"),
        true,
        "nothing is wider than the screen"
    );
    browser.assert_content();
}

#[test]
fn whatever_stands_in_any_field_is_text() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let asked = {
        let mut asked = request("r1", "waiting_approval", &hostile("tool"));
        asked["message"] = json!(hostile("asked"));
        asked
    };
    let mut row = asking(1, &asked);
    for field in [
        "assistant",
        "target",
        "message",
        "label",
        "branch",
        "cwd",
        "tool",
        "called",
        "publisher",
        "shown_at",
    ] {
        row[field] = json!(hostile(field));
    }
    let evidence = json!({"at": hostile("at"), "source": hostile("source"), "what": hostile("what"), "before": "running",
        "after": "idle", "reason": hostile("reason")});
    row["evidence"] = json!([evidence]);
    let parts = json!([{"part": "text", "text": hostile("command")}, {"part": "note", "text": hostile("note")},
        {"part": "diff", "lines": [format!("+{}", hostile("line"))]},
        {"part": "field", "name": hostile("name"), "value": hostile("value")}]);
    let options = json!({"options": [{"number": 1, "label": hostile("option"), "about": hostile("about")}],
        "can": ["answer"], "takes_words": true, "reason": hostile("why")});
    let id = row["agent_id"].clone();
    let task = json!({"id": hostile("number"), "title": hostile("title"), "status": hostile("status"),
        "subtasks": [{"id": "1.1", "title": hostile("part"), "status": "done"}]});
    let file = json!({"path": hostile("path"), "status": hostile("kind"), "additions": 1, "deletions": 1, "staged": false, "untracked": false});
    let stage = json!({
        "device": hostile("device").chars().take(400).collect::<String>(),
        "rows": [row],
        "diffs": [{"agent_id": id, "git_available": true, "branch": hostile("branch"), "summary": {}, "files": [file]}],
        "tasks": [{"agent_id": id, "tag": hostile("tag"), "counts": {"total": 1, "done": 0}, "tasks": [task]}],
        "reads": {"r1": read(&asked, &parts, &options)},
        "results": {"decide": {"outcome": "refused", "why": hostile("refusal").chars().take(600).collect::<String>()}},
        "patch": {"patch": format!("@@ -1 +1 @@\n-{}\n", hostile("patch"))},
    });
    let Some(mut browser) = fake::open_lying(&env, &hub, PHONE, &stage) else {
        return;
    };
    browser.until("the row is there", "document.querySelector('#list li')");
    browser.click("#list li a");
    browser.until("it is read", "document.querySelector('.option')");
    browser.eval("document.querySelector('.changes details').open = true");
    browser.until(
        "the patch is there",
        "document.querySelector('.patch .removed')",
    );
    browser.until(
        "the button is armed",
        "document.querySelector('.option').disabled === false",
    );
    browser.eval("document.querySelector('.option').click()");
    browser.until("it is told", "document.querySelector('#told p')");
    let shown = browser.text("document.body.textContent");
    for mark in [
        "assistant",
        "target",
        "command",
        "note",
        "line",
        "name",
        "value",
        "option",
        "title",
        "part",
        "path",
        "patch",
        "what",
        "reason",
        "why",
        "refusal",
        "branch",
        "publisher",
        "shown_at",
        "called",
    ] {
        assert!(
            shown.contains(&format!("{mark}\"'><img src=x ")),
            "{mark} is shown as it is"
        );
    }
    assert!(
        shown.contains("<U+202E><U+2067><U+0000><U+001B>]8;;x<U+0007><U+FEFF><U+00AD>$"),
        "what hides is spelt out"
    );
    browser.picture("phone-hostile");
    assert_harmless(&mut browser);
}

#[test]
fn what_a_publisher_says_comes_through_the_real_hub_as_text() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, PHONE, None) else {
        return;
    };
    let markup = "<img src=x onerror=window.hacked=1><b>javascript:x\u{202e}y";
    report(
        &env,
        "<script>window.hacked=1</script>:0.0",
        "waiting_input",
        1,
        &json!({"message": markup, "cwd": format!("/{markup}")}),
    );
    page.until_says(
        "#list",
        "<img src=x onerror=window.hacked=1><b>javascript:x",
    );
    page.until_says("#list", "<script>window.hacked=1</script>:0.0");
    page.browser.click("#list li a");
    page.until_says("#row", "<img src=x onerror=window.hacked=1>");
    assert_harmless(&mut page.browser);
}

#[test]
fn the_page_spells_out_the_characters_that_the_terminal_does() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &json!({})) else {
        return;
    };
    let spelt = browser.eval(
        "import('/text.js').then(({ visible }) => { const all = []; for (let c = 0; c <= 0x10ffff; c += 1) { \
         if ((c < 0xd800 || c > 0xdfff) && visible(String.fromCodePoint(c)) !== String.fromCodePoint(c)) all.push(c); } return all; })",
    );
    let spelt: Vec<u32> = serde_json::from_value(spelt).expect("numbers");
    let stays = |c: char| !is_unseen(c) || matches!(c, '\n' | '\t');
    let expected: Vec<u32> = ('\0'..=char::MAX)
        .filter(|c| !stays(*c))
        .map(u32::from)
        .collect();
    let differ: Vec<&u32> = expected
        .iter()
        .filter(|c| !spelt.contains(c))
        .take(20)
        .collect();
    assert!(differ.is_empty(), "not spelt out: {differ:x?}");
    let more = spelt
        .iter()
        .filter(|c| expected.binary_search(c).is_err())
        .take(20);
    assert_eq!(
        more.collect::<Vec<_>>(),
        [&0_u32; 0],
        "spelt out, and the terminal does not"
    );
    for (given, shown) in [
        (
            "👨\u{200d}👩\u{200d}👧 1\u{fe0f}\u{20e3}",
            "👨\u{200d}👩\u{200d}👧 1\u{fe0f}\u{20e3}",
        ),
        ("a\u{200d}b", "a<U+200D>b"),
    ] {
        let expression = format!(
            "import('/text.js').then(({{ visible }}) => visible({}))",
            Value::from(given)
        );
        assert_eq!(browser.text(&expression), shown);
    }
}
