//! Which files commands read in turn.

use std::path::{Path, PathBuf};

use super::Command;
use super::glob;
use super::words::{commands as parted, words};

/// How deep commands in words of commands are followed.
const DEPTH: usize = 3;

/// What commands read in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sourced {
    /// The files that can be known.
    pub(crate) files: Vec<PathBuf>,
    /// The words for others, with their lines: only a tmux that runs knows what they name.
    pub(crate) unknown: Vec<(usize, String)>,
}

/// What these commands read, for a person with that home.
pub(crate) fn sourced(commands: &[Command], home: &Path) -> Sourced {
    let mut found = Sourced::default();
    for Command { line, text } in commands {
        find(&words(text), (*line, home), DEPTH, &mut found);
    }
    found
}

fn find(words: &[String], of: (usize, &Path), depth: usize, found: &mut Sourced) {
    match words.first().map(String::as_str) {
        Some("source-file" | "source") => note(&words[1..], of, found),
        // `if-shell 'test' 'source ...'`: the command is a word.
        Some("if-shell" | "if") if depth > 0 => {
            for word in words.iter().skip(2).filter(|word| word.contains("source")) {
                for command in parted(word) {
                    find(&super::words::words(&command), of, depth - 1, found);
                }
            }
        }
        _ => {}
    }
}

fn note(mut words: &[String], (line, home): (usize, &Path), found: &mut Sourced) {
    let mut is_format = false;
    while let Some((flags, rest)) = words.split_first()
        && flags.len() > 1
        && flags.starts_with('-')
    {
        words = rest;
        if flags == "--" {
            break;
        }
        is_format |= flags.contains('F');
        if flags.ends_with('t') {
            words = words.get(1..).unwrap_or_default();
        }
    }
    for word in words {
        // In a word of a command the home is not filled in yet.
        let below = ["~/", "$HOME/", "${HOME}/"];
        let below = below.iter().find_map(|home| word.strip_prefix(home));
        let path = below.map_or_else(
            || word.clone(),
            |below| format!("{}/{below}", home.display()),
        );
        let is_filled_in = path.contains('$') || is_format && path.contains('#');
        if path.starts_with('/') && !is_filled_in {
            found.files.extend(glob::files(&path));
        } else {
            found.unknown.push((line, word.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Vec<String>, Vec<String>) {
        let text = text.to_owned();
        let found = sourced(&[Command { line: 1, text }], Path::new("/home/you"));
        let files = found.files.iter().map(|file| file.display().to_string());
        let unknown = found.unknown.into_iter().map(|(_, word)| word);
        (files.collect(), unknown.collect())
    }

    #[test]
    fn what_a_name_means_is_known_or_said_to_be_unknown() {
        for (text, files, unknown) in [
            ("source-file -q /a \"/b c\"", &["/a", "/b c"][..], &[][..]),
            ("source-file -qF -t x /a#1", &[], &["/a#1"]),
            ("source-file /a#1", &["/a#1"], &[]),
            (
                "source-file -F \"#{d:current_file}/k.conf\"",
                &[],
                &["#{d:current_file}/k.conf"],
            ),
            ("source-file k.conf", &[], &["k.conf"]),
            (
                "if-shell \"test -f x\" \"source ~/k.conf ; source $K/x\"",
                &["/home/you/k.conf"],
                &["$K/x"],
            ),
            ("run-shell \"source x\"", &[], &[]),
            ("bind-key r source-file x", &[], &[]),
        ] {
            assert_eq!(
                of(text),
                (
                    files.iter().map(ToString::to_string).collect(),
                    unknown.iter().map(ToString::to_string).collect()
                ),
                "{text}"
            );
        }
    }
}
