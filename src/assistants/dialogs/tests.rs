//! Dialogs of the real assistants, as they stood on the screen.

use std::path::Path;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::text::told_line;

use super::*;
use crate::state::Bound;
use crate::state::fixture::row;
use crate::state::{Request, Row};

fn screen(assistant: &str, name: &str) -> String {
    let path = format!("tests/fixtures/{assistant}/screens/{name}.txt");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cells of its longest line.
fn width(screen: &str) -> usize {
    let plain = facets::colours::without(screen);
    plain
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

fn dialog(assistant: &str, name: &str) -> Dialog {
    let known = assistant.parse().unwrap();
    let dialog = read(
        &known,
        &screen(assistant, name),
        width(&screen(assistant, name)),
    );
    dialog.unwrap_or_else(|| panic!("{assistant}/{name} is a dialog"))
}

fn request(assistant: &str, state: State, message: &str) -> Bound {
    let row = row(1, assistant, state, "a:0.0", 5);
    let request = Request {
        state,
        request_id: None,
        agent_id: None,
        tool: Some("any".to_owned()),
        message: Some(message.to_owned()),
        since: row.since,
        source: Source::Hook,
    };
    Bound::to(&Row {
        waiting: vec![request],
        cwd: Some("/home/user/pxxxxxxxxx".to_owned()),
        ..row
    })
    .unwrap()
}

/// Assistant, screen, what it asks, and what is pressed to deny.
fn permissions() -> Vec<(&'static str, &'static str, String, Press)> {
    let words: Vec<String> = (0..50).map(|n| format!("word{n}")).collect();
    let long = format!("touch ../o3.txt {}", words.join(" "));
    let narrow = format!("touch ../o3.txt {}", words[..40].join(" "));
    let here = narrow.replace("../", "");
    let xs = "x".repeat(90);
    let narrower = format!("touch o3.txt {} {xs} --end", words[..30].join(" "));
    let wide = long.replace("../", "");
    let text = |digit: &str| Press::Text(digit.to_owned());
    let escape = || Press::Key("Escape");
    let own = |what: &str| what.to_owned();
    vec![
        (
            "codex",
            "permission_command",
            own("touch ../o1.txt"),
            text("3"),
        ),
        ("codex", "permission_command_long", long, text("3")),
        (
            "codex",
            "permission_patch",
            own("/var/tmp/patched.txt"),
            text("3"),
        ),
        (
            "gemini",
            "permission_command",
            own("touch o1.txt"),
            escape(),
        ),
        ("gemini", "permission_write", own("hello.txt"), escape()),
        ("qwen", "permission_command", own("touch o1.txt"), text("4")),
        ("qwen", "permission_write", own("hello.txt"), text("3")),
        ("codex", "permission_command_narrow", narrow, text("3")),
        (
            "gemini",
            "permission_command_narrow",
            here.clone(),
            escape(),
        ),
        ("copilot", "permission_command_narrow", here, escape()),
        (
            "copilot",
            "permission_command",
            own("touch o1.txt"),
            escape(),
        ),
        ("copilot", "permission_write", own("hello.txt"), escape()),
        (
            "opencode",
            "permission_command",
            own("touch o1.txt"),
            escape(),
        ),
        ("kimi", "permission_command", own("touch k1"), escape()),
        (
            "kimi",
            "permission_command_of_two",
            own("touch p1"),
            escape(),
        ),
        ("kimi", "permission_command_long", wide, escape()),
        ("kimi", "permission_command_narrow", narrower, escape()),
        ("kimi", "permission_write", own("hello.txt"), escape()),
        ("kimi", "permission_edit", own("hello.txt"), escape()),
        (
            "kimi",
            "permission_write_narrow",
            own("sub/hello.txt"),
            escape(),
        ),
    ]
}

#[test]
fn every_permission_dialog_shows_its_own_request_and_no_other() {
    let all = permissions();
    for (assistant, name, message, deny) in &all {
        let dialog = dialog(assistant, name);
        let asks = |message: &str| request(assistant, State::WaitingApproval, message);
        assert_eq!(dialog.shows(&asks(message)), Ok(()), "{assistant}/{name}");
        assert_eq!(dialog.selected, Some(1), "{assistant}/{name}");
        assert_eq!(dialog.yes(), Some(1), "{assistant}/{name}");
        let no = dialog.no().and_then(|no| dialog.option(no)).unwrap();
        assert_eq!(no.press.as_ref(), Some(deny), "{assistant}/{name}");
        for (_, _, other, _) in all.iter().filter(|other| other.2 != *message) {
            assert!(
                dialog.shows(&asks(other)).is_err(),
                "{assistant}/{name} {other}"
            );
        }
        for other in ["touch", "o1.txt", "touch o1.txt && rm x", "", "txt"] {
            assert!(
                dialog.shows(&asks(other)).is_err(),
                "{assistant}/{name} {other}"
            );
        }
        let question = request(assistant, State::WaitingInput, message);
        assert!(dialog.shows(&question).is_err(), "{assistant}/{name}");
    }
}

#[test]
fn a_question_shows_itself_and_its_options() {
    for (assistant, question) in [
        ("codex", "Which colour should it be?"),
        ("gemini", "Which colour?"),
        ("qwen", "Which colour?"),
    ] {
        let dialog = dialog(assistant, "question");
        let asks = |message: &str| request(assistant, State::WaitingInput, message);
        assert_eq!(dialog.shows(&asks(question)), Ok(()), "{assistant}");
        assert!(dialog.shows(&asks("Which?")).is_err(), "{assistant}");
        let approval = request(assistant, State::WaitingApproval, question);
        assert!(dialog.shows(&approval).is_err(), "{assistant}");
        let blue = dialog.option(2).unwrap();
        assert!(
            blue.label.starts_with("Blue"),
            "{assistant}: {}",
            blue.label
        );
        assert_eq!(blue.press, Some(Press::Text("2".to_owned())));
    }
}

#[test]
fn one_assistants_dialog_is_not_anothers() {
    for (assistant, name, _, _) in permissions() {
        for other in [
            "codex", "gemini", "qwen", "copilot", "opencode", "claude", "kilo", "kimi",
        ] {
            let read = read(
                &other.parse().unwrap(),
                &screen(assistant, name),
                width(&screen(assistant, name)),
            );
            assert_eq!(
                read.is_some(),
                other == assistant,
                "{assistant}/{name} as {other}"
            );
        }
    }
}

#[test]
fn a_dialog_that_has_something_below_it_is_none() {
    for (assistant, name, _, _) in permissions() {
        let below = screen(assistant, name).trim_end().to_owned() + "\n\n\n> and more\n";
        let read = read(&assistant.parse().unwrap(), &below, width(&below));
        assert!(read.is_none(), "{assistant}/{name}");
    }
}

proptest::proptest! {
    #[test]
    fn no_screen_makes_it_panic(which in 0..20_usize, cut in 0..4000_usize, noise in "(?s).{0,40}") {
        let (assistant, name, _, _) = permissions().swap_remove(which);
        let mut screen = screen(assistant, name);
        let at = (0..=cut.min(screen.len())).rev().find(|at| screen.is_char_boundary(*at));
        screen.insert_str(at.unwrap_or(0), &noise);
        let _ = read(&assistant.parse().unwrap(), &screen, 120);
        let at = at.unwrap_or(0);
        let _ = read(&assistant.parse().unwrap(), &screen[at..], 120);
    }
}

/// One recorded dialog: the pane's cells, the command, the screen.
pub(crate) fn recorded(assistant: &str) -> Vec<(usize, String, String)> {
    let path = format!("tests/fixtures/{assistant}/dialogs/recorded.jsonl");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let lines = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let width = usize::try_from(line["width"].as_u64().unwrap()).unwrap();
        (width, text("command"), text("screen"))
    };
    lines.lines().map(line).collect()
}

/// Without its last character that can be seen.
fn shorter(command: &str) -> String {
    let mut shorter = command.trim_end().to_owned();
    shorter.pop();
    shorter
}

/// Whether the assistant leaves a part of such a command out: Codex draws no tabs, Gemini no blanks
/// before it, OpenCode no more than
/// five rows and half cells within words of wide characters, Qwen Code cuts long rows.
fn leaves_out(assistant: &str, width: usize, command: &str) -> bool {
    let cells = unicode_width::UnicodeWidthStr::width(command);
    match assistant {
        "codex" => command.contains('\t'),
        "gemini" => command.starts_with(' '),
        "opencode" => {
            let is_wide = command.contains('漢') && (cells > 100 || command.contains('\u{200d}'));
            let rows = command
                .lines()
                .map(|line| 1 + line.chars().count() / (width - 12));
            rows.sum::<usize>() > 4 || is_wide
        }
        "qwen" => {
            command.contains('\t')
                || command
                    .lines()
                    .any(|line| line.chars().count() + 12 > width)
        }
        _ => false,
    }
}

#[test]
fn every_recorded_command_is_its_own_and_none_that_is_nearly_so() {
    let mut told_alone = 0;
    for assistant in ["codex", "copilot", "gemini", "opencode", "qwen", "kimi"] {
        let mut shown = 0;
        for (width, command, screen) in recorded(assistant) {
            let dialog = read(&assistant.parse().unwrap(), &screen, width);
            let asks = |command: &str| Bound {
                command: Some(command.to_owned()),
                ..request(assistant, State::WaitingApproval, "any")
            };
            let said = dialog.as_ref().map(|dialog| dialog.shows(&asks(&command)));
            if leaves_out(assistant, width, &command) {
                continue;
            }
            assert_eq!(
                said,
                Some(Ok(())),
                "{assistant} {width}: {command:?}\n{screen}"
            );
            shown += 1;
            let dialog = dialog.unwrap();
            // Of one line its event has all.
            if !command.trim().contains('\n') && command.len() < 150 {
                let told = |command: &str| {
                    let line = told_line(command, 200);
                    dialog.shows(&request(assistant, State::WaitingApproval, &line))
                };
                assert_eq!(told(&command), Ok(()), "{assistant} {width}: {command:?}");
                told_alone += 1;
                // Blanks at the end of a row cannot be seen.
                let first = command.split_whitespace().next().unwrap_or_default();
                let is_seen = !screen
                    .lines()
                    .any(|row| row.trim_end_matches([' ', '│']).ends_with(first));
                let spread = command.trim_start().replacen(' ', "  ", 1);
                let said = told(&spread);
                assert!(said.is_err() || !is_seen, "{assistant} {width}: {spread:?}");
            }
            for other in [
                command.replacen("touch", "touc h", 1),
                command.replacen("touch", "touch\n", 1),
                format!("{command}x"),
                format!("{command}\ntrue"),
                format!(" {command}"),
                shorter(&command),
            ] {
                let said = dialog.shows(&asks(&other));
                assert!(
                    said.is_err(),
                    "{assistant} {width}: {command:?} as {other:?}\n{screen}"
                );
            }
        }
        assert!(shown >= 4, "{assistant}: {shown}");
    }
    assert!(told_alone > 10, "{told_alone}");
}
