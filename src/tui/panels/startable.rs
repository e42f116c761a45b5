//! What a launcher lists and can be started: its line on the list, what is known of it, and the keys that matter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use pane_patrol_hooks::timestamp::Timestamp;

use super::columns::{Columns, Content};
use super::sheet::Sheet;
use crate::config::Column;
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::model::{Model, Startable, Unnamed};

/// The keys that matter while one is chosen.
pub(super) fn hints(one: &Startable) -> &'static [Hint] {
    if one.choice.is_ok() {
        HINTS
    } else {
        HINTS_OF_NONE
    }
}

const HINTS_OF_NONE: &[Hint] = &[
    hint(&[Action::Go]).to("ask again"),
    hint(&[Action::Ended]).to("hide these"),
    hint(&[Action::Filter]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

const HINTS: &[Hint] = &[
    hint(&[Action::Go]).to("start"),
    hint(&[Action::Ended]).to("hide these"),
    hint(&[Action::NextWaiting]),
    hint(&[Action::Filter]),
    hint(&[Action::Install]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// Draws its line: like a row's, and faint.
pub(super) fn draw(
    model: &Model,
    one: &Startable,
    columns: Columns,
    line: Rect,
    buffer: &mut Buffer,
) {
    let theme = model.setup.theme;
    let is_selected = model.selected.as_ref() == Some(&one.id);
    let said = said(model, one);
    let content = Content {
        lead: &|writer| {
            writer.cell(if is_selected { "▌" } else { "" }, 1, theme.accent());
            writer.skip(2);
        },
        cell: &|column, _| vec![(cell(one, column).to_owned(), theme.dim())],
        message: &|writer| writer.put(&said, theme.dim()),
        // Where a column would say nothing more, what is said begins.
        fills: true,
    };
    columns.draw(&model.setup.columns, line, buffer, &content);
    if is_selected {
        buffer.set_style(line, theme.selected());
    }
}

/// What stands in a column of its line.
pub(super) fn cell(one: &Startable, column: Column) -> &str {
    match column {
        Column::Assistant => &one.launcher,
        Column::Target => &one.name,
        _ => "",
    }
}

/// How it is, in a few words; nothing where it only waits to be started.
fn said(model: &Model, one: &Startable) -> String {
    match (&one.choice, &one.runs) {
        (Err(Unnamed::Unknown(why)), _) => why.clone(),
        (Err(Unnamed::Rest(rest)), _) => labels::rest(*rest, &one.launcher),
        (Ok(_), _) if model.startables.is_starting(&one.id) => "is being started".to_owned(),
        (Ok(_), Some(running)) => format!("runs in {}, has not reported", running.target),
        (Ok(_), None) => String::new(),
    }
}

/// What the panel shows of it.
pub(super) fn page(
    model: &Model,
    one: &Startable,
    now: Timestamp,
    width: u16,
) -> Vec<Line<'static>> {
    let sheet = Sheet::new(model, now, width);
    let theme = sheet.theme();
    let (heading, key, next) = match (&one.choice, &one.runs) {
        (Ok(_), None) => (" · can be started", Action::Go, "starts it"),
        (Ok(_), Some(_)) => (" · was started", Action::Start, "starts another one"),
        (Err(Unnamed::Unknown(_)), _) => {
            (" · what it lists is not known", Action::Go, "asks again")
        }
        (Err(Unnamed::Rest(_)), _) => (" · lists more", Action::Go, "asks again"),
    };
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        Span::styled(one.called(), theme.strong()),
        Span::styled(heading, theme.text()),
    ])];
    let said = Some(said(model, one)).filter(|said| !said.is_empty());
    lines.extend(sheet.labelled("", theme.dim(), said.as_deref(), theme.text()));
    let next = format!("{} {next}", key_for(key));
    lines.extend(sheet.labelled("", theme.dim(), Some(&next), theme.accent()));
    lines
}
