//! What was said, taken apart, and the page that is made of it.

use std::fmt::Write;
use std::process::Command;

use crate::common::book::table;
use crate::common::{Finished, PROGRAM, TestEnv, finish};

/// What every command says alike.
pub(super) const ANY: &str = "any command";

/// The names by which values of the trials stand on the page.
const VALUES: &[(&str, &str)] = &[
    ("shop:0.0", "TARGET"),
    ("shop:1.0", "TARGET"),
    ("shop:2.0", "TARGET"),
    ("shop:9.0", "TARGET"),
    ("repo:1.0", "TARGET"),
    ("%7", "TARGET"),
    ("`shop`", "`NAME`"),
    ("my-bot", "ASSISTANT"),
    ("other-bot", "ASSISTANT"),
];

/// All that was said.
#[derive(Default)]
pub(super) struct Seen {
    said: Vec<Said>,
    /// The trials that said nothing.
    silent: Vec<String>,
}

/// One message.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// Of which command.
    by: String,
    /// Its first line, and what it was caused by.
    says: Vec<String>,
    /// Where that is so.
    when: &'static str,
    /// What to do, as it says.
    next: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Sentence,
}

impl Seen {
    /// Types `words`, and takes in what is said of it; `when`: what is so just then.
    pub(super) fn of(&mut self, env: &TestEnv, when: &'static str, words: &str) {
        let mut command = env.pane_patrol();
        self.by(env, when, command.args(words.split(' ')));
    }

    /// The same of a command that is the same of all.
    pub(super) fn of_any(&mut self, env: &TestEnv, when: &'static str, words: &str) {
        let finished = finish(env.pane_patrol().args(words.split(' ')));
        self.take(ANY, env, when, &finished);
    }

    /// The same of a command that is set up.
    pub(super) fn by(&mut self, env: &TestEnv, when: &'static str, command: &mut Command) {
        let by = name_of(command);
        let finished = finish(command);
        self.take(&by, env, when, &finished);
    }

    /// Takes in what was said on stderr.
    pub(super) fn take(
        &mut self,
        by: &str,
        env: &TestEnv,
        when: &'static str,
        finished: &Finished,
    ) {
        let before = self.said.len();
        let is_told = |line: &str| line.starts_with("error: ") || line.starts_with("warning: ");
        let is_wrong = finished.stderr.lines().any(is_told);
        for line in finished.stderr.lines() {
            self.line(before, by, when, &settled(env, line));
        }
        // What was done before something failed is said where nothing does.
        let mut place = 0;
        self.said.retain(|said| {
            place += 1;
            place <= before || !is_wrong || said.kind != Kind::Sentence
        });
        if self.said.len() == before {
            self.silent.push(format!("{by}, {when}: {finished:?}"));
        }
    }

    /// Takes in one line; `before`: where what this command says begins.
    fn line(&mut self, before: usize, by: &str, when: &'static str, line: &str) {
        let begins = |prefix: &str| line.strip_prefix(prefix).map(str::to_owned);
        let new = |says: String, kind| Said {
            by: by.to_owned(),
            says: vec![says],
            when,
            next: Vec::new(),
            kind,
        };
        if let Some(says) = begins("error: ") {
            self.said.push(new(says, Kind::Error));
        } else if let Some(says) = begins("warning: ") {
            self.said.push(new(says, Kind::Warning));
        } else if let Some(last) = self.said.get_mut(before..).and_then(<[Said]>::last_mut)
            && [" ", "hint: ", "Usage: "]
                .iter()
                .any(|begins| line.starts_with(begins))
        {
            let trimmed = line.trim().to_owned();
            if let Some(hint) = begins("hint: ") {
                last.next.push(hint);
            } else if line.starts_with("  caused by: ")
                || line.starts_with("  <")
                || line.starts_with("  --")
            {
                last.says.push(trimmed);
            } else {
                last.next.push(trimmed);
            }
        } else if line.starts_with("For more information") {
            // It stands alone where nothing else is to be done.
            let last = self.said.last_mut().filter(|last| last.next.is_empty());
            if let Some(last) = last {
                last.next.push(line.to_owned());
            }
        } else if !line.is_empty() && !is_title(line) {
            self.said.push(new(line.trim().to_owned(), Kind::Sentence));
        }
    }

