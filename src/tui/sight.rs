//! What of the open panel is on the screen, and what of it is not: by this a request counts as seen, and
//! by this it is scrolled.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::layout::Layout;
use crate::tui::line_writer::to_u16;
use crate::tui::model::Model;
use crate::tui::model::seen::Sight;
use crate::tui::panels::{self, Page, page};
use crate::tui::text;

/// Lines that a notice may take.
const MAX_NOTICE: u16 = 4;

/// How many lines of the open panel do not fit: as far as it can be scrolled.
pub(crate) fn hidden_lines(model: &Model, now: Timestamp) -> usize {
    if let Some(over) = &panels::of(model).over {
        let (width, height) = model.setup.size;
        return (over.hidden_lines)(model, Rect::new(0, 0, width, height));
    }
    let panel = Layout::of_model(model).panel;
    let lines = page(model, now, panel.width).lines.len();
    lines.saturating_sub(usize::from(text_area(panel, lines).height))
}

/// What is asked, as the open panel has it; `None` where it is about something else, or covered.
pub(crate) fn sight(model: &Model, now: Timestamp) -> Option<Sight> {
    let layout = Layout::of_model(model);
    sight_of(model, page(model, now, layout.panel.width), &layout)
}

/// The same of a page that is there already.
pub(crate) fn sight_of(model: &Model, page: Page, layout: &Layout) -> Option<Sight> {
    let Page { lines, asked } = page;
    let asked = asked.filter(|_| panels::of(model).over.is_none())?;
    let (panel, first) = (layout.panel, asked.start);
    let text = text_area(panel, lines.len());
    // A long notice lies over what stands above it.
    let bottom = layout.footer.y - covered(model, layout.footer);
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

/// The panel but for the line that says how much is not in view.
pub(crate) fn text_area(panel: Rect, lines: usize) -> Rect {
    let is_short = lines > usize::from(panel.height) && panel.height > 2;
    Rect {
        height: panel.height - u16::from(is_short),
        ..panel
    }
}

/// A notice as it is drawn, in the line `area` and those above it.
pub(crate) fn notice_lines(text: &str, area: Rect) -> Vec<String> {
    let room = usize::from(area.width).saturating_sub(2);
    let most = usize::from(area.y.min(MAX_NOTICE));
    let mut lines = text::wrap(text, room);
    lines.truncate(most.max(1));
    lines
}

/// How many lines above `area` a notice lies over.
fn covered(model: &Model, area: Rect) -> u16 {
    let types = model.typing || model.denying.is_some() || model.titling.is_some();
    let is_shown = area.height > 0 && !types;
    let notice = model.notice.as_ref().filter(|_| is_shown);
    let lines = notice.map(|notice| notice_lines(&notice.text, area).len());
    to_u16(lines.unwrap_or_default().saturating_sub(1))
}
