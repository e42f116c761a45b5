//! The screen of a scripted assistant: what it has said, and below that its dialog. Drawn anew whenever
//! something changes, so that a dialog always fits the pane it is in.

use std::io::{self, Write};

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::style::{Attribute, Print, SetAttribute};
use crossterm::terminal::{Clear, ClearType, SetTitle, size};

use super::rows::hung;

/// More lines are not kept.
const KEPT: usize = 200;

/// See the module.
#[derive(Debug)]
pub(super) struct Screen<W> {
    out: W,
    /// What it has said, one line of text each.
    said: Vec<String>,
}

impl<W: Write> Screen<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            said: Vec::new(),
        }
    }

    /// Adds a text to what was said.
    pub(super) fn say(&mut self, text: &str) {
        self.said.extend(text.lines().map(str::to_owned));
        let over = self.said.len().saturating_sub(KEPT);
        self.said.drain(..over);
    }

    pub(super) fn call_window(&mut self, title: &str) -> io::Result<()> {
        queue!(self.out, SetTitle(title))?;
        self.out.flush()
    }

    /// The cells of a row.
    pub(super) fn width() -> usize {
        size().map_or(80, |(columns, _)| usize::from(columns))
    }

    /// Draws all of it, with these rows below.
    pub(super) fn draw(&mut self, below: &[String]) -> io::Result<()> {
        let (columns, rows) = size().unwrap_or((80, 24));
        let (columns, rows) = (usize::from(columns), usize::from(rows));
        let mut all: Vec<(bool, String)> = Vec::new();
        for line in &self.said {
            let is_prompt = line.starts_with(['❯', '›']) || line.starts_with(" >");
            let indent = line.len() - line.trim_start_matches(' ').len();
            let (blanks, text) = line.split_at(indent);
            let rows = hung(blanks, text, columns).into_iter();
            all.extend(rows.map(|row| (is_prompt, row)));
            if line.is_empty() {
                all.push((false, String::new()));
            }
        }
        let room = rows.saturating_sub(below.len() + 1);
        let skipped = all.len().saturating_sub(room);
        queue!(self.out, MoveTo(0, 0), Clear(ClearType::All))?;
        let said = all.into_iter().skip(skipped);
        let gap = std::iter::once((false, String::new()));
        let below = below.iter().map(|row| (false, row.clone()));
        // A dialog that is too tall loses its beginning, as on a real screen.
        let every: Vec<(bool, String)> = said.chain(gap).chain(below).collect();
        let lost = every.len().saturating_sub(rows);
        for (at, (is_bold, row)) in every.iter().skip(lost).enumerate() {
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            let style = if *is_bold {
                Attribute::Bold
            } else {
                Attribute::Reset
            };
            queue!(self.out, MoveTo(0, at), SetAttribute(style), Print(row))?;
            queue!(self.out, SetAttribute(Attribute::Reset))?;
        }
        self.out.flush()
    }
}
