//! The editor of a prompt, and whom it is for.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Component, Moves, PLAIN, Page};
use crate::tui::labels;
use crate::tui::model::writing::{Editor, Turn, is_same};
use crate::tui::model::{Model, Panel};
use crate::tui::text;

/// Keys of the editor and what they do, the most useful first. Its letters are text, so the table has none of them.
pub(crate) const KEYS: [(&str, &str); 5] = [
    ("Enter", "send"),
    ("Esc", "keep"),
    ("Ctrl-Q", "send when its turn ends"),
    ("Alt-Enter", "new line"),
    ("↑ ↓", "written before"),
];

/// Names that the title has; of others it has the number.
const MOST_NAMES: usize = 8;

pub(super) const WRITE: Component = Component {
    page: |model, _, width| match &model.writing.editor {
        Some(editor) if model.panel == Panel::Write => page(model, editor, width).into(),
        _ => Page::default(),
    },
    height: |_, body| {
        let least = body.height.saturating_sub(1).min(5);
        (body.height / 2).max(least)
    },
    moves: Moves::Panel,
    ..PLAIN
};

/// Columns of the text in a panel of that width: one stays free at each side, and one for the cursor.
pub(crate) fn room(width: u16) -> usize {
    usize::from(width).saturating_sub(3).max(2)
}

fn page(model: &Model, editor: &Editor, width: u16) -> Vec<Line<'static>> {
    let theme = model.setup.theme;
    let rows = editor.text.rows(room(width));
    let here = editor.text.row_of_cursor(&rows);
    let mut lines = title(model, editor, width);
    for (index, row) in rows.into_iter().enumerate() {
        let has_cursor = index == here;
        let [before, under, after] = editor.text.drawn(row, has_cursor);
        lines.push(Line::from(vec![
            Span::raw(" "),
            Span::styled(before, theme.text()),
            Span::styled(under, theme.strong().add_modifier(Modifier::REVERSED)),
            Span::styled(after, theme.text()),
        ]));
    }
    lines
}

/// Whom it is for, and how that is.
pub(crate) fn title(model: &Model, editor: &Editor, width: u16) -> Vec<Line<'static>> {
    let theme = model.setup.theme;
    let words = match &*editor.to {
        [one] => {
            let row = model.rows.get(&one.id).filter(|row| is_same(row, one));
            let how = match row.map(Turn::of) {
                None => "gone",
                Some(Turn::Asks) => "asks something: nothing is sent until that is answered",
                Some(Turn::Runs) => "works: it comes to that, or waits there",
                Some(Turn::Over | Turn::Failed) => "rests",
            };
            format!("To {} in {} · {how}", one.assistant, labels::target(one))
        }
        several => {
            let names: Vec<_> = several
                .iter()
                .take(MOST_NAMES)
                .map(|row| labels::target(row))
                .collect();
            let more = several.len().saturating_sub(MOST_NAMES);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("To {} marked: {}{more}", several.len(), names.join(", "))
        }
    };
    let wrapped = text::wrap(&words, room(width));
    let line = |words| Line::styled(format!(" {words}"), theme.strong());
    wrapped.into_iter().map(line).collect()
}
