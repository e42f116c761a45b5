//! Whatever others have written stands on the page as text: it makes no markup, runs nothing, hides nothing, and
//! moves nothing that stands beside it.

use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::unseen::is_unseen;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv};
use crate::fake::{self, asking, read, request, row};
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
    // Signs by their meaning, which are drawn as nothing all the same.
    let blank = [0x2800, 0xfffc, 0x1_6fe4, 0x1_d159];
    assert!(blank.iter().all(|c| spelt.contains(c)));
    let more = spelt
        .iter()
        .filter(|c| expected.binary_search(c).is_err() && !blank.contains(c))
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

#[test]
fn a_name_is_spelt_as_on_the_terminal_and_no_flood_of_marks_leaves_its_row() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let names = [
        "pa\u{feff}ne:1.1",
        " a  b ",
        "a\nb\tc\rd",
        "\u{1b}[31mred",
        "a\u{a0}b\u{3000}c\u{2003}",
        "rm \u{202e}x\u{2028}y",
        "e\u{301} ไม้ 👩\u{200d}💻",
    ];
    let flood = format!("Z{}", "\u{301}".repeat(60));
    let mut one = row(1, "running");
    one["target"] = json!(names[0]);
    one["branch"] = json!(names[2]);
    let mut flooded = row(2, "running");
    flooded["label"] = json!(flood);
    let file = |path: &str| json!({"path": path, "status": "modified", "additions": 1, "deletions": 1, "staged": false, "untracked": false});
    let files: Vec<Value> = names.iter().map(|name| file(name)).collect();
    let none = json!({"files": 0, "additions": 0, "deletions": 0});
    let diff = json!({"agent_id": one["agent_id"], "repo_root": "/src/shop", "git_available": true, "branch": "main", "file_count": names.len(),
        "additions": 7, "deletions": 7, "summary": {"staged": none, "unstaged": none, "untracked": {"files": 0}}, "files": files});
    let stage = json!({"rows": [one, flooded], "diffs": [diff]});
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &stage) else {
        return;
    };
    browser.until(
        "the rows are there",
        "document.querySelectorAll('#list li').length === 2",
    );
    let list = browser.text("document.querySelector('#list').innerText");
    for shown in [
        "pa<U+FEFF>ne:1.1".to_owned(),
        format!("⎇ {}", printable_line(names[2])),
        format!("Z{}<U+0301>", "\u{301}".repeat(4)),
    ] {
        assert!(list.contains(&shown), "{shown}: {list}");
    }
    assert!(!list.contains(&"\u{301}".repeat(5)), "{list}");
    browser.click("#list li a");
    browser.until("its files are there", "document.querySelector('.path')");
    let paths = browser.eval("[...document.querySelectorAll('.path')].map((it) => it.innerText)");
    let expected: Vec<String> = names.iter().map(|name| printable_line(name)).collect();
    assert_eq!(paths, json!(expected));
    let clipped = "['.row h2', '.changes summary', '#list li'].map((it) => getComputedStyle(document.querySelector(it)).overflowY)";
    assert_eq!(browser.eval(clipped), json!(["clip", "clip", "clip"]));
}
