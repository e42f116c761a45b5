//! What a launcher lists, for example containers: by a program of the settings, which is run as it stands. Of what it
//! prints only names count, each of a form that cannot be taken for anything else.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::one_line;
use serde::Deserialize;
use thiserror::Error;

use super::{Launcher, is_program};
use crate::sys::child::{self, Ended, Group};

/// How long the program may take.
const LISTS_WITHIN: Duration = Duration::from_secs(5);

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// So much of its complaints is read, in bytes, and told, in characters.
const MAX_COMPLAINT: (usize, usize) = (4096, 200);

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Words(Vec<String>);

/// How they may be written down: each by itself, or one text of words without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Words(Vec<String>),
}

impl TryFrom<Written> for Words {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, &'static str> {
        let words = match written {
            Written::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
            Written::Words(words) => words,
        };
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self(words)),
            _ => Err("it names no program"),
        }
    }
}

/// Why nothing is listed.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("`{program}` {why}")]
pub(crate) struct NotListed {
    program: String,
    why: Why,
}

/// What was wrong with that program.
#[derive(Debug, PartialEq, Eq, Error)]
enum Why {
    /// The system does not start it, or tells nothing of it.
    #[error("cannot be run: {0}")]
    NotRun(String),
    #[error("has not ended within {} s", LISTS_WITHIN.as_secs())]
    Late,
    #[error("prints more than {} bytes", child::ANSWER)]
    TooMuch,
    /// With the first line of its complaints.
    #[error("has failed: {0}")]
    Failed(String),
    #[error("has failed, and does not say why")]
    FailedSilently,
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        Self::NotRun(match error.kind() {
            io::ErrorKind::NotFound => "no such program is on PATH".to_owned(),
            _ => error.to_string(),
        })
    }
}

impl Launcher {
    /// The names that it lists, in their order, found by this `PATH`; `None`: it lists none.
    pub(crate) fn names(&self, path: &OsStr) -> Option<Result<Vec<String>, NotListed>> {
        let words = &self.list.as_ref()?.0;
        let (program, arguments) = words.split_first()?;
        let mut command = program_of(program, path);
        command.args(arguments).env("PATH", path);
        let printed = printed(&mut command).map_err(|why| NotListed {
            program: words.join(" "),
            why,
        });
        Some(printed.map(|printed| names(&String::from_utf8_lossy(&printed))))
    }
}

/// The program, which the system ends with us, however we end: whoever asks waits for the answer in the thread that has
/// started it. What that program itself has started then is left. Of one that is not there the system says so.
fn program_of(program: &str, path: &OsStr) -> Command {
    let mut folders = std::env::split_paths(path);
    let is_there = if program.contains('/') {
        is_program(Path::new(program))
    } else {
        folders.any(|folder| is_program(&folder.join(program)))
    };
    if is_there {
        child::tied(program, child::CONTAINERS)
    } else {
        child::ours(program, child::CONTAINERS)
    }
}

/// What the program prints until it ends well; else it is killed, with all that it has started.
fn printed(command: &mut Command) -> Result<Vec<u8>, Why> {
    let until = Instant::now() + LISTS_WITHIN;
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::start(piped)?;
    let read = group.outputs((child::ANSWER, MAX_COMPLAINT.0), until)?;
    match read.ended {
        Ended::Closed => {}
        Ended::Late => return Err(Why::Late),
        Ended::Full => return Err(Why::TooMuch),
    }
    let status = group.wait(until)?.ok_or(Why::Late)?;
    if status.success() {
        return Ok(read.stdout);
    }
    let complaints = String::from_utf8_lossy(&read.stderr);
    let mut lines = complaints.lines().filter(|line| !line.trim().is_empty());
    let said = lines.next().map(|line| one_line(line, MAX_COMPLAINT.1));
    Err(said.map_or(Why::FailedSilently, Why::Failed))
}

/// The lines that are names, each once.
fn names(printed: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    let lines = printed.lines().map(str::trim);
    let names = lines.filter(|line| is_name(line) && known.insert(*line));
    names.map(str::to_owned).collect()
}

/// Whether it is a name as containers have them: no option, no path, nothing that a shell reads.
fn is_name(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    begins_well && text.len() <= MAX_NAME_BYTES && text.bytes().all(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(list: &str) -> Option<Result<Vec<String>, NotListed>> {
        let text = format!("name = 'box'\ncommand = 'enter {{item}}'\n{list}");
        let launcher: Launcher = toml::from_str(&text).unwrap();
        launcher.names(&std::env::var_os("PATH").unwrap())
    }

    #[test]
    fn only_names_are_taken_from_what_is_printed() {
        let printed =
            "one\n two-2 \n\n-v\n--privileged\na b\n$(x)\n../up\n/root\nthree.3\r\nit's\né\n";
        assert_eq!(names(printed), ["one", "two-2", "three.3"]);
        assert_eq!(names("one\ntwo\none\n"), ["one", "two"]);
        let many: Vec<String> = (0..1000).map(|number| format!("x{number}")).collect();
        assert_eq!(names(&many.join("\n")), many);
        assert_eq!(names(&"x".repeat(129)), Vec::<String>::new());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_hangs_is_ended_with_all_that_it_has_started() {
        let root = tempfile::tempdir().unwrap();
        let (pid, script) = (root.path().join("pid"), root.path().join("list"));
        let text = format!("sleep 1000 & echo $! > '{}'; echo one; wait", pid.display());
        std::fs::write(&script, text).unwrap();
        let mut command = child::ours("sh", child::CONTAINERS);
        assert_eq!(printed(command.arg(&script)), Err(Why::Late));
        let pid = std::fs::read_to_string(pid).unwrap();
        // At most its number is left, until whoever adopted it has heard of its end.
        let line = format!("/proc/{}/cmdline", pid.trim());
        let runs = || std::fs::read(&line).is_ok_and(|line| !line.is_empty());
        let patience = Instant::now() + Duration::from_secs(60);
        while runs() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!runs());
    }

    #[test]
    fn the_program_is_run_as_it_stands_and_never_by_a_shell() {
        assert_eq!(items(""), None);
        let as_text = items("list = 'printf %s\\n a $HOME `id` b;c d'");
        assert_eq!(as_text, Some(Ok(vec!["a".to_owned(), "d".to_owned()])));
        let as_words = items("list = ['printf', '%s', \"one\\ntwo words\\n\"]");
        assert_eq!(as_words, Some(Ok(vec!["one".to_owned()])));
        for fails in ["list = 'false'", "list = '/nothing/of/that/name ps'"] {
            assert!(matches!(items(fails), Some(Err(_))), "{fails}");
        }
        let loud =
            items(r#"list = ["sh", "-c", "echo; printf 'no\\033[1m engine\\nrest' >&2; exit 1"]"#);
        let why = loud.and_then(Result::err).expect("it has failed");
        assert!(
            why.to_string().ends_with("` has failed: no [1m engine"),
            "{why}"
        );
        let nothing = toml::from_str::<Launcher>("name = 'x'\ncommand = 'y'\nlist = ' '");
        assert!(
            nothing
                .unwrap_err()
                .to_string()
                .contains("it names no program")
        );
    }
}
