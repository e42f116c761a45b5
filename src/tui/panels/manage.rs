//! The list of launchers, and the question before an assistant is stopped.

use std::sync::Arc;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Component, Page, QUESTION, Taken};
use crate::state::Row;
use crate::tui::effect::{Choice, Effect};
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::model::{Follow, Launch, Model, Panel, Setup, Stage, Stop};
use crate::tui::text;
use crate::tui::theme::Palette;

/// What can be started.
pub(super) const LAUNCH: Component = Component {
    page: |model, _, width| match &model.panel {
        Panel::Launch(launch) => launchers(launch, &model.setup, width).into(),
        _ => Page::default(),
    },
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Go]).to("start"),
            hint(&[Action::Move(1), Action::Move(-1)]).to("choose"),
            hint(&[Action::Wrap]),
            hint(&[Action::Close]),
        ];
        HINTS
    },
    press: |model, action, _| match action {
        Action::Move(by) => choose(model, by),
        Action::Wrap => switch_wrap(model),
        Action::Go => start(model),
        _ => None,
    },
    ..QUESTION
};

/// Whether to stop a row.
pub(super) const STOP: Component = Component {
    page: |model, _, width| match &model.panel {
        Panel::Stop(asked) => stop(asked, model.setup.theme, width).into(),
        _ => Page::default(),
    },
    hints: |model| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Stop]).to("stop it"),
            hint(&[Action::Close]).to("leave it"),
        ];
        const CLOSES: &[Hint] = &[hint(&[Action::Close])];
        const STUCK: &[Hint] = &[
            hint(&[Action::Stop]).to("close its pane"),
            hint(&[Action::Close]).to("leave it"),
        ];
        match &model.panel {
            Panel::Stop(stop) if stop.stage == Stage::Stopping => CLOSES,
            Panel::Stop(stop) if stop.stage != Stage::Asking => STUCK,
            _ => HINTS,
        }
    },
    press: |model, action, _| match action {
        Action::Stop => go_on(model),
        // Enter must not mean yes, nor leave a question open that is about another row.
        Action::Go => Some(Taken::default()),
        _ => None,
    },
    ..QUESTION
};

/// Whether to stop several.
pub(super) const STOP_MARKED: Component = Component {
    page: |model, _, width| match &model.panel {
        Panel::StopMarked(rows) => stop_marked(rows, model.setup.theme, width).into(),
        _ => Page::default(),
    },
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Stop]).to("stop them"),
            hint(&[Action::Close]).to("leave them"),
        ];
        HINTS
    },
    press: |model, action, _| match action {
        Action::Stop => stop_all(model),
        // Enter must not mean yes.
        Action::Go => Some(Taken::default()),
        _ => None,
    },
    ..QUESTION
};

/// Stops all that were asked about.
fn stop_all(model: &mut Model) -> Option<Taken> {
    let Panel::StopMarked(rows) = std::mem::take(&mut model.panel) else {
        return None;
    };
    let rows: Vec<Box<Row>> = rows.iter().map(|row| Box::new((**row).clone())).collect();
    let ids = rows.iter().map(|row| row.id.clone());
    model.ending.left.extend(ids);
    model
        .stopping
        .extend(rows.iter().map(|row| (**row).clone()));
    Some(Taken {
        effects: rows.into_iter().map(Effect::Stop).collect(),
        ..Taken::then(Follow::Selection)
    })
}

fn stop_marked(rows: &[Arc<Row>], theme: Palette, width: u16) -> Vec<Line<'static>> {
    let name = |row: &Arc<Row>| format!("{} in {}", row.assistant, row.target.shown());
    let names: Vec<String> = rows.iter().map(name).collect();
    let (yes, no) = (key_for(Action::Stop), key_for(Action::Close));
    let question = format!(
        "Stop {} marked: {}?",
        labels::counted(rows.len(), "assistant"),
        names.join(", ")
    );
    let choices = format!("{yes} asks the process of each to end. {no} leaves them alone.");
    let mut all = wrapped(&question, theme.strong(), width);
    all.extend(wrapped(&choices, theme.text(), width));
    all
}

/// Chooses another launcher.
fn choose(model: &mut Model, by: isize) -> Option<Taken> {
    let Panel::Launch(launch) = &mut model.panel else {
        return None;
    };
    let last = launch.offers.len().saturating_sub(1);
    launch.chosen = launch.chosen.saturating_add_signed(by).min(last);
    Some(Taken {
        // The title stands above them.
        line: Some(launch.chosen + 1),
        ..Taken::then(Follow::IfVisible)
    })
}

