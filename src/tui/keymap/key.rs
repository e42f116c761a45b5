//! One key, and how it is shown.

use std::fmt;

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
