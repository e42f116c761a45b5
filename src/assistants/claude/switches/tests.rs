//! Worlds of settings, as they were given to real ones.

use std::fs;

use pane_patrol_hooks::target::PaneId;
use pane_patrol_hooks::timestamp::Timestamp;

use super::layers::READS_ROOT;
use super::*;
use crate::assistants::facets::running::Variables;

const OLD: Option<Version> = Some(Version(2, 1, 197));
const NEW: Option<Version> = Some(READS_ROOT);
const OFF: &str = r#"{"disableAllHooks":true}"#;
const ON: &str = r#"{"disableAllHooks":false}"#;

fn session(pane: u32, folder: &Path) -> Session {
    Session {
        pane: PaneId(pane),
        server: "/tmp/t,9".parse().expect("it is a server"),
        start: Timestamp::from_millis(1),
        folder: Some(folder.display().to_string()),
        reports_to: Variables::new(),
        switches: Variables::new(),
    }
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("it has a folder")).expect("it is ours");
    fs::write(file, text).expect("it is ours");
}

/// A machine with one session in `proj`, %1, of its own settings in `home`, and a manager's in `etc`.
struct Machine {
    root: tempfile::TempDir,
    running: Running,
}

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().expect("there is room");
        for (file, text) in files {
            write(&root.path().join(file), text);
        }
        let running = Running {
            sessions: vec![session(1, &root.path().join("proj"))],
            servers: Vec::new(),
        };
        Self { root, running }
    }

    fn started_with(mut self, name: &'static str, value: &str) -> Self {
        let switches = &mut self.running.sessions[0].switches;
        switches.insert(name, value.to_owned());
        self
    }

    fn look(&self, version: Option<Version>) -> Found {
        let path = |name: &str| self.root.path().join(name);
        let settings = path("home/.claude/settings.json");
        look_in(&self.running, &settings, &path("etc"), version)
    }

    /// What was seen, with paths below the machine's root.
    fn seen(&self, version: Option<Version>) -> Vec<String> {
        let root = format!("{}/", self.root.path().display());
        let found = self.look(version).obstacles.into_iter();
        found.map(|it| it.seen.replace(&root, "")).collect()
    }
}

const HOME: &str = "home/.claude/settings.json";
const PROJECT: &str = "proj/.claude/settings.json";
const LOCAL: &str = "proj/.claude/settings.local.json";
const MAIN: &str = "etc/managed-settings.json";
const PART: &str = "etc/managed-settings.d/10-hooks.json";
const LATER: &str = "etc/managed-settings.d/20-hooks.json";

#[test]
fn the_nearer_file_wins_and_a_managers_over_all() {
    // Absent, on and off in each of three files, and whose word switches it off then.
    let ways = [None, Some(ON), Some(OFF)];
    for (own, project, local) in ways
        .iter()
        .flat_map(|own| ways.iter().map(move |project| (own, project)))
        .flat_map(|(own, project)| ways.iter().map(move |local| (own, project, local)))
    {
        let files = [(HOME, own), (PROJECT, project), (LOCAL, local)];
        let set = files
            .iter()
            .filter_map(|(file, text)| Some((*file, (**text)?)));
        let files: Vec<_> = set.collect();
        let decides = files.last().filter(|(_, text)| *text == OFF);
        let machine = Machine::new(&files);
        for version in [None, OLD, NEW] {
            let (seen, overruled) = (machine.seen(version), machine.look(version).overruled);
            match decides {
                Some((file, _)) if *file != HOME => {
                    assert_eq!(seen.len(), 1, "{files:?}");
                    let ending = format!("settings: `disableAllHooks` in {file}");
                    assert!(
                        seen[0].starts_with("switched off in %1 by the project's"),
                        "{seen:?}"
                    );
                    assert!(seen[0].ends_with(&ending), "{files:?} {seen:?}");
                }
                _ => assert!(seen.is_empty(), "{files:?} {seen:?}"),
            }
            let nearer = files
                .last()
                .filter(|(file, text)| *file != HOME && *text == ON);
            let is_again = nearer.is_some() && *own == Some(OFF);
            let said = overruled.to_string();
            assert_eq!(said.is_empty(), !is_again, "{files:?} {said}");
            if let Some((file, _)) = nearer.filter(|_| is_again) {
                assert!(said.contains("%1 by ") && said.ends_with(file), "{said}");
            }
        }
    }
}

