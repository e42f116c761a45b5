//! The last line: a notice, the filter that is typed, or the keys that matter now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::line_writer::Pen;
use crate::tui::model::Model;
use crate::tui::model::deny_prompt::DenyPrompt;
use crate::tui::panels::hints::{Told, told};
use crate::tui::sight::notice_lines;
use crate::tui::text;

/// `left`: lines of what is asked that have not been seen.
pub(super) fn draw(model: &Model, left: Option<usize>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.right().saturating_sub(1));
    if let Some(prompt) = &model.denying {
        draw_deny_prompt(model, prompt, &mut pen);
    } else if model.typing {
        draw_filter(model, &mut pen);
    } else if let Some(notice) = &model.notice {
        draw_notice(&notice.text, model.setup.theme.strong(), area, buffer);
    } else {
        draw_hints(model, &told(model, left), &mut pen);
    }
}

/// A notice that is too long for its line takes those above it: the reason stands at its end.
fn draw_notice(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (line, above) in notice_lines(text, area).iter().rev().zip(0..) {
        let y = area.y - above;
        buffer.set_string(area.x, y, " ".repeat(usize::from(area.width)), Style::new());
        let mut pen = Pen::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
        pen.put(line, style);
    }
}

fn draw_filter(model: &Model, pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    let hint = "   Enter keep · Esc clear";
    pen.put("/ ", theme.accent());
    let typed = text::fit_end(&model.filter, pen.room().saturating_sub(1));
    pen.put(&typed, theme.strong());
    pen.put("▏", theme.accent());
    if pen.room() >= text::width(hint) {
        pen.put(hint, theme.dim());
    }
}

/// `No, shop:1.1, but ` and the line; the part around the cursor when it does not fit.
fn draw_deny_prompt(model: &Model, prompt: &DenyPrompt, pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    let hint = "   Enter send · Esc cancel";
    let title = format!("No to {}, but: ", prompt.bound.target);
    let title = if text::width(&title) * 2 <= pen.room() {
        &title
    } else {
        "No, but: "
    };
    pen.put(title, theme.accent());
    let (before, under, after) = prompt.line.around();
    let before = text::fit_end(before, pen.room() * 3 / 4);
    pen.put(&before, theme.strong());
    let under = if under.is_empty() { " " } else { under };
    pen.put(under, theme.strong().add_modifier(Modifier::REVERSED));
    pen.put(after, theme.strong());
    if pen.room() >= text::width(hint) {
        pen.put(hint, theme.dim());
    }
}

/// As many as fit, the most useful first; none is cut in half.
fn draw_hints(model: &Model, hints: &[Told], pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    for (index, Told { keys, does }) in hints.iter().enumerate() {
        let between = if index > 0 { " · " } else { "" };
        let needed = text::width(between) + text::width(keys) + 1 + text::width(does);
        if needed > pen.room() {
            break;
        }
        pen.put(between, theme.dim());
        pen.put(keys, theme.accent());
        pen.put(" ", theme.text());
        pen.put(does, theme.dim());
    }
}
