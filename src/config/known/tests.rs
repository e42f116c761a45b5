//! The table says what the types read: the same keys, of the same kinds, with the same words and defaults; and
//! the page of the book is made from it.

use std::collections::BTreeSet;
use std::path::Path;

use pane_patrol_hooks::event::State;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Group, Unset, groups, sentence};
use crate::config::template::{commented, manual};
use crate::config::{Config, Signs};
use crate::test_book::{hold, table};

/// What holds where a key is not set, as a person would write it; the rest has no value then.
fn defaults(config: &Config) -> Vec<(&'static str, String)> {
    let channels = |state| {
        let channels = config.notice.channels(state).iter();
        let words = channels.map(|channel| format!("{channel:?}").to_lowercase());
        format!("{:?}", words.collect::<Vec<_>>())
    };
    let days = config.mirror.rebuild_window().as_secs() / 86_400;
    vec![
        (
            "dashboard.theme",
            word(config.dashboard.theme.unwrap_or_default()),
        ),
        (
            "icons.plain",
            (config.icons.signs() == Signs::Plain).to_string(),
        ),
        ("split.always", config.split.always().to_string()),
        ("split.direction", word(config.split.room().direction)),
        ("sidebar.side", word(config.sidebar.side())),
        ("sidebar.width", config.sidebar.width().to_string()),
        ("sidebar.lines", config.sidebar.lines().to_string()),
        (
            "table.ttl_seconds",
            config.table.ttl().as_secs().to_string(),
        ),
        ("table.silent", config.table.silent().to_string()),
        ("table.background", config.table.background().to_string()),
        (
            "mirror.max_bytes",
            config.mirror.limits().max_bytes.to_string(),
        ),
        (
            "mirror.max_files",
            config.mirror.limits().max_files.to_string(),
        ),
        (
            "mirror.messages",
            config.mirror.limits().messages.to_string(),
        ),
        (
            "mirror.rebuild_bytes",
            config.mirror.rebuild_bytes().to_string(),
        ),
        ("mirror.rebuild_window", format!("{:?}", format!("{days}d"))),
        (
            "ended.keep",
            format!("\"{}m\"", config.ended.keep().as_secs() / 60),
        ),
        (
            "away.after",
            format!("\"{}m\"", config.away.after().as_secs() / 60),
        ),
        ("notice.waiting_approval", channels(State::WaitingApproval)),
        ("notice.waiting_input", channels(State::WaitingInput)),
        ("notice.error", channels(State::Error)),
        ("notice.completed", channels(State::Completed)),
        (
            "notice.delay_seconds",
            config.notice.delay().as_secs().to_string(),
        ),
    ]
}

fn word(value: impl std::fmt::Debug) -> String {
    format!("\"{}\"", format!("{value:?}").to_lowercase())
}

fn schema() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let schema = SchemaGenerator::from(settings).into_root_schema_for::<Config>();
    schema.to_value()
}

/// What is said of it, without its own name before, as one line.
fn said(schema: &Value, name: &str) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    let text = text.replace('\n', " ");
    let own = format!("`{name}`");
    let text = text.strip_prefix(&own).unwrap_or(&text);
    text.trim_start_matches(':').trim().to_owned()
}

/// What may be written there.
fn kind(schema: &Value) -> String {
    if let Some(words) = words(schema) {
        return words.join(", ");
    }
    let of_one = |kind: &str| match kind {
        "string" => "text",
        "integer" => "number",
        "boolean" => "`true`, `false`",
        "array" => "list",
        other => panic!("nobody knows how to tell of {other}"),
    };
    if schema["type"] == "array" {
        let item = &schema["items"];
        return match words(item) {
            Some(words) => format!("list of {}", words.join(", ")),
            None => format!("list of {}s", kind(item)),
        };
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        one => vec![one.as_str().expect("a key has a type")],
    };
    let kinds = kinds.into_iter().filter(|kind| *kind != "null");
    kinds.map(of_one).collect::<Vec<_>>().join(", ")
}

/// The words of which it is one.
fn words(schema: &Value) -> Option<Vec<String>> {
    let quoted = |word: &Value| word.as_str().map(|word| format!("`{word}`"));
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().filter_map(quoted).collect());
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return Some(
            choices
                .iter()
                .filter_map(|choice| quoted(&choice["const"]))
                .collect(),
        );
    }
    // One that may be left out.
    schema["anyOf"].as_array()?.iter().find_map(words)
}

/// One table of the settings, for the page.
fn section(group: &Group) -> String {
    let row = |setting: &super::Setting| {
        let default = match &setting.unset {
            Unset::Value(value) => format!("`{value}`"),
            Unset::Nothing => String::new(),
            Unset::Missing => "(has to be there)".to_owned(),
        };
        let about = sentence(&setting.about);
        [
            format!("`{}`", setting.key),
            about,
            setting.kind.words(),
            default,
            setting.takes.words().to_owned(),
        ]
    };
    let table = table(
        ["key", "is", "value", "without it", "holds"],
        group.keys.iter().map(row),
    );
    format!(
        "## `{}`\n\n{}\n\n{table}",
        group.title(),
        sentence(group.about)
    )
}

#[test]
fn the_page_of_the_book_says_what_can_be_set() {
    let sections = groups();
    let sections = sections.iter().map(section);
    hold(
        "settings.md",
        "the settings",
        &sections.collect::<Vec<_>>().join("\n"),
    );
}

