//! The list of launchers, and the question before an assistant is stopped.

use ratatui::text::{Line, Span};

use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::update::launch::{Launch, Stage, Stop};

pub(crate) fn launchers(launch: &Launch, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(3);
    let title = Line::from(Span::styled(" Start in a new pane:", theme.strong()));
    let names = launch.names.iter().enumerate().map(|(index, name)| {
        let is_chosen = index == launch.chosen;
        let mark = if is_chosen { " ▌ " } else { "   " };
        let style = if is_chosen {
            theme.strong()
        } else {
            theme.text()
        };
        let name = Span::styled(text::fit(name, width).into_owned(), style);
        Line::from(vec![Span::styled(mark, theme.accent()), name])
    });
    let mut lines = vec![title];
    lines.extend(names);
    lines
}

pub(crate) fn stop(stop: &Stop, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let name = format!("{} in {}", stop.row.assistant, stop.row.target);
    let (question, choices) = match &stop.stage {
        Stage::Asking => (
            format!("Stop {name}?"),
            "x asks its process to end. Esc leaves it alone.",
        ),
        Stage::Stopping => (format!("Stopping {name} …"), ""),
        Stage::Stuck(why) => (
            format!("{name} still runs: {why}."),
            "x closes its pane with everything in it. Esc leaves it alone.",
        ),
    };
    let width = usize::from(width).saturating_sub(2);
    let lines = |text: &str, style| {
        let wrapped = text::wrap(text, width);
        let line = move |text: String| Line::from(vec![Span::raw(" "), Span::styled(text, style)]);
        wrapped.into_iter().map(line).collect::<Vec<_>>()
    };
    let mut all = lines(&question, theme.strong());
    all.extend(lines(choices, theme.text()));
    all
}
