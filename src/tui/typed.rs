//! What is typed for a pane that is drawn beside the dashboard, as a terminal would send it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::mux::Typed;

/// The bytes of a key; `None` for one that a terminal has no bytes for.
pub(crate) fn key(pressed: KeyEvent) -> Option<Typed> {
    let modifiers = pressed.modifiers;
    let bytes = match pressed.code {
        KeyCode::Char(c) => character(c, modifiers.contains(KeyModifiers::CONTROL))?,
        KeyCode::Enter => vec![b'\r'],
        KeyCode::Tab => vec![b'\t'],
        KeyCode::BackTab => b"\x1b[Z".to_vec(),
        KeyCode::Backspace => vec![0x7f],
        KeyCode::Esc => vec![0x1b],
        code => return sequence(code, modifiers).map(Typed::Keys),
    };
    let escaped = modifiers.contains(KeyModifiers::ALT).then_some(0x1b);
    Some(Typed::Keys(escaped.into_iter().chain(bytes).collect()))
}

/// Text that was pasted: no sequence in it reaches whatever runs there.
pub(crate) fn pasted(text: &str) -> Typed {
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    Typed::Paste(text.chars().filter(is_text).collect())
}

fn character(c: char, control: bool) -> Option<Vec<u8>> {
    if !control {
        return Some(c.to_string().into_bytes());
    }
    // The digits are how the bytes of other signs read.
    match u8::try_from(c).ok()? {
        b' ' | b'2' => Some(vec![0]),
        byte @ b'4'..=b'7' => Some(vec![byte - b'4' + 0x1c]),
        byte if byte.is_ascii_alphabetic() || b"@[\\]^_".contains(&byte) => Some(vec![byte & 0x1f]),
        _ => None,
    }
}

/// The keys with sequences of xterm's: their modifiers are a number in it.
fn sequence(code: KeyCode, modifiers: KeyModifiers) -> Option<Vec<u8>> {
    let held = [
        (KeyModifiers::SHIFT, 1),
        (KeyModifiers::ALT, 2),
        (KeyModifiers::CONTROL, 4),
    ];
    let held = held.iter().filter(|(key, _)| modifiers.contains(*key));
    let held: u8 = held.map(|(_, number)| number).sum();
    let (number, last) = match code {
        KeyCode::Up => (1, 'A'),
        KeyCode::Down => (1, 'B'),
        KeyCode::Right => (1, 'C'),
        KeyCode::Left => (1, 'D'),
        KeyCode::Home => (1, 'H'),
        KeyCode::End => (1, 'F'),
        KeyCode::Insert => (2, '~'),
        KeyCode::Delete => (3, '~'),
        KeyCode::PageUp => (5, '~'),
        KeyCode::PageDown => (6, '~'),
        KeyCode::F(1) => (1, 'P'),
        KeyCode::F(2) => (1, 'Q'),
        KeyCode::F(3) => (1, 'R'),
        KeyCode::F(4) => (1, 'S'),
        KeyCode::F(5) => (15, '~'),
        KeyCode::F(n @ 6..=10) => (n + 11, '~'),
        KeyCode::F(n @ 11..=12) => (n + 12, '~'),
        _ => return None,
    };
    let sequence = match (held, number, last) {
        (0, 1, 'P'..='S') => format!("\x1bO{last}"),
        (0, 1, _) => format!("\x1b[{last}"),
        (0, ..) => format!("\x1b[{number}{last}"),
        _ => format!("\x1b[{number};{}{last}", held + 1),
    };
    Some(sequence.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_the_bytes_that_a_terminal_sends() {
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        for (code, modifiers, bytes) in [
            (KeyCode::Char('a'), none, "a"),
            (KeyCode::Char('ä'), KeyModifiers::SHIFT, "ä"),
            (KeyCode::Char('x'), KeyModifiers::ALT, "\x1bx"),
            (KeyCode::Char('c'), control, "\x03"),
            (KeyCode::Char(' '), control, "\0"),
            (KeyCode::Char('7'), control, "\x1f"),
            (KeyCode::Enter, none, "\r"),
            (KeyCode::Enter, KeyModifiers::ALT, "\x1b\r"),
            (KeyCode::Esc, none, "\x1b"),
            (KeyCode::Backspace, none, "\x7f"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "\x1b[Z"),
            (KeyCode::Up, none, "\x1b[A"),
            (KeyCode::Left, control, "\x1b[1;5D"),
            (KeyCode::Delete, KeyModifiers::SHIFT, "\x1b[3;2~"),
            (KeyCode::F(1), none, "\x1bOP"),
            (KeyCode::F(5), none, "\x1b[15~"),
            (KeyCode::F(6), none, "\x1b[17~"),
            (KeyCode::F(10), none, "\x1b[21~"),
            (KeyCode::F(11), none, "\x1b[23~"),
            (KeyCode::F(12), KeyModifiers::ALT, "\x1b[24;3~"),
        ] {
            let typed = Some(Typed::Keys(bytes.as_bytes().to_vec()));
            assert_eq!(key(KeyEvent::new(code, modifiers)), typed, "{code:?}");
        }
        assert_eq!(key(KeyEvent::new(KeyCode::Char('ä'), control)), None);
        assert_eq!(key(KeyEvent::new(KeyCode::CapsLock, none)), None);
    }

    #[test]
    fn what_is_pasted_is_text_and_nothing_else() {
        let pasted = pasted("one\ttwo\r\n\u{1b}[201~rm\u{7}\u{9b}x ünï");
        assert_eq!(pasted, Typed::Paste("one\ttwo\r\n[201~rmx ünï".to_owned()));
    }
}
