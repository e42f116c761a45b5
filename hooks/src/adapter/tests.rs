//! Every captured payload of every assistant and what it means, one line a file, so that a new file
//! without a line fails; and the proof that what is registered is what is understood.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::*;

pub(super) fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures"))
}

/// The files below `folder` with this extension, in order.
pub(super) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

/// `state kind tool request agent | message`, `-` for what is absent.
pub(super) fn line(report: Option<&Report>) -> String {
    let Some(report) = report else {
        return "nothing".to_owned();
    };
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let mut line = format!("{} {}", report.state, report.kind);
    for (name, value) in [
        ("tool", &report.tool),
        ("request", &report.request_id),
        ("agent", &report.agent_id),
    ] {
        if value.is_some() {
            write!(line, " {name}={}", or_dash(value)).unwrap();
        }
    }
    write!(line, " | {}", or_dash(&report.message)).unwrap();
    line
}

/// What an adapter makes of one captured payload, called as its registration calls it.
fn heard(adapter: &Adapter, event: &str, payload: &[u8]) -> Option<Report> {
    let inside = |name: &str| (name == "CLAUDECODE").then(|| "1".into());
    let call = Call {
        event: (!adapter.names_its_event).then_some(event),
        get: &inside,
        any_name: &|_| false,
        parent: 42,
        arguments: &[],
        has_terminal: &|| None,
    };
    (adapter.hear)(&mut &*payload, &call).report
}

/// The event a captured payload is of: in its file's name, as in the payload or in the assistant's words.
fn event_of(file: &Path, payload: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(payload).unwrap();
    let told = ["hook_event_name", "type"]
        .into_iter()
        .find_map(|field| json[field].as_str());
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let own_words = stem.starts_with(char::is_lowercase).then_some(stem);
    let stem = own_words.and_then(|stem| stem.split('.').next());
    let is_copilot = file.parent().unwrap().ends_with("copilot");
    let event = if is_copilot { stem.or(told) } else { told };
    event.unwrap_or("-").to_owned()
}

/// The OpenCode plugin's own two messages, which are no events of OpenCode.
const PLUGIN_MESSAGES: &[&str] = &[
    r#"{"type":"plugin.init","pane_patrol":{"instance":"42-1","pid":"42","at":"7"},"properties":{}}"#,
    r#"{"type":"dispose","pane_patrol":{"instance":"42-1","pid":"42","at":"8"},"properties":{}}"#,
];

/// Every captured payload of an assistant: its file's name, event and bytes.
fn captured(name: &str) -> Vec<(String, String, Vec<u8>)> {
    let mut all: Vec<_> = files(name, "json")
        .iter()
        .map(|file| {
            let payload = std::fs::read(file).unwrap();
            let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
            (stem, event_of(file, &payload), payload)
        })
        .collect();
    if name == "opencode" {
        for message in PLUGIN_MESSAGES {
            let event = message.split('"').nth(3).unwrap().to_owned();
            all.push((format!("(our {event})"), event, message.as_bytes().to_vec()));
        }
    }
    all
}

fn table(adapter: &Adapter) -> String {
    let mut table = String::new();
    for (file, event, payload) in captured(adapter.assistant.as_str()) {
        let report = heard(adapter, &event, &payload);
        writeln!(table, "{file}: {}", line(report.as_ref())).unwrap();
    }
    table
}

#[test]
fn every_captured_payload_means_what_the_tables_say() {
    for (adapter, expected) in [
        (&codex::ADAPTER, include_str!("codex/table.txt")),
        (&opencode::ADAPTER, include_str!("opencode/table.txt")),
        (&gemini::ADAPTER, include_str!("gemini/table.txt")),
        (&copilot::ADAPTER, include_str!("copilot/table.txt")),
        (&qwen::ADAPTER, include_str!("qwen/table.txt")),
        (&kimi::ADAPTER, include_str!("kimi/table.txt")),
    ] {
        let table = table(adapter);
        assert!(table == expected, "{}:\n{table}", adapter.assistant);
    }
}

