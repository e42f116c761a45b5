//! From `&Model` and the time to a buffer, and nothing else: no file, no environment, no clock.

mod changes;
mod detail;
mod empty;
mod footer;
mod header;
mod health;
mod help;
mod install;
mod list;
mod manage;
mod pen;
mod request;
mod tabs;
mod work;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::age;
use super::layout::Layout;
use super::model::{Model, Panel};
use super::words;
use pen::Pen;

/// Draws the whole dashboard. `buffer` is empty and may have any size.
pub fn draw(model: &Model, now: Timestamp, buffer: &mut Buffer) {
    let layout = Layout::of(model, buffer.area);
    header::draw(model, now, layout.header, buffer);
    header::draw_lines(model, layout.lines, buffer);
    if model.rows.is_empty() && !matches!(model.panel, Panel::Install(_)) {
        empty::draw(model, layout.list, buffer);
    } else {
        list::draw(model, now, layout.list, buffer);
    }
    draw_rule(model, layout.rule, buffer);
    tabs::draw(model, layout.tabs, buffer);
    let lines = panel_lines(model, now, layout.panel.width);
    let text = text_area(model, layout.panel, lines.len());
    draw_lines(&lines, model.scroll, text, buffer);
    draw_rest(model, lines.len(), text, layout.panel, buffer);
    footer::draw(model, layout.footer, buffer);
    if model.panel == Panel::Help {
        help::draw(model, buffer);
    }
}

/// When the next text on the screen changes by itself.
pub fn next_change(model: &Model, now: Timestamp) -> Timestamp {
    let layout = Layout::of_model(model);
    let notice = model.notice.as_ref().map(|notice| notice.until);
    let is_health = model.panel == Panel::Health;
    let health = is_health.then(|| health::next_change(model, now)).flatten();
    std::iter::once(age::next_minute(now))
        .chain(list::next_change(model, now, layout.list))
        .chain(detail::next_change(model, now, layout.panel))
        .chain(notice)
        .chain(health)
        .fold(age::next_minute(now), Ord::min)
}

/// How many lines of the open panel do not fit: as far as it can be scrolled.
pub(super) fn hidden_lines(model: &Model, now: Timestamp) -> usize {
    if model.panel == Panel::Help {
        let (width, height) = model.setup.size;
        return help::hidden_lines(model, Rect::new(0, 0, width, height));
    }
    let panel = Layout::of_model(model).panel;
    let lines = panel_lines(model, now, panel.width).len();
    lines.saturating_sub(usize::from(text_area(model, panel, lines).height))
}

/// The panel but for the line that says how much of a request is not in view.
fn text_area(model: &Model, panel: Rect, lines: usize) -> Rect {
    let tells = model.asked.is_some() && matches!(model.panel, Panel::Detail | Panel::Request);
    let is_short = tells && lines > usize::from(panel.height) && panel.height > 2;
    Rect {
        height: panel.height - u16::from(is_short),
        ..panel
    }
}

/// Says how much of a request is not in view: what is not seen must not pass for nothing.
fn draw_rest(model: &Model, lines: usize, text: Rect, panel: Rect, buffer: &mut Buffer) {
    if text.height == panel.height {
        return;
    }
    let below = lines.saturating_sub(model.scroll + usize::from(text.height));
    let said = match (model.scroll, below) {
        (above, 0) => format!("↑ {} above", words::counted(above, "line")),
        (0, below) => format!("↓ {} more", words::counted(below, "line")),
        (above, below) => format!("↑ {above} ↓ {} more", words::counted(below, "line")),
    };
    let mut pen = Pen::new(buffer, panel.x + 1, text.bottom(), panel.right());
    pen.put(&said, model.setup.theme.accent());
}

fn panel_lines(model: &Model, now: Timestamp, width: u16) -> Vec<Line<'static>> {
    match &model.panel {
        Panel::Install(install) => install::lines(install, model.setup.theme, width),
        Panel::Launch(launch) => manage::launchers(launch, model.setup.theme, width),
        Panel::Stop(stop) => manage::stop(stop, model.setup.theme, width),
        Panel::Confirm(confirm) => {
            request::confirm(&detail::Sheet::new(model, now, width), confirm)
        }
        Panel::Work => work::lines(model, width),
        Panel::Diff(changes) => changes::lines(model, *changes, width),
        Panel::Health => health::lines(model, now, width),
        Panel::Explain => detail::lines(model, now, width, true),
        Panel::Request | Panel::Detail | Panel::Help => detail::lines(model, now, width, false),
    }
}

fn draw_rule(model: &Model, rule: Rect, buffer: &mut Buffer) {
    let style = model.setup.theme.dim();
    for y in rule.top()..rule.bottom() {
        if rule.width == 1 {
            buffer.set_string(rule.x, y, "│", style);
            continue;
        }
        let mut pen = Pen::new(buffer, rule.x, y, rule.right());
        while !pen.is_full() {
            pen.put("─", style);
        }
    }
}

fn draw_lines(lines: &[Line<'_>], skip: usize, area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().skip(skip).zip(area.top()..area.bottom()) {
        let mut pen = Pen::new(buffer, area.x, y, area.right());
        for span in line {
            pen.put(&span.content, span.style);
        }
    }
}
