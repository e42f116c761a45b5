//! What tmux is told: commands in words, of which each is either ours or stays what it is, whoever
//! wrote it.
//!
//! tmux reads more into words than a program does: one that ends in `;` ends its command, one that
//! begins with `-` is an option, some are formats ([`Format`]), and a command inside of a command is
//! parsed once more, with quotes, variables and home folders. A [`Call`] knows all of that, so that
//! there is no other way from somebody's text to tmux.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::Format;

/// One message to tmux: a command, or several that are carried out one after the other before anybody
/// else has a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    words: Vec<Word>,
    /// Whether an option would be read as an operand by now.
    in_operands: bool,
    is_for_person: bool,
    /// The pane that it comes from, as tmux is to believe.
    pane: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// Means itself.
    Text(OsString),
    /// Ends a command.
    End,
}

impl Call {
    /// A command of that name.
    pub fn new(name: &'static str) -> Self {
        Self {
            words: vec![Word::Text(name.into())],
            in_operands: false,
            is_for_person: false,
            pane: None,
        }
    }

    /// An option.
    #[must_use]
    pub fn flag(self, flag: &'static str) -> Self {
        self.text(flag)
    }

    /// An option with a value that stands for itself.
    #[must_use]
    pub fn option(self, flag: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.text(flag).text(value)
    }

    /// `-t`: the pane, window or session, by its id.
    #[must_use]
    pub fn target(self, id: impl fmt::Display) -> Self {
        self.option("-t", id.to_string())
    }

    /// An option with a value that is a format.
    #[must_use]
    pub fn format(self, flag: &'static str, format: &Format) -> Self {
        self.option(flag, format.as_os_str())
    }

    /// A word that is no option, whatever it begins with.
    #[must_use]
    pub fn operand(mut self, text: impl AsRef<OsStr>) -> Self {
        if !self.in_operands {
            self = self.text("--");
            self.in_operands = true;
        }
        self.text(text)
    }

    /// The same for a format.
    #[must_use]
    pub fn format_operand(self, format: &Format) -> Self {
        self.operand(format.as_os_str())
    }

    /// A message that tmux parses itself, as an operand.
    #[must_use]
    pub fn script(self, call: &Self) -> Self {
        self.operand(call.as_script())
    }

    /// What comes after this one.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.words.push(Word::End);
        self.words.extend(next.words);
        self.in_operands = next.in_operands;
        self.is_for_person |= next.is_for_person;
        self
    }

    /// Gives tmux the whole environment of the person: only where she would type this herself, as when
    /// her server begins with it.
    #[must_use]
    pub fn for_person(mut self) -> Self {
        self.is_for_person = true;
        self
    }

    /// As if it were typed in this pane: what names no client is about the one that shows it.
    #[must_use]
    pub(super) fn typed_in(mut self, pane: &str) -> Self {
        self.pane = Some(pane.to_owned());
        self
    }

    /// The pane that it comes from; `None`: from none.
    pub(super) fn pane(&self) -> Option<&str> {
        self.pane.as_deref()
    }

    /// Whether tmux is to get the person's environment.
    pub(super) fn is_for_person(&self) -> bool {
        self.is_for_person
    }

    fn text(mut self, text: impl AsRef<OsStr>) -> Self {
        self.words.push(Word::Text(text.as_ref().to_owned()));
        self
    }

    /// A key of `bind-key`, which may look like an option.
    #[must_use]
    pub(super) fn key(self, key: &str) -> Self {
        self.operand(key)
    }

    /// The words as a person writes them in a file of commands, quoted where tmux would read something
    /// into them.
    pub(super) fn as_line(&self) -> OsString {
        let mut line = OsString::new();
        for word in &self.words {
            if !line.is_empty() {
                line.push(" ");
            }
            match word {
                Word::Text(text) if is_plain(text) => line.push(text),
                Word::Text(text) => line.push(quoted_for_people(text)),
                Word::End => line.push(";"),
            }
        }
        line
    }

    /// One word of such a line.
    pub(super) fn quoted_in_line(word: &str) -> String {
        quoted(OsStr::new(word)).to_string_lossy().into_owned()
    }

    /// The words as arguments of the program.
    pub fn arguments(&self) -> impl Iterator<Item = OsString> {
        self.words.iter().map(|word| match word {
            Word::Text(text) => not_an_end(text),
            Word::End => ";".into(),
        })
    }

    /// The words as tmux reads them in a file.
    fn as_script(&self) -> OsString {
        let mut script = OsString::new();
        for word in &self.words {
            if !script.is_empty() {
                script.push(" ");
            }
            match word {
                Word::Text(text) => script.push(quoted(text)),
                Word::End => script.push(";"),
            }
        }
        script
    }
}

