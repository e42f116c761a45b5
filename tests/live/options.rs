//! What part of the suite is run, and where its things are kept.

use std::path::{Path, PathBuf};

use super::assistant::Manners;
use super::situation::Situation;
use super::way::Way;

/// So much longer everything may take where time is none of what is tried.
const SLACK: u32 = 20;

/// What was asked for.
#[derive(Debug)]
pub(super) struct Options {
    assistants: Vec<String>,
    situations: Vec<Situation>,
    /// Whether every event is logged and the log kept beside the transcripts.
    pub(super) mirror: bool,
    /// Whether packages that are installed stay as they are.
    pub(super) keep: bool,
    /// Whether the suite is about Taskmaster and a list that it writes, and about nothing else.
    pub(super) taskmaster: bool,
    /// Whether only those are tried for which nothing is fetched.
    offline: bool,
    /// How the assistants are started.
    pub(super) way: Way,
    /// How many times as long as usual a row and the screen may take.
    pub(super) slack: u32,
    /// How often each situation is tried.
    pub(super) repeat: u32,
    /// Holds the installed assistants and the transcripts.
    pub(super) folder: PathBuf,
}

impl Options {
    /// Reads them from the command line.
    pub(super) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            assistants: Vec::new(),
            situations: Vec::new(),
            mirror: false,
            keep: false,
            taskmaster: false,
            offline: false,
            way: Way::default(),
            slack: 1,
            repeat: 1,
            folder: folder(),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--assistant" => options.assistants.push(assistant(value()?)?),
                "--situation" => options.situations.push(situation(&value()?)?),
                "--repeat" => options.repeat = times(&value()?)?,
                "--way" => options.way = Way::named(&value()?)?,
                "--mirror" => options.mirror = true,
                "--keep" => options.keep = true,
                "--taskmaster" => options.taskmaster = true,
                "--offline" => options.offline = true,
                "--patient" => options.slack = SLACK,
                _ => {
                    return Err(format!(
                        "`{word}` is none of --assistant, --situation, --way, --repeat, --keep, --offline, \
                         --patient, --mirror, --taskmaster"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// Whether `manners` is asked for, by its own name or its assistant's.
    pub(super) fn wants(&self, manners: &Manners) -> bool {
        let names = [manners.name, manners.assistant];
        if self.offline && !manners.packages.is_empty() {
            return false;
        }
        if !self.way.takes(manners) {
            return false;
        }
        self.assistants.is_empty() || self.assistants.iter().any(|name| names.contains(&&**name))
    }

    /// Whether the situation is asked for.
    pub(super) fn wants_situation(&self, situation: Situation) -> bool {
        let is_named = self.situations.is_empty() || self.situations.contains(&situation);
        is_named && self.way.has(situation)
    }
}

fn folder() -> PathBuf {
    let given = std::env::var_os("PANE_PATROL_LIVE_DIR").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("live"))
}

fn assistant(name: String) -> Result<String, String> {
    let known = Manners::all();
    if known
        .iter()
        .any(|it| it.name == name || it.assistant == name)
    {
        return Ok(name);
    }
    let names: Vec<_> = known.iter().map(|it| it.name).collect();
    Err(format!("`{name}` is none of: {}", names.join(", ")))
}

fn times(number: &str) -> Result<u32, String> {
    let times = number.parse().ok().filter(|times| *times > 0);
    times.ok_or_else(|| format!("`{number}` is no number of times"))
}

fn situation(name: &str) -> Result<Situation, String> {
    let found = Situation::all().find(|it| it.name() == name);
    found.ok_or_else(|| {
        let names: Vec<_> = Situation::all().map(Situation::name).collect();
        format!("`{name}` is none of: {}", names.join(", "))
    })
}
