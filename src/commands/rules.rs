//! `rules`: what the person's rules are, whether they can be used, and what they make of one request.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::PathBuf;

use pane_patrol_hooks::adapter::answering_of;
use pane_patrol_installer::Assistant;
use pane_patrol_installer::status::{Status, status};
use serde::Serialize;

use super::Context;
use super::install::site;
use super::waiting_hook::what_stops;
use crate::assistants::{self, running::Running};
use crate::cli::{Expected, RulesCommand, RulesTestArgs};
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::rules::{Ask, By, Judgement, Match, Rule, Rules, Then, judge};

/// Longest payload that is read, in bytes: as much as the hook reads.
const MAX_PAYLOAD_BYTES: u64 = 1 << 20;

/// Said where the person has none.
const NO_RULES: &str = "There are no rules: everything is asked.";

/// Lists, checks or tries the rules.
pub(super) fn run(context: &Context, command: &RulesCommand) -> CommandResult {
    let rules = context.config()?.rules;
    match command {
        RulesCommand::List => {
            messages::result(&list(&rules));
            if rules.iter().next().is_none() {
                messages::status(NO_RULES);
            }
            Ok(())
        }
        RulesCommand::Check => {
            check(context, &rules);
            Ok(())
        }
        RulesCommand::Test(arguments) => test(context, &rules, arguments),
    }
}

/// In the order in which they are looked at.
fn list(rules: &Rules) -> String {
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by_key(|rule| rule.then);
    let line = |rule: &&Rule| {
        let then = rule.then.as_str();
        format!(
            "{then:<5}  {} (line {}): {}\n",
            rule.title(),
            rule.line,
            rule.conditions()
        )
    };
    rules.iter().map(line).collect()
}

fn check(context: &Context, rules: &Rules) {
    let count = rules.iter().count();
    messages::status(&match count {
        0 => NO_RULES.to_owned(),
        1 => "1 rule is understood.".to_owned(),
        many => format!("{many} rules are understood."),
    });
    let titles = assistants::answerable_titles();
    let other = |rule: &&Rule| !assistants::answerable().any(|row| rule.is_for(row.name));
    for rule in rules.iter().filter(other) {
        messages::warning(&format!(
            "{} (line {}) never acts: only {titles} can be answered by rules",
            rule.title(),
            rule.line
        ));
    }
    if count > 0 && !can_act(context) {
        messages::warning(&no_hook());
    }
}

/// Said when nothing waits for a rule.
pub(super) fn no_hook() -> String {
    let installs: Vec<String> = assistants::answerable()
        .map(|row| assistants::asking_install(row, None, false))
        .collect();
    format!(
        "{} asks nobody but you: {} registers the hook that lets rules and trust answer",
        assistants::answerable_titles(),
        installs.join(" or ")
    )
}

/// Whether a hook waits for answers.
pub(super) fn can_act(context: &Context) -> bool {
    assistants::answerable().any(|row| asks_us(context, row))
}

fn asks_us(context: &Context, assistant: &'static Assistant) -> bool {
    let Ok(Some(site)) = site::of(context, assistant) else {
        return false;
    };
    match status(site.assistant, &site.location, None) {
        Status::Installed(registered) | Status::Partly(registered) => {
            let stops = || what_stops(assistant, &site.location, &registered, &Running::default());
            registered.approvals && stops().is_none()
        }
        Status::NotInstalled | Status::Unreadable(_) => false,
    }
}

impl From<Expected> for Then {
    fn from(expected: Expected) -> Self {
        match expected {
            Expected::Deny => Self::Deny,
            Expected::Ask => Self::Ask,
            Expected::Allow => Self::Allow,
        }
    }
}