#[test]
fn what_a_manager_says_of_all_hooks_leaves_nobody_else_a_word() {
    for text in [ON, OFF] {
        let machine = Machine::new(&[(HOME, OFF), (PROJECT, OFF), (LOCAL, ON), (MAIN, text)]);
        let expected = (text == OFF).then(|| {
            format!(
                "switched off in every session by the managed settings: `disableAllHooks` in {MAIN}"
            )
        });
        assert_eq!(machine.seen(NEW), expected.into_iter().collect::<Vec<_>>());
        assert_eq!(machine.look(NEW).overruled, Overruled::Everywhere);
    }
    // Of no sense there, and so nothing.
    for text in [
        r#"{"disableAllHooks":"true"}"#,
        r#"{"disableAllHooks":null}"#,
        r#"{"model":5}"#,
    ] {
        let machine = Machine::new(&[(PROJECT, OFF), (MAIN, text)]);
        assert_eq!(machine.seen(NEW).len(), 1, "{text}");
        assert_ne!(machine.look(NEW).overruled, Overruled::Everywhere);
    }
}

#[test]
fn each_place_is_named_once_for_all_the_sessions_it_is_about() {
    let mut machine = Machine::new(&[
        ("a/.claude/settings.json", OFF),
        (
            "b/.claude/settings.local.json",
            &format!("\u{feff}{OFF}\r\n"),
        ),
        (
            "c/.claude/settings.local.json",
            r#"{"disableAllHooks":"true"}"#,
        ),
        (
            "d/.claude/settings.json",
            r#"{"allowManagedHooksOnly":true}"#,
        ),
        ("e/.claude/settings.json", "{ open"),
        // Left out as a whole, and so it switches nothing off, and nothing on.
        (
            "f/.claude/settings.local.json",
            r#"{"disableAllHooks":true,"model":5}"#,
        ),
        ("g/.claude/settings.json", OFF),
        (
            "g/.claude/settings.local.json",
            r#"{"disableAllHooks":false,"model":5}"#,
        ),
        (HOME, OFF),
    ]);
    let named = ["a", "b", "c", "d", "e", "home", "gone", "a", "f", "g"];
    let root = machine.root.path().to_owned();
    let sessions = (1..)
        .zip(named)
        .map(|(pane, name)| session(pane, &root.join(name)));
    machine.running.sessions = sessions.collect();
    let expected = [
        "switched off in %1, %8 by the project's settings: `disableAllHooks` in a/.claude/settings.json",
        "switched off in %2 by the project's local settings: `disableAllHooks` in \
         b/.claude/settings.local.json",
        "switched off in %10 by the project's settings: `disableAllHooks` in g/.claude/settings.json",
    ];
    assert_eq!(machine.seen(None), expected);
    let fix = &machine.look(None).obstacles[0].fix;
    assert!(fix.starts_with("take `disableAllHooks` out of /"), "{fix}");
}

#[test]
fn local_settings_at_the_root_count_first_below_it_for_those_that_read_them() {
    let (root, below) = (
        ".claude/settings.local.json",
        "x/y/.claude/settings.local.json",
    );
    let look = |files: &[(&str, &str)], version| {
        let mut machine = Machine::new(files);
        fs::create_dir_all(machine.root.path().join(".git")).expect("it is ours");
        let folder = machine.root.path().join("x/y");
        fs::create_dir_all(&folder).expect("it is ours");
        machine.running.sessions = vec![session(1, &folder)];
        let seen = machine.seen(version);
        seen.first()
            .map(|seen| seen.split(" in ").last().unwrap_or_default().to_owned())
    };
    for version in [None, OLD] {
        assert_eq!(look(&[(root, OFF)], version), None);
        assert_eq!(
            look(&[(root, ON), (below, OFF)], version).as_deref(),
            Some(below)
        );
    }
    assert_eq!(
        look(&[(root, OFF), (below, ON)], NEW).as_deref(),
        Some(root)
    );
    assert_eq!(look(&[(root, ON), (below, OFF)], NEW), None);
    // The root's settings for everybody are none of a folder below it.
    assert_eq!(look(&[(".claude/settings.json", OFF)], NEW), None);
}