#[test]
fn every_registered_event_is_understood_and_every_understood_event_is_registered_or_not_for_a_reason()
 {
    for adapter in ADAPTERS {
        let folder = match adapter.assistant.as_str() {
            "kilo" => "opencode",
            other => other,
        };
        let mut understood = BTreeSet::new();
        for (_, event, payload) in captured(folder) {
            if heard(adapter, &event, &payload).is_some() {
                understood.insert(event);
            }
        }
        let registered = adapter.registrations.iter().map(|row| row.event);
        let left_out = adapter.unregistered.iter().map(|(event, _)| *event);
        for event in registered.clone() {
            assert!(
                understood.contains(event),
                "{}: {event} says nothing",
                adapter.assistant
            );
        }
        for event in &understood {
            let known = registered
                .clone()
                .chain(left_out.clone())
                .any(|known| known == event);
            assert!(
                known,
                "{}: {event} is understood for nothing",
                adapter.assistant
            );
        }
        assert!(
            left_out
                .clone()
                .all(|event| !registered.clone().any(|other| other == event))
        );
    }
}

/// The source of each adapter: whatever event it understands stands in it as a word.
const SOURCES: &[(&Adapter, &str)] = &[
    (&claude::ADAPTER, include_str!("claude/mod.rs")),
    (&codex::ADAPTER, include_str!("codex/mod.rs")),
    (&opencode::ADAPTER, include_str!("opencode/mod.rs")),
    (&gemini::ADAPTER, include_str!("gemini/mod.rs")),
    (&copilot::ADAPTER, include_str!("copilot/mod.rs")),
    (&qwen::ADAPTER, include_str!("qwen/mod.rs")),
    (&kimi::ADAPTER, include_str!("kimi/mod.rs")),
];

/// The texts between quotes that could be the name of an event.
fn words(source: &str) -> BTreeSet<&str> {
    let is_name = |word: &&str| {
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'.';
        word.len() > 2 && word.bytes().all(letter)
    };
    source.split('"').filter(is_name).collect()
}

/// The same payload, of another event.
fn renamed(payload: &[u8], event: &str) -> Vec<u8> {
    let mut json: serde_json::Value = serde_json::from_slice(payload).unwrap();
    for field in ["hook_event_name", "type"] {
        if json[field].is_string() {
            json[field] = event.into();
        }
    }
    serde_json::to_vec(&json).unwrap()
}

#[test]
fn no_word_of_an_adapter_is_an_event_that_is_neither_registered_nor_left_out_for_a_reason() {
    for adapter in ADAPTERS {
        let name = adapter.assistant.as_str();
        let known = SOURCES
            .iter()
            .any(|(other, _)| other.assistant == adapter.assistant);
        assert!(known || name == "kilo", "{name} has no source here");
    }
    for (adapter, source) in SOURCES {
        let name = adapter.assistant.as_str();
        let payloads = captured(name);
        let registered = adapter.registrations.iter().map(|row| row.event);
        let left_out = adapter.unregistered.iter().map(|(event, _)| *event);
        let listed: BTreeSet<&str> = registered.chain(left_out).collect();
        let mut understood = BTreeSet::new();
        for word in words(source) {
            let mut reports = payloads
                .iter()
                .filter_map(|(_, _, payload)| heard(adapter, word, &renamed(payload, word)));
            if reports.next().is_some() {
                understood.insert(word);
            }
        }
        assert_eq!(understood, listed, "{name}: understood, and listed");
    }
}

#[test]
fn a_process_that_only_looks_after_a_hook_is_not_the_assistant() {
    let pid = |event: &str, arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        let call = Call {
            event: None,
            get: &|_| None,
            any_name: &|_| false,
            parent: 42,
            arguments: &arguments,
            has_terminal: &|| None,
        };
        let payload = format!(r#"{{"session_id":"s","hook_event_name":"{event}"}}"#);
        (qwen::ADAPTER.hear)(&mut payload.as_bytes(), &call)
            .report
            .unwrap()
            .pid
    };
    assert_eq!(pid("Stop", &["node", "cli.js"]), Some(42));
    assert_eq!(pid("Stop", &["node", "--eval", "x"]), None);
    assert_eq!(pid("StopFailure", &["node", "cli.js"]), None);
}

