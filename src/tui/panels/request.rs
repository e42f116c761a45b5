//! A request in full: what the assistant wants to do, line by line as it is, and what else matters to
//! whoever decides about it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::Sheet;
use super::{Component, Moves, QUESTION, detail};
use crate::assistants::request::{Full, Known, Part};
use crate::state::{Request, Row};
use crate::tui::keymap::{Action, Hint, OPTIONS, hint};
use crate::tui::labels;
use crate::tui::model::request;

use crate::tui::text;

/// Stands before a line that goes on where the panel ended: a line end is nothing else.
const GOES_ON: &str = "↪ ";

/// The request with room to read it.
pub(super) const REQUEST: Component = Component {
    height: QUESTION.height,
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(OPTIONS),
            hint(&[Action::Approve]),
            hint(&[Action::Deny]),
            hint(&[Action::DenySaying]),
            hint(&[Action::Move(1), Action::Move(-1)]),
            hint(&[Action::Close]),
            hint(&[Action::Help]),
            hint(&[Action::Quit]),
        ];
        HINTS
    },
    moves: Moves::Panel,
    ..detail::DETAIL
};

impl Sheet<'_> {
    /// The request that an answer would be about, with all that is known of it.
    pub(crate) fn request(&self, row: &Row, request: &Request) -> Vec<Line<'static>> {
        let known = self.known(row, request);
        let mut lines = match known.and_then(Known::full) {
            Some(full) => self.whole(full, request),
            None => self.in_short(request),
        };
        if let Some(Known::Beginning(why)) = known {
            let said = format!("only this is known of it: {why}");
            lines.extend(self.labelled(
                "",
                self.theme().dim(),
                Some(&said),
                self.theme().trouble(),
            ));
        }
        if request.agent_id.is_some() {
            let dim = self.theme().dim();
            lines.extend(self.labelled("", dim, Some("asked by a sub-agent"), dim));
        }
        lines
    }

    /// What the assistant may do unasked.
    pub(crate) fn mode(&self, row: &Row) -> Vec<Line<'static>> {
        let front = request::in_front(self.model, row);
        let known = front.and_then(|request| self.known(row, request));
        let mode = known
            .and_then(Known::full)
            .and_then(|full| full.mode.as_deref());
        let told = row.facts.as_ref().and_then(|facts| facts.mode.as_deref());
        let mode = mode.filter(|mode| told != Some(*mode));
        self.labelled("mode", self.theme().dim(), mode, self.theme().dim())
    }

    pub(crate) fn known(&self, row: &Row, request: &Request) -> Option<&Known> {
        let asked = self.model.asked.as_ref()?;
        let is_it = asked.bound.row == row.id && asked.bound.request == *request;
        asked.known.as_ref().filter(|_| is_it)
    }

    /// As much as the row itself says.
    pub(crate) fn in_short(&self, request: &Request) -> Vec<Line<'static>> {
        let title = labels::request_title(request);
        let style = self.theme().state(request.state);
        let (said, said_style) = match request.message.as_deref() {
            Some(message) => (message, self.theme().text()),
            None => ("(it did not say for what)", self.theme().dim()),
        };
        self.labelled(title, style, Some(said), said_style)
    }

    fn whole(&self, full: &Full, request: &Request) -> Vec<Line<'static>> {
        let theme = self.theme();
        let mut label = (labels::request_title(request), theme.state(request.state));
        if full.parts.is_empty() {
            return self.labelled(label.0, label.1, Some("(nothing more)"), theme.dim());
        }
        let mut lines = Vec::new();
        for part in &full.parts {
            let own = match part {
                Part::Note(note) if is_plain(note) => {
                    self.labelled(label.0, label.1, Some(note), theme.dim())
                }
                Part::Note(note) => {
                    self.verbatim(label, note.lines().map(|line| (line, theme.dim())))
                }
                Part::Text(said) => {
                    self.verbatim(label, said.lines().map(|line| (line, theme.text())))
                }
                Part::Diff(diff) => {
                    self.verbatim(label, diff.iter().map(|line| (&**line, theme.diff(line))))
                }
                Part::Field(name, value) => self.field(label, name, value, &mut lines),
            };
            lines.extend(own);
            label = ("", theme.dim());
        }
        lines
    }

    /// `Edit   src/main.rs`; before any other field the label gets a line of its own.
    fn field(
        &self,
        label: (&str, Style),
        name: &str,
        value: &str,
        lines: &mut Vec<Line<'static>>,
    ) -> Vec<Line<'static>> {
        let style = self.theme().text();
        // A field without a value is there all the same.
        let empty = value.is_empty().then_some("");
        let text = value.lines().chain(empty).map(|line| (line, style));
        if label.0.is_empty() {
            return self.verbatim((name, self.theme().dim()), text);
        }
        if name == "file" {
            return self.verbatim(label, text);
        }
        lines.push(Line::from(Span::styled(format!("  {}", label.0), label.1)));
        self.verbatim((name, self.theme().dim()), text)
    }

    /// Lines as they are, beside a label. What is wider than the panel goes on below, marked.
    fn verbatim<'a>(
        &self,
        (label, label_style): (&str, Style),
        text: impl Iterator<Item = (&'a str, Style)>,
    ) -> Vec<Line<'static>> {
        let (mut label, indent, mut lines) = self.label(label, label_style);
        let room = self.width.saturating_sub(indent.max(GOES_ON.len()) + 1);
        for (line, style) in text {
            let mut pieces = text::chop(line, room.max(1));
            if pieces.is_empty() {
                pieces.push("");
            }
            for (index, piece) in pieces.into_iter().enumerate() {
                let mark = if index > 0 { GOES_ON } else { "" };
                let gap = indent.saturating_sub(text::width(label) + text::width(mark));
                lines.push(Line::from(vec![
                    Span::raw("  "),
                    Span::styled(label.to_owned(), label_style),
                    Span::raw(" ".repeat(gap)),
                    Span::styled(mark, self.theme().dim()),
                    Span::styled(piece.to_owned(), style),
                ]));
                label = "";
            }
        }
        lines
    }
}

/// Whether a text may be wrapped like a sentence: its blanks and line breaks say nothing.
fn is_plain(text: &str) -> bool {
    !text.contains('\n') && !text.contains("  ") && text.trim() == text
}
