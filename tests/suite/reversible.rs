//! `install --all`, then `uninstall`, as they are typed, on generated settings of all assistants at once:
//! every byte, mode and folder is as before, whatever has become of the assistants meanwhile.

#[allow(dead_code, reason = "the installer's own tests use the rest")]
#[path = "../../installer/tests/support/settings.rs"]
mod settings;

#[allow(dead_code, reason = "the installer's own tests use the rest")]
#[path = "../../installer/tests/support/files.rs"]
mod files;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::common::TestEnv;
use crate::install::{PROGRAMS, read, run, with_programs, write};
use files::{config_toml, file};
use settings::{manner, settings as any_settings};

/// Where each assistant's file is, seen from the home; none for one that is all ours.
const FILES: &[(&str, &str)] = &[
    ("claude", ".claude/settings.json"),
    ("codex", ".codex/hooks.json"),
    ("gemini", ".gemini/settings.json"),
    ("qwen", ".qwen/settings.json"),
];

/// Everything below the home and the config folder: bytes and mode.
fn picture(env: &TestEnv) -> BTreeMap<PathBuf, (Option<Vec<u8>>, u32)> {
    let mut picture = BTreeMap::new();
    let mut todo = vec![env.home(), env.path("config")];
    while let Some(path) = todo.pop() {
        let mode = fs::symlink_metadata(&path).expect("it is there").mode();
        if let Ok(entries) = fs::read_dir(&path) {
            todo.extend(entries.flatten().map(|entry| entry.path()));
        }
        picture.insert(path.clone(), (fs::read(&path).ok(), mode));
    }
    picture
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn install_all_then_uninstall_gives_back_every_byte_also_when_assistants_are_gone(
        trees in prop::collection::vec((any_settings(), manner(), 4_usize..9), FILES.len()),
        config in prop::option::of(config_toml()),
        asked: bool,
        gone in prop::sample::subsequence(PROGRAMS.to_vec(), 0..=PROGRAMS.len()),
    ) {
        let env = TestEnv::new();
        with_programs(&env, PROGRAMS);
        for ((name, path), (tree, manner, every)) in FILES.iter().zip(&trees) {
            if let Some(text) = file(name, tree, manner, *every).filter(|_| config.is_some()) {
                write(&env, path, &text);
            }
        }
        if let Some(config) = &config {
            write(&env, ".codex/config.toml", config);
        }
        let before = picture(&env);
        let options = ["--codex-terminal-title", "--codex-no-daemon"];
        let mut install = vec!["install", "--all"];
        install.extend(options.iter().filter(|_| asked));
        let done = run(&env, &install);
        // Of a file that Claude leaves out for one field nothing is changed.
        let is_refused = done.stderr.contains("Claude Code leaves the whole file out");
        prop_assert!(done.status.success() != is_refused, "{done:?}");
        let doctor = run(&env, &["doctor"]).stdout;
        for name in PROGRAMS.iter().filter(|name| !is_refused || **name != "claude") {
            prop_assert!(doctor.contains(&format!("{name} program")), "{name}: {doctor}");
        }
        prop_assert_eq!(read(&env, ".codex/config.toml") == config, !asked);
        for name in gone {
            fs::remove_file(env.path("bin").join(name)).expect("it is there");
        }
        let out = run(&env, &["uninstall"]);
        prop_assert!(out.status.success(), "{out:?}");
        prop_assert_eq!(picture(&env), before);
    }
}
