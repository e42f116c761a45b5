//! The floors of the house: a file imports only what stands on its own floor or below it, and no files
//! import each other in a loop. `docs/architecture.md` says what each floor is for.

mod house;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use house::House;

/// From the ground up: what begins so stands there.
const FLOORS: &[&[&str]] = &[
    &["sys/src/", "bare/src/"],
    &["hooks/src/"],
    &["installer/src/"],
    &[
        "src/error.rs",
        "src/messages/",
        "src/sys/",
        "src/diagnostics/",
        "src/page/",
        "src/keymap/",
    ],
    &["src/rules/", "src/git/", "src/tasks/", "src/status_record/"],
    &["src/state/"],
    &["src/mux/"],
    &["src/assistants/"],
    &["src/log/"],
    &["src/hub/"],
    &["src/notify/", "src/launch/", "src/tap/"],
    &["src/config/"],
    &["src/actor/"],
    &["src/collector/"],
    &["src/tui/"],
    &["src/doctor/", "src/demo/", "src/wrap", "src/cli.rs"],
    &["src/commands/"],
    &["src/lib.rs", "src/main.rs"],
];

fn house() -> House {
    House::read(Path::new(env!("CARGO_MANIFEST_DIR")))
}

fn floor_of(file: &str) -> usize {
    let holds = |floor: &&[&str]| floor.iter().any(|beginning| file.starts_with(beginning));
    let floor = FLOORS.iter().position(holds);
    floor.unwrap_or_else(|| panic!("{file} stands on no floor"))
}

#[test]
fn no_file_imports_what_stands_above_it() {
    let mut told = String::new();
    for (file, imports) in &house().files {
        for (other, name) in imports {
            if floor_of(other) > floor_of(file) {
                writeln!(told, "{file} takes {name} from {other}").expect("a text takes it");
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn no_files_import_each_other_in_a_loop() {
    let house = house();
    let mut told = String::new();
    for circle in house.circles() {
        for file in &circle {
            let imports = house.files[*file].iter();
            for (other, name) in imports.filter(|(other, _)| circle.contains(&other.as_str())) {
                writeln!(told, "{file} takes {name} from {other}").expect("a text takes it");
            }
        }
        told.push('\n');
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn the_file_of_each_room_says_what_it_may_import() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The highest may import all of them.
    let rooms = FLOORS[..FLOORS.len() - 1].iter().copied().flatten();
    for room in rooms {
        let path = root.join(room);
        let places = [path.join("lib.rs"), path.join("mod.rs"), path];
        let file = places.iter().find(|place| place.is_file());
        let file = file.unwrap_or_else(|| panic!("{room} has a file"));
        let text = fs::read_to_string(file).expect("a source is text");
        assert!(
            text.contains("//! May import: ") || text.contains(" May import: "),
            "{room}"
        );
    }
}

#[test]
fn the_page_about_the_house_names_every_room() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = fs::read_to_string(page).expect("the page is there");
    for room in FLOORS.iter().copied().flatten() {
        let name = room.trim_end_matches(".rs").trim_end_matches('/');
        let name = name.trim_end_matches("/src").rsplit('/').next();
        let name = name.expect("a room has a name");
        assert!(
            name == "lib" || page.contains(&format!("`{name}`")),
            "{name}"
        );
    }
}
