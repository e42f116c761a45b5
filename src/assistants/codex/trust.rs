//! What is Codex's own: which of our hooks the person has confirmed, and whether its sessions can be told
//! apart.
//!
//! Codex notes in its settings what was confirmed, by the place of each hook in its file and a hash of
//! what stood there. The hash is made as Codex makes it, so what it would say is known without asking
//! it; it asks the person again by itself when the two differ.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::adapter::codex::pane::Screen;
use pane_patrol_hooks::process::processes;
use pane_patrol_installer::sha256;
use pane_patrol_installer::status::Registered;
use pane_patrol_sys::open::{OpenError, read_text, read_whole};
use serde_json::{Value, json};
use toml::Table;

use crate::assistants::facets::doctor::{Alike, Found, Look, Obstacle, Overruled, Why};

/// Its settings are no longer, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

/// The keys of a handler whose hash is known; one with others counts by its place alone.
const KNOWN_KEYS: &[&str] = &["type", "command", "timeout", "async", "statusMessage"];

/// The keys of `[features]` that switch hooks off: its own word, and the one before that.
const SWITCHES: [&str; 2] = ["hooks", "codex_hooks"];

/// What its settings say of us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trust {
    /// Registered events that the person has never confirmed.
    pub(crate) unconfirmed: Vec<String>,
    /// Events that are not what the person confirmed.
    pub(crate) changed: Vec<String>,
    /// Events that the person has switched off in Codex's list of hooks.
    pub(crate) switched_off: Vec<String>,
    /// What of its settings switches hooks off as a whole.
    pub(crate) all_off: Vec<&'static str>,
    /// Why its settings cannot be read, if so.
    pub(crate) unreadable: Option<String>,
    /// Its window's title names the session.
    pub(crate) names_session: bool,
    /// Folders in which several of its screens are.
    pub(crate) shared_folders: Vec<String>,
}

/// Reads what stands in `config.toml` beside the file of `hooks`, and looks where its screens are.
pub(crate) fn trust(hooks: &Path, registered: Option<&Registered>) -> Trust {
    let mut found = settings(hooks, registered);
    let screens = Screen::all(&processes(Instant::now() + BUDGET), &[]);
    let mut folders: Vec<_> = screens
        .into_iter()
        .filter_map(|screen| screen.folder)
        .collect();
    folders.sort();
    let twice = folders.windows(2).filter(|two| two[0] == two[1]);
    found.shared_folders = twice.map(|two| two[0].clone()).collect();
    found.shared_folders.dedup();
    found
}

fn settings(hooks: &Path, registered: Option<&Registered>) -> Trust {
    let path = hooks.with_file_name("config.toml");
    let text = match read_text(&path, MAX_BYTES) {
        Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| error.to_string()),
    };
    let config = text.and_then(|text| {
        text.parse::<Table>()
            .map_err(|error| error.message().to_owned())
    });
    let config = match config {
        Ok(config) => config,
        Err(why) => {
            return Trust {
                unreadable: Some(format!("{}: {why}", path.display())),
                ..Trust::default()
            };
        }
    };
    let get = |table: &str, key: &str| config.get(table)?.get(key).cloned();
    let title = get("tui", "terminal_title");
    let words = title.as_ref().and_then(toml::Value::as_array);
    let is_off = |key: &str| get("features", key).is_some_and(|on| on.as_bool() == Some(false));
    let mut found = Trust {
        all_off: SWITCHES.into_iter().filter(|key| is_off(key)).collect(),
        names_session: words
            .is_some_and(|words| words.iter().any(|word| word.as_str() == Some("thread-id"))),
        ..Trust::default()
    };
    if let Some(registered) = registered {
        let noted = config.get("hooks").and_then(|hooks| hooks.get("state"));
        found.judge(hooks, registered, noted);
    }
    found
}