/// As a person would type it, or nearly so: for errors.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, word) in self.words.iter().enumerate() {
            let word = match word {
                Word::Text(text) => text.as_os_str(),
                Word::End => OsStr::new(";"),
            };
            let space = if number == 0 { "" } else { " " };
            write!(f, "{space}{}", word.to_string_lossy())?;
        }
        Ok(())
    }
}

/// tmux takes a `;` at the end of an argument for the end of a command, unless a backslash is before it.
fn not_an_end(text: &OsStr) -> OsString {
    let Some(before) = text.as_bytes().strip_suffix(b";") else {
        return text.to_owned();
    };
    OsString::from_vec([before, br"\;"].concat())
}

/// As [`quoted`], but between double quotes where a single one is in the word.
fn quoted_for_people(text: &OsStr) -> OsString {
    let bytes = text.as_bytes();
    // Between double quotes a tilde at the beginning is the home.
    if !bytes.contains(&b'\'') || bytes.contains(&b'\n') || bytes.starts_with(b"~") {
        return quoted(text);
    }
    let mut word = vec![b'"'];
    for byte in bytes {
        if b"\"\\$".contains(byte) {
            word.push(b'\\');
        }
        word.push(*byte);
    }
    word.push(b'"');
    OsString::from_vec(word)
}

/// Whether tmux takes a word in a file of commands as it is.
fn is_plain(text: &OsStr) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:@+%".contains(byte);
    let bytes = text.as_bytes();
    !bytes.is_empty() && bytes[0] != b'%' && bytes.iter().all(plain)
}

/// One word of a command that tmux parses. Between single quotes everything means itself, but a line
/// break: tmux leaves out the blanks and remarks that follow it.
fn quoted(text: &OsStr) -> OsString {
    let mut word = vec![b'\''];
    for byte in text.as_bytes() {
        match byte {
            b'\'' => word.extend_from_slice(br"'\''"),
            b'\n' => word.extend_from_slice(br#"'"\n"'"#),
            other => word.push(*other),
        }
    }
    word.push(b'\'');
    OsString::from_vec(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(call: &Call) -> Vec<OsString> {
        call.arguments().collect()
    }

    #[test]
    fn only_an_end_that_is_ours_ends_a_command() {
        let call = Call::new("a").option("-n", ";").option("-c", r"x\;");
        let call = call.then(Call::new("b").operand("y;z;;"));
        let expected = ["a", "-n", r"\;", "-c", r"x\\;", ";", "b", "--", r"y;z;\;"];
        assert_eq!(arguments(&call), expected);
        assert_eq!(call.to_string(), r"a -n ; -c x\; ; b -- y;z;;");
    }

    #[test]
    fn options_end_before_the_first_operand() {
        let call = Call::new("a").flag("-d").operand("-x").operand("--");
        assert_eq!(arguments(&call), ["a", "-d", "--", "-x", "--"]);
    }

    #[test]
    fn the_person_s_environment_is_only_for_what_she_would_type() {
        assert!(!Call::new("a").is_for_person());
        assert!(
            Call::new("a")
                .then(Call::new("b").for_person())
                .is_for_person()
        );
    }
}
