//! Dialogs of the real Claude Code, as they stood on the screen: one of each kind, and commands of every
//! sort in panes of 40 to 200 cells, recorded with what was asked.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::{Assistant, Source, State};
use pane_patrol_hooks::text::printable;
use serde_json::Value;

use crate::assistants::facets::Dialogs;
use crate::assistants::facets::dialog::*;
use crate::state::fixture::row;
use crate::state::{Bound, Request, Row};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/claude")
}

fn screen(name: &str) -> String {
    let path = fixtures().join("screens").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn width(screen: &str) -> usize {
    let rules = screen.lines().filter(|line| line.starts_with('─'));
    rules.map(|line| line.chars().count()).max().unwrap_or(120)
}

fn read(screen: &str) -> Option<Dialog> {
    crate::assistants::dialogs::read(&Assistant::CLAUDE, screen, width(screen))
}

fn dialog(name: &str) -> Dialog {
    read(&screen(name)).unwrap_or_else(|| panic!("{name} is a dialog"))
}

pub(crate) fn request(tool: &str, message: &str) -> Bound {
    let state = if tool == "AskUserQuestion" {
        State::WaitingInput
    } else {
        State::WaitingApproval
    };
    let row = row(1, "claude", state, "a:0.0", 5);
    let request = Request {
        state,
        request_id: None,
        agent_id: None,
        tool: Some(tool.to_owned()),
        message: Some(message.to_owned()),
        since: row.since,
        source: Source::Hook,
    };
    Bound::to(&Row {
        waiting: vec![request],
        cwd: Some("/home/user/proj".to_owned()),
        ..row
    })
    .unwrap()
}

/// A request of a command whose input is known.
pub(crate) fn asked(input: &Value) -> Bound {
    let command = input["command"].as_str().unwrap_or_default();
    Bound {
        command: Some(command.to_owned()),
        input: Some(input.clone()),
        ..request("Bash", &pane_patrol_hooks::text::told_line(command, 200))
    }
}

/// One recorded dialog.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// File and line.
    pub(crate) name: String,
    /// Cells of the pane.
    pub(crate) width: usize,
    /// What the tool is given.
    pub(crate) input: Value,
    pub(crate) screen: String,
    /// Some of it was drawn beyond the pane's edge.
    is_cut: bool,
}

impl Recorded {
    fn dialog(&self) -> Dialog {
        let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &self.screen, self.width);
        dialog.unwrap_or_else(|| panic!("{} is a dialog\n{}", self.name, self.screen))
    }
}

/// Every recorded dialog.
pub(crate) fn recorded() -> Vec<Recorded> {
    let folder = fixtures().join("dialogs");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for (index, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let line: Value = serde_json::from_str(line).unwrap();
            let width = usize::try_from(line["width"].as_u64().unwrap()).unwrap();
            all.push(Recorded {
                name: format!("{name}:{}", index + 1),
                width,
                input: line["input"].clone(),
                screen: line["screen"].as_str().unwrap().to_owned(),
                is_cut: line["cut"] == true,
            });
        }
    }
    all
}

/// Whether it could draw a dialog, or stands beyond the pane's edge.
fn is_not_answered(line: &Recorded) -> bool {
    line.is_cut || draws(&line.input)
}

fn draws(input: &Value) -> bool {
    let texts = [&input["command"], &input["description"]];
    texts.iter().any(|text| {
        let text = text.as_str().unwrap_or_default();
        // Of what stands beside signs of frames the cells have to be certain.
        text.contains('\r') || text.contains('│') && text.contains('❯')
    })
}

#[test]
fn every_recorded_dialog_shows_its_request() {
    let all = recorded();
    let mut shown = 0;
    for line in &all {
        let Recorded {
            name,
            input,
            screen,
            ..
        } = line;
        if is_not_answered(line) {
            let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, screen, line.width);
            let said = dialog.map(|dialog| dialog.shows(&asked(input)));
            assert_ne!(said, Some(Ok(())), "{name}: {input}");
            continue;
        }
        let dialog = line.dialog();
        let said = dialog.shows(&asked(input));
        assert_eq!(said, Ok(()), "{name}: {input}\n{screen}");
        assert_eq!(dialog.yes(), Some(1), "{name}");
        let last = dialog.options.last().map(|last| last.number);
        assert_eq!(dialog.no(), last, "{name}");
        assert!(dialog.untouched && dialog.selected == Some(1), "{name}");
        shown += 1;
    }
    assert!(shown >= 200, "{shown} of {}", all.len());
}

