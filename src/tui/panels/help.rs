//! Keys and signs, in a box over everything else.

use pane_patrol_hooks::event::State;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::list::MARK;
use super::{Asks, Component, Moves, Over, Taken, detail};
#[cfg(test)]
use crate::config::Signs;
use crate::tui::keymap::{self, Action, Hint, hint};
use crate::tui::labels;
use crate::tui::line_writer::{LineWriter, to_u16};
use crate::tui::model::{Model, Panel};
use crate::tui::text;

/// Columns of the left half.
const KEYS: usize = 14;

/// Columns inside the frame.
const WIDTH: u16 = 68;

/// What each sign stands for.
const SIGNS: [(State, &str); 6] = [
    (State::WaitingApproval, "wants approval"),
    (State::WaitingInput, "asks a question"),
    (State::Error, "failed: its turn ended with an error"),
    (
        State::Completed,
        "done: its turn is over, nobody has looked",
    ),
    (State::Running, "works"),
    (State::Idle, "idle: nothing goes on"),
];

/// The same of what else stands in a row.
const IN_ROWS: &[(&str, &str)] = &[
    ("▌", "the selected row"),
    (MARK, "marked"),
    ("▸", "its pane stands beside the dashboard"),
    ("+1", "that many more requests, or else sub-agents at work"),
    (
        "&1",
        "so many files that other assistants have written, too",
    ),
    (
        "t10m",
        "trusted: for 10 minutes more only rules ask or deny",
    ),
    ("z10m", "snoozed: no notice of it for 10 minutes more"),
    ("H", "hidden again as soon as it needs you no longer"),
    ("m…", "a text of yours waits there until its turn ends"),
    ("+12 -3", "lines put in and taken out in its folder"),
    ("3/7", "tasks done, of all"),
    ("4m", "how long it has been so"),
    ("↓ 3 more", "rows that are not in view"),
];

struct Help {
    left: String,
    left_style: Style,
    right: String,
}

pub(super) const HELP: Component = Component {
    hints: |_| CLOSES,
    press: |model, action, _| {
        if action != Action::Go {
            return None;
        }
        model.panel = Panel::Detail;
        Some(Taken::default())
    },
    asks: Asks::Nothing,
    moves: Moves::Panel,
    is_passing: true,
    over: Some(Over { draw, hidden_lines }),
    ..detail::DETAIL
};

/// The keys of what is read to its end and closed.
pub(super) const CLOSES: &[Hint] = &[
    hint(&[Action::Close]),
    hint(&[Action::Move(1), Action::Move(-1)]),
    hint(&[Action::Quit]),
];

fn draw(model: &Model, buffer: &mut Buffer) {
    let theme = model.setup.theme;
    let area = frame(model, buffer.area);
    clear(area, buffer);
    let lines = lines(model, area.width);
    draw_frame(model, area, buffer);
    let inner = inside(area);
    let below = lines
        .len()
        .saturating_sub(model.scroll + usize::from(inner.height));
    if below > 0 && area.height >= 2 {
        let said = format!(" ↓ {} more ", labels::counted(below, "line"));
        LineWriter::new(buffer, inner.x, area.bottom() - 1, inner.right())
            .put(&said, theme.accent());
    }
    let shown = lines.iter().skip(model.scroll);
    for (line, y) in shown.zip(inner.top()..inner.bottom()) {
        let mut writer = LineWriter::new(buffer, inner.x, y, inner.right());
        writer.cell(&line.left, left_width(area.width), line.left_style);
        writer.put(&line.right, theme.text());
    }
}

fn hidden_lines(model: &Model, area: Rect) -> usize {
    let frame = frame(model, area);
    let lines = lines(model, frame.width).len();
    lines.saturating_sub(usize::from(inside(frame).height))
}

