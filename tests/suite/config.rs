//! The settings file, written, checked and shown.

use std::fs;

use serde_json::Value;

use crate::common::{Finished, PROGRAM, Terminal, TestEnv, finish, wait_until};

fn typed(env: &TestEnv, words: &str) -> Finished {
    finish(env.pane_patrol().args(words.split(' ')))
}

fn file(env: &TestEnv) -> std::path::PathBuf {
    env.path("config/pane-patrol/config.toml")
}

#[test]
fn init_writes_every_key_once_and_what_it_wrote_is_right() {
    let env = TestEnv::new();
    assert!(typed(&env, "config init").status.success());
    let written = fs::read_to_string(file(&env)).expect("it is written");
    assert!(written.contains("\n#theme = \"terminal\"\n"), "{written}");
    assert!(typed(&env, "config check").status.success());
    fs::write(file(&env), "[table]\n").expect("it is ours");
    let again = typed(&env, "config init");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert_eq!(
        fs::read_to_string(file(&env)).expect("it is there"),
        "[table]\n"
    );
    assert_eq!(typed(&env, "config init --print").stdout, written);
    let path = typed(&env, "config path").stdout;
    assert_eq!(path.trim_end(), file(&env).display().to_string());
}

#[test]
fn check_names_every_line_and_what_to_write() {
    let env = TestEnv::new();
    env.configure("[dashboard]\nthem = 'dark'\n[keys]\ndeny = 'x'\n[table]\nsilent = 3\n");
    let checked = typed(&env, "config check");
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    for said in [
        "config.toml:2:1: error: unknown key `them`",
        "is `theme` meant?",
        "config.toml:6:10: ",
    ] {
        assert!(checked.stdout.contains(said), "{said}: {checked:?}");
    }
    env.configure("[keys]\ndeny = 'x'\n");
    let json = typed(&env, "config check --json");
    let faults: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        (&faults[0]["line"], &faults[0]["column"]),
        (&2.into(), &8.into())
    );
    assert!(
        faults[0]["fix"]
            .as_str()
            .expect("a text")
            .contains("`stop`")
    );
    let status = typed(&env, "status");
    assert!(!status.stderr.contains("panicked"), "{status:?}");
}

#[test]
fn show_says_what_holds_and_from_where_and_keys_what_is_bound() {
    let env = TestEnv::new();
    env.configure("[table]\nsilent = false\n[keys]\ndeny = ['X', 'F5']\nhelp = ''\n");
    let shown = typed(&env, "config show").stdout;
    assert!(shown.contains("silent = false  # line 2\n"), "{shown}");
    assert!(shown.contains("background = true  # default\n"), "{shown}");
    let keys = typed(&env, "keys --json").stdout;
    let keys: Value = serde_json::from_str(&keys).expect("JSON");
    let of = |action: &str| {
        let all = keys.as_array().expect("a list");
        let found = all.iter().find(|one| one["action"] == action);
        found.expect("it is an action")["keys"].clone()
    };
    assert_eq!(of("deny"), serde_json::json!(["X", "F5"]));
    assert_eq!(of("help"), serde_json::json!([]));
    assert!(typed(&env, "keys").stdout.contains("no key"));
}

#[test]
fn the_page_of_the_manual_tells_of_settings() {
    let page = typed(&TestEnv::new(), "man settings").stdout;
    assert!(page.contains(".TH pane-patrol-settings 5"), "{page}");
}

/// A dashboard that was started with `settings`.
fn dashboard<'env>(env: &'env TestEnv, settings: &str) -> Option<Terminal<'env>> {
    env.configure(settings);
    let terminal = Terminal::start(env, "alone.sock", PROGRAM)?;
    terminal.wait_for("? help");
    Some(terminal)
}

#[test]
fn a_dashboard_that_runs_takes_a_changed_file_and_says_what_is_wrong_with_one() {
    let env = TestEnv::new();
    let Some(terminal) = dashboard(&env, "") else {
        return;
    };
    env.configure("[keys]\nhelp = 'F1'\n[table]\nsilent = false\n");
    let screen = terminal.wait_for("F1 help");
    assert!(
        screen.contains("holds at the next start: [table] silent"),
        "{screen}"
    );
    terminal.press(&["F1"]);
    terminal.wait_for("Keys and signs");
    terminal.press(&["Escape"]);
    env.configure("[keys]\nhlp = 'F2'\n");
    let screen = terminal.wait_for("the file is wrong: line 2: unknown key `hlp`");
    assert!(screen.contains("F1 help"), "{screen}");
    fs::remove_file(file(&env)).expect("it is ours");
    let screen = terminal.wait_for("? help");
    assert!(
        !screen.contains("is wrong") && !screen.contains("next start"),
        "{screen}"
    );
}

#[test]
fn a_colour_is_drawn_as_it_is_set_and_not_where_nobody_wants_any() {
    let env = TestEnv::new();
    let settings = "[colours]\naccent = '#0a141e'\n";
    let Some(terminal) = dashboard(&env, settings) else {
        return;
    };
    let coloured = "38;2;10;20;30";
    wait_until("it has that colour", || {
        terminal.coloured_screen().contains(coloured)
    });
    env.configure(&format!("{settings}[dashboard]\ntheme = 'none'\n"));
    wait_until("it has none", || {
        !terminal.coloured_screen().contains("38;2")
    });
    env.configure(settings);
    wait_until("it has it again", || {
        terminal.coloured_screen().contains(coloured)
    });
    let without = format!("env NO_COLOR=1 {PROGRAM}");
    let Some(plain) = Terminal::start(&env, "plain.sock", &without) else {
        return;
    };
    plain.wait_for("? help");
    assert!(
        !plain.coloured_screen().contains("38;"),
        "{}",
        plain.coloured_screen()
    );
}