impl Trust {
    fn obstacles(&self) -> Vec<Obstacle> {
        let obstacle = |check, why, seen: &str, fix: &str| Obstacle {
            check,
            why,
            seen: seen.to_owned(),
            fix: fix.to_owned(),
            except: Overruled::default(),
        };
        if let Some(why) = &self.unreadable {
            let fix = "Codex cannot read it either: correct the file";
            return vec![obstacle("trust", Why::Unreadable, why, fix)];
        }
        let mut found = Vec::new();
        if !self.all_off.is_empty() {
            let named = |key: &&str| format!("`{key} = false`");
            let keys: Vec<String> = self.all_off.iter().map(named).collect();
            let keys = keys.join(" and ");
            let fix = format!("take {keys} out of `[features]` in config.toml");
            let seen = format!("Codex runs no hooks at all: its settings have {keys}");
            found.push(obstacle("hooks", Why::SwitchedOff, &seen, &fix));
        }
        let unsure = [
            ("registered but not trusted, so not run", &self.unconfirmed),
            ("not what you trusted any more, so not run", &self.changed),
        ];
        for (seen, events) in unsure.iter().filter(|(_, events)| !events.is_empty()) {
            let seen = format!("{seen}: {}", events.join(", "));
            let fix = "start `codex` and choose `Trust all and continue`, or use `/hooks` in it";
            found.push(obstacle("trust", Why::NotTrusted, &seen, fix));
        }
        if !self.switched_off.is_empty() {
            let seen = format!("switched off in Codex: {}", self.switched_off.join(", "));
            let fix = "switch them on again by `/hooks` in `codex`";
            found.push(obstacle("hooks", Why::SwitchedOff, &seen, fix));
        }
        found
    }

    fn judge(&mut self, hooks: &Path, registered: &Registered, noted: Option<&toml::Value>) {
        let text = read_whole(hooks, MAX_BYTES).unwrap_or_default();
        let file: Value = serde_json::from_slice(&text).unwrap_or_default();
        let mut paths: Vec<PathBuf> = vec![hooks.to_owned()];
        paths.extend(hooks.canonicalize());
        for (event, (group, handler)) in registered.events.iter().zip(&registered.positions) {
            let state = paths.iter().find_map(|path| {
                let key = format!("{}:{}:{group}:{handler}", path.display(), snake_case(event));
                noted?.get(key)
            });
            let hash = state.and_then(|state| state.get("trusted_hash")?.as_str());
            let present = hash_of(event, &file["hooks"][event][group], *handler);
            let list = match hash {
                None => &mut self.unconfirmed,
                Some(hash) if present.is_some_and(|present| present != hash) => &mut self.changed,
                Some(_) if state.is_some_and(is_off) => &mut self.switched_off,
                Some(_) => continue,
            };
            list.push(event.clone());
        }
    }
}

/// What keeps its hooks from running, and its sessions from being told apart.
pub(super) fn look(at: &Look<'_>) -> Found {
    let found = trust(at.settings, at.registered);
    Found {
        obstacles: found.obstacles(),
        alike: Alike {
            folders: found.shared_folders,
            fix: if found.names_session {
                "restart them: their titles name the session since you let them"
            } else {
                "`pane-patrol install --assistant codex --codex-terminal-title` puts the session into \
                 the title of its window, `--codex-no-daemon` lets each run by itself; then restart them"
            },
        },
        ..Found::default()
    }
}

fn is_off(state: &toml::Value) -> bool {
    let enabled = state.get("enabled").and_then(toml::Value::as_bool);
    enabled == Some(false)
}