/// `text` with one blank more, one less, or a line break in its place, at each of its blanks; with a
/// blank in each of its words; and every beginning of it.
fn near(text: &str) -> Vec<(usize, String)> {
    let mut others = Vec::new();
    for (at, c) in text.char_indices() {
        let (before, after) = text.split_at(at);
        let rest = &after[c.len_utf8()..];
        if c == ' ' || c == '\n' {
            let swapped = if c == ' ' { '\n' } else { ' ' };
            others.push((at, format!("{before}{rest}")));
            others.push((at, format!("{before}{swapped}{rest}")));
            others.push((at, format!("{before} {after}")));
        } else if at > 0 {
            others.push((at, format!("{before} {after}")));
            others.push((at, format!("{before}\n{after}")));
            others.push((at, before.to_owned()));
        }
    }
    others
}

/// Of a text that is off by one blank or break, no more is taken than what cannot be told apart: what
/// stands at the end of a row.
#[test]
fn a_command_that_is_off_by_a_blank_or_a_break_within_a_row_is_another_one() {
    let is_short = |input: &Value| {
        input["command"]
            .as_str()
            .is_some_and(|text| text.len() < 300 && !text.contains('\t'))
    };
    let all = recorded();
    let is_tried =
        |line: &&Recorded| line.width <= 60 && !is_not_answered(line) && is_short(&line.input);
    for line in all.iter().filter(is_tried) {
        let Recorded {
            name,
            input,
            screen,
            ..
        } = line;
        let dialog = line.dialog();
        let command = input["command"].as_str().unwrap();
        let ends: Vec<String> = screen
            .lines()
            .map(str::trim)
            .flat_map(|line| [line, line.strip_prefix("│ ").unwrap_or_default()])
            .map(str::to_owned)
            .collect();
        for (at, other) in near(command) {
            let mut changed = input.clone();
            changed["command"] = Value::String(other.clone());
            if dialog.shows(&asked(&changed)).is_err() {
                continue;
            }
            let before = command[..at]
                .trim_end()
                .rsplit('\n')
                .next()
                .unwrap_or_default();
            let is_end = ends
                .iter()
                .any(|end| !end.is_empty() && before.ends_with(end.as_str()))
                || before.is_empty()
                || command[at..].trim_start().is_empty();
            assert!(is_end, "{name} at {at}: {command:?} as {other:?}\n{screen}");
        }
    }
}

#[test]
fn every_permission_dialog_shows_its_own_request_and_no_other() {
    let long =
        "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part";
    let cases = [
        ("permission_bash.txt", "Bash", "touch f1 && sleep 9", 4),
        (
            "permission_bash.v2.1.197.txt",
            "Bash",
            "touch f1 && sleep 9",
            3,
        ),
        ("permission_bash_narrow.txt", "Bash", long, 4),
        ("permission_bash_narrow.v2.1.197.txt", "Bash", long, 3),
        ("permission_write.txt", "Write", "a.txt", 3),
        (
            "permission_write_outside.txt",
            "Write",
            "/tmp/actlab/zz.txt",
            3,
        ),
        ("permission_edit.txt", "Edit", "e.txt", 3),
        ("permission_mcp.txt", "mcp__lab__echo", "lab echo: x=1", 3),
    ];
    for (name, tool, message, no) in cases {
        let dialog = dialog(name);
        assert_eq!(dialog.shows(&request(tool, message)), Ok(()), "{name}");
        assert_eq!((dialog.yes(), dialog.no()), (Some(1), Some(no)), "{name}");
        assert_eq!(dialog.selected, Some(1), "{name}");
        for (_, tool, other, _) in cases.iter().filter(|case| case.2 != message) {
            let said = dialog.shows(&request(tool, other));
            assert!(said.is_err(), "{name} {other}");
        }
    }
}

#[test]
fn part_of_a_command_is_another_command() {
    for name in ["permission_bash.txt", "permission_bash.v2.1.197.txt"] {
        let dialog = dialog(name);
        for other in [
            "touch f1",
            "f1 && sleep 9",
            "touch f1 && sleep 99",
            "sleep 9",
            "",
            "lab command",
        ] {
            let said = dialog.shows(&request("Bash", other));
            assert!(said.is_err(), "{name} {other}");
        }
        let cut = request("Bash", "touch f1 && sl…");
        assert_eq!(dialog.shows(&cut), Ok(()), "{name}");
    }
}

