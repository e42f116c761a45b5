//! The Diff tab: the repository in one line, then its changed files, or the patch of one of them.

use std::collections::BTreeSet;

use pane_patrol_hooks::text::printable_line;
use ratatui::text::{Line, Span};

use crate::git::{DiffState, DiffSummary, FileChange, words};
use crate::state::Row;
use crate::tui::model::Model;
use crate::tui::text;
use crate::tui::update::work::{Changes, Focus};

/// Below this width a file has no word for where and how it is changed.
const NARROW: usize = 60;

pub(crate) fn lines(model: &Model, changes: Changes, width: u16) -> Vec<Line<'static>> {
    let Some(row) = model.selected_row() else {
        return Vec::new();
    };
    if changes.focus == Focus::Patch {
        return patch(model);
    }
    let theme = model.setup.theme;
    let width = usize::from(width).saturating_sub(2);
    let Some(diff) = model.work.diff(row) else {
        return vec![Line::styled(
            " nobody has looked for changes yet",
            theme.dim(),
        )];
    };
    let style = match diff.state {
        DiffState::Ok => theme.strong(),
        DiffState::NotGitRepo => theme.dim(),
        DiffState::GitMissing | DiffState::Error => theme.trouble(),
    };
    let about = words::diff(diff);
    let about = text::fit(&about, width);
    let mut lines = vec![Line::styled(format!(" {about}"), style)];
    for (index, change) in diff.files.iter().enumerate() {
        let is_chosen = changes.focus == Focus::Files && changes.file == index;
        lines.push(file(model, row, change, is_chosen, width));
    }
    let listed: BTreeSet<&str> = diff.files.iter().map(|file| &*file.path).collect();
    let more = diff.file_count.saturating_sub(listed.len() as u64);
    if more > 0 && !diff.files.is_empty() {
        lines.push(Line::styled(
            format!("  and {more} more files"),
            theme.dim(),
        ));
    }
    lines
}

fn file(
    model: &Model,
    row: &Row,
    change: &FileChange,
    is_chosen: bool,
    width: usize,
) -> Line<'static> {
    let theme = model.setup.theme;
    let mark = if is_chosen { "▌" } else { " " };
    let mut spans = vec![Span::styled(format!("{mark} "), theme.accent())];
    let numbers = words::numbers(change);
    let shown = format!("{numbers:<11}");
    match numbers.split_once(' ') {
        Some((added, deleted)) => {
            let gap = " ".repeat(text::width(&shown).saturating_sub(text::width(&numbers)));
            spans.push(Span::styled(added.to_owned(), theme.diff("+")));
            spans.push(Span::styled(format!(" {deleted}{gap}"), theme.diff("-")));
        }
        None => spans.push(Span::styled(shown.clone(), theme.dim())),
    }
    spans.push(Span::raw(" "));
    let mut taken = 3 + text::width(&shown);
    if width >= NARROW {
        let how = format!("{:<9} {:<8}  ", words::place(change), words::change(change));
        taken += text::width(&how);
        spans.push(Span::styled(how, theme.dim()));
    }
    let others = others(model, row, change);
    let room = width.saturating_sub(taken);
    let path = words::path(change);
    let path = text::fit_end(
        &path,
        room.saturating_sub(text::width(&others)).max(room / 2),
    );
    let style = if is_chosen {
        theme.strong()
    } else {
        theme.text()
    };
    spans.push(Span::styled(path.into_owned(), style));
    spans.push(Span::styled(others, theme.trouble()));
    Line::from(spans)
}

/// `  also by codex api:2.0`: who else wrote this file, when the row's assistant did.
fn others(model: &Model, row: &Row, change: &FileChange) -> String {
    if change.changed_by.len() < 2 {
        return String::new();
    }
    let name = |id: &String| {
        let row = model.rows.iter().find(|row| row.id == *id)?;
        Some(format!("{} {}", row.assistant, row.target))
    };
    let others = change.changed_by.iter().filter(|id| **id != row.id);
    let names: Vec<String> = others.filter_map(name).collect();
    let also = if change.changed_by.contains(&row.id) {
        "also by"
    } else {
        "by"
    };
    format!("  {also} {}", names.join(", "))
}

fn patch(model: &Model) -> Vec<Line<'static>> {
    let theme = model.setup.theme;
    let Some(shown) = &model.work.patch else {
        return Vec::new();
    };
    let title = format!(" ← {}", printable_line(&shown.path));
    let mut lines = vec![Line::styled(title, theme.strong())];
    match &shown.lines {
        None => lines.push(Line::styled(" …", theme.dim())),
        Some(Err(why)) => lines.push(Line::styled(format!(" {why}"), theme.trouble())),
        Some(Ok(text)) => lines.extend(
            text.iter()
                .map(|line| Line::styled(format!(" {line}"), theme.diff(line))),
        ),
    }
    lines
}

/// What is changed in a row's folder and how far its tasks are, with what each part means.
pub(crate) fn in_short(diff: Option<&DiffSummary>, with_files: bool) -> Vec<(String, char)> {
    let Some(diff) = diff.filter(|diff| diff.state == DiffState::Ok && diff.file_count > 0) else {
        return Vec::new();
    };
    let mut parts = vec![
        (format!("+{}", diff.additions), '+'),
        (format!(" -{}", diff.deletions), '-'),
    ];
    if with_files {
        let files = if diff.file_count == 1 {
            "file"
        } else {
            "files"
        };
        parts.push((format!(" in {} {files}", diff.file_count), ' '));
    }
    if diff.shared_files > 0 {
        parts.push((format!(", {} shared", diff.shared_files), '!'));
    }
    parts
}