/// The hash by which Codex knows a hook: of its event, its group's matcher and its handler, with what
/// is left out filled in, as JSON with sorted keys.
fn hash_of(event: &str, group: &Value, handler: usize) -> Option<String> {
    let handler = group["hooks"][handler].as_object()?;
    if handler
        .keys()
        .any(|key| !KNOWN_KEYS.contains(&key.as_str()))
    {
        return None;
    }
    let ends = matches!(event, "SessionEnd" | "Interrupt");
    let timeout = handler.get("timeout").and_then(Value::as_u64);
    let timeout = if ends {
        timeout.unwrap_or(1).clamp(1, 3)
    } else {
        timeout.unwrap_or(600).max(1)
    };
    let mut normal = BTreeMap::from([
        (
            "async",
            handler.get("async").cloned().unwrap_or(json!(false)),
        ),
        ("command", handler.get("command")?.clone()),
        ("timeout", json!(timeout)),
        ("type", json!("command")),
    ]);
    if let Some(message) = handler.get("statusMessage") {
        normal.insert("statusMessage", message.clone());
    }
    let mut identity = BTreeMap::from([
        ("event_name", json!(snake_case(event))),
        ("hooks", json!([normal])),
    ]);
    let heeds_matcher = !matches!(event, "UserPromptSubmit" | "Stop" | "Interrupt");
    if let Some(matcher) = group.get("matcher").filter(|_| heeds_matcher) {
        identity.insert("matcher", matcher.clone());
    }
    let text = serde_json::to_vec(&identity).ok()?;
    Some(format!("sha256:{}", sha256(&text)))
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
    use std::fs;

    use super::*;

    /// As Codex 0.169 said it of this hook (`hooks/list`, `currentHash`).
    const NOTED: &str = "sha256:d0b7685670b994ea6786e227a6b3c55ec84e27bc1e180bced9a03fcce90f2a39";
    const GROUP: &str = r#"{"hooks":[{"type":"command","command":"[ -x '/opt/pane-patrol' ] && exec '/opt/pane-patrol' hook codex; exit 0","timeout":5,"async":true}]}"#;

    #[test]
    fn the_hash_is_the_one_that_codex_makes() {
        let group: Value = serde_json::from_str(GROUP).expect("it is JSON");
        assert_eq!(
            hash_of("PreModelRequest", &group, 0).as_deref(),
            Some(NOTED)
        );
        assert_ne!(
            hash_of("PostModelRequest", &group, 0).as_deref(),
            Some(NOTED)
        );
        let more = GROUP.replace("\"timeout\":5", "\"timeout\":5,\"new\":1");
        let more: Value = serde_json::from_str(&more).expect("it is JSON");
        assert_eq!(hash_of("PreModelRequest", &more, 0), None);
    }

    /// Our hooks at these places of a file, and what the settings beside it say.
    fn found(config: &str) -> Trust {
        let folder = tempfile::tempdir().expect("there is room");
        let hooks = folder.path().join("hooks.json");
        let file = format!(r#"{{"hooks":{{"PreModelRequest":[{{"hooks":[]}},{GROUP}]}}}}"#);
        fs::write(&hooks, file).expect("it is ours");
        let config = config.replace('@', &format!("[hooks.state.\"{}:", hooks.display()));
        fs::write(hooks.with_file_name("config.toml"), config).expect("it is ours");
        let registered = Registered {
            executables: Vec::new(),
            events: vec!["PreModelRequest".into()],
            positions: vec![(1, 0)],
            missing: Vec::new(),
            approvals: false,
            hears: pane_patrol_installer::status::Hears::Panes,
            switched_off: false,
            outdated: false,
        };
        settings(&hooks, Some(&registered))
    }

    #[test]
    fn confirmed_changed_switched_off_and_never_confirmed_are_told_apart() {
        let event = || vec!["PreModelRequest".to_owned()];
        let hash = format!("trusted_hash = \"{NOTED}\"\n");
        assert!(
            found(&format!("@pre_model_request:1:0\"]\n{hash}"))
                .obstacles()
                .is_empty()
        );
        let other_place = found(&format!("@pre_model_request:0:0\"]\n{hash}"));
        assert_eq!(other_place.unconfirmed, event());
        let changed = found("@pre_model_request:1:0\"]\ntrusted_hash = \"sha256:0\"\n");
        assert_eq!(changed.changed, event());
        let off = found(&format!(
            "@pre_model_request:1:0\"]\nenabled = false\n{hash}"
        ));
        assert_eq!(off.switched_off, event());
        for key in SWITCHES {
            let off = found(&format!("[features]\n{key} = false\n"));
            let fix = off.obstacles().remove(0).fix;
            assert!(fix.contains(&format!("`{key} = false`")), "{fix}");
        }
        assert!(found("[tui]\n[tui]\n").unreadable.is_some());
        let titled = found("[tui]\nterminal_title = [\"activity\", \"thread-id\"]\n");
        assert!(titled.names_session && !titled.obstacles().is_empty());
        assert!(!found("[tui]\nterminal_title = [\"activity\"]\n").names_session);
    }
}
