//! Text of unknown origin made safe to show: one line, bounded, nothing that moves a cursor.
//! What can be seen and what cannot, `unseen` decides.

use std::borrow::Cow;
use std::fmt::Write;
use std::str::FromStr;

use crate::unseen::{is_certain, is_of_a_picture, is_unseen};

/// A number as machines print it: digits only, no sign, no leading zeros, so that reading and printing are
/// inverse.
pub fn index<N: FromStr>(digits: &str) -> Option<N> {
    let canonical = digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    if canonical { digits.parse().ok() } else { None }
}

/// Longest `message` of an event, in characters.
pub const MAX_MESSAGE_CHARS: usize = 200;

/// The first `max` characters of `text` on one line.
///
/// Runs of white space and control characters become one space; what else [cannot be
/// seen](is_unseen) is left out, because a person decides by what they read here; only the joints
/// inside an emoji stay. An ellipsis marks what was cut.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max.saturating_mul(4)));
    let mut count = 0;
    let mut gap = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() || c.is_control() {
            gap = count > 0;
            continue;
        }
        let before = line.chars().next_back().filter(|_| !gap);
        if is_unseen(c) && !is_of_a_picture(before, c, chars.peek().copied()) {
            continue;
        }
        let needed = 1 + usize::from(gap);
        if count + needed > max {
            cut(&mut line, count, max);
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

/// As [`one_line`], for what a person decides about: what cannot be seen is spelt out, not left out.
pub fn spelt_line(text: &str, max: usize) -> String {
    one_line(&printable(text), max)
}

/// Stand for a blank, a line break and a tab that would not be noticed.
const MARKS: [(char, char); 3] = [('␠', ' '), ('␊', '\n'), ('␉', '\t')];

/// The first `max` characters of `text` on one line, with every blank in it to be seen: line breaks,
/// tabs, and blanks that are not single ones between two words have marks of their own. Two texts look
/// the same only where they are, or differ behind the cut.
pub fn marked_line(text: &str, max: usize) -> String {
    one_line(&marked(text, is_certain), max)
}

/// As [`marked_line`], for the line of an event: a picture made of several characters stays one, as
/// [`printable`] has it. [`unmarked`] has the blanks again.
pub fn told_line(text: &str, max: usize) -> String {
    let is_plain = |c: char| !c.is_whitespace();
    one_line(&marked(&printable(text), is_plain), max)
}

/// A line with blanks, line breaks and tabs for the marks that stand for them.
pub fn unmarked(line: &str) -> Cow<'_, str> {
    if !line.contains(is_mark) {
        return Cow::Borrowed(line);
    }
    let blank = |c| MARKS.iter().find(|(mark, _)| *mark == c);
    let blanks = line
        .chars()
        .map(|c| blank(c).map_or(c, |(_, blank)| *blank));
    Cow::Owned(blanks.collect())
}

/// Whether `c` stands for a blank in a [marked](marked_line) line.
pub fn is_mark(c: char) -> bool {
    MARKS.iter().any(|(mark, _)| *mark == c)
}

/// `text` with marks for blanks that would not be noticed, and spelt out what is a mark itself or not
/// `is_plain`.
fn marked(text: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut marked = String::with_capacity(text.len());
    let is_word = |c: Option<char>| c.is_some_and(|c| !matches!(c, ' ' | '\n' | '\t'));
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_between = is_word(before) && is_word(chars.peek().copied());
        match MARKS.iter().find(|(_, blank)| *blank == c) {
            Some((_, ' ')) if is_between => marked.push(' '),
            Some((mark, _)) => marked.push(*mark),
            None if is_mark(c) || !is_plain(c) => spell(&mut marked, c),
            None => marked.push(c),
        }
        before = Some(c);
    }
    marked
}

/// Makes room for an ellipsis in a line of `count` characters, and leaves no half picture before it.
fn cut(line: &mut String, mut count: usize, max: usize) {
    while count + 1 > max && line.pop().is_some() {
        count -= 1;
    }
    while line.ends_with(is_unseen) {
        line.pop();
    }
    if max > 0 {
        line.push('…');
    }
}

/// Whether `text` holds a control character (C0, DEL or C1), which no event may carry.
pub fn has_control(text: &str) -> bool {
    // Nearly every text is plain ASCII, and to see that takes a fraction of decoding it.
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    !is_plain && text.chars().any(char::is_control)
}

/// `text` with everything in it to be seen, for a person who approves what they read: line ends and
/// tabs (as spaces) stay, and every character of which one could not [know](is_certain) what it is,
/// is spelt out, inside an emoji too.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' => shown.push(c),
            '\t' => shown.push_str("    "),
            c if is_certain(c) => shown.push(c),
            c => spell(&mut shown, c),
        }
    }
    shown
}

/// `text` as it may be printed for people: line ends and tabs stay, what else [cannot be
/// seen](is_unseen) is spelt out. A family in one emoji stays one.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_unseen(c) && !matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let stays = !is_unseen(c)
            || matches!(c, '\n' | '\t')
            || c == '\r' && chars.peek() == Some(&'\n')
            || is_of_a_picture(before, c, chars.peek().copied());
        if stays {
            shown.push(c);
            before = Some(c);
        } else {
            spell(&mut shown, c);
            before = None;
        }
    }
    Cow::Owned(shown)
}

