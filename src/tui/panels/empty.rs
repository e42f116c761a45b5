//! What stands where rows would be while there are none: one sentence on what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::assistants;
use crate::mux;
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::line_writer::{LineWriter, to_u16};
use crate::tui::message::Hooks;
use crate::tui::model::{Model, Panel};
use crate::tui::text;

/// The keys that matter while there are no rows.
const HINTS: &[Hint] = &[
    hint(&[Action::Install]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// The same where the tabs tell of the folder that we run in.
const HINTS_OF_FOLDER: &[Hint] = &[
    hint(&[Action::Install]),
    hint(&[Action::Tab(-1), Action::Tab(1)]),
    hint(&[Action::Move(1), Action::Move(-1)]),
    hint(&[Action::Help]),
    hint(&[Action::Quit]),
];

/// The keys that matter while there are no rows.
pub(super) fn hints(model: &Model) -> &'static [Hint] {
    match (&model.setup.pulse, &model.panel) {
        (None, _) => HINTS,
        (Some(_), Panel::Diff(_)) => (super::of(model).hints)(model),
        (Some(_), _) => HINTS_OF_FOLDER,
    }
}

pub(crate) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.setup.theme;
    let width = usize::from(area.width).saturating_sub(4).min(72);
    let mut lines: Vec<_> = text::wrap(title(model.hooks), width)
        .into_iter()
        .map(|line| (line, theme.strong()))
        .collect();
    lines.push((String::new(), theme.text()));
    let sentence = text::wrap(&sentence(model.hooks), width);
    lines.extend(sentence.into_iter().map(|line| (line, theme.text())));
    if lines.len() > usize::from(area.height) {
        lines.retain(|(line, _)| !line.is_empty());
    }
    let above = usize::from(area.height).saturating_sub(lines.len()) / 3;
    for ((line, style), y) in lines.iter().zip(area.top() + to_u16(above)..area.bottom()) {
        LineWriter::new(buffer, area.x + 2, y, area.right()).put(line, *style);
    }
}

fn title(hooks: Hooks) -> &'static str {
    match hooks {
        Hooks::Missing => "No assistant reports to pane-patrol yet.",
        Hooks::Unknown | Hooks::Partly | Hooks::Installed => "No assistant is running.",
    }
}

fn sentence(hooks: Hooks) -> String {
    let install = key_for(Action::Install);
    let mux = mux::offered();
    match hooks {
        Hooks::Missing => format!(
            "Press {install} to let your assistants report: you see every changed line before anything \
             is changed, and `pane-patrol uninstall` takes it back."
        ),
        Hooks::Partly => format!(
            "Start one in a {mux} pane: it shows up here by itself. Some that are installed do not \
             report yet; press {install} to see which, and what would change."
        ),
        Hooks::Unknown | Hooks::Installed => format!(
            "Start one in a {mux} pane, for example `{}`: it shows up here by itself.",
            assistants::usual_name()
        ),
    }
}