/// It writes over its arguments; a run without a person has no terminal at one of its ends.
#[test]
fn kimi_is_attended_where_it_has_a_terminal() {
    let attended = |terminal: Option<bool>| {
        let call = Call {
            event: None,
            get: &|_| None,
            any_name: &|_| false,
            parent: 42,
            arguments: &["kimi-code".to_owned()],
            has_terminal: &|| terminal,
        };
        let payload = r#"{"session_id":"s","hook_event_name":"Stop"}"#;
        let heard = (kimi::ADAPTER.hear)(&mut payload.as_bytes(), &call);
        heard.report.unwrap().attended
    };
    assert!(attended(Some(true)) && attended(None));
    assert!(!attended(Some(false)));
}

/// The real Codex, busy, had the hook of a request to the model start after the hook of the tool that
/// came of it, and the tool passed for ended.
#[test]
fn codex_waits_for_whatever_must_not_come_after_what_it_begins() {
    let waited = [
        "SessionStart",
        "UserPromptSubmit",
        "PreModelRequest",
        "PreToolUse",
    ];
    for event in waited {
        let row = codex::REGISTRATIONS.iter().find(|row| row.event == event);
        assert!(row.is_some_and(|row| !row.runs_async), "{event}");
    }
}

#[test]
fn the_plugin_passes_on_what_is_registered() {
    let plugin = plugin(&Assistant::KILO, "/a \"b\"/pane-patrol", false).unwrap();
    assert!(
        plugin.contains(r#"const PROGRAM = "/a \"b\"/pane-patrol""#),
        "{plugin}"
    );
    assert!(plugin.contains(r#"const ASSISTANT = "kilo""#), "{plugin}");
    let passed: BTreeSet<&str> = plugin
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once("\": "))
        .map(|(event, _)| event)
        // What is said is kept for the end of the turn, and not passed on by itself.
        .filter(|event| !event.starts_with("message."))
        .chain(["plugin.init", "dispose"])
        .collect();
    let registered = opencode::REGISTRATIONS.iter().map(|row| row.event);
    assert_eq!(passed, registered.collect());
}

#[test]
fn a_byte_order_mark_changes_no_payload_of_any_assistant() {
    let kilo_is_opencode = |name: &'static str| if name == "kilo" { "opencode" } else { name };
    for adapter in ADAPTERS {
        for (file, event, payload) in captured(kilo_is_opencode(adapter.assistant.as_str())) {
            let marked = ["\u{feff}".as_bytes(), &payload].concat();
            let (plain, marked) = (
                heard(adapter, &event, &payload),
                heard(adapter, &event, &marked),
            );
            assert_eq!(plain, marked, "{file}");
        }
    }
}

#[test]
fn payloads_cut_anywhere_give_reports_that_can_be_sent() {
    use crate::event::Event;
    use crate::locate::Location;
    for adapter in ADAPTERS
        .iter()
        .filter(|adapter| adapter.assistant.as_str() != "kilo")
    {
        for (file, event, payload) in captured(adapter.assistant.as_str()) {
            for end in (0..payload.len().min(1500)).step_by(7) {
                let Some(report) = heard(adapter, &event, &payload[..end]) else {
                    continue;
                };
                let location = Location {
                    target: "a:0.0".parse().unwrap(),
                    pane: None,
                    server: None,
                };
                let ts = crate::timestamp::Timestamp::now();
                let sent = report.at(adapter.assistant.clone(), location, ts);
                assert_eq!(
                    Event::parse(&sent.encode().unwrap()),
                    Ok(sent),
                    "{file} {end}"
                );
            }
        }
    }
}
