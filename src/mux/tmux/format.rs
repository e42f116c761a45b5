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

/// A format of which nothing that others wrote is more than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(OsString);

impl Format {
    /// A format of our own.
    pub fn own(format: &'static str) -> Self {
        Self(format.into())
    }

    /// Expands to just this text.
    pub fn text(text: impl AsRef<OsStr>) -> Self {
        let double = |count, is_style| if is_style { count } else { 2 * count };
        Self(with_hashes(text.as_ref(), double))
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

    /// True where one of the visible lines of the pane is this one, but for spaces before it. What is
    /// neither letter nor digit stands for any character: nothing of the line is read as a pattern or
    /// as a format. What is not ASCII is matched byte by byte, whatever tmux's own locale is.
    pub fn shows(line: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || !c.is_ascii();
        let line = line.trim().chars().map(|c| if plain(c) { c } else { '.' });
        let pattern: String = line.collect();
        Self(format!("#{{C/r:^ *{pattern}$}}").into())
    }

    /// True where all of them are.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        let both = |all: Self, one: Self| {
            let mut both = OsString::from("#{&&:");
            both.push(all.0);
            both.push(",");
            both.push(one.0);
            both.push("}");
            Self(both)
        };
        conditions
            .into_iter()
            .reduce(both)
            .unwrap_or_else(|| Self::own("1"))
    }

    /// As tmux is to get it.
    pub(super) fn as_os_str(&self) -> &OsStr {
        &self.0
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
        let shows = Format::shows(" touch f1 && #{x}, é: }");
        assert_eq!(shows.as_os_str(), "#{C/r:^ *touch f1 .. ..x.. é. .$}");
    }

    #[test]
    fn conditions_are_joined_in_pairs() {
        let one = || Format::is("pid", 7);
        let all = Format::all([one(), one(), Format::own("x")]);
        assert_eq!(
            all.as_os_str(),
            "#{&&:#{&&:#{==:#{pid},7},#{==:#{pid},7}},x}"
        );
        assert_eq!(Format::all([]), Format::own("1"));
    }
}
