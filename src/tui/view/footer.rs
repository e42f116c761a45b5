//! The last line: a notice, the filter that is typed, or the keys that matter now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::keymap::{Action, LEAVES_PANE, key_for};
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::task_prompt::Title;
use crate::tui::model::{Model, Panel};
use crate::tui::panels::hints::{ShownHint, told};
use crate::tui::panels::write::KEYS;
use crate::tui::sight::notice_lines;
use crate::tui::text;
use crate::tui::text_input::EditLine;

/// Stands between two keys.
const BETWEEN: &str = " · ";

/// `left`: lines of what is asked that have not been seen.
pub(super) fn draw(model: &Model, left: Option<usize>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let mut writer = LineWriter::new(buffer, area.x + 1, area.y, area.right().saturating_sub(1));
    if model.typing_into.is_some() {
        draw_typing(model, &mut writer);
    } else if let Some(prompt) = &model.denying {
        let title = format!("No to {}, but: ", prompt.bound.target.shown());
        draw_prompt(
            model,
            [&title, "No, but: "],
            &prompt.line,
            "send",
            &mut writer,
        );
    } else if let Some(prompt) = &model.titling {
        let title = match &prompt.about {
            Title::New => format!("New task for {}: ", prompt.row.target.shown()),
            Title::Of(id) => format!("Task {id} of {}: ", prompt.row.target.shown()),
        };
        draw_prompt(
            model,
            [&title, "Title: "],
            &prompt.line,
            "save",
            &mut writer,
        );
    } else if model.typing {
        draw_filter(model, &mut writer);
    } else if let Some(notice) = &model.notice {
        draw_notice(&notice.text, model.setup.theme.strong(), area, buffer);
    } else if model.stepping {
        draw_steps(model, left, &mut writer);
    } else if model.panel == Panel::Write {
        draw_hints(model, &editor_hints(), &mut writer);
    } else {
        draw_hints(model, &told(model, left), &mut writer);
    }
}

/// Of the editor; a click on them does nothing.
fn editor_hints() -> Vec<ShownHint> {
    let hint = |(keys, does): (&str, &'static str)| ShownHint {
        keys: keys.to_owned(),
        does,
        action: None,
        stays: false,
    };
    KEYS.into_iter().map(hint).collect()
}

/// A notice that is too long for its line takes those above it: the reason stands at its end.
fn draw_notice(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (line, above) in notice_lines(text, area).iter().rev().zip(0..) {
        let y = area.y - above;
        buffer.set_string(area.x, y, " ".repeat(usize::from(area.width)), Style::new());
        let mut writer = LineWriter::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
        writer.put(line, style);
    }
}

/// Keys mean nothing here now.
fn draw_typing(model: &Model, writer: &mut LineWriter<'_>) {
    let theme = model.setup.theme;
    let shown = model.rows.find(|row| model.is_beside(row));
    let target = shown.map_or_else(String::new, labels::target);
    writer.put(LEAVES_PANE, theme.accent());
    writer.put(" comes back", theme.dim());
    writer.put(BETWEEN, theme.dim());
    writer.put("keys go to ", theme.strong());
    writer.put(&target, theme.strong());
}

fn draw_filter(model: &Model, writer: &mut LineWriter<'_>) {
    let theme = model.setup.theme;
    let hint = "   Enter keep · Esc clear";
    writer.put("/ ", theme.accent());
    let typed = text::fit_end(&model.filter, writer.room().saturating_sub(1));
    writer.put(&typed, theme.strong());
    writer.put("▏", theme.accent());
    if writer.room() >= text::width(hint) {
        writer.put(hint, theme.dim());
    }
}

