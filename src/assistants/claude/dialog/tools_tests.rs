//! Diffs, questions, plans and calls of servers' tools as the real Claude Code draws them in panes of 40 to
//! 200 cells, recorded with what its tools were given.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::event::Assistant;
use serde_json::{Value, json};

use super::tests::request;
use crate::assistants::facets::dialog::*;
use crate::state::Bound;

/// The folder in which they were recorded, as it is written down.
const FOLDER: &str = "/home/user/proj";

struct Recorded {
    name: String,
    width: usize,
    tool: String,
    /// The folder in which it was recorded.
    cwd: String,
    /// A sub-agent asks.
    is_sub_agents: bool,
    /// All that is asked stands on the screen.
    is_whole: bool,
    input: Value,
    screen: String,
}

impl Recorded {
    fn dialog(&self) -> Dialog {
        let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &self.screen, self.width);
        dialog.unwrap_or_else(|| panic!("{} is a dialog\n{}", self.name, self.screen))
    }
}

fn recorded() -> Vec<Recorded> {
    recorded_in("tools")
}

fn recorded_in(folder: &str) -> Vec<Recorded> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/claude/dialogs");
    let folder = all.join(folder);
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file).unwrap();
        let line = |(index, line): (usize, &str)| {
            let line: Value = serde_json::from_str(line).unwrap();
            Recorded {
                name: format!("{name}:{}", index + 1),
                width: usize::try_from(line["width"].as_u64().unwrap()).unwrap(),
                tool: line["tool"].as_str().unwrap().to_owned(),
                cwd: line["cwd"].as_str().unwrap_or(FOLDER).to_owned(),
                is_sub_agents: line["agent"] == true,
                is_whole: line["whole"] != false,
                input: line["input"].clone(),
                screen: line["screen"].as_str().unwrap().to_owned(),
            }
        };
        text.lines().enumerate().map(line).collect::<Vec<_>>()
    };
    files.iter().flat_map(read).collect()
}

impl Recorded {
    /// One of `lab`'s `echo` with another input, by the main agent.
    fn clone_with(&self, input: &Value) -> Self {
        Self {
            name: self.name.clone(),
            width: self.width,
            tool: "mcp__lab__echo".to_owned(),
            cwd: self.cwd.clone(),
            is_sub_agents: false,
            is_whole: true,
            input: input.clone(),
            screen: String::new(),
        }
    }

    /// Why it is not answered: a cell of which only the kind changes, one whose name is left out, or one
    /// that is drawn over.
    fn refused(&self) -> Result<(), Refusal> {
        let is_empty = !self.screen.contains(" 1 ");
        Err(if is_empty {
            Refusal::NotKnown(Part::Content)
        } else if self.screen.lines().any(|row| row.ends_with('…')) {
            Refusal::CutOff(Part::Cell)
        } else {
            Refusal::Differs(Part::Content)
        })
    }

    /// The request of its tool with this input.
    fn asks(&self, input: &Value) -> Bound {
        let message = summary_of(&self.tool, input, &self.cwd).unwrap_or_default();
        let command = input["plan"].as_str().or(input["command"].as_str());
        let mut bound = Bound {
            input: Some(input.clone()),
            command: command.map(str::to_owned),
            cwd: Some(self.cwd.clone()),
            ..request(&self.tool, &message)
        };
        bound.request.agent_id = self.is_sub_agents.then(|| "a".to_owned());
        bound
    }
}

/// Every recorded permission that stands whole on the screen: its name, its request, the screen and how
/// wide that is.
pub(crate) fn honest() -> Vec<(String, Bound, String, usize)> {
    let all = recorded().into_iter();
    let all = all.filter(|line| line.is_whole && line.tool != "AskUserQuestion");
    all.map(|line| {
        let asks = line.asks(&line.input);
        (line.name, asks, line.screen, line.width)
    })
    .collect()
}

