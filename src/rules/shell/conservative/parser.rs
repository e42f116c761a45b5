//! Cuts a text into the commands a shell may find in it: rather one too many than one too few.

use std::iter::Peekable;
use std::str::Chars;

use super::{Command, Word};

/// Reads a text and gathers the commands and words that it may hold.
pub(super) struct Parser<'a> {
    pub(super) rest: Peekable<Chars<'a>>,
    pub(super) commands: Vec<Command>,
    pub(super) words: Vec<Word>,
    pub(super) here_document: bool,
    pub(super) depth: usize,
}

/// What is being read at one level.
#[derive(Default)]
struct Level {
    word: Option<Word>,
    command: Command,
    /// The next word names a file.
    redirects: bool,
}

impl Parser<'_> {
    /// Reads commands up to `end` or the end of the text.
    pub(super) fn parse(&mut self, end: Option<char>) {
        // Deeper nesting than anybody writes: the rest is read as if it were flat.
        let end = end.filter(|_| self.depth < 100);
        self.depth += 1;
        let mut level = Level::default();
        while let Some(c) = self.rest.next() {
            if Some(c) == end {
                break;
            }
            self.take(c, &mut level);
        }
        self.end_command(&mut level);
        self.depth -= 1;
    }

    fn take(&mut self, c: char, level: &mut Level) {
        match c {
            '\'' => self.single_quotes(level),
            '"' => self.double_quotes(level),
            '\\' => match self.rest.next() {
                Some('\n') | None => {}
                Some(c) => push(level, c),
            },
            '$' => self.dollar(level),
            '`' => {
                unknown(level);
                self.inside('`');
            }
            '\n' => {
                self.end_command(level);
                level.command.is_doubtful = self.here_document;
            }
            ';' | '&' | '|' | ')' => self.end_command(level),
            '(' => {
                self.end_command(level);
                self.inside(')');
            }
            '<' | '>' => self.redirection(level),
            '*' | '?' | '[' => {
                unknown(level);
                push(level, c);
            }
            '{' if level.word.is_some() || self.rest.peek().is_some_and(|c| !c.is_whitespace()) => {
                unknown(level);
                push(level, c);
            }
            c if c.is_whitespace() => self.end_word(level),
            c => push(level, c),
        }
    }

    fn inside(&mut self, end: char) {
        if self.depth < 100 {
            self.parse(Some(end));
        }
    }

    fn single_quotes(&mut self, level: &mut Level) {
        level.word.get_or_insert_default();
        while let Some(c) = self.rest.next_if(|c| *c != '\'') {
            push(level, c);
        }
        self.rest.next();
    }

    /// `$'...'`, in which a backslash says what the shell knows.
    fn escaped_quotes(&mut self, level: &mut Level) {
        self.rest.next();
        while let Some(c) = self.rest.next_if(|c| *c != '\'') {
            let c = if c == '\\' { self.rest.next() } else { Some(c) };
            if let Some(c) = c {
                push(level, c);
            }
        }
        self.rest.next();
    }

    fn double_quotes(&mut self, level: &mut Level) {
        level.word.get_or_insert_default();
        while let Some(c) = self.rest.next() {
            match c {
                '"' => return,
                '\\' => match self.rest.next() {
                    Some('\n') | None => {}
                    Some(c) => push(level, c),
                },
                '$' if self.rest.peek() == Some(&'\'') => push(level, c),
                '$' => self.dollar(level),
                '`' => {
                    unknown(level);
                    self.inside('`');
                }
                c => push(level, c),
            }
        }
    }

    fn dollar(&mut self, level: &mut Level) {
        unknown(level);
        match self.rest.peek() {
            Some('(') => {
                self.rest.next();
                self.inside(')');
            }
            Some('\'') => self.escaped_quotes(level),
            _ => push(level, '$'),
        }
    }

    fn redirection(&mut self, level: &mut Level) {
        let is_descriptor = level
            .word
            .as_ref()
            .is_some_and(|word| word.text.chars().all(|c| c.is_ascii_digit()));
        if is_descriptor {
            level.word = None;
        }
        self.end_word(level);
        let mut sign = 1;
        while self
            .rest
            .next_if(|c| matches!(c, '<' | '>' | '&' | '|' | '-'))
            .is_some()
        {
            sign += 1;
        }
        if self.rest.next_if_eq(&'(').is_some() {
            self.inside(')');
            return;
        }
        self.here_document |= sign > 1;
        level.redirects = true;
    }

    fn end_word(&mut self, level: &mut Level) {
        let Some(word) = level.word.take() else {
            return;
        };
        self.words.push(word.clone());
        if !std::mem::take(&mut level.redirects) {
            level.command.words.push(word);
        }
    }

    fn end_command(&mut self, level: &mut Level) {
        self.end_word(level);
        level.redirects = false;
        let is_doubtful = level.command.is_doubtful;
        let command = std::mem::take(&mut level.command);
        level.command.is_doubtful = is_doubtful;
        if !command.words.is_empty() {
            self.commands.push(command);
        }
    }
}

fn push(level: &mut Level, c: char) {
    level.word.get_or_insert_default().text.push(c);
}

fn unknown(level: &mut Level) {
    level.word.get_or_insert_default().is_unknown = true;
}
