//! The verdict on one request: deny first, then ask, then allow. No rule is ask, doubt is ask.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::path::{is_surely_in, may_be_in, may_hold, written};
use super::rule::{Pattern, Rule, Rules, Then};
use super::shell::conservative::{Likely, Reading};
use super::shell::unambiguous;
use super::tool;

/// How far below an allowed `*` words are looked at; more of them are no harmless ones.
const MAX_WORDS: usize = 64;

/// One request for permission, with the complete input of its tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ask {
    /// The assistant's name, for example `claude`.
    pub assistant: String,
    /// The tool.
    pub tool: String,
    /// All that the tool is given, unshortened.
    pub input: Value,
    /// The folder it would run in.
    pub cwd: Option<PathBuf>,
    /// The project's folder; it stays the same when the assistant changes its folder.
    pub project: Option<PathBuf>,
    /// It runs where our paths mean nothing, for example in a container.
    #[serde(default)]
    pub is_elsewhere: bool,
}

/// What the rules stand on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The person's home.
    pub home: Option<PathBuf>,
    /// Our own folders, which hold these rules: nothing that touches them is ever allowed.
    pub own: Vec<PathBuf>,
}

/// Whether a rule is about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is.
    Yes,
    /// It cannot be ruled out; says why. Such a deny leaves the request to the person.
    Maybe(String),
    /// It is not; says why.
    No(String),
}

impl Match {
    fn is_sure(&self) -> bool {
        *self == Self::Yes
    }

    fn is_doubt(&self) -> bool {
        matches!(self, Self::Maybe(_))
    }
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The rule of this number.
    Rule(usize),
    /// The person trusts this row for a while.
    Trust,
    /// What holds whatever the rules say.
    Principle,
    /// No rule is about it.
    Nobody,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// The verdict.
    pub then: Then,
    /// Whose it is.
    pub by: By,
    /// Why, in one line; names the rule.
    pub why: String,
    /// Of each rule, in their order, whether it is about the request.
    pub fits: Vec<Match>,
}

/// Judges one request. `trusted`: the person has said that this row may do what no rule forbids.
pub(crate) fn judge(rules: &Rules, ask: &Ask, ground: &Ground, trusted: bool) -> Judgement {
    let case = Case::new(ask, ground);
    let fits: Vec<Match> = rules.iter().map(|rule| case.fit(rule)).collect();
    let (then, by, why) = case.decide(rules, &fits, trusted);
    Judgement {
        then,
        by,
        why,
        fits,
    }
}

/// A request with what is read out of it once.
struct Case<'a> {
    ask: &'a Ask,
    ground: &'a Ground,
    /// The command and its words, or why there are none that could be allowed.
    words: Result<Vec<String>, &'static str>,
    readings: Vec<Reading>,
}

impl<'a> Case<'a> {
    fn new(ask: &'a Ask, ground: &'a Ground) -> Self {
        Self {
            ask,
            ground,
            words: tool::command(&ask.tool, &ask.input).and_then(unambiguous::words),
            readings: tool::commands(&ask.input)
                .into_iter()
                .map(Reading::of)
                .collect(),
        }
    }

    fn decide(&self, rules: &Rules, fits: &[Match], trusted: bool) -> (Then, By, String) {
        if tool::is_for_the_person(&self.ask.tool) {
            let why = "questions and plans are always the person's to answer";
            return (Then::Ask, By::Principle, why.to_owned());
        }
        let first = |then, is_met: fn(&Match) -> bool| {
            let mut rules = rules.iter().zip(fits);
            rules.find(|(rule, fit)| rule.then == then && is_met(fit))
        };
        let by = |then, rule: &Rule, why: String| (then, By::Rule(rule.number), why);
        if let Some((rule, _)) = first(Then::Deny, Match::is_sure) {
            return by(Then::Deny, rule, format!("{} denies it", rule.title()));
        }
        if let Some((rule, Match::Maybe(why))) = first(Then::Deny, Match::is_doubt) {
            let why = format!("{} may deny it: {why}", rule.title());
            return by(Then::Ask, rule, why);
        }
        if let Some((rule, fit)) = first(Then::Ask, |fit| fit.is_sure() || fit.is_doubt()) {
            let why = match fit {
                Match::Maybe(why) => format!("{} may be about it: {why}", rule.title()),
                _ => format!("{} leaves it to the person", rule.title()),
            };
            return by(Then::Ask, rule, why);
        }
        if self.touches_us() {
            let why = "it touches pane-patrol itself, whose rules decide about it";
            return (Then::Ask, By::Principle, why.to_owned());
        }
        if let Some((rule, _)) = first(Then::Allow, Match::is_sure) {
            return by(Then::Allow, rule, format!("{} allows it", rule.title()));
        }
        if trusted {
            let why = "the person trusts this row for a while";
            return (Then::Allow, By::Trust, why.to_owned());
        }
        (Then::Ask, By::Nobody, "no rule is about it".to_owned())
    }

