//! What lies between the buffer and the terminal: no character is drawn where its terminal does not
//! expect it, and none is drawn that cannot be seen.
//!
//! Terminals disagree on how wide many characters are: vowel signs that stand beside their letter,
//! flags, emoji joined from several, whatever is narrow here and wide in East Asia. One that takes
//! more or fewer columns than the buffer believes shifts what is written behind it, and wipes out, or
//! leaves, cells that are not written again because the buffer knows of no change. So a line that
//! holds one of them, or held one, is drawn as a whole whenever it changes: wiped, without wrapping at
//! its end, and with the place of each cell behind a doubtful one said anew. How such a line looks
//! depends on nothing but what it holds, not on what was there before.

use std::io::{self, Write};

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType as Wipe, DisableLineWrap, EnableLineWrap};
use pane_patrol_hooks::text::printable;
use pane_patrol_hooks::unseen::is_unseen;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthChar;

/// A backend that draws lines of doubtful width as a whole.
pub(super) struct Placed<B> {
    inner: B,
    /// What the terminal was told to show, from the top.
    lines: Vec<Line>,
}

/// One line of the screen.
#[derive(Default)]
struct Line {
    cells: Vec<Cell>,
    is_doubtful: bool,
}

impl<B> Placed<B> {
    pub(super) fn new(inner: B) -> Self {
        Self {
            inner,
            lines: Vec::new(),
        }
    }

    /// The line `y`, made where there is none yet.
    fn line(&mut self, y: u16) -> &mut Line {
        let y = usize::from(y);
        if self.lines.len() <= y {
            self.lines.resize_with(y + 1, Line::default);
        }
        &mut self.lines[y]
    }
}

impl Line {
    fn put(&mut self, x: u16, cell: &Cell) {
        let (x, cell) = (usize::from(x), seen(cell));
        let end = x + width(&cell);
        if self.cells.len() < end {
            self.cells.resize(end, Cell::EMPTY);
        }
        // What lies below a wide one is blank, and nobody says so when it comes to light again.
        self.cells[x + 1..end].fill(Cell::EMPTY);
        self.cells[x] = cell;
    }

    /// The cells that are drawn, with their columns: not those that lie below the one before.
    fn drawn(&self) -> impl Iterator<Item = (u16, &Cell)> {
        let mut covered = 0;
        self.cells.iter().enumerate().filter_map(move |(x, cell)| {
            if x < covered {
                return None;
            }
            covered = x + width(cell);
            Some((u16::try_from(x).ok()?, cell))
        })
    }
}

impl<B: Backend<Error = io::Error> + Write> Placed<B> {
    /// Draws all of a line.
    fn draw_line(&mut self, y: u16) -> io::Result<()> {
        let Self { inner, lines } = self;
        let Some(line) = lines.get(usize::from(y)) else {
            return Ok(());
        };
        queue!(
            inner,
            DisableLineWrap,
            MoveTo(0, y),
            Clear(Wipe::CurrentLine)
        )?;
        let mut piece: Vec<(u16, u16, &Cell)> = Vec::new();
        let mut blanks = Vec::new();
        for (x, cell) in line.drawn() {
            let is_blank = *cell == Cell::EMPTY;
            if !is_blank && !is_certain(cell.symbol()) {
                inner.draw(piece.drain(..))?;
                // The cells below it get its colours, also those that the terminal leaves out.
                blanks.clear();
                let mut blank = cell.clone();
                blank.set_symbol(" ");
                for below in 0..width(cell) {
                    let at = x.saturating_add(u16::try_from(below).unwrap_or(0));
                    blanks.push((at, blank.clone()));
                }
                let below = blanks.iter().map(|(x, blank)| (*x, y, blank));
                inner.draw(below.chain([(x, y, cell)]))?;
            } else if !is_blank {
                piece.push((x, y, cell));
            }
        }
        inner.draw(piece.into_iter())?;
        queue!(inner, EnableLineWrap)
    }
}

/// The cell without what cannot be seen in it; a blank where nothing else was.
fn seen(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    let symbol = cell.symbol();
    if symbol.contains(is_unseen) && printable(symbol) != symbol {
        let shown: String = symbol.chars().filter(|c| !is_unseen(*c)).collect();
        cell.set_symbol(if shown.is_empty() { " " } else { &shown });
    }
    cell
}

/// Columns that the buffer keeps for it.
fn width(cell: &Cell) -> usize {
    usize::from(cell.cell_width().max(1))
}

/// Whether every terminal takes as many columns for it as the buffer: ASCII, and single letters of
/// scripts whose letters stand apart and are as wide in East Asia as elsewhere.
fn is_certain(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return false;
    };
    let stands_apart = matches!(c, '\u{a1}'..='\u{52f}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    matches!(c, ' '..='~') || stands_apart && c.is_alphabetic() && c.width() == c.width_cjk()
}

