//! The panel of an install: what would change, then what was done.

use ratatui::text::{Line, Span};

use crate::tui::model::Install;
use crate::tui::text;
use crate::tui::theme::Theme;

pub(super) fn lines(install: &Install, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let line =
        |text: &str, style| Line::from(vec![Span::raw(" "), Span::styled(text.to_owned(), style)]);
    let width = usize::from(width).saturating_sub(2);
    match install {
        Install::Planning => vec![line("Working out what would change …", theme.dim())],
        Install::Applying => vec![line("Installing …", theme.dim())],
        Install::Planned(diff) => {
            let title =
                "This would change, and nothing else. Press i again to do it, Esc to leave it.";
            let mut lines: Vec<_> = text::wrap(title, width)
                .iter()
                .map(|text| line(text, theme.strong()))
                .collect();
            // Nothing is cut off: the person agrees to what they read here.
            for text in diff {
                let style = theme.diff(text);
                let pieces = text::chop(text, width);
                lines.extend(pieces.into_iter().map(|piece| line(piece, style)));
            }
            lines
        }
        Install::Over(outcome) => outcome
            .iter()
            .flat_map(|text| text::wrap(text, width))
            .map(|text| line(&text, theme.text()))
            .collect(),
    }
}