/// What is looked for, the place among what was found, and the keys that go on.
fn draw_steps(model: &Model, left: Option<usize>, writer: &mut LineWriter<'_>) {
    let theme = model.setup.theme;
    let place = model.place_of_selected().map_or(0, |(place, _)| place + 1);
    let place = format!("   {place} of {}   ", model.list.choices());
    let own = |keys: &str, does: &'static str, stays| ShownHint {
        keys: keys.to_owned(),
        does,
        action: None,
        stays,
    };
    let close = key_for(Action::Close);
    let mut hints = vec![
        own("n", "next", true),
        own("N", "previous", false),
        own(&close, "clear", true),
    ];
    hints.extend(told(model, left).into_iter().filter(|hint| hint.stays));
    writer.put("/ ", theme.accent());
    let room = writer.room().saturating_sub(text::width(&place));
    let sought = text::fit_end(&model.filter, room / 2).into_owned();
    writer.put(&sought, theme.strong());
    writer.put(&place, theme.dim());
    draw_hints(model, &hints, writer);
}

/// What the line is for, in long or in short, and the line; the part around the cursor when it does not fit.
fn draw_prompt(
    model: &Model,
    [long, short]: [&str; 2],
    line: &EditLine,
    ends: &str,
    writer: &mut LineWriter<'_>,
) {
    let theme = model.setup.theme;
    let hint = format!("   Enter {ends} · Esc cancel");
    let is_roomy = text::width(long) * 2 <= writer.room();
    writer.put(if is_roomy { long } else { short }, theme.accent());
    let (before, under, after) = line.around();
    let before = text::fit_end(before, writer.room() * 3 / 4);
    writer.put(&before, theme.strong());
    let under = if under.is_empty() { " " } else { under };
    writer.put(under, theme.strong().add_modifier(Modifier::REVERSED));
    writer.put(after, theme.strong());
    if writer.room() >= text::width(&hint) {
        writer.put(&hint, theme.dim());
    }
}

/// As many as fit, the most useful first, and those that stay; none is cut in half.
fn draw_hints(model: &Model, hints: &[ShownHint], writer: &mut LineWriter<'_>) {
    let theme = model.setup.theme;
    let mut between = "";
    for ShownHint { keys, does, .. } in fitting(hints, writer.room()) {
        writer.put(between, theme.dim());
        writer.put(keys, theme.accent());
        writer.put(" ", theme.text());
        writer.put(does, theme.dim());
        between = BETWEEN;
    }
}

/// What a click there means: a key of a hint does what pressing it would do.
pub(super) fn action_at(model: &Model, left: Option<usize>, area: Rect, x: u16) -> Option<Action> {
    let is_hints = model.typing_into.is_none()
        && model.denying.is_none()
        && model.titling.is_none()
        && !model.typing
        && !model.stepping
        && model.panel != Panel::Write
        && model.notice.is_none();
    if !is_hints {
        return None;
    }
    let room = usize::from(area.width.saturating_sub(2));
    let mut at = usize::from(area.x) + 1;
    let hints = told(model, left);
    for hint in fitting(&hints, room) {
        let end = at + width_of(hint);
        if (at..end).contains(&usize::from(x)) {
            return hint.action;
        }
        at = end + text::width(BETWEEN);
    }
    None
}

fn width_of(hint: &ShownHint) -> usize {
    text::width(&hint.keys) + 1 + text::width(hint.does)
}

/// Those that are drawn in so many columns.
fn fitting(hints: &[ShownHint], room: usize) -> impl Iterator<Item = &ShownHint> {
    let width = |hint: &ShownHint| text::width(BETWEEN) + width_of(hint);
    let stays = |hint: &ShownHint| hint.stays;
    // The first one has nothing before it.
    let room = room + text::width(BETWEEN);
    let (staying, others): (Vec<_>, Vec<_>) = hints.iter().partition(|hint| stays(hint));
    let mut taken = 0;
    let mut count = |hints: &[&ShownHint]| {
        let fit = |hint: &&&ShownHint| {
            taken += width(hint);
            taken <= room
        };
        hints.iter().take_while(fit).count()
    };
    let (mut staying, mut others) = (count(&staying), count(&others));
    hints.iter().filter(move |hint| {
        let left = if stays(hint) {
            &mut staying
        } else {
            &mut others
        };
        let is_drawn = *left > 0;
        *left = left.saturating_sub(1);
        is_drawn
    })
}
