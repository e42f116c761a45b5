//! The line of tabs between list and panel.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::tui::line_writer::Pen;
use crate::tui::model::Model;
use crate::tui::update::work;

/// Draws over the rule, or over an empty line; the open one stands in brackets, also without colour.
pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(open) = work::tab(model).filter(|_| area.height > 0) else {
        return;
    };
    let theme = model.setup.theme;
    for (tab, label, place) in work::tabs(model, area) {
        let mut pen = Pen::new(buffer, place.x, place.y, place.right());
        if tab == open {
            // The rule below is faint, and would stay so.
            let style = theme.accent().remove_modifier(Modifier::DIM);
            pen.put(&format!("[{label}]"), style);
        } else {
            pen.put(&format!(" {label} "), theme.dim());
        }
    }
}
