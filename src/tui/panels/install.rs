//! The panel of an install: for whom, what would change, then what was done.

use pane_patrol_hooks::event::State;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::help::CLOSES;
use super::{Component, Moves, PLAIN, Page, Taken, two_thirds};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::message::{Awaited, InstallOffer, InstallOutcome, OfferedInstall};
use crate::tui::model::{Install, Model, Panel, Setup};
use crate::tui::text;
use crate::tui::theme::Palette;

/// From this width on an assistant has one line, in columns.
const WIDE: usize = 70;

pub(super) const INSTALL: Component = Component {
    page: |model, _, width| match &model.panel {
        Panel::Install(install) => lines(install, &model.setup, width).into(),
        _ => Page::default(),
    },
    height: |model, body| {
        if model.rows.is_empty() {
            body.height.saturating_sub(1)
        } else {
            two_thirds(body)
        }
    },
    hints: |model| {
        const PLANNED: &[Hint] = &[
            hint(&[Action::Install]).to("install"),
            hint(&[Action::Close]).to("leave it"),
            hint(&[Action::Move(1), Action::Move(-1)]),
            hint(&[Action::Quit]),
        ];
        if is_ready(model) { PLANNED } else { CLOSES }
    },
    // The first press has shown the changes, the second makes them.
    press: |model, action, _| match action {
        Action::Install if is_ready(model) => {
            model.panel = Panel::Install(Install::Applying);
            Some(Taken::and(Effect::ApplyInstall))
        }
        Action::Install => Some(Taken::default()),
        _ => None,
    },
    moves: Moves::Panel,
    is_alone: true,
    ..PLAIN
};

/// Whether there are changes that a key would make.
fn is_ready(model: &Model) -> bool {
    matches!(&model.panel, Panel::Install(Install::Planned(offer)) if offer.is_ready())
}

fn lines(install: &Install, setup: &Setup, width: u16) -> Vec<Line<'static>> {
    let theme = setup.theme;
    let width = usize::from(width).saturating_sub(2);
    match install {
        Install::Planning => vec![line("Working out what would change …", theme.dim())],
        Install::Applying => vec![line("Installing …", theme.dim())],
        Install::Planned(offer) => planned(offer, theme, width),
        Install::Nothing(why) => wrapped(why, theme.text(), width),
        Install::Over(outcome) => over(outcome, setup, width),
    }
}

/// Who reports by now and what the others wait for, then what was done.
fn over(outcome: &InstallOutcome, setup: &Setup, width: usize) -> Vec<Line<'static>> {
    let theme = setup.theme;
    let mut lines = Vec::new();
    let awaited = &outcome.awaited;
    if !awaited.is_empty() {
        let is_whole = awaited.iter().all(|one| one.reports);
        let title = if is_whole {
            "All of them report."
        } else {
            "Now, until each reports:"
        };
        lines.push(line(title, theme.strong()));
        let titles = awaited.iter().map(|one| text::width(one.title));
        let column = titles.max().unwrap_or(0);
        for one in awaited {
            lines.extend(one_awaited(one, column, setup, width));
        }
        lines.push(Line::default());
    }
    let said = outcome.said.iter();
    lines.extend(said.flat_map(|text| wrapped(text, theme.text(), width)));
    lines
}

fn one_awaited(one: &Awaited, column: usize, setup: &Setup, width: usize) -> Vec<Line<'static>> {
    let theme = setup.theme;
    let (state, words) = if one.reports {
        (State::Completed, "reports")
    } else {
        (State::Idle, one.until)
    };
    let style = if one.reports {
        theme.state(state)
    } else {
        theme.text()
    };
    let sign = setup.signs.of(state);
    let gap = " ".repeat(column.saturating_sub(text::width(one.title)));
    let whole = format!("{sign} {}{gap}  {words}", one.title);
    if text::width(&whole) <= width {
        return vec![line(&whole, style)];
    }
    let mut lines = vec![line(&format!("{sign} {}", one.title), style)];
    let below = width.saturating_sub(4).max(1);
    let pieces = text::wrap(words, below).into_iter();
    lines.extend(pieces.map(|piece| line(&format!("    {piece}"), style)));
    lines
}

fn wrapped(text: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    let pieces = text::wrap(text, width).into_iter();
    pieces.map(|piece| line(&piece, style)).collect()
}

fn line(text: &str, style: Style) -> Line<'static> {
    Line::from(vec![Span::raw(" "), Span::styled(text.to_owned(), style)])
}

fn planned(offer: &InstallOffer, theme: Palette, width: usize) -> Vec<Line<'static>> {
    let title = if offer.is_ready() {
        let (yes, no) = (key_for(Action::Install), key_for(Action::Close));
        format!(
            "This would change, and nothing else. Press {yes} again to do it, {no} to leave it."
        )
    } else {
        "There is nothing to be done.".to_owned()
    };
    let wrapped = text::wrap(&title, width);
    let mut lines: Vec<_> = wrapped
        .iter()
        .map(|text| line(text, theme.strong()))
        .collect();
    lines.push(Line::default());
    let titles = offer.assistants.iter().map(|one| text::width(&one.title));
    let column = titles.max().unwrap_or(0);
    for one in &offer.assistants {
        lines.extend(offered(one, column, theme, width));
    }
    lines.push(Line::default());
    // Nothing is cut off: the person agrees to what they read here.
    for change in &offer.changes {
        let style = theme.diff(change);
        let pieces = text::chop(change, width);
        lines.extend(pieces.into_iter().map(|piece| line(piece, style)));
    }
    lines
}

/// One assistant: on one line where there is room, else on several, indented.
fn offered(
    one: &OfferedInstall,
    column: usize,
    theme: Palette,
    width: usize,
) -> Vec<Line<'static>> {
    let sign = if one.is_ready { '+' } else { '-' };
    let style = if one.is_ready {
        theme.text()
    } else {
        theme.dim()
    };
    let gap = " ".repeat(column - text::width(&one.title));
    let whole = format!("{sign} {}{gap}  {}: {}", one.title, one.file, one.what);
    if width >= WIDE && text::width(&whole) <= width {
        return vec![line(&whole, style)];
    }
    let mut lines = vec![line(&format!("{sign} {}", one.title), style)];
    let below = width.saturating_sub(4).max(1);
    let file = text::chop(&one.file, below).into_iter().map(str::to_owned);
    let pieces = file.chain(text::wrap(&one.what, below));
    lines.extend(pieces.map(|piece| line(&format!("    {piece}"), style)));
    lines
}
