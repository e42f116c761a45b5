//! What the selected row's pane shows: a line that names it and says how far it is scrolled, and a box that nothing
//! of it leaves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::keymap::{Action, key_for};
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::Model;
use crate::tui::model::preview::{Seen, instead};
use crate::tui::picture::Part;
use crate::tui::view::mirror::draw_part;

/// Draws in `area`, its name included; nothing where that is empty.
pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(row) = model.selected_row().filter(|_| !area.is_empty()) else {
        return;
    };
    let inner = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let theme = model.setup.theme;
    let mut told = format!("preview of {}", labels::target(row));
    let why = match (instead(model, row), &model.preview.seen) {
        (Some(why), _) => Some(why),
        (None, Some(Seen::Nothing(why))) => Some(why.as_str()),
        (None, Some(Seen::Picture { picture, more })) => {
            let size = (inner.width, inner.height);
            let back = model.preview.back;
            let part = picture.within_above(size, back, theme.has_colours());
            told.push_str(&said(&part, *more, back > 0));
            draw_part(&part, inner, buffer);
            None
        }
        (None, None) => Some("…"),
    };
    if let Some(why) = why.filter(|_| !inner.is_empty()) {
        put(buffer, inner, why, theme.dim());
    }
    draw_name(model, area, &told, buffer);
}

fn draw_name(model: &Model, area: Rect, told: &str, buffer: &mut Buffer) {
    let theme = model.setup.theme;
    let mut writer = LineWriter::new(buffer, area.x, area.y, area.right());
    writer.put("─ ", theme.dim());
    writer.put(told, theme.strong());
    writer.put(" ", theme.dim());
    while !writer.is_full() {
        writer.put("─", theme.dim());
    }
}

/// How far it is scrolled, and what of it is not in view. `more`: lines that could be asked for.
fn said(part: &Part, more: usize, is_back: bool) -> String {
    let above = part.above + more;
    let above = (above > 0).then(|| format!("{above} above"));
    let right = (part.right > 0).then(|| format!("{} at the right", part.right));
    let keys = (part.above + more > 0 && !is_back).then(|| key_for(Action::Scroll(-1)));
    let keys = keys.map(|key| format!("{key} back"));
    let state = if is_back {
        let on = key_for(Action::Scroll(1));
        format!("{} back, {on} on", labels::counted(part.below, "line"))
    } else {
        "live".to_owned()
    };
    let all = std::iter::once(state).chain(above).chain(right).chain(keys);
    all.fold(String::new(), |all, words| all + " · " + &words)
}

fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    LineWriter::new(buffer, area.x + 1, area.y, area.right()).put(text, style);
}
