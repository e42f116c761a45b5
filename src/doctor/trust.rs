//! Whether Codex may run our hooks: it notes in its settings what the person has confirmed, by the
//! place of each hook in its file. Whether what was confirmed is what stands there now, only Codex
//! knows: it asks again when it is not.

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_installer::status::Registered;
use toml::Table;

/// The registered events that the person has not confirmed yet, by what stands in `config.toml`
/// beside the file of hooks.
pub fn untrusted(hooks: &Path, registered: &Registered) -> Vec<String> {
    let config = hooks.with_file_name("config.toml");
    let text = fs::read_to_string(config).unwrap_or_default();
    let config: Table = text.parse().unwrap_or_default();
    let noted = config.get("hooks").and_then(|hooks| hooks.get("state"));
    let mut paths: Vec<PathBuf> = vec![hooks.to_owned()];
    paths.extend(hooks.canonicalize());
    let is_trusted = |(event, (group, handler)): &(&String, &(usize, usize))| {
        paths.iter().any(|path| {
            let key = format!("{}:{}:{group}:{handler}", path.display(), snake_case(event));
            let state = noted.and_then(|noted| noted.get(key));
            state.is_some_and(|state| state.get("trusted_hash").is_some())
        })
    };
    let entries = registered.events.iter().zip(&registered.positions);
    let untrusted = entries.filter(|entry| !is_trusted(entry));
    untrusted.map(|(event, _)| event.clone()).collect()
}

fn snake_case(event: &str) -> String {
    let mut words = String::new();
    for letter in event.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_confirmed_is_known_by_its_place() {
        let folder = tempfile::tempdir().expect("there is room");
        let hooks = folder.path().join("hooks.json");
        let registered = Registered {
            executables: Vec::new(),
            events: vec!["Stop".into(), "PreToolUse".into()],
            positions: vec![(1, 0), (0, 0)],
            missing: Vec::new(),
            approvals: false,
            switched_off: false,
        };
        assert_eq!(untrusted(&hooks, &registered).len(), 2);
        let key = |event: &str| format!("[hooks.state.\"{}:{event}\"]", hooks.display());
        let hash = "trusted_hash = \"sha256:0\"";
        let text = format!(
            "{}\n{hash}\n{}\n{hash}\n",
            key("stop:0:0"),
            key("pre_tool_use:0:0")
        );
        fs::write(hooks.with_file_name("config.toml"), text).expect("it is ours");
        assert_eq!(untrusted(&hooks, &registered), ["Stop"]);
    }
}