fn test(context: &Context, rules: &Rules, arguments: &RulesTestArgs) -> CommandResult {
    let ask = read(arguments)?;
    let ground = context.ground(&context.places());
    let judgement = judge(rules, &ask, &ground, false);
    if arguments.json {
        messages::json(&Report::of(rules, &judgement))?;
    } else {
        messages::result(&tell(rules, &judgement));
    }
    match arguments.expect {
        Some(expected) if Then::from(expected) != judgement.then => {
            let (then, expected) = (judgement.then.as_str(), Then::from(expected).as_str());
            let other = CommandError::new(format!("the rules say {then}, not {expected}"));
            Err(other.hint("what each of them makes of it stands above; nothing was changed"))
        }
        _ => Ok(()),
    }
}

/// The request on stdin, as the hook would get it.
fn read(arguments: &RulesTestArgs) -> Result<Ask, CommandError> {
    let failed = |why: &str| {
        CommandError::new(format!("could not judge what is on stdin: {why}"))
            .hint("give it what a hook gets, for example {\"cwd\":\"/p\",\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"ls\"}}")
    };
    let mut payload = Vec::new();
    let read = io::stdin()
        .take(MAX_PAYLOAD_BYTES)
        .read_to_end(&mut payload);
    read.map_err(|error| failed(&error.to_string()))?;
    if let Err(error) = serde_json::from_slice::<serde_json::Value>(&payload) {
        return Err(failed("it is no JSON").caused_by(&error));
    }
    let project = arguments.project.clone().map(PathBuf::into_os_string);
    let form = answering_of(arguments.assistant.as_str());
    let asked = form.and_then(|form| form.asked(&payload, project));
    let asked = asked.ok_or_else(|| {
        failed("it has no tool_name or tool_input, or is too long for a hook to pass on")
    })?;
    Ok(Ask {
        assistant: arguments.assistant.clone(),
        tool: asked.tool,
        input: asked.input,
        project: asked.project.or_else(|| asked.cwd.clone()),
        cwd: asked.cwd,
        is_elsewhere: false,
    })
}

/// The verdict, then each rule with why it is or is not about the request.
fn tell(rules: &Rules, judgement: &Judgement) -> String {
    let mut text = format!("{}: {}\n", judgement.then.as_str(), judgement.why);
    for (rule, fit) in rules.iter().zip(&judgement.fits) {
        let then = rule.then.as_str();
        let _ = write!(text, "  {} (line {}), {then}: ", rule.title(), rule.line);
        let _ = match fit {
            Match::Yes => writeln!(text, "matches"),
            Match::Maybe(why) => writeln!(text, "may match: {why}"),
            Match::No(why) => writeln!(text, "does not match: {why}"),
        };
    }
    text
}

/// The same for programs.
#[derive(Serialize)]
struct Report<'a> {
    verdict: Then,
    /// `rule`, `principle` or `nobody`.
    by: &'static str,
    rule: Option<usize>,
    line: Option<usize>,
    why: &'a str,
    rules: Vec<Looked<'a>>,
}

#[derive(Serialize)]
struct Looked<'a> {
    rule: usize,
    name: Option<&'a str>,
    line: usize,
    then: Then,
    /// `yes`, `maybe` or `no`.
    matches: &'static str,
    why: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(rules: &'a Rules, judgement: &'a Judgement) -> Self {
        let (by, rule) = match judgement.by {
            By::Rule(number) => ("rule", Some(number)),
            By::Trust => ("trust", None),
            By::Principle => ("principle", None),
            By::Nobody => ("nobody", None),
        };
        let looked = rules.iter().zip(&judgement.fits).map(|(rule, fit)| {
            let (matches, why) = match fit {
                Match::Yes => ("yes", None),
                Match::Maybe(why) => ("maybe", Some(why.as_str())),
                Match::No(why) => ("no", Some(why.as_str())),
            };
            Looked {
                rule: rule.number,
                name: rule.name.as_deref(),
                line: rule.line,
                then: rule.then,
                matches,
                why,
            }
        });
        let mut found = rules.iter().filter(|known| Some(known.number) == rule);
        Self {
            verdict: judgement.then,
            by,
            rule,
            line: found.next().map(|rule| rule.line),
            why: &judgement.why,
            rules: looked.collect(),
        }
    }
}
