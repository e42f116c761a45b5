//! Diffs, questions, plans and calls of servers' tools as the real Claude Code draws them in panes of 40 to
//! 200 cells, recorded with what its tools were given.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::event::Assistant;
use serde_json::{Value, json};

use super::tests::request;
use crate::assistants::facets::dialog::*;
use crate::state::{Bound, Request, Written};

/// The folder in which they were recorded, as it is written down.
const FOLDER: &str = "/home/user/proj";

#[path = "beside_tests.rs"]
mod beside;
#[path = "heading_tests.rs"]
mod heading;
#[path = "order_tests.rs"]
mod order;
#[path = "tabs_tests.rs"]
mod tabs;
#[path = "told_tests.rs"]
mod told;
#[path = "twins_tests.rs"]
mod twins;
#[path = "values_tests.rs"]
mod values;

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
    /// With its fields in the order in which they were given.
    written: Option<Written>,
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
            let written = Written::parse(line).and_then(|line| line.field("input").cloned());
            let line: Value = serde_json::from_str(line).unwrap();
            Recorded {
                name: format!("{name}:{}", index + 1),
                width: usize::try_from(line["width"].as_u64().unwrap()).unwrap(),
                tool: line["tool"].as_str().unwrap().to_owned(),
                cwd: line["cwd"].as_str().unwrap_or(FOLDER).to_owned(),
                is_sub_agents: line["agent"] == true,
                is_whole: line["whole"] != false,
                input: line["input"].clone(),
                written,
                screen: line["screen"].as_str().unwrap().to_owned(),
            }
        };
        text.lines().enumerate().map(line).collect::<Vec<_>>()
    };
    files.iter().flat_map(read).collect()
}

impl Recorded {
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

    /// As the record of Claude tells it of this input.
    fn given_in_order(&self, input: &Value) -> Option<Written> {
        let written = self.written.clone().filter(|written| written.is(input));
        let means_something = Request::is_servers_tool(&self.tool) && Written::has_order(input);
        written.filter(|_| means_something)
    }

    /// The request of its tool with this input.
    fn asks(&self, input: &Value) -> Bound {
        let message = summary_of(&self.tool, input, &self.cwd).unwrap_or_default();
        let command = input["plan"].as_str().or(input["command"].as_str());
        let mut bound = Bound {
            input: Some(input.clone()),
            written: self.given_in_order(input),
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
        "Write" if content.contains("class B {\n") => {
            for changed in ["using Zx;", "using  Z;"] {
                with("/content", content.replacen("using Z;", changed, 1));
            }
        }
        "Write" if content.starts_with("# T\n") => {
            with("/content", content.replacen("─ ", "── ", 1));
            with("/content", content.replacen("─ ", "━ ", 1));
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
    other["file_path"] = json!("/home/user/proj/other.txt");
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
