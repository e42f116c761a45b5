//! The question before something is answered that is only partly known.

use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Asks, Component, Page, QUESTION, Taken};
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::model::Panel;
use crate::tui::model::request::Confirm;

pub(super) const CONFIRM: Component = Component {
    page: |model, now, width| {
        let Panel::Confirm(confirm) = &model.panel else {
            return Page::default();
        };
        let lines = lines(&Sheet::new(model, now, width), confirm);
        let asked = Some(0..lines.len());
        Page { lines, asked }
    },
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Confirm]),
            hint(&[Action::Close]).to("leave it"),
        ];
        HINTS
    },
    // Enter must not mean yes, nor leave a question open that is about another row.
    press: |_, action, _| (action == Action::Go).then(Taken::default),
    asks: Asks::OfPanel,
    ..QUESTION
};

fn lines(sheet: &Sheet<'_>, confirm: &Confirm) -> Vec<Line<'static>> {
    let theme = sheet.theme();
    let bound = &confirm.bound;
    let question = format!(
        "{} {}, of which only the beginning is known?",
        labels::capital(confirm.decision.name()),
        bound.target.shown()
    );
    let why = format!("Not known here: {}. Its pane shows the rest.", confirm.why);
    let mut lines = sheet.labelled("", theme.dim(), Some(&question), theme.strong());
    lines.extend(sheet.in_short(&bound.request));
    lines.extend(sheet.labelled("", theme.dim(), Some(&why), theme.dim()));
    let (yes, no) = (key_for(Action::Confirm), key_for(Action::Close));
    let choices = format!("{yes} answers all the same. {no} leaves it.");
    lines.extend(sheet.labelled("", theme.dim(), Some(&choices), theme.text()));
    lines
}
