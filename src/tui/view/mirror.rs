//! What a pane shows, drawn beside the dashboard: the line between them, whose it is, its screen as far as there is
//! room, and what keys do to it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::mux::Direction;
use crate::tui::keymap::{Action, LEAVES_PANE, key_for};
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::Model;
use crate::tui::model::mirror::Seen;
use crate::tui::picture::Part;

/// Draws in `area`, the line between included; nothing where that is empty.
pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let inner = rule(model, area, buffer);
    let theme = model.setup.theme;
    let (title, foot) = (inner.top(), inner.bottom() - 1);
    let screen = Rect {
        y: title + 1,
        height: inner.height.saturating_sub(2),
        ..inner
    };
    put(buffer, inner, title, &named(model), theme.strong());
    let shown = model.split.shows.as_ref();
    let drawn = model.split.drawn.as_ref();
    match (shown, shown.and_then(|pane| model.mirror.of(pane))) {
        (Some(_), Some(Seen::Picture(picture))) => {
            let size = (screen.width, screen.height);
            let part = picture.within(size, theme.has_colours());
            draw_part(&part, screen, buffer);
            let typed = model.typing_into.as_ref() == shown;
            let style = if typed { theme.strong() } else { theme.dim() };
            put(buffer, inner, foot, &said(&part, typed), style);
        }
        (Some(_), Some(Seen::Nothing(why))) => put(buffer, screen, screen.y, why, theme.dim()),
        (Some(_), None) => put(buffer, screen, screen.y, "…", theme.dim()),
        (None, _) => {
            let why = drawn.and_then(|drawn| drawn.instead.as_deref());
            let why = why.unwrap_or("the selected row's screen is shown here");
            put(buffer, screen, screen.y, why, theme.dim());
        }
    }
}

/// Draws the line between, and gives what is left.
fn rule(model: &Model, area: Rect, buffer: &mut Buffer) -> Rect {
    let drawn = model.split.drawn.as_ref();
    let style = model.setup.theme.dim();
    match drawn.map_or(Direction::Right, |drawn| drawn.room.direction) {
        Direction::Right => {
            for y in area.top()..area.bottom() {
                buffer.set_string(area.x, y, "│", style);
            }
            Rect {
                x: area.x + 1,
                width: area.width - 1,
                ..area
            }
        }
        Direction::Below => {
            let line = "─".repeat(usize::from(area.width));
            buffer.set_string(area.x, area.y, line, style);
            Rect {
                y: area.y + 1,
                height: area.height - 1,
                ..area
            }
        }
    }
}

/// Whose screen it is.
fn named(model: &Model) -> String {
    let shown = model.rows.find(|row| model.is_beside(row));
    shown.map_or_else(String::new, |row| {
        format!(" {} · {}", row.assistant, labels::target(row))
    })
}

/// What there is to know of it.
fn said(part: &Part, typed: bool) -> String {
    let above = (part.above > 0).then(|| format!("{} above", labels::counted(part.above, "line")));
    let right =
        (part.right > 0).then(|| format!("{} at the right", labels::counted(part.right, "column")));
    let hidden: Vec<String> = above.into_iter().chain(right).collect();
    let hidden = if hidden.is_empty() {
        String::new()
    } else {
        format!(" · not shown: {}", hidden.join(", "))
    };
    let does = if typed {
        format!("you type here, {LEAVES_PANE} comes back")
    } else {
        format!(
            "{} types here, {} goes there",
            key_for(Action::TypeInto),
            key_for(Action::Go)
        )
    };
    format!(" {does}{hidden}")
}

/// Draws a part of a picture that fits into the area.
pub(super) fn draw_part(part: &Part, area: Rect, buffer: &mut Buffer) {
    for (line, y) in part.lines.iter().zip(area.top()..area.bottom()) {
        let mut writer = LineWriter::new(buffer, area.x, y, area.right());
        for span in line {
            writer.put(&span.content, span.style);
        }
    }
}

fn put(buffer: &mut Buffer, area: Rect, y: u16, text: &str, style: Style) {
    if (area.top()..area.bottom()).contains(&y) {
        LineWriter::new(buffer, area.x, y, area.right()).put(text, style);
    }
}
