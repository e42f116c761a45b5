//! What Claude Code's dialogs show of a skill: `Use skill "name"?`, whose it is, and what Claude says of
//! skills. Newer versions count the open requests in the first row.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::compare::{Wanted, said};
use super::heading::sub_agents_title;
use super::sheet::{Layout, Sheet};
use super::tame::is_named_oddly;
use crate::assistants::facets::dialog::refusal::{Part, Refusal};
use crate::state::Bound;

/// Said below the name of a skill.
const ABOUT_SKILLS: &str = "Claude may use instructions, code, or files from this Skill.";

impl Sheet {
    /// `Use skill "name"?`, and below it what Claude says of skills. What the skill is given is not shown;
    /// what it says of itself newer versions have between two dotted rules.
    pub(super) fn is_skill(&self, bound: &Bound, input: &Value) -> Result<(), Refusal> {
        let name = input["skill"]
            .as_str()
            .ok_or(Refusal::NotKnown(Part::Input))?;
        let (title, is_ruled) = match &self.layout {
            Layout::Plain { title, .. } => (title, false),
            Layout::Ruled { head, .. } => (head, true),
            Layout::Boxed { .. } => return Err(Refusal::OtherDialog),
        };
        let is_named = |rows: &[String]| {
            let asks = format!("Use skill \"{name}\"?");
            let title = words(rows);
            let whose = title.strip_prefix(&*asks).and_then(sub_agents);
            let asks = format!("{asks}{}", whose.unwrap_or_default());
            Wanted::All(&asks).is_in(&self.sunk(rows, 1, 2))
        };
        let is_its = |end: usize| {
            let (above, below) = title.split_at(end);
            let is_headed =
                is_named(above) || !is_named_oddly(bound) && is_beside(above, name, self.width());
            if !is_ruled {
                // What Claude says of rules, and the skill of itself, stands on rows of its own.
                let is_about = |end: usize| words(&below[..end]) == ABOUT_SKILLS;
                return is_headed && (1..=below.len()).any(is_about);
            }
            // Above the rules Claude alone speaks.
            let is_named = || uncounted(above, self.width()).is_some_and(|rows| is_named(&rows));
            (is_headed || is_named()) && words(below) == ABOUT_SKILLS
        };
        said((1..title.len()).any(is_its), Part::Input)
    }
}

fn words(rows: &[String]) -> String {
    let words = rows.iter().flat_map(|row| row.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// ` · from the NAME agent`, ` · from the "NAME" workflow`
fn sub_agents(words: &str) -> Option<&str> {
    let whose = words.strip_prefix(" · from the ")?;
    let is_agents = |name: &&str| !name.contains(['"', ' ']);
    let agent = whose.strip_suffix(" agent").filter(is_agents);
    let is_workflows = |name: &&str| !name.contains(' ');
    let workflow = || whose.strip_suffix(" workflow").filter(is_workflows);
    agent.or_else(workflow).map(|_| words)
}

/// The rows without `1 of 2` at the right end of the first one; `None` where it has none.
fn uncounted(rows: &[String], width: usize) -> Option<Vec<String>> {
    let (first, rest) = rows.split_first()?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, last) = first
        .rsplit_once(" of ")
        .filter(|(_, all)| is_number(all))?;
    let (title, _) = before.rsplit_once("  ").filter(|(_, one)| is_number(one))?;
    let is_at_end = first.width() + 1 == width && is_number(last);
    let title = title.trim_end_matches(' ').to_owned();
    is_at_end.then(|| [&[title], rest].concat())
}

/// Whether the rows are `Use skill "name"?`, and beside it whose it is.
fn is_beside(rows: &[String], name: &str, width: usize) -> bool {
    let title = sub_agents_title(rows, width);
    title.is_some_and(|title| title == format!("Use skill \"{name}\"?"))
}
