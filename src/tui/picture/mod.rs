//! What a pane shows, as its multiplexer prints it, made safe to draw in a box: text of anybody, with colours in
//! it and whatever else. What comes out are lines of characters that can be seen, each in a style; every sequence
//! but that of a colour is left out, and a box gets no more than it holds.
//!
//! Pure, and of no multiplexer: lines in ([`Picture::of`]), lines of a box out ([`Picture::within`]).

mod sequences;
#[cfg(test)]
mod tests;

use pane_patrol_hooks::unseen::is_unseen;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::text;
use sequences::{Reader, Taken};

/// More lines than a pane has, with those above it that are ever asked for.
const MOST_LINES: usize = 1500;

/// More characters than a line of a pane has, those that take no column among them.
const MOST_CHARS: usize = 2000;

/// As many marks may stand on one letter, as in no language.
const MOST_MARKS: usize = 4;

/// Columns from one stop of the tabulator to the next.
const TAB: usize = 8;

/// What a pane shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picture {
    /// From the top to the last one in which anything is to be seen.
    lines: Vec<Line<'static>>,
}

/// As much of a picture as a box holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// No more than the box is high, none wider than it.
    pub(crate) lines: Vec<Line<'static>>,
    /// Lines that did not fit in at the top, where usually all of them are: what is written last stands at the bottom.
    pub(crate) above: usize,
    /// Those at the bottom, where another part than the last is shown.
    pub(crate) below: usize,
    /// Columns that did not fit in.
    pub(crate) right: usize,
}

impl Picture {
    /// Reads these lines. A style goes on over the end of a line, as multiplexers print it; a sequence does not.
    pub(crate) fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reader = Reader::default();
        let lines = lines.into_iter().take(MOST_LINES);
        let mut lines: Vec<Line<'static>> = lines.map(|line| read(line, &mut reader)).collect();
        let is_empty = |line: &Line<'_>| line.iter().all(is_bare);
        let shown = lines.iter().rposition(|line| !is_empty(line));
        lines.truncate(shown.map_or(0, |last| last + 1));
        Self { lines }
    }

    /// How many lines it has.
    pub(crate) fn height(&self) -> usize {
        self.lines.len()
    }

    /// The part of it that a box of this size holds; without colours where there are to be none.
    pub(crate) fn within(&self, size: (u16, u16), coloured: bool) -> Part {
        self.within_above(size, 0, coloured)
    }

    /// The same of what stands above its last `back` lines, as far as there is enough for the box.
    pub(crate) fn within_above(
        &self,
        (width, height): (u16, u16),
        back: usize,
        coloured: bool,
    ) -> Part {
        let (width, height) = (usize::from(width), usize::from(height));
        let most = self.lines.len().saturating_sub(height);
        let below = back.min(most);
        let above = most - below;
        let shown = &self.lines[above..self.lines.len() - below];
        let widest = shown.iter().map(line_width).max().unwrap_or_default();
        let cut = |line: &Line<'static>| cut(line, width, coloured);
        Part {
            lines: shown.iter().map(cut).collect(),
            above,
            below,
            right: widest.saturating_sub(width),
        }
    }
}

/// Nothing of it is to be seen.
fn is_bare(span: &Span<'_>) -> bool {
    let is_plain = span.style.bg.is_none() && !span.style.add_modifier.contains(Modifier::REVERSED);
    is_plain && span.content.trim_end_matches(' ').is_empty()
}

fn line_width(line: &Line<'_>) -> usize {
    line.iter().map(|span| text::width(&span.content)).sum()
}

fn read(line: &str, reader: &mut Reader) -> Line<'static> {
    let mut read = Read::default();
    for c in line.chars() {
        match reader.take(c) {
            Taken::Nothing => {}
            Taken::Shown(c, style) => read.put(c, style),
            // What the pane does not show is not shown here either.
            Taken::Hidden(style) => read.put_blank(c, style),
        }
        if read.chars >= MOST_CHARS {
            break;
        }
    }
    reader.end_line();
    Line::from(read.spans)
}

/// A line as far as it is read.
#[derive(Default)]
struct Read {
    spans: Vec<Span<'static>>,
    chars: usize,
    columns: usize,
    /// Marks since the last letter.
    marks: usize,
}

impl Read {
    fn put(&mut self, c: char, style: Style) {
        if c == '\t' {
            let blanks = TAB - self.columns % TAB;
            return (0..blanks).for_each(|_| self.push(' ', style, 1));
        }
        if is_unseen(c) {
            return;
        }
        let mut letter = [0; 4];
        match text::width(c.encode_utf8(&mut letter)) {
            // A mark on nothing would stand on what is left of the box.
            0 if self.columns == 0 || self.marks >= MOST_MARKS => {}
            0 => {
                self.marks += 1;
                self.push(c, style, 0);
            }
            columns => {
                self.marks = 0;
                self.push(c, style, columns);
            }
        }
    }

    fn put_blank(&mut self, c: char, style: Style) {
        let mut letter = [0; 4];
        let columns = text::width(c.encode_utf8(&mut letter));
        (0..columns).for_each(|_| self.push(' ', style, 1));
    }

    fn push(&mut self, c: char, style: Style, columns: usize) {
        self.chars += 1;
        self.columns += columns;
        match self.spans.last_mut() {
            // A mark belongs to its letter, whatever its colour.
            Some(last) if last.style == style || columns == 0 => last.content.to_mut().push(c),
            _ => self.spans.push(Span::styled(c.to_string(), style)),
        }
    }
}

/// The beginning of a line that takes no more columns than that.
fn cut(line: &Line<'static>, width: usize, coloured: bool) -> Line<'static> {
    let mut left = width;
    let mut spans = Vec::new();
    for span in line {
        let mut kept = String::new();
        for letter in span.content.graphemes(true) {
            let columns = text::width(letter);
            if columns > left {
                left = 0;
                break;
            }
            left -= columns;
            kept.push_str(letter);
        }
        let style = if coloured {
            span.style
        } else {
            plain(span.style)
        };
        spans.push(Span::styled(kept, style));
        if left == 0 {
            break;
        }
    }
    Line::from(spans)
}

fn plain(style: Style) -> Style {
    Style {
        fg: None,
        bg: None,
        ..style
    }
}
