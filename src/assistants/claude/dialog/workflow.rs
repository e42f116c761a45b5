//! Claude Code's question whether a workflow may run. Its script is not shown but for what Claude reads from
//! it: what it says of itself, its phases, the agents in them, and what it is given.
//!
//! So of a script no more can be compared; two workflows that are open at once are not told apart.

use serde_json::Value;

use super::literal;
use super::values::{Ordered, json_name};
use crate::assistants::facets::dialog::drawn::Drawn;
use crate::assistants::facets::dialog::flow::Flow;
use crate::assistants::facets::dialog::own::{Own, Shows};
use crate::assistants::facets::dialog::refusal::plain_inside;
use crate::assistants::facets::dialog::{
    About, Dialog, Kind, Part, Refusal, is_whole_rule, read_options, squeeze,
};
use crate::state::Bound;

const TITLE: &str = " Run a dynamic workflow?";
const OPTIONS: [&str; 3] = ["Yes, run it", "View raw script", "No"];
const FOOTER: [&str; 2] = [
    "  Esc to cancel · Tab to amend",
    "  ctrl+g to edit script in $EDITOR",
];

/// Said above its phases, and below all that is said of it.
const PHASES: &str =
    "This dynamic workflow will spin up multiple subagents across the following phases:";
const COSTS: &str = "Dynamic workflows can use a lot of tokens quickly by running many subagents in \
                     parallel — which counts against your usage limit. Stop a running workflow at any \
                     time with /workflows, or disable dynamic workflows in /config.";

/// How Claude calls what has no phase of its own.
const OWN: [&str; 3] = ["step", "parallel", "pipeline"];

/// Reads the screen of a pane of `width` cells. `None` when no such question is its last word.
pub(super) fn read(screen: &str, width: usize) -> Option<Dialog> {
    let lines: Vec<&str> = screen
        .lines()
        .map(|line| line.trim_end_matches(' '))
        .collect();
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let footer = last.checked_sub(1)?;
    if lines[footer..=last] != FOOTER {
        return None;
    }
    let (first, options, selected) = read_options(&lines[..footer], '❯', Some(4))?;
    let mut above = lines[..first].iter();
    let top = above.rposition(|line| is_whole_rule(line, '─', width))?;
    let labels = options.iter().map(|option| option.label.as_str());
    if !labels.eq(OPTIONS) || lines[top + 1] != TITLE {
        return None;
    }
    let rows = lines[top + 2..first].iter().map(|row| match *row {
        "" => Some(String::new()),
        row => row.strip_prefix("  ").map(str::to_owned),
    });
    let workflow = Workflow {
        width,
        rows: rows.collect::<Option<_>>()?,
    };
    Some(Dialog {
        kind: Kind::Permission,
        title: TITLE.trim().to_owned(),
        first: top,
        lines: lines[top..=last]
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        yes: Some(1),
        no: Some(3),
        options,
        selected,
        untouched: true,
        takes_words: false,
        footer: lines[footer].to_owned(),
        about: About::Own(Own::of(workflow)),
    })
}

/// What it says, without the two cells before each row.
#[derive(Debug, PartialEq)]
struct Workflow {
    width: usize,
    rows: Vec<String>,
}

impl Shows for Workflow {
    fn shows(&self, _dialog: &Dialog, bound: &Bound, _message: &str) -> Result<(), Refusal> {
        if bound.request.tool.as_deref() != Some("Workflow") || bound.request.agent_id.is_some() {
            return Err(Refusal::OtherDialog);
        }
        let input = bound.input.as_ref();
        // One that is called by its name has its script in a file.
        let script = input.and_then(|input| input["script"].as_str());
        let script = script.ok_or(Refusal::NotKnown(Part::Input))?;
        let args = input.map_or(&Value::Null, |input| &input["args"]);
        let meta = meta_of(script).ok_or(Refusal::NotKnown(Part::Description))?;
        let said = meta["description"].as_str();
        let said = said.ok_or(Refusal::NotKnown(Part::Description))?;
        plain_inside(Part::Description, said)?;
        plain_inside(Part::Input, script)?;
        plain_inside(Part::Input, &args.to_string())?;
        let parts: Vec<&[String]> = self.rows.split(String::is_empty).collect();
        let parts: Vec<&[String]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let (description, phases, given) = match parts[..] {
            [description, phases, costs] if words(costs) == COSTS => (description, phases, None),
            [description, phases, given, costs] if words(costs) == COSTS => {
                (description, phases, Some(given))
            }
            _ => return Err(Refusal::Rewritten(Part::Input)),
        };
        if !self.describes(description, said) {
            return Err(Refusal::Differs(Part::Description));
        }
        if !are_phases(phases, &meta["phases"], script) || !self.gives(given, args) {
            return Err(Refusal::Differs(Part::Input));
        }
        Ok(())
    }

