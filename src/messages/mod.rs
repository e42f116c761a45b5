//! The only place that prints. Results go to stdout, everything said about them to stderr, in whole
//! lines, and whatever a terminal would not show, or would obey, is spelt out on the way. A reader that
//! has gone away is no failure.
//!
//! May import: `error`, and the hooks' texts.

mod nearest;
mod usage;

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::ops::ControlFlow;

use pane_patrol_hooks::text::{printable, printable_json, printable_line};
use serde::Serialize;

use crate::error::{CommandError, CommandResult, EXIT_USAGE};

pub use nearest::nearest;

/// Prints a command's result. JSON goes by [`json`]: spelt out here, it would have another value.
pub(crate) fn result(text: &str) {
    write_whole(&mut io::stdout().lock(), &shown(text));
}

/// Prints a command's result for programs, over several lines, escaped as they need it.
///
/// # Errors
/// It cannot be said in JSON.
pub(crate) fn json(value: &impl Serialize) -> CommandResult {
    let text = serde_json::to_string_pretty(value).map_err(|error| cannot_print(&error))?;
    print_json(&text);
    Ok(())
}

/// The same on one line.
///
/// # Errors
/// It cannot be said in JSON.
pub(crate) fn json_line(value: &impl Serialize) -> CommandResult {
    let text = serde_json::to_string(value).map_err(|error| cannot_print(&error))?;
    print_json(&text);
    Ok(())
}

fn print_json(text: &str) {
    write_whole(&mut io::stdout().lock(), &(printable_json(text) + "\n"));
}

fn cannot_print(error: &serde_json::Error) -> CommandError {
    CommandError::new("could not print the answer").caused_by(error)
}

/// Prints the words of another program: for a person's terminal as [`result`] does, else as they are,
/// so that a program can do something with them.
pub(crate) fn raw_result(text: &str) {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        write_whole(&mut out, &printable(text));
    } else {
        write_whole(&mut out, text);
    }
}

/// A result that is printed piece by piece.
#[derive(Debug)]
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    error: Option<io::Error>,
}

impl Output {
    /// Stdout, for this alone until it is dropped.
    pub(crate) fn open() -> Self {
        Self {
            out: BufWriter::with_capacity(128 * 1024, io::stdout().lock()),
            error: None,
        }
    }

    /// Whether a person reads it as it comes.
    pub(crate) fn is_terminal(&self) -> bool {
        self.out.get_ref().is_terminal()
    }

    /// Prints the next piece; breaks off when nobody takes it any more.
    pub(crate) fn print(&mut self, piece: &str) -> ControlFlow<()> {
        self.print_ready(&shown(piece))
    }

    /// As [`print`](Self::print), for a line of JSON without its end.
    pub(crate) fn print_json(&mut self, line: &str) -> ControlFlow<()> {
        self.print_ready(&printable_json(line))?;
        self.print_ready("\n")
    }

    /// Prints a piece of which the caller knows that nothing in it but its own colours is for the
    /// terminal alone.
    pub(crate) fn print_ready(&mut self, piece: &str) -> ControlFlow<()> {
        let written = self.out.write_all(piece.as_bytes());
        self.check(written)
    }

    /// Sees to it that everything printed so far is seen.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        let flushed = self.out.flush();
        self.check(flushed)
    }

    /// Flushes, and tells what went wrong; a reader that has gone away is no failure.
    ///
    /// # Errors
    /// Something could not be written, for example on a full disk.
    pub(crate) fn close(mut self) -> io::Result<()> {
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

/// Columns of the terminal that results go to; `None` where they go elsewhere.
pub(crate) fn width() -> Option<usize> {
    size().map(|(columns, _)| columns)
}

/// The same with its rows.
pub(crate) fn size() -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    let (columns, rows) = (usize::from(size.ws_col), usize::from(size.ws_row));
    // Some terminals do not say how large they are.
    (columns > 0 && rows > 0).then_some((columns, rows))
}

/// Says how it goes: a sentence with a full stop.
pub(crate) fn status(sentence: &str) {
    say(&format!("{}\n", quoted(sentence, arguments())));
}

/// Says what the person should know although the command goes on.
pub(crate) fn warning(text: &str) {
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

/// Says what clap has to say of a command line for `program`, and gives its exit status: help goes to stdout.
pub fn usage(mut error: clap::Error, program: clap::Command) -> u8 {
    usage::explain(&mut error, program, arguments());
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

/// `text` with each of `arguments` that it quotes on one line, whole or in part: none of them brings lines
/// of its own.
fn quoted(text: &str, arguments: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = arguments.flat_map(|argument| parts(&argument)).collect();
    parts.retain(|part| printable_line(part) != *part);
    // What holds another one goes first.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.dedup();
    let mut text = text.to_owned();
    for part in parts {
        let line = printable_line(&part);
        if part.trim().is_empty() {
            // A line's end by itself is everywhere.
            for quote in ["`", "'", "\""] {
                let whole = |part: &str| format!("{quote}{part}{quote}");
                text = text.replace(&whole(&part), &whole(&line));
            }
        } else {
            text = text.replace(&part, &line);
        }
    }
    text
}

/// What of an argument a message may quote: all of it, the value of an option, one of several values.
fn parts(argument: &str) -> Vec<String> {
    let long = argument.split_once('=').map(|(_, value)| value);
    let short = argument.strip_prefix('-').and_then(|rest| {
        let mut letters = rest.chars();
        letters.next().filter(|letter| *letter != '-')?;
        Some(letters.as_str())
    });
    let values = [Some(argument), long, short].into_iter().flatten();
    let each = values.flat_map(|value| std::iter::once(value).chain(value.split(',')));
    each.flat_map(|part| [part, part.trim()])
        .map(str::to_owned)
        .collect()
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
        let arguments = [
            "a\nerror: b",
            "c\r",
            "\n",
            "plain",
            "--target=d\nhint: e",
            "--state=idle,f\ng",
            "-fh\ni",
            " j\nk ",
            "--at=\n",
        ];
        let quote = |text: &str| quoted(text, arguments.map(str::to_owned).into_iter());
        assert_eq!(
            quote("error: no `a\nerror: b` and\nno `c\r`, plain\n"),
            "error: no `a<U+000A>error: b` and\nno `c<U+000D>`, plain\n"
        );
        for (text, expected) in [
            ("no `d\nhint: e`\n", "no `d<U+000A>hint: e`\n"),
            ("invalid 'f\ng' for\n", "invalid 'f<U+000A>g' for\n"),
            ("no `h\ni`", "no `h<U+000A>i`"),
            ("no `j\nk`", "no `j<U+000A>k`"),
            ("no `\n`\nend", "no `<U+000A>`\nend"),
        ] {
            assert_eq!(quote(text), expected);
        }
        assert_eq!(shown("a\r\nb\r\u{1b}"), "a<U+000D>\nb<U+000D><U+001B>");
    }
}
