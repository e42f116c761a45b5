//! Whether rows of the screen are a text: each of its characters and nothing else, spaces counted, with
//! breaks only where it has them itself or where the width forces them.
//!
//! What stands at the end of a row cannot be seen: blanks there are those of the text or none at all.
//! So two texts may look the same (`a b` broken at its blank, and `a`, a line break, `b`); whoever knows
//! of both must not take one for the other, see [`super::twins`].

use unicode_width::UnicodeWidthChar;

/// Cells between two tab stops.
const TAB: usize = 8;

/// How an assistant breaks the lines of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Cells of a row.
    pub(crate) columns: usize,
    /// Where a line may be broken.
    pub(crate) breaks: Breaks,
    /// How a tab is drawn.
    pub(crate) tabs: Tabs,
}

/// Where a line may be broken that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// At blanks; within a word only where it is longer than a row.
    Words,
    /// Also behind other marks than letters and digits.
    Marks,
    /// Anywhere.
    Cells,
}

/// How a tab is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tabs {
    /// Up to the next stop, counted from so many cells before the row.
    Stops(usize),
    /// As blanks, from none to eight; how many is the assistant's affair.
    Loose,
}

impl Flow {
    /// Words in rows of so many cells.
    pub(crate) fn words(columns: usize) -> Self {
        Self {
            columns,
            breaks: Breaks::Words,
            tabs: Tabs::Stops(0),
        }
    }

    /// Whether `rows` are `text`. Rows have no blanks at their ends.
    pub(crate) fn shows(self, rows: &[String], text: &str) -> bool {
        let is_drawn_with_blanks = |origin| self.shows_plain(rows, &with_blanks(text, origin));
        self.shows_plain(rows, text)
            || matches!(self.tabs, Tabs::Stops(origin) if text.contains('\t') && is_drawn_with_blanks(origin))
    }

    fn shows_plain(self, rows: &[String], text: &str) -> bool {
        let has_pictures = text.contains(is_of_a_picture);
        let text = as_wanted(text);
        let is_kept = |c: &char| !has_pictures || !is_of_a_picture(*c);
        let rows: Vec<Vec<char>> = rows
            .iter()
            .map(|row| row.chars().filter(is_kept).collect())
            .collect();
        let matching = Matching {
            flow: self,
            text: &text,
            rows: &rows,
        };
        matching.from(0, 0)
    }
}

impl Flow {
    /// Whether `rows` begin with `text`, of which the blanks and line breaks are run together. Where a row
    /// ends the text has a blank, unless the width forced a break.
    pub(crate) fn begins(self, rows: &[String], text: &str) -> bool {
        let mut rest = text.trim();
        if rest.is_empty() {
            return false;
        }
        for row in rows {
            let shown = row.split_whitespace().collect::<Vec<_>>().join(" ");
            let Some(next) = rest.strip_prefix(&*shown) else {
                return shown.starts_with(rest);
            };
            let Some(last) = shown.chars().next_back() else {
                continue;
            };
            if next.is_empty() {
                return true;
            }
            let cells: usize = row.chars().map(cell).sum();
            let is_marked = self.breaks == Breaks::Marks && !last.is_alphanumeric();
            rest = match next.strip_prefix(' ') {
                Some(rest) => rest,
                None if is_marked || cells + 1 >= self.columns => next,
                None => return false,
            };
        }
        false
    }
}

/// Says of the character before it that it is a picture.
const PICTURE: char = '\u{fe0f}';

/// Stands around a digit that is a key.
const KEY: char = '\u{20e3}';

/// What some versions leave out of a picture: that it is one, and the colour of its skin. Another request
/// that differs in it alone is told apart before: by [`super::twins`].
pub(crate) fn is_of_a_picture(c: char) -> bool {
    matches!(c, PICTURE | '\u{1f3fb}'..='\u{1f3ff}')
}

/// A text without colours of skin; behind each picture it is said that it is one.
fn as_wanted(text: &str) -> Vec<char> {
    let mut wanted: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars() {
        let at = wanted.len();
        match c {
            KEY if wanted.last() == Some(&PICTURE) => wanted.insert(at - 1, c),
            PICTURE => wanted.push(c),
            c if is_of_a_picture(c) => {}
            c => wanted.push(c),
        }
    }
    wanted
}

/// A text with blanks for its tabs, of which some may end a row and others begin the next one.
fn with_blanks(text: &str, origin: usize) -> String {
    let mut drawn = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        if c == '\t' {
            let blanks = TAB - (column + origin) % TAB;
            drawn.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        } else {
            drawn.push(c);
            column = if c == '\n' { 0 } else { column + cell(c) };
        }
    }
    drawn
}

struct Matching<'a> {
    flow: Flow,
    text: &'a [char],
    rows: &'a [Vec<char>],
}

