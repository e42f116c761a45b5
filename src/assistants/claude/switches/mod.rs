//! What switches Claude's hooks off outside its own settings: in the project that a session was started
//! in, there for one person alone, or for everybody by whoever manages the machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::CLAUDE;
use pane_patrol_installer::status::is_left_out;
use serde_json::Value;

use crate::assistants::facets::doctor::{Found, Look, Obstacle, Why};
use crate::assistants::facets::running::Running;

/// The files of whoever manages the machine.
const MANAGED: &str = "/etc/claude-code";

/// From this version on the local settings at the root of the repository count below it, too (tried;
/// 2.1.197 reads only those of the folder it is started in).
const READS_ROOT: Version = Version(2, 1, 332);

/// From this version on a restriction in the managed settings that is none of the values it may have
/// counts as the strictest of them (tried; 2.1.197 takes it for nothing).
const FAILS_CLOSED: Version = Version(2, 1, 332);

/// No settings file is longer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// One field that keeps hooks from running.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Switch {
    file: PathBuf,
    field: &'static str,
    /// Whose settings these are.
    whose: &'static str,
    /// The panes of the sessions; empty: every session.
    panes: Vec<String>,
}

/// What keeps its hooks from running outside its own settings.
pub(super) fn look(at: &Look<'_>) -> Found {
    let found = switches(at.running, at.settings, Path::new(MANAGED), at.version);
    Found {
        obstacles: found.iter().map(Switch::obstacle).collect(),
        ..Found::default()
    }
}

/// What switches the hooks off: for the sessions that run, by the folder of each, and for all by the
/// files in the folder `managed`. Its own settings at `settings` are not looked at.
fn switches(
    running: &Running,
    settings: &Path,
    managed: &Path,
    version: Option<Version>,
) -> Vec<Switch> {
    let mut found = by_managers(managed, version);
    found.extend(by_projects(running, settings, version));
    found
}

fn by_managers(managed: &Path, version: Option<Version>) -> Vec<Switch> {
    let more = fs::read_dir(managed.join("managed-settings.d"));
    let mut files: Vec<PathBuf> = more
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.push(managed.join("managed-settings.json"));
    files.sort();
    let switch = |file: PathBuf| {
        let value = read(&file).and_then(|text| parse(&text))?;
        let field = restriction(&value, version)?;
        Some(Switch {
            file,
            field,
            whose: "the managed settings",
            panes: Vec::new(),
        })
    };
    files.into_iter().filter_map(switch).collect()
}

/// Which field of managed settings keeps the hooks of everybody else from running.
fn restriction(value: &Value, version: Option<Version>) -> Option<&'static str> {
    let closed = version.is_some_and(|version| version >= FAILS_CLOSED);
    let is_nothing = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
    let is_unfit = |value: &Value| closed && !is_nothing(value) && *value != "false";
    let of_surfaces = |value: &Value| match value {
        Value::Array(surfaces) => surfaces.iter().any(|surface| surface == "hooks"),
        other => is_unfit(other),
    };
    let (only, all, customization) = (
        "allowManagedHooksOnly",
        "disableAllHooks",
        "strictPluginOnlyCustomization",
    );
    let is_on = |field: &&str| match (&value[*field], *field) {
        (Value::Bool(true), _) => true,
        (value, field) if field == only => is_unfit(value),
        (value, field) if field == customization => of_surfaces(value),
        _ => false,
    };
    [only, all, customization].into_iter().find(is_on)
}

