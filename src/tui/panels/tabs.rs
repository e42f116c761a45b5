//! The line of tabs between list and panel: where each stands, and how.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::state::update::Role;
use crate::tui::keymap::{Action, Hint, hint};
use crate::tui::line_writer::LineWriter;
use crate::tui::model::{Model, Tab};
use crate::tui::text;

/// The keys of a tab without a list of its own.
pub(super) const HINTS: &[Hint] = &[
    hint(&[Action::Tab(-1), Action::Tab(1)]),
    hint(&[Action::Folder]),
    hint(&[Action::Scroll(1), Action::Scroll(-1)]),
    hint(&[Action::Go]),
    hint(&[Action::Close]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// Draws over the rule, or over an empty line; the open one stands in brackets, also without colour.
pub(crate) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(open) = super::of(model).tab.filter(|_| area.height > 0) else {
        return;
    };
    let theme = model.setup.theme;
    for (tab, label, place) in tabs(model, area) {
        let mut writer = LineWriter::new(buffer, place.x, place.y, place.right());
        if tab == open {
            // The rule below is faint, and would stay so.
            let style = theme.accent().remove_modifier(Modifier::DIM);
            writer.put(&format!("[{label}]"), style);
        } else {
            writer.put(&format!(" {label} "), theme.dim());
        }
    }
}

/// Each tab's words and place in the line `area`; with numbers where there is room for them.
pub(crate) fn tabs(model: &Model, area: Rect) -> Vec<(Tab, String, Rect)> {
    let all = || model.tabs().iter().copied();
    let long: Vec<String> = all().map(|tab| label(model, tab)).collect();
    let width = |labels: &[String]| {
        labels
            .iter()
            .map(|label| text::width(label) + 3)
            .sum::<usize>()
    };
    let labels = if width(&long) < usize::from(area.width) {
        long
    } else {
        all().map(|tab| name(tab).to_owned()).collect()
    };
    let mut x = area.x + 1;
    let mut placed = Vec::new();
    for (tab, label) in all().zip(labels) {
        let width = u16::try_from(text::width(&label) + 2).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        placed.push((tab, label, Rect { x, width, ..area }));
        x += width + 1;
    }
    placed
}

fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Overview => "Overview",
        Tab::Work => "Work",
        Tab::Diff => "Diff",
        Tab::Health => "Health",
    }
}

fn label(model: &Model, tab: Tab) -> String {
    let name = name(tab);
    let subject = model.subject();
    let tasks = subject.as_ref().and_then(|subject| subject.tasks);
    let files = subject.as_ref().and_then(|subject| subject.diff);
    match tab {
        Tab::Work => match tasks.filter(|tasks| tasks.total > 0) {
            Some(tasks) => format!("{name} {}/{}", tasks.done, tasks.total),
            None => name.to_owned(),
        },
        Tab::Diff => match files.map_or(0, |diff| diff.file_count) {
            0 => name.to_owned(),
            count => format!("{name} {count}"),
        },
        Tab::Health if is_ill(model) => format!("{name} ×"),
        Tab::Overview | Tab::Health => name.to_owned(),
    }
}

fn is_ill(model: &Model) -> bool {
    let health = &model.health;
    matches!(model.role, Some(Role::Nobody(_) | Role::Alone(_)))
        || !health.troubles.is_empty()
        || !health.rejected.is_empty()
}
