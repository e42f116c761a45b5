//! A session that is over: its line on the list, what is known of it, and the keys that matter.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::columns::{Columns, Content};
use super::sheet::Sheet;
use crate::config::Column;
use crate::tui::age::{self, Grain};
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::model::{ENDED, Model, Past};
use crate::tui::text;

/// Said of one that ended with its server.
const ALL_BACK: &str = "ended with its server; `pane-patrol resume --all` brings all of them back";

/// The keys that matter while one is chosen.
pub(super) const HINTS: &[Hint] = &[
    hint(&[Action::Go]).to("resume"),
    hint(&[Action::Ended]).to("hide ended"),
    hint(&[Action::NextWaiting]),
    hint(&[Action::Filter]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// Draws its line: like a row's, and faint.
pub(super) fn draw(
    model: &Model,
    past: &Past,
    columns: Columns,
    now: Timestamp,
    line: Rect,
    buffer: &mut Buffer,
) {
    let (theme, session) = (model.setup.theme, &past.session);
    let is_selected = model.selected.as_ref() == Some(&past.id);
    let resuming = session.resuming || model.resuming.contains(&past.id);
    let said = session.message.as_deref().unwrap_or_default();
    let said = if resuming { "is being started" } else { said };
    let content = Content {
        lead: &|writer| {
            writer.cell(if is_selected { "▌" } else { "" }, 1, theme.accent());
            writer.skip(2);
        },
        cell: &|column, width| {
            let text = cell(past, column, now);
            let text = match column {
                Column::Target => text::fit_end(&text, width).into_owned(),
                _ => text,
            };
            vec![(text, theme.dim())]
        },
        message: &|writer| writer.put(said, theme.dim()),
        fills: true,
    };
    columns.draw(&model.setup.columns, line, buffer, &content);
    if is_selected {
        buffer.set_style(line, theme.selected());
    }
}

/// What stands in a column of its line.
pub(super) fn cell(past: &Past, column: Column, now: Timestamp) -> String {
    let session = &past.session;
    match column {
        Column::Assistant => session.assistant.to_string(),
        Column::Target => session.target.shown(),
        Column::Place => past.folder(),
        Column::State => ENDED.to_owned(),
        Column::Age => age::text(now, session.ended, Grain::Coarse),
        _ => String::new(),
    }
}

/// What the panel shows of it.
pub(super) fn page(model: &Model, past: &Past, now: Timestamp, width: u16) -> Vec<Line<'static>> {
    let sheet = Sheet::new(model, now, width);
    let (theme, session) = (sheet.theme(), &past.session);
    let ago = age::text(now, session.ended, Grain::Coarse);
    let ended = format!(" · {} · {} {ago} ago", session.assistant, session.since());
    let target = text::fit_end(&session.target.shown(), sheet.width / 2).into_owned();
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        Span::styled(target, theme.strong()),
        Span::styled(ended, theme.text()),
    ])];
    let mut tell = |label: &str, text: Option<&str>, style| {
        lines.extend(sheet.labelled(label, theme.dim(), text, style));
    };
    tell("said", session.message.as_deref(), theme.text());
    let home = model.setup.home.as_deref();
    let folder = session.cwd.as_deref().map(|cwd| {
        let sign = labels::branch_sign(model.setup.signs);
        let branch = session.branch.as_ref();
        let branch = branch.map(|branch| format!(" {sign} {branch}"));
        labels::below_home(cwd, home) + &branch.unwrap_or_default()
    });
    tell("in", folder.as_deref(), theme.dim());
    tell("session", Some(session.instance_id.as_str()), theme.dim());
    let next = format!("{} resumes it", key_for(Action::Go));
    tell("", Some(&next), theme.accent());
    if session.with_server == Some(true) {
        tell("", Some(ALL_BACK), theme.accent());
    }
    lines
}

/// When an age in the panel changes next.
pub(super) fn next_change(past: &Past, now: Timestamp) -> Timestamp {
    age::next_change(now, past.session.ended, Grain::Coarse)
}