    /// Whether this was among what was said: `parts` in this order, with values between them.
    pub(super) fn holds(&self, parts: &[&str]) -> bool {
        let fits = |line: &String| {
            let mut rest = line.as_str();
            parts.iter().all(|part| match rest.split_once(part) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        };
        let lines = |said: &Said| said.says.iter().chain(&said.next).any(fits);
        self.said.iter().any(lines)
    }

    /// Whoever reads that something failed reads what to do.
    pub(super) fn assert_each_says_what_next(&self) {
        let silent = self
            .said
            .iter()
            .filter(|said| said.kind == Kind::Error && said.next.is_empty());
        let silent: Vec<String> = silent
            .map(|said| format!("{}: {:?}", said.by, said.says))
            .collect();
        assert!(
            self.silent.is_empty(),
            "nothing is said: {:#?}",
            self.silent
        );
        assert!(
            silent.is_empty(),
            "no word of what to do next:\n{}",
            silent.join("\n")
        );
    }

    /// A part for each command, and in it a line for each message.
    pub(super) fn page(&self) -> String {
        let mut commands: Vec<&str> = self.said.iter().map(|said| said.by.as_str()).collect();
        commands.sort_by_key(|name| (*name != ANY, *name));
        commands.dedup();
        let mut page = String::new();
        for command in commands {
            let title = if command == ANY {
                "Any command".to_owned()
            } else {
                format!("`{command}`")
            };
            let mut rows: Vec<[String; 3]> = Vec::new();
            for said in self.said.iter().filter(|said| said.by == command) {
                let mut says = said.says.join("<br>");
                if said.kind == Kind::Warning {
                    says.insert_str(0, "warning: ");
                }
                let row = [says, said.when.to_owned(), said.next.join("<br>")];
                let row = row.map(|cell| shown(&cell));
                if !rows
                    .iter()
                    .any(|known| known[0] == row[0] && known[2] == row[2])
                {
                    rows.push(row);
                }
            }
            let heads = ["it says", "when", "what next"];
            let _ = write!(page, "## {title}\n\n{}\n", table(heads, rows));
        }
        page
    }
}

/// The command of ours that is started, with the one below it.
fn name_of(command: &Command) -> String {
    let words = command
        .get_args()
        .map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    let has_more = ["rules", "mirror"].contains(&words[0].as_str())
        || words[0] == "log"
            && words
                .get(1)
                .is_some_and(|word| ["stats", "replay"].contains(&word.as_str()));
    if has_more && words.len() > 1 {
        words[..2].join(" ")
    } else {
        words[0].clone()
    }
}

/// Without what is another one in each run, and in each world.
fn settled(env: &TestEnv, line: &str) -> String {
    let mut line = line.replace(PROGRAM, "PATH");
    let root = env.path("").display().to_string();
    let root = root.trim_end_matches('/');
    while let Some(start) = line.find(root) {
        let is_end = |c: char| c.is_whitespace() || "`'\",;)".contains(c);
        let length = line[start..].find(is_end).unwrap_or(line.len() - start);
        // What ends a sentence or begins a reason is no part of it.
        let length = line[start..start + length]
            .trim_end_matches([':', '.'])
            .len();
        line.replace_range(start..start + length, "PATH");
    }
    for (value, name) in VALUES {
        line = line.replace(value, name);
    }
    for word in ["process ", "127.0.0.1:", "TARGET, ", "last "] {
        line = numbers_after(&line, word);
    }
    match line.split_once(" checks failed") {
        Some((_, rest)) => format!("error: N checks failed{rest}"),
        None => without_numbers_of_errors(&line),
    }
}

/// What `setup` writes above each step.
fn is_title(line: &str) -> bool {
    line.split_once(" of ")
        .is_some_and(|(number, rest)| number.trim().parse::<u32>().is_ok() && rest.contains(". "))
}

/// Without the number that stands after `word`: of a process, or of a port. Our own examples stay.
fn numbers_after(line: &str, word: &str) -> String {
    let mut parts = line.split(word);
    let mut settled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_example = rest.len() == part.len() || part.starts_with("42000");
        settled += word;
        settled += if is_example { part } else { "N" };
        settled += if is_example { "" } else { rest };
    }
    settled
}

/// Without what each system counts otherwise: `(os error 98)`.
fn without_numbers_of_errors(line: &str) -> String {
    let mut parts = line.split(" (os error ");
    let mut settled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        settled += part.split_once(')').map_or(part, |(_, rest)| rest);
    }
    settled
}

/// As text of a page: nothing but what stands between backticks means more than itself.
fn shown(text: &str) -> String {
    let mut is_code = false;
    let mut shown = String::new();
    for part in text.split('`') {
        if !shown.is_empty() || is_code {
            shown.push('`');
        }
        let part = if is_code {
            part.to_owned()
        } else {
            part.replace('<', "&lt;").replace("&lt;br>", "<br>")
        };
        shown.push_str(&part);
        is_code = !is_code;
    }
    shown
}
