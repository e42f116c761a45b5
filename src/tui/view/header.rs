//! The first line: who needs the person, in words, and the time. Below it one line for each trouble.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use time::UtcOffset;

use crate::git::DiffSummary;
use crate::git::words as git_words;
use crate::state::Attention;
use crate::tui::age::local;
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::Model;
use crate::tui::model::alerts::{self, Line};
use crate::tui::text;

const NAME: &str = "pane-patrol";
const GAP: &str = "   ";
const BETWEEN: &str = " · ";

const ORDER: [Attention; 5] = [
    Attention::NeedsYou,
    Attention::Failed,
    Attention::Done,
    Attention::Working,
    Attention::Quiet,
];

pub(super) fn draw(model: &Model, now: Timestamp, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let theme = model.setup.theme;
    let counts = counts(model);
    let clock = clock(now, model.setup.offset);
    let wanted: usize = counts.iter().map(|(_, text)| text::width(text) + 3).sum();

    let mut writer = LineWriter::new(buffer, area.x + 1, area.y, area.right().saturating_sub(1));
    let room = writer.room();
    let with_clock = room >= wanted + clock.len();
    if room >= NAME.len() + GAP.len() + wanted + clock.len() {
        writer.put(NAME, theme.strong());
        writer.put(GAP, theme.text());
    }
    if with_clock {
        writer.keep_free(clock.len() + 1);
    }
    for (index, (attention, text)) in counts.iter().enumerate() {
        let between = if index > 0 { BETWEEN } else { "" };
        if text::width(text) + text::width(between) > writer.room() && index > 0 {
            break;
        }
        writer.put(between, theme.dim());
        writer.put(text, attention.map_or(theme.dim(), |a| theme.section(a)));
    }
    let fits = |sums: &String| writer.room() > text::width(sums) + text::width(GAP);
    if let Some(sums) = sums(model).into_iter().find(fits) {
        writer.put(GAP, theme.text());
        writer.put(&sums, theme.dim());
    }
    if with_clock {
        let mut writer = LineWriter::new(buffer, area.x, area.y, area.right().saturating_sub(1));
        writer.put_right(&clock, theme.dim());
    }
}

/// What there is, in words, most urgent first.
fn counts(model: &Model) -> Vec<(Option<Attention>, String)> {
    let mut counts: Vec<_> = ORDER
        .into_iter()
        .map(|attention| (attention, model.rows.count(attention)))
        .filter(|(_, count)| *count > 0)
        .map(|(attention, count)| (Some(attention), labels::count(attention, count)))
        .collect();
    if !model.rows.is_empty() && model.rows.count(Attention::NeedsYou) == 0 {
        counts.insert(0, (None, "nobody needs you".to_owned()));
    }
    if model.list.away() > 0 {
        // Before what may be left out.
        let hidden = (None, format!("{} hidden", model.list.away()));
        counts.insert(counts.len().min(1), hidden);
    }
    if !model.marks.is_empty() {
        counts.insert(0, (None, format!("{} marked", model.marks.len())));
    }
    counts
}

/// What is changed in all repositories, and how far all tasks are: in words, and in short.
fn sums(model: &Model) -> Vec<String> {
    let sums = model.rows.sums().totals();
    let changes = DiffSummary {
        additions: sums.additions,
        deletions: sums.deletions,
        file_count: sums.files,
        ..DiffSummary::default()
    };
    let (done, total) = (sums.tasks_done, sums.tasks);
    let (mut long, mut short) = (Vec::new(), Vec::new());
    if changes.file_count > 0 {
        long.push(git_words::sums(&changes));
        short.push(format!("+{} -{}", changes.additions, changes.deletions));
    }
    if total > 0 {
        long.push(format!("{done}/{total} tasks"));
        short.push(format!("{done}/{total}"));
    }
    let joined = [long.join(BETWEEN), short.join(BETWEEN)];
    joined.into_iter().filter(|sums| !sums.is_empty()).collect()
}

/// `HH:MM` where the person is.
fn clock(now: Timestamp, offset: UtcOffset) -> String {
    let (hour, minute, _) = local(now, offset).to_hms();
    format!("{hour:02}:{minute:02}")
}

pub(super) fn draw_lines(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.setup.theme;
    let lines = alerts::lines(model);
    let shown = usize::from(area.height);
    for (index, (line, y)) in lines.iter().zip(area.top()..area.bottom()).enumerate() {
        let mut writer = LineWriter::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
        let more = lines.len() - shown;
        if index + 1 == shown && more > 0 {
            let text = format!(" (+{more})");
            let mut end = LineWriter::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
            end.put_right(&text, theme.dim());
            writer = LineWriter::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
            writer.keep_free(text.len());
        }
        match line {
            Line::Trouble(text) => {
                writer.put("× ", theme.trouble());
                writer.put(text, theme.trouble());
            }
            Line::Remark(text) => writer.put(text, theme.dim()),
        }
    }
}
