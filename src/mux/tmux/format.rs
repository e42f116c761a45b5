//! tmux's formats, made from nothing but our own words, numbers and text that stays text.
//!
//! These arguments are formats, as seen on tmux 3.3a: `-c` and `-n` of `new-window`, `new-session` and
//! `split-window`, `-s` of `new-session`, `-F` everywhere, the condition of `if-shell -F`, and what
//! `display-message` shows. `-t`, `-e`, what `set-option` sets and the program to run are none.
//!
//! What expands is begun by `#`, and `##` is one `#`. But a run of `#` before `[` is left as it is: it
//! belongs to a style, which is for whoever draws the text. So what the text has to look like depends
//! on what comes after expanding it: nothing ([`Format::text`]), or drawing it ([`Format::message`]).

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The text in this colour, as a status line draws it that is given no more than a format's outcome.
pub fn coloured(colour: &'static str, text: &str) -> String {
    format!("#[fg={colour}]{text}#[default]")
}

/// A format of which nothing that others wrote is more than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(OsString);

impl Format {
    /// A format of our own.
    pub fn own(format: &'static str) -> Self {
        Self(format.into())
    }

    /// A mark and the values of these formats of our own, with a tab before each.
    pub(super) fn fields(mark: &'static str, formats: &[&'static str]) -> Self {
        let fields = std::iter::once(mark).chain(formats.iter().copied());
        Self(fields.collect::<Vec<_>>().join("\t").into())
    }

    /// Expands to just this text.
    pub fn text(text: impl AsRef<OsStr>) -> Self {
        let double = |count, is_style| if is_style { count } else { 2 * count };
        Self(with_hashes(text.as_ref(), double))
    }

    /// The same where tmux also fills in the time, and nothing is drawn: a command for a shell.
    pub(super) fn timed(text: impl AsRef<OsStr>) -> Self {
        let bytes = text.as_ref().as_bytes().iter();
        let percent = |byte: &u8| std::iter::repeat_n(*byte, if *byte == b'%' { 2 } else { 1 });
        let doubled: Vec<u8> = bytes.flat_map(percent).collect();
        Self::text(OsString::from_vec(doubled))
    }

    /// Draws just this text where tmux also fills in the time and obeys styles: as a message.
    pub fn message(text: &str) -> Self {
        // Drawing takes half of a run, rounded up, and half of what expanding has left before a `[`.
        let for_drawing = |count, is_style| {
            if is_style { 2 * count } else { 4 * count - 2 }
        };
        // The time is filled in before anything else is looked at.
        let text = text.replace('%', "%%");
        Self(with_hashes(OsStr::new(&text), for_drawing))
    }

    /// True where this variable has this value.
    pub fn is(variable: &'static str, value: u32) -> Self {
        Self(format!("#{{==:#{{{variable}}},{value}}}").into())
    }

    /// True where this variable has this value, and where there is no such variable or nothing in it.
    pub fn is_or_none(variable: &'static str, value: u32) -> Self {
        let is_none = format!("#{{==:#{{{variable}}},}}");
        let is_it = format!("#{{==:#{{{variable}}},{value}}}");
        Self(format!("#{{||:{is_none},{is_it}}}").into())
    }

    /// The same as [`Self::is`] for a value of letters, digits, `.`, `_` and `-`; `None` for any other, which tmux might
    /// read.
    pub fn is_word(variable: &'static str, value: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_word = value.chars().all(is_plain);
        is_word.then(|| Self(format!("#{{==:#{{{variable}}},{value}}}").into()))
    }

    /// True where the first visible line of the pane that fits the pattern stands in this row, from 1.
    pub fn shows(line: &LinePattern, row: usize) -> Self {
        Self(format!("#{{==:#{{C/r:{}}},{row}}}", line.0).into())
    }

    /// How much of a message to tmux it takes, in bytes.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// True where all of them are.
    pub fn all(conditions: &[Self]) -> Self {
        match conditions {
            [] => Self::own("1"),
            [one] => one.clone(),
            // Both halves of both halves: tmux follows only so many formats within each other.
            more => {
                let (left, right) = more.split_at(more.len() / 2);
                let mut both = OsString::from("#{&&:");
                both.push(Self::all(left).0);
                both.push(",");
                both.push(Self::all(right).0);
                both.push("}");
                Self(both)
            }
        }
    }

    /// As tmux is to get it.
    pub(crate) fn as_os_str(&self) -> &OsStr {
        &self.0
    }
}

/// A whole line as a regular expression in which nothing means anything to tmux. Letters, digits, blanks
/// and what is not ASCII stand for themselves, and so do most marks; those that tmux would read are any
/// mark. What is not ASCII is matched byte by byte, whatever tmux's own locale is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePattern(String);

impl LinePattern {
    /// Fits this line, all of it.
    pub fn of(line: &str) -> Self {
        let mut pattern = "^".to_owned();
        for c in line.chars() {
            match c {
                c if c.is_ascii_alphanumeric() || c == ' ' || !c.is_ascii() => pattern.push(c),
                '#' | '{' | '}' | ',' | '%' => pattern.push_str("[[:punct:]]"),
                '^' => pattern.push_str("\\^"),
                '\\' => pattern.push_str("\\\\"),
                c if c.is_ascii_punctuation() => {
                    pattern.push('[');
                    pattern.push(c);
                    pattern.push(']');
                }
                _ => pattern.push('.'),
            }
        }
        pattern.push('$');
        Self(pattern)
    }
}

/// The text with each run of `#` as long as `length` says, given how long it is and whether it begins
/// a style.
fn with_hashes(text: &OsStr, length: impl Fn(usize, bool) -> usize) -> OsString {
    let mut rest = text.as_bytes();
    let mut format = Vec::with_capacity(rest.len());
    while let Some(at) = rest.iter().position(|byte| *byte == b'#') {
        format.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let count = rest.iter().take_while(|byte| **byte == b'#').count();
        rest = &rest[count..];
        let is_style = rest.first() == Some(&b'[');
        format.extend(std::iter::repeat_n(b'#', length(count, is_style)));
    }
    format.extend_from_slice(rest);
    OsString::from_vec(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_nothing_that_tmux_understands() {
        let hostile = " touch f1 && #{x}, %H #(touch P) é: } \\ ^[a]$ 'b' \"c\" ;";
        let pattern = LinePattern::of(hostile).0;
        assert!(!pattern.contains(['#', '{', '}', ',', '%']), "{pattern}");
    }

    proptest::proptest! {
        #[test]
        fn no_line_brings_anything_that_tmux_understands(line in "(?s).{0,80}") {
            let is_harmless = !LinePattern::of(&line).0.contains(['#', '{', '}', ',', '%']);
            proptest::prop_assert!(is_harmless, "{line}");
        }
    }

    #[test]
    fn conditions_are_joined_in_pairs() {
        let one = || Format::is("pid", 7);
        let all = Format::all(&[one(), one(), Format::own("x")]);
        assert_eq!(
            all.as_os_str(),
            "#{&&:#{==:#{pid},7},#{&&:#{==:#{pid},7},x}}"
        );
        assert_eq!(Format::all(&[]), Format::own("1"));
    }
}
