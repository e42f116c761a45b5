//! What the lines of a panel about a row are made with: a text beside its label.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::age::local;
use crate::tui::model::Model;
use crate::tui::text;
use crate::tui::theme::Palette;

/// Columns of the labels at the left: `why`, `Bash`.
const LABEL: usize = 7;

/// What the panel's lines are made from.
pub(super) struct Sheet<'a> {
    pub(super) model: &'a Model,
    pub(super) now: Timestamp,
    pub(super) width: usize,
}

impl<'a> Sheet<'a> {
    /// For a panel of `width` columns.
    pub(super) fn new(model: &'a Model, now: Timestamp, width: u16) -> Self {
        Self {
            model,
            now,
            width: usize::from(width).saturating_sub(2),
        }
    }
}

impl Sheet<'_> {
    pub(super) fn theme(&self) -> Palette {
        self.model.setup.theme
    }

    /// `text` wrapped beside a label; nothing when there is nothing to say.
    pub(super) fn labelled(
        &self,
        label: &str,
        label_style: Style,
        text: Option<&str>,
        style: Style,
    ) -> Vec<Line<'static>> {
        let Some(text) = text else {
            return Vec::new();
        };
        let (mut label, indent, mut lines) = self.label(label, label_style);
        for part in text::wrap(text, self.width.saturating_sub(indent + 1)) {
            let gap = " ".repeat(indent.saturating_sub(text::width(label)));
            lines.push(Line::from(vec![
                Span::raw("  "),
                Span::styled(label.to_owned(), label_style),
                Span::raw(gap),
                Span::styled(part, style),
            ]));
            label = "";
        }
        lines
    }

    /// The label as it stands beside a text, the text's column, and the line above it that a label
    /// has which is too long: a tool's name must not push its command to the right edge.
    pub(super) fn label<'l>(
        &self,
        label: &'l str,
        style: Style,
    ) -> (&'l str, usize, Vec<Line<'static>>) {
        let is_roomy = self.width >= 30;
        let indent = if is_roomy { LABEL + 1 } else { 0 };
        if text::width(label) <= indent.saturating_sub(1) {
            return (label, indent, Vec::new());
        }
        let above = Line::from(Span::styled(format!("  {label}"), style));
        ("", indent, vec![above])
    }

    /// The time of day, with the date when it was not today.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let offset = self.model.setup.offset;
        let (at, now) = (local(at, offset), local(self.now, offset));
        let (hour, minute, second) = at.to_hms();
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        if at.date() == now.date() {
            return time;
        }
        format!(
            "{}-{:02}-{:02} {time}",
            at.year(),
            u8::from(at.month()),
            at.day()
        )
    }
}
