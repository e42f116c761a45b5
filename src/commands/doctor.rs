//! `doctor`: every link of the chain from the assistant to the dashboard, and what to do about each.

use std::path::Path;

use pane_patrol_installer::status::{Status, status};
use pane_patrol_installer::{CLAUDE, hook_command};

use super::{Surroundings, site};
use crate::cli::DoctorArgs;
use crate::doctor::{self, Claude, Finding, Verdict};
use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Prints what was found; fails when a link of the chain is broken.
pub(super) fn run(surroundings: &Surroundings, arguments: &DoctorArgs) -> CommandResult {
    let findings = examine(surroundings)?;
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&findings);
        json.map_err(|error| CommandError::new("could not print JSON").caused_by(&error))? + "\n"
    } else {
        findings.iter().map(print).collect()
    };
    messages::result(&text);
    let broken = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Failure)
        .count();
    match broken {
        0 => Ok(()),
        1 => Err(CommandError::new("1 check failed")),
        many => Err(CommandError::new(format!("{many} checks failed"))),
    }
}

fn print(finding: &Finding) -> String {
    let line = format!(
        "{:<8} {:<15} {}\n",
        finding.verdict.as_str(),
        finding.check,
        finding.seen
    );
    match &finding.fix {
        Some(fix) => format!("{line}{:<24} → {fix}\n", ""),
        None => line,
    }
}

fn examine(surroundings: &Surroundings) -> Result<Vec<Finding>, CommandError> {
    let places = surroundings.places()?;
    let uid = surroundings.environment.uid;
    let mut findings = vec![
        doctor::tmux(surroundings.tmux.is_some()),
        doctor::runtime_folders(&places, uid),
        doctor::state_folder(&places),
    ];
    let (collecting, listening) = doctor::collecting(&places, uid);
    findings.push(collecting);

    let Some(wanted) = site::wanted(&CLAUDE) else {
        return Ok(findings);
    };
    let Ok(Some(site)) = site::claude(surroundings) else {
        return Ok(findings);
    };
    let settings = &site.location.settings;
    let found = status(site.assistant, &site.location, wanted.version);
    findings.extend(doctor::claude(&Claude {
        settings,
        version: wanted.version,
        status: &found,
        executable: &wanted.executable,
    }));
    let registered = match &found {
        Status::Installed(registered) | Status::Partly(registered) => {
            registered.executables.first()
        }
        Status::NotInstalled | Status::Unreadable(_) => None,
    };
    let executable = registered.unwrap_or(&wanted.executable);
    let last = site.assistant.adapter.registrations.iter();
    let last = last.clone().find(|event| event.event == "SessionEnd");
    if let Some(Ok(command)) = last.map(|event| hook_command(site.assistant, executable, event)) {
        findings.push(doctor::test_event(&command, &places, uid, listening));
    }
    findings.push(doctor::sessions(
        settings.parent().unwrap_or(Path::new("/")),
    ));
    Ok(findings)
}
