//! Whether a dialog of Claude Code shows what a tool of an MCP server is given.

use serde_json::{Map, Value};

use crate::assistants::facets::dialog::flow::Flow;
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};

/// So many inputs are tried in every order: none is told in what order they were given.
const MAX_ORDERED: usize = 6;

/// Whether the rows of the newer layout are all of these inputs and nothing else: `name: value`, or
/// the name alone with its value in a box below.
pub(crate) fn are_listed(
    rows: &[String],
    width: usize,
    input: &Map<String, Value>,
) -> Result<(), Refusal> {
    check(input)?;
    let entries = entries(rows).ok_or(Refusal::Differs(Part::Input))?;
    let is_its = |(name, value): (&String, &Value)| {
        let name = inspected_name(name);
        let mut own = entries.iter().filter(|entry| entry.name == name);
        own.next().is_some_and(|entry| entry.is(value, width)) && own.next().is_none()
    };
    if entries.len() == input.len() && input.iter().all(is_its) {
        Ok(())
    } else {
        Err(Refusal::Differs(Part::Input))
    }
}

/// Whether the rows of the older layout begin with just this call: `lab - echo(x: "1") (MCP)`. What
/// stands below is what the server says of its tool.
pub(crate) fn is_called(
    rows: &[String],
    width: usize,
    tool: &str,
    input: &Map<String, Value>,
) -> Result<(), Refusal> {
    check(input)?;
    let (server, name) = tool
        .trim_start_matches("mcp__")
        .split_once("__")
        .unwrap_or(("", ""));
    let pairs: Vec<String> = input
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if pairs.len() > MAX_ORDERED {
        return Err(Refusal::NotKnown(Part::Input));
    }
    let flow = Flow::words(width.saturating_sub(6));
    let is_its = |pairs: &[&String]| {
        let pairs: Vec<&str> = pairs.iter().map(|pair| pair.as_str()).collect();
        let given = if pairs.is_empty() {
            String::new()
        } else {
            format!("({})", pairs.join(", "))
        };
        let call = format!("{server} - {name}{given} (MCP)");
        (1..=rows.len()).any(|end| flow.shows(&rows[..end], &call))
    };
    if in_some_order(&mut Vec::new(), &pairs, &is_its) {
        Ok(())
    } else {
        Err(Refusal::Differs(Part::Input))
    }
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
        .try_for_each(|text| plain(Part::Input, &text))
}

fn in_some_order<'a>(
    begun: &mut Vec<&'a String>,
    all: &'a [String],
    is_it: &dyn Fn(&[&String]) -> bool,
) -> bool {
    if begun.len() == all.len() {
        return is_it(begun);
    }
    for one in all {
        if begun.contains(&one) {
            continue;
        }
        begun.push(one);
        let found = in_some_order(begun, all, is_it);
        begun.pop();
        if found {
            return true;
        }
    }
    false
}

/// One input as it is shown.
struct Entry {
    name: String,
    value: Shown,
}

enum Shown {
    /// Behind its name.
    Row(String),
    /// In a box below.
    Box(Vec<String>),
}

impl Entry {
    fn is(&self, value: &Value, width: usize) -> bool {
        match &self.value {
            Shown::Row(text) => {
                let endless = Flow::words(usize::MAX / 4);
                endless.shows(std::slice::from_ref(text), &inspected(value))
            }
            Shown::Box(rows) => {
                let text = match value {
                    Value::String(text) => text.clone(),
                    other => inspected(other),
                };
                // Boxes within boxes are drawn a little narrower by some versions.
                (6..=10).any(|margin| Flow::words(width.saturating_sub(margin)).shows(rows, &text))
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
            let Shown::Box(rows) = &mut all.last_mut()?.value else {
                return None;
            };
            rows.push(inside.to_owned());
            continue;
        }
        let row = row.strip_prefix(' ').filter(|row| !row.starts_with(' '))?;
        let entry = match (row.split_once(": "), row.strip_suffix(':')) {
            (Some((name, value)), _) => Entry {
                name: name.to_owned(),
                value: Shown::Row(value.to_owned()),
            },
            (None, Some(name)) => Entry {
                name: name.to_owned(),
                value: Shown::Box(Vec::new()),
            },
            (None, None) => return None,
        };
        all.push(entry);
    }
    Some(all)
}

/// A value as newer versions write it: `{ a: 1, b: ["x"] }`.
fn inspected(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inspected).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", inspected_name(name), inspected(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// A name as newer versions write it: in quotes where it could not stand in a program as it is.
fn inspected_name(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$');
    let is_plain =
        name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
