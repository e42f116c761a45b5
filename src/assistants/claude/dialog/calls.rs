//! Whether a dialog of Claude Code shows what a tool of an MCP server is given.

use serde_json::{Map, Value};

use super::compare::differs;
use super::values::{Ordered, fields_of, inspected, inspected_name, json_name};
use crate::assistants::facets::dialog::flow::Flow;
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain_inside};
use crate::assistants::facets::dialog::squeeze;
use crate::state::Written;

/// Whether the rows of the newer layout are all of these inputs and nothing else: `name: value`, or
/// the name alone with its value in a box below.
pub(crate) fn are_listed(
    rows: &[String],
    width: usize,
    input: &Map<String, Value>,
    written: Option<&Written>,
) -> Result<(), Refusal> {
    check(input)?;
    let entries = entries(rows).ok_or(Refusal::Differs(Part::Input))?;
    let is_its = |(name, value): (&String, &Value)| {
        let written = written.and_then(|written| written.field(name));
        let name = inspected_name(name);
        let mut own = entries.iter().filter(|entry| entry.name == name);
        own.next()
            .is_some_and(|entry| entry.is(value, written, width))
            && own.next().is_none()
    };
    if entries.len() == input.len() && input.iter().all(is_its) {
        Ok(())
    } else {
        Err(otherwise(input))
    }
}

/// That it is another one; but of names with tabs and line breaks nobody knows how they are written.
fn otherwise(input: &Map<String, Value>) -> Refusal {
    if input.keys().any(|name| name.contains(['\t', '\n'])) {
        return Refusal::Rewritten(Part::Input);
    }
    let texts = input.iter().map(|(name, value)| format!("{name}{value}"));
    differs(Part::Input, &texts.collect::<String>())
}

/// Whether the rows of the older layout begin with just this call: `lab - echo(x: "1") (MCP)`. What
/// stands below is what the server says of its tool.
pub(crate) fn is_called(
    rows: &[String],
    width: usize,
    tool: &str,
    input: &Map<String, Value>,
    written: Option<&Written>,
) -> Result<(), Refusal> {
    check(input)?;
    let (server, name) = tool
        .trim_start_matches("mcp__")
        .split_once("__")
        .unwrap_or(("", ""));
    let calls = called(rows, &format!("{server} - {name}"), input, written);
    let flow = Flow::words(width.saturating_sub(6));
    let is_one = |rows: &[String]| calls.iter().any(|call| flow.shows(rows, call));
    if (1..=rows.len()).any(|end| is_one(&rows[..end])) {
        Ok(())
    } else {
        Err(otherwise(input))
    }
}

/// `lab - echo(x: "1", y: {"a":2}) (MCP)` with everything in the order in which the rows have it, in each way in
/// which they may; none where they begin with something else, or have the fields of an object in another order
/// than they were given in.
fn called(
    rows: &[String],
    name: &str,
    input: &Map<String, Value>,
    written: Option<&Written>,
) -> Vec<String> {
    if input.is_empty() {
        return vec![format!("{name} (MCP)")];
    }
    let squeezed = squeeze(&rows.concat());
    let Some(given) = squeezed.strip_prefix(&(squeeze(name) + "(")) else {
        return Vec::new();
    };
    let is_its = |(name, value): &(String, Ordered)| {
        let written = written.and_then(|written| written.field(name));
        written.is_none_or(|written| value.is_in_order_of(written, json_name))
    };
    let as_shown = |(name, value): &(String, Ordered)| format!("{name}: {}", value.json());
    let read = fields_of(input, given).into_iter();
    read.filter(|fields| fields.iter().all(is_its))
        .map(|fields| {
            let shown: Vec<String> = fields.iter().map(as_shown).collect();
            format!("{name}({}) (MCP)", shown.join(", "))
        })
        .collect()
}

/// Whether the rows name this tool as the newer layout does: `lab — Echo Tool: (MCP)`. A server
/// may give its tools other names to be shown; those cannot be compared and are none of its.
pub(crate) fn is_named(rows: &[String], tool: &str) -> bool {
    let letters = |text: &str| -> String {
        let plain = text.chars().filter(|c| c.is_alphanumeric());
        plain.flat_map(char::to_lowercase).collect()
    };
    let Some((server, name)) = tool.trim_start_matches("mcp__").split_once("__") else {
        return false;
    };
    let row = rows
        .iter()
        .map(|row| row.trim())
        .collect::<Vec<_>>()
        .join(" ");
    let shown = row
        .split_once(" — ")
        .and_then(|(before, rest)| Some((before, rest.split_once(" Tool: (MCP)")?)));
    shown.is_some_and(|(before, (shown, rest))| {
        before == server && letters(shown) == letters(name) && rest.trim().is_empty()
    })
}

fn check(input: &Map<String, Value>) -> Result<(), Refusal> {
    let texts = input.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    texts
        .into_iter()
        .try_for_each(|text| plain_inside(Part::Input, &text))
}

/// One input as it is shown.
struct Entry {
    name: String,
    value: Drawn,
}

enum Drawn {
    /// Behind its name.
    Row(String),
    /// In a box below.
    Box(Vec<String>),
}

impl Entry {
    fn is(&self, value: &Value, written: Option<&Written>, width: usize) -> bool {
        match &self.value {
            Drawn::Row(text) => {
                let endless = Flow::words(usize::MAX / 4);
                let row = std::slice::from_ref(text);
                let forms = inspected(value, written, row);
                forms.iter().any(|form| endless.shows(row, form))
            }
            Drawn::Box(rows) => {
                let forms = match value {
                    Value::String(text) => vec![text.clone()],
                    other => inspected(other, written, rows),
                };
                // Boxes within boxes are drawn a little narrower by some versions.
                let mut flows = (6..=10).map(|margin| Flow::words(width.saturating_sub(margin)));
                flows.any(|flow| forms.iter().any(|form| flow.shows(rows, form)))
            }
        }
    }
}

/// The inputs in the order in which they are shown; `None` where something else stands among them.
fn entries(rows: &[String]) -> Option<Vec<Entry>> {
    let mut all: Vec<Entry> = Vec::new();
    for row in rows {
        if let Some(inside) = row.strip_prefix("   │") {
            let inside = inside.strip_prefix(' ').unwrap_or(inside);
            let Drawn::Box(rows) = &mut all.last_mut()?.value else {
                return None;
            };
            rows.push(inside.to_owned());
            continue;
        }
        let row = row.strip_prefix(' ').filter(|row| !row.starts_with(' '))?;
        let entry = match (row.split_once(": "), row.strip_suffix(':')) {
            (Some((name, value)), _) => Entry {
                name: name.to_owned(),
                value: Drawn::Row(value.to_owned()),
            },
            (None, Some(name)) => Entry {
                name: name.to_owned(),
                value: Drawn::Box(Vec::new()),
            },
            (None, None) => return None,
        };
        all.push(entry);
    }
    Some(all)
}
