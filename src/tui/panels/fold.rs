//! The headings of groups, and one that is folded: its line on the list, what is known of it, and the keys that matter.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sheet::Sheet;
use crate::state::Attention;
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::line_writer::LineWriter;
use crate::tui::model::{Counts, Fold, Heading, Model};
use crate::tui::text;

/// So many of its rows are named.
const NAMED: usize = 8;

/// The keys that matter while one is chosen.
pub(super) const HINTS: &[Hint] = &[
    hint(&[Action::Go]).to("open"),
    hint(&[Action::FoldAll]).to("all groups"),
    hint(&[Action::NextWaiting]),
    hint(&[Action::Filter]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// Draws a heading; its name gives way to how many wait.
pub(super) fn draw(
    model: &Model,
    heading: &Heading,
    counts: Counts,
    line: Rect,
    buffer: &mut Buffer,
) {
    let theme = model.setup.theme;
    let style = match heading {
        Heading::Attention(attention) => theme.section(*attention),
        Heading::Group(_, name) if !name.is_empty() => theme.strong(),
        Heading::Pinned | Heading::All(_) => theme.strong(),
        _ => theme.dim(),
    };
    let is_selected = counts.is_folded
        && model
            .selected_fold()
            .is_some_and(|it| it.heading == heading);
    let mut writer = LineWriter::new(buffer, line.x, line.y, line.right());
    writer.cell(if is_selected { "▌" } else { "" }, 1, theme.accent());
    let [all, needing, folded] = shown(heading, counts);
    let wide = text::width(&all) + text::width(&needing) + text::width(&folded);
    let room = writer.room().saturating_sub(wide);
    writer.put(&text::fit(heading.title(), room), style);
    writer.put(&all, theme.dim());
    writer.put(&needing, theme.section(Attention::NeedsYou));
    writer.put(&folded, theme.dim());
    if is_selected {
        buffer.set_style(line, theme.selected());
    }
}

/// How many there are, how many of them need the person, and how many are folded away.
fn shown(heading: &Heading, counts: Counts) -> [String; 3] {
    let is_group = matches!(heading, Heading::Group(..));
    let has_counts = is_group || counts.is_folded;
    let all = has_counts.then(|| format!("  {}", counts.all));
    let needing = (has_counts && counts.needing > 0)
        .then(|| format!(" · {}", labels::count(Attention::NeedsYou, counts.needing)));
    let folded = counts
        .is_folded
        .then(|| format!(" · {} folded", counts.folded));
    [all, needing, folded].map(Option::unwrap_or_default)
}

/// What the panel shows of a folded one.
pub(super) fn page(
    model: &Model,
    fold: &Fold<'_>,
    now: Timestamp,
    width: u16,
) -> Vec<Line<'static>> {
    let sheet = Sheet::new(model, now, width);
    let theme = sheet.theme();
    let counts = fold.counts;
    let mut words = format!(" · {}", labels::counted(counts.all, "assistant"));
    if counts.needing > 0 {
        let needing = labels::count(Attention::NeedsYou, counts.needing);
        words = format!("{words} · {needing}, shown below its heading");
    }
    let title = text::fit(fold.heading.title(), sheet.width / 2).into_owned();
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        Span::styled(title, theme.strong()),
        Span::styled(words, theme.text()),
    ])];
    let next = format!("{} opens it", key_for(Action::Fold));
    lines.extend(sheet.labelled("", theme.dim(), Some(&next), theme.accent()));
    for known in fold.rows.iter().take(NAMED) {
        let row = &known.row;
        let words = format!("{} in {}", row.assistant, labels::target(row));
        lines.extend(sheet.labelled(
            labels::state(row),
            theme.state(row.state),
            Some(&words),
            theme.text(),
        ));
    }
    if let Some(more) = fold.rows.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let more = format!("and {more} more");
        lines.extend(sheet.labelled("", theme.dim(), Some(&more), theme.dim()));
    }
    lines
}