#[test]
fn of_managed_files_the_last_one_that_says_it_counts() {
    let only = |is_on: bool| format!(r#"{{"allowManagedHooksOnly":{is_on}}}"#);
    for (set, clear, field) in [
        (only(true), only(false), "allowManagedHooksOnly"),
        (OFF.to_owned(), ON.to_owned(), "disableAllHooks"),
    ] {
        for [first, last] in [[MAIN, PART], [PART, LATER]] {
            let seen = Machine::new(&[(first, &set), (last, &clear)]).seen(NEW);
            assert_eq!(seen, [""; 0], "{field}");
            let seen = Machine::new(&[(first, &clear), (last, &set)]).seen(NEW);
            assert!(
                seen.len() == 1 && seen[0].ends_with(&format!("`{field}` in {last}")),
                "{seen:?}"
            );
        }
    }
    // Each field by itself.
    let machine = Machine::new(&[(MAIN, OFF), (PART, &only(true))]);
    assert_eq!(machine.seen(None).len(), 2);
    let fix = &machine.look(None).obstacles[0].fix;
    assert!(
        fix.starts_with("ask who manages this machine to take `allowManagedHooksOnly` out of /")
    );
    let hidden = Machine::new(&[("etc/managed-settings.d/.10.json", OFF)]);
    assert_eq!(hidden.seen(NEW), [""; 0]);
}

#[test]
fn a_restriction_that_is_none_counts_for_those_that_take_it_for_one() {
    for (text, by_old, by_new) in [
        (r#"{"allowManagedHooksOnly":true}"#, true, true),
        (r#"{"allowManagedHooksOnly":"true"}"#, false, true),
        (r#"{"allowManagedHooksOnly":5}"#, false, true),
        (r#"{"allowManagedHooksOnly":"false"}"#, false, false),
        (r#"{"allowManagedHooksOnly":null}"#, false, false),
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
        let machine = Machine::new(&[(MAIN, text)]);
        for (version, expected) in [(OLD, by_old), (None, by_old), (NEW, by_new)] {
            let found = !machine.seen(version).is_empty();
            assert_eq!(found, expected, "{text} {version:?}");
        }
    }
}

#[test]
fn managed_settings_that_hold_no_object_are_named_with_what_comes_of_them() {
    for text in [
        "{ not json",
        "[]",
        "\"x\"",
        "null",
        "{/* c */}",
        "{\"model\":\"opus\",}",
    ] {
        for file in [MAIN, PART] {
            let machine = Machine::new(&[(file, text)]);
            for (version, why, then) in [
                (OLD, Why::LeftOut, "goes on as if they were not there"),
                (None, Why::LeftOut, "newer versions do not start"),
                (NEW, Why::Unreadable, "no session begins"),
            ] {
                let found = machine.look(version).obstacles;
                assert_eq!(found.len(), 1, "{text}");
                assert_eq!(found[0].why, why);
                assert!(
                    found[0].seen.contains(file) && found[0].seen.contains(then),
                    "{found:?}"
                );
                assert!(found[0].fix.ends_with(file), "{found:?}");
            }
        }
    }
    for text in [
        "",
        "  \n",
        "\u{feff}{}",
        "{}",
        r#"{"model":5}"#,
        r#"{"model":"\ud800"}"#,
    ] {
        assert_eq!(Machine::new(&[(MAIN, text)]).seen(NEW), [""; 0], "{text}");
    }
}

fn env(name: &str, value: &str) -> String {
    format!(r#"{{"env":{{"{name}":"{value}"}}}}"#)
}

#[test]
fn variables_of_settings_switch_hooks_off_where_claude_takes_them() {
    let (simple, safe) = ("CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE");
    // By which file, for the old and the new one.
    for (name, file, by_old, by_new) in [
        (simple, HOME, true, true),
        (simple, PROJECT, true, false),
        (simple, LOCAL, true, false),
        (simple, MAIN, true, true),
        (safe, HOME, true, true),
        (safe, PROJECT, false, false),
        (safe, LOCAL, false, false),
        (safe, MAIN, true, true),
        ("CLAUDE_CODE_RESTRICTED", HOME, false, false),
        ("CLAUDE_CODE_DISABLE_HOOKS", HOME, false, false),
    ] {
        let machine = Machine::new(&[(file, &env(name, "1"))]);
        let unknown = by_old && by_new;
        for (version, expected) in [(OLD, by_old), (NEW, by_new), (None, unknown)] {
            let seen = machine.seen(version);
            assert_eq!(
                !seen.is_empty(),
                expected,
                "{name} {file} {version:?} {seen:?}"
            );
            let whole = format!("`env.{name}` in {file}");
            assert!(seen.iter().all(|seen| seen.ends_with(&whole)), "{seen:?}");
        }
    }
    let own = Machine::new(&[(HOME, &env(simple, "1"))]);
    let seen = own.seen(NEW);
    assert_eq!(
        seen,
        [format!(
            "switched off in every session by your own settings: `env.{simple}` in {HOME}"
        )]
    );
}

#[test]
fn of_a_variable_the_nearest_word_counts_and_the_environment_last() {
    let simple = "CLAUDE_CODE_SIMPLE";
    let (on, off) = (env(simple, "0"), env(simple, "1"));
    let is_off = |machine: Machine, version| !machine.seen(version).is_empty();
    let both = |own: &str, other: &str, file| Machine::new(&[(HOME, own), (file, other)]);
    for version in [OLD, NEW] {
        assert!(!is_off(both(&off, &on, MAIN), version));
        assert!(is_off(both(&on, &off, MAIN), version));
        let started = |value| Machine::new(&[(HOME, "{}")]).started_with(simple, value);
        assert!(is_off(started("1"), version) && !is_off(started("0"), version));
        let machine = Machine::new(&[(HOME, &on)]).started_with(simple, "1");
        assert!(!is_off(machine, version));
        let machine = Machine::new(&[(HOME, &env(simple, ""))]).started_with(simple, "1");
        assert!(!is_off(machine, version));
    }
    let seen = both(&off, &on, PROJECT).seen(OLD);
    assert!(seen[0].contains("; switched on again in %1 by ") && seen[0].ends_with(PROJECT));
    assert_eq!(both(&on, &off, PROJECT).seen(NEW), [""; 0]);
    assert_eq!(both(&on, &off, PROJECT).seen(OLD).len(), 1);
}

#[test]
fn how_a_session_was_started_is_named_with_its_pane() {
    for (name, value, by_old) in [
        ("CLAUDE_CODE_SIMPLE", "true", true),
        ("CLAUDE_CODE_SAFE_MODE", "1", true),
        ("CLAUDE_CODE_RESTRICTED", "1", false),
        ("--bare", "", true),
        ("--safe-mode", "", true),
    ] {
        let machine = Machine::new(&[]).started_with(name, value);
        let expected = format!("switched off in %1 by what it was started with: `{name}`");
        assert_eq!(machine.seen(NEW), [expected], "{name}");
        assert_eq!(!machine.seen(OLD).is_empty(), by_old, "{name}");
        let fix = &machine.look(NEW).obstacles[0].fix;
        assert_eq!(*fix, format!("start it again without `{name}`"));
    }
    let other = Machine::new(&[]).started_with("CLAUDE_CODE_SIMPLE", "0");
    assert_eq!(other.seen(NEW), [""; 0]);
}

/// Tried on 2.1.197 and 2.1.332, as an argument and in a file.
#[test]
fn what_a_session_was_started_with_is_nearer_than_all_but_managers() {
    let given =
        |files: &[(&str, &str)], given: &str| Machine::new(files).started_with("--settings", given);
    for version in [OLD, NEW] {
        for (text, place) in [
            (OFF, "what stands behind `--settings`"),
            ("flag.json", "proj/flag.json"),
        ] {
            for files in [vec![], vec![(LOCAL, ON)], vec![(HOME, ON), (PROJECT, OFF)]] {
                let files = [&files[..], &[("proj/flag.json", OFF)]].concat();
                let seen = given(&files, text).seen(version);
                let expected = format!(
                    "switched off in %1 by the settings it was started with: `disableAllHooks` in \
                     {place}"
                );
                assert_eq!(seen, [expected], "{files:?}");
            }
        }
        let machine = given(&[(HOME, OFF), (LOCAL, OFF)], ON);
        assert!(machine.seen(version).is_empty());
        let said = machine.look(version).overruled.to_string();
        assert!(said.contains("%1 by what stands behind"), "{said}");
        // One of the wrong type is left out as a whole, and one that is not there is nothing.
        for text in [r#"{"disableAllHooks":"true"}"#, "nothing.json"] {
            assert!(given(&[], text).seen(version).is_empty(), "{text}");
        }
        let simple = given(&[], r#"{"env":{"CLAUDE_CODE_SIMPLE":"1"}}"#).seen(version);
        assert!(simple[0].contains("`env.CLAUDE_CODE_SIMPLE`"), "{simple:?}");
        let managed = given(&[(MAIN, ON)], OFF);
        assert!(managed.seen(version).is_empty());
    }
}

/// Likewise.
#[test]
fn a_session_that_does_not_read_the_persons_settings_runs_none_of_her_hooks() {
    let told = |files: &[(&str, &str)], sources: &str| {
        let machine = Machine::new(files).started_with("--setting-sources", sources);
        machine.seen(NEW)
    };
    for sources in ["project", "", "project,local"] {
        let seen = told(&[], sources);
        let expected = "switched off in %1 by what it was started with: `--setting-sources`";
        assert_eq!(seen, [expected], "{sources}");
    }
    for sources in ["user", "user,project,local"] {
        assert!(told(&[], sources).is_empty(), "{sources}");
    }
    // What it does not read says nothing of it.
    assert!(told(&[(PROJECT, OFF), (LOCAL, OFF)], "user").is_empty());
    assert_eq!(
        told(&[(PROJECT, OFF), (LOCAL, ON)], "user,project").len(),
        1
    );
}
