//! What 2.1.197 shows of a command that replaces a text in a file by `sed -i`: no command, but the file and
//! what would change in it, as of an edit. It makes that change itself, and reads the whole file as one text:
//! without `g` one place changes, with it all of them.
//!
//! Only what is replaced letter by letter is known well enough to be compared; of other commands nobody
//! knows here what they change.

use serde_json::{Value, json};

use super::edits;
use super::heading::is_title;
use super::sheet::{Layout, Sheet};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::state::Bound;

/// One text of one file that gets another one in its place.
pub(super) struct Replacement {
    pub(super) file: String,
    pattern: Vec<Sign>,
    to: Vec<Sign>,
    everywhere: bool,
}

/// One sign of a pattern, or of what takes its place.
#[derive(PartialEq)]
enum Sign {
    Plain(char),
    /// Any sign in a pattern; all that was found in what takes its place.
    Any,
}

impl Replacement {
    /// `None` where it is not just that, or is written in a way that is not known.
    pub(super) fn of(command: &str) -> Option<Self> {
        let words = words(command)?;
        let mut words = words.iter().map(String::as_str);
        if words.next() != Some("sed") {
            return None;
        }
        let (mut in_place, mut is_extended, mut rest) = (false, false, Vec::new());
        for word in words {
            match word {
                "-E" | "-r" => is_extended = true,
                "--in-place" => in_place = true,
                "-e" | "" => {}
                word if word.starts_with("-i") => in_place = true,
                word if word.starts_with('-') => return None,
                word => rest.push(word),
            }
        }
        let [expression, file] = rest[..] else {
            return None;
        };
        let (pattern, to, flags) = parts(expression)?;
        let everywhere = match flags {
            "" => false,
            "g" => true,
            _ => return None,
        };
        Some(Self {
            file: file.to_owned(),
            pattern: pattern_of(&pattern, is_extended)?,
            to: replacement_of(&to)?,
            everywhere,
        })
        .filter(|found| in_place && !found.pattern.is_empty())
    }

    /// What would be asked for by an edit that changes the same.
    fn as_edits(&self, rows: &[String]) -> Vec<Value> {
        let mut found: Vec<String> = match self.literal() {
            Some(text) => vec![text],
            None => rows.iter().flat_map(|row| self.matches(row)).collect(),
        };
        found.sort();
        found.dedup();
        let edit = |from: &String| {
            json!({
                "old_string": from,
                "new_string": self.made_of(from),
                "replace_all": self.everywhere,
            })
        };
        found.iter().map(edit).collect()
    }

    fn literal(&self) -> Option<String> {
        let plain = self.pattern.iter().map(|sign| match sign {
            Sign::Plain(c) => Some(*c),
            Sign::Any => None,
        });
        plain.collect()
    }

    /// The texts of a row that the pattern may stand for.
    fn matches(&self, row: &str) -> Vec<String> {
        let row: Vec<char> = row.chars().collect();
        let is_it = |text: &&[char]| {
            let mut signs = self.pattern.iter().zip(*text);
            signs.all(|(sign, c)| matches!(sign, Sign::Any) || *sign == Sign::Plain(*c))
        };
        let texts = row.windows(self.pattern.len());
        texts
            .filter(is_it)
            .map(|text| text.iter().collect())
            .collect()
    }

    fn made_of(&self, found: &str) -> String {
        let made = self.to.iter().map(|sign| match sign {
            Sign::Plain(c) => c.to_string(),
            Sign::Any => found.to_owned(),
        });
        made.collect()
    }
}

impl Sheet {
    /// Whether the change that is shown is what the command makes.
    pub(super) fn is_changed_by(&self, bound: &Bound, command: &str) -> Result<(), Refusal> {
        let change = Replacement::of(command).ok_or(Refusal::ShownAsChange)?;
        // Of what is not found, and of a file that is not there, it shows no change.
        let Layout::Ruled { head, block } = &self.layout else {
            return Err(Refusal::ShownAsChange);
        };
        plain(Part::File, &change.file)?;
        let cwd = bound.cwd.as_deref().unwrap_or("/");
        let is_titled = |title: &usize| is_title(&head[..*title], &["Edit", "file"], self.width());
        let mut titles = (1..head.len()).filter(is_titled);
        if !titles.any(|title| self.are_linked_path(&head[title..], &change.file, cwd)) {
            return Err(Refusal::Differs(Part::File));
        }
        let edits = change.as_edits(block);
        let said = edits
            .iter()
            .map(|edit| edits::are_shown(block, Some(self.width()), edit));
        said.reduce(Result::or)
            .unwrap_or(Err(Refusal::Differs(Part::Content)))
    }
}

