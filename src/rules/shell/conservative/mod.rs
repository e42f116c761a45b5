//! Every command that a text may run, read as generously as possible; for rules that deny or ask.
//!
//! Chains, substitutions, subshells, here-documents and programs that run others (`sudo`, `env`,
//! `xargs`, `sh -c`) are all looked into, whether or not a shell would take the text at all. What only
//! the running shell can know is marked as unknown rather than guessed.

mod parser;

use std::path::Path;

use parser::Parser;

/// Commands within words of commands are looked into so deep; below that everything is unknown.
const MAX_DEPTH: usize = 5;

/// Programs that run what their arguments say.
const RUNNERS: [&str; 52] = [
    "sudo",
    "doas",
    "su",
    "runuser",
    "pkexec",
    "env",
    "nohup",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "time",
    "timeout",
    "stdbuf",
    "setsid",
    "exec",
    "command",
    "builtin",
    "noglob",
    "nocorrect",
    "xargs",
    "watch",
    "chroot",
    "unshare",
    "nsenter",
    "strace",
    "ltrace",
    "flock",
    "parallel",
    "busybox",
    "toybox",
    "ssh",
    "find",
    "fd",
    "script",
    "expect",
    "systemd-run",
    "docker",
    "podman",
    "tmux",
    "screen",
    "eval",
    "trap",
    "source",
    ".",
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "fish",
];

/// Those of them that run what they read from elsewhere, when their arguments do not say it.
const SHELLS: [&str; 9] = [
    "source", ".", "sh", "bash", "dash", "ash", "zsh", "ksh", "fish",
];

/// Words of the shell that stand before a command.
const BEFORE: [&str; 12] = [
    "if", "then", "else", "elif", "while", "until", "do", "{", "}", "!", "coproc", "function",
];

/// Whether a text runs a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Likely {
    /// Nothing hints at it.
    No,
    /// It cannot be ruled out.
    Maybe,
    /// It does.
    Yes,
}

/// Whether `program` is one that runs what its arguments say.
pub(in crate::rules) fn runs_others(program: &str) -> bool {
    RUNNERS.contains(&base(program))
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    text: String,
    /// A part of it is known only to the shell that runs it.
    is_unknown: bool,
}

#[derive(Clone, Debug, Default)]
struct Command {
    words: Vec<Word>,
    /// It may as well be text that nobody runs: a line of a here-document.
    is_doubtful: bool,
}

/// What a text may run.
#[derive(Debug, Default)]
pub(in crate::rules) struct Reading {
    commands: Vec<Command>,
    /// Every word, those of redirections included.
    words: Vec<Word>,
    /// Everything that looks like a name, wherever it stands.
    atoms: [Vec<String>; 2],
    /// It goes deeper than anybody looks.
    is_too_deep: bool,
}

impl Reading {
    pub(in crate::rules) fn of(text: &str) -> Self {
        let mut reading = Self {
            atoms: atoms(text),
            ..Self::default()
        };
        reading.read(text, 0);
        reading
    }

    fn read(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH {
            self.is_too_deep = true;
            return;
        }
        let mut parser = Parser {
            rest: text.chars().peekable(),
            commands: Vec::new(),
            words: Vec::new(),
            here_document: false,
            depth: 0,
        };
        parser.parse(None);
        self.words.extend(parser.words);
        for mut command in parser.commands {
            strip(&mut command.words);
            if command
                .words
                .first()
                .is_some_and(|word| runs_others(&word.text) || word.is_unknown)
            {
                for word in &command.words[1..] {
                    if word.text.contains(|c: char| !is_of_name(c)) {
                        self.read(&word.text, depth + 1);
                    }
                }
            }
            self.commands.push(command);
        }
    }

    /// Whether it runs `pattern`: that program, with the further words among its arguments, in that
    /// order.
    pub(in crate::rules) fn runs(&self, pattern: &[String]) -> Likely {
        let Some((program, arguments)) = pattern.split_first() else {
            return Likely::No;
        };
        let seen = self
            .commands
            .iter()
            .map(|command| command.runs(program, arguments));
        let likely = seen.max().unwrap_or(Likely::No);
        if likely == Likely::No && (self.is_too_deep || self.mentions(program, arguments)) {
            return Likely::Maybe;
        }
        likely
    }

    fn mentions(&self, program: &str, arguments: &[String]) -> bool {
        self.atoms.iter().any(|atoms| {
            let mut atoms = atoms.iter();
            atoms.any(|atom| is_program(atom, program))
                && arguments
                    .iter()
                    .all(|wanted| atoms.any(|atom| is_argument(atom, wanted)))
        })
    }

    /// Whether a program of this name is run or named anywhere.
    pub(in crate::rules) fn names(&self, program: &str) -> bool {
        self.mentions(program, &[])
    }

