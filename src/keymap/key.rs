//! One key, how it is shown, and how it is written.

use std::fmt;
use std::str::FromStr;

use crossterm::event::KeyCode;

/// One key, with Ctrl or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(super) code: KeyCode,
    pub(super) control: bool,
}

pub(super) const fn key(code: KeyCode) -> Key {
    Key {
        code,
        control: false,
    }
}

pub(super) const fn letter(letter: char) -> Key {
    key(KeyCode::Char(letter))
}

pub(super) const fn ctrl(letter: char) -> Key {
    Key {
        code: KeyCode::Char(letter),
        control: true,
    }
}

/// Names of keys that are no letters, as they are written; the help may show a sign instead.
const NAMES: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Return", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("S-Tab", KeyCode::BackTab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Esc", KeyCode::Esc),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Up", KeyCode::Up),
    ("↑", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("↓", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("←", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("→", KeyCode::Right),
];

impl Key {
    /// As it is written in the settings, in letters alone.
    pub(crate) fn written(&self) -> String {
        let name = NAMES.iter().find(|(_, code)| *code == self.code);
        match name {
            Some((name, _)) if !self.control => (*name).to_owned(),
            _ => self.to_string(),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let beginning = text.get(..5).unwrap_or_default();
        if beginning.eq_ignore_ascii_case("ctrl-")
            && let Some(letter) = single(&text[5..])
        {
            return may_be_bound(ctrl(letter.to_ascii_lowercase()));
        }
        if let Some(letter) = single(text).filter(|letter| !letter.is_whitespace()) {
            let name = NAMES.iter().find(|(name, _)| *name == text);
            return Ok(name.map_or(self::letter(letter), |(_, code)| key(*code)));
        }
        let named = NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        let function = || text.strip_prefix(['F', 'f'])?.parse().ok().map(KeyCode::F);
        let function = function().filter(|code| matches!(code, KeyCode::F(1..=12)));
        let code = named.map(|(_, code)| *code).or(function);
        code.map(key).ok_or_else(|| {
            format!("`{text}` is no key such as `x`, `X`, `Ctrl-X`, `Enter`, `PgDn` or `F5`")
        })
    }
}

/// The key, if a terminal tells it from every other one.
fn may_be_bound(key: Key) -> Result<Key, String> {
    let same = match (key.control, key.code) {
        (true, KeyCode::Char('i')) => "Tab",
        (true, KeyCode::Char('m')) => "Enter",
        (true, KeyCode::Char('a'..='z')) | (false, _) => return Ok(key),
        (true, _) => return Err(format!("`{key}` is none: Ctrl goes with a letter")),
    };
    Err(format!(
        "`{key}` is what a terminal sends for {same}, too: write `{same}`"
    ))
}

/// The only sign of a text, if that shows.
fn single(text: &str) -> Option<char> {
    let mut signs = text.chars();
    let sign = signs.next().filter(|sign| !sign.is_control())?;
    signs.next().is_none().then_some(sign)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            KeyCode::Char(letter) if self.control => {
                write!(f, "Ctrl-{}", letter.to_ascii_uppercase())
            }
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::BackTab => f.write_str("S-Tab"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::PageUp => f.write_str("PgUp"),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::TABLE;
    use super::*;

    #[test]
    fn every_key_of_the_table_is_read_as_it_is_written_and_shown() {
        for row in TABLE {
            for key in row.keys.iter().chain(row.habits) {
                assert_eq!(key.written().parse(), Ok(*key), "{key}");
                assert_eq!(key.to_string().parse(), Ok(*key), "{key}");
            }
        }
        assert_eq!("ctrl-x".parse(), Ok(ctrl('x')));
        assert_eq!("pgdn".parse(), Ok(key(KeyCode::PageDown)));
        assert_eq!("F12".parse(), Ok(key(KeyCode::F(12))));
    }

    #[test]
    fn what_is_no_key_and_what_a_terminal_cannot_tell_apart_is_refused() {
        for wrong in [
            "", " ", "xx", "F0", "F13", "Alt-x", "\u{1b}", "Ctrl-", "Ctrl-1",
        ] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong:?}");
        }
        assert!("Ctrl-I".parse::<Key>().unwrap_err().contains("`Tab`"));
        assert!("Ctrl-M".parse::<Key>().unwrap_err().contains("`Enter`"));
    }
}
