//! From `&Model` and the time to a buffer, and nothing else: no file, no environment, no clock.

mod footer;
pub(crate) mod header;
mod tabs;

use std::ops::Range;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::age;
use crate::tui::labels;
use crate::tui::layout::Layout;
use crate::tui::line_writer::Pen;
use crate::tui::model::{Model, Panel};
use crate::tui::panels::{
    changes, detail, empty, health, help, install, list, manage, request, tasks as work,
};
use crate::tui::text;
use crate::tui::update::seen::{self, Sight};
use footer::Answering;

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
    let page = page(model, now, layout.panel.width);
    let text = text_area(model, layout.panel, page.lines.len());
    draw_lines(&page.lines, model.scroll, text, buffer);
    let count = page.lines.len();
    let left = sight_of(model, page, &layout).map(|sight| seen::left(model, &sight));
    draw_rest(model, count, left, (text, layout.panel), buffer);
    footer::draw(model, left, layout.footer, buffer);
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
    let lines = page(model, now, panel.width).lines.len();
    lines.saturating_sub(usize::from(text_area(model, panel, lines).height))
}

/// What the open panel shows, from its first line to its last.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) lines: Vec<Line<'static>>,
    /// Which of them are what an answer would be about.
    pub(crate) asked: Option<Range<usize>>,
}

impl From<Vec<Line<'static>>> for Page {
    fn from(lines: Vec<Line<'static>>) -> Self {
        Self { lines, asked: None }
    }
}

/// What is asked, as the open panel has it; `None` where it is about something else, or covered.
pub(super) fn sight(model: &Model, now: Timestamp) -> Option<Sight> {
    let layout = Layout::of_model(model);
    sight_of(model, page(model, now, layout.panel.width), &layout)
}

fn sight_of(model: &Model, page: Page, layout: &Layout) -> Option<Sight> {
    let Page { lines, asked } = page;
    let asked = asked.filter(|_| model.panel != Panel::Help)?;
    let (panel, first) = (layout.panel, asked.start);
    let text = text_area(model, panel, lines.len());
    // A long notice lies over what stands above it.
    let bottom = layout.footer.y - footer::covered(model, layout.footer);
    let room = text.bottom().min(bottom).saturating_sub(text.y);
    let on_screen = model.scroll..model.scroll + usize::from(room);
    let lines: Vec<Line<'static>> = lines.into_iter().skip(first).take(asked.len()).collect();
    let fits = |line: &Line<'_>| {
        let widths = line.iter().map(|span| text::width(&span.content));
        widths.sum::<usize>() <= usize::from(panel.width)
    };
    let in_view = |(line, at): (&Line<'_>, usize)| on_screen.contains(&at) && fits(line);
    Some(Sight {
        first,
        in_view: lines.iter().zip(first..).map(in_view).collect(),
        lines,
    })
}

/// The panel but for the line that says how much of a request is not in view.
fn text_area(model: &Model, panel: Rect, lines: usize) -> Rect {
    let tells = match model.panel {
        Panel::Confirm(_) => true,
        Panel::Detail | Panel::Request | Panel::Explain => model.asked.is_some(),
        _ => false,
    };
    let is_short = tells && lines > usize::from(panel.height) && panel.height > 2;
    Rect {
        height: panel.height - u16::from(is_short),
        ..panel
    }
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
    let mut pen = Pen::new(buffer, panel.x + 1, text.bottom(), panel.right());
    let plain = match (model.scroll, below) {
        (above, 0) => format!("↑ {} above", labels::counted(above, "line")),
        (0, below) => format!("↓ {} more", labels::counted(below, "line")),
        (above, below) => format!("↑ {above} ↓ {} more", labels::counted(below, "line")),
    };
    let said = match (left.filter(|left| *left > 0), footer::answering(model)) {
        (Some(left), Some(Answering { key, shows, does })) => {
            let arrow = if below > 0 { "↓" } else { "↑" };
            let more = labels::counted(left, "line");
            let long = format!(
                "{arrow} {more} not seen yet: {key} {shows} more, and {does} after the last one"
            );
            let short = format!("{arrow} {left} more, then {key} {does}");
            if text::width(&long) <= pen.room() {
                long
            } else {
                short
            }
        }
        _ => plain,
    };
    pen.put(&said, model.setup.theme.accent());
}

fn page(model: &Model, now: Timestamp, width: u16) -> Page {
    match &model.panel {
        Panel::Install(install) => install::lines(install, model.setup.theme, width).into(),
        Panel::Launch(launch) => manage::launchers(launch, model.setup.theme, width).into(),
        Panel::Stop(stop) => manage::stop(stop, model.setup.theme, width).into(),
        Panel::Confirm(confirm) => {
            let lines = request::confirm(&detail::Sheet::new(model, now, width), confirm);
            let asked = Some(0..lines.len());
            Page { lines, asked }
        }
        Panel::Work => work::lines(model, width).into(),
        Panel::Diff(changes) => changes::lines(model, *changes, width).into(),
        Panel::Health => health::lines(model, now, width).into(),
        Panel::Explain => detail::page(model, now, width, true),
        Panel::Request | Panel::Detail | Panel::Help => detail::page(model, now, width, false),
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
