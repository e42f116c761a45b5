//! The only place that prints. Results go to stdout, everything said about them to stderr, in whole
//! lines. A reader that has gone away is no failure.

use std::io::{self, Write};

use crate::error::CommandError;

/// Prints a command's result as it is.
pub fn result(text: &str) {
    write_whole(&mut io::stdout().lock(), text);
}

/// Says how it goes: a sentence with a full stop.
pub fn status(sentence: &str) {
    say(&format!("{sentence}\n"));
}

/// Says what the person should know although the command goes on.
pub fn warning(text: &str) {
    say(&format!("warning: {text}\n"));
}

/// Says why a command failed and what to do next.
pub fn error(error: &CommandError) {
    use std::fmt::Write as _;
    let mut text = format!("error: {error}\n");
    for cause in error.causes() {
        let _ = writeln!(text, "  caused by: {cause}");
    }
    for hint in error.hints() {
        let _ = writeln!(text, "hint: {hint}");
    }
    say(&text);
}

fn say(text: &str) {
    write_whole(&mut io::stderr().lock(), text);
}

fn write_whole(out: &mut impl Write, text: &str) {
    // Nothing is left to tell it to.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
