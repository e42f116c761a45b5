//! What a row does or asks, in whatever room there is.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::style::Style;

use super::found;
use crate::state::Row;
use crate::tui::keymap::{Action, key_for};
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::{Model, trust};
use crate::tui::text;

/// What it does or asks, and what else goes on, which is shown in short where it would cost the rest.
pub(super) fn draw_activity(
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
