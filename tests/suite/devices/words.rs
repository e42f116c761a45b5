//! The words of the hub's protocol in the page: it knows each that the hub may say where it makes something of them, and
//! none that no hub says. The schemas in `docs/protocol` are held to the hub's types by a test of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol::hub::protocol::{code, right};
use pane_patrol_hooks::adapter::ADAPTERS;
use serde_json::Value;

/// What is told of by words of which the page makes something, each in one of its files, and how it stands there.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("act_result", "ActOutcome", "acts.js", "case \"WORD\":"),
    ("act_result", "RequestPart", "request.js", "case \"WORD\":"),
    ("act_result", "Verb", "request.js", "can.has(\"WORD\")"),
    ("agent_status", "State", "words.js", "[\"WORD\", [\""),
    ("authenticated", "Right", "rights.js", "\"WORD\""),
    ("task_summary", "TaskStatus", "work.js", "[\"WORD\", \""),
];

/// Words of these that no device is told.
const NEVER: &[&str] = &["publish"];

/// What the page compares with that is none of the hub's words: its own, the browser's, signs.
const OWN: &[&str] = &[
    "",
    "\\n",
    "\\t",
    "--request",
    "Escape",
    "GET",
    "begin",
    "function",
    "https:",
    "needs",
];

/// Acts that a device may want and the page does not offer.
const NOT_OFFERED: &[&str] = &["locate", "task"];

/// Fields of what comes of an act, and of a request in full, of which the page makes nothing.
const UNUSED: &[(&str, &[&str])] = &[
    ("ActResult", &["task", "sent"]),
    ("ReadRequest", &["generation", "input"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The modules of the page by name, without their comments.
fn modules() -> BTreeMap<String, String> {
    let folder = root().join("src/page/files");
    let entries = fs::read_dir(folder).expect("it is there").flatten();
    let modules = entries.filter(|entry| entry.path().extension().is_some_and(|it| it == "js"));
    modules
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("text");
            let is_code = |line: &&str| {
                let line = line.trim_start();
                !["//", "/*", "* ", "*/"]
                    .iter()
                    .any(|sign| line.starts_with(sign))
            };
            let code: Vec<&str> = text.lines().filter(is_code).collect();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, code.join("\n"))
        })
        .collect()
}

fn schema(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON")
}

fn schema_of(kind: &str) -> Value {
    schema(&root().join("docs/protocol").join(format!("{kind}.json")))
}

/// Every word that a value may be by this schema or one below it, and with `fields` their names, too.
fn words(schema: &Value, fields: bool, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(keywords) => {
            let listed = keywords.get("enum").and_then(Value::as_array);
            let all = listed.into_iter().flatten().chain(keywords.get("const"));
            found.extend(all.filter_map(Value::as_str).map(str::to_owned));
            if fields && let Some(Value::Object(named)) = keywords.get("properties") {
                found.extend(named.keys().cloned());
            }
            keywords
                .values()
                .for_each(|below| words(below, fields, found));
        }
        Value::Array(all) => all.iter().for_each(|below| words(below, fields, found)),
        _ => {}
    }
}

/// All words of the protocol; with `fields` the names of its fields, too.
fn spoken(fields: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let folder = fs::read_dir(root().join("docs/protocol")).expect("it is there");
    for path in folder.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|it| it == "json") {
            words(&schema(&path), fields, &mut found);
        }
    }
    // These two are told as a text.
    found.extend([code::TOO_MANY, code::REVOKED].map(str::to_owned));
    found
}

/// The quoted texts of a module that stand right behind one of these.
fn quoted_behind<'a>(module: &'a str, signs: &[&str]) -> Vec<&'a str> {
    let behind = signs.iter().flat_map(|sign| module.split(*sign).skip(1));
    let texts = behind.filter_map(|rest| rest.strip_prefix('"')?.split_once('"'));
    texts.map(|(text, _)| text).collect()
}

/// The words of a module, as they stand between other signs.
fn tokens(module: &str) -> BTreeSet<&str> {
    let tokens = module.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    tokens.filter(|token| !token.is_empty()).collect()
}

/// What stands between these two in a module.
fn between<'a>(module: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = module.split_once(begin).expect(begin);
    rest.split_once(end).expect(end).0
}

#[test]
fn the_page_knows_every_word_that_the_hub_may_say() {
    let modules = modules();
    for (kind, name, file, stands) in KNOWN {
        let mut of_hub = BTreeSet::new();
        words(&schema_of(kind)["$defs"][name], false, &mut of_hub);
        assert!(of_hub.len() > 1, "{name}");
        let of_page = &modules[*file];
        for word in of_hub.iter().filter(|word| !NEVER.contains(&word.as_str())) {
            let is_known = of_page.contains(&stands.replace("WORD", word));
            assert!(is_known, "{file} does not know `{word}` of {name}");
        }
    }
}

