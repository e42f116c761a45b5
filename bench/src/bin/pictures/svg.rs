//! Runs of characters as an SVG, on the terminal's own dark ground.

use std::fmt::Write;

use super::cells::{Look, Run};

/// One cell, in the picture's units: a letter of 14 units is 8.4 wide in every usual font.
const CELL: (f64, f64) = (8.4, 18.0);
const LETTER: u32 = 14;
const MARGIN: f64 = 12.0;

const GROUND: &str = "#1e222a";
const INK: &str = "#cdd3de";
/// Behind a key that is pressed.
const KEY: &str = "#4c566a";

/// How many rows a caption takes below the screen.
pub(crate) const CAPTION_ROWS: usize = 2;

/// What a picture is drawn on.
pub(crate) struct Canvas {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// Rules for what moves; none, if nothing does.
    pub(crate) style: String,
}

impl Canvas {
    /// The whole picture around what is drawn.
    pub(crate) fn around(&self, drawn: &str) -> String {
        let (width, height) = (
            across(self.columns) + 2.0 * MARGIN,
            down(self.rows) + 2.0 * MARGIN,
        );
        let style = if self.style.is_empty() {
            String::new()
        } else {
            format!("<style>\n{}</style>\n", self.style)
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
             font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
             font-size=\"{LETTER}\" fill=\"{INK}\">\n{style}\
             <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n{drawn}</svg>\n"
        )
    }
}

/// The picture of a screen of so many columns. Lines at its end that show nothing are left out.
pub(crate) fn draw(lines: &[Vec<Run>], columns: usize) -> String {
    let shown = lines.iter().rposition(|line| line.iter().any(shows));
    let lines = &lines[..shown.map_or(0, |last| last + 1)];
    let canvas = Canvas {
        columns,
        rows: lines.len(),
        style: String::new(),
    };
    let drawn = lines.iter().enumerate();
    canvas.around(
        &drawn
            .map(|(number, runs)| line(runs, number))
            .collect::<String>(),
    )
}

/// One line of a screen, by its number from the top.
pub(crate) fn line(runs: &[Run], number: usize) -> String {
    let mut svg = String::new();
    for run in runs.iter().filter(|run| shows(run)) {
        draw_run(&mut svg, run, number);
    }
    svg
}

/// A key that is pressed, and what for, below a screen of so many rows.
pub(crate) fn caption(key: &str, says: &str, rows: usize) -> String {
    let base = MARGIN + down(rows + 1) + CELL.1 * 0.74;
    let letters = key.chars().count();
    let mut svg = String::new();
    let mut column = 1;
    if letters > 0 {
        let (x, y) = (MARGIN + across(column), MARGIN + down(rows + 1) - 3.0);
        let (width, height) = (across(letters + 2), CELL.1 + 6.0);
        // A string takes everything.
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"4\" fill=\"{KEY}\"/>\n\
             <text x=\"{:.1}\" y=\"{base:.1}\" font-weight=\"bold\">{}</text>",
            MARGIN + across(column + 1),
            escaped(key)
        );
        column += letters + 4;
    }
    let x = MARGIN + across(column);
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{base:.1}\">{}</text>",
        escaped(says)
    );
    svg
}

fn shows(run: &Run) -> bool {
    let is_blank = run.text.chars().all(|c| c == ' ' || c.is_control());
    !is_blank || behind(&run.look).is_some()
}

fn draw_run(svg: &mut String, run: &Run, line: usize) {
    let x = MARGIN + across(run.column);
    let y = MARGIN + down(line);
    let (cell_height, width) = (CELL.1, across(run.width));
    if let Some(back) = behind(&run.look) {
        // A string takes everything.
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{cell_height}\" fill=\"{back}\"/>"
        );
    }
    let text: String = run.text.chars().filter(|c| !c.is_control()).collect();
    if text.trim().is_empty() {
        return;
    }
    let base = y + CELL.1 * 0.74;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" xml:space=\"preserve\"{}>{}</text>",
        attributes(&run.look),
        escaped(&text)
    );
}

/// The colour behind a run, where it is not the ground.
fn behind(look: &Look) -> Option<String> {
    if look.reversed {
        return Some(look.front.clone().unwrap_or_else(|| INK.into()));
    }
    look.back.clone()
}

fn attributes(look: &Look) -> String {
    let front = if look.reversed {
        Some(look.back.clone().unwrap_or_else(|| GROUND.into()))
    } else {
        look.front.clone()
    };
    let mut attributes = front.map_or_else(String::new, |front| format!(" fill=\"{front}\""));
    for (is_so, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.dim, " opacity=\"0.6\""),
        (look.italic, " font-style=\"italic\""),
        (look.underlined, " text-decoration=\"underline\""),
    ] {
        attributes.push_str(if is_so { attribute } else { "" });
    }
    attributes
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[allow(clippy::cast_precision_loss, reason = "a screen has few cells")]
fn across(columns: usize) -> f64 {
    columns as f64 * CELL.0
}

#[allow(clippy::cast_precision_loss, reason = "a screen has few cells")]
fn down(lines: usize) -> f64 {
    lines as f64 * CELL.1
}
