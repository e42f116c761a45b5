//! `doctor`: every link of the chain from the assistant to the dashboard, and what to do about each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::status::{Registered, Status, status};
use pane_patrol_installer::{Assistant, Site, Wanted, hook_command, installed_at, plan_install};

use super::Context;
use super::install::site;
use super::program::executable;
use super::rules::can_act;
use crate::assistants;
use crate::assistants::facets::doctor::Look;
use crate::cli::DoctorArgs;
use crate::config::Config;
use crate::doctor::{self, Finding, Hooks, Listening, Running, Variables, Verdict};
use crate::error::{CommandError, CommandResult};
use crate::hub::client::HubClient;
use crate::messages;
use crate::state::Row;
use crate::tap::World;

/// In how many environments of panes an event is tried.
const MAX_WORLDS: usize = 4;

/// Prints what was found; fails when a link of the chain is broken.
pub(super) fn run(context: &Context, arguments: &DoctorArgs) -> CommandResult {
    let rows = rows(&context.places(), context.environment.uid);
    let findings = examine(context, rows.as_deref());
    if arguments.json {
        messages::json(&findings)?;
    } else {
        let width = messages::width();
        let printed = findings.iter().map(|finding| print(finding, width));
        messages::result(&printed.collect::<String>());
        let next = doctor::next_step(&findings, rows.as_deref().map(<[Row]>::len));
        messages::result(&format!(
            "\n{}",
            beside(&format!("{:<9}", "next"), &next, width)
        ));
    }
    let broken = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Failure)
        .count();
    let failed = match broken {
        0 => return Ok(()),
        1 => CommandError::new("1 check failed"),
        many => CommandError::new(format!("{many} checks failed")),
    };
    Err(failed.hint("after each `failure` stands what mends it; nothing was changed"))
}

/// For a terminal of that `width`; without one each part is one line.
fn print(finding: &Finding, width: Option<usize>) -> String {
    let head = format!("{:<8} {:<17} ", finding.verdict.as_str(), finding.check);
    let seen = beside(&head, &finding.seen, width);
    let fix = finding.fix.as_ref().map(|fix| {
        let arrow = format!("{:<26} → ", "");
        beside(&arrow, fix, width)
    });
    seen + &fix.unwrap_or_default()
}

/// `text` beside `head`, and below itself where it goes on: whole words, and what is to be typed whole.
fn beside(head: &str, text: &str, width: Option<usize>) -> String {
    let indent = head.chars().count();
    let (mut lines, mut column) = (head.to_owned(), indent);
    for word in words(text) {
        let length = word.chars().count();
        if column > indent {
            if width.is_some_and(|width| column + 1 + length > width) {
                lines += "\n";
                lines += &" ".repeat(indent);
                column = indent;
            } else {
                lines += " ";
                column += 1;
            }
        }
        lines += word;
        column += length;
    }
    lines + "\n"
}

/// The words of a text; what stands between two backticks is part of one.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words
}

fn examine(context: &Context, rows: Option<&[Row]>) -> Vec<Finding> {
    let places = context.places();
    let uid = context.environment.uid;
    let config = Config::read(places.config.as_deref());
    let wanted = config.as_ref().map(|config| config.mirror.limits());
    let mut findings = doctor::multiplexers(&context.reach(), context.around.server.as_ref());
    findings.extend([
        doctor::runtime_folders(&places, uid),
        doctor::state_folder(&places),
        doctor::event_log(&places, wanted.ok()),
    ]);
    let (collecting, listening) = doctor::collecting(&places, uid);
    findings.push(collecting);
    findings.extend(doctor::apart(&places, uid, Timestamp::now()));

    findings.extend(doctor::rules(&config, can_act(context)));

    let Some(executable) = executable() else {
        return findings;
    };
    let (mut commands, mut variables) = (Vec::new(), BTreeMap::new());
    let mut looked_at = Vec::new();
    for assistant in Assistant::ALL.iter().copied() {
        let Ok(Some(site)) = site::of(context, assistant) else {
            continue;
        };
        let running = doctor::running(assistant, &site.location);
        let (found, command) = examine_one(&site, &executable, rows, &running);
        findings.extend(found);
        if let Some(known) = assistants::named(assistant.name)
            && let Ok(config) = &config
        {
            let told = (&context.reach(), &World::of(&places));
            findings.extend(doctor::pipes(known, config.witness, &running, told));
        }
        let sessions = running.sessions.iter();
        looked_at.extend(sessions.map(|session| (session.server.pid, session.pane)));
        if command.is_some() {
            note_variables(&mut variables, assistant, &running);
        }
        commands.extend(command);
    }
    findings.extend(doctor::overlooked(rows, &looked_at));
    match commands.first() {
        Some(command) => {
            let (command, places) = (command.as_str(), &places);
            let test = doctor::Test {
                command,
                places,
                uid,
            };
            findings.push(test.here(listening));
            let own = own_variables(context);
            let others = variables.iter().filter(|(theirs, _)| **theirs != own);
            let of_ours = others.filter(|(theirs, _)| is_same_session(theirs, &own));
            let tested = of_ours
                .take(MAX_WORLDS)
                .filter(|_| listening == Listening::Yes);
            findings.extend(tested.map(|(theirs, who)| test.at_pane(who, theirs)));
        }
        None => findings.push(Finding::failure(
            "hooks",
            "no assistant has our hooks",
            if Assistant::ALL.iter().any(|one| site::is_found(one)) {
                "run `pane-patrol install --all`"
            } else {
                NOBODY_IS_FOUND
            },
        )),
    }
    for known in assistants::ALL {
        if let Some(files) = known.session_files()
            && let Ok(Some(site)) = site::of(context, known.row())
        {
            let config = known.row().folder(&site.location);
            findings.push(doctor::sessions(files, config));
        }
    }
    findings
}