impl Matching<'_> {
    /// Whether the rows from `row` on are the text from `at` on.
    fn from(&self, mut row: usize, mut at: usize) -> bool {
        // A blank that begins a row of a broken line is left out by some, but they count it.
        let mut hidden = 0;
        loop {
            let Some(cells) = self.rows.get(row) else {
                return false;
            };
            let Some(end) = self.along(cells, at) else {
                return false;
            };
            let blanks = self.blanks(end);
            let next = end + blanks;
            let mut used = width(cells) + hidden;
            let mut left = blanks;
            row += 1;
            // Blanks that are too many for the end of a row fill rows of their own.
            while left > 0 && used + left > self.flow.columns && self.is_blank(row) {
                left = left.saturating_sub(self.flow.columns.saturating_sub(used));
                used = 0;
                row += 1;
                if left <= self.flow.columns {
                    break;
                }
            }
            match self.text.get(next) {
                None => return row == self.rows.len(),
                Some('\n') if next + 1 == self.text.len() => {
                    // Whether the last line break has a row of its own is not told by anybody.
                    return self.rows[row..].iter().all(Vec::is_empty)
                        && self.rows.len() - row <= 1;
                }
                Some('\n') => {
                    at = next + 1;
                    hidden = 0;
                }
                Some(_) => match self.continues(row, used, end, left, next) {
                    Some(start) => {
                        at = start;
                        hidden = usize::from(used + left > self.flow.columns && left > 0);
                    }
                    None => return false,
                },
            }
        }
    }

    /// Where the text goes on in the row `row`, if its line may be broken here at all. `used` cells of
    /// the row before are full; `left` blanks before `next` have not been seen yet.
    fn continues(
        &self,
        row: usize,
        used: usize,
        end: usize,
        left: usize,
        next: usize,
    ) -> Option<usize> {
        let columns = self.flow.columns;
        let cells = self.rows.get(row)?;
        let shown = cells.iter().take_while(|c| **c == ' ').count();
        let has_tab = self.text[end..next].contains(&'\t');
        if next > end {
            let blank_cells = if has_tab { left * TAB } else { left };
            let is_forced = used + blank_cells + self.word(next) > columns
                || matches!(self.flow.breaks, Breaks::Cells) && used + blank_cells >= columns;
            let is_full = shown == 0 || used + left.saturating_sub(shown) + 1 >= columns || has_tab;
            let fits = shown <= left || has_tab;
            return (is_forced && is_full && fits).then(|| next - shown.min(next - end));
        }
        let before = *self.text.get(next.checked_sub(1)?)?;
        let is_full = used > 0 && used + cell(self.text[next]) > columns;
        let may = match self.flow.breaks {
            Breaks::Words => is_full && self.whole_word(next) > columns,
            Breaks::Marks => {
                is_full && self.whole_word(next) > columns || {
                    !before.is_alphanumeric() && used + self.segment(next) > columns
                }
            }
            Breaks::Cells => is_full,
        };
        may.then_some(next)
    }

    /// Where the text is at the end of the row that begins at `at`; `None` where they differ.
    fn along(&self, cells: &[char], mut at: usize) -> Option<usize> {
        let mut column = 0;
        let mut index = 0;
        while index < cells.len() {
            match *self.text.get(at)? {
                '\t' => {
                    let drawn = self.tab(cells, index, column, at)?;
                    index += drawn;
                    column += drawn;
                }
                // Some versions leave a cell free behind a picture.
                PICTURE => {
                    let blanks = cells[index..].iter().take_while(|c| **c == ' ').count();
                    let own = self.text[at + 1..].iter().take_while(|c| **c == ' ');
                    let free = usize::from(blanks == own.count() + 1);
                    index += free;
                    column += free;
                }
                c if c == cells[index] => {
                    column += cell(c);
                    index += 1;
                }
                _ => return None,
            }
            at += 1;
        }
        let hidden = self.text[at..].iter().take_while(|c| **c == PICTURE);
        Some(at + hidden.count())
    }

    /// How many blanks of the row are the tab at `at`.
    fn tab(&self, cells: &[char], index: usize, column: usize, at: usize) -> Option<usize> {
        let blanks = cells[index..].iter().take_while(|c| **c == ' ').count();
        match self.flow.tabs {
            Tabs::Stops(origin) => {
                let wanted = TAB - (column + origin) % TAB;
                (blanks >= wanted).then_some(wanted)
            }
            Tabs::Loose => {
                let own = self.text[at + 1..].iter().take_while(|c| **c == ' ');
                let others = self.text[at + 1..].iter().take_while(|c| **c == '\t');
                let wanted = match (others.count(), own.count()) {
                    (0, own) => blanks.checked_sub(own)?,
                    (others, _) => blanks / (others + 1),
                };
                (wanted <= TAB).then_some(wanted)
            }
        }
    }

    fn blanks(&self, at: usize) -> usize {
        let blanks = self.text[at..].iter();
        blanks.take_while(|c| matches!(c, ' ' | '\t')).count()
    }

    fn is_blank(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(Vec::is_empty)
    }

    /// The width of the word at `at`, as far as it cannot be broken.
    fn word(&self, at: usize) -> usize {
        match self.flow.breaks {
            Breaks::Words | Breaks::Marks => self.rest_of_word(at),
            Breaks::Cells => cell(self.text[at]),
        }
    }

    fn rest_of_word(&self, at: usize) -> usize {
        let word = self.text[at..].iter().take_while(|c| !is_gap(**c));
        word.map(|c| cell(*c)).sum()
    }

    fn whole_word(&self, at: usize) -> usize {
        let before = self.text[..at].iter().rev().take_while(|c| !is_gap(**c));
        self.rest_of_word(at) + before.map(|c| cell(*c)).sum::<usize>()
    }

    /// Up to and with the first mark behind which a line may be broken.
    fn segment(&self, at: usize) -> usize {
        let word = self.text[at..].iter().take_while(|c| !is_gap(**c));
        let mut cells = 0;
        for c in word {
            cells += cell(*c);
            if !c.is_alphanumeric() {
                break;
            }
        }
        cells
    }
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n')
}