#[test]
fn every_recorded_diff_question_plan_and_call_shows_its_request() {
    let all = recorded();
    let mut wrong = Vec::new();
    for line in &all {
        let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &line.screen, line.width);
        let said = dialog
            .as_ref()
            .map(|dialog| dialog.shows(&line.asks(&line.input)));
        if said
            != Some(if line.is_whole {
                Ok(())
            } else {
                line.refused()
            })
        {
            let Recorded {
                name,
                tool,
                input,
                screen,
                ..
            } = line;
            wrong.push(format!("{name} {tool} {input}: {said:?}\n{screen}"));
        }
    }
    let count = wrong.len();
    assert!(
        wrong.is_empty(),
        "{count} of {}:\n{}",
        all.len(),
        wrong.join("\n")
    );
    assert!(all.len() >= 200, "{}", all.len());
}

/// What of the inputs of Claude's own tools stands on the screen.
const SHOWN: [&str; 13] = [
    "url",
    "prompt",
    "query",
    "file_path",
    "description",
    "command",
    "skill",
    "name",
    "cron",
    "notebook_path",
    "cell_id",
    "new_source",
    "pages",
];

/// Inputs that differ from this one by a sign, a blank, a line, an order.
fn near(tool: &str, input: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut with = |pointer: &str, text: String| {
        let mut other = input.clone();
        *other.pointer_mut(pointer).unwrap() = Value::String(text);
        all.push(other);
    };
    let content = input["content"].as_str().unwrap_or_default();
    let vary = |pointer: &str, with: &mut dyn FnMut(&str, String)| {
        let Some(text) = input.pointer(pointer).and_then(Value::as_str) else {
            return;
        };
        with(pointer, format!("x{text}"));
        with(pointer, format!("{text}x"));
        if let Some(at) = text
            .trim()
            .find(' ')
            .filter(|at| *at > 0 && !text.starts_with([' ', '\n']))
        {
            with(pointer, format!("{} {}", &text[..at], &text[at..]));
            with(pointer, format!("{}{}", &text[..at], &text[at + 1..]));
        }
    };
    match tool {
        // Of a long file only what changes is shown.
        "Write" if content.contains("five") => {
            for changed in ["line fivex", "line  five ", "line FIVE"] {
                with("/content", content.replacen("line five", changed, 1));
            }
        }
        "Write" => vary("/content", &mut with),
        "Edit" => {
            vary("/old_string", &mut with);
            vary("/new_string", &mut with);
        }
        "ExitPlanMode" => vary("/plan", &mut with),
        "AskUserQuestion" => {
            vary("/questions/0/options/0/label", &mut with);
            vary("/questions/0/options/1/label", &mut with);
            let mut turned = input.clone();
            let options = turned.pointer_mut("/questions/0/options").unwrap();
            options.as_array_mut().unwrap().swap(0, 1);
            all.push(turned);
        }
        // Nor is all of a long cell.
        "NotebookEdit"
            if input["new_source"]
                .as_str()
                .is_some_and(|text| text.contains("y19")) =>
        {
            let source = input["new_source"].as_str().unwrap();
            for (from, to) in [("100\n", "1000\n"), ("y19  =", "y19 ="), ("= 19\n", "= 19")] {
                // Only one of them is on the screen for each.
                let is_shown = source.contains("100\n") == (from == "100\n");
                if is_shown && source.contains(from) {
                    with("/new_source", source.replacen(from, to, 1));
                }
            }
        }
        _ if !tool.starts_with("mcp__") => {
            for name in SHOWN {
                let is_shown = match tool {
                    "Agent" => name == "description",
                    // Nothing of it is shown.
                    "ToolSearch" | "SendMessage" => false,
                    "NotebookEdit" => input["edit_mode"] != "delete" || name != "new_source",
                    _ => true,
                };
                if is_shown {
                    vary(&format!("/{name}"), &mut with);
                }
            }
        }
        _ => {
            for name in input.as_object().unwrap().keys() {
                vary(&format!("/{name}"), &mut with);
            }
            let mut more = input.clone();
            more["more"] = json!("x");
            all.push(more);
        }
    }
    all
}

