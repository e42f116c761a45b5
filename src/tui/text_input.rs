//! One line of text that is being typed: a text, a cursor, and the keys that everybody knows.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::text::one_line;
use unicode_segmentation::UnicodeSegmentation;

/// Longest line, in characters: what an event can carry of it.
const MAX_CHARS: usize = 200;

/// A line and where the next character goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EditLine {
    text: String,
    /// A byte of `text` at which a character begins, or its end.
    cursor: usize,
}

/// How far a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typing {
    /// More may come.
    On,
    /// This is all of it.
    Done,
    /// It is not wanted any more.
    Left,
}

/// Where the character before the cursor begins.
pub(crate) fn before(text: &str, cursor: usize) -> usize {
    let last = text[..cursor].graphemes(true).next_back();
    cursor - last.map_or(0, str::len)
}

/// Where the character under the cursor ends.
pub(crate) fn after(text: &str, cursor: usize) -> usize {
    let next = text[cursor..].graphemes(true).next();
    cursor + next.map_or(0, str::len)
}

impl EditLine {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, under it, and after that; under it is nothing at the end.
    pub(crate) fn around(&self) -> (&str, &str, &str) {
        let (before, rest) = self.text.split_at(self.cursor);
        let under = rest.graphemes(true).next().unwrap_or_default();
        (before, under, &rest[under.len()..])
    }

    /// Takes a key of a line that Enter ends and Esc leaves.
    pub(crate) fn ask(&mut self, key: KeyEvent) -> Typing {
        let interrupts = key.modifiers.contains(KeyModifiers::CONTROL)
            && matches!(key.code, KeyCode::Char('c' | 'g'));
        match key.code {
            KeyCode::Enter => Typing::Done,
            KeyCode::Esc => Typing::Left,
            _ if interrupts => Typing::Left,
            _ => {
                self.press(key);
                Typing::On
            }
        }
    }

    /// Takes a key; false when it means nothing here.
    pub(crate) fn press(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('u') if control => self.delete(0, self.cursor),
            KeyCode::Char('k') if control => self.delete(self.cursor, self.text.len()),
            KeyCode::Char('w') if control => self.delete(self.word_before(), self.cursor),
            KeyCode::Char('d') if control => self.delete(self.cursor, self.after()),
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.text.len(),
            KeyCode::Char('b') if control => self.cursor = self.before(),
            KeyCode::Char('f') if control => self.cursor = self.after(),
            KeyCode::Char(c) if !control && !alt => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => self.delete(self.before(), self.cursor),
            KeyCode::Delete => self.delete(self.cursor, self.after()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    /// Puts `text` where the cursor is, as one line; what would make it too long is left out.
    pub(crate) fn insert(&mut self, text: &str) {
        let room = MAX_CHARS.saturating_sub(self.text.chars().count());
        let line = if text == " " {
            text.chars().take(room).collect()
        } else {
            one_line(text, room)
        };
        self.text.insert_str(self.cursor, &line);
        self.cursor += line.len();
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
        let before = self.text[..self.cursor].trim_end();
        before.rfind(' ').map_or(0, |space| space + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[KeyCode]) -> EditLine {
        let mut line = EditLine::default();
        for code in keys {
            assert!(line.press(KeyEvent::new(*code, KeyModifiers::NONE)));
        }
        line
    }

    #[test]
    fn the_cursor_goes_by_what_is_one_character_to_a_person() {
        let mut line = EditLine::default();
        line.insert("use 日e\u{301} x");
        line.press(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE));
        line.press(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE));
        line.press(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(line.text(), "use 日 x");
        assert_eq!(line.around(), ("use 日", " ", "x"));
    }

    #[test]
    fn words_and_ends_are_reached_and_removed() {
        let mut line = typed(
            &"use make now"
                .chars()
                .map(KeyCode::Char)
                .collect::<Vec<_>>(),
        );
        let mut control = |c| line.press(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
        assert!(control('w') && control('w'));
        assert!(control('a') && control('d') && !control('x'));
        assert_eq!(line.text(), "se ");
        assert_eq!(line.around(), ("", "s", "e "));
    }

    proptest::proptest! {
        #[test]
        fn no_keys_make_it_panic_or_too_long(text in "\\PC{0,30}", keys in proptest::collection::vec(0..10_usize, 0..60)) {
            let mut line = EditLine::default();
            let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
            let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
            for key in keys {
                match key {
                    0 => line.insert(&text),
                    1 => { line.press(plain(KeyCode::Left)); }
                    2 => { line.press(plain(KeyCode::Right)); }
                    3 => { line.press(plain(KeyCode::Backspace)); }
                    4 => { line.press(plain(KeyCode::Delete)); }
                    5 => { line.press(control('w')); }
                    6 => { line.press(control('k')); }
                    7 => { line.press(control('u')); }
                    8 => { line.press(plain(KeyCode::Char('é'))); }
                    _ => { line.press(plain(KeyCode::Home)); }
                }
                proptest::prop_assert!(line.text().chars().count() <= MAX_CHARS);
                let (before, under, after) = line.around();
                proptest::prop_assert_eq!([before, under, after].concat(), line.text());
            }
        }
    }
}