/// The words of a command that a shell takes as they are, without anything that it would replace.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '$' | '`' | '!' if c == '"' => return None,
                        // In quotes of two strokes some of them are the shell's own.
                        '\\' if c == '"' => {
                            let next = chars.next()?;
                            if matches!(next, '$' | '`' | '"' | '\\' | '\n') {
                                return None;
                            }
                            word.extend(['\\', next]);
                        }
                        other => word.push(other),
                    }
                }
            }
            c if c.is_alphanumeric() || "-_./,:=@%+".contains(c) => {
                word.get_or_insert_default().push(c);
            }
            _ => return None,
        }
    }
    words.extend(word);
    Some(words)
}

/// The pattern, what takes its place, and the flags of `s/…/…/…`.
fn parts(expression: &str) -> Option<(String, String, &str)> {
    let rest = expression.strip_prefix("s/")?;
    let (pattern, rest) = up_to_stroke(rest)?;
    let (to, flags) = up_to_stroke(rest)?;
    Some((pattern.to_owned(), to.to_owned(), flags))
}

fn up_to_stroke(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '/' if !is_escaped => return Some((&text[..at], &text[at + 1..])),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    None
}

/// A pattern of which every sign stands for itself, or for any one.
fn pattern_of(text: &str, is_extended: bool) -> Option<Vec<Sign>> {
    let mut signs = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        signs.push(match c {
            '\\' => match chars.next()? {
                next @ ('.' | '/' | '[' | ']' | '*' | '^' | '$' | '\\') => Sign::Plain(next),
                _ => return None,
            },
            '*' | '[' | ']' | '^' | '$' | '\n' => return None,
            '+' | '?' | '(' | ')' | '{' | '}' | '|' if is_extended => return None,
            '.' => Sign::Any,
            other => Sign::Plain(other),
        });
    }
    Some(signs)
}

/// What takes its place. Of all that is escaped it reads but a stroke.
fn replacement_of(text: &str) -> Option<Vec<Sign>> {
    // Beside a `$` it does not mean what was found.
    if text.contains('$') && text.contains('&') {
        return None;
    }
    let mut signs = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                '/' => signs.push(Sign::Plain('/')),
                next if next.is_ascii_alphanumeric() => signs.extend([c, next].map(Sign::Plain)),
                _ => return None,
            },
            '\n' => return None,
            '&' => signs.push(Sign::Any),
            other => signs.push(Sign::Plain(other)),
        }
    }
    Some(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_replaced_letter_by_letter_is_known() {
        for (command, from, to, everywhere) in [
            ("sed -i 's/a b/c/' f", "a b", "c", false),
            ("sed -i.bak -E 's/a/[&]/g' f", "a", "[a]", true),
            (r"sed --in-place -e 's/1\.2/1\/3/' f", "1.2", "1/3", false),
            (r#"sed -i '' "s/x/a\1$/" f"#, "", "", false),
            (r"sed -i 's/x/a\1$/' 'f'", "x", r"a\1$", false),
            ("sed -i 's/a+(b)/c/' f", "a+(b)", "c", false),
        ] {
            let found = Replacement::of(command);
            let found = found.map(|found| {
                let from = found.literal().unwrap();
                (found.made_of(&from), from, found.everywhere, found.file)
            });
            let wanted = (to.to_owned(), from.to_owned(), everywhere, "f".to_owned());
            assert_eq!(found, (!from.is_empty()).then_some(wanted), "{command}");
        }
        for command in [
            "sed 's/a/b/' f",
            "sed -n -i 's/a/b/' f",
            "sed -i 's/a/b/' f g",
            "sed -i 's/a/b/; s/c/d/' f",
            "sed -i 's/a/b/' f; touch x",
            "sed -i 's/a/b/' f && touch x",
            "sed -i 's/a/b/' $(touch x)",
            "sed -i 's/a/b/' f\ntouch x",
            "sed -i 's/a/b/w out' f",
            "sed -i 's/a/b/e' f",
            "sed -i 's/a*/b/' f",
            "sed -i 's/^a/b/' f",
            "sed -i -E 's/(a)/b/' f",
            "sed -i 's#a#b#' f",
            "sed -i 's/a/b/' *",
            "sed -i '1d' f",
            "sudo sed -i 's/a/b/' f",
            "FOO=1 sed -i 's/a/b/' f",
            "sed -i 's//b/' f",
        ] {
            assert!(Replacement::of(command).is_none(), "{command}");
        }
    }
}