/// Tools of which blanks are run together.
const RUN_TOGETHER: [&str; 6] = [
    "AskUserQuestion",
    "ExitPlanMode",
    "Agent",
    "CronCreate",
    "EnterWorktree",
    "WebSearch",
];

/// Whether the two cannot be told apart by anybody: blanks that newer versions run together, and what
/// markdown runs together.
fn looks_the_same(tool: &str, one: &Value, other: &Value) -> bool {
    let run_together = |value: &Value| {
        let text = value.to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    RUN_TOGETHER.contains(&tool) && run_together(one) == run_together(other)
}

/// Whether they differ by a blank alone that stands at the end of a row.
fn is_at_an_edge(line: &Recorded, other: &Value) -> bool {
    let (one, other) = (line.input.to_string(), other.to_string());
    let same = one.chars().zip(other.chars());
    let same: String = same.take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let word = same.split([' ', '"']).rfind(|word| !word.is_empty());
    let ends =
        |row: &str| word.is_some_and(|word| row.trim_end_matches([' ', '│']).ends_with(word));
    squeeze(&one) == squeeze(&other) && line.screen.lines().any(ends)
}

#[test]
fn what_differs_by_a_sign_a_blank_or_an_order_is_another_request() {
    let mut tried = 0;
    for line in recorded() {
        let several = line.input["questions"][0]["multiSelect"] == true;
        if several || !line.is_whole {
            continue;
        }
        let dialog = line.dialog();
        for other in near(&line.tool, &line.input) {
            if looks_the_same(&line.tool, &line.input, &other) || is_at_an_edge(&line, &other) {
                continue;
            }
            let said = dialog.shows(&line.asks(&other));
            let Recorded {
                name, tool, screen, ..
            } = &line;
            assert!(said.is_err(), "{name} {tool} is not {other}\n{screen}");
            tried += 1;
        }
    }
    assert!(tried > 500, "{tried}");
}

/// What some version draws as nothing, as a blank or as another sign, or joins with what stands before it.
const DOUBTFUL: [&str; 12] = [
    "\u{378}",
    "\u{ad}",
    "\u{3164}",
    "\u{2028}",
    "\u{e0061}",
    "\u{600}",
    "\u{1161}",
    "\u{1fae9}",
    "\u{301}",
    "\u{1f3fd}",
    "\u{fffd}",
    "\r",
];

/// All texts in an input, by where they stand.
fn texts(value: &Value, at: &str) -> Vec<(String, String)> {
    match value {
        Value::String(text) => vec![(at.to_owned(), text.clone())],
        Value::Array(values) => {
            let values = values.iter().enumerate();
            let values = values.map(|(index, value)| texts(value, &format!("{at}/{index}")));
            values.flatten().collect()
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| texts(value, &format!("{at}/{name}")));
            fields.flatten().collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_differs_by_a_doubtful_character_anywhere_may_be_what_is_on_the_screen() {
    let mut tried = 0;
    for line in recorded().iter().filter(|line| line.is_whole) {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        for (pointer, text) in texts(&line.input, "") {
            let places = [0, text.len() / 2, text.len()];
            for (at, doubtful) in places
                .into_iter()
                .zip(DOUBTFUL.into_iter().cycle().skip(tried))
            {
                let at = text.floor_char_boundary(at);
                let mut other = line.input.clone();
                let with = format!("{}{doubtful}{}", &text[..at], &text[at..]);
                *other.pointer_mut(&pointer).unwrap() = Value::String(with);
                let told = tell_apart(&dialog, &own, &[line.asks(&other)]);
                assert_eq!(
                    told,
                    Err(Refusal::Twins),
                    "{} {other}\n{}",
                    line.name,
                    line.screen
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn two_honest_requests_that_differ_by_a_sign_are_told_apart() {
    let mut told = std::collections::BTreeMap::new();
    for line in recorded() {
        if !line.is_whole || line.input["questions"][0]["multiSelect"] == true {
            continue;
        }
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let is_plain = texts(&line.input, "")
            .iter()
            .all(|(_, text)| text.is_ascii());
        for other in near(&line.tool, &line.input) {
            if looks_the_same(&line.tool, &line.input, &other)
                || is_at_an_edge(&line, &other)
                || !is_plain
                // Of a cell's name no more than its beginning may be drawn.
                || line.screen.contains("…\n")
            {
                continue;
            }
            let said = tell_apart(&dialog, &own, &[line.asks(&other)]);
            let counts = told.entry(line.tool.clone()).or_insert([0, 0]);
            counts[usize::from(said.is_err())] += 1;
        }
    }
    let others: Vec<_> = told.iter().filter(|(_, [_, twins])| *twins > 0).collect();
    assert!(others.is_empty(), "{others:?} of {told:?}");
    assert!(
        told.values().map(|[told, _]| told).sum::<i32>() > 300,
        "{told:?}"
    );
}

/// Pictures of several characters, a file without a line, line breaks of two characters; and what cannot
/// be compared is refused with its reason.
#[test]
fn what_is_drawn_otherwise_than_it_was_written_is_answered_or_says_why_not() {
    let mut shown = 0;
    for line in recorded_in("honest") {
        let dialog = line.dialog();
        let said = dialog.shows(&line.asks(&line.input));
        let url = line.input["url"].as_str().unwrap_or_default();
        let wanted = if line.tool == "Bash" && dialog.title.starts_with("Edit") {
            Err(Refusal::ShownAsChange)
        } else if url.is_ascii() {
            shown += 1;
            Ok(())
        } else {
            Err(Refusal::Rewritten(Part::Address))
        };
        assert_eq!(
            said, wanted,
            "{} {}\n{}",
            line.name, line.input, line.screen
        );
    }
    assert!(shown > 20, "{shown}");
}

#[test]
fn an_empty_file_is_none_that_says_so() {
    let line = recorded().into_iter().find(|line| {
        line.tool == "Write" && line.dialog().title.starts_with("Create") && line.width == 80
    });
    let mut line = line.unwrap();
    let rows: Vec<&str> = line.screen.lines().collect();
    let is_dotted = |row: &&str| row.starts_with('╌');
    let first = rows.iter().position(is_dotted).unwrap();
    let last = rows.iter().rposition(is_dotted).unwrap();
    let shown = [&rows[..=first], &["  1 (No content)"], &rows[last..]].concat();
    line.screen = shown.join("\n");
    let with = |content: &str| {
        let mut input = line.input.clone();
        input["content"] = json!(content);
        line.asks(&input)
    };
    let dialog = line.dialog();
    for (one, other) in [
        ("", "(No content)"),
        ("(No content)", ""),
        ("(No content)\n", ""),
    ] {
        assert_eq!(dialog.shows(&with(one)), Ok(()));
        let told = tell_apart(&dialog, &with(one), &[with(other)]);
        assert_eq!(told, Err(Refusal::Twins), "{one} {other}");
    }
    assert_eq!(tell_apart(&dialog, &with(""), &[with("x")]), Ok(()));
}

#[test]
fn what_cannot_be_read_or_compared_may_be_anything() {
    let all = recorded();
    let line = |version: &str| {
        let is_it =
            |line: &&Recorded| line.tool.starts_with("mcp__") && line.name.contains(version);
        all.iter().find(is_it).unwrap()
    };
    for version in ["2.1.197", "2.1.332"] {
        let line = line(version);
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let mut unknown = own.clone();
        (unknown.input, unknown.command) = (None, None);
        (unknown.request.tool, unknown.request.message) = (None, None);
        // A server may show another tool by this one's name.
        let mut named = own.clone();
        named.request.tool = Some("mcp__lab__remove".to_owned());
        for other in [&unknown, &named] {
            let told = tell_apart(&dialog, &own, std::slice::from_ref(other));
            assert_eq!(told, Err(Refusal::Twins), "{other:?}");
        }
        unknown.request.agent_id = own.request.agent_id.is_none().then(|| "a".to_owned());
        assert_eq!(
            tell_apart(&dialog, &own, &[unknown]),
            Ok(()),
            "another agent's"
        );
    }
    // Names that look like another input; and more of them than can be put in order.
    let mut line =
        line("2.1.197").clone_with(&json!({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f: 5, g": 6}));
    line.width = 80;
    let call = "lab - echo(a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6) (MCP)";
    let rule = "─".repeat(80);
    line.screen = format!(
        "{rule}\n Tool use\n\n   {call}\n   Says it.\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend\n"
    );
    let (dialog, own) = (line.dialog(), line.asks(&line.input));
    assert_eq!(dialog.shows(&own), Ok(()));
    let other = json!({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6});
    assert_eq!(
        tell_apart(&dialog, &own, &[line.asks(&other)]),
        Err(Refusal::Twins)
    );
    let other = json!({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 7});
    assert_eq!(tell_apart(&dialog, &own, &[line.asks(&other)]), Ok(()));
}

#[test]
fn two_edits_that_look_the_same_are_not_told_apart() {
    let all = recorded();
    let is_it = |line: &&Recorded| {
        let path = line.input["file_path"].as_str();
        line.tool == "Edit" && path.is_some_and(|path| path.ends_with("/ac.txt"))
    };
    let line = all.iter().find(is_it).unwrap();
    let own = line.asks(&line.input);
    let mut twin = line.input.clone();
    // The same change, of which the blanks at the end of its line cannot be seen.
    twin["old_string"] = json!("a \n");
    let twin = line.asks(&twin);
    let dialog = line.dialog();
    assert_eq!(dialog.shows(&own), Ok(()));
    assert_eq!(tell_apart(&dialog, &own, &[twin]), Err(Refusal::Twins));
    let mut other = line.input.clone();
    other["new_string"] = json!("b\n");
    assert_eq!(tell_apart(&dialog, &own, &[line.asks(&other)]), Ok(()));
}

#[test]
fn two_cells_of_which_the_same_is_left_out_are_not_told_apart() {
    let all = recorded();
    let is_it = |line: &&Recorded| line.screen.contains("for cell cell-0…\n");
    let line = all.iter().find(is_it).unwrap();
    let own = line.asks(&line.input);
    let dialog = line.dialog();
    let beside = |name: &str, text: &str| {
        let mut other = line.input.clone();
        other[name] = json!(text);
        tell_apart(&dialog, &own, &[line.asks(&other)])
    };
    assert_eq!(dialog.shows(&own), Ok(()));
    assert_eq!(beside("cell_id", "cell-01"), Err(Refusal::Twins));
    assert_eq!(beside("cell_type", "markdown"), Err(Refusal::Twins));
    assert_eq!(beside("cell_id", "cell-1"), Ok(()));
    assert_eq!(beside("new_source", "print(3)"), Ok(()));
    // Nothing is left out of a row that has room still.
    let roomy = line.screen.replace("cell-0…", "cell…");
    let roomy = crate::assistants::dialogs::read(&Assistant::CLAUDE, &roomy, line.width).unwrap();
    assert_eq!(roomy.shows(&own), Err(Refusal::Differs(Part::Cell)));
    // What is drawn so has its end left out, or is another one.
    let mut short = line.input.clone();
    short["cell_id"] = json!("cell");
    let said = dialog.shows(&line.asks(&short));
    assert_eq!(said, Err(Refusal::Differs(Part::Cell)));
}
