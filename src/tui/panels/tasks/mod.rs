//! The Work tab: how far the row's tasks are, one line each.

use ratatui::text::{Line, Span};

use super::{Component, PLAIN, half, tabs};
use crate::tasks::{TaskState, TaskStatus, words};
use crate::tui::model::{Model, Tab};
use crate::tui::text;

pub(super) const TASKS: Component = Component {
    page: |model, _, width| lines(model, width).into(),
    height: |_, body| half(body),
    hints: |_| tabs::HINTS,
    tab: Some(Tab::Work),
    ..PLAIN
};

fn lines(model: &Model, width: u16) -> Vec<Line<'static>> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    let theme = model.setup.theme;
    let width = usize::from(width).saturating_sub(2);
    let Some(tasks) = subject.tasks else {
        return vec![Line::styled(
            " nobody has looked for tasks yet",
            theme.dim(),
        )];
    };
    let style = match tasks.state {
        TaskState::Ok => theme.strong(),
        TaskState::TasksMissing => theme.dim(),
        TaskState::TasksMalformed => theme.trouble(),
    };
    let about = model.whose() + &words::tasks(tasks);
    let about = text::wrap(&about, width.saturating_sub(1));
    let mut lines: Vec<Line<'static>> = about
        .into_iter()
        .map(|part| Line::styled(format!(" {part}"), style))
        .collect();
    for task in &tasks.tasks {
        let (sign, style) = match task.status {
            TaskStatus::Pending => ("○", theme.text()),
            TaskStatus::InProgress => ("●", theme.strong()),
            TaskStatus::Done => ("✓", theme.dim()),
            TaskStatus::Blocked => ("×", theme.trouble()),
            TaskStatus::Cancelled => ("-", theme.dim()),
        };
        let label = format!("  {sign} {:<3} ", task.id);
        let mut before = label.clone();
        for part in text::wrap(&task.title, width.saturating_sub(text::width(&label) + 1)) {
            lines.push(Line::from(vec![
                Span::styled(before, style),
                Span::styled(part, style),
            ]));
            before = " ".repeat(text::width(&label));
        }
    }
    if tasks.tasks.is_empty() && !tasks.active.is_empty() {
        let active = tasks.active.iter();
        lines.extend(active.map(|title| Line::styled(format!("  ● {title}"), theme.strong())));
    }
    lines
}