/// The box in the middle; the last line of the screen stays free for its hints.
fn frame(model: &Model, area: Rect) -> Rect {
    let width = (WIDTH + 4).min(area.width);
    let wanted = to_u16(lines(model, width).len()).saturating_add(2);
    let height = wanted.min(area.height.saturating_sub(1).max(1).min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height.saturating_sub(1).saturating_sub(height)) / 2,
        width,
        height,
    }
}

fn inside(frame: Rect) -> Rect {
    let margin = 2.min(frame.width / 2);
    Rect {
        x: frame.x + margin,
        y: frame.y + 1.min(frame.height),
        width: frame.width.saturating_sub(2 * margin),
        height: frame.height.saturating_sub(2),
    }
}

fn left_width(width: u16) -> usize {
    KEYS.min(usize::from(width) / 2)
}

fn lines(model: &Model, width: u16) -> Vec<Help> {
    let theme = model.setup.theme;
    let room = usize::from(width)
        .saturating_sub(4 + left_width(width))
        .max(8);
    let entry = |left: &str, style: Style, right: &str| {
        let left = left.to_owned();
        text::wrap(right, room)
            .into_iter()
            .enumerate()
            .map(move |(index, right)| Help {
                left: if index == 0 {
                    left.clone()
                } else {
                    String::new()
                },
                left_style: style,
                right,
            })
            .collect::<Vec<_>>()
    };
    let keys = keymap::help().flat_map(|(keys, does)| entry(&keys, theme.accent(), does));
    let mouse = entry(
        "mouse",
        theme.accent(),
        "click selects, a second one goes there; on a heading folds; wheel scrolls",
    );
    let blank = Help {
        left: String::new(),
        left_style: theme.text(),
        right: String::new(),
    };
    let drawn = model.setup.signs;
    let signs = SIGNS
        .iter()
        .flat_map(|(state, means)| entry(drawn.of(*state), theme.state(*state), means));
    let branch = (labels::branch_sign(drawn), "the branch stands after it");
    let in_rows = IN_ROWS.iter().copied().chain([branch]);
    let in_rows = in_rows.flat_map(|(sign, means)| entry(sign, theme.accent(), means));
    let all = keys.chain(mouse).chain([blank]).chain(signs);
    all.chain(in_rows).collect()
}

fn clear(area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

fn draw_frame(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.width < 4 || area.height < 2 {
        return;
    }
    let style = model.setup.theme.dim();
    let across = "─".repeat(usize::from(area.width) - 2);
    buffer.set_string(area.x, area.y, format!("╭{across}╮"), style);
    buffer.set_string(area.x, area.bottom() - 1, format!("╰{across}╯"), style);
    for y in area.top() + 1..area.bottom() - 1 {
        buffer.set_string(area.x, y, "│", style);
        buffer.set_string(area.right() - 1, y, "│", style);
    }
    LineWriter::new(buffer, area.x + 2, area.y, area.right() - 1)
        .put(" Keys and signs ", model.setup.theme.strong());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_book_says_what_stands_in_rows() {
        let states = SIGNS.iter().map(|(state, means)| {
            let sign = |signs: Signs| signs.of(*state);
            let (drawn, plain) = (sign(Signs::Drawn), sign(Signs::Plain));
            let both = if drawn == plain {
                format!("`{drawn}`")
            } else {
                format!("`{drawn}` (plain `{plain}`)")
            };
            [both, (*means).to_owned()]
        });
        let others = IN_ROWS.iter();
        let others = others.map(|(sign, means)| [format!("`{sign}`"), (*means).to_owned()]);
        let [drawn, plain] = [Signs::Drawn, Signs::Plain].map(labels::branch_sign);
        let branch = [
            format!("`{drawn}` (plain `{plain}`)"),
            "the branch stands after it".to_owned(),
        ];
        let page = crate::test_book::table(["sign", "is"], states.chain(others).chain([branch]));
        crate::test_book::hold("keys.md", "the signs in rows", &page);
    }
}
