//! Which keys a file of commands binds.

use super::Command;
use super::words::words;

/// How deep commands in words of commands are followed.
const DEPTH: usize = 3;

/// A key that something is bound to, after the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The key by its name, for example `P`.
    pub(crate) key: String,
    /// What it does, in tmux's words.
    pub(crate) does: String,
    /// The line of the file, from 1.
    pub(crate) line: usize,
}

/// The keys after the prefix that these commands bind, also inside of what they may run.
pub(crate) fn bindings(commands: &[Command]) -> Vec<Binding> {
    let mut found = Vec::new();
    for Command { line, text } in commands {
        find(&words(text), *line, DEPTH, &mut found);
    }
    found
}

fn find(words: &[String], line: usize, depth: usize, found: &mut Vec<Binding>) {
    match words.first().map(String::as_str) {
        Some("bind-key" | "bind") => found.extend(binding(&words[1..], line)),
        // `if-shell 'test' 'bind P ...'`: the command is a word.
        Some(_) if depth > 0 => {
            for word in words.iter().filter(|word| word.contains("bind")) {
                for command in super::words::commands(word) {
                    find(&super::words::words(&command), line, depth - 1, found);
                }
            }
        }
        _ => {}
    }
}

fn binding(words: &[String], line: usize) -> Option<Binding> {
    let mut words = words.iter();
    let mut key = words.next()?;
    while key.len() > 1 && key.starts_with('-') {
        let (table, takes_word) = match key.as_str() {
            "--" => {
                key = words.next()?;
                break;
            }
            "-T" | "-N" => (key == "-T", true),
            flags if flags.contains('n') => return None,
            _ => (false, false),
        };
        if takes_word {
            let word = words.next()?;
            if table && word != "prefix" {
                return None;
            }
        }
        key = words.next()?;
    }
    let does: Vec<&str> = words.map(String::as_str).collect();
    Some(Binding {
        key: key.clone(),
        does: does.join(" "),
        line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let command = Command {
            line: 1,
            text: text.to_owned(),
        };
        let found = bindings(&[command]).into_iter();
        found.map(|binding| binding.key).collect()
    }

    #[test]
    fn keys_after_the_prefix_are_found_and_others_are_not() {
        for (text, found) in [
            ("bind-key P display hello", &["P"][..]),
            ("bind-key    -T prefix       N       next", &["N"]),
            ("bind-key -r -N \"a note\" N next", &["N"]),
            ("bind-key -T copy-mode-vi P x", &[]),
            ("bind-key -n P x", &[]),
            (
                "if-shell \"test -f x\" \"bind P a ; bind-key N b\"",
                &["P", "N"],
            ),
            ("if-shell -F 1 { bind-key P x }", &[]),
            ("set-option -g @a bind", &[]),
            ("bind-key -- - x", &["-"]),
            ("bind-key - x", &["-"]),
        ] {
            assert_eq!(keys(text), found, "{text}");
        }
    }
}