/// The cells of a row, or more: programs do not agree about signs made of several characters.
fn width(row: &[char]) -> usize {
    row.iter().map(|c| cell(*c)).sum()
}

fn cell(c: char) -> usize {
    match c {
        // It widens what stands before it, for some.
        '\u{fe0f}' => 1,
        '\t' => TAB,
        c => c.width().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn every_character_and_every_blank_counts() {
        let flow = Flow::words(12);
        for (text, shown) in [
            ("touch a", "touch a"),
            ("touch a  b", "touch a  b"),
            ("  touch a", "  touch a"),
            ("touch a  ", "touch a"),
            ("a\n\nb", "a||b"),
            ("touch abcdef ghi", "touch abcdef|ghi"),
            ("touch abcdefg hi", "touch|abcdefg hi"),
            ("touch abcdefghijklm", "touch|abcdefghijkl|m"),
            ("touch abcdefghijklm", "touch abcdef|ghijklm"),
            ("touch  漢字漢字", "touch|漢字漢字"),
            ("a\tb", "a       b"),
            ("abcdefgh\ti jk", "abcdefgh| i jk"),
            ("abcdefghi\tj", "abcdefghi|    j"),
            ("a\n", "a|"),
            ("a\n", "a"),
        ] {
            assert!(flow.shows(&rows(shown), text), "{text:?} as {shown:?}");
        }
        for (text, shown) in [
            ("touch EVIL", "touch E VIL"),
            ("touch E VIL", "touch EVIL"),
            ("touch a  b", "touch a b"),
            ("touch a b", "touch a  b"),
            ("touch a b", "touch a|b"),
            ("touch a\nb", "touch a b"),
            ("touch ab", "touch a|b"),
            ("touch a", "touch a|b"),
            ("touch a\nb", "touch a"),
            ("a\n\nb", "a|b"),
            ("a\nb", "a||b"),
            ("touch abcdef ghi", "touch|abcdef ghi"),
            ("touch abcde fghi", "touch abcde f|ghi"),
            ("touch abcdef", "touch abcde|f"),
            ("  touch a", "touch a"),
            ("", "a"),
            ("a", ""),
            ("a\tb", "a b"),
            ("abcdefgh\tij", "abcdefgh|         ij"),
            ("abcdefgh\tijkl", "abcdefghi|jkl"),
        ] {
            assert!(!flow.shows(&rows(shown), text), "{text:?} as {shown:?}");
        }
    }

    #[test]
    fn a_beginning_counts_every_blank_and_every_forced_break() {
        let flow = Flow::words(12);
        for (text, shown) in [
            ("touch a b", "touch a b c"),
            ("touch a b", "touch a|b c"),
            ("touch a b", "touch  a||b"),
            ("touch abcdefghijklm", "touch|abcdefghijkl|mn"),
            ("touch", "touch a"),
        ] {
            assert!(flow.begins(&rows(shown), text), "{text:?} as {shown:?}");
        }
        for (text, shown) in [
            ("touch ab", "touch a b"),
            ("touch a b", "touch ab"),
            ("touch ab", "touch a|b"),
            ("touch a b", "touch a"),
            ("", "a"),
        ] {
            assert!(!flow.begins(&rows(shown), text), "{text:?} as {shown:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[ab \t\n漢]{0,30}", rows in proptest::collection::vec("[ab 漢]{0,6}", 0..6), columns in 0..9_usize) {
            for breaks in [Breaks::Words, Breaks::Marks, Breaks::Cells] {
                for tabs in [Tabs::Stops(3), Tabs::Loose] {
                    let _ = Flow { columns, breaks, tabs }.shows(&rows, &text);
                }
            }
        }
    }
}
