//! The first step: the hooks of every assistant on PATH, by the plans of `install`.

use pane_patrol_installer::Assistant;
use pane_patrol_installer::status::{Status, status};

use super::person::{Done, Person, Step};
use crate::commands::Context;
use crate::commands::install::{self, site};
use crate::messages;

/// Registers the hooks of those that are found and do not report yet.
pub(super) fn register(context: &Context, person: Person) -> Step<Done> {
    let all = Assistant::ALL.iter().copied();
    let found: Vec<_> = all.filter(|one| site::is_found(one)).collect();
    if found.is_empty() {
        messages::status(
            "No assistant was found on PATH; `pane-patrol install --assistant NAME` installs for one that is elsewhere.",
        );
        return Ok(Done::Same);
    }
    let job = |one: &&'static Assistant| install::job(context, one, has_approvals(context, one));
    let jobs: Vec<_> = found.iter().map(job).collect();
    let is_there = |planned: &install::Planned| matches!(planned, Ok(job) if job.plan.is_empty());
    let titles = |wanted: bool| {
        let pairs = found.iter().zip(&jobs);
        let those = pairs.filter(|(_, job)| job.is_ok() && is_there(job) == wanted);
        let titles: Vec<&str> = those.map(|(one, _)| one.title).collect();
        titles.join(", ")
    };
    let (reports, others) = (titles(true), titles(false));
    if !reports.is_empty() {
        messages::status(&format!("Registered already: {reports}."));
    }
    let (mut jobs, is_asked) = (jobs, !others.is_empty());
    jobs.retain(|job| !is_there(job));
    install::show(&jobs);
    if is_asked && !person.only_looks() {
        let question = format!("Let {others} report, with the change above?");
        if !person.agrees(&question)? {
            // What cannot be done is told all the same.
            jobs.retain(Result::is_err);
        }
    }
    if jobs.is_empty() {
        return Ok(Done::Same);
    }
    install::put_in(jobs, person.only_looks())?;
    Ok(Done::Changed)
}

/// What the person has asked for before stays.
fn has_approvals(context: &Context, assistant: &'static Assistant) -> bool {
    let Ok(Some(site)) = site::of(context, assistant) else {
        return false;
    };
    match status(assistant, &site.location, None) {
        Status::Installed(registered) | Status::Partly(registered) => registered.approvals,
        Status::NotInstalled | Status::Unreadable(_) => false,
    }
}
