//! Whether what a dialog of Claude Code says is a request, and all of it.

use serde_json::Value;

use super::calls;
use super::compare::{Wanted, said};
use super::heading::is_title;
use super::sheet::{Layout, Sheet};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::assistants::facets::dialog::{Kind, cut};
use crate::state::Bound;

/// Said in the place of what is too long, of which so many signs are drawn for certain.
const IN_ITS_PLACE: &str = "cannot be shown in full";
const LONG: usize = 2000;

/// How the dialogs of tools are headed that have no layout of their own.
pub(crate) const TOOL: &[&str] = &["Tool", "use"];

impl Sheet {
    /// Whether it is this request, and all of it.
    pub(crate) fn is_about(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        if self.is_sub_agents() != bound.request.agent_id.is_some() && self.kind == Kind::Permission
        {
            return Err(Refusal::OtherDialog);
        }
        let said = self.compares(bound, message);
        said.map_err(|why| match why {
            Refusal::Differs(part) if self.leaves_out(bound) => Refusal::LeftOut(part),
            why => why,
        })
    }

    /// Whether newer versions say so in the place of something that is long.
    fn leaves_out(&self, bound: &Bound) -> bool {
        let is_long = |input: &Value| input.to_string().chars().count() > LONG;
        let Layout::Ruled { block, .. } = &self.layout else {
            return false;
        };
        let words = block.iter().flat_map(|row| row.split(['│', ' ']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        bound.input.as_ref().is_some_and(is_long) && words.join(" ").contains(IN_ITS_PLACE)
    }

    fn compares(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        match (self.kind, bound.request.tool.as_deref().unwrap_or_default()) {
            (Kind::Question, _) => self.asks(bound, message),
            (_, "Bash") => self.runs(&["Bash", "command"], bound, message),
            (_, "Monitor") => self.runs(&["Monitor"], bound, message),
            (_, "Write" | "Edit" | "MultiEdit") => self.writes(bound, message),
            (_, "NotebookEdit") => self.edits_cell(bound, message),
            (_, tool) if tool.starts_with("mcp__") => self.calls(bound, tool, message),
            (_, tool) => self.uses(bound, tool, message),
        }
    }

    /// `lab echo: x=1` is shown as `lab — Echo Tool: (MCP)` and `x: "1"`, by older versions as
    /// `lab - echo(x: "1") (MCP)`.
    fn calls(&self, bound: &Bound, tool: &str, message: &str) -> Result<(), Refusal> {
        let input = bound.input.as_ref().and_then(Value::as_object);
        if !self.is_headed(TOOL) {
            return Err(Refusal::OtherDialog);
        }
        let is_named = |rows: &[String]| {
            (1..rows.len()).any(|title| {
                is_title(&rows[..title], TOOL, self.width) && calls::is_named(&rows[title..], tool)
            })
        };
        let (head, block) = match &self.layout {
            Layout::Ruled { head, block } => (head, &block[..]),
            // Without inputs there is nothing to be ruled off.
            Layout::Plain { title, .. } if is_named(title) => (title, &[][..]),
            Layout::Plain { title, .. } if !is_title(title, TOOL, self.width) => {
                return Err(Refusal::OtherDialog);
            }
            Layout::Plain { block, .. } => {
                let input = input.ok_or(Refusal::NotKnown(Part::Input))?;
                let rows = self.sunk(block, 3, 6).rows;
                return calls::is_called(&rows, self.width, tool, input, bound.written.as_ref());
            }
            Layout::Boxed { .. } => return Err(Refusal::OtherDialog),
        };
        if !is_named(head) {
            return Err(Refusal::OtherDialog);
        }
        if let Some(input) = input {
            return calls::are_listed(block, self.width, input, bound.written.as_ref());
        }
        let argument = message
            .split_once(": ")
            .map_or("", |(_, argument)| argument);
        let (key, value) = argument.split_once('=').unwrap_or(("", argument));
        let begins = format!("{key}: \"{}", cut(value).0);
        let shown = self.framed(block).rows.concat();
        said(
            argument.is_empty() || shown.starts_with(&begins),
            Part::Input,
        )
    }

    /// The question, whole, below the line of headings.
    fn asks(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let input = bound.input.as_ref();
        let known = input.and_then(|input| input["questions"][0]["question"].as_str());
        plain(Part::Question, known.unwrap_or(message))?;
        let rows = match &self.layout {
            Layout::Plain { block, .. } => trimmed(block),
            Layout::Ruled { .. } | Layout::Boxed { .. } => return Err(Refusal::OtherDialog),
        };
        let wanted = known.map_or_else(|| Wanted::of(message), Wanted::All);
        // Newer versions draw a bar beside one of several rows.
        let barred: Option<Vec<String>> = rows
            .iter()
            .map(|row| {
                Some(
                    row.strip_prefix('│')?
                        .strip_prefix(' ')
                        .unwrap_or("")
                        .to_owned(),
                )
            })
            .collect();
        let rows = barred.as_deref().unwrap_or(rows);
        let fits = |margin| wanted.is_in(&self.sunk(rows, 0, margin));
        said((0..=4).any(fits), Part::Question)
    }
}

fn trimmed(rows: &[String]) -> &[String] {
    let first = rows.iter().position(|row| !row.trim().is_empty());
    &rows[first.unwrap_or(0)..]
}
