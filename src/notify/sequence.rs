//! Sequences for terminals, with text of others in them: a text can neither end the sequence it is in
//! nor begin one of its own.

/// `OSC 9`: a notice for iTerm2, Windows Terminal, Ghostty and others.
pub(super) fn osc9(text: &str) -> String {
    let text = harmless(text);
    // A number at the beginning would be a command of `ConEmu`'s: progress, a macro, a wait.
    let gap = if text.starts_with(|c: char| c.is_ascii_digit()) {
        " "
    } else {
        ""
    };
    format!("\x1b]9;{gap}{text}\x07")
}

/// `OSC 777`: a notice for rxvt, foot and others. Its fields are parted by `;`.
pub(super) fn osc777(title: &str, text: &str) -> String {
    let field = |text| harmless(text).replace(';', ",");
    format!("\x1b]777;notify;{};{}\x07", field(title), field(text))
}

/// `OSC 99`: a notice for kitty. What stands before the second `;` is ours alone.
pub(super) fn osc99(text: &str) -> String {
    format!("\x1b]99;;{}\x1b\\", harmless(text))
}

/// The one way of a text into a sequence: without control characters, of which some would end it: `BEL`,
/// `ESC` and, of the second set, `ST`.
fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_stay_inside() {
        let text = "a\x07b\x1b\\c\x1b]52;c;x\x07\u{9c}\u{9d}0;t\u{9b}31m\r\n\x18\x1a\x7f\0;d";
        assert_eq!(osc9(text), "\x1b]9;ab\\c]52;c;x0;t31m;d\x07");
        assert_eq!(
            osc777("t;\x07", text),
            "\x1b]777;notify;t,;ab\\c]52,c,x0,t31m,d\x07"
        );
        assert_eq!(osc99(text), "\x1b]99;;ab\\c]52;c;x0;t31m;d\x1b\\");
        assert_eq!(osc9("4;3;50"), "\x1b]9; 4;3;50\x07");
    }

    proptest::proptest! {
        #[test]
        fn a_sequence_begins_and_ends_once(text in "\\PC{0,5}[\u{0}-\u{9f}]{0,20}\\PC{0,5}") {
            for sequence in [osc9(&text), osc777(&text, &text), osc99(&text)] {
                let inside = sequence.strip_prefix('\x1b').unwrap();
                let inside = inside.strip_suffix('\x07').or_else(|| inside.strip_suffix("\x1b\\")).unwrap();
                proptest::prop_assert!(!inside.chars().any(char::is_control), "{:?}", sequence);
            }
            proptest::prop_assert_eq!(osc777(&text, &text).matches(';').count(), 3);
        }
    }
}
