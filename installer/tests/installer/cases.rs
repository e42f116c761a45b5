//! Settings files as people write them, and what becomes of them: `tests/cases/<name>/in.json` and
//! `out.json`. A regression is a new folder. `PANE_PATROL_ACCEPT=1` writes what came out.

use std::fs;
use std::path::Path;

use crate::world::{OLD, World, wanted};

#[test]
fn every_case_comes_out_as_written_down_and_goes_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert!(names.len() >= 6);
    for case in names {
        let input = fs::read_to_string(case.join("in.json")).unwrap();
        let world = World::with(&input);
        world.install_as(&wanted("/usr/bin/pane-patrol", OLD, false));
        let out = case.join("out.json");
        if std::env::var_os("PANE_PATROL_ACCEPT").is_some() {
            fs::write(&out, world.text()).unwrap();
        }
        let expected = fs::read_to_string(&out).unwrap();
        assert_eq!(world.text(), expected, "{}", case.display());
        world.uninstall();
        assert_eq!(world.text(), input, "{}", case.display());
    }
}
