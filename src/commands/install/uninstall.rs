//! `uninstall`: what is taken out, and from where.

use pane_patrol_installer::{Assistant, Location, Site, apply, plan_uninstall, recorded_files};

use super::{Job, Planned, Wording, carry_out_all, failed, find_site, named, show};
use crate::cli::UninstallArgs;
use crate::commands::Context;
use crate::commands::setup::back;
use crate::error::CommandResult;
use crate::messages;

/// Takes our hook out again: of the named assistants, or of all, wherever an install stands.
pub(in crate::commands) fn uninstall(
    context: &Context,
    arguments: &UninstallArgs,
) -> CommandResult {
    let everything = arguments.assistant.is_empty();
    let chosen = if everything {
        Assistant::ALL.to_vec()
    } else {
        named(&arguments.assistant)
    };
    let mut jobs = Vec::new();
    for assistant in chosen {
        let site = match find_site(context, assistant) {
            Ok(site) => site,
            Err(error) => {
                jobs.push(Err(error));
                continue;
            }
        };
        let here = assistant.folder(&site.location).to_owned();
        let same_folder = |other: &Site| other.location.settings.starts_with(&here);
        let (beside, others) = other_sites(&site)
            .into_iter()
            .partition::<Vec<_>, _>(same_folder);
        // The folder that an install made goes with what it wrote there first.
        jobs.extend(beside.into_iter().map(uninstall_job));
        jobs.push(uninstall_job(site));
        if everything {
            jobs.extend(others.into_iter().map(uninstall_job));
        } else {
            point_out(&others);
        }
    }
    let mut others = Vec::new();
    if everything {
        // Nothing is said of assistants that were never told of us.
        jobs.retain(|job| !matches!(job, Ok(job) if job.plan.is_empty() && (arguments.dry_run || tidied(job))));
        others = back::plans(context, arguments.dry_run);
        if jobs.is_empty() && others.is_empty() {
            messages::status("No hooks of ours are registered; nothing was changed.");
            return Ok(());
        }
    }
    let wording = Wording {
        verb: "uninstall",
        nothing: |name| {
            format!("No hooks of ours are registered with {name}; nothing was changed.")
        },
        done: |assistant| vec![format!("{} no longer reports.", assistant.title)],
    };
    show(&jobs);
    back::show(&others);
    let outcome = carry_out_all(jobs, arguments.dry_run, &wording);
    outcome.and(back::carry_out(others, arguments.dry_run))
}

/// An empty plan is applied too: that tidies up after a run that was killed.
fn tidied(job: &Job) -> bool {
    apply(&job.plan).is_ok()
}

fn uninstall_job(site: Site) -> Planned {
    let plan =
        plan_uninstall(&site).map_err(|error| failed("uninstall", &site, &error, error.hints()))?;
    let notes = Vec::new();
    Ok(Job { site, plan, notes })
}

/// Settings in other config folders that an install of ours still stands for.
fn other_sites(site: &Site) -> Vec<Site> {
    let files = recorded_files(&site.installs).unwrap_or_default();
    let others = files
        .into_iter()
        .filter(|file| *file != site.location.settings);
    let there = |settings| Location {
        settings,
        home: None,
    };
    others
        .map(|file| Site {
            assistant: site.assistant.for_file(&file),
            location: there(file),
            ..site.clone()
        })
        .collect()
}

fn point_out(others: &[Site]) {
    for other in others {
        let file = &other.location.settings;
        let how = match other.assistant.variable_for(file) {
            Some((name, folder)) => {
                format!("`{name}='{}' pane-patrol uninstall`", folder.display())
            }
            None => "`pane-patrol uninstall`".to_owned(),
        };
        let file = file.display();
        messages::warning(&format!("{file} holds our hooks too; {how} takes them out"));
    }
}
