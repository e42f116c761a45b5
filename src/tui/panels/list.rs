//! The rows in their sections: of them only what is on the screen is looked at.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::columns::{Columns, Content};
use super::{ended, fold, found, startable};
use crate::config::Column;
use crate::state::{Attention, Row};
use crate::tui::age;
use crate::tui::columns::{Look, Spec, grain};
use crate::tui::keymap::{Action, Hint, OPTIONS, hint, key_for};
use crate::tui::labels;
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
    let lines = (area.top()..area.bottom()).map(|y| Rect {
        y,
        height: 1,
        ..area
    });
    for (entry, line) in model.list.entries_from(model.top).zip(lines) {
        match entry {
            Entry::Heading(heading, counts) => {
                fold::draw(model, heading, counts, line, buffer);
            }
            Entry::Row(row) => {
                draw_row(model, row, columns, now, line, buffer);
                found::highlight(model.list.wanted(), line, buffer);
                if model.marks.has(&row.id) {
                    let mut writer = LineWriter::new(buffer, gutter.x, line.y, gutter.right());
                    writer.put(MARK, model.setup.theme.accent());
                }
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
    let end = model.top + usize::from(list.height);
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

/// What it does or asks, and what else goes on, which is shown in short where it would cost the rest.
fn draw_activity(
    model: &Model,
    row: &Row,
    now: Timestamp,
    writer: &mut LineWriter<'_>,
    style: Style,
) {
    let activity = labels::activity(row);
    let activity = found::beside(model, row, &activity).unwrap_or(activity);
    let snoozed = model.snoozes.until(&row.id, now);
    let snoozed = snoozed.map(|until| until.since(now).as_secs().div_ceil(60));
    let trusted = trust::minutes_left(row, now);
    let extras = labels::with_minutes(
        labels::extras(row),
        ("trusted", &key_for(Action::Trust)),
        trusted,
    );
    let extras = labels::with_minutes(extras, ("snoozed", &key_for(Action::Snooze)), snoozed);
    let hidden = model
        .rows
        .known(&row.id)
        .is_some_and(|known| known.flags.hidden);
    let extras = labels::with_word(extras, "hidden", &key_for(Action::Hide), hidden);
    let waits = model.writing.queued_for(&row.id).is_some();
    let key = format!("{}…", key_for(Action::Write));
    let Some((long, short)) = labels::with_word(extras, "text waits", &key, waits) else {
        writer.put(&activity, style);
        return;
    };
    let room = writer.room();
    let fits = |extra: &str| text::width(&activity) + 2 + text::width(extra) <= room;
    let extra = if fits(&long) || room >= 60 {
        long
    } else {
        short
    };
    let left = room.saturating_sub(text::width(&extra) + 2);
    writer.put(&text::fit(&activity, left), style);
    writer.skip(if activity.is_empty() { 0 } else { 2 });
    writer.put(&extra, model.setup.theme.dim());
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
