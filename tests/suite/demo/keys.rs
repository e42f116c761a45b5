//! Every key of the README's table does in the demo what the README says.

use std::collections::BTreeSet;
use std::thread;

use super::{Demo, HABIT, at_both_sizes, row_of, selected};
use crate::common::wait_until;

/// Those that are pressed here; each of the tests below takes its part.
const PRESSED: &[&str] = &[
    "Enter", "j", "k", "Tab", "Space", "J", "K", "a", "d", "r", "D", "t", "1", "9", "/", "f", "e",
    "h", "l", "s", "n", "x", "z", "i", "?", "q", "E", "b", "c", "o", "v", "m", "p",
];

/// The keys in the first column of the README's table.
fn told() -> BTreeSet<String> {
    let readme = include_str!("../../../README.md");
    let table = readme.split("| key | does |").nth(1).unwrap_or_default();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let keys = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    keys.map(str::to_owned).collect()
}

/// Whether the row of that place is of an assistant that is there.
fn lives(screen: &str, place: &str) -> bool {
    let mut living = screen
        .lines()
        .take_while(|line| !line.starts_with(" ENDED"));
    living.any(|line| line.contains(place))
}

#[test]
fn every_key_that_the_readme_tells_of_is_pressed_in_the_demo() {
    let pressed: BTreeSet<String> = PRESSED.iter().map(ToString::to_string).collect();
    let told = told();
    let unpressed: Vec<_> = told.difference(&pressed).collect();
    assert!(unpressed.is_empty(), "{unpressed:?}");
}

#[test]
fn answers_take_effect_on_the_scripted_assistants_screens() {
    at_both_sizes(|demo, _| {
        demo.select("api");
        demo.until_shown("8080 — what most services here use");
        // There is no ninth option, and nothing is pressed for it.
        demo.press(&["9"]);
        answer(demo, "1", "api", "Question(Port) · you chose 8080");
        demo.until_shown("1. Read `PORT`, with a default");

        demo.select("shop");
        demo.until_shown("cargo publish --no-verify");
        demo.press_until("t", "10m more without asking");
        answer(
            demo,
            "a",
            "shop",
            "Run(cargo publish --no-verify) · you said yes",
        );
        demo.until_it_says("shop", "git tag v1.4.0) · allowed without a word");
        demo.until_it_says("shop", "Published shop 1.4.0 and tagged it.");

        demo.select("web");
        demo.until("two requests wait", |screen| {
            row_of(screen, "web").contains("one of 2")
        });
        demo.press(&["r"]);
        demo.until_shown("asked by a sub-agent");
        demo.press(&["r"]);
        demo.until_shown("onkeydown");
        answer(
            demo,
            "d",
            "web",
            "Update(menu.js) · you said no: nothing was done",
        );
        assert!(!demo.stage("web").contains("Updated"));
        demo.until_shown("asked by a sub-agent");
        demo.press_until("D", "Enter send");
        demo.types("on friday");
        demo.press(&["Enter"]);
        demo.until_it_says("web", "pa11y menu.html) · you said no, and: on friday");
    });
}

/// Presses the key until it has taken effect: `a` shows the rest first where there is more, and what follows
/// another key by habit answers nothing.
fn answer(demo: &Demo<'_>, key: &str, name: &str, effect: &str) {
    let press = || {
        let before = demo.stage(name);
        if before.contains(effect) {
            return before;
        }
        demo.press(&[key]);
        thread::sleep(HABIT);
        demo.stage(name)
    };
    demo.until_seen(effect, press, |stage| stage.contains(effect));
}

#[test]
fn the_list_can_be_searched_arranged_and_folded() {
    at_both_sizes(|demo, _| {
        demo.until_shown("need you");
        demo.press(&["/"]);
        demo.types("docs");
        demo.press(&["Enter"]);
        demo.until("only that row is left", |screen| {
            screen.contains("docs:0.0") && !screen.contains("cli:0.0")
        });
        demo.press(&["Escape"]);
        demo.until_shown("cli:0.0");
        demo.press(&["f"]);
        demo.until_shown("only what wants attention");
        demo.press(&["f"]);
        demo.until("all are shown", |screen| !screen.contains("only what"));
        demo.select("cli");
        demo.press(&["H", "f", "f"]);
        demo.until_shown("only what is hidden");
        demo.select("cli");
        demo.press(&["H", "f"]);
        demo.until("all are shown again", |screen| {
            !screen.contains("only what")
        });
        demo.press(&["b"]);
        demo.until_shown("grouped by project");
        // A row that needs somebody is shown in a folded group as well.
        demo.select("shop");
        demo.press(&["c"]);
        demo.until("its group is folded", |screen| {
            screen.contains("0 folded") && screen.contains("shop:0.0")
        });
        demo.press(&["c", "b", "b", "b"]);
        demo.until("as before", |screen| screen.contains("NEEDS YOU"));
        demo.press(&["o"]);
        demo.until_shown("by age");
        demo.press(&["o", "o", "o"]);
        demo.until("as before", |screen| screen.contains("NEEDS YOU"));
    });
}