impl<B: Backend<Error = io::Error> + Write> Backend for Placed<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<(u16, u16, &Cell)> = content.collect();
        let mut apart = Vec::new();
        let mut whole = Vec::new();
        for changes in content.chunk_by(|(_, one, _), (_, other, _)| one == other) {
            let y = changes[0].1;
            let line = self.line(y);
            for (x, _, cell) in changes {
                line.put(*x, cell);
            }
            let is_doubtful = line.drawn().any(|(_, cell)| !is_certain(cell.symbol()));
            if std::mem::replace(&mut line.is_doubtful, is_doubtful) || is_doubtful {
                whole.push(y);
            } else {
                apart.extend(changes.iter().map(|(x, y, _)| (*x, *y)));
            }
        }
        let Self { inner, lines } = self;
        let cell = |(x, y): (u16, u16)| {
            let cell = lines.get(usize::from(y))?.cells.get(usize::from(x))?;
            Some((x, y, cell))
        };
        inner.draw(apart.into_iter().filter_map(cell))?;
        if whole.is_empty() {
            return Ok(());
        }
        whole.into_iter().try_for_each(|y| self.draw_line(y))?;
        // Whoever writes after us, if we are killed, begins a line: not in the midst of one.
        let last = self.lines.len().saturating_sub(1);
        queue!(self.inner, MoveTo(0, u16::try_from(last).unwrap_or(0)))
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.inner.append_lines(n)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        // Whatever is cleared, the terminal is drawn anew as a whole: it is never used in part.
        self.lines.clear();
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

impl<B: Write> Write for Placed<B> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::backend::CrosstermBackend;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// All that is written when a line of 20 columns holds each of `texts` in turn.
    fn all(texts: &[&str]) -> String {
        let area = Rect::new(0, 0, 20, 1);
        let mut bytes = Vec::new();
        let mut placed = Placed::new(CrosstermBackend::new(&mut bytes));
        let mut before = Buffer::empty(area);
        for text in texts {
            let mut after = Buffer::empty(area);
            after.set_string(0, 0, text, Style::default());
            placed.draw(before.diff(&after).into_iter()).unwrap();
            before = after;
        }
        String::from_utf8(bytes).unwrap()
    }

    /// What is written for the last of them.
    fn written(texts: &[&str]) -> String {
        let before = all(&texts[..texts.len() - 1]).len();
        all(texts)[before..].to_owned()
    }

    fn is_whole(text: &str) -> bool {
        text.contains("\x1b[2K")
    }

    #[test]
    fn of_a_certain_line_only_the_change_is_written() {
        let change = written(&["abc 漢字 é", "abd 漢字 é"]);
        assert!(
            change.contains("\x1b[1;3Hd") && !change.contains('漢'),
            "{change:?}"
        );
        assert!(!is_whole(&change));
    }

    #[test]
    fn a_line_that_holds_or_held_a_doubtful_one_is_written_whole() {
        for text in [
            "กำ ab",
            "कि ab",
            "🇩🇪 ab",
            "❤\u{fe0f} ab",
            "👩\u{200d}💻 ab",
            "① ab",
        ] {
            let anew = written(&[text]);
            assert!(is_whole(&anew) && anew.contains("\x1b[?7h"), "{anew:?}");
            assert_eq!(written(&["ab cd ef", text]), anew);
            assert_eq!(written(&[&format!("{text}{text}"), text]), anew);
            // The letters behind it are put where they belong, whatever the terminal took it for.
            let place = Buffer::with_lines([text]).content.len() - 1;
            assert!(anew.contains(&format!("\x1b[1;{place}Hab")), "{anew:?}");
            assert!(is_whole(&written(&[text, "ab"])));
        }
        // A letter that a wide one has covered does not come back.
        let anew = written(&["日 ·"]);
        assert_eq!(written(&["abcdef·", "日本語·", "日 ·"]), anew);
    }

    #[test]
    fn what_cannot_be_seen_never_reaches_the_terminal() {
        let text = "a\u{e0041}b\u{34f}c\u{202e}d\u{ad}e\u{3164}f\u{fe0f}g\u{200d}h👩\u{200d}💻";
        let written = written(&[text]);
        let bare = written.replace('\u{1b}', "").replace("👩\u{200d}💻", "");
        assert!(!bare.contains(is_unseen), "{written:?}");
        assert!(written.contains("👩\u{200d}💻"), "{written:?}");
    }

    proptest::proptest! {
        #[test]
        fn a_doubtful_line_does_not_depend_on_what_was_there(
            mut texts in proptest::collection::vec("[a-c 漢語กำिक🇩🇪é👩\u{200d}\u{fe0f}ｶﾞ]{0,12}", 1..6),
        ) {
            texts.push(format!("①{}", texts[0]));
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let change = written(&texts);
            let last = texts[texts.len() - 1];
            if is_whole(&change) {
                proptest::prop_assert_eq!(change, all(&[last]));
            } else {
                // Nothing was to change.
                proptest::prop_assert!(!change.contains('①'));
            }
        }
    }
}