    /// Whether it runs this program, or reaches into its folders: a rule could rewrite the rules.
    fn touches_us(&self) -> bool {
        self.readings
            .iter()
            .any(|reading| reading.names("pane-patrol"))
            || self.ground.own.iter().any(|own| {
                let base = self.base();
                self.paths()
                    .0
                    .iter()
                    .any(|path| may_be_in(Path::new(path), base, own))
            })
    }

    fn base(&self) -> &Path {
        self.ask.cwd.as_deref().unwrap_or(Path::new("/"))
    }

    /// Whether the rule is about the request; the first condition that is not met says why not.
    fn fit(&self, rule: &Rule) -> Match {
        let conditions = [
            self.fit_assistant(rule),
            self.fit_tool(rule),
            self.fit_folder(rule),
            self.fit_command(rule),
            self.fit_path(rule),
        ];
        let mut fit = Match::Yes;
        for condition in conditions {
            match condition {
                Match::No(why) => return Match::No(why),
                Match::Maybe(why) if fit == Match::Yes => fit = Match::Maybe(why),
                _ => {}
            }
        }
        match fit {
            Match::Maybe(why) if rule.then == Then::Allow => Match::No(why),
            fit => fit,
        }
    }

    fn fit_assistant(&self, rule: &Rule) -> Match {
        let name = &self.ask.assistant;
        met(rule.is_for(name), || format!("the assistant is {name}"))
    }

    fn fit_tool(&self, rule: &Rule) -> Match {
        let name = self.ask.tool.as_str();
        let is = |wanted: &String| match wanted.strip_suffix('*') {
            Some(stem) => name.starts_with(stem),
            None => name == wanted,
        };
        met(rule.tool.is_empty() || rule.tool.iter().any(is), || {
            format!("the tool is {name}")
        })
    }

    fn fit_folder(&self, rule: &Rule) -> Match {
        if rule.folder.is_empty() {
            return Match::Yes;
        }
        if self.ask.is_elsewhere {
            return Match::Maybe("it runs where folders cannot be looked at".to_owned());
        }
        let home = self.ground.home.as_deref();
        let folders: Vec<PathBuf> = rule
            .folder
            .iter()
            .filter_map(|folder| written(folder, None, home))
            .collect();
        let here: Vec<&Path> = [&self.ask.cwd, &self.ask.project]
            .into_iter()
            .flatten()
            .map(PathBuf::as_path)
            .collect();
        if here.is_empty() || folders.len() < rule.folder.len() {
            return Match::Maybe("its folder is not known".to_owned());
        }
        let root = Path::new("/");
        let is_in = if rule.then == Then::Allow {
            folders
                .iter()
                .any(|folder| here.iter().all(|place| is_surely_in(place, root, folder)))
        } else {
            folders
                .iter()
                .any(|folder| here.iter().any(|place| may_be_in(place, root, folder)))
        };
        met(is_in, || "it works in another folder".to_owned())
    }

    fn fit_command(&self, rule: &Rule) -> Match {
        if rule.command.is_empty() {
            return Match::Yes;
        }
        if rule.then == Then::Allow {
            return match &self.words {
                Err(why) => Match::No((*why).to_owned()),
                Ok(words) => self.fit_words(rule, words),
            };
        }
        if self.readings.is_empty() {
            return Match::No("it runs no command".to_owned());
        }
        let all = self.readings.iter().flat_map(|reading| {
            rule.command
                .iter()
                .map(|pattern| reading.runs(&pattern.words))
        });
        match all.max().unwrap_or(Likely::No) {
            Likely::Yes => Match::Yes,
            Likely::Maybe => {
                Match::Maybe("the command may run it in a way that cannot be read".to_owned())
            }
            Likely::No => Match::No("the command is another one".to_owned()),
        }
    }

    fn fit_words(&self, rule: &Rule, words: &[String]) -> Match {
        let mut why = "the command is another one".to_owned();
        for pattern in &rule.command {
            match self.fit_pattern(pattern, words) {
                Ok(()) => return Match::Yes,
                Err(Some(more)) => why = more,
                Err(None) => {}
            }
        }
        Match::No(why)
    }

