//! The only place that prints. Results go to stdout, everything said about them to stderr, in whole
//! lines, and whatever a terminal would not show, or would obey, is spelt out on the way. A reader that
//! has gone away is no failure.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::ops::ControlFlow;

use pane_patrol_hooks::text::{printable, printable_json, printable_line};

use crate::error::{CommandError, EXIT_USAGE};

/// Prints a command's result. JSON is to be [escaped](printable_json) before: spelt out here, it
/// would have another value.
pub fn result(text: &str) {
    write_whole(&mut io::stdout().lock(), &shown(text));
}

/// Prints the words of another program: for a person's terminal as [`result`] does, else as they are,
/// so that a program can do something with them.
pub fn raw_result(text: &str) {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        write_whole(&mut out, &printable(text));
    } else {
        write_whole(&mut out, text);
    }
}

/// A result that is printed piece by piece.
#[derive(Debug)]
pub struct Output {
    out: BufWriter<StdoutLock<'static>>,
    error: Option<io::Error>,
}

impl Output {
    /// Stdout, for this alone until it is dropped.
    pub fn open() -> Self {
        Self {
            out: BufWriter::with_capacity(128 * 1024, io::stdout().lock()),
            error: None,
        }
    }

    /// Whether a person reads it as it comes.
    pub fn is_terminal(&self) -> bool {
        self.out.get_ref().is_terminal()
    }

    /// Prints the next piece; breaks off when nobody takes it any more.
    pub fn print(&mut self, piece: &str) -> ControlFlow<()> {
        self.print_ready(&shown(piece))
    }

    /// As [`print`](Self::print), for a line of JSON without its end.
    pub fn print_json(&mut self, line: &str) -> ControlFlow<()> {
        self.print_ready(&printable_json(line))?;
        self.print_ready("\n")
    }

    /// Prints a piece of which the caller knows that nothing in it but its own colours is for the
    /// terminal alone.
    pub fn print_ready(&mut self, piece: &str) -> ControlFlow<()> {
        let written = self.out.write_all(piece.as_bytes());
        self.check(written)
    }

    /// Sees to it that everything printed so far is seen.
    pub fn flush(&mut self) -> ControlFlow<()> {
        let flushed = self.out.flush();
        self.check(flushed)
    }

    /// Flushes, and tells what went wrong; a reader that has gone away is no failure.
    ///
    /// # Errors
    /// Something could not be written, for example on a full disk.
    pub fn close(mut self) -> io::Result<()> {
        let _ = self.flush();
        match self.error.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn check(&mut self, done: io::Result<()>) -> ControlFlow<()> {
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.error.get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    }
}

/// Says how it goes: a sentence with a full stop.
pub fn status(sentence: &str) {
    say(&format!("{}\n", quoted(sentence, arguments())));
}

/// Says what the person should know although the command goes on.
pub fn warning(text: &str) {
    say(&format!("warning: {}\n", quoted(text, arguments())));
}

/// Says why a command failed and what to do next.
pub fn error(error: &CommandError) {
    use std::fmt::Write as _;
    let beside = |text: &str| beside(&quoted(text, arguments()));
    let mut text = format!("error: {}\n", beside(&error.to_string()));
    for cause in error.causes() {
        let _ = writeln!(text, "  caused by: {}", beside(cause));
    }
    for hint in error.hints() {
        let _ = writeln!(text, "hint: {}", beside(hint));
    }
    say(&text);
}

/// A text of several lines as part of a message: none of them looks like one of our own.
fn beside(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// Says what clap has to say of a command line, and gives its exit status: help goes to stdout.
pub fn usage(error: &clap::Error) -> u8 {
    let status = u8::try_from(error.exit_code()).unwrap_or(EXIT_USAGE);
    let text = error.render().to_string();
    let safe = shown(&quoted(&text, arguments()));
    if safe == text {
        // As it stands it may have colours.
        let _ = error.print();
    } else {
        say(&safe);
    }
    status
}

/// What was typed, as messages quote it.
fn arguments() -> impl Iterator<Item = String> {
    let arguments = std::env::args_os().skip(1);
    arguments.map(|argument| argument.to_string_lossy().into_owned())
}

/// `text` with each of `arguments` that it quotes on one line: none of them brings lines of its own.
fn quoted(text: &str, arguments: impl Iterator<Item = String>) -> String {
    let mut text = text.to_owned();
    for argument in arguments {
        let line = printable_line(&argument);
        if line != argument && !argument.trim().is_empty() {
            text = text.replace(&argument, &line);
        }
    }
    text
}

/// The one way to stderr: others' words may be anywhere in the text, and the terminal is to obey none.
fn say(text: &str) {
    write_whole(&mut io::stderr().lock(), &shown(text));
}

/// As it may stand on a terminal. None of our own lines ends in a carriage return.
fn shown(text: &str) -> String {
    printable(text).replace('\r', "<U+000D>")
}

fn write_whole(out: &mut impl Write, text: &str) {
    // Nothing is left to tell it to.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_brings_no_line_of_its_own_and_hides_nothing() {
        let arguments = ["a\nerror: b", "c\r", "\n", "plain"];
        let quote = |text: &str| quoted(text, arguments.map(str::to_owned).into_iter());
        assert_eq!(
            quote("error: no `a\nerror: b` and\nno `c\r`, plain\n"),
            "error: no `a<U+000A>error: b` and\nno `c<U+000D>`, plain\n"
        );
        assert_eq!(shown("a\r\nb\r\u{1b}"), "a<U+000D>\nb<U+000D><U+001B>");
    }
}