/// As [`printable`], on one line: line ends and tabs are spelt out, too.
pub fn printable_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '\r' | '\n' | '\t' => spell(&mut shown, c),
            c => shown.push(c),
        }
    }
    shown
}

/// JSON text with every character that [cannot be seen](is_unseen) as an escape. The value is the
/// same: outside of its strings JSON has no such character but white space, which stays.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |c| is_unseen(c) && !matches!(c, '\n' | '\t' | '\r');
    if !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn spell(shown: &mut String, c: char) {
    // Writing to a text cannot fail.
    let _ = write!(shown, "<U+{:04X}>", u32::from(c));
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
    fn in_a_request_also_the_joints_of_an_emoji_are_spelt_out() {
        let hidden = "a\u{ad}b\u{34f}\u{3164}\u{206a}\u{e0041}\u{fe0f}\u{e0100}\u{a0}👩\u{200d}💻";
        assert_eq!(
            visible(hidden),
            "a<U+00AD>b<U+034F><U+3164><U+206A><U+E0041><U+FE0F><U+E0100><U+00A0>👩<U+200D>💻"
        );
    }

    #[test]
    fn what_is_printed_shows_what_hides_and_leaves_pictures_whole() {
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}";
        assert_eq!(printable(family), family);
        assert_eq!(one_line(family, 50), family);
        assert_eq!(one_line(family, 2), "👨…");
        assert_eq!(
            printable("a\tb\n\u{1b}[2J\u{202e}c\u{200d}d"),
            "a\tb\n<U+001B>[2J<U+202E>c<U+200D>d"
        );
        assert_eq!(printable("a\r\nb\rc"), "a\r\nb<U+000D>c");
        assert_eq!(printable_line("a\r\n\tb"), "a<U+000D><U+000A><U+0009>b");
    }

    #[test]
    fn texts_that_differ_in_blanks_or_in_what_hides_look_different_on_one_line() {
        let all = [
            "touch a b",
            "touch a  b",
            " touch a b",
            "touch a b ",
            "touch a\nb",
            "touch a\n b",
            "touch a \nb",
            "touch a\n\nb",
            "touch a\tb",
            "touch a\u{200b} b",
            "touch a␊b",
            "touch a\r\nb",
            "touch a\rb",
            "touch a␠b",
            "touch a<U+200B> b ",
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                for line in [marked_line, told_line] {
                    assert_ne!(line(one, 50), line(other, 50), "{one:?} {other:?}");
                }
            }
        }
        for plain in [
            "git commit -m 'a b' && ls",
            "echo 👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
            "日本 語",
        ] {
            assert_eq!(told_line(plain, 50), plain);
        }
        let odd = " touch a  b\n\tc ";
        assert_eq!(unmarked(&told_line(odd, 50)), odd);
        assert_eq!(told_line("a\u{a0}b\u{3000}c", 50), "a<U+00A0>b<U+3000>c");
        assert_eq!(marked_line("touch a  b\n\tc ", 50), "touch a␠␠b␊␉c␠");
        assert_eq!(marked_line("touch  abc", 9), "touch␠␠a…");
        assert_eq!(
            spelt_line("rm \u{202e}x\n y\u{1b}", 50),
            "rm <U+202E>x y<U+001B>"
        );
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = serde_json::json!({"a\u{202e}": "\u{7f}\u{9b}\u{ad}\u{e0041}é👩\u{200d}💻\n"});
        for json in [
            value.to_string(),
            serde_json::to_string_pretty(&value).unwrap(),
        ] {
            let shown = printable_json(&json);
            assert!(!shown.contains(|c| c != '\n' && is_unseen(c)), "{shown}");
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(read, value);
        }
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
        assert_eq!(one_line("ab", usize::MAX), "ab");
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

        #[test]
        fn a_line_that_is_told_has_every_blank_of_its_text(text in "[a \\n\\t…]{0,30}") {
            let told = told_line(&text, 60);
            proptest::prop_assert_eq!(unmarked(&told), text);
            proptest::prop_assert_eq!(spelt_line(&told, 60), told.clone());
        }

        #[test]
        fn nothing_hides_in_what_is_shown(text in "[a\u{0}-\u{10ffff}👩❤1\u{200d}\u{fe0f}\u{20e3}\u{202e}]{0,20}") {
            let seen = |text: &str| !text.contains(|c| is_unseen(c) && c != '\n');
            proptest::prop_assert!(seen(&visible(&text)));
            let joints = ['\u{200d}', '\u{fe0f}'];
            proptest::prop_assert!(seen(&marked_line(&text, 60)));
            for shown in [
                one_line(&text, 60),
                spelt_line(&text, 60),
                told_line(&text, 60),
                printable_line(&text),
            ] {
                proptest::prop_assert!(seen(&shown.replace(joints, "")), "{shown:?}");
            }
            let again = printable(&text).into_owned();
            proptest::prop_assert_eq!(printable(&again), again.clone());
        }
    }
}
