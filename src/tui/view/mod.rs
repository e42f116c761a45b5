//! From `&Model` and the time to a buffer, and nothing else: no file, no environment, no clock.

mod footer;
mod header;
mod mirror;
mod preview;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::tui::age;
use crate::tui::keymap::Action;
use crate::tui::labels;
use crate::tui::layout::Layout;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::{Model, seen};
use crate::tui::panels::hints::{Answering, answering};
use crate::tui::panels::{self, empty, list, page, tabs};
use crate::tui::sight::{sight_of, text_area};
use crate::tui::text;

/// Draws the whole dashboard. `buffer` is empty and may have any size.
pub fn draw(model: &Model, now: Timestamp, buffer: &mut Buffer) {
    let layout = Layout::of(model, buffer.area);
    header::draw(model, now, layout.header, buffer);
    header::draw_lines(model, layout.lines, buffer);
    if model.has_nothing() && !panels::of(model).is_alone {
        empty::draw(model, layout.list, buffer);
    } else {
        list::draw(model, now, layout.list, buffer);
    }
    draw_rule(model, layout.rule, buffer);
    tabs::draw(model, layout.tabs, buffer);
    list::draw_more(model, layout.list, layout.more, buffer);
    let page = page(model, now, layout.panel.width);
    let text = text_area(layout.panel, page.lines.len());
    draw_lines(&page.lines, model.scroll, text, buffer);
    let count = page.lines.len();
    let left = sight_of(model, page, &layout).map(|sight| seen::left(model, &sight));
    draw_rest(model, count, left, (text, layout.panel), buffer);
    preview::draw(model, layout.preview, buffer);
    footer::draw(model, left, layout.footer, buffer);
    mirror::draw(model, layout.mirror, buffer);
    if let Some(over) = &panels::of(model).over {
        (over.draw)(model, buffer);
    }
}

/// What a click there means, where that is a key in the last line.
pub(crate) fn footer_action(model: &Model, now: Timestamp, at: Position) -> Option<Action> {
    let layout = Layout::of_model(model);
    if !layout.footer.contains(at) {
        return None;
    }
    let page = page(model, now, layout.panel.width);
    let left = sight_of(model, page, &layout).map(|sight| seen::left(model, &sight));
    footer::action_at(model, left, layout.footer, at.x)
}

/// When the next text on the screen changes by itself.
pub fn next_change(model: &Model, now: Timestamp) -> Timestamp {
    let layout = Layout::of_model(model);
    let notice = model.notice.as_ref().map(|notice| notice.until);
    let panel = (layout.panel.height > 0).then(|| (panels::of(model).next_change)(model, now));
    std::iter::once(age::next_minute(now))
        .chain(list::next_change(model, now, layout.list))
        .chain(panel.flatten())
        .chain(notice)
        .fold(age::next_minute(now), Ord::min)
}

/// Says how much of a request is not in view, and what to do about it: what is not seen must not pass
/// for nothing. `left`: lines of what is asked that have not been seen.
fn draw_rest(
    model: &Model,
    lines: usize,
    left: Option<usize>,
    (text, panel): (Rect, Rect),
    buffer: &mut Buffer,
) {
    if text.height == panel.height {
        return;
    }
    let below = lines.saturating_sub(model.scroll + usize::from(text.height));
    let mut writer = LineWriter::new(buffer, panel.x + 1, text.bottom(), panel.right());
    let plain = match (model.scroll, below) {
        (above, 0) => format!("↑ {} above", labels::counted(above, "line")),
        (0, below) => format!("↓ {} more", labels::counted(below, "line")),
        (above, below) => format!("↑ {above} ↓ {} more", labels::counted(below, "line")),
    };
    let said = match (left.filter(|left| *left > 0), answering(model)) {
        (Some(left), Some(Answering { keys, shows, does })) => {
            let arrow = if below > 0 { "↓" } else { "↑" };
            let more = labels::counted(left, "line");
            let long = format!(
                "{arrow} {more} not seen yet: {keys} {shows} more, and {does} after the last one"
            );
            let short = format!("{arrow} {left} more, then {keys} {does}");
            if text::width(&long) <= writer.room() {
                long
            } else {
                short
            }
        }
        _ => plain,
    };
    writer.put(&said, model.setup.theme.accent());
}

fn draw_rule(model: &Model, rule: Rect, buffer: &mut Buffer) {
    let style = model.setup.theme.dim();
    for y in rule.top()..rule.bottom() {
        if rule.width == 1 {
            buffer.set_string(rule.x, y, "│", style);
            continue;
        }
        let mut writer = LineWriter::new(buffer, rule.x, y, rule.right());
        while !writer.is_full() {
            writer.put("─", style);
        }
    }
}

fn draw_lines(lines: &[Line<'_>], skip: usize, area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().skip(skip).zip(area.top()..area.bottom()) {
        let mut writer = LineWriter::new(buffer, area.x, y, area.right());
        for span in line {
            writer.put(&span.content, span.style);
        }
    }
}