#[test]
fn the_table_and_the_types_have_the_same_keys_of_the_same_kinds() {
    let schema = schema();
    let tables = schema["properties"].as_object().expect("it has tables");
    let names: BTreeSet<&str> = groups().iter().map(|group| group.name).collect();
    let read: BTreeSet<&str> = tables.keys().map(String::as_str).collect();
    assert_eq!(names, read);
    for group in groups() {
        let table = &tables[group.name];
        assert_eq!(table["type"] == "array", group.is_list, "{}", group.name);
        let fields = if group.is_list {
            &table["items"]
        } else {
            table
        };
        let Some(fields_of) = fields["properties"].as_object() else {
            continue;
        };
        let keys: BTreeSet<&str> = group.keys.iter().map(|setting| setting.key).collect();
        let read: BTreeSet<&str> = fields_of.keys().map(String::as_str).collect();
        assert_eq!(keys, read, "{}", group.title());
        let required = fields["required"].as_array();
        for setting in &group.keys {
            let field = &fields_of[setting.key];
            assert_eq!(kind(field), setting.kind.words(), "{}", setting.key);
            let said = said(field, setting.key);
            if !said.is_empty() {
                assert_eq!(sentence(&said), sentence(&setting.about), "{}", setting.key);
            }
            let must = required.is_some_and(|all| all.iter().any(|one| one == setting.key));
            assert_eq!(must, setting.unset == Unset::Missing, "{}", setting.key);
        }
    }
}

fn read(text: &str) -> Config {
    let read = Config::parse(text, Path::new("config.toml"));
    read.unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn every_key_takes_another_value_and_each_makes_a_difference() {
    let mut whole = String::new();
    for group in groups() {
        let line = |setting: &super::Setting| format!("{} = {}\n", setting.key, setting.example);
        if group.name == "keys" {
            // One key is for one action.
            for setting in &group.keys {
                let text = format!("[keys]\n{}", line(setting));
                assert_ne!(
                    read(&text).keys.bindings(),
                    Config::default().keys.bindings(),
                    "{text}"
                );
            }
            continue;
        }
        let is_single = |setting: &&super::Setting| {
            // Nothing but a deny has a message.
            (group.name, setting.key) != ("rules", "message")
        };
        let keys: Vec<String> = group.keys.iter().filter(is_single).map(line).collect();
        let table = format!("{}\n{}", group.title(), keys.concat());
        let all = read(&table);
        assert_ne!(all, Config::default(), "{table}");
        for setting in group.keys.iter().filter(is_single) {
            if setting.unset != Unset::Missing {
                let without = table.replace(&line(setting), "");
                assert_ne!(read(&without), all, "{}: {}", group.name, setting.key);
            }
            for other in setting.also.iter().filter(|other| !other.contains(' ')) {
                let text =
                    table.replace(&line(setting), &format!("{other} = {}\n", setting.example));
                assert_eq!(read(&text), all, "{other}");
            }
            assert_ne!(setting.value(), Some(&*setting.example), "{}", setting.key);
        }
        whole += &table;
    }
    read(&whole);
    let faults = crate::config::faults(&whole);
    assert!(faults.iter().all(|fault| !fault.is_error), "{faults:?}");
}

#[test]
fn what_holds_without_a_key_is_what_it_would_be_with_it() {
    let without = Config::default();
    let told = defaults(&without);
    for group in groups().iter().filter(|group| !group.is_list) {
        for setting in &group.keys {
            let path = format!("{}.{}", group.name, setting.key);
            let Some(value) = setting.value() else {
                assert!(!told.iter().any(|(known, _)| *known == path), "{path}");
                continue;
            };
            let with = read(&format!("{}\n{} = {value}\n", group.title(), setting.key));
            assert_eq!(defaults(&with), told, "{path}");
            match told.iter().find(|(known, _)| *known == path) {
                Some((_, known)) => assert_eq!(known, value, "{path}"),
                None if group.name == "keys" => {
                    assert_eq!(
                        with.keys.bindings().unwrap().shown(),
                        without.keys.bindings().unwrap().shown()
                    );
                }
                None => assert_eq!(with, without, "{path}"),
            }
        }
    }
}

#[test]
fn the_file_of_init_sets_nothing_and_has_every_key_with_its_default() {
    let file = commented();
    assert_eq!(read(&file), Config::default());
    assert!(file.lines().all(|line| line.chars().count() <= 200));
    for group in groups() {
        assert!(
            file.contains(&format!("{}\n", group.title())),
            "{}",
            group.name
        );
        for setting in &group.keys {
            let value = setting.value().unwrap_or(&setting.example);
            let line = format!("\n#{} = {value}\n", setting.key);
            assert!(file.contains(&line), "{line}");
        }
    }
    // Without the marks of comments it is a file that can be read, too.
    let is_key = |line: &&str| !line.starts_with("# ") && !line.starts_with("#message");
    let lines = file.lines().filter(is_key);
    let lines: Vec<&str> = lines.map(|line| line.trim_start_matches('#')).collect();
    read(&lines.join("\n"));
}

#[test]
fn the_manual_page_tells_of_every_key() {
    let page = manual("1.2.3").replace("\\-", "-");
    assert!(page.contains(".TH pane-patrol-settings 5"), "{page}");
    for group in groups() {
        assert!(page.contains(&format!(".SH {}\n", group.title())), "{page}");
        for setting in &group.keys {
            assert!(
                page.contains(&format!("\\fB{}\\fR = ", setting.key)),
                "{}",
                setting.key
            );
        }
    }
}
