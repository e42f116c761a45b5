//! Text of several lines that is being typed: the text, a cursor, and the keys that everybody knows. Where a line
//! is wider than its room it goes on below, between words where that is possible; the text stays as it is.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::text::printable;
use unicode_segmentation::UnicodeSegmentation;

use crate::actor::MAX_PROMPT_BYTES;
use crate::tui::text;
use crate::tui::text_input::{after, before};

/// Columns of a tab, wherever it stands.
const TAB: &str = "    ";

/// A text and where the next character goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EditText {
    text: String,
    /// A byte of `text` at which a character begins, or its end.
    cursor: usize,
    /// The column that the cursor goes back to in the next line that is long enough.
    column: Option<usize>,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Editing {
    /// Nothing more.
    On,
    /// What stands above the first line, or below the last one.
    Beyond(Way),
    /// It is to be sent.
    Send,
    /// It is to be sent later.
    Queue,
    /// It is left as it is.
    Leave,
    /// It does not fit in.
    TooLong,
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

impl EditText {
    /// That text, with the cursor at its end.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
            column: None,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing in it to be sent.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Takes a key; the text is drawn in so many columns.
    pub(crate) fn press(&mut self, key: KeyEvent, width: usize) -> Editing {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let held = KeyModifiers::ALT | KeyModifiers::SHIFT;
        match key.code {
            KeyCode::Enter if key.modifiers.intersects(held) => return self.insert("\n"),
            KeyCode::Char('j') if control => return self.insert("\n"),
            KeyCode::Enter => return Editing::Send,
            KeyCode::Char('q') if control => return Editing::Queue,
            KeyCode::Esc => return Editing::Leave,
            KeyCode::Char('c' | 'g') if control => return Editing::Leave,
            KeyCode::Up => return self.step(Way::Up, width),
            KeyCode::Down => return self.step(Way::Down, width),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                return self.insert(c.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        self.column = None;
        if !control {
            self.press_plain(key.code);
        } else if let KeyCode::Char(letter) = key.code {
            self.press_control(letter);
        } else {
            match key.code {
                KeyCode::Home => self.cursor = 0,
                KeyCode::End => self.cursor = self.text.len(),
                _ => {}
            }
        }
        Editing::On
    }

    fn press_plain(&mut self, code: KeyCode) {
        match code {
            KeyCode::Backspace => self.delete(self.before(), self.cursor),
            KeyCode::Delete => self.delete(self.cursor, self.after()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = self.line().start,
            KeyCode::End => self.cursor = self.line().end,
            _ => {}
        }
    }

    fn press_control(&mut self, letter: char) {
        match letter {
            'u' => self.delete(self.line().start, self.cursor),
            'k' => self.delete(self.cursor, self.line().end),
            'w' => self.delete(self.word_before(), self.cursor),
            'd' => self.delete(self.cursor, self.after()),
            'a' => self.cursor = self.line().start,
            'e' => self.cursor = self.line().end,
            'b' => self.cursor = self.before(),
            'f' => self.cursor = self.after(),
            _ => {}
        }
    }

    /// Puts `text` with its lines where the cursor is, without what cannot be sent. What would make it longer than
    /// [`MAX_PROMPT_BYTES`] is left out whole: half of it would be another text.
    pub(crate) fn insert(&mut self, text: &str) -> Editing {
        self.column = None;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let is_fit = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        let text: String = text.chars().filter(is_fit).collect();
        if self.text.len() + text.len() > MAX_PROMPT_BYTES {
            return Editing::TooLong;
        }
        self.text.insert_str(self.cursor, &text);
        self.cursor += text.len();
        Editing::On
    }

    /// A line up or down, of those that are drawn.
    fn step(&mut self, way: Way, width: usize) -> Editing {
        let rows = self.rows(width);
        let here = self.row_of_cursor(&rows);
        let there = match way {
            Way::Up => here.checked_sub(1),
            Way::Down => Some(here + 1).filter(|row| *row < rows.len()),
        };
        let Some(there) = there else {
            return Editing::Beyond(way);
        };
        let before = &self.text[rows[here].start..self.cursor];
        let column = self.column.unwrap_or_else(|| columns(before));
        self.cursor = at_column(&self.text, &rows, there, column);
        self.column = Some(column);
        Editing::On
    }

    /// The bytes of each line as it is drawn in so many columns, without line ends; there is at least one.
    pub(crate) fn rows(&self, width: usize) -> Vec<Range<usize>> {
        let mut rows = Vec::new();
        let mut start = 0;
        for line in self.text.split('\n') {
            broken(line, start, width.max(2), &mut rows);
            start += line.len() + 1;
        }
        rows
    }

    /// In which of them the cursor stands.
    pub(crate) fn row_of_cursor(&self, rows: &[Range<usize>]) -> usize {
        let begun = rows.partition_point(|row| row.start <= self.cursor);
        begun.saturating_sub(1)
    }

    /// What is drawn of a line: before the cursor, under it where it stands there, and after that.
    pub(crate) fn drawn(&self, row: Range<usize>, has_cursor: bool) -> [String; 3] {
        if !has_cursor {
            return [shown(&self.text[row]), String::new(), String::new()];
        }
        let rest = &self.text[self.cursor..row.end];
        let under = rest.graphemes(true).next().unwrap_or_default();
        let after = &rest[under.len()..];
        let is_seen = columns(under) > 0;
        [
            shown(&self.text[row.start..self.cursor]),
            if is_seen {
                shown(under)
            } else {
                " ".to_owned()
            },
            shown(after),
        ]
    }

    /// The line that the cursor is in, as it was typed.
    fn line(&self) -> Range<usize> {
        let (before, after) = self.text.split_at(self.cursor);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = after.find('\n').unwrap_or(after.len());
        start..self.cursor + end
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn before(&self) -> usize {
        before(&self.text, self.cursor)
    }

    fn after(&self) -> usize {
        after(&self.text, self.cursor)
    }

    fn word_before(&self) -> usize {
        let before = self.text[..self.cursor].trim_end_matches([' ', '\t']);
        if before.len() < self.cursor && before.ends_with('\n') {
            return before.len();
        }
        let start = before.trim_end_matches(|c: char| !c.is_whitespace()).len();
        start.min(self.before())
    }
}

/// The byte in the line `row` that stands at this column, or its last one.
fn at_column(text: &str, rows: &[Range<usize>], row: usize, column: usize) -> usize {
    let line = &rows[row];
    let mut used = 0;
    let mut last = line.start;
    for (at, grapheme) in text[line.clone()].grapheme_indices(true) {
        last = line.start + at;
        if used >= column {
            return last;
        }
        used += columns(grapheme);
    }
    // The end of a line that goes on below is the beginning of the next one.
    let goes_on = rows.get(row + 1).is_some_and(|next| next.start == line.end);
    if goes_on { last } else { line.end }
}

/// Breaks a line that begins at byte `start` into pieces of at most `width` columns.
fn broken(line: &str, start: usize, width: usize, rows: &mut Vec<Range<usize>>) {
    let (mut from, mut used, mut word) = (0, 0, None);
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = columns(grapheme);
        if used + wide > width && at > from {
            let to = word.unwrap_or(at);
            rows.push(start + from..start + to);
            used = columns(&line[to..at]);
            (from, word) = (to, None);
        }
        used += wide;
        if grapheme == " " {
            word = Some(at + 1);
        }
    }
    rows.push(start + from..start + line.len());
}

/// Columns that it takes as it is drawn.
fn columns(part: &str) -> usize {
    part.graphemes(true)
        .map(|grapheme| text::width(&shown(grapheme)))
        .sum()
}

/// As it is drawn: what cannot be seen is spelt out.
fn shown(part: &str) -> String {
    printable(part).replace('\t', TAB)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;

    fn press(text: &mut EditText, code: KeyCode) -> Editing {
        text.press(KeyEvent::new(code, NONE), 10)
    }

    fn control(text: &mut EditText, letter: char) -> Editing {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        text.press(key, 10)
    }

    fn lines(text: &EditText, width: usize) -> Vec<&str> {
        let rows = text.rows(width).into_iter();
        rows.map(|row| &text.text()[row]).collect()
    }

    #[test]
    fn enter_sends_and_with_alt_or_ctrl_j_a_line_begins() {
        let mut text = EditText::of("a");
        assert_eq!(press(&mut text, KeyCode::Enter), Editing::Send);
        text.press(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT), 10);
        assert_eq!(control(&mut text, 'j'), Editing::On);
        assert_eq!(text.text(), "a\n\n");
        assert_eq!(control(&mut text, 'q'), Editing::Queue);
        assert_eq!(press(&mut text, KeyCode::Esc), Editing::Leave);
    }

    #[test]
    fn what_is_pasted_keeps_its_lines_and_nothing_that_a_terminal_obeys() {
        let mut text = EditText::default();
        text.insert("one\r\ntwo\rthree\n\tfour\u{1b}[201~\u{7}\u{9b}");
        assert_eq!(text.text(), "one\ntwo\nthree\n\tfour[201~");
    }

    #[test]
    fn what_is_too_long_is_left_out_whole() {
        let mut text = EditText::of(&"a".repeat(MAX_PROMPT_BYTES - 3));
        assert_eq!(text.insert("漢x"), Editing::TooLong);
        assert_eq!(text.text().len(), MAX_PROMPT_BYTES - 3);
        assert_eq!(text.insert("漢"), Editing::On);
        assert_eq!(press(&mut text, KeyCode::Char('x')), Editing::TooLong);
    }

    #[test]
    fn the_cursor_goes_by_what_is_one_character_to_a_person() {
        let mut text = EditText::of("use 👩\u{200d}💻e\u{301} x");
        for _ in 0..3 {
            press(&mut text, KeyCode::Left);
        }
        press(&mut text, KeyCode::Backspace);
        assert_eq!(text.text(), "use e\u{301} x");
        press(&mut text, KeyCode::Delete);
        assert_eq!(text.text(), "use  x");
    }

    #[test]
    fn up_and_down_go_by_the_lines_that_are_drawn_and_beyond_them() {
        let mut text = EditText::of("the quick brown\nfox\n漢字漢字漢");
        assert_eq!(
            lines(&text, 10),
            ["the quick ", "brown", "fox", "漢字漢字漢"]
        );
        assert_eq!(press(&mut text, KeyCode::Down), Editing::Beyond(Way::Down));
        let mut places = Vec::new();
        while press(&mut text, KeyCode::Up) == Editing::On {
            places.push(text.cursor);
        }
        // In the last column, as far as each line has it; a line that goes on below ends before that.
        assert_eq!(places, [19, 15, 9]);
        while press(&mut text, KeyCode::Down) == Editing::On {}
        assert_eq!(text.cursor, text.text().len());
    }

    #[test]
    fn words_and_lines_are_removed() {
        let mut text = EditText::of("one two\nthree four  ");
        control(&mut text, 'w');
        assert_eq!(text.text(), "one two\nthree ");
        control(&mut text, 'u');
        assert_eq!(text.text(), "one two\n");
        control(&mut text, 'w');
        assert_eq!(text.text(), "one two");
        control(&mut text, 'a');
        control(&mut text, 'k');
        assert_eq!(text.text(), "");
    }

    proptest::proptest! {
        #[test]
        fn no_keys_make_it_panic_or_lose_a_character(
            parts in proptest::collection::vec("\\PC{0,12}|\n|\t|👩\u{200d}💻|\u{301}|\u{202e}|漢", 0..8),
            keys in proptest::collection::vec(0..14_usize, 0..60),
            width in 0..24_usize,
        ) {
            const CODES: [KeyCode; 9] = [
                KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::Home, KeyCode::End,
                KeyCode::Backspace, KeyCode::Delete, KeyCode::Char('é'),
            ];
            const LETTERS: [char; 5] = ['w', 'k', 'u', 'j', 'd'];
            let mut text = EditText::default();
            for part in &parts {
                text.insert(part);
            }
            for key in keys {
                let key = match CODES.get(key) {
                    Some(code) => KeyEvent::new(*code, NONE),
                    None => KeyEvent::new(KeyCode::Char(LETTERS[key - CODES.len()]), KeyModifiers::CONTROL),
                };
                text.press(key, width);
                let rows = text.rows(width);
                let here = text.row_of_cursor(&rows);
                let row = rows[here].clone();
                proptest::prop_assert!((row.start..=row.end).contains(&text.cursor));
                text.drawn(row, true);
                let together: String = text.rows(width).into_iter().map(|row| &text.text()[row]).collect();
                proptest::prop_assert_eq!(together, text.text().replace('\n', ""));
            }
        }
    }
}
