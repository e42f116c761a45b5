//! Which input of which tool is a command or a path. Names are those of the assistant whose requests
//! rules answer; they stand with its adapter.

use pane_patrol_hooks::adapter::{Ruled, ruled};
use serde_json::Value;

/// What is known of nothing.
const NOTHING: Ruled = Ruled {
    shell: "",
    for_the_person: &[],
    paths: &[],
    searching: &[],
    filtering: &[],
};

fn known() -> &'static Ruled {
    ruled().unwrap_or(&NOTHING)
}

/// Whether only the person can answer it: a question or a plan.
pub(super) fn is_for_the_person(tool: &str) -> bool {
    known().for_the_person.contains(&tool)
}

/// Whether it is the tool that runs a shell.
pub(super) fn is_shell(tool: &str) -> bool {
    tool == known().shell
}

/// How the tool is called that runs a shell.
pub(super) fn shell() -> &'static str {
    known().shell
}

/// The input of `tool` that names what it touches.
pub(super) fn path_key(tool: &str) -> Option<&'static str> {
    let found = known().paths.iter().find(|(name, _)| *name == tool);
    found.map(|(_, key)| *key)
}

/// The path `tool` touches, exactly as it will be used; the error says why that is not certain.
pub(super) fn path<'a>(tool: &str, input: &'a Value) -> Result<&'a str, &'static str> {
    let key = path_key(tool).ok_or("it is not known which files this tool touches")?;
    let mut others = known().paths.iter().map(|(_, other)| *other);
    if others.any(|other| other != key && input.get(other).is_some()) {
        return Err("it names more than one path");
    }
    let filter = ["pattern", "glob"].map(|key| input.get(key).and_then(Value::as_str));
    let filters = |(name, key): &(&str, Option<&str>)| {
        *name == tool && key.is_none_or(|key| input.get(key).is_some())
    };
    let is_glob = known().filtering.iter().any(filters);
    if is_glob && filter.into_iter().flatten().any(leads_away) {
        return Err("its pattern leads out of the folder");
    }
    match input.get(key) {
        None if looks_below(tool) => Ok("."),
        Some(Value::String(path)) if path.starts_with('~') => Err("its path begins with `~`"),
        Some(Value::String(path)) if path.chars().any(char::is_control) || path.is_empty() => {
            Err("its path is empty or holds a control character")
        }
        Some(Value::String(path)) => Ok(path),
        _ => Err("it names no path"),
    }
}

fn leads_away(pattern: &str) -> bool {
    pattern.contains("..") || pattern.starts_with(['/', '~']) || pattern.contains(['{', '\\'])
}

/// The command, when the input says nothing else that could change what it does.
pub(super) fn command<'a>(tool: &str, input: &'a Value) -> Result<&'a str, &'static str> {
    if !is_shell(tool) {
        return Err("the tool runs no command");
    }
    let fields = input.as_object().ok_or("it has no input")?;
    let harmless = |(key, value): (&String, &Value)| match key.as_str() {
        "command" | "description" | "timeout" => true,
        "run_in_background" => *value == Value::Bool(false),
        _ => false,
    };
    if !fields.iter().all(harmless) {
        return Err("its input says more than a command (background, sandbox)");
    }
    let command = fields.get("command").and_then(Value::as_str);
    command.ok_or("it has no command")
}

/// Every text in `input` that may be run as a command.
pub(super) fn commands(input: &Value) -> Vec<&str> {
    let keys = ["command", "cmd", "script", "code"];
    let values = keys.iter().filter_map(|key| input.get(key));
    values.flat_map(texts).collect()
}

/// Every text in `input` that may name a path: those of known tools, else all.
pub(super) fn paths<'a>(tool: &str, input: &'a Value) -> Vec<&'a str> {
    match path_key(tool) {
        Some(key) => match input.get(key) {
            Some(value) => texts(value),
            None => vec!["."],
        },
        None if is_shell(tool) => Vec::new(),
        None => texts(input),
    }
}

/// Whether the tool looks at everything below the folder it is given.
pub(super) fn looks_below(tool: &str) -> bool {
    known().searching.contains(&tool)
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_is_taken_only_when_it_is_the_only_thing_touched() {
        assert_eq!(path("Read", &json!({"file_path": "a"})), Ok("a"));
        assert_eq!(
            path("Grep", &json!({"pattern": "../x"})),
            Ok("."),
            "it is no path there"
        );
        for (tool, input) in [
            ("Read", json!({})),
            ("Read", json!({"file_path": "a", "path": "b"})),
            ("Read", json!({"file_path": "~/a"})),
            ("Read", json!({"file_path": "a\nb"})),
            ("Read", json!({"file_path": ["a"]})),
            ("Glob", json!({"pattern": "/etc/*"})),
            ("Glob", json!({"pattern": "{..,a}/*", "path": "a"})),
            ("Grep", json!({"pattern": "x", "glob": "../*"})),
            ("mcp__files__read", json!({"path": "a"})),
        ] {
            assert!(path(tool, &input).is_err(), "{tool} {input}");
        }
    }

    #[test]
    fn a_command_is_taken_only_when_nothing_else_changes_what_it_does() {
        let plain =
            json!({"command": "ls", "description": "d", "timeout": 5, "run_in_background": false});
        assert_eq!(command("Bash", &plain), Ok("ls"));
        for input in [
            json!({"command": "ls", "run_in_background": true}),
            json!({"command": "ls", "dangerouslyDisableSandbox": true}),
            json!({"command": ["ls"]}),
            json!({}),
            json!("ls"),
        ] {
            assert!(command("Bash", &input).is_err(), "{input}");
        }
        assert!(command("mcp__sh__run", &plain).is_err());
    }
}
