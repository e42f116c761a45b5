//! Whether a question of Claude Code offers the options that were asked, in their order.

use serde_json::Value;

use crate::assistants::facets::dialog::flow::Flow;
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::assistants::facets::dialog::{Dialog, is_rule, option};

/// What Claude adds of its own accord, below.
const OWN: [&str; 2] = ["Type something", "Chat about this"];

/// Compares the options with those of the first question in `input`. Options with a preview are drawn
/// beside it, in another way: of those the question alone is compared.
pub(crate) fn are_those(dialog: &Dialog, input: &Value, width: usize) -> Result<(), Refusal> {
    let question = &input["questions"][0];
    let Some(wanted) = question["options"].as_array() else {
        return Ok(());
    };
    let has_preview = wanted.iter().any(|one| one["preview"].is_string());
    // Where several may be chosen nothing is pressed at all.
    if has_preview || question["multiSelect"] == true {
        return Ok(());
    }
    let shown = blocks(&dialog.lines);
    let Some((theirs, own)) = shown.split_at_checked(wanted.len()) else {
        return Err(Refusal::Differs(Part::Option));
    };
    for (rows, wanted) in theirs.iter().zip(wanted) {
        let text = |name: &str| wanted[name].as_str().unwrap_or_default();
        plain(Part::Option, text("label"))?;
        plain(Part::Option, text("description"))?;
        if !is_option(rows, text("label"), text("description"), width) {
            return Err(Refusal::Differs(Part::Option));
        }
    }
    let is_own = |rows: &Vec<String>| OWN.iter().any(|own| rows[0].starts_with(own));
    if own.iter().all(is_own) {
        Ok(())
    } else {
        Err(Refusal::Differs(Part::Option))
    }
}

/// The rows of each option, without its number and indents.
fn blocks(lines: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut is_open = false;
    for line in lines {
        let next = all.len() + 1;
        if let Some(text) = numbered(line, next) {
            all.push(vec![text]);
            is_open = true;
        } else if line.trim().is_empty() || is_rule(line, '─') {
            is_open = false;
        } else if is_open && let Some(rows) = all.last_mut() {
            let indent = line.len() - line.trim_start_matches(' ').len();
            rows.push(line[indent.min(5)..].to_owned());
        }
    }
    all
}

/// The text of the option of that number; its number stands two cells in.
fn numbered(line: &str, number: usize) -> Option<String> {
    let indent = line.chars().take_while(|c| matches!(c, ' ' | '❯')).count();
    let (own, _, _) = option(line, '❯').filter(|_| indent == 2)?;
    if usize::from(own) != number {
        return None;
    }
    let (_, text) = line.split_once('.')?;
    Some(text.strip_prefix(' ').unwrap_or(text).to_owned())
}

fn is_option(rows: &[String], label: &str, description: &str, width: usize) -> bool {
    (1..=rows.len()).any(|end| {
        let (above, below) = rows.split_at(end);
        is_text(above, label, width)
            && if below.is_empty() {
                description.trim().is_empty()
            } else {
                is_text(below, description, width)
            }
    })
}

/// Newer versions run the blanks of a label together.
fn is_text(rows: &[String], text: &str, width: usize) -> bool {
    let run_together = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flows = (4..=9).map(|margin| Flow::words(width.saturating_sub(margin)));
    flows
        .into_iter()
        .any(|flow| flow.shows(rows, text) || flow.shows(rows, &run_together))
}
