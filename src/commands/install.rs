//! `install` and `uninstall`: shows the change of each settings file, makes it, and says where the
//! backup is.

use std::error::Error;

use pane_patrol_installer::{
    Change, Plan, Site, apply, plan_install, plan_uninstall, recorded_files,
};

use super::{Surroundings, site};
use crate::cli::{AssistantName, InstallArgs, UninstallArgs};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;

/// Registers our hook with each named assistant, or with every one that is found.
pub(super) fn install(surroundings: &Surroundings, arguments: &InstallArgs) -> CommandResult {
    if !arguments.all && arguments.assistant.is_empty() {
        return Err(CommandError::new("no assistant was named")
            .hint("name it, for example `pane-patrol install --assistant claude`, or use `--all`")
            .exit(EXIT_USAGE));
    }
    let AssistantName::Claude = arguments
        .assistant
        .first()
        .unwrap_or(&AssistantName::Claude);
    let mut wanted = site::wanted().ok_or_else(|| {
        CommandError::new("could not find out by which path this program is called")
    })?;
    if arguments.all && wanted.version.is_none() {
        messages::status("No assistant was found on PATH; nothing was changed.");
        return Ok(());
    }
    wanted.approvals = arguments.approvals;
    let site = claude(surroundings)?;
    let plan = plan_install(&site, &wanted)
        .map_err(|error| failed("install", &site, &error, error.hints()))?;
    if wanted.version.is_none() {
        messages::warning(
            "`claude --version` gave no answer: only events that every version knows are registered",
        );
    }
    let nothing = "The hooks of claude are registered already; nothing was changed.";
    let done = "Claude Code reports from now on, sessions that are running already included.";
    carry_out(&site, &plan, arguments.dry_run, "install", [nothing, done])
}

/// Takes our hook out again.
pub(super) fn uninstall(surroundings: &Surroundings, arguments: &UninstallArgs) -> CommandResult {
    let site = claude(surroundings)?;
    let plan =
        plan_uninstall(&site).map_err(|error| failed("uninstall", &site, &error, error.hints()))?;
    let nothing = "No hooks of ours are registered with claude; nothing was changed.";
    let done = "Claude Code no longer reports.";
    carry_out(
        &site,
        &plan,
        arguments.dry_run,
        "uninstall",
        [nothing, done],
    )?;
    point_out_others(&site);
    Ok(())
}

/// Settings in other config folders that an install of ours still stands for.
fn point_out_others(site: &Site) {
    let others = recorded_files(&site.installs).unwrap_or_default();
    for other in others
        .iter()
        .filter(|other| **other != site.location.settings)
    {
        let folder = other.parent().unwrap_or(other).display();
        messages::warning(&format!(
            "{} holds our hooks too; `CLAUDE_CONFIG_DIR='{folder}' pane-patrol uninstall` takes them out",
            other.display()
        ));
    }
}

fn claude(surroundings: &Surroundings) -> Result<Site, CommandError> {
    let site = site::claude(surroundings).map_err(|error| {
        with_hints(
            CommandError::new("could not find the settings of claude").caused_by(&error),
            error.hints(),
        )
    })?;
    site.ok_or_else(|| {
        CommandError::new("there is no place for the backup")
            .hint("nothing was changed; set HOME or XDG_STATE_HOME")
    })
}

fn carry_out(
    site: &Site,
    plan: &Plan,
    dry_run: bool,
    verb: &str,
    [nothing, done]: [&str; 2],
) -> CommandResult {
    for note in plan.notes() {
        messages::warning(note);
    }
    messages::result(&plan.diff());
    if dry_run && !plan.is_empty() {
        messages::status("This was a dry run; nothing was changed.");
        return Ok(());
    }
    if dry_run {
        messages::status(nothing);
        return Ok(());
    }
    // An empty plan is applied too: that tidies up after a run that was killed.
    let report = apply(plan).map_err(|error| failed(verb, site, &error, error.hints()))?;
    for change in &report.changes {
        messages::status(&sentence(change));
    }
    messages::status(if plan.is_empty() { nothing } else { done });
    Ok(())
}

fn sentence(change: &Change) -> String {
    let path = change.path.display();
    let did = if change.removed { "Removed" } else { "Changed" };
    match &change.backup {
        Some(backup) => format!("{did} {path}; what it was is kept in {}.", backup.display()),
        None => format!(
            "{did} {path}; there was no such file before, as recorded in {}.",
            change.record.display()
        ),
    }
}

fn failed(verb: &str, site: &Site, error: &dyn Error, hints: Vec<String>) -> CommandError {
    let settings = site.location.settings.display();
    with_hints(
        CommandError::new(format!("could not {verb} in {settings}")).caused_by(error),
        hints,
    )
}

fn with_hints(error: CommandError, hints: Vec<String>) -> CommandError {
    hints.into_iter().fold(error, CommandError::hint)
}