    fn may_head(&self, _dialog: &Dialog, bound: &Bound) -> bool {
        let tool = bound.request.tool.as_deref();
        tool.is_none_or(|tool| tool == "Workflow")
    }

    fn drawn(&self, _dialog: &Dialog, bound: &Bound, _message: &str) -> Drawn {
        let nothing = Drawn::nothing().and_more().doubtful();
        let input = bound.input.as_ref();
        input.map_or(nothing.clone(), |input| nothing.values(input))
    }
}

impl Workflow {
    /// Whether the rows are this text, beside a bar where they are several.
    fn describes(&self, rows: &[String], said: &str) -> bool {
        let inside = |row: &String| {
            let rest = row.strip_prefix('│')?;
            Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned())
        };
        let barred: Option<Vec<String>> = rows.iter().map(inside).collect();
        let rows = barred.as_deref().unwrap_or(rows);
        self.fits(rows, said)
    }

    /// Whether the rows are `args: {"n":1}`, or none where nothing is given.
    fn gives(&self, rows: Option<&[String]>, args: &Value) -> bool {
        let Some(rows) = rows else {
            return args.is_null();
        };
        let squeezed = squeeze(&rows.concat());
        let Some(given) = squeezed.strip_prefix("args:") else {
            return false;
        };
        let mut written = Ordered::all(args, given, json_name).into_iter();
        let is_written = |args: Ordered| self.fits(rows, &format!("args: {}", args.json()));
        !args.is_null() && written.any(is_written)
    }

    /// Whether the rows are this text, in as many cells as the pane leaves.
    fn fits(&self, rows: &[String], text: &str) -> bool {
        let mut flows = (4..=8).map(|margin| Flow::words(self.width.saturating_sub(margin)));
        flows.any(|flow| flow.shows(rows, text))
    }
}

/// What a script says of itself: a literal at its beginning.
fn meta_of(script: &str) -> Option<Value> {
    let (_, rest) = script.split_once("export const meta")?;
    literal::read(rest.trim_start().strip_prefix('=')?)
}

/// Whether the rows below the sentence are its phases in their order, and agents of the script.
fn are_phases(rows: &[String], phases: &Value, script: &str) -> bool {
    let is_first = |row: &String| number_of(row).is_some();
    let first = rows.iter().position(is_first).unwrap_or(rows.len());
    let (sentence, rows) = rows.split_at(first);
    let script = letters(script);
    let none = Vec::new();
    let mut wanted = phases
        .as_array()
        .unwrap_or(&none)
        .iter()
        .map(phase)
        .peekable();
    let mut shown: Vec<(String, String)> = Vec::new();
    for row in rows {
        let is_agents = row.starts_with("     ");
        let next = shown.len() + 1;
        match (number_of(row), shown.last_mut()) {
            (Some((number, text)), _) if number == next => {
                shown.push((squeeze(text), String::new()));
            }
            (None, Some((_, agents))) if is_agents || !agents.is_empty() => agents.push_str(row),
            (None, Some((title, _))) => title.push_str(&squeeze(row)),
            _ => return false,
        }
    }
    let are_all = shown.iter().all(|(title, agents)| {
        let is_its = wanted
            .next_if(|phase| phase.as_ref() == Some(title))
            .is_some();
        let is_named =
            OWN.iter().any(|own| title.starts_with(own)) || script.contains(&letters(title));
        (is_its || is_named) && are_agents(agents, &script)
    });
    words(sentence) == PHASES && are_all && wanted.next().is_none()
}

/// `  1. Title`: its number, and what stands behind that.
fn number_of(row: &str) -> Option<(usize, &str)> {
    let (number, text) = row.strip_prefix("  ")?.split_once(". ")?;
    Some((number.parse().ok()?, text))
}

/// A phase as it is shown, without blanks.
fn phase(phase: &Value) -> Option<String> {
    let title = phase["title"].as_str()?;
    Some(squeeze(&match phase["detail"].as_str() {
        Some(detail) => format!("{title}—{detail}"),
        None => title.to_owned(),
    }))
}

/// Whether `· "look at a"  · "look at b" +2 more` is all of the script, as far as it is shown.
fn are_agents(rows: &str, script: &str) -> bool {
    let rows = match rows.rsplit_once(" +") {
        Some((rows, more)) if more.ends_with(" more") => rows,
        _ => rows,
    };
    let mut parts = rows.split(['·', '…']);
    parts.all(|part| script.contains(&letters(part)))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn words(rows: &[String]) -> String {
    let words = rows.iter().flat_map(|row| row.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}
