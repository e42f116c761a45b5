//! How it looks and how it reads aloud, at the width of a phone and of a desk, dark and light: pictures for a person to
//! look at, and what axe-core says of each.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv, forbidden, skip};
use crate::fake::{self, asking, read, request, row};
use crate::page::{DESK, PHONE};

/// What axe-core says is wrong with the page as it stands; nothing where it was not fetched, which is said.
fn assert_accessible(browser: &mut Browser, what: &str) {
    let Some(path) = std::env::var_os("PANE_PATROL_AXE") else {
        return skip("no axe-core; `make test-web` fetches it");
    };
    if path.is_empty() {
        return forbidden("what axe-core says of the page: it cannot be had here");
    }
    if browser.eval("typeof axe") == json!("undefined") {
        browser.eval(&std::fs::read_to_string(path).expect("axe-core can be read"));
    }
    let violations = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => \
        nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`)))";
    assert_eq!(browser.eval(violations), json!([]), "{what}");
}

/// So many files with so many lines.
fn sum(files: u64, additions: u64, deletions: u64) -> Value {
    json!({"files": files, "additions": additions, "deletions": deletions})
}

/// A scene with everything in it.
fn scene() -> Value {
    let command = request("r1", "waiting_approval", "Bash");
    let mut edit = request("r2", "waiting_approval", "Edit");
    edit["message"] = json!("src/tax.rs");
    let question = request("r3", "waiting_input", "AskUserQuestion");
    let plan = request("r4", "waiting_approval", "ExitPlanMode");
    let lines: Vec<String> = (0..80).map(|n| format!("+    round({n});")).collect();
    let lines = [
        vec![" fn tax() {".to_owned(), "-    1".to_owned()],
        lines,
        vec![" }".to_owned()],
    ]
    .concat();
    let long = format!(
        "cargo publish --no-verify \\\n  --token \"$TOKEN\" {}",
        "--feature one ".repeat(12)
    );
    let one = asking(1, &command);
    let id = one["agent_id"].clone();
    let mut failed = row(5, "error");
    failed["message"] = json!("model answered 500 five times");
    let mut done = row(6, "completed");
    done["message"] = json!("All tests pass; the menu works by keyboard");
    let mut offline = row(8, "idle");
    offline["offline"] = json!(true);
    let mut evidence = row(7, "running");
    evidence["evidence"] = json!([{"at": "2026-02-27T10:00:00Z", "source": "hook", "what": "PreToolUse Bash: make", "before": "idle",
        "after": "running", "reason": "a reason"}]);
    json!({
        "rows": [one, asking(2, &edit), asking(3, &question), asking(4, &plan), failed, done, evidence, offline],
        "diffs": [{"agent_id": id, "repo_root": "/src/shop", "git_available": true, "branch": "fix-tax", "ahead": 2, "file_count": 3,
            "additions": 12, "deletions": 3, "summary": {"staged": sum(0, 0, 0), "unstaged": sum(2, 12, 3), "untracked": {"files": 1}}, "files": [
            {"path": "src/tax.rs", "status": "modified", "additions": 12, "deletions": 3, "staged": false, "untracked": false},
            {"path": "logo.png", "status": "untracked", "additions": 0, "deletions": 0, "staged": false, "untracked": true, "uncounted": true}]}],
        "tasks": [{"agent_id": id, "tag": "", "counts": {"total": 3, "pending": 0, "in_progress": 1, "done": 1, "blocked": 1}, "tasks": [{"id": "1", "title": "Read it", "status": "done"},
            {"id": "2", "title": "Round the tax", "status": "in_progress", "subtasks": [{"id": "2.1", "title": "Test it", "status": "blocked"}]}]}],
        "reads": {
            "r1": read(&command, &json!([{"part": "text", "text": long}, {"part": "note", "text": "Publish the crate"}]), &json!({})),
            "r2": read(&edit, &json!([{"part": "field", "name": "file", "value": "src/tax.rs"}, {"part": "diff", "lines": lines}]), &json!({})),
            "r3": read(&question, &json!([{"part": "text", "text": "Which port should it use?"}, {"part": "field", "name": "1", "value": "8080 — the usual one"},
                {"part": "field", "name": "2", "value": "9090"}]), &json!({"can": ["answer"], "takes_words": false,
                "options": [{"number": 1, "label": "8080", "about": "the usual one"}, {"number": 2, "label": "9090"}]})),
            "r4": read(&plan, &json!([{"part": "text", "text": "# Plan\n\n1. Read the code\n2. Change it\n3. Test it"}]), &json!({})),
        },
        "results": {"stop": {"outcome": "refused", "why": "its process is not its pane's", "only_by_pane": true}},
        "patch": {"patch": "@@ -1 +1 @@\n-1\n+2\n"},
    })
}

/// Looks at all views of it; `name` is that of the pictures.
fn tour(browser: &mut Browser, name: &str) {
    let look = |browser: &mut Browser, view: &str| {
        assert_eq!(
            browser.eval("document.documentElement.scrollWidth <= innerWidth"),
            true,
            "{view} is not wider than the screen"
        );
        browser.picture(&format!("{name}-{view}"));
        assert_accessible(browser, view);
    };
    browser.until(
        "the rows are there",
        "document.querySelectorAll('#list li').length === 8",
    );
    look(browser, "list");
    for (number, view) in [
        (3, "question"),
        (4, "plan"),
        (2, "edit"),
        (8, "idle"),
        (7, "working"),
        (1, "command"),
    ] {
        browser.eval(&format!(
            "location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%{number}')"
        ));
        browser.until(
            "it is open",
            &format!("document.querySelector('#row h2').innerText.includes('shop:1.{number}')"),
        );
        if number <= 4 {
            browser.until(
                "it is read",
                "document.querySelector('.request .choices button')?.disabled === false",
            );
        }
        look(browser, view);
    }
    // The buttons stand below the last line of what they are about.
    let below = "document.querySelector('.approve').getBoundingClientRect().top >= \
        document.querySelector('.request .lines').getBoundingClientRect().bottom";
    assert_eq!(browser.eval(below), true);
    browser.eval("document.querySelector('.changes details').open = true");
    browser.until(
        "the patch is there",
        "document.querySelector('.patch .added')",
    );
    let stop = "[...document.querySelectorAll('.manage button')].find((it) => it.textContent.startsWith('Stop'))";
    browser.eval(&format!("{stop}.click()"));
    browser.click(".question .deny");
    browser.until(
        "it is asked again",
        "document.querySelector('.question').innerText.includes('Close the pane')",
    );
    look(browser, "stop");
}

#[test]
fn what_is_asked_is_said_in_words_and_what_is_chosen_is_seen() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let mut scene = scene();
    for (at, tool) in [(1, "Edit"), (2, "AskUserQuestion"), (3, "ExitPlanMode")] {
        scene["rows"][at]["tool"] = json!(tool);
    }
    let Some(mut browser) = fake::open(&env, &hub, DESK, &scene) else {
        return;
    };
    browser.prefer(false);
    let open = |browser: &mut Browser, number: usize, title: &str| {
        browser.eval(&format!(
            "location.hash = '#row=' + encodeURIComponent('/tmp/t,1::%{number}')"
        ));
        let says = format!("document.querySelector('.request h3')?.innerText === '{title}'");
        browser.until(title, &says);
    };
    open(&mut browser, 3, "Asks");
    open(&mut browser, 4, "Wants to go on with this plan");
    open(&mut browser, 1, "Wants to use Bash");
    let list = browser.text("document.querySelector('#list').innerText");
    assert!(list.contains("Edit: what it does"), "{list}");
    for name in ["AskUserQuestion", "ExitPlanMode"] {
        assert!(!list.contains(name), "{list}");
    }
    let shadow = "getComputedStyle(document.querySelector('#list [aria-current]')).boxShadow";
    let shadow = browser.text(shadow);
    assert!(shadow.contains("rgb(11, 87, 164)"), "{shadow}");
    let choice = browser.text("document.querySelector('.snooze select').selectedOptions[0].text");
    assert_eq!(choice, "choose how long");
    let alone = "(() => { const [one, next] = document.querySelector('.manage .choices').children; \
        return one.getBoundingClientRect().bottom <= next.getBoundingClientRect().top; })()";
    assert_eq!(browser.eval(alone), true);
}

#[test]
fn the_head_of_a_phone_takes_two_lines_and_more_of_it_goes_with_the_page() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &scene()) else {
        return;
    };
    browser.until(
        "the rows are counted",
        "document.querySelector('#counts').innerText.includes('need you')",
    );
    let height = browser.eval("document.querySelector('.top').getBoundingClientRect().height");
    assert!(height.as_f64().expect("a height") <= 60.0, "{height}");
    let position = "getComputedStyle(document.querySelector('.top')).position";
    assert_eq!(browser.text(position), "sticky");
    browser.eval("hub.dispatchEvent(new Event('close'))");
    browser.until(
        "it is lost",
        "document.querySelector('#link').innerText.startsWith('Not live')",
    );
    assert_eq!(browser.text(position), "static");
}

#[test]
fn it_looks_and_reads_well_on_a_phone_and_on_a_desk_dark_and_light() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = fake::open(&env, &hub, PHONE, &scene()) else {
        return;
    };
    for (device, size) in [("phone", PHONE), ("desk", DESK)] {
        for (light, is_dark) in [("dark", true), ("light", false)] {
            browser.resize(size);
            browser.prefer(is_dark);
            browser.go(&format!("http://{}/", hub.address));
            tour(&mut browser, &format!("{device}-{light}"));
        }
    }
    browser.assert_content();
}

#[test]
fn the_door_looks_and_reads_well() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut browser) = Browser::start(&env, PHONE) else {
        return;
    };
    for (light, is_dark) in [("dark", true), ("light", false)] {
        browser.prefer(is_dark);
        browser.go(&format!("http://{}/", hub.address));
        browser.until("the door is shown", "document.querySelector('#door form')");
        browser.picture(&format!("phone-{light}-door"));
        assert_accessible(&mut browser, light);
    }
}