#[test]
fn where_all_of_a_command_is_known_its_dialog_must_show_all_of_it() {
    for name in ["permission_bash.txt", "permission_bash.v2.1.197.txt"] {
        let dialog = dialog(name);
        let says = |command: &str, description: &str| {
            dialog.shows(&asked(
                &serde_json::json!({"command": command, "description": description}),
            ))
        };
        assert_eq!(says("touch f1 && sleep 9", "lab command"), Ok(()));
        assert!(says("touch f1 && sleep 9\nrm f1", "lab command").is_err());
        assert!(says("touch f1 && sleep 9\nlab command", "").is_err());
        assert!(says("touch f1 && sleep 9", "lab  command").is_err());
        assert!(says("touch f1 && sleep 9", "lab").is_err());
        assert!(says("touch f1 && sleep 9", "").is_err());
    }
}

/// Without its description nobody knows where a command of the older layout ends, unless one row is left.
#[test]
fn any_rows_of_the_older_layout_are_not_a_command() {
    let older = screen("permission_bash.v2.1.197.txt");
    let longer = older.replace("   lab command", "   rm -rf b\n   lab command");
    let dialog = read(&longer).unwrap();
    let refused = dialog.shows(&request("Bash", "touch f1 && sleep 9"));
    assert_eq!(refused, Err(Refusal::NotKnown(Part::Description)));
}

/// A description that draws a rule, a bar or a whole dialog begins one cell in, like every text.
#[test]
fn a_description_cannot_draw_the_head_of_a_dialog() {
    let newer = screen("permission_bash.txt");
    let rule = "─".repeat(119);
    let dotted = "╌".repeat(119);
    let drawn = format!(
        " {rule}\n Bash command\n lab command\n {dotted}\n touch good\n {dotted}\n Do you want to proceed?"
    );
    for (from, to) in [
        (" lab command", format!(" lab command\n{drawn}")),
        (
            " touch f1 && sleep 9",
            format!(" touch f1 && sleep 9\n{drawn}"),
        ),
    ] {
        let dialog =
            read(&newer.replacen(&format!("\n{from}\n"), &format!("\n{to}\n"), 2)).unwrap();
        let good =
            asked(&serde_json::json!({"command": "touch good", "description": "lab command"}));
        assert!(dialog.shows(&good).is_err(), "{to}");
    }
    let narrower = newer.replace(&"─".repeat(120), &"─".repeat(119));
    assert_eq!(
        crate::assistants::dialogs::read(&Assistant::CLAUDE, &narrower, 120),
        None
    );
    assert_eq!(
        crate::assistants::dialogs::read(&Assistant::CLAUDE, &newer, 121),
        None
    );
}

#[test]
fn a_dialog_that_is_taller_than_its_pane_is_not_answered() {
    let is_cut_off = |name: &str| Dialogs::is_cut_off(&super::Sheets, &screen(name), 120);
    assert_eq!(read(&screen("permission_bash_tall.txt")), None);
    assert!(is_cut_off("permission_bash_tall.txt"));
    assert!(!is_cut_off("permission_bash.txt"));
    assert!(!is_cut_off("queued_prompt.txt"));
}

#[test]
fn a_sub_agents_dialog_is_not_the_main_agents() {
    let subs = dialog("permission_from_subagent.txt");
    let mut bound = request("Bash", "touch subf");
    assert!(subs.shows(&bound).is_err());
    bound.request.agent_id = Some("a1".to_owned());
    assert_eq!(subs.shows(&bound), Ok(()));
    let mut bound = request("Bash", "touch f1 && sleep 9");
    bound.request.agent_id = Some("a1".to_owned());
    assert!(dialog("permission_bash.txt").shows(&bound).is_err());
}

