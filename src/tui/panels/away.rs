//! What happened while the person was away: one line per assistant, in its own words. Any key closes it but those that
//! scroll, and does nothing else.

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Component, Moves, PLAIN};
use crate::log::away::{Digest, Told, What, counts};
use crate::tui::age::{self, Grain};
use crate::tui::keymap::{Action, Hint, hint};
use crate::tui::model::{Away, Model, Panel};

pub(super) const AWAY: Component = Component {
    page: |model, now, width| lines(model, now, width).into(),
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Close]).to("close, as any key does"),
            hint(&[Action::Move(1), Action::Move(-1)]).to("scroll"),
        ];
        HINTS
    },
    moves: Moves::Panel,
    is_passing: true,
    ..PLAIN
};

fn lines(model: &Model, now: Timestamp, width: u16) -> Vec<Line<'static>> {
    let sheet = Sheet::new(model, now, width);
    let theme = sheet.theme();
    let said = |words: &str| sheet.labelled("", theme.dim(), Some(words), theme.text());
    match &model.panel {
        Panel::Away(Away::Told(digest)) => told(&sheet, digest),
        Panel::Away(Away::Unknown(why)) => said(&printable_line(why)),
        _ => said("being read…"),
    }
}

fn told(sheet: &Sheet<'_>, digest: &Digest) -> Vec<Line<'static>> {
    let theme = sheet.theme();
    let span = age::text(digest.until, digest.since, Grain::Fine);
    let title = format!(
        " While you were away, since {} ({span} ago)",
        sheet.moment(digest.since)
    );
    let mut lines = vec![Line::styled(title, theme.strong())];
    if digest.is_empty() {
        lines.extend(sheet.labelled("", theme.dim(), Some("nothing has happened"), theme.text()));
    }
    for one in &digest.assistants {
        let (label, state) = label(one);
        let text = text(one);
        lines.extend(sheet.labelled(label, theme.state(state), Some(&text), theme.text()));
    }
    for unknown in &digest.unknown {
        lines.extend(sheet.labelled("", theme.dim(), Some(unknown), theme.dim()));
    }
    lines
}

/// What is to be known first, and the colour of that.
fn label(told: &Told) -> (&'static str, State) {
    match told.last().map(|last| last.what) {
        Some(What::Asked) => ("asks", State::WaitingApproval),
        Some(What::Failed) => ("failed", State::Error),
        Some(What::Finished) => ("done", State::Completed),
        None if told.state.is_none() => ("gone", State::Idle),
        None => ("works", State::Running),
    }
}

/// Where, who, how much, and the last words.
fn text(told: &Told) -> String {
    let counted = told.counts.as_ref().map(counts);
    let words = told.last().and_then(|last| last.words.clone());
    let parts = [
        Some(told.target.clone()),
        Some(told.assistant.clone()),
        counted.filter(|counted| !counted.is_empty()),
        words,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    printable_line(&parts.join(" · "))
}