fn by_projects(running: &Running, settings: &Path, version: Option<Version>) -> Vec<Switch> {
    let is_off = |file: &Path| {
        let text = read(file).filter(|text| !is_left_out(&CLAUDE, text, version));
        let value = text.and_then(|text| parse(&text));
        value.is_some_and(|value| value["disableAllHooks"] == true)
    };
    let mut panes: BTreeMap<PathBuf, (&'static str, Vec<String>)> = BTreeMap::new();
    for session in &running.sessions {
        let Some(folder) = session.folder.as_deref().map(Path::new) else {
            continue;
        };
        for (file, whose) in files_of(folder, version) {
            if file != settings && is_off(&file) {
                let (_, panes) = panes.entry(file).or_insert((whose, Vec::new()));
                panes.push(session.pane.to_string());
            }
        }
    }
    let switch = |(file, (whose, panes))| Switch {
        file,
        field: "disableAllHooks",
        whose,
        panes,
    };
    panes.into_iter().map(switch).collect()
}

/// The project's files for a session that was started in `folder`.
fn files_of(folder: &Path, version: Option<Version>) -> Vec<(PathBuf, &'static str)> {
    const LOCAL: &str = "the project's local settings";
    let (own, local) = (folder.join(".claude"), ".claude/settings.local.json");
    let mut files = vec![
        (own.join("settings.json"), "the project's settings"),
        (folder.join(local), LOCAL),
    ];
    let root = folder.ancestors().find(|above| above.join(".git").exists());
    let root = root.filter(|root| *root != folder && version >= Some(READS_ROOT));
    files.extend(root.map(|root| (root.join(local), LOCAL)));
    files
}

/// The text of a file that can be settings.
fn read(file: &Path) -> Option<String> {
    let is_small = file
        .metadata()
        .is_ok_and(|found| found.is_file() && found.len() <= MAX_BYTES);
    is_small.then(|| fs::read_to_string(file).ok()).flatten()
}

/// One with a fault counts for nothing.
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

impl Switch {
    fn obstacle(&self) -> Obstacle {
        let (file, field) = (self.file.display(), self.field);
        let whom = if self.panes.is_empty() {
            "in every session".to_owned()
        } else {
            format!("in {}", self.panes.join(", "))
        };
        let seen = format!("switched off {whom} by {}: `{field}` in {file}", self.whose);
        let fix = if self.panes.is_empty() {
            format!("ask who manages this machine to take `{field}` out of {file}")
        } else {
            format!("take `{field}` out of {file}")
        };
        Obstacle {
            check: "hooks",
            why: Why::SwitchedOff,
            seen,
            fix,
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::target::PaneId;
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;
    use crate::assistants::facets::running::{Session, World};

    fn session(pane: u32, folder: &Path) -> Session {
        Session {
            pane: PaneId(pane),
            server: "/tmp/t,9".parse().expect("it is a server"),
            start: Timestamp::from_millis(1),
            folder: Some(folder.display().to_string()),
            world: World::new(),
        }
    }

    fn write(file: &Path, text: &str) {
        fs::create_dir_all(file.parent().expect("it has a folder")).expect("it is ours");
        fs::write(file, text).expect("it is ours");
    }

    #[test]
    fn each_place_that_switches_hooks_off_is_named_for_the_sessions_it_is_about() {
        let root = tempfile::tempdir().expect("there is room");
        let folder = |name: &str| root.path().join(name);
        let off = r#"{"disableAllHooks":true}"#;
        write(&folder("a/.claude/settings.json"), off);
        write(
            &folder("b/.claude/settings.local.json"),
            &format!("\u{feff}{off}\r\n"),
        );
        write(
            &folder("c/.claude/settings.json"),
            r#"{"disableAllHooks":false}"#,
        );
        write(
            &folder("c/.claude/settings.local.json"),
            r#"{"disableAllHooks":"true"}"#,
        );
        write(
            &folder("d/.claude/settings.json"),
            r#"{"allowManagedHooksOnly":true}"#,
        );
        write(&folder("e/.claude/settings.json"), "{ open");
        // Left out as a whole, and so it switches nothing off.
        write(
            &folder("f/.claude/settings.local.json"),
            r#"{"disableAllHooks":true,"model":5}"#,
        );
        write(&folder("home/.claude/settings.json"), off);
        let named = ["a", "b", "c", "d", "e", "home", "gone", "a", "f"];
        let sessions = (1..)
            .zip(named)
            .map(|(pane, name)| session(pane, &folder(name)));
        let running = Running {
            sessions: sessions.collect(),
            servers: Vec::new(),
        };
        let own = folder("home/.claude/settings.json");
        let look = || switches(&running, &own, &folder("etc"), None);
        let found: Vec<_> = look()
            .into_iter()
            .map(|switch| (switch.file, switch.panes.join(" ")))
            .collect();
        let expected = [
            (folder("a/.claude/settings.json"), "%1 %8".to_owned()),
            (folder("b/.claude/settings.local.json"), "%2".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn local_settings_at_the_root_count_below_it_for_those_that_read_them() {
        let root = tempfile::tempdir().expect("there is room");
        let (below, file) = (
            root.path().join("x/y"),
            root.path().join(".claude/settings.local.json"),
        );
        fs::create_dir_all(root.path().join(".git")).expect("it is ours");
        fs::create_dir_all(&below).expect("it is ours");
        write(&file, r#"{"disableAllHooks":true}"#);
        write(
            &root.path().join(".claude/settings.json"),
            r#"{"disableAllHooks":true}"#,
        );
        let running = Running {
            sessions: vec![session(1, &below)],
            servers: Vec::new(),
        };
        let look = |version| {
            let none = root.path().join("none");
            switches(&running, &none, &none, version)
        };
        assert_eq!(look(None), []);
        assert_eq!(look(Some(Version(2, 1, 197))), []);
        let found = look(Some(READS_ROOT));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].file, file);
    }

    #[test]
    fn what_a_manager_has_set_is_about_everybody() {
        let root = tempfile::tempdir().expect("there is room");
        let main = root.path().join("managed-settings.json");
        let part = root.path().join("managed-settings.d/10-hooks.json");
        let look = || {
            let none = Running::default();
            let found = switches(&none, Path::new("/x"), root.path(), None);
            let named = found.into_iter().map(|switch| (switch.file, switch.field));
            named.collect::<Vec<_>>()
        };
        assert_eq!(look(), []);
        write(&main, r#"{"allowManagedHooksOnly":true}"#);
        assert_eq!(look(), [(main.clone(), "allowManagedHooksOnly")]);
        write(&main, r#"{"disableAllHooks":true}"#);
        write(&part, r#"{"allowManagedHooksOnly":true}"#);
        let both = [
            (part.clone(), "allowManagedHooksOnly"),
            (main.clone(), "disableAllHooks"),
        ];
        assert_eq!(look(), both);
        write(&part, r#"{"strictPluginOnlyCustomization":["hooks"]}"#);
        assert_eq!(look()[0].1, "strictPluginOnlyCustomization");
    }

    #[test]
    fn a_restriction_that_is_none_counts_for_those_that_take_it_for_one() {
        let old = Some(Version(2, 1, 197));
        for (text, by_old, by_new) in [
            (r#"{"allowManagedHooksOnly":true}"#, true, true),
            (r#"{"allowManagedHooksOnly":"true"}"#, false, true),
            (r#"{"allowManagedHooksOnly":5}"#, false, true),
            (r#"{"allowManagedHooksOnly":"false"}"#, false, false),
            (r#"{"allowManagedHooksOnly":null}"#, false, false),
            (r#"{"disableAllHooks":"true"}"#, false, false),
            (r#"{"strictPluginOnlyCustomization":true}"#, true, true),
            (r#"{"strictPluginOnlyCustomization":["hooks"]}"#, true, true),
            (
                r#"{"strictPluginOnlyCustomization":["skills"]}"#,
                false,
                false,
            ),
            (r#"{"strictPluginOnlyCustomization":"x"}"#, false, true),
            (r#"{"strictPluginOnlyCustomization":false}"#, false, false),
            (r#"{"model":5}"#, false, false),
        ] {
            let value = parse(text).expect("it is JSON");
            for (version, expected) in [(old, by_old), (None, by_old), (Some(FAILS_CLOSED), by_new)]
            {
                let found = restriction(&value, version).is_some();
                assert_eq!(found, expected, "{text} {version:?}");
            }
        }
    }
}
