//! The last line: a notice, the filter that is typed, or the keys that matter now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::act::{Bound, dialog};
use crate::tui::line_writer::{Pen, to_u16};
use crate::tui::model::{Install, Model, Panel};
use crate::tui::text;
use crate::tui::update::answer as request;
use crate::tui::update::deny_prompt::Saying;
use crate::tui::update::launch::Stage;
use crate::tui::update::work::{self, Focus};

/// Lines that a notice may take.
const MAX_NOTICE: u16 = 4;

/// What the key does that answers as soon as all was seen.
const READ_ON: &str = "read on";

/// A key and what it does here.
type Hint = (&'static str, &'static str);

/// `left`: lines of what is asked that have not been seen.
pub(super) fn draw(model: &Model, left: Option<usize>, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.right().saturating_sub(1));
    if let Some(saying) = &model.saying {
        draw_saying(model, saying, &mut pen);
    } else if model.typing {
        draw_filter(model, &mut pen);
    } else if let Some(notice) = &model.notice {
        draw_notice(&notice.text, model.setup.theme.strong(), area, buffer);
    } else {
        draw_hints(model, &hints(model, left), &mut pen);
    }
}

/// A notice that is too long for its line takes those above it: the reason stands at its end.
fn draw_notice(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (line, above) in notice_lines(text, area).iter().rev().zip(0..) {
        let y = area.y - above;
        buffer.set_string(area.x, y, " ".repeat(usize::from(area.width)), Style::new());
        let mut pen = Pen::new(buffer, area.x + 1, y, area.right().saturating_sub(1));
        pen.put(line, style);
    }
}

fn notice_lines(text: &str, area: Rect) -> Vec<String> {
    let room = usize::from(area.width).saturating_sub(2);
    let most = usize::from(area.y.min(MAX_NOTICE));
    let mut lines = text::wrap(text, room);
    lines.truncate(most.max(1));
    lines
}

/// How many lines above `area` a notice lies over.
pub(super) fn covered(model: &Model, area: Rect) -> u16 {
    let is_shown = area.height > 0 && model.saying.is_none() && !model.typing;
    let notice = model.notice.as_ref().filter(|_| is_shown);
    let lines = notice.map(|notice| notice_lines(&notice.text, area).len());
    to_u16(lines.unwrap_or_default().saturating_sub(1))
}

fn draw_filter(model: &Model, pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    let hint = "   Enter keep · Esc clear";
    pen.put("/ ", theme.accent());
    let typed = text::fit_end(&model.filter, pen.room().saturating_sub(1));
    pen.put(&typed, theme.strong());
    pen.put("▏", theme.accent());
    if pen.room() >= text::width(hint) {
        pen.put(hint, theme.dim());
    }
}

/// `No, shop:1.1, but ` and the line; the part around the cursor when it does not fit.
fn draw_saying(model: &Model, saying: &Saying, pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    let hint = "   Enter send · Esc cancel";
    let title = format!("No to {}, but: ", saying.bound.target);
    let title = if text::width(&title) * 2 <= pen.room() {
        &title
    } else {
        "No, but: "
    };
    pen.put(title, theme.accent());
    let (before, under, after) = saying.line.around();
    let before = text::fit_end(before, pen.room() * 3 / 4);
    pen.put(&before, theme.strong());
    let under = if under.is_empty() { " " } else { under };
    pen.put(under, theme.strong().add_modifier(Modifier::REVERSED));
    pen.put(after, theme.strong());
    if pen.room() >= text::width(hint) {
        pen.put(hint, theme.dim());
    }
}

/// As many as fit, the most useful first; none is cut in half.
fn draw_hints(model: &Model, hints: &[Hint], pen: &mut Pen<'_>) {
    let theme = model.setup.theme;
    for (index, (key, does)) in hints.iter().enumerate() {
        let between = if index > 0 { " · " } else { "" };
        let needed = text::width(between) + text::width(key) + 1 + text::width(does);
        if needed > pen.room() {
            break;
        }
        pen.put(between, theme.dim());
        pen.put(key, theme.accent());
        pen.put(" ", theme.text());
        pen.put(does, theme.dim());
    }
}

