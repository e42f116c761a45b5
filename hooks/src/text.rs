//! Text of unknown origin made safe to show: one line, bounded, nothing that moves a cursor.

use std::fmt::Write;

/// Longest `message` of an event, in characters.
pub const MAX_MESSAGE_CHARS: usize = 200;

/// The first `max` characters of `text` on one line.
///
/// Runs of white space and control characters become one space; invisible characters that change
/// the order or meaning of what stands beside them (bidirectional controls, zero-width joints) are
/// left out, because a person approves what they read here. An ellipsis marks what was cut.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max * 4));
    let mut count = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = count > 0;
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let needed = 1 + usize::from(gap);
        if count + needed > max {
            while count + 1 > max && line.pop().is_some() {
                count -= 1;
            }
            if max > 0 {
                line.push('…');
            }
            return line;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(c);
        count += needed;
    }
    line
}

/// Whether `text` holds a control character (C0, DEL or C1), which no event may carry.
pub fn has_control(text: &str) -> bool {
    // Nearly every text is plain ASCII, and to see that takes a fraction of decoding it.
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    !is_plain && text.chars().any(char::is_control)
}

/// `text` with everything in it to be seen: line ends and tabs (as spaces) stay, every other control
/// character and every [invisible](one_line) one is spelt out. A person approves what they read here.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' => shown.push(c),
            '\t' => shown.push_str("    "),
            c if c.is_control() || is_invisible(c) => {
                // Writing to a text cannot fail.
                let _ = write!(shown, "<U+{:04X}>", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_not_be_seen_is_spelt_out() {
        let hidden = "ls\r\n\tx\u{1b}[2K\rrm \u{202e}y";
        assert_eq!(visible(hidden), "ls\n    x<U+001B>[2K<U+000D>rm <U+202E>y");
    }

    #[test]
    fn lines_tabs_and_escapes_become_single_spaces() {
        assert_eq!(
            one_line("  git\tcommit \u{1b}[31m\n -m 'x' ", 50),
            "git commit [31m -m 'x'"
        );
    }

    #[test]
    fn a_cut_is_marked_and_counts_towards_the_limit() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(one_line("日本語テキスト", 4), "日本語…");
        assert_eq!(one_line("ab", 0), "");
    }

    #[test]
    fn characters_that_reorder_text_are_left_out() {
        assert_eq!(one_line("rm \u{202e}fr- x\u{200b}y", 50), "rm fr- xy");
    }

    proptest::proptest! {
        #[test]
        fn the_result_is_bounded_and_clean(text in ".*", max in 0_usize..40) {
            let line = one_line(&text, max);
            proptest::prop_assert!(line.chars().count() <= max);
            proptest::prop_assert!(!has_control(&line));
            proptest::prop_assert_eq!(one_line(&line, max), line);
        }
    }
}
