//! A row on two lines, where there is little room beside each other: who and where it is, and below that what it does or asks.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::activity::draw_activity;
use crate::config::Column;
use crate::state::{Attention, Row};
use crate::tui::age;
use crate::tui::columns::grain;
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::Model;
use crate::tui::text;

/// Between two things in one line.
const GAP: usize = 2;

/// Columns before the second line, below the first word of the first.
const INDENT: usize = 3;

/// Draws it on two lines.
pub(super) fn draw(model: &Model, row: &Row, now: Timestamp, area: Rect, buffer: &mut Buffer) {
    let (theme, signs) = (model.setup.theme, model.setup.signs);
    let is_selected = model.selected.as_ref() == Some(&row.id);
    let attention = Attention::from(row.state);
    let style = match attention {
        Attention::Quiet => theme.dim(),
        _ => theme.text(),
    };
    let right = area.right().saturating_sub(1);
    let shows = |column| model.setup.columns.shows(column);
    let mut taken = 0;
    if shows(Column::Age) {
        let age = age::text(now, row.since, grain(row, usize::from(area.width)));
        taken = text::width(&age) + GAP;
        LineWriter::new(buffer, area.x, area.y, right).put_right(&age, theme.dim());
    }
    let mut writer = LineWriter::new(buffer, area.x, area.y, right);
    writer.keep_free(taken);
    writer.cell(if is_selected { "▌" } else { "" }, 1, theme.accent());
    writer.cell(signs.of(row.state), 1, theme.state(row.state));
    let beside = if model.is_beside(row) { "▸" } else { "" };
    writer.cell(beside, 1, theme.accent());
    let name = match attention {
        Attention::NeedsYou => theme.strong(),
        _ => style,
    };
    let place = labels::place(row, signs);
    let parts = [
        (Column::Assistant, row.assistant.as_str().to_owned(), name),
        (Column::Target, labels::target(row), style),
        (Column::Place, place, theme.dim()),
    ];
    let parts = parts.into_iter().filter(|(column, ..)| shows(*column));
    for (_, text, style) in parts.filter(|(_, text, _)| !text.is_empty()) {
        let text = text::fit_middle(&text, writer.room());
        writer.put(&text, style);
        writer.skip(GAP);
    }
    let mut below = LineWriter::new(buffer, area.x, area.y + 1, right);
    below.skip(INDENT);
    draw_activity(model, row, now, &mut below, style);
    if is_selected {
        buffer.set_style(area, theme.selected());
    }
}