#[test]
fn a_workflows_sub_agent_has_its_name_in_the_title() {
    let (rule, dots) = ("─".repeat(100), "╌".repeat(100));
    let titled = |name: &str| {
        let title = format!("Bash command · from the {name} workflow");
        let screen = format!(
            "{rule}\n {title:<91} 1 of 2\n make\n{dots}\n touch h2\n{dots}\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend\n"
        );
        read(&screen).unwrap()
    };
    let mut bound = asked(&serde_json::json!({"command": "touch h2", "description": "make"}));
    assert!(
        titled("\"w\"").shows(&bound).is_err(),
        "not the main agent's"
    );
    bound.request.agent_id = Some("a1".to_owned());
    assert_eq!(titled("\"w\"").shows(&bound), Ok(()));
    for name in ["w", "\"w x\"", "\"\"", "\"w"] {
        assert!(titled(name).shows(&bound).is_err(), "{name}");
    }
}

#[test]
fn a_dialog_somebody_writes_into_is_touched() {
    for name in [
        "permission_bash_feedback_tab.txt",
        "permission_bash_feedback_text.txt",
    ] {
        let dialog = dialog(name);
        assert!(!dialog.untouched && dialog.selected == Some(4), "{name}");
    }
}

#[test]
fn a_question_shows_itself_and_its_options() {
    let dialog = dialog("ask_user_question.txt");
    let question = |text: &str| request("AskUserQuestion", text);
    assert_eq!(dialog.shows(&question("Which colour do you want?")), Ok(()));
    for other in [
        "Which colour?",
        "colour do you want?",
        "Which colour do you  want?",
    ] {
        assert!(dialog.shows(&question(other)).is_err(), "{other}");
    }
    let approval = request("Bash", "Which colour do you want?");
    assert!(dialog.shows(&approval).is_err());
    let labels: Vec<&str> = dialog.options.iter().map(|option| &*option.label).collect();
    assert_eq!(
        labels,
        ["Red", "Blue", "Type something.", "Chat about this"]
    );
    assert_eq!((dialog.yes(), dialog.no()), (None, None));
}