/// What to do where there is nobody to install for.
const NOBODY_IS_FOUND: &str = "none was found on PATH: install an assistant first, name one that is elsewhere with `--assistant` to `install`, or have a program of yours report with `emit`";

/// Keeps for each environment of sessions in panes the name of one of them.
fn note_variables(
    variables: &mut BTreeMap<Variables, String>,
    assistant: &Assistant,
    running: &Running,
) {
    for session in &running.sessions {
        let who = || format!("{} in {}", assistant.name, session.pane);
        variables
            .entry(session.reports_to.clone())
            .or_insert_with(who);
    }
}

/// What of our own environment says where hooks report to.
fn own_variables(context: &Context) -> Variables {
    let environment = &context.environment;
    let text = |path: &Option<PathBuf>| Some(path.as_ref()?.to_string_lossy().into_owned());
    let values = [
        text(&environment.runtime_dir),
        environment.session.clone(),
        text(&environment.event_socket),
    ];
    let set = doctor::REPORTS_TO.into_iter().zip(values);
    set.filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Another session's panes, or those with a socket of their own, are meant to report elsewhere.
fn is_same_session(theirs: &Variables, own: &Variables) -> bool {
    doctor::REPORTS_TO[1..]
        .iter()
        .all(|name| theirs.get(name) == own.get(name))
}

/// The rows of the collector; `None` when nobody collects.
fn rows(places: &Places, uid: u32) -> Option<Vec<Row>> {
    HubClient::subscribe(places, uid, "doctor", Timestamp::now)
        .and_then(|mut client| client.rows())
        .ok()
}

/// What is found of one assistant, and a command that a test event can go through.
fn examine_one(
    site: &Site,
    executable: &Path,
    rows: Option<&[Row]>,
    running: &Running,
) -> (Vec<Finding>, Option<String>) {
    let (assistant, settings) = (site.assistant, &site.location.settings);
    let version = site::version(assistant);
    let found = status(assistant, &site.location, version);
    let registered = match &found {
        Status::Installed(registered) | Status::Partly(registered) => Some(registered),
        Status::NotInstalled | Status::Unreadable(_) => None,
    };
    let known = assistants::named(assistant.name);
    let looked = known.map(|known| {
        known.look(&Look {
            settings,
            registered,
            running,
            version,
        })
    });
    let findings = Hooks {
        assistant,
        settings,
        is_found: site::is_found(assistant),
        version,
        status: &found,
        installed_at: installed_at(&site.installs, settings),
        running,
        found: &looked.unwrap_or_default(),
        refusal: refusal(site, executable, version),
        rows,
        executable,
        now: site.now,
    }
    .findings();
    (findings, test_command(assistant, registered))
}

/// What an install would say now, if it would be refused: its own plan is made, and not carried out.
fn refusal(site: &Site, executable: &Path, version: Option<Version>) -> Option<(String, String)> {
    let wanted = Wanted {
        executable: executable.to_owned(),
        version,
        approvals: false,
        everywhere: false,
        settings: Vec::new(),
    };
    let error = plan_install(site, &wanted).err()?;
    let fix = error.hints().pop().unwrap_or_default();
    Some((error.to_string(), fix))
}

/// A command whose event makes no row, as it is registered. Another assistant's stands in for a plugin,
/// which starts the program by itself.
fn test_command(assistant: &'static Assistant, registered: Option<&Registered>) -> Option<String> {
    let executable = registered?.executables.first()?;
    let last = |assistant: &'static Assistant| {
        let mut events = assistant.adapter.registrations.iter();
        let event = events.find(|event| event.event == "SessionEnd")?;
        hook_command(assistant, executable, event).ok()
    };
    let all = Assistant::ALL.iter().copied();
    std::iter::once(assistant).chain(all).find_map(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_finding_goes_on_below_itself_and_what_is_to_be_typed_stays_whole() {
        let text = "a word, `typed as it is`, and more";
        assert_eq!(
            beside("> ", text, Some(12)),
            "> a word,\n  `typed as it is`,\n  and more\n"
        );
        assert_eq!(beside("> ", text, None), format!("> {text}\n"));
        assert_eq!(words("a  b").len(), 3);
    }
}
