//! Settings files as people write them, and what becomes of them:
//! `tests/cases/<assistant>/<name>/in.*` and `out.*`; without the first there was no file. A regression
//! is a new folder. `PANE_PATROL_ACCEPT=1` writes what came out.

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::opencode;
use pane_patrol_installer::{
    Assistant, CODEX_CONFIG, CODEX_NO_DAEMON, CODEX_TERMINAL_TITLE, Wanted, apply, plan_install,
    plan_uninstall,
};

use crate::everyone::site;
use crate::sandbox::{OLD, Sandbox, wanted};

const PROGRAM: &str = "/usr/bin/pane-patrol";

/// The folders in a folder.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap().flatten();
    let mut folders: Vec<_> = entries.map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// What is asked for, and of whom, by the name of a folder of cases.
fn asked(name: &str) -> (&'static Assistant, Wanted) {
    let wanted = wanted(PROGRAM, OLD, false);
    if name != "codex-config" {
        return (Assistant::find(name).unwrap(), wanted);
    }
    let settings = vec![CODEX_TERMINAL_TITLE, CODEX_NO_DAEMON];
    (&CODEX_CONFIG, Wanted { settings, ..wanted })
}

/// What must come out. The plugin is a file of ours: what it says stands in one place.
fn expected(case: &Path, out: &Path) -> Vec<u8> {
    if case
        .parent()
        .is_some_and(|folder| name(folder) == "opencode")
    {
        let plugin = opencode::plugin(&opencode::ADAPTER.assistant, PROGRAM, false);
        return plugin.unwrap().into_bytes();
    }
    fs::read(out).unwrap()
}

#[test]
fn every_case_comes_out_as_written_down_and_goes_back() {
    let all = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    let named: Vec<&str> = all.iter().map(|folder| name(folder)).collect();
    for row in Assistant::ALL {
        assert!(named.contains(&row.name), "{} has no case", row.name);
    }
    for case in all.iter().flat_map(|folder| folders(folder)) {
        let shown = case.display();
        let (assistant, wanted) = asked(name(case.parent().unwrap()));
        let sandbox = Sandbox::empty();
        let site = site(&sandbox, assistant);
        let settings = &site.location.settings;
        let input = case
            .join("in")
            .with_extension(settings.extension().unwrap());
        let before = input.exists().then(|| {
            fs::create_dir_all(settings.parent().unwrap()).unwrap();
            fs::copy(&input, settings).unwrap();
        });
        assert!(before.is_some() || case.ends_with("no-file"), "{shown}");
        let picture = sandbox.picture();
        apply(&plan_install(&site, &wanted).unwrap()).unwrap();
        let result = fs::read(settings).unwrap();
        let out = case
            .join("out")
            .with_extension(settings.extension().unwrap());
        if std::env::var_os("PANE_PATROL_ACCEPT").is_some() && assistant.name != "opencode" {
            fs::write(&out, &result).unwrap();
        }
        let (result, expected) = (result.escape_ascii(), expected(&case, &out));
        assert_eq!(
            result.to_string(),
            expected.escape_ascii().to_string(),
            "{shown}"
        );
        let again = plan_install(&site, &wanted).unwrap();
        assert!(again.is_empty(), "{shown}: {}", again.diff());
        apply(&plan_uninstall(&site).unwrap()).unwrap();
        assert_eq!(sandbox.picture(), picture, "{shown}");
    }
}