#[test]
fn nothing_else_is_a_dialog_that_can_be_approved() {
    for name in [
        "auto_mode_check_unavailable.txt",
        "permission_bash_denied.txt",
        "permission_bash_running_after_approve.txt",
        "queued_prompt.txt",
        "trust_dialog.txt",
        "elicitation_form.txt",
        "ask_user_question_multi_review.txt",
    ] {
        let yes = read(&screen(name)).and_then(|dialog| dialog.yes());
        assert_eq!(yes, None, "{name}");
    }
    for text in [
        "",
        "Esc to cancel",
        "1. Yes\nEsc to cancel",
        "❯ 1. Yes\n\n Esc to cancel · Tab to amend\n\n> more",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

/// What `permission_bash_narrow.txt` asks.
const NARROW: &str =
    "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part";

fn described(command: &str) -> Value {
    serde_json::json!({"command": command, "description": "lab command"})
}

#[test]
fn requests_that_look_the_same_are_not_told_apart_by_the_screen() {
    let bound = asked(&described(NARROW));
    let narrow = dialog("permission_bash_narrow.txt");
    let broken = asked(&described(&NARROW.replace("this is", "this\nis")));
    let spaced = asked(&described(&NARROW.replace("this is", "this  is")));
    for twin in [broken, spaced] {
        assert_eq!(narrow.shows(&twin), Ok(()));
        assert_eq!(tell_apart(&narrow, &bound, &[twin]), Err(Refusal::Twins));
    }
    let other = asked(&described(&NARROW.replace("&& echo", "&&  echo")));
    assert_eq!(tell_apart(&narrow, &bound, &[other]), Ok(()));
    assert_eq!(
        tell_apart(&narrow, &bound, std::slice::from_ref(&bound)),
        Ok(())
    );
    let unknown = request("Bash", NARROW);
    assert_eq!(tell_apart(&narrow, &bound, &[unknown]), Err(Refusal::Twins));
}

#[test]
fn a_command_with_a_bar_of_its_own_may_be_one_of_several_lines() {
    for width in [40, 60] {
        let (rule, dots) = ("─".repeat(width), "╌".repeat(width));
        let screen = format!(
            "{rule}\n Bash command\n make\n{dots}\n │ true;touch a\n │ true;touch b\n{dots}\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend\n"
        );
        let dialog = read(&screen).unwrap();
        let with =
            |command: &str| asked(&serde_json::json!({"command": command, "description": "make"}));
        let own = with("true;touch a\ntrue;touch b");
        let blanks = width - 1;
        let barred = with(&format!("{:<blanks$}│ true;touch b", "│ true;touch a"));
        assert_eq!(dialog.shows(&own), Ok(()));
        assert_eq!(tell_apart(&dialog, &own, &[barred]), Err(Refusal::Twins));
        let other = with("true;touch a;\ntrue;touch b");
        assert_eq!(tell_apart(&dialog, &own, &[other]), Ok(()));
    }
}

#[test]
fn commands_that_differ_by_a_doubtful_character_are_not_told_apart() {
    let mut tried = 0;
    for (index, line) in recorded()
        .iter()
        .filter(|line| !is_not_answered(line))
        .enumerate()
    {
        let (dialog, own) = (line.dialog(), asked(&line.input));
        for (name, doubtful) in ["command", "description"]
            .into_iter()
            .zip(DOUBTFUL.into_iter().cycle().skip(index))
        {
            let Some(text) = line.input[name].as_str().filter(|text| !text.is_empty()) else {
                continue;
            };
            for at in [0, text.len() / 2, text.len()] {
                let at = text.floor_char_boundary(at);
                let mut other = line.input.clone();
                other[name] = format!("{}{doubtful}{}", &text[..at], &text[at..]).into();
                let other = asked(&other);
                let told = tell_apart(&dialog, &own, std::slice::from_ref(&other));
                assert_eq!(told, Err(Refusal::Twins), "{} {other:?}", line.name);
                assert!(has_lookalike(&dialog, &own, &[other]));
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

/// What some version draws as nothing, as a blank or as another sign.
const DOUBTFUL: [&str; 7] = [
    "\u{378}",
    "\u{ad}",
    "\u{2028}",
    "\u{1161}",
    "\u{1fae9}",
    "\u{301}\u{301}",
    "\u{1f3fd}",
];

/// Half a pair of surrogates is read as the sign for the unknown: two such texts may not be the same.
#[test]
fn two_signs_for_the_unknown_may_stand_for_different_characters() {
    let rule = "─".repeat(80);
    let screen = format!(
        "{rule}\n Bash command\n\n   touch \u{fffd}\n   make\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend\n"
    );
    let dialog = read(&screen).unwrap();
    let own = asked(&serde_json::json!({"command": "touch \u{fffd}", "description": "make"}));
    assert_eq!(dialog.shows(&own), Ok(()));
    let told = tell_apart(&dialog, &own, std::slice::from_ref(&own));
    assert_eq!(told, Err(Refusal::Twins));
}

#[test]
fn a_request_that_hides_something_may_be_the_one_on_the_screen() {
    let bound = asked(&described(NARROW));
    let narrow = dialog("permission_bash_narrow.txt");
    // Older versions draw none of these.
    for hidden in [
        '\u{ad}',
        '\u{200b}',
        '\u{feff}',
        '\u{200e}',
        '\u{2062}',
        '\u{fe0f}',
        '\u{e0041}',
    ] {
        let hides = NARROW.replace("echo", &format!("ec{hidden}{hidden}ho"));
        let twin = asked(&described(&hides));
        assert!(narrow.shows(&twin).is_err(), "it is not answered itself");
        let told = request("Bash", &printable(&hides));
        for twin in [twin, told] {
            let told = tell_apart(&narrow, &bound, std::slice::from_ref(&twin));
            assert_eq!(told, Err(Refusal::Twins), "{hidden:?} {twin:?}");
            assert!(has_lookalike(&narrow, &bound, &[twin]), "{hidden:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_screen_makes_it_panic(screen in "(?s).{0,200}", width in 0..50_usize) {
        let _ = crate::assistants::dialogs::read(&Assistant::CLAUDE, &screen, width);
    }

    #[test]
    fn no_dialog_that_is_cut_or_written_over_makes_it_panic(which in 0..10_usize, cut in 0..3000_usize, noise in "(?s)[ │─╌❯1.\n]{0,40}") {
        let Recorded { width, input, mut screen, .. } = recorded().swap_remove(which);
        let at = (0..=cut.min(screen.len())).rev().find(|at| screen.is_char_boundary(*at)).unwrap_or(0);
        screen.insert_str(at, &noise);
        for part in [&screen[..], &screen[at..]] {
            if let Some(dialog) = crate::assistants::dialogs::read(&Assistant::CLAUDE, part, width) {
                let _ = dialog.shows(&asked(&input));
            }
        }
    }
}