#[test]
fn the_page_waits_for_no_word_that_no_hub_says() {
    let (spoken, named) = (spoken(false), spoken(true));
    let mut own = BTreeSet::new();
    for (file, module) in &modules() {
        let signs = ["=== ", "!== ", "case ", ".has(", ".includes("];
        for word in quoted_behind(module, &signs) {
            assert!(
                spoken.contains(word) || OWN.contains(&word),
                "{file} compares with `{word}`, which no hub says"
            );
            own.extend(OWN.iter().filter(|own| **own == word));
        }
        // Names of more than one word are written so in the protocol alone, and the names of tools.
        let module = match file.as_str() {
            "words.js" => module.replace(between(module, "PURPOSES = new Map([", "]);"), ""),
            _ => module.clone(),
        };
        let is_ours = |token: &&str| {
            let name = token.trim_matches('_');
            name.contains('_') && name == name.to_lowercase()
        };
        for token in tokens(&module).into_iter().filter(is_ours) {
            assert!(
                named.contains(token),
                "{file} has `{token}`, which is no word and no field of the protocol"
            );
        }
    }
    assert_eq!(
        own,
        OWN.iter().collect(),
        "the others are none of the page's"
    );
}

#[test]
fn the_page_hears_what_it_asks_to_be_told_of_and_knows_why_it_may_be_put_out() {
    let modules = modules();
    let spoken = spoken(false);
    let told = between(&modules["hub.js"], "UNDERSTOOD = [", "]");
    for kind in told.split(", ").map(|kind| kind.trim_matches('"')) {
        // That it takes patches in parts is no message.
        assert!(spoken.contains(kind) || kind == "parts", "{kind}");
        let is_heard = kind == "parts" || modules["app.js"].contains(&format!("case \"{kind}\""));
        assert!(is_heard, "{kind}");
    }
    for word in between(&modules["hub.js"], "FORGOTTEN = [", "]").split(", ") {
        assert!(spoken.contains(word.trim_matches('"')), "{word}");
    }
    let crowded = format!("CROWDED = \"{}\"", code::TOO_MANY);
    assert!(modules["hub.js"].contains(&crowded));
}

#[test]
fn the_page_offers_acts_to_whom_the_hub_lets_have_them_done_and_leaves_none_out_unsaid() {
    let modules = modules();
    let needs = between(&modules["rights.js"], "NEEDS = {", "}");
    let needs: BTreeMap<&str, &str> = needs
        .split(", ")
        .filter_map(|need| need.trim().split_once(": "))
        .map(|(act, right)| (act, right.trim_matches('"')))
        .collect();
    for (act, right) in right::ACTS {
        let offered = needs.get(act).copied();
        let is_open = right == right::Right::Read || NOT_OFFERED.contains(&act);
        if is_open || right == right::Right::Own {
            assert_eq!(offered, None, "{act}");
        } else {
            assert_eq!(offered, Some(right.as_str()), "{act}");
        }
    }
    let acts: BTreeSet<&str> = right::ACTS.iter().map(|(act, _)| *act).collect();
    let signs = [
        "acts.do(this.#agent.agent_id, ",
        "acts.do(this.#agent, ",
        "acts.do(id, ",
        "#do(",
    ];
    let wanted: BTreeSet<&str> = modules
        .values()
        .flat_map(|module| quoted_behind(module, &signs))
        .collect();
    let expected = needs.keys().copied().chain(["read_request"]);
    assert_eq!(wanted, expected.collect());
    assert!(wanted.is_subset(&acts), "{wanted:?}");
}

#[test]
fn the_page_makes_something_of_every_field_of_a_result_and_of_a_request() {
    let modules = modules();
    let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let read = modules
        .values()
        .flat_map(|module| module.split('.').skip(1));
    let of_page: BTreeSet<String> = read
        .map(|rest| rest.chars().take_while(is_name).collect())
        .collect();
    let results = schema_of("act_result");
    for (name, unused) in UNUSED {
        let fields = results["$defs"][name]["properties"].as_object();
        let fields: BTreeSet<&str> = fields.expect("fields").keys().map(String::as_str).collect();
        for field in &fields {
            assert!(
                of_page.contains(*field) || unused.contains(field),
                "nothing is made of `{field}` of {name}"
            );
        }
        assert!(unused.iter().all(|field| fields.contains(field)), "{name}");
    }
}

#[test]
fn the_page_has_words_for_every_tool_by_which_an_assistant_asks_its_person() {
    let modules = modules();
    let purposes = between(&modules["words.js"], "PURPOSES = new Map([", "]);");
    for tools in ADAPTERS.iter().map(|adapter| &adapter.tools) {
        for (names, purpose) in [(tools.asking, "ASKS"), (tools.planning, "PLANS")] {
            for name in names {
                assert!(
                    purposes.contains(&format!("[\"{name}\", {purpose}]")),
                    "{name}"
                );
            }
        }
    }
}