/// Has the chosen one run through `wrap` this time, or not.
fn switch_wrap(model: &mut Model) -> Option<Taken> {
    let Panel::Launch(launch) = &mut model.panel else {
        return None;
    };
    let offer = launch.offers.get_mut(launch.chosen);
    if let Some(choice) = offer.and_then(|offer| offer.choice.as_mut()) {
        choice.switch_wrap(&model.setup.wrapping);
    }
    Some(Taken::default())
}

/// Starts the chosen one where the selected row works.
fn start(model: &mut Model) -> Option<Taken> {
    let Panel::Launch(launch) = &model.panel else {
        return None;
    };
    let offer = launch.offers.get(launch.chosen);
    let Some(choice) = offer.and_then(|offer| offer.choice.clone()) else {
        // It says itself why there is nothing to be started.
        return Some(Taken::default());
    };
    let row = model.selected_row().cloned().map(Box::new);
    model.panel = Panel::Detail;
    let beside = model.is_lent();
    let start = Effect::Start {
        choice,
        row,
        beside,
    };
    Some(Taken::and(start))
}

/// Does what was asked about.
fn go_on(model: &mut Model) -> Option<Taken> {
    let Panel::Stop(stop) = &mut model.panel else {
        return None;
    };
    let effect = match stop.stage {
        Stage::Asking => Effect::Stop(stop.row.clone()),
        Stage::Stuck(_) => Effect::ClosePane(stop.row.clone()),
        Stage::Stopping => return Some(Taken::default()),
    };
    stop.stage = Stage::Stopping;
    model.stopping.push((*stop.row).clone());
    Some(Taken::and(effect))
}

fn launchers(launch: &Launch, setup: &Setup, width: u16) -> Vec<Line<'static>> {
    let theme = setup.theme;
    let width = usize::from(width).saturating_sub(3);
    let title = Line::from(Span::styled(" Start in a new pane:", theme.strong()));
    let names = launch.offers.iter().enumerate().map(|(index, offer)| {
        let is_chosen = index == launch.chosen;
        let mark = if is_chosen { " ▌ " } else { "   " };
        let style = if is_chosen {
            theme.strong()
        } else if offer.choice.is_some() {
            theme.text()
        } else {
            theme.dim()
        };
        let choice = offer.choice.as_ref();
        let sign = choice.map_or("", |choice| how_it_runs(choice, &setup.wrapping));
        let room = width.saturating_sub(text::width(sign));
        let name = text::fit(&offer.name, room);
        let name = Span::styled(format!("{name}{sign}"), style);
        Line::from(vec![Span::styled(mark, theme.accent()), name])
    });
    let mut lines = vec![title];
    lines.extend(names);
    lines
}

/// What stands behind its name where it runs, or would run, through `wrap`.
fn how_it_runs(choice: &Choice, wrapping: &[usize]) -> &'static str {
    match choice.wrap {
        Some(true) => " (wrapped this time)",
        Some(false) => " (not wrapped this time)",
        None if wrapping.contains(&choice.launcher) => " (wrapped)",
        None => "",
    }
}

fn stop(stop: &Stop, theme: Palette, width: u16) -> Vec<Line<'static>> {
    let name = format!("{} in {}", stop.row.assistant, stop.row.target.shown());
    let (yes, no) = (key_for(Action::Stop), key_for(Action::Close));
    let (question, choices) = match &stop.stage {
        Stage::Asking if stop.row.is_left_behind() => (
            format!("Take {name} out of the list?"),
            format!("{yes} takes it away; nothing of it runs any more. {no} leaves it there."),
        ),
        Stage::Asking => (
            format!("Stop {name}?"),
            format!("{yes} asks its process to end. {no} leaves it alone."),
        ),
        Stage::Stopping => (format!("Stopping {name} …"), String::new()),
        Stage::Stuck(why) => (
            format!("{name} still runs: {why}."),
            format!("{yes} closes its pane with everything in it. {no} leaves it alone."),
        ),
    };
    let mut all = wrapped(&question, theme.strong(), width);
    all.extend(wrapped(&choices, theme.text(), width));
    all
}

fn wrapped(text: &str, style: Style, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(2);
    let line = |text: String| Line::from(vec![Span::raw(" "), Span::styled(text, style)]);
    text::wrap(text, width).into_iter().map(line).collect()
}