#[test]
fn what_there_is_to_see_can_be_looked_at() {
    at_both_sizes(|demo, (columns, _)| {
        demo.select("ops");
        demo.leave("ops");
        demo.until_shown("need you");
        demo.press(&["Tab"]);
        demo.until("it needs the person", |screen| {
            ["!", "?"]
                .iter()
                .any(|sign| selected(screen).starts_with(&format!("▌{sign}")))
        });

        demo.select("api");
        demo.until_shown("8080");
        demo.press(&["Space"]);
        demo.until_shown("Esc close");
        demo.press(&["J", "K", "Escape"]);
        demo.until("it is closed", |screen| !screen.contains("Esc close"));

        demo.select("shop");
        demo.press(&["e"]);
        demo.until_shown("PreToolUse Bash");
        demo.press(&["e"]);
        demo.press(&["l"]);
        demo.until_shown("Tag the release");
        demo.press(&["l"]);
        demo.until_shown("src/tax.rs");
        demo.press(&["Space"]);
        demo.until_shown("j k file");
        demo.press(&["j", "Space"]);
        demo.until_shown("price * 19 + 50");
        // Esc and a letter in one go are another key.
        demo.press(&["Escape"]);
        demo.until_shown("j k file");
        demo.press(&["l"]);
        demo.until_shown("this dashboard collects");
        demo.press(&["h", "h", "h"]);
        demo.until_shown("wants approval since");

        demo.select("docs");
        demo.press(&["v"]);
        demo.until_shown("◆");
        demo.press(&["v"]);
        demo.until("it is not marked", |screen| !screen.contains('◆'));
        demo.press(&["m"]);
        demo.until_shown("Enter send");
        demo.press(&["Escape"]);
        demo.until("nothing is written", |screen| {
            !screen.contains("Enter send")
        });

        demo.select("docs");
        demo.until_shown("answered 500 five times");
        demo.press(&["z"]);
        demo.until("it is snoozed", |screen| {
            row_of(screen, "docs").contains("z10m")
        });
        let is_beside = demo.screen().contains("preview of docs");
        demo.press(&["p"]);
        demo.until("the preview comes or goes", |screen| {
            screen.contains("preview of docs") != is_beside
        });
        demo.press(&["p"]);
        demo.until("and back", |screen| {
            screen.contains("preview of docs") == is_beside
        });
        // The hooks report already: there is nothing to install.
        demo.press(&["i", "?"]);
        demo.until_shown("Keys and signs");
        demo.press(&["Escape"]);
        demo.until("the help is closed", |screen| {
            !screen.contains("Keys and signs")
        });
        assert!(columns >= 80);
    });
}

#[test]
fn the_person_goes_there_and_f1_leads_home_from_everywhere() {
    at_both_sizes(|demo, _| {
        let home = |demo: &Demo<'_>| {
            demo.press(&["F1"]);
            demo.until_shown("─[Overview]─".trim_matches('─'));
        };
        demo.select("api");
        demo.until_shown("asks you since");
        demo.press(&["Enter"]);
        // The preview shows the same beside the list.
        demo.until("the person is there", |screen| {
            screen.contains("❯ 1. 8080") && !screen.contains("[Overview]")
        });
        home(demo);

        demo.press(&["s"]);
        demo.until("both are shown", |screen| {
            screen.contains("❯ 1. 8080") && screen.contains("ops:0.0")
        });
        // Into the other pane, where the keys are the assistant's.
        demo.press(&["Enter"]);
        wait_until("the other pane has the keys", || {
            demo.inside(&["display-message", "-p", "-t", "dashboard", "#{pane_index}"])
                .trim()
                != "0"
        });
        demo.press(&["F1", "s"]);
        demo.until("it is put back", |screen| !screen.contains("❯ 1. 8080"));

        demo.press(&["n"]);
        demo.until_shown("gemini");
        demo.press(&["Enter"]);
        demo.until_shown("what are you?");
        home(demo);
        demo.until_shown("dashboard:1.0");
        // In copy mode, with the own prefix, too.
        demo.press(&["F9", "["]);
        wait_until("it is in copy mode", || {
            demo.inside(&[
                "display-message",
                "-p",
                "-t",
                "dashboard:0.0",
                "#{pane_in_mode}",
            ])
            .trim()
                == "1"
        });
        demo.press(&["q", "F1"]);

        let place = "dashboard:1.0";
        demo.until("the guest is selected", |screen| {
            if selected(screen).contains(place) {
                return true;
            }
            demo.press(&["Tab"]);
            false
        });
        demo.press(&["x"]);
        demo.until_shown("x stop it");
        demo.press(&["x"]);
        demo.until("the guest is gone", |screen| !lives(screen, place));
        demo.until_shown(" ENDED");
        demo.press(&["E"]);
        demo.until("it is hidden", |screen| !screen.contains(" ENDED"));
        demo.press(&["E"]);
        demo.until_shown(" ENDED");
        demo.press(&["q"]);
        demo.until_shown("it ended with 0");
        assert_eq!(demo.folders(), Vec::<std::path::PathBuf>::new());
    });
}
