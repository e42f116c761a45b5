//! The page of settings is made from the types: their fields, what is said of them, and what holds
//! without them.

use pane_patrol_hooks::event::State;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Config, Signs};
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

/// One table of the settings.
fn section(name: &str, schema: &Value) -> String {
    let is_list = schema["type"] == "array";
    let (title, fields) = if is_list {
        (format!("[[{name}]]"), &schema["items"])
    } else {
        (format!("[{name}]"), schema)
    };
    let defaults = defaults(&Config::default());
    let required = fields["required"].as_array();
    let is_required = |key: &str| required.is_some_and(|all| all.iter().any(|one| one == key));
    let mut rows = Vec::new();
    for (key, field) in fields["properties"].as_object().expect("a table has keys") {
        let path = format!("{name}.{key}");
        let default = defaults.iter().find(|(known, _)| *known == path);
        let default = match default {
            Some((_, value)) => format!("`{value}`"),
            None if is_required(key) => "(has to be there)".to_owned(),
            None => String::new(),
        };
        let about = said(field, key);
        assert!(!about.is_empty(), "nothing is said of {path}");
        rows.push([format!("`{key}`"), sentence(&about), kind(field), default]);
    }
    let about = said(schema, &title);
    let table = table(["key", "is", "value", "without it"], rows);
    format!("## `{title}`\n\n{}\n\n{table}", sentence(&about))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let rest = letters.as_str();
    let end = if rest.ends_with('.') { "" } else { "." };
    format!("{}{rest}{end}", first.expect("a table is told of"))
}

#[test]
fn the_page_of_the_book_says_what_can_be_set() {
    let schema = schema();
    let tables = schema["properties"].as_object().expect("it has tables");
    let sections = tables.iter().map(|(name, table)| section(name, table));
    hold(
        "settings.md",
        "the settings",
        &sections.collect::<Vec<_>>().join("\n"),
    );
}

#[test]
fn what_holds_without_a_key_is_what_it_would_be_with_it() {
    let without = Config::default();
    for (path, value) in defaults(&without) {
        let (table, key) = path.split_once('.').expect("a key of a table");
        let text = format!("[{table}]\n{key} = {value}\n");
        let with = Config::parse(&text, std::path::Path::new("settings.md"));
        let with = with.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(defaults(&with), defaults(&without), "{path}");
        assert!(
            schema()["properties"][table]["properties"][key].is_object(),
            "{path}"
        );
    }
}
