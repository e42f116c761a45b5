//! What the Work tab shows, line by line, and what stands where: a click finds it by the same.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{OFFERED, is_focused, is_taskmasters};
use crate::tasks::{Mark, Task, TaskState, TaskStatus, TaskSummary, words};
use crate::tui::model::Model;
use crate::tui::model::work::{chosen_task, shown_tasks};
use crate::tui::text;

/// Something that can be clicked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The task with this id.
    Task(String),
    /// How far the chosen task is to be.
    Mark(Mark),
    /// The tag of this name.
    Tag(String),
}

/// A line, and which columns of it stand for what.
#[derive(Debug, Default)]
pub(super) struct Placed {
    spans: Vec<Span<'static>>,
    parts: Vec<(Range<usize>, Part)>,
    width: usize,
}

impl Placed {
    fn of(text: String, style: Style) -> Self {
        let mut line = Self::default();
        line.put(text, style, None);
        line
    }

    fn put(&mut self, text: String, style: Style, part: Option<Part>) {
        let end = self.width + text::width(&text);
        self.parts.extend(part.map(|part| (self.width..end, part)));
        self.width = end;
        self.spans.push(Span::styled(text, style));
    }

    /// What stands there; a task's line is all of it the task's.
    pub(super) fn what(&self, column: usize) -> Option<&Part> {
        let here = self.parts.iter().find(|(place, _)| place.contains(&column));
        let task = self.parts.first().filter(|_| self.task().is_some());
        here.or(task).map(|(_, part)| part)
    }

    /// The task whose line it is.
    pub(super) fn task(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [(_, Part::Task(id)), ..] => Some(id),
            _ => None,
        }
    }
}

pub(super) fn lines(model: &Model, width: u16) -> Vec<Line<'static>> {
    let parts = parts(model, width).into_iter();
    parts.map(|line| Line::from(line.spans)).collect()
}

/// All lines of the page, from the first to the last.
pub(super) fn parts(model: &Model, width: u16) -> Vec<Placed> {
    if model.subject().is_none() {
        return Vec::new();
    }
    let theme = model.setup.theme;
    let width = usize::from(width).saturating_sub(2);
    let Some(tasks) = shown_tasks(model) else {
        let nobody = " nobody has looked for tasks yet".to_owned();
        return vec![Placed::of(nobody, theme.dim())];
    };
    let style = match tasks.state {
        TaskState::Ok => theme.strong(),
        TaskState::TasksMissing => theme.dim(),
        TaskState::TasksMalformed => theme.trouble(),
    };
    let about = model.whose() + &words::tasks(tasks);
    let about = text::wrap(&about, width.saturating_sub(1));
    let about = about.into_iter();
    let mut lines: Vec<Placed> = about
        .map(|part| Placed::of(format!(" {part}"), style))
        .collect();
    if is_focused(model) && is_taskmasters(tasks) {
        lines.extend(choices(model, tasks, width));
    }
    for task in &tasks.tasks {
        lines.extend(task_lines(model, task, tasks, width));
    }
    if tasks.tasks.is_empty() {
        let active = tasks.active.iter();
        let active = active.map(|title| format!("  ● {title}"));
        lines.extend(active.map(|title| Placed::of(title, theme.strong())));
    }
    lines
}

/// The tags, and how far a task may be, each to be clicked on.
fn choices(model: &Model, tasks: &TaskSummary, width: usize) -> Vec<Placed> {
    let theme = model.setup.theme;
    let tags = tasks.tags.iter().map(|name| {
        let is_current = tasks.tag.as_ref() == Some(name);
        let (label, style) = if is_current {
            (format!("[{name}]"), theme.accent())
        } else {
            (format!(" {name} "), theme.dim())
        };
        (label, style, Part::Tag(name.clone()))
    });
    let marks = OFFERED.iter().zip(1..).map(|(mark, number): (_, u8)| {
        let label = format!(" {number} {} ", words::mark(*mark));
        (label, theme.dim(), Part::Mark(*mark))
    });
    let tags = flow(tags.filter(|_| tasks.tags.len() > 1), width);
    tags.into_iter().chain(flow(marks, width)).collect()
}

/// Puts labels into as many lines as they need.
fn flow(labels: impl Iterator<Item = (String, Style, Part)>, width: usize) -> Vec<Placed> {
    let mut lines: Vec<Placed> = Vec::new();
    for (label, style, part) in labels {
        let fits = |line: &Placed| line.width + text::width(&label) <= width;
        if !lines.last().is_some_and(fits) {
            lines.push(Placed::of(" ".to_owned(), Style::new()));
        }
        if let Some(line) = lines.last_mut() {
            line.put(label, style, Some(part));
        }
    }
    lines
}

/// A task, and its parts below it.
fn task_lines(model: &Model, task: &Task, list: &TaskSummary, width: usize) -> Vec<Placed> {
    let own = lines_of(model, task, &list.tasks, 0, width);
    let parts = task.subtasks.iter();
    let parts = parts.flat_map(|part| lines_of(model, part, &list.tasks, 2, width));
    own.into_iter().chain(parts).collect()
}

fn lines_of(model: &Model, task: &Task, all: &[Task], indent: usize, width: usize) -> Vec<Placed> {
    let theme = model.setup.theme;
    let (sign, style) = match task.status {
        TaskStatus::Pending => ("○", theme.text()),
        TaskStatus::InProgress => ("●", theme.strong()),
        TaskStatus::Done => ("✓", theme.dim()),
        TaskStatus::Blocked => ("×", theme.trouble()),
        TaskStatus::Cancelled => ("-", theme.dim()),
    };
    let is_chosen = chosen_task(model).is_some_and(|chosen| chosen.id == task.id);
    let mark = if is_chosen { "▌" } else { " " };
    let label = format!("{}{sign} {:<3} ", " ".repeat(indent + 1), task.id);
    let hanging = text::width(&label);
    let room = width.saturating_sub(hanging + 2);
    let mut before = label;
    let mut lines = Vec::new();
    for part in text::wrap(&told(task, all), room) {
        let mut line = Placed::default();
        let it = || Some(Part::Task(task.id.clone()));
        line.put(mark.to_owned(), theme.accent(), it());
        line.put(before, style, it());
        line.put(part, style, it());
        lines.push(line);
        before = " ".repeat(hanging);
    }
    lines
}

/// Its title, and in brackets what more its list tells of it.
fn told(task: &Task, all: &[Task]) -> String {
    let word = task.word.as_ref().map(|_| words::status(task));
    let more = Some(words::more(task, all)).filter(|more| !more.is_empty());
    let more: Vec<String> = word.into_iter().chain(more).collect();
    if more.is_empty() {
        return task.title.clone();
    }
    format!("{}  ({})", task.title, more.join(", "))
}
