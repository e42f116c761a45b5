//! The language of Zellij's files, and what of ours stands in them.

pub(crate) mod ours;
mod read;

/// A text as a string there.
pub(crate) fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            c if c.is_control() => written.extend(c.escape_unicode()),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}