    /// Every word that may be a path, `~` and `$HOME` replaced where `home` is known, and whether
    /// that is all of them.
    pub(in crate::rules) fn paths(&self, home: Option<&Path>) -> (Vec<String>, bool) {
        let mut is_all = !self.is_too_deep;
        let mut paths = Vec::new();
        for word in &self.words {
            let text = at_home(&word.text, home);
            is_all &= !word.is_unknown || text.is_some();
            let text = text.unwrap_or_else(|| word.text.clone());
            let piece = |(at, _): (usize, &str)| {
                at_home(&text[at + 1..], home).unwrap_or_else(|| text[at + 1..].to_owned())
            };
            paths.extend(text.match_indices(['=', ':', ',', '@']).map(piece));
            paths.push(text);
        }
        let inner = self
            .atoms
            .iter()
            .flatten()
            .filter(|atom| atom.contains('/'));
        paths.extend(inner.cloned());
        (paths, is_all)
    }
}

/// A word that begins with the person's home, written out; `None` for others.
fn at_home(text: &str, home: Option<&Path>) -> Option<String> {
    let below = ["~", "$HOME", "${HOME}"]
        .iter()
        .find_map(|name| text.strip_prefix(name))?;
    let is_home = below.is_empty() || below.starts_with('/');
    is_home.then(|| Some(format!("{}{below}", home?.display())))?
}

impl Command {
    fn runs(&self, program: &str, arguments: &[String]) -> Likely {
        let Some(first) = self.words.first() else {
            return Likely::No;
        };
        let is_runner = runs_others(&first.text) || first.is_unknown;
        let places = if is_runner { self.words.len() } else { 1 };
        let at = |place: usize| {
            let word = &self.words[place];
            if is_program(&word.text, program) {
                has_arguments(&self.words[place + 1..], arguments)
            } else if word.is_unknown {
                Likely::Maybe
            } else {
                Likely::No
            }
        };
        let likely = (0..places).map(at).max().unwrap_or(Likely::No);
        if likely == Likely::No && self.runs_what_it_reads() {
            return Likely::Maybe;
        }
        if self.is_doubtful {
            likely.min(Likely::Maybe)
        } else {
            likely
        }
    }

    /// A shell that was not told on its command line what to do.
    fn runs_what_it_reads(&self) -> bool {
        let shells = self
            .words
            .iter()
            .filter(|word| SHELLS.contains(&base(&word.text)));
        let is_told = || {
            self.words
                .iter()
                .any(|word| word.text.starts_with('-') && word.text.contains('c'))
        };
        let is_runner = self
            .words
            .first()
            .is_some_and(|word| runs_others(&word.text));
        is_runner && shells.count() > 0 && !is_told()
    }
}

/// Whether the wanted arguments are among `words`, in order.
fn has_arguments(words: &[Word], wanted: &[String]) -> Likely {
    let mut rest = words.iter();
    let in_order = |argument: &String| rest.any(|word| is_argument(&word.text, argument));
    if wanted.iter().all(in_order) {
        return Likely::Yes;
    }
    let bundled = |argument: &String| {
        words.iter().any(|word| is_argument(&word.text, argument)) || is_bundled(words, argument)
    };
    if wanted.iter().all(bundled) {
        return Likely::Yes;
    }
    if words.iter().any(|word| word.is_unknown) {
        Likely::Maybe
    } else {
        Likely::No
    }
}

fn is_argument(word: &str, wanted: &str) -> bool {
    let value = |rest: &str| rest.starts_with('=');
    word == wanted || wanted.starts_with("--") && word.strip_prefix(wanted).is_some_and(value)
}

/// Whether each letter of short options such as `-rf` is among the short options of `words`.
fn is_bundled(words: &[Word], wanted: &str) -> bool {
    let Some(letters) = short_options(wanted) else {
        return false;
    };
    let given = words.iter().filter_map(|word| short_options(&word.text));
    let given: String = given.collect();
    letters.chars().all(|letter| given.contains(letter))
}

fn short_options(word: &str) -> Option<&str> {
    let letters = word.strip_prefix('-')?;
    let is_letters = !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic());
    is_letters.then_some(letters)
}

fn is_program(word: &str, program: &str) -> bool {
    base(word).eq_ignore_ascii_case(base(program))
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Takes away what stands before the program: assignments and words of the shell.
fn strip(words: &mut Vec<Word>) {
    let is_before = |word: &Word| {
        let name = word.text.split_once('=').map(|(name, _)| name);
        let name = name.map(|name| name.strip_suffix('+').unwrap_or(name));
        let is_assignment = name.is_some_and(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_[]".contains(c))
        });
        is_assignment || BEFORE.contains(&word.text.as_str())
    };
    let count = words.iter().take_while(|word| is_before(word)).count();
    words.drain(..count);
}

