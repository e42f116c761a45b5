//! What the selected row's pane shows, in place of the details. What it looks like is the view's: it is no text that
//! is wrapped and scrolled like others.

use super::{Component, Moves, PLAIN};
use crate::tui::keymap::{Action, Hint, hint};
use crate::tui::model::{Model, Panel, Tab};

/// Lines that it has at least beside the list, that with its name among them.
pub(crate) const LEAST: u16 = 9;

/// In place of the details.
pub(super) const PREVIEW: Component = Component {
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Go]),
            hint(&[Action::Preview]).to("close"),
            hint(&[Action::Scroll(-1), Action::Scroll(1)]).to("back and on"),
            hint(&[Action::NextWaiting]),
            hint(&[Action::Help]),
            hint(&[Action::Quit]),
        ];
        HINTS
    },
    tab: Some(Tab::Overview),
    moves: Moves::Rows,
    ..PLAIN
};

/// Whether it is wanted below the details, where there is room.
pub(crate) fn is_below(model: &Model) -> bool {
    let is_row = model.selected_row().is_some();
    // What is chosen is beside the dashboard anyway.
    model.panel == Panel::Detail && is_row && !model.preview.is_hidden && !model.is_split()
}
