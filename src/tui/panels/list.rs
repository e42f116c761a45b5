//! The rows in their sections: of them only what is on the screen is looked at.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::activity::draw_activity;
use super::columns::{Columns, Content};
use super::{ended, fold, found, startable, tall};
use crate::config::Column;
use crate::state::{Attention, Row};
use crate::tui::age;
use crate::tui::columns::{Look, Spec, grain};
use crate::tui::keymap::{Action, Hint, OPTIONS, hint, key_for};
use crate::tui::line_writer::LineWriter;
use crate::tui::model::trust;
use crate::tui::model::{Entry, Model};
use crate::tui::text;

/// The keys that matter while rows are chosen.
pub(super) const HINTS: &[Hint] = &[
    hint(&[Action::Go]),
    hint(OPTIONS),
    hint(&[Action::Approve]),
    hint(&[Action::Deny]),
    hint(&[Action::DenySaying]),
    hint(&[Action::Read]),
    hint(&[Action::NextWaiting]),
    hint(&[Action::Filter]),
    hint(&[Action::Help]),
    hint(&[Action::Write]),
    hint(&[Action::Explain]),
    hint(&[Action::Mark]),
    hint(&[Action::Preview]),
    hint(&[Action::Cycle]),
    hint(&[Action::Tab(-1), Action::Tab(1)]),
    hint(&[Action::Split]),
    hint(&[Action::TypeInto]),
    hint(&[Action::Quit]),
];

/// Stands before a marked row.
pub(super) const MARK: &str = "◆";

/// The list without the column of the marks, which is there as long as there are any.
fn beside_marks(model: &Model, list: Rect) -> Rect {
    let column = u16::from(!model.marks.is_empty()).min(list.width);
    Rect {
        x: list.x + column,
        width: list.width - column,
        ..list
    }
}

/// Columns of a line; the last one stays free.
fn usable(list: Rect) -> usize {
    usize::from(list.width).saturating_sub(1)
}

pub(crate) fn draw(model: &Model, now: Timestamp, area: Rect, buffer: &mut Buffer) {
    let gutter = area;
    let area = beside_marks(model, area);
    let faint = |column| faint(model, column, now);
    let columns = Columns::of(model, usable(area), now, faint);
    let mut rest = area;
    for entry in model.list.entries_from(model.top) {
        let height = model.lines_of(entry).min(rest.height);
        if height == 0 {
            break;
        }
        let line = Rect { height, ..rest };
        rest.y += height;
        rest.height -= height;
        match entry {
            Entry::Heading(heading, counts) => {
                fold::draw(model, heading, counts, line, buffer);
            }
            Entry::Row(row) if height > 1 => {
                tall::draw(model, row, now, line, buffer);
                for y in line.top()..line.bottom() {
                    let line = Rect {
                        y,
                        height: 1,
                        ..line
                    };
                    found::highlight(model.list.wanted(), line, buffer);
                }
                draw_mark(model, row, gutter, line, buffer);
            }
            Entry::Row(row) => {
                draw_row(model, row, columns, now, line, buffer);
                found::highlight(model.list.wanted(), line, buffer);
                draw_mark(model, row, gutter, line, buffer);
            }
            Entry::Past(past) => ended::draw(model, past, columns, now, line, buffer),
            Entry::Startable(one) => startable::draw(model, one, columns, line, buffer),
        }
    }
    if model.list.is_empty() && area.height > 0 && !model.has_nothing() {
        let mut writer = LineWriter::new(buffer, area.x + 1, area.y, area.right());
        let said = format!("no row to show: {} shows all again", key_for(Action::Close));
        writer.put(&said, model.setup.theme.dim());
    }
}

fn draw_mark(model: &Model, row: &Row, gutter: Rect, line: Rect, buffer: &mut Buffer) {
    if model.marks.has(&row.id) {
        let mut writer = LineWriter::new(buffer, gutter.x, line.y, gutter.right());
        writer.put(MARK, model.setup.theme.accent());
    }
}

/// How wide the column is in what is no row.
fn faint(model: &Model, column: Column, now: Timestamp) -> usize {
    let ended = model.list.ended().iter();
    let ended = ended.map(|past| text::width(&ended::cell(past, column, now)));
    let startable = model.list.startable().iter();
    let startable = startable.map(|one| text::width(startable::cell(one, column)));
    ended.chain(startable).max().unwrap_or(0)
}

/// Says how many rows are not in view: what is not seen must not pass for nothing.
pub(crate) fn draw_more(model: &Model, list: Rect, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let above = model.list.choices_above(model.top);
    let end = model.top + model.shown_on(list.height);
    let below = model.list.choices() - model.list.choices_above(end);
    let (long, short) = match (above, below) {
        (0, 0) => return,
        (0, below) => (format!("↓ {below} more below"), format!("↓{below}")),
        (above, 0) => (format!("↑ {above} more above"), format!("↑{above}")),
        (above, below) => (
            format!("↑ {above} above · ↓ {below} below"),
            format!("↑{above}↓{below}"),
        ),
    };
    let mut writer = LineWriter::new(buffer, area.x, area.y, area.right().saturating_sub(1));
    let said = if text::width(&long) <= writer.room() {
        long
    } else {
        short
    };
    writer.put_right(&said, model.setup.theme.accent());
}

fn draw_row(
    model: &Model,
    row: &Row,
    columns: Columns,
    now: Timestamp,
    line: Rect,
    buffer: &mut Buffer,
) {
    let (theme, signs) = (model.setup.theme, model.setup.signs);
    let is_selected = model.selected.as_ref() == Some(&row.id);
    let is_beside = model.is_beside(row);
    let is_quiet = Attention::from(row.state) == Attention::Quiet;
    let style = if is_quiet { theme.dim() } else { theme.text() };
    let content = Content {
        lead: &|writer| {
            writer.cell(if is_selected { "▌" } else { "" }, 1, theme.accent());
            writer.cell(signs.of(row.state), 1, theme.state(row.state));
            writer.cell(if is_beside { "▸" } else { "" }, 1, theme.accent());
        },
        cell: &|column, width| {
            let look = Look {
                theme,
                signs,
                now,
                line: columns.line,
                width,
            };
            (Spec::of(column).draw)(row, &look)
        },
        message: &|writer| draw_activity(model, row, now, writer, style),
        fills: false,
    };
    columns.draw(&model.setup.columns, line, buffer, &content);
    if is_selected {
        buffer.set_style(line, theme.selected());
    }
}

/// When an age on the screen changes next.
pub(crate) fn next_change(model: &Model, now: Timestamp, list: Rect) -> Option<Timestamp> {
    let list = beside_marks(model, list);
    let with_ages = model.setup.columns.shows(Column::Age);
    let shown = model.list.entries_from(model.top);
    shown
        .take(usize::from(list.height))
        .filter_map(|entry| match entry {
            Entry::Row(row) => {
                let age = || age::next_change(now, row.since, grain(row, usable(list)));
                let age = with_ages.then(age).into_iter();
                age.chain(trust::next_change(row, now)).min()
            }
            Entry::Past(past) => with_ages.then(|| ended::next_change(past, now)),
            Entry::Heading(..) | Entry::Startable(_) => None,
        })
        .min()
}