/// The text cut wherever no name goes on; once as if quotes were not there, because they join parts
/// of a name, and once with them, because they end one.
fn atoms(text: &str) -> [Vec<String>; 2] {
    let text = text.replace("\\\n", "");
    let is_quote = |c: char| matches!(c, '\'' | '"' | '\\');
    let without_quotes: String = text.chars().filter(|c| !is_quote(*c)).collect();
    [without_quotes, text].map(|text| {
        let atoms = text.split(|c: char| !is_of_name(c) && c != '=');
        let atoms = atoms.filter(|atom| !atom.is_empty());
        atoms.map(str::to_owned).collect()
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "_-./+~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str, pattern: &str) -> Likely {
        let pattern: Vec<String> = pattern.split(' ').map(str::to_owned).collect();
        Reading::of(text).runs(&pattern)
    }

    #[test]
    fn a_program_is_found_wherever_it_is_run() {
        for text in [
            "rm x",
            "/bin/rm x",
            "./rm",
            "cd / && rm -rf x",
            "ls; rm x",
            "ls|rm",
            "ls &rm",
            "ls\nrm x",
            "(rm x)",
            "{ rm x; }",
            "echo $(rm x)",
            "echo \"a $(ls; rm x)\"",
            "echo `rm x`",
            "cat <(rm x)",
            "sudo rm x",
            "sudo -u root rm x",
            "env A=1 rm x",
            "A=1 B=2 rm x",
            "A=$(rm x) ls",
            "sh -c 'rm x'",
            "bash -lc \"cd /; rm x\"",
            "sudo sh -c 'ls && rm x'",
            "eval 'rm x'",
            "xargs rm",
            "find . -exec rm {} ;",
            "nohup rm x &",
            "if rm x; then ls; fi",
            "while ! rm x; do :; done",
            "for f in a; do rm $f; done",
            "r''m x",
            "\\rm x",
            "r\\m x",
            "r\\\nm x",
            "'rm' x",
            "\"rm\" x",
            "> out rm x",
            "2>&1 rm x",
            "timeout 5 rm x",
            "ssh host 'rm x'",
            "RM x",
            "case x in a) rm x;; esac",
            "f() { rm x; }; f",
            "watch -n1 'rm x'",
            "echo ${x:-$(rm x)}",
            "tmux send-keys 'rm x' Enter",
        ] {
            assert_eq!(runs(text, "rm"), Likely::Yes, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_ruled_out_is_maybe() {
        for text in [
            "$x y",
            "$(echo rm) x",
            "git commit -m 'rm it'",
            "cat <<E\nrm x\nE",
            "echo x | sh",
            "bash script.sh",
            "python -c 'os.system(\"rm x\")'",
            "r* x",
            "r{m,} x",
            "$'\\x72m' x",
            "echo rm",
            "# rm x",
            "perl -e 'exec q(rm)'",
            "sudo $x",
        ] {
            assert_eq!(runs(text, "rm"), Likely::Maybe, "{text:?}");
        }
    }

    #[test]
    fn what_has_nothing_of_it_is_no() {
        for text in [
            "ls",
            "",
            "farm x",
            "rmdir x",
            "ls $x",
            "git status",
            "echo 'a b' > c",
            "sudo ls",
            "env A=b make",
        ] {
            assert_eq!(runs(text, "rm"), Likely::No, "{text:?}");
        }
    }

    #[test]
    fn further_words_are_found_among_the_arguments() {
        for (text, pattern, likely) in [
            ("git push", "git push", Likely::Yes),
            ("git -c a=b push origin", "git push", Likely::Yes),
            ("git status", "git push", Likely::No),
            ("git $x", "git push", Likely::Maybe),
            ("push git", "git push", Likely::No),
            ("rm -rf x", "rm -rf", Likely::Yes),
            ("rm -r -v -f x", "rm -rf", Likely::Yes),
            ("rm -fr x", "rm -rf", Likely::Yes),
            ("rm -r x", "rm -rf", Likely::No),
            ("git push --force=x", "git push --force", Likely::Yes),
            (
                "git push --force-with-lease",
                "git push --force",
                Likely::No,
            ),
            ("echo git push", "git push", Likely::Maybe),
        ] {
            assert_eq!(runs(text, pattern), likely, "{text:?} {pattern:?}");
        }
    }

    #[test]
    fn paths_are_found_in_words_and_in_parts_of_words() {
        let home = Path::new("/h");
        let (paths, is_all) = Reading::of("cat ~/a --b=$HOME/c >d 'x /e/f y'").paths(Some(home));
        for path in ["/h/a", "/h/c", "d", "/e/f"] {
            assert!(paths.iter().any(|found| found == path), "{path}: {paths:?}");
        }
        assert!(!is_all, "`--b=$HOME/c` is more than its home");
        assert!(Reading::of("cat $HOME/a").paths(Some(home)).1);
        assert!(!Reading::of("cat $x").paths(Some(home)).1);
    }
}
