//! Whether a dialog of Claude Code shows a command, with what the assistant says about it.

use super::compare::{Wanted, said};
use super::heading::is_title;
use super::sheet::{Layout, Sheet, filled};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain_inside};
use crate::state::Bound;

/// Shown where a command has no description.
pub(crate) const NO_DESCRIPTION: &str = "Run shell command";

impl Sheet {
    pub(super) fn runs(&self, name: &[&str], bound: &Bound, message: &str) -> Result<(), Refusal> {
        if !self.title().starts_with(name[0]) {
            if self.shows_commands() || !may_edit(bound) {
                return Err(Refusal::OtherDialog);
            }
            let command = bound.command.as_deref();
            return command.map_or(Err(Refusal::ShownAsChange), |command| {
                self.is_changed_by(bound, command)
            });
        }
        let command = Wanted::command(bound, message)?;
        let description = description(bound)?;
        match &self.layout {
            Layout::Ruled { head, block } => {
                if !command.is_in(&self.framed(block)) {
                    return Err(command.differs(Part::Command));
                }
                let is_its = |title: usize| {
                    is_title(&head[..title], name, self.width)
                        && description.as_deref().is_none_or(|text| {
                            let rows = self.framed(&head[title..]);
                            let is_blank = |row: &String| row.trim().is_empty();
                            Wanted::All(text).is_in(&rows)
                                || has_blanks_alone(bound) && rows.rows.iter().all(is_blank)
                        })
                };
                said((1..head.len()).any(is_its), Part::Description)
            }
            Layout::Plain { title, block } => {
                if !is_title(title, name, self.width) {
                    return Err(Refusal::OtherDialog);
                }
                self.runs_above(&command, description.as_deref(), block)
            }
            Layout::Boxed { .. } => Err(Refusal::OtherDialog),
        }
    }

    /// The older layout: nothing parts a command from its description, which fills one row at least.
    fn runs_above(
        &self,
        command: &Wanted<'_>,
        description: Option<&str>,
        block: &[String],
    ) -> Result<(), Refusal> {
        let rows = |rows: &[String]| self.sunk(rows, 3, 6);
        // It leaves room for a tab that it does not draw.
        let is_loose = matches!(command, Wanted::All(text) if text.contains('\t'));
        let fits = |end: usize| {
            let above = &block[..end];
            let end = if is_loose { filled(above) } else { end };
            command.is_in(&rows(&block[..end]))
        };
        let Some(description) = description else {
            let last = block.len().saturating_sub(1);
            return match (1..block.len()).find(|end| fits(*end)) {
                Some(end) if end == last => Ok(()),
                Some(_) if matches!(command, Wanted::Beginning(_)) => Ok(()),
                Some(_) => Err(Refusal::NotKnown(Part::Description)),
                None => Err(command.differs(Part::Command)),
            };
        };
        let mut ends = (1..block.len()).filter(|end| fits(*end)).peekable();
        if ends.peek().is_none() {
            return Err(command.differs(Part::Command));
        }
        let description = Wanted::All(description);
        if ends.any(|end| description.is_in(&rows(&block[end..]))) {
            Ok(())
        } else {
            Err(description.differs(Part::Description))
        }
    }
}

/// Whether all that the assistant says about a command are blanks: newer versions draw them as they are.
fn has_blanks_alone(bound: &Bound) -> bool {
    let said = bound
        .input
        .as_ref()
        .and_then(|input| input["description"].as_str());
    said.is_some_and(|words| !words.is_empty() && words.trim().is_empty())
}

/// What the assistant says about a command; `None` where that is not known.
fn description(bound: &Bound) -> Result<Option<String>, Refusal> {
    let Some(input) = bound.input.as_ref() else {
        return Ok(None);
    };
    let words = input["description"].as_str().unwrap_or_default();
    let words = if words.trim().is_empty() {
        NO_DESCRIPTION
    } else {
        words
    };
    plain_inside(Part::Description, words)?;
    Ok(Some(words.to_owned()))
}

/// Whether its command may be one that Claude shows as the change that it makes in a file.
pub(super) fn may_edit(bound: &Bound) -> bool {
    let command = bound.command.as_deref();
    command.is_none_or(|command| command.contains("sed"))
}
