//! The Diff tab: the repository in one line, then its changed files, or the patch of one of them.

use std::collections::BTreeSet;

use pane_patrol_hooks::text::printable_line;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Component, PLAIN, Page, Taken, half, tabs, two_thirds};
use crate::git::{DiffState, FileChange, words};
use crate::tui::keymap::{Action, Hint, hint};
use crate::tui::model::work::files;
use crate::tui::model::{Changes, Focus, Follow, Model, Panel, Tab};
use crate::tui::text;

/// Below this width a file has no word for where and how it is changed.
const NARROW: usize = 60;

pub(super) const CHANGES: Component = Component {
    page: |model, _, width| match model.panel {
        Panel::Diff(changes) => lines(model, changes, width).into(),
        _ => Page::default(),
    },
    height: |model, body| match model.panel {
        Panel::Diff(changes) if changes.focus != Focus::Rows => two_thirds(body),
        _ => half(body),
    },
    hints,
    press,
    click,
    tab: Some(Tab::Diff),
    ..PLAIN
};

fn hints(model: &Model) -> &'static [Hint] {
    const TABS: Hint = hint(&[Action::Tab(-1), Action::Tab(1)]);
    const MOVE: Hint = hint(&[Action::Move(1), Action::Move(-1)]);
    const QUIT: Hint = hint(&[Action::Quit]);
    const BACK: Hint = hint(&[Action::Close]).to("back");
    const OF_FILES: &[Hint] = &[
        hint(&[Action::Go]).to("patch"),
        MOVE.to("file"),
        BACK,
        TABS,
        QUIT,
    ];
    const OF_PATCH: &[Hint] = &[MOVE, BACK, TABS, QUIT];
    const WITH_FILES: &[Hint] = &[
        hint(&[Action::Read]).to("files"),
        TABS,
        hint(&[Action::Folder]),
        hint(&[Action::Go]),
        hint(&[Action::Close]),
        hint(&[Action::Help]),
        QUIT,
    ];
    match model.panel {
        Panel::Diff(changes) if changes.focus == Focus::Files => OF_FILES,
        Panel::Diff(changes) if changes.focus == Focus::Patch => OF_PATCH,
        _ if !files(model).is_empty() => WITH_FILES,
        _ => tabs::HINTS,
    }
}

fn press(model: &mut Model, action: Action, area: Rect) -> Option<Taken> {
    let Panel::Diff(changes) = model.panel else {
        return None;
    };
    let height = isize::try_from(area.height).unwrap_or(1);
    let taken = match (action, changes.focus) {
        (Action::Read | Action::Go, Focus::Files) => return focus(model, Focus::Patch),
        (Action::Read, Focus::Rows) | (Action::Read | Action::Close, Focus::Patch) => {
            return focus(model, Focus::Files);
        }
        (Action::Close, Focus::Files) => return focus(model, Focus::Rows),
        (Action::Move(by), Focus::Files) => choose(model, changes.file.saturating_add_signed(by)),
        (Action::Page(by), Focus::Files) => {
            choose(model, changes.file.saturating_add_signed(by * height))
        }
        (Action::First, Focus::Files) => choose(model, 0),
        (Action::Last, Focus::Files) => choose(model, usize::MAX),
        (Action::Move(by), Focus::Patch) => scroll(model, by),
        (Action::First, Focus::Patch) => scroll(model, isize::MIN / 2),
        (Action::Last, Focus::Patch) => scroll(model, isize::MAX / 2),
        _ => return None,
    };
    Some(taken)
}

fn click(model: &mut Model, (line, _): (usize, usize), _: u16) -> Option<Taken> {
    let Panel::Diff(changes) = model.panel else {
        return None;
    };
    match (changes.focus, line) {
        (Focus::Patch, 0) => focus(model, Focus::Files),
        (Focus::Rows | Focus::Files, 1..) if line <= files(model).len() => {
            choose(model, line - 1);
            focus(model, Focus::Patch)
        }
        _ => None,
    }
}

fn scroll(model: &mut Model, by: isize) -> Taken {
    model.scroll = model.scroll.saturating_add_signed(by);
    Taken::then(Follow::IfVisible)
}

fn focus(model: &mut Model, focus: Focus) -> Option<Taken> {
    let count = files(model).len();
    let Panel::Diff(changes) = &mut model.panel else {
        return None;
    };
    changes.focus = if count == 0 { Focus::Rows } else { focus };
    changes.file = changes.file.min(count.saturating_sub(1));
    let file = changes.file;
    model.scroll = 0;
    model.work.patch = None;
    if focus == Focus::Files {
        return Some(choose(model, file));
    }
    Some(Taken::then(Follow::Selection))
}

/// Chooses a file, which is to be seen then.
fn choose(model: &mut Model, file: usize) -> Taken {
    let last = files(model).len().saturating_sub(1);
    let file = file.min(last);
    if let Panel::Diff(changes) = &mut model.panel {
        changes.file = file;
    }
    Taken {
        // The first line tells of the repository.
        line: Some(if file == 0 { 0 } else { file + 1 }),
        ..Taken::then(Follow::Selection)
    }
}

fn lines(model: &Model, changes: Changes, width: u16) -> Vec<Line<'static>> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    if changes.focus == Focus::Patch {
        return patch(model);
    }
    let theme = model.setup.theme;
    let width = usize::from(width).saturating_sub(2);
    let Some(diff) = subject.diff else {
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
    let about = model.whose() + &words::diff(diff);
    let about = text::fit(&about, width);
    let mut lines = vec![Line::styled(format!(" {about}"), style)];
    for (index, change) in diff.files.iter().enumerate() {
        let is_chosen = changes.focus == Focus::Files && changes.file == index;
        lines.push(file(model, subject.id, change, is_chosen, width));
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
    id: &str,
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
    let others = others(model, id, change);
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

/// `  also by codex api:2.0`: who else wrote this file, when the assistant of the row with this id did.
fn others(model: &Model, id: &str, change: &FileChange) -> String {
    if change.changed_by.len() < 2 {
        return String::new();
    }
    let name = |id: &String| {
        let row = model.rows.get(id)?;
        Some(format!("{} {}", row.assistant, row.target.shown()))
    };
    let others = change.changed_by.iter().filter(|other| *other != id);
    let names: Vec<String> = others.filter_map(name).collect();
    let also = if change.changed_by.iter().any(|one| one == id) {
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