    /// The error says which further word is not harmless, when nothing else differs.
    fn fit_pattern(&self, pattern: &Pattern, words: &[String]) -> Result<(), Option<String>> {
        let more = words.strip_prefix(pattern.words.as_slice()).ok_or(None)?;
        if more.is_empty() {
            return Ok(());
        }
        if !pattern.is_open || more.len() > MAX_WORDS {
            return Err(Some("the command has further words".to_owned()));
        }
        match more.iter().find(|word| !self.is_harmless(word)) {
            None => Ok(()),
            Some(word) => Err(Some(format!("`{word}` is more than a `*` stands for"))),
        }
    }

    /// A plain word, no option, which as a path would lie in the project and not be hidden there.
    fn is_harmless(&self, word: &str) -> bool {
        let is_plain = |c: char| c.is_alphanumeric() || "_-./".contains(c);
        let starts_plain = word.starts_with(|c: char| c.is_alphanumeric() || "_./".contains(c));
        starts_plain && word.chars().all(is_plain) && self.is_in_project(Path::new(word))
    }

    fn is_in_project(&self, path: &Path) -> bool {
        let (Some(cwd), Some(project)) = (&self.ask.cwd, &self.ask.project) else {
            return false;
        };
        !self.ask.is_elsewhere && is_surely_in(path, cwd, project)
    }

    fn fit_path(&self, rule: &Rule) -> Match {
        if rule.path.is_empty() {
            return Match::Yes;
        }
        if self.ask.is_elsewhere {
            return Match::Maybe("it runs where paths cannot be looked at".to_owned());
        }
        let (home, project) = (self.ground.home.as_deref(), self.ask.project.as_deref());
        let wanted: Vec<PathBuf> = rule
            .path
            .iter()
            .filter_map(|path| written(path, project, home))
            .collect();
        if wanted.len() < rule.path.len() && rule.then != Then::Allow {
            return Match::Maybe("the project's folder is not known".to_owned());
        }
        if rule.then == Then::Allow {
            return self.fit_sure_path(&wanted);
        }
        self.fit_any_path(&wanted)
    }

    fn fit_sure_path(&self, wanted: &[PathBuf]) -> Match {
        let Some(cwd) = &self.ask.cwd else {
            return Match::No("its folder is not known".to_owned());
        };
        match tool::path(&self.ask.tool, &self.ask.input) {
            Err(why) => Match::No(why.to_owned()),
            Ok(path) => met(
                wanted
                    .iter()
                    .any(|folder| is_surely_in(Path::new(path), cwd, folder)),
                || format!("`{path}` leads elsewhere, or to something hidden"),
            ),
        }
    }

    fn fit_any_path(&self, wanted: &[PathBuf]) -> Match {
        let (paths, is_all) = self.paths();
        let base = self.base();
        let any = |test: &dyn Fn(&Path, &Path, &Path) -> bool| {
            paths.iter().any(|path| {
                wanted
                    .iter()
                    .any(|folder| test(Path::new(path), base, folder))
            })
        };
        if any(&may_be_in) {
            return Match::Yes;
        }
        let looks_below = tool::looks_below(&self.ask.tool) || tool::is_shell(&self.ask.tool);
        if looks_below && any(&may_hold) {
            return Match::Maybe("it reaches a folder that holds the path".to_owned());
        }
        if is_all {
            Match::No("it names another path".to_owned())
        } else {
            Match::Maybe("only the shell knows all of its paths".to_owned())
        }
    }

    /// Everything that may be a path, and whether that is all.
    fn paths(&self) -> (Vec<String>, bool) {
        let home = self.ground.home.as_deref();
        let given = tool::paths(&self.ask.tool, &self.ask.input);
        let at_home = |path: &str| match path.strip_prefix("~/") {
            Some(below) => home.map_or_else(
                || path.to_owned(),
                |home| home.join(below).to_string_lossy().into_owned(),
            ),
            None => path.to_owned(),
        };
        let mut paths: Vec<String> = given.into_iter().map(at_home).collect();
        let mut is_all = true;
        for reading in &self.readings {
            let (more, all) = reading.paths(home);
            paths.extend(more);
            is_all &= all;
        }
        (paths, is_all)
    }
}

fn met(is_met: bool, why: impl FnOnce() -> String) -> Match {
    if is_met { Match::Yes } else { Match::No(why()) }
}

#[cfg(test)]
mod tests;