/// The keys that matter now, the most useful first.
fn hints(model: &Model, left: Option<usize>) -> Vec<Hint> {
    let go = match model.setup.in_tmux {
        true if model.split.is_open => "show",
        true => "go",
        false => "attach",
    };
    match &model.panel {
        Panel::Install(Install::Planned(offer)) if offer.is_ready() => vec![
            ("i", "install"),
            ("Esc", "leave it"),
            ("j k", "scroll"),
            ("q", "quit"),
        ],
        Panel::Launch(_) => vec![("Enter", "start"), ("j k", "choose"), ("Esc", "close")],
        Panel::Stop(stop) if stop.stage == Stage::Stopping => vec![("Esc", "close")],
        Panel::Stop(_) => vec![("x", "stop it"), ("Esc", "leave it")],
        Panel::Confirm(_) if left != Some(0) => vec![("y", READ_ON), ("Esc", "leave it")],
        Panel::Confirm(_) => vec![("y", "answer all the same"), ("Esc", "leave it")],
        Panel::Request => {
            let mut hints = answers(model, left);
            hints.extend([
                ("j k", "scroll"),
                ("Esc", "close"),
                ("?", "help"),
                ("q", "quit"),
            ]);
            hints
        }
        Panel::Help | Panel::Install(_) => vec![("Esc", "close"), ("j k", "scroll"), ("q", "quit")],
        _ if model.offers_install() => vec![("i", "install"), ("?", "help"), ("q", "quit")],
        _ if model.rows.is_empty() => vec![("?", "help"), ("q", "quit")],
        Panel::Explain => vec![
            ("Enter", go),
            ("e", "close"),
            ("PgDn", "scroll"),
            ("Tab", "next"),
            ("?", "help"),
            ("q", "quit"),
        ],
        Panel::Diff(changes) if changes.focus == Focus::Files => vec![
            ("Enter", "patch"),
            ("j k", "file"),
            ("Esc", "back"),
            ("h l", "tab"),
            ("q", "quit"),
        ],
        Panel::Diff(changes) if changes.focus == Focus::Patch => vec![
            ("j k", "scroll"),
            ("Esc", "back"),
            ("h l", "tab"),
            ("q", "quit"),
        ],
        Panel::Diff(_) if !work::files(model).is_empty() => vec![
            ("Space", "files"),
            ("h l", "tab"),
            ("Enter", go),
            ("Esc", "close"),
            ("?", "help"),
            ("q", "quit"),
        ],
        Panel::Work | Panel::Diff(_) | Panel::Health => vec![
            ("h l", "tab"),
            ("J K", "scroll"),
            ("Enter", go),
            ("Esc", "close"),
            ("?", "help"),
            ("q", "quit"),
        ],
        Panel::Detail => {
            let mut hints = vec![("Enter", go)];
            hints.extend(answers(model, left));
            if model.asked.is_some() {
                hints.push(("Space", "read"));
            }
            hints.extend([
                ("Tab", "next"),
                ("/", "filter"),
                ("?", "help"),
                ("e", "explain"),
                ("f", "view"),
                ("h l", "tab"),
                ("s", "split"),
                ("q", "quit"),
            ]);
            hints
        }
    }
}

/// The keys that answer the selected row's request, where its keys are known.
fn answers(model: &Model, left: Option<usize>) -> Vec<Hint> {
    let (Some(Answering { key, .. }), Some(bound)) = (answering(model), front(model)) else {
        return Vec::new();
    };
    let is_read = left == Some(0);
    if bound.is_question() {
        return vec![(key, if is_read { "answer" } else { READ_ON })];
    }
    let approve = if is_read { "approve" } else { READ_ON };
    let mut hints = vec![(key, approve), ("d", "deny")];
    if dialog::takes_words(&bound.assistant) {
        hints.push(("D", "say why"));
    }
    hints
}

/// The key that answers what is asked once it was seen to its last line.
#[derive(Clone, Copy)]
pub(super) struct Answering {
    pub(super) key: &'static str,
    /// As long as there is more to see.
    pub(super) shows: &'static str,
    /// After that.
    pub(super) does: &'static str,
}

/// That key; `None` where no key answers.
pub(super) fn answering(model: &Model) -> Option<Answering> {
    let (key, shows, does) = match front(model) {
        _ if matches!(model.panel, Panel::Confirm(_)) => ("y", "shows", "answers"),
        Some(bound) if !dialog::knows(&bound.assistant) => return None,
        Some(bound) if bound.is_question() => ("1-9", "show", "answer"),
        Some(_) => ("a", "shows", "approves"),
        None => return None,
    };
    Some(Answering { key, shows, does })
}

fn front(model: &Model) -> Option<Bound> {
    let row = model.selected_row()?;
    request::chosen(model, row).ok()
}
